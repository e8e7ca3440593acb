import type { BackhaulMessage, Collect } from '../backhaul/index.ts';
import { Suite } from '../crypto/index.ts';
import type { ValueReceipt } from '../exchange/index.ts';
import {
  AttentionReason,
  bandAt,
  type CardsTold,
  type DayProfile,
  decodeEventAnswer,
  decodeMonitoringStatus,
  decodeSeedUse,
  type decodeUseAnswer,
  ENERGY_MISSING,
  EventKind,
  encodeTotals,
  encodeUseRequest,
  isRecordFailure,
  MeterFlag,
  PROFILE_DAYS_KEPT,
  Result,
  setBand,
  type Totals,
  type VoltageDay,
} from '../records/index.ts';
import type { Milliseconds, SupplyIndex, Svpmsn, Tokens } from '../units/index.ts';
import { awaitCards, lineRow, takeCardCredits, takeCardsSaid } from './card-meters.ts';
import { takeCardEvents, takeCardFlag } from './card-slots.ts';
import { CLOCK_SET, queueCommand } from './command-queue.ts';
import { followChain } from './event-chain.ts';
import { awaitsRegister, goOnLeaving } from './leaving.ts';
import { eventsHeard } from './message-causes.ts';
import type { StoreTransaction } from './ports.ts';
import { checkReading } from './reading-checks.ts';
import { postSpending, wantQuery } from './receipts.ts';
import { daysSince, divideDays } from './revenue.ts';
import type { SlotPayments } from './slot-payments.ts';
import { alarmsAfter, alarmsHeard, alarmsOfEvents, alarmsRaised, eventsSettled, holdsNoValueKey } from './standing.ts';
import type { Knowledge, Meter, MeterEvent, Purse } from './types.ts';
import { takeVoltages, voltagesMissing } from './voltages.ts';
import { wake } from './work.ts';

type PollResult = Extract<BackhaulMessage, { type: 'poll-result' }>;
type Attention = Extract<BackhaulMessage, { type: 'attention' }>;

/** A clock further off than monitoring may slew in a day is set under the control key. */
const CLOCK_SET_ABOVE_MS = 60_000;
/** A report that is not younger than the last booking by this much may be from before it. */
const REPORT_MARGIN_MS = 5_000;

/** What became of one poll. */
interface PollTaken {
  /** Bodies and profiles that were not understood, or cannot be. */
  readonly faults: number;
  /** What the poll shows the meter to have and the books to lack: the local unit is to bring it. */
  readonly missing: Collect | undefined;
  /** Who calls by its interphone. */
  readonly called: Svpmsn | undefined;
}

/** What a meter told of its use, or why it is not understood. */
export type Use = ReturnType<typeof decodeUseAnswer>;

interface PollHeard {
  readonly poll: PollResult;
  /** Of a poll that read the use, unpacked as all suites but the seed's have it. */
  readonly use: Use | undefined;
  readonly zone: string;
  readonly slots: SlotPayments;
}

/** Keeps what one poll brought; nothing, where the meter is not one of that local unit's. */
export async function takePoll(
  tx: StoreTransaction,
  localUnit: number,
  { poll, use, zone, slots }: PollHeard,
  now: Milliseconds,
): Promise<PollTaken | undefined> {
  const meter = await meterOn(tx, localUnit, poll.svpmsn);
  if (meter === undefined) return undefined;
  const { svpmsn } = meter;
  const { told, totals, profiles, voltages, result, faults } = decodePoll(meter, poll, use);
  if (told === undefined) await heard(tx, svpmsn, now);
  else await believePoll(tx, meter, { told, clockOffsetMs: poll.clockOffsetMs }, now);
  const events = await takeEvents(tx, meter, poll, now);
  await slots.takeEvents(tx, meter, events.news, now);
  const purse = told === undefined ? undefined : await postSpendingTold(tx, meter, told, now);
  for (const each of totals) {
    await tx.putTotals({ svpmsn, supply: each.supply, at: now, body: encodeTotals(each) });
  }
  // A day that has not begun would stand before all true ones as the newest.
  const lived = profiles.filter(({ day }) => day <= dayOf(now));
  for (const profile of lived) await keepProfile(tx, svpmsn, profile, now);
  if (lived.length > 0) await noteProfiles(tx, svpmsn, lived);
  const besideOthers = totals.length > 0 || profiles.length > 0 || told?.cards !== undefined;
  const impossible = await takeVoltages(tx, meter, { result, days: voltages, besideOthers }, now);
  const days = [...new Set([...lived.map(({ day }) => day), ...daysOfTables(events.news, now)])];
  if (days.length > 0) await divideDays(tx, meter, { days, zone }, now);
  if (purse?.state === 'closed') await goOnLeaving(tx, svpmsn, now);
  await wakeIfWaiting(tx, meter, now);
  const missing = told === undefined ? undefined : await missingAfter(tx, meter, { poll, purse }, now);
  const called = events.news.some(({ kind }) => kind === EventKind.interphoneCalled) ? svpmsn : undefined;
  return { faults: faults + events.faults + profiles.length - lived.length + impossible, missing, called };
}

