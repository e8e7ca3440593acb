import { Writer } from '../bytes/index.ts';
import { Command } from '../exchange/index.ts';
import {
  type AnswerHead,
  type CardsTold,
  type DayProfile,
  decodeBcdTime,
  decodeClockSet,
  decodeClockSlew,
  decodeEventRequest,
  decodeHotList,
  decodeInterphoneSaid,
  decodePolicy,
  decodeRelayCommand,
  decodeUseRequest,
  ENERGY_MISSING,
  EventKind,
  emptyDayProfile,
  encodeClockSetAnswer,
  encodeClockSlewAnswer,
  encodeEventAnswer,
  encodeHotListAnswer,
  encodeInterphoneAnswer,
  encodePolicy,
  encodePolicyAnswer,
  encodeRelayAnswer,
  encodeSeedUse,
  encodeUseAnswer,
  type Info,
  isRecordFailure,
  MINUTES_PER_DAY,
  POLICY_BYTES_MAX,
  PROFILE_DAYS_KEPT,
  Result,
  setBand,
  type UseAnswer,
  type VoltageDay,
} from '../records/index.ts';
import { encodeModeTable } from '../tariff/index.ts';
import { type SupplyIndex, tokens, U32_MAX, unixSeconds } from '../units/index.ts';
import { readBlob, writeBlob } from './blob.ts';
import { cardPayment } from './card-payment.ts';
import { setClock, slewClock, slewSpentToday } from './clock.ts';
import { eventRuns, eventsFrom, keepEventsBefore, oldestEvent, recordEvent } from './event-log.ts';
import { levelsOf } from './exchanger.ts';
import { flagsOf } from './flags.ts';
import { raiseEpoch } from './hot-list.ts';
import { hearHost, toldByInterphone } from './interphone.ts';
import { PROFILE_RING_MINUTES } from './layout.ts';
import { jumpTo } from './minutes.ts';
import { highestVersion, tableVersions, takeTable } from './mode-tables.ts';
import type { MeterOutputs } from './outputs.ts';
import { bandOf, energyAt } from './profile-ring.ts';
import { commandRelay, driveLatch, reconsiderCredit, renewRecloses } from './relay.ts';
import { balanceOf, clockMs, clockSeconds, clockTold, keepState, type Meter, type Supply } from './state.ts';
import { noteTold } from './told-days.ts';
import { totalsNow } from './totals.ts';
import { voltagesOf } from './voltages.ts';

/** Carries out an authentic command of the purposes control and monitoring; the answer is the body of M4. */
export function carryOut(meter: Meter, h: Command, body: Uint8Array, out: MeterOutputs): Uint8Array {
  if (h >= Command.useAndLog) {
    // An authentic poll has heard of all that waited; an M1, which anybody can send, has not.
    meter.attention = 0;
    meter.attentionSent = 0;
  }
  if (meter.servesSeed) return carryOutSeed(meter, h, body, out);
  switch (h) {
    case Command.modeTable:
      return modeTable(meter, body, out);
    case Command.clockSet:
      return clockSet(meter, body, out);
    case Command.relay:
      return relay(meter, body, out);
    case Command.supplyPolicy:
      return policyAnswer(meter, changePolicy(meter, body, out), meter.policy.version);
    case Command.hotList:
      return hotList(meter, body);
    case Command.interphone:
      return interphone(meter, body);
    case Command.cardPayment:
      return cardPayment(meter, body, (result) => headOf(meter, result), out);
    case Command.useAndLog:
      return useAndLog(meter, body);
    case Command.clockSlew:
      return clockSlew(meter, body, out);
    case Command.events:
      return events(meter, body);
    default:
      return new Writer(9).u8(Result.bodyNotUnderstood).u32(balanceOf(meter)).u32(clockSeconds(meter)).done();
  }
}

export const headOf = (meter: Meter, result: Result): AnswerHead => ({
  result,
  balance: tokens(Math.min(balanceOf(meter), U32_MAX)),
  clock: clockTold(meter),
});

const supplyOne = (meter: Meter): Supply => meter.supplies[0] as Supply;

const policyAnswer = (meter: Meter, result: Result, version: number): Uint8Array =>
  encodePolicyAnswer({ head: headOf(meter, result), version });

/** M4 of 0x20 has the form of the policy's: head, and the highest version that is held for the supply of the table. */
function modeTable(meter: Meter, body: Uint8Array, out: MeterOutputs): Uint8Array {
  const result = changeTable(meter, body, out);
  const supply = meter.supplies[(body[TABLE_SUPPLY_AT] ?? 1) - 1] ?? supplyOne(meter);
  return policyAnswer(meter, result, highestVersion(supply));
}

/** Behind the format byte a mode table names its supply. */
const TABLE_SUPPLY_AT = 1;

/** FIG. 2: the running minute keeps the price at which it began; the new table holds from the next minute on. */
function changeTable(meter: Meter, body: Uint8Array, out: MeterOutputs): Result {
  const result = takeTable(meter, body);
  if (result === Result.done) reconsiderCredit(meter, out);
  return result;
}

