import { exportTerminalKey, generationOf, type TerminalKey } from '../crypto/index.ts';
import type { Calibration } from '../metering/index.ts';
import { AttentionReason, EventKind, encodePolicy, MINUTES_PER_DAY, type SupplyPolicy } from '../records/index.ts';
import { encodeModeTable, type ModeTable } from '../tariff/index.ts';
import { assert, type Randomness, Region, SUPPLIES_MAX, type SupplyIndex, type Svpmsn } from '../units/index.ts';
import { writeBlob } from './blob.ts';
import { eventsFrom, findEvents, recordEvent } from './event-log.ts';
import { takeLevels } from './exchanger.ts';
import { settleFloors } from './floors.ts';
import { silentInterphone } from './interphone.ts';
import { layoutOf, PROFILE_RING_MINUTES, type SupplyLayout } from './layout.ts';
import { noticeLostPolicy, noticeLostTables, readPolicy, replaceLostState, STRICTEST_POLICY } from './lost-memory.ts';
import { beginMinute, markMissing, switchLoadControl } from './minutes.ts';
import { lookUpRate, readTables } from './mode-tables.ts';
import { erased, type Nvm, PlainNvm } from './nvm.ts';
import { noOutputVoltage } from './output-voltage.ts';
import type { MeterOutputs } from './outputs.ts';
import { markMinute, writeMinute } from './profile-ring.ts';
import { lastCommit, type MinuteOfUse } from './purse-journal.ts';
import { makeGoodEvent, reclosesKept, reconsiderCredit, restoreRelay } from './relay.ts';
import { noReverseEnergy } from './reverse-energy.ts';
import { startSam } from './sam.ts';
import { personaliseSam, SAM_MEMORY_BYTES, storeKey } from './sam-memory.ts';
import { blankState, CUTS_KEPT, clockMs, keepState, type Meter, readState, type Supply } from './state.ts';
import { supplyCircuit } from './supply-circuit.ts';
import { type PursePlace, personaliseSvm, SVM_MEMORY_BYTES, startSvm } from './svm.ts';
import { forgetTold } from './told-days.ts';
import { dayEnd, endDay, energySince, firstTotals, readTotals, reopenDay } from './totals.ts';
import { flowInput, type PulseInput, restoreLeakWatch } from './valve.ts';
import { noVoltage } from './voltages.ts';
import { warnIfLastUnit } from './warnings.ts';

/** The three memories of a meter: on its board, and inside each secure chip. */
export interface MeterMemory {
  readonly nvm: Nvm;
  readonly sam: Nvm;
  readonly svm: Nvm;
}

/** Memories of a meter with so many supplies, erased, to be personalised. */
export const blankMemory = (supplyCount = 1): MeterMemory => ({
  nvm: new PlainNvm(erased(layoutOf(supplyCount).length)),
  sam: new PlainNvm(erased(SAM_MEMORY_BYTES)),
  svm: new PlainNvm(erased(SVM_MEMORY_BYTES)),
});

/** What a new meter leaves the workshop with. */
export interface Personalisation {
  readonly svpmsn: Svpmsn;
  /** What its value is for: electricity, unless said otherwise. A card gives it of this region alone. */
  readonly region?: Region;
  readonly keys: readonly TerminalKey[];
  /** One mode table for each supply. */
  readonly tables: readonly ModeTable[];
  readonly policy: SupplyPolicy;
  /** Unix milliseconds, and the oscillator's at the same time. */
  readonly unixMs: number;
  readonly now: number;
}

/** Makes a meter of blank memory: number, keys, first clock, table and policy. */
export function personalise(memory: MeterMemory, personalisation: Personalisation, randomness: Randomness): void {
  const { svpmsn, keys, tables, policy, unixMs, now } = personalisation;
  assert(tables.length >= 1 && tables.length <= SUPPLIES_MAX, 'a meter has one to four supplies');
  const layout = layoutOf(tables.length);
  const pairKey = new Uint8Array(16);
  randomness.fill(pairKey);
  const limit = { version: policy.version, tokens: policy.emergencyCredit };
  personaliseSam(memory.sam, pairKey, { svpmsn, region: personalisation.region ?? Region.electricity, limit });
  for (const key of keys) {
    const kept = storeKey(memory.sam, { n: key.n, floor: generationOf(key.n), key: exportTerminalKey(key) });
    assert(kept, 'a new chip has room for the keys of a new meter');
  }
  personaliseSvm(pursePlace(memory, tables.length), pairKey, randomness);
  writeBlob(memory.nvm, layout.policy[0], encodePolicy(policy));
  for (const [i, table] of tables.entries()) {
    assert(table.supply === i + 1, 'the tables are in the order of their supplies');
    writeBlob(memory.nvm, (layout.supplies[i] as (typeof layout.supplies)[number]).tables[0], encodeModeTable(table));
  }
  const minute = Math.floor(unixMs / 60_000);
  const recloses = [0, 1, 2, 3].map((i) => policy.supplies[i]?.overCurrent?.recloseCount ?? 0);
  const kept = {
    ...blankState(),
    clockOffsetMs: unixMs - now,
    clockSet: true,
    highestMinute: minute - 1,
    recloses,
    policyVersion: policy.version,
  };
  const meter = blankMeter(memory, tables.length, randomness, policy, kept, now, undefined);
  keepState(meter);
  for (const supply of meter.supplies) {
    supply.tables.splice(0, 2, ...readTables(memory.nvm, supply.place));
    lookUpRate(meter, supply, minute);
    for (let slot = 0; slot < PROFILE_RING_MINUTES; slot++) markMinute(memory.nvm, supply.place, slot);
    firstTotals(meter, supply, minute);
  }
}