/**
 * An attention is an alarm: it is shown at once, and the facts come with the poll that it causes. Whether it is kept:
 * not where the meter is not one of that local unit's.
 */
export async function takeAttention(
  tx: StoreTransaction,
  localUnit: number,
  attention: Attention,
  now: Milliseconds,
): Promise<boolean> {
  const meter = await meterOn(tx, localUnit, attention.svpmsn);
  if (meter === undefined) return false;
  const known = await knowledge(tx, meter.svpmsn);
  // What it says was overtaken by a poll that was made after it.
  const isNews = attention.atMs >= (known.infoAt ?? 0);
  const alarms = isNews ? alarmsRaised(known, attention.reasons, now) : {};
  await tx.putKnowledge({ ...known, heardAt: now, attentionAt: now, attention: attention.reasons, ...alarms });
  if ((attention.reasons & AttentionReason.memoryDamaged) !== 0) await wantQuery(tx, meter, now);
  if ((attention.reasons & AttentionReason.lastGasp) === 0) await wakeIfWaiting(tx, meter, now);
  return true;
}

/** A local unit speaks for its own meters alone: whoever holds one unit reports nothing of the others. */
async function meterOn(tx: StoreTransaction, localUnit: number, id: Svpmsn): Promise<Meter | undefined> {
  const [meter] = await tx.metersOf([id]);
  return meter?.localUnit === localUnit ? meter : undefined;
}

/** A receipt's balance and flags, true as it arrives. */
export async function believeReceipt(
  tx: StoreTransaction,
  id: Svpmsn,
  { balance, flags }: ValueReceipt,
  now: Milliseconds,
): Promise<void> {
  const known = await knowledge(tx, id);
  const told = flags === undefined ? {} : { flags, flagsAt: now };
  await tx.putKnowledge({ ...hearing(known, now), balance, balanceAt: now, ...told });
}

/** A person has looked at the meter and cleared it: what its events showed until then is settled. */
export async function settleEvents(tx: StoreTransaction, id: Svpmsn, now: Milliseconds): Promise<void> {
  const known = await knowledge(tx, id);
  await tx.putKnowledge({ ...known, ...eventsSettled(known, now) });
}

export async function believeBalance(
  tx: StoreTransaction,
  id: Svpmsn,
  balance: Tokens,
  now: Milliseconds,
): Promise<void> {
  await tx.putKnowledge({ ...hearing(await knowledge(tx, id), now), balance, balanceAt: now });
}

/** What a poll says of the meter now, whichever body brought it. */
interface Told {
  /** When the meter said it, by the local unit's clock. */
  readonly at: Milliseconds;
  readonly balance: Tokens;
  /** Suite `3des` tells neither this nor flags. */
  readonly owed: Tokens | undefined;
  readonly flags: number | undefined;
  readonly info: Partial<Pick<Knowledge, 'tableVersion' | 'lastDay' | 'nextEvent'>>;
  /** Info tells it, a status does not. */
  readonly policy?: Pick<Knowledge, 'policyVersion' | 'nextTableVersion'>;
  /** Where it was asked for. */
  readonly cards?: CardsTold | undefined;
}

interface DecodedPoll {
  readonly told: Told | undefined;
  readonly totals: readonly Totals[];
  readonly profiles: readonly DayProfile[];
  readonly voltages: readonly VoltageDay[];
  /** Of the read of use; done where there was none. */
  readonly result: Result;
  readonly faults: number;
}

const NOTHING_BROUGHT = { totals: [], profiles: [], voltages: [], result: Result.done, faults: 0 } as const;
const UNDERSTOOD_NOTHING: DecodedPoll = { ...NOTHING_BROUGHT, told: undefined, faults: 1 };

