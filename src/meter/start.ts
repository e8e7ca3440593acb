import { exportTerminalKey, type TerminalKey } from '../crypto/index.ts';
import {
  DEFAULT_SUPPLY_POLICY,
  decodePolicy,
  ENERGY_MAX,
  EventKind,
  encodePolicy,
  isRecordFailure,
  POLICY_BYTES_MAX,
  type SupplyPolicy,
} from '../records/index.ts';
import { encodeModeTable, type ModeTable } from '../tariff/index.ts';
import { assert, type Randomness, SUPPLIES_MAX, type SupplyIndex, type Svpmsn } from '../units/index.ts';
import { readBlob, writeBlob } from './blob.ts';
import { findEvents, recordEvent } from './event-log.ts';
import { takeLevels } from './exchanger.ts';
import { settleFloors } from './floors.ts';
import { layoutOf, PROFILE_RING_MINUTES } from './layout.ts';
import { beginMinute, energyAt, markMissing, writeMinute } from './minutes.ts';
import { lookUpRate, readTables } from './mode-tables.ts';
import { erased, type Nvm, PlainNvm } from './nvm.ts';
import type { MeterOutputs } from './outputs.ts';
import { reconsiderCredit } from './relay.ts';
import { startSam } from './sam.ts';
import { personaliseSam, SAM_MEMORY_BYTES, storeKey } from './sam-memory.ts';
import { blankState, clockMs, keepState, type Meter, readState, type Supply } from './state.ts';
import { personaliseSvm, SVM_MEMORY_BYTES, startSvm, USE_REQUEST_BYTES } from './svm.ts';
import { dayEnd, firstTotals, readTotals } from './totals.ts';
import { warnLastToken } from './warnings.ts';

/** The three memories of a meter: on its board, and inside each secure chip. */
export interface MeterMemory {
  readonly nvm: Nvm;
  readonly sam: Nvm;
  readonly svm: Nvm;
}

export const blankMemory = (supplyCount = 1): MeterMemory => ({
  nvm: new PlainNvm(erased(layoutOf(supplyCount).length)),
  sam: new PlainNvm(erased(SAM_MEMORY_BYTES)),
  svm: new PlainNvm(erased(SVM_MEMORY_BYTES)),
});

/** What a new meter leaves the workshop with. */
export interface Personalisation {
  readonly svpmsn: Svpmsn;
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
  personaliseSam(memory.sam, svpmsn, pairKey);
  for (const key of keys) storeKey(memory.sam, key.n, exportTerminalKey(key));
  personaliseSvm(memory.nvm, layout.purse, memory.svm, pairKey, randomness);
  writeBlob(memory.nvm, layout.policy[0], encodePolicy(policy));
  for (const [i, table] of tables.entries()) {
    assert(table.supply === i + 1, 'the tables are in the order of their supplies');
    writeBlob(memory.nvm, (layout.supplies[i] as (typeof layout.supplies)[number]).tables[0], encodeModeTable(table));
  }
  const minute = Math.floor(unixMs / 60_000);
  const kept = { ...blankState(), clockOffsetMs: unixMs - now, clockSet: true, highestMinute: minute - 1 };
  const meter = blankMeter(memory, tables.length, randomness, policy, kept, now, undefined);
  keepState(meter);
  for (const supply of meter.supplies) {
    lookUpRate(supply, minute);
    firstTotals(meter, supply, minute);
    for (let slot = 0; slot < PROFILE_RING_MINUTES; slot++) writeMinute(memory.nvm, meter, supply, slot, 0xffff, 0);
  }
}

export interface StartOptions {
  /** Milliseconds of the oscillator, which goes on through a power cut as long as the clock's battery lasts. */
  readonly now: number;
  /** The battery did not last: the clock goes on from the last minute that was recorded, and says so. */
  readonly clockLost?: boolean;
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
  const policy = newestPolicy(memory.nvm, layout.policy) ?? DEFAULT_SUPPLY_POLICY;
  const reading = readState(memory.nvm, layout);
  const meter = blankMeter(
    memory,
    supplyCount,
    randomness,
    policy,
    reading?.kept ?? blankState(),
    options.now,
    options.labSessions,
  );
  meter.keptSlot = reading?.slot ?? 0;
  meter.dismantled = reading?.dismantled ?? false;
  const { lastUse } = meter.svm;
  meter.highestMinute = Math.max(meter.kept.highestMinute, lastUse?.minute ?? 0);
  if (options.clockLost === true) {
    meter.kept.clockSet = false;
    meter.kept.clockOffsetMs = (meter.highestMinute + 1) * 60_000 - options.now;
    recordEvent(meter, EventKind.clockLost);
  }
  if (lastUse !== undefined) {
    const supply = { index: (lastUse.mark & 3) + 1 };
    writeMinute(memory.nvm, meter, supply, lastUse.minute, lastUse.energy, ((lastUse.mark >> 2) & 3) as 0);
  }
  const minute = Math.floor(clockMs(meter) / 60_000);
  takeLevels(meter);
  meter.accrual.remainder = meter.svm.remainder;
  restoreSupplies(meter, minute);
  const darkMinutes = minute - meter.highestMinute - 1;
  if (darkMinutes > 0) markMissing(meter, meter.highestMinute + 1, minute);
  recordEvent(meter, EventKind.powerUp, { value: Math.max(0, darkMinutes * 60) });
  countCuts(meter, minute);
  beginMinute(meter, minute);
  settleFloors(meter);
  if (meter.stored === 0 && meter.exchanger.tank === 0) warnLastToken(meter, out);
  reconsiderCredit(meter, out);
  return meter;
}