const pursePlace = (memory: MeterMemory, supplyCount: number): PursePlace => ({
  nvm: memory.nvm,
  base: layoutOf(supplyCount).purse,
  memory: memory.svm,
  supplyCount,
});

export interface StartOptions {
  /** Milliseconds of the oscillator, which goes on through a power cut as long as the clock's battery lasts. */
  readonly now: number;
  /** The battery did not last: the clock goes on from the last minute that was recorded, and says so. */
  readonly clockLost?: boolean;
  /** Parts 6 to 8 of each supply as the bench found them, for a meter that is fed with samples. */
  readonly calibrations?: readonly Calibration[];
  /** Of a meter of gas, water or heat: what one pulse of its counter stands for. */
  readonly pulses?: PulseInput;
  /** Serve the seed's own suite, with so many sessions, and no other. */
  readonly labSessions?: number;
}

/** Power comes: the meter finds itself again in its memories, and marks the minutes that it was dark. */
export function startMeter(
  memory: MeterMemory,
  supplyCount: number,
  randomness: Randomness,
  options: StartOptions,
  out: MeterOutputs,
): Meter {
  const layout = layoutOf(supplyCount);
  const policy = readPolicy(memory.nvm, layout.policy);
  const reading = readState(memory.nvm, layout);
  const meter = blankMeter(
    memory,
    supplyCount,
    randomness,
    policy ?? STRICTEST_POLICY,
    reading?.kept ?? blankState(),
    options.now,
    options.labSessions,
    options.calibrations,
    options.pulses,
  );
  meter.keptSlot = reading?.slot ?? 0;
  meter.dismantled = reading?.dismantled ?? false;
  // A ring that was lost counts anew.
  meter.kept.eventsKeptBefore = Math.min(meter.kept.eventsKeptBefore, meter.events.next);
  makeGoodEvent(meter);
  const hasGasped = eventsFrom(meter, meter.events.next - 1, 1)[0]?.kind === EventKind.lastGasp;
  const { lastUse } = meter.svm;
  meter.highestMinute = Math.max(meter.kept.highestMinute, lastUse?.minute ?? 0);
  // The clock may have lost time meanwhile: the next use row then names a minute before this one.
  meter.kept.highestMinute = meter.highestMinute;
  const commits = lastCommit(meter.svm);
  const stateLost = reading === undefined && commits !== undefined;
  if (options.clockLost === true || stateLost) {
    meter.kept.clockSet = false;
    meter.kept.clockOffsetMs = (meter.highestMinute + 1) * 60_000 - options.now;
    recordEvent(meter, EventKind.clockLost);
    meter.attention |= AttentionReason.clockJumped;
  }
  if (stateLost) replaceLostState(meter, commits);
  if (commits !== undefined && (policy === undefined || policy.version < meter.kept.policyVersion)) {
    meter.policy = STRICTEST_POLICY;
    noticeLostPolicy(meter);
  }
  for (const [i, { energy, bands }] of (lastUse?.supplies ?? []).entries()) {
    const { place } = meter.supplies[i] as Supply;
    writeMinute(memory.nvm, place, (lastUse as MinuteOfUse).minute, energy, bands);
  }
  const minute = Math.floor(clockMs(meter) / 60_000);
  takeLevels(meter);
  meter.accrual.remainder = meter.svm.remainder;
  restoreSupplies(meter, minute);
  if (commits !== undefined) noticeLostTables(meter);
  const darkMinutes = minute - meter.highestMinute - 1;
  // A power cut was told by the last gasp. Who went dark without one was not cut off: its minutes are missing for another reason.
  if (darkMinutes > 0 && markMissing(meter, meter.highestMinute + 1, minute) && !hasGasped) {
    meter.attention |= AttentionReason.profileGap;
  }
  recordEvent(meter, EventKind.powerUp, { value: Math.max(0, darkMinutes * 60) });
  countCuts(meter, minute);
  beginMinute(meter, minute);
  settleFloors(meter);
  for (const supply of meter.supplies) restoreRelay(meter, supply, out);
  restoreLeakWatch(meter);
  warnIfLastUnit(meter, out);
  reconsiderCredit(meter, out);
  switchLoadControl(meter, out);
  return meter;
}