function decodePoll({ suite, svpmsn }: Meter, poll: PollResult, unpacked: Use | undefined): DecodedPoll {
  if (suite === Suite.tripleDes) {
    if (poll.use === undefined) return { ...UNDERSTOOD_NOTHING, faults: 0 };
    const use = decodeSeedUse(poll.use);
    if (isRecordFailure(use) || use.id !== svpmsn) return UNDERSTOOD_NOTHING;
    const at = saidAt(poll, use.timer);
    const told = { at, balance: use.balance, owed: undefined, flags: undefined, info: {} };
    return { ...NOTHING_BROUGHT, told, totals: [use.log] };
  }
  if (unpacked !== undefined) {
    if (isRecordFailure(unpacked)) return UNDERSTOOD_NOTHING;
    const { owed, flags, tableVersion, lastDay, nextEvent, policyVersion, nextTableVersion } = unpacked.info;
    const told = {
      at: saidAt(poll, unpacked.head.clock),
      balance: unpacked.head.balance,
      owed,
      flags,
      info: { tableVersion, lastDay, nextEvent },
      policy: { policyVersion, nextTableVersion },
      cards: unpacked.cards,
    };
    const { totals, profiles, voltages = [] } = unpacked;
    return { told, totals, profiles, voltages, result: unpacked.head.result, faults: 0 };
  }
  if (poll.status !== undefined) {
    const status = decodeMonitoringStatus(poll.status);
    if (isRecordFailure(status)) return UNDERSTOOD_NOTHING;
    const { clock, balance, owed, flags, ...info } = status;
    return { ...NOTHING_BROUGHT, told: { at: saidAt(poll, clock), balance, owed, flags, info } };
  }
  return { ...UNDERSTOOD_NOTHING, faults: 0 };
}

/** A long answer may be a minute on the line: what counts is when the meter made it, by its clock and that clock's offset. */
function saidAt({ atMs, clockOffsetMs }: PollResult, clock: number): Milliseconds {
  const said = clock === 0 ? atMs : clock * 1000 - clockOffsetMs;
  return Math.max(0, Math.min(said, atMs)) as Milliseconds;
}

async function believePoll(
  tx: StoreTransaction,
  meter: Meter,
  { told, clockOffsetMs }: { readonly told: Told; readonly clockOffsetMs: number },
  now: Milliseconds,
): Promise<void> {
  const { svpmsn } = meter;
  const known = await knowledge(tx, svpmsn);
  const at = told.at < now ? told.at : now;
  const { balance, owed, flags } = told;
  // A report that was long on its way does not replace a younger one.
  const isNewer = (than: Milliseconds | undefined) => at >= (than ?? 0);
  // The meter counts its events anew: it has lost its memory, and none of those it has now were read.
  const fell = isNewer(known.infoAt) && (told.info.nextEvent ?? Infinity) < (known.nextEvent ?? 0);
  await tx.putKnowledge({
    ...hearing(known, now),
    ...(isNewer(known.balanceAt) && { balance, balanceAt: at }),
    ...(flags !== undefined && isNewer(known.flagsAt) && { flags, flagsAt: at }),
    ...(isNewer(known.infoAt) && { ...told.info, owed, clockOffsetMs, infoAt: at }),
    ...(fell && {
      eventsBefore: 1,
      linkedEvent: undefined,
      eventLink: undefined,
      ...alarmsOfEvents(known, { missing: true, changed: false }, now),
    }),
    ...(told.policy !== undefined && isNewer(known.policyAt) && { ...told.policy, policyAt: at }),
  });
  if (flags !== undefined && isNewer(known.flagsAt)) await takeCardFlag(tx, meter, { flags, at }, now);
  const off = ((flags ?? 0) & MeterFlag.clockUnset) !== 0 || Math.abs(clockOffsetMs) > CLOCK_SET_ABOVE_MS;
  if (off && meter.suite !== Suite.tripleDes) {
    const last = await tx.command(svpmsn, CLOCK_SET.slot);
    if (last?.state !== 'waiting') await queueCommand(tx, meter, CLOCK_SET, now);
  }
}

/**
 * Keeps the events of a poll. That a purse is frozen is said here under a key that the local unit holds: it stops
 * nothing but the posting of what was spent, until the meter has answered under its own key of value.
 */