function clockSet(meter: Meter, body: Uint8Array, out: MeterOutputs): Uint8Array {
  const previous = unixSeconds(Math.max(0, clockSeconds(meter)));
  const set = decodeClockSet(body);
  let result: Result = Result.bodyNotUnderstood;
  if (!isRecordFailure(set)) {
    result = setClock(meter, set.seconds * 1000 + set.milliseconds);
    if (result === Result.done) jumpTo(meter, Math.floor(clockMs(meter) / 60_000), out);
  }
  return encodeClockSetAnswer({ head: headOf(meter, result), previous });
}

function clockSlew(meter: Meter, body: Uint8Array, out: MeterOutputs): Uint8Array {
  const slew = decodeClockSlew(body);
  const result = isRecordFailure(slew) ? Result.bodyNotUnderstood : slewClock(meter, slew.seconds);
  if (result === Result.done) jumpTo(meter, Math.floor(clockMs(meter) / 60_000), out);
  return encodeClockSlewAnswer({ head: headOf(meter, result), spent: slewSpentToday(meter) });
}

function relay(meter: Meter, body: Uint8Array, out: MeterOutputs): Uint8Array {
  const command = decodeRelayCommand(body);
  const result = isRecordFailure(command)
    ? Result.bodyNotUnderstood
    : commandRelay(meter, command.supply, command.action, out);
  return encodeRelayAnswer({
    head: headOf(meter, result),
    reasons: meter.supplies.map((supply) => supply.relay.reasons),
  });
}

function changePolicy(meter: Meter, body: Uint8Array, out: MeterOutputs): Result {
  const policy = decodePolicy(body);
  if (isRecordFailure(policy)) return Result.bodyNotUnderstood;
  if (policy.version <= meter.policy.version) return Result.versionNotNewer;
  const [first, second] = meter.layout.policy;
  const inFirst = readBlob(meter.nvm, first, POLICY_BYTES_MAX);
  const held = inFirst === undefined ? undefined : decodePolicy(inFirst);
  const holdsCurrent = held !== undefined && !isRecordFailure(held) && held.version === meter.policy.version;
  writeBlob(meter.nvm, holdsCurrent ? second : first, encodePolicy(policy));
  meter.policy = policy;
  meter.kept.policyVersion = policy.version;
  for (const supply of meter.supplies) renewRecloses(meter, supply);
  keepState(meter);
  meter.lendingRefused = false;
  recordEvent(meter, EventKind.policyChanged, { value: policy.version });
  reconsiderCredit(meter, out);
  // Where a valve that is shut may stand is for the policy to say.
  for (const supply of meter.supplies) driveLatch(meter, supply, out);
  return Result.done;
}

function interphone(meter: Meter, body: Uint8Array): Uint8Array {
  const said = decodeInterphoneSaid(body);
  const isUnderstood = !isRecordFailure(said);
  if (isUnderstood) hearHost(meter, said);
  const head = headOf(meter, isUnderstood ? Result.done : Result.bodyNotUnderstood);
  return encodeInterphoneAnswer({ head, ...toldByInterphone(meter) });
}

function hotList(meter: Meter, body: Uint8Array): Uint8Array {
  const list = decodeHotList(body);
  const raised = isRecordFailure(list) ? Result.bodyNotUnderstood : raiseEpoch(meter, list.epoch);
  const cards = cardsOf(meter);
  const result = cards === undefined ? Result.frozen : raised;
  return encodeHotListAnswer({ head: headOf(meter, result), cards: cards ?? NOTHING_OF_CARDS });
}

const NOTHING_OF_CARDS: CardsTold = { fromCards: tokens(0), epoch: 0 };

function events(meter: Meter, body: Uint8Array): Uint8Array {
  const request = decodeEventRequest(body);
  const failed = isRecordFailure(request);
  const from = failed ? meter.events.next : request.from;
  if (!failed) keepEventsBefore(meter, from);
  const oldest = oldestEvent(meter);
  const result = failed ? Result.bodyNotUnderstood : from < oldest ? Result.notHeld : Result.done;
  const told = failed ? [] : eventsFrom(meter, from, request.limit);
  return encodeEventAnswer({
    head: headOf(meter, result),
    oldest,
    next: meter.events.next,
    events: told,
    chain: eventRuns(meter, told),
  });
}

/** FIG. 3, STEP 36: Info, and the sections that were asked for. */
function useAndLog(meter: Meter, body: Uint8Array): Uint8Array {
  const request = decodeUseRequest(body);
  if (isRecordFailure(request)) return encodeUseAnswer(answerOf(meter, Result.bodyNotUnderstood, {}));
  const { inForce: table } = supplyOne(meter);
  const profiles = request.profiles
    .map(({ day, supply }) => profileOf(meter, day, supply))
    .filter((profile) => profile !== undefined);
  const voltages = (request.voltages ?? [])
    .map(({ day, supply }) => voltageDay(meter, day, supply))
    .filter((each) => each !== undefined);
  const cards = request.cards && cardsOf(meter);
  const lacks = (request.modeTable && table === undefined) || (request.cards && cards === undefined);
  const areAllHeld = profiles.length === request.profiles.length && voltages.length === (request.voltages ?? []).length;
  const held = areAllHeld && !lacks;
  const answer = answerOf(meter, held ? Result.done : Result.notHeld, {
    totals: request.totals ? meter.supplies.map(totalsNow) : [],
    modeTable: request.modeTable && table !== undefined ? encodeModeTable(table) : null,
    policy: request.policy ? meter.policy : null,
    profiles,
    ...(cards !== undefined && { cards }),
    ...(voltages.length > 0 && { voltages }),
  });
  return encodeUseAnswer(answer);
}