/** More cuts than this within an hour are an event: somebody may be playing with the main switch (X12). */
const CUTS_AN_HOUR = 5;

function countCuts(meter: Meter, minute: number): void {
  const { kept } = meter;
  if (minute - kept.cutsSince >= 60 || minute < kept.cutsSince) {
    kept.cutsSince = minute;
    kept.cuts = 0;
  }
  kept.cuts += 1;
  keepState(meter);
  if (kept.cuts === CUTS_AN_HOUR) recordEvent(meter, EventKind.powerCutsRepeated, { value: kept.cuts });
  if (meter.frozen !== 0) recordEvent(meter, EventKind.valueFrozen, { detail: meter.frozen });
}

function restoreSupplies(meter: Meter, minute: number): void {
  for (const supply of meter.supplies) {
    supply.tables.splice(0, 2, ...readTables(meter.nvm, meter.layout, supply.index));
    lookUpRate(supply, minute);
    const kept = readTotals(meter.nvm, meter.layout, supply.index);
    if (kept === undefined) {
      firstTotals(meter, supply, minute);
      continue;
    }
    supply.totals = kept.totals;
    supply.totalsSlot = kept.slot;
    supply.dayEnds = dayEnd(supply, kept.totals.day);
    const from = Math.max(kept.minute, meter.highestMinute - PROFILE_RING_MINUTES + 1);
    for (let past = from; past <= meter.highestMinute; past++) {
      const energy = energyAt(meter, supply, past);
      if (energy <= ENERGY_MAX) supply.sinceDayStart += energy;
    }
  }
}

export function newestPolicy(nvm: Nvm, places: readonly [number, number]): SupplyPolicy | undefined {
  let newest: SupplyPolicy | undefined;
  for (const at of places) {
    const bytes = readBlob(nvm, at, POLICY_BYTES_MAX);
    const policy = bytes === undefined ? undefined : decodePolicy(bytes);
    if (policy === undefined || isRecordFailure(policy)) continue;
    if (newest === undefined || policy.version > newest.version) newest = policy;
  }
  return newest;
}

function blankMeter(
  memory: MeterMemory,
  supplyCount: number,
  randomness: Randomness,
  policy: SupplyPolicy,
  kept: Meter['kept'],
  now: number,
  labSessions: number | undefined,
): Meter {
  const layout = layoutOf(supplyCount);
  return {
    nvm: memory.nvm,
    layout,
    svm: startSvm(memory.nvm, layout.purse, memory.svm, randomness),
    sam: startSam(memory.sam, randomness, policy.emergencyCredit, labSessions),
    supplies: Array.from({ length: supplyCount }, (_, i) => blankSupply((i + 1) as SupplyIndex, policy, kept)),
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
    frozen: 0,
    buzzer: { sounding: false, lastWarningMinute: Number.NEGATIVE_INFINITY },
    attention: 0,
    loadControlOn: false,
    lowBalanceTold: false,
    lastTokenTold: false,
    secondPassAt: Number.NEGATIVE_INFINITY,
    dismantled: false,
    cardInserted: false,
    useRequest: new Uint8Array(USE_REQUEST_BYTES),
    attentionSent: 0,
    servesSeed: labSessions !== undefined,
    display: { page: 0, digits: '' },
  };
}

function blankSupply(index: SupplyIndex, policy: SupplyPolicy, kept: Meter['kept']): Supply {
  return {
    index,
    tables: [undefined, undefined],
    active: 0,
    rate: 0 as Supply['rate'],
    percent: 0,
    rateUntil: 0,
    band: 0,
    nextBand: 0,
    minuteEnergy: 0,
    milliwattHours: 0,
    totals: undefined as never,
    sinceDayStart: 0,
    dayEnds: Number.POSITIVE_INFINITY,
    totalsSlot: 0,
    relay: {
      reasons: kept.reasons[index - 1] ?? 0,
      overCurrentSince: undefined,
      loadSince: undefined,
      reclosesLeft: policy.supplies[index - 1]?.overCurrent?.recloseCount ?? 0,
      recloseAt: undefined,
    },
    watts: 0,
  };
}