async function takeEvents(
  tx: StoreTransaction,
  meter: Meter,
  { events }: PollResult,
  now: Milliseconds,
): Promise<{ readonly faults: number; readonly news: readonly MeterEvent[] }> {
  if (events === undefined) return { faults: 0, news: [] };
  const answer = decodeEventAnswer(events);
  if (isRecordFailure(answer)) return { faults: 1, news: [] };
  const { svpmsn } = meter;
  const news = await tx.addEvents(answer.events.map((event) => ({ ...event, svpmsn, heardAt: now })));
  const last = answer.events.at(-1)?.sequence;
  const known = await knowledge(tx, svpmsn);
  // An answer that was long on its way takes back nothing that was read since.
  const read = known.eventsBefore ?? 1;
  const eventsBefore = Math.max(read, last === undefined ? answer.next : last + 1);
  const unread = answer.events.filter(({ sequence }) => sequence >= read);
  const { linkedEvent, eventLink, ...found } = followChain(known, answer);
  const alarms = alarmsOfEvents(alarmsAfter(known, unread, now), found, now);
  await tx.putKnowledge({ ...known, eventsBefore, linkedEvent, eventLink, ...alarms });
  if (news.some(({ kind }) => kind === EventKind.valueFrozen)) await wantQuery(tx, meter, now);
  // What came from the card that was in until now, before it is known which one is in.
  await takeCardCredits(tx, meter, { events: answer.events, news }, now);
  await takeCardEvents(tx, meter, unread, now);
  await eventsHeard(tx, news, now);
  return { faults: 0, news };
}

/** Days of which the profile may have come before the meter told which table it had then. */
function daysOfTables(news: readonly MeterEvent[], now: Milliseconds): number[] {
  const taken = news.filter(({ kind }) => kind === EventKind.tableChanged).map(({ time }) => time * 1000);
  return taken.length === 0 ? [] : daysSince(Math.min(...taken) as Milliseconds, now);
}

/** @returns the purse as it was in the books before */
async function postSpendingTold(
  tx: StoreTransaction,
  meter: Meter,
  { at: said, balance, owed, info, cards }: Told,
  now: Milliseconds,
): Promise<Purse | undefined> {
  const id = meter.svpmsn;
  const { eventsBefore = 1 } = await knowledge(tx, id);
  const at = said < now ? said : now;
  const [before] = await tx.pursesOf([id]);
  const isYounger = before !== undefined && at >= before.bookedAt + REPORT_MARGIN_MS;
  if (cards !== undefined) {
    const isAfterEvents = (info.nextEvent ?? 0) >= eventsBefore;
    await takeCardsSaid(tx, id, { ...cards, at, isYounger, isAfterEvents }, now);
  }
  // An event that was not read may say that the purse is frozen: then what it no longer shows was not spent.
  if (info.nextEvent !== undefined && eventsBefore < info.nextEvent) return before;
  const [purse] = await tx.pursesOf([id]);
  if (purse === undefined || purse.freeze !== undefined) return before;
  // Before the last booking, or with a closing on its way, the balance does not belong to what is booked.
  if (purse.queryWanted || !isYounger) return before;
  const row = await lineRow(tx, id);
  // A balance beside a sum that fell says nothing of what was spent.
  if (row !== undefined && cards !== undefined && BigInt(cards.fromCards) < row.fromCards) return before;
  const outstanding = await tx.outstanding(id);
  if (outstanding?.op === 'close') return before;
  const tokensOf = {
    credited: purse.credited + (row?.fromCards ?? 0n),
    balance: BigInt(balance),
    owed: owed === undefined ? undefined : BigInt(owed),
  };
  const agrees = await postSpending(tx, purse, { at, ...tokensOf }, now);
  if (agrees || outstanding !== undefined) return before;
  // Nothing is on its way that could explain it: the meter holds what these books do not know, or took it from a card.
  if (row === undefined || cards !== undefined) await wantQuery(tx, meter, now);
  else await awaitCards(tx, meter, now);
  return before;
}

/**
 * What the meter has by its own word and the books lack, though this poll could have brought it: a result before was
 * lost on its way, or found the store full.
 */