/** Nothing of a frozen purse: nobody knows what it should say. */
function cardsOf(meter: Meter): CardsTold | undefined {
  const { frozen, fromCards, epoch } = levelsOf(meter);
  return frozen === 0 ? { fromCards: tokens(fromCards), epoch } : undefined;
}

function answerOf(meter: Meter, result: Result, sections: Partial<UseAnswer>): UseAnswer {
  return {
    head: headOf(meter, result),
    info: infoOf(meter),
    totals: [],
    modeTable: null,
    policy: null,
    profiles: [],
    ...sections,
  };
}

export function infoOf(meter: Meter): Info {
  const versions = tableVersions(supplyOne(meter), meter.minute);
  return {
    owed: tokens(meter.owed),
    flags: flagsOf(meter),
    tableVersion: versions.active,
    nextTableVersion: versions.next,
    policyVersion: meter.policy.version,
    lastDay: lastDay(meter),
    daysHeld: daysHeld(meter),
    nextEvent: meter.events.next,
  };
}

/** The last complete UTC day of the profile: one that is lived again is not complete. */
export const lastDay = (meter: Meter): number => Math.max(0, Math.floor(meter.minute / MINUTES_PER_DAY) - 1);

/** Complete days from the oldest that has any minute recorded; looked for once a day, because every poll tells it. */
function daysHeld(meter: Meter): number {
  const last = lastDay(meter);
  if (meter.daysHeld.lastDay !== last) meter.daysHeld = { lastDay: last, days: countDaysHeld(meter, last) };
  return meter.daysHeld.days;
}

function countDaysHeld(meter: Meter, last: number): number {
  for (let held = Math.min(PROFILE_DAYS_KEPT, last); held > 0; held--) {
    const from = (last - held + 1) * MINUTES_PER_DAY;
    for (let minute = from; minute < from + MINUTES_PER_DAY; minute++) {
      if (heldEnergy(meter, supplyOne(meter), minute) !== ENERGY_MISSING) return held;
    }
  }
  return 0;
}

/** A complete day of one supply, out of the ring. */
function profileOf(meter: Meter, day: number, index: SupplyIndex): DayProfile | undefined {
  const supply = meter.supplies[index - 1];
  const last = lastDay(meter);
  if (supply === undefined || day > last || day <= last - PROFILE_DAYS_KEPT) return undefined;
  const profile = emptyDayProfile(day, index);
  for (let minute = 0; minute < MINUTES_PER_DAY; minute++) {
    const at = day * MINUTES_PER_DAY + minute;
    profile.energies[minute] = heldEnergy(meter, supply, at);
    setBand(profile.bands, minute, bandOf(meter.nvm, supply.place, at));
  }
  noteTold(meter, supply, profile);
  return profile;
}

function voltageDay(meter: Meter, day: number, index: SupplyIndex): VoltageDay | undefined {
  const supply = meter.supplies[index - 1];
  const volts = supply && voltagesOf(meter, supply, day, lastDay(meter));
  return volts && { day, supply: index, volts };
}

/** The ring may have gone on past a clock that went back: its oldest minutes then belong to later ones. */
const heldEnergy = (meter: Meter, supply: Supply, minute: number): number =>
  minute > meter.highestMinute || minute <= meter.highestMinute - PROFILE_RING_MINUTES
    ? ENERGY_MISSING
    : energyAt(meter.nvm, supply.place, minute);

/** The three commands of the seed, in its own suite: their answers are a balance, or the Info of FIG. 3. */
function carryOutSeed(meter: Meter, h: Command, body: Uint8Array, out: MeterOutputs): Uint8Array {
  if (h === Command.modeTable) {
    changeTable(meter, body, out);
    return new Writer(4).u32(balanceOf(meter)).done();
  }
  const time = decodeBcdTime(body);
  if (!isRecordFailure(time) && setClock(meter, time.seconds * 1000) === Result.done) {
    jumpTo(meter, Math.floor(clockMs(meter) / 60_000), out);
  }
  const { inForce: table } = supplyOne(meter);
  return encodeSeedUse({
    log: totalsNow(supplyOne(meter)),
    modeTable: table === undefined ? new Uint8Array(0) : encodeModeTable(table),
    timer: clockSeconds(meter),
    balance: tokens(Math.min(balanceOf(meter), U32_MAX)),
    id: meter.sam.svpmsn,
  });
}