/** So many cuts within any hour are an event: somebody may be playing with the main switch (X12). */
function countCuts(meter: Meter, minute: number): void {
  const { kept } = meter;
  const cuts = [...kept.cuts, minute].slice(-CUTS_KEPT);
  kept.cuts = cuts;
  const [oldest = 0] = cuts;
  const repeated = oldest > 0 && minute - oldest < 60 && minute >= oldest;
  // Each cut is in one event: the next comes after as many again.
  if (repeated) cuts.fill(0);
  keepState(meter);
  if (repeated) recordEvent(meter, EventKind.powerCutsRepeated, { value: CUTS_KEPT });
}

function restoreSupplies(meter: Meter, minute: number): void {
  for (const supply of meter.supplies) {
    supply.tables.splice(0, 2, ...readTables(meter.nvm, supply.place));
    lookUpRate(meter, supply, minute);
    // The clock lost time while it was dark: what was lived already is lived again.
    if (minute <= meter.highestMinute) forgetTold(meter, supply, Math.floor(minute / MINUTES_PER_DAY));
    const kept = readTotals(meter.nvm, supply.place);
    if (kept === undefined) {
      firstTotals(meter, supply, minute);
      continue;
    }
    supply.totals = kept.totals;
    supply.totalsSlot = kept.slot;
    supply.totalsSequence = kept.sequence;
    supply.dayEnds = dayEnd(supply, kept.totals.day);
    supply.sinceDayStart = energySince(meter, supply.place, kept.minute) - kept.counted;
    if (minute < kept.minute) reopenDay(meter, supply, minute);
    // The day ended in the dark: what flows from now on is none of it.
    else if (minute >= supply.dayEnds) endDay(meter, supply, minute);
  }
}

function blankMeter(
  memory: MeterMemory,
  supplyCount: number,
  randomness: Randomness,
  policy: SupplyPolicy,
  kept: Meter['kept'],
  now: number,
  labSessions: number | undefined,
  calibrations: readonly Calibration[] = [],
  pulses?: PulseInput,
): Meter {
  const layout = layoutOf(supplyCount);
  return {
    nvm: memory.nvm,
    layout,
    svm: startSvm(pursePlace(memory, supplyCount), randomness),
    sam: startSam(memory.sam, randomness, labSessions),
    supplies: layout.supplies.map((place, i) =>
      blankSupply((i + 1) as SupplyIndex, place, kept, now, calibrations[i], i === 0 ? pulses : undefined),
    ),
    policy,
    kept,
    keptSlot: 0,
    events: findEvents({ nvm: memory.nvm, layout }),
    now,
    minute: 0,
    highestMinute: kept.highestMinute,
    exchanger: { tokens: 0, tank: 0 },
    spent: 0,
    accrual: { remainder: 0 },
    stored: 0,
    owed: 0,
    purseClosed: false,
    lendingRefused: false,
    frozen: 0,
    buzzer: { sounding: false, lastWarningMinute: Number.NEGATIVE_INFINITY },
    attention: 0,
    loadControlOn: false,
    lowBalanceTold: false,
    lastTokenTold: false,
    secondPassAt: Number.NEGATIVE_INFINITY,
    foreignModemToldAt: Number.NEGATIVE_INFINITY,
    dismantled: false,
    card: undefined,
    payment: undefined,
    attentionSent: 0,
    interphone: silentInterphone(),
    servesSeed: labSessions !== undefined,
    display: { page: 0, digits: '', keyedUntil: 0 },
    currency: undefined,
    daysHeld: { lastDay: -1, days: 0 },
  };
}

function blankSupply(
  index: SupplyIndex,
  place: SupplyLayout,
  kept: Meter['kept'],
  now: number,
  calibration: Calibration | undefined,
  pulses: PulseInput | undefined,
): Supply {
  return {
    index,
    place,
    tables: [undefined, undefined],
    active: 0,
    inForce: undefined,
    rate: 0 as Supply['rate'],
    percent: 0,
    rateUntil: 0,
    band: 0,
    nextBand: 0,
    minuteEnergy: 0,
    milliwattHours: 0,
    totals: undefined as never,
    sinceDayStart: 0,
    exportedSinceKept: 0,
    dayEnds: Number.POSITIVE_INFINITY,
    totalsSlot: 0,
    totalsSequence: 0,
    relay: {
      reasons: kept.reasons[index - 1] ?? 0,
      overCurrentSince: undefined,
      loadSince: undefined,
      reclosesLeft: reclosesKept(kept.recloses[index - 1] as number),
      recloseAt: undefined,
    },
    output: noOutputVoltage(),
    voltage: noVoltage(now),
    reverse: noReverseEnergy(),
    watts: 0,
    circuit: calibration && supplyCircuit(calibration),
    flow: pulses && flowInput(pulses),
  };
}