async function missingAfter(
  tx: StoreTransaction,
  meter: Meter,
  { poll: { events }, purse }: { readonly poll: PollResult; readonly purse: Purse | undefined },
  now: Milliseconds,
): Promise<Collect | undefined> {
  const { svpmsn, supplies } = meter;
  const known = await knowledge(tx, svpmsn);
  const { nextEvent = 1, eventsBefore = 1, lastDay = 0, profileDay = 0 } = known;
  const eventsFrom = events === undefined && eventsBefore < nextEvent ? eventsBefore : 0;
  const profiles: { readonly day: number; readonly supply: SupplyIndex }[] = [];
  if (lastDay <= dayOf(now)) {
    for (let day = Math.max(profileDay + 1, lastDay - PROFILE_DAYS_KEPT + 1); day <= lastDay; day++) {
      for (let supply = 1; supply <= supplies; supply++) profiles.push({ day, supply: supply as SupplyIndex });
    }
  }
  const isAwaited = (await lineRow(tx, svpmsn))?.awaited === true;
  const wantsTotals = profiles.length > 0 || (purse?.state === 'closed' && (await awaitsRegister(tx, svpmsn)));
  const wantsUse = wantsTotals || isAwaited;
  if (eventsFrom === 0 && !wantsUse) {
    // By itself, when all else is there: see `takeVoltages`.
    const use = await voltagesMissing(tx, known, meter, now);
    return use && { type: 'collect', svpmsn, eventsFrom, use };
  }
  const request = {
    ...{ totals: wantsTotals, modeTable: false, policy: false, profiles },
    ...(isAwaited && { cards: true as const }),
  };
  const use = wantsUse ? encodeUseRequest(request) : new Uint8Array();
  return { type: 'collect', svpmsn, eventsFrom, use };
}

/** What was recorded before is kept where the newer reading has a gap; what is wrong with it is marked. */
async function keepProfile(tx: StoreTransaction, id: Svpmsn, profile: DayProfile, now: Milliseconds): Promise<void> {
  const { day, supply } = profile;
  const [before] = await tx.profiles({ svpmsn: id, supply, fromDay: day, toDay: day });
  const kept = before === undefined ? profile : filledUp(profile, before);
  await tx.putProfile(id, kept);
  await checkReading(tx, id, { kept, before }, now);
}

function filledUp({ day, supply, ...profile }: DayProfile, before: DayProfile): DayProfile {
  const energies = profile.energies.slice();
  const bands = profile.bands.slice();
  energies.forEach((energy, minute) => {
    if (energy !== ENERGY_MISSING) return;
    energies[minute] = before.energies[minute] as number;
    setBand(bands, minute, bandAt(before.bands, minute));
  });
  return { day, supply, energies, bands };
}

async function noteProfiles(tx: StoreTransaction, id: Svpmsn, profiles: readonly DayProfile[]): Promise<void> {
  const known = await knowledge(tx, id);
  const profileDay = Math.max(known.profileDay ?? 0, ...profiles.map(({ day }) => day));
  await tx.putKnowledge({ ...known, profileDay });
}

const dayOf = (at: Milliseconds): number => Math.floor(at / MS_PER_DAY);

const MS_PER_DAY = 86_400_000;

async function heard(tx: StoreTransaction, id: Svpmsn, now: Milliseconds): Promise<void> {
  await tx.putKnowledge(hearing(await knowledge(tx, id), now));
}

/** A meter that speaks is reachable: what waits for it in a back-off need not wait any longer. */
async function wakeIfWaiting(tx: StoreTransaction, meter: Meter, now: Milliseconds): Promise<void> {
  const [work] = await tx.workOf([meter.svpmsn]);
  // That it is heard says nothing: the key under which it tells is not the one that it lacks.
  if (holdsNoValueKey(await knowledge(tx, meter.svpmsn))) return;
  if (work !== undefined && !work.leased) await wake(tx, [meter], work.lane, now);
}

const hearing = (known: Knowledge, now: Milliseconds): Knowledge => ({
  ...known,
  heardAt: now,
  ...alarmsHeard(known, now),
});

async function knowledge(tx: StoreTransaction, id: Svpmsn): Promise<Knowledge> {
  const [known] = await tx.knowledgeOf([id]);
  return known ?? { ...NOTHING_KNOWN, svpmsn: id };
}

const NOTHING_KNOWN: Omit<Knowledge, 'svpmsn'> = {
  heardAt: undefined,
  balance: undefined,
  balanceAt: undefined,
  flags: undefined,
  flagsAt: undefined,
  infoAt: undefined,
  owed: undefined,
  clockOffsetMs: undefined,
  tableVersion: undefined,
  lastDay: undefined,
  nextEvent: undefined,
  policyAt: undefined,
  policyVersion: undefined,
  nextTableVersion: undefined,
  profileDay: undefined,
  voltageDay: undefined,
  voltageAskAt: undefined,
  eventsBefore: undefined,
  linkedEvent: undefined,
  eventLink: undefined,
  attentionAt: undefined,
  attention: undefined,
  alarms: undefined,
  alarmsAt: undefined,
};
