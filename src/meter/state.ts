import { crc32 } from '../bytes/index.ts';
import type { SupplyPolicy, Totals } from '../records/index.ts';
import type { Accrual, ChargeRate, ModeTable, PhaseBand } from '../tariff/index.ts';
import { SUPPLIES_MAX, type SupplyIndex, type UnixSeconds, unixSeconds } from '../units/index.ts';
import { type Layout, STATE_BYTES, type SupplyLayout } from './layout.ts';
import { getU16, getU32, getU64, type Nvm, putU16, putU32, putU64 } from './nvm.ts';
import type { Sam } from './sam.ts';
import type { SupplyCircuit } from './supply-circuit.ts';
import type { Svm } from './svm.ts';

/**
 * The meter while it has power: CPU 162 with what it holds in RAM, and the two secure chips behind it. All that must
 * outlive the power is in `nvm` and in the chips; `startMeter` reads it back.
 */
export interface Meter {
  readonly nvm: Nvm;
  readonly layout: Layout;
  readonly svm: Svm;
  readonly sam: Sam;
  readonly supplies: readonly Supply[];
  policy: SupplyPolicy;
  readonly kept: KeptState;
  keptSlot: 0 | 1;
  readonly events: EventLog;

  /** Oscillator of the caller, milliseconds; the clock is this plus `kept.clockOffsetMs`. */
  now: number;
  /** The unix minute that is running, and the highest that the profile has. */
  minute: number;
  highestMinute: number;

  /** Token exchanger and tank (part 10), and what was spent since the purse's last record. */
  readonly exchanger: { tokens: number; tank: number };
  spent: number;
  /** The remainder of the charge, below one token. */
  readonly accrual: Accrual;
  /** SVM's share of the balance as the last draw or credit left it: no bus message is needed to show the balance. */
  stored: number;
  owed: number;
  purseClosed: boolean;
  /** SAM or SVM gave no loan where the policy would have: asked again when value or policy change. */
  lendingRefused: boolean;
  frozen: number;

  readonly buzzer: { sounding: boolean; lastWarningMinute: number };
  /** Attention reasons that wait for the contention slot. */
  attention: number;
  /** Those of them that the last attention frame named. */
  attentionSent: number;
  loadControlOn: boolean;
  lowBalanceTold: boolean;
  lastTokenTold: boolean;
  /** When the last M2 left for the first time: the clock set that follows cannot be older than this. */
  secondPassAt: number;
  dismantled: boolean;
  cardInserted: boolean;
  /** A laboratory meter: it speaks the seed's own suite. */
  readonly servesSeed: boolean;
  readonly useRequest: Uint8Array;
  readonly display: { page: number; digits: string };
  /** How many complete days the profile held when its last complete day was this. */
  daysHeld: { readonly lastDay: number; readonly days: number };
}

export interface Supply {
  readonly index: SupplyIndex;
  /** Where its tables, totals and profile lie. */
  readonly place: SupplyLayout;
  /** The two tables held; the active one is read by `rate`. */
  readonly tables: (ModeTable | undefined)[];
  active: 0 | 1;
  rate: ChargeRate;
  percent: number;
  /** First unix minute at which the rate must be looked up again. */
  rateUntil: number;
  band: PhaseBand;
  nextBand: PhaseBand;
  /** Energy of the running minute in 0.1 Wh, and what is carried below that, in mWh. */
  minuteEnergy: number;
  milliwattHours: number;
  /** Totals as of the start of the local day, and what came since in 0.1 Wh. */
  totals: Totals;
  sinceDayStart: number;
  /** The unix minute with which the local day ends. */
  dayEnds: number;
  totalsSlot: 0 | 1;
  totalsSequence: number;
  readonly relay: RelayState;
  /** What the power circuit last measured, for the display; below 0 while energy flows back. */
  watts: number;
  /** Of a supply that is fed with samples; one that is fed with energy has none. */
  readonly circuit: SupplyCircuit | undefined;
}

export interface RelayState {
  /** RelayReason bits; the relay is open when any is set. */
  reasons: number;
  overCurrentSince: number | undefined;
  loadSince: number | undefined;
  reclosesLeft: number;
  recloseAt: number | undefined;
}

export interface EventLog {
  next: number;
  /** The local unit has kept the events before this one. */
  keptBefore: number;
}

/** The CPU's own state: what must outlive the power besides purse, tables, policy, totals and profile. */
export interface KeptState {
  sequence: number;
  /** Unix milliseconds minus the oscillator's. */
  clockOffsetMs: number;
  clockSet: boolean;
  slewDay: number;
  slewSpent: number;
  attentionCounter: number;
  highestMinute: number;
  /** Power cuts within the hour that began with this unix minute. */
  cutsSince: number;
  cuts: number;
  /** Relay reasons by supply: they survive the loss of power. */
  readonly reasons: number[];
  /** By supply: re-closures left, and whether one is due. */
  readonly recloses: number[];
  /** Bit i - 1: the latch of supply i was left open. */
  latchesOpen: number;
  /** When the line last brought an authentic message, Unix seconds; 0 for never. */
  heardAt: number;
}

const OFFSET_BIAS = 2 ** 52;

/** Writes the state into the slot that is not in use; the old one stays whole until the new one is. */
export function keepState(meter: Meter): void {
  const { kept } = meter;
  kept.sequence += 1;
  const slot = meter.keptSlot === 0 ? 1 : 0;
  const bytes = new Uint8Array(STATE_BYTES);
  putU32(bytes, 0, kept.sequence);
  putU64(bytes, 4, kept.clockOffsetMs + OFFSET_BIAS);
  bytes[12] = kept.clockSet ? 1 : 0;
  putU32(bytes, 13, kept.slewDay);
  bytes[17] = kept.slewSpent;
  putU32(bytes, 18, kept.attentionCounter);
  putU32(bytes, 22, kept.highestMinute);
  putU32(bytes, 26, kept.cutsSince);
  putU16(bytes, 30, kept.cuts);
  for (let i = 0; i < SUPPLIES_MAX; i++) bytes[32 + i] = kept.reasons[i] ?? 0;
  bytes[36] = meter.dismantled ? 1 : 0;
  bytes[37] = kept.latchesOpen;
  for (let i = 0; i < SUPPLIES_MAX; i++) putU16(bytes, 38 + 2 * i, kept.recloses[i] ?? 0);
  putU32(bytes, 46, kept.heardAt);
  putU32(bytes, STATE_BYTES - 4, crc32(bytes, 0, STATE_BYTES - 4));
  meter.nvm.write(meter.layout.state + slot * STATE_BYTES, bytes, 0, STATE_BYTES);
  meter.keptSlot = slot;
}

export const blankState = (): KeptState => ({
  sequence: 0,
  clockOffsetMs: 0,
  clockSet: false,
  slewDay: 0,
  slewSpent: 0,
  attentionCounter: 0,
  highestMinute: 0,
  cutsSince: 0,
  cuts: 0,
  reasons: [0, 0, 0, 0],
  recloses: [0, 0, 0, 0],
  latchesOpen: 0,
  heardAt: 0,
});

export interface KeptReading {
  readonly kept: KeptState;
  readonly slot: 0 | 1;
  readonly dismantled: boolean;
}

/** The newest whole slot, or `undefined` when neither is. */
export function readState(nvm: Nvm, layout: Layout): KeptReading | undefined {
  let newest: KeptReading | undefined;
  for (const slot of [0, 1] as const) {
    const bytes = nvm.bytes.subarray(layout.state + slot * STATE_BYTES, layout.state + (slot + 1) * STATE_BYTES);
    if (crc32(bytes, 0, STATE_BYTES - 4) !== getU32(bytes, STATE_BYTES - 4)) continue;
    const sequence = getU32(bytes, 0);
    if (newest !== undefined && newest.kept.sequence > sequence) continue;
    const kept: KeptState = {
      sequence,
      clockOffsetMs: getU64(bytes, 4) - OFFSET_BIAS,
      clockSet: bytes[12] === 1,
      slewDay: getU32(bytes, 13),
      slewSpent: bytes[17] as number,
      attentionCounter: getU32(bytes, 18),
      highestMinute: getU32(bytes, 22),
      cutsSince: getU32(bytes, 26),
      cuts: getU16(bytes, 30),
      reasons: [...bytes.subarray(32, 36)],
      recloses: [0, 1, 2, 3].map((i) => getU16(bytes, 38 + 2 * i)),
      latchesOpen: bytes[37] as number,
      heardAt: getU32(bytes, 46),
    };
    newest = { kept, slot, dismantled: bytes[36] === 1 };
  }
  return newest;
}

/** What the display shows: SVM, tank and exchanger. */
export const balanceOf = (meter: Meter): number => meter.stored + meter.exchanger.tank + meter.exchanger.tokens;

/** Unix milliseconds of the meter's own clock. */
export const clockMs = (meter: Meter): number => meter.now + meter.kept.clockOffsetMs;
export const clockSeconds = (meter: Meter): number => Math.floor(clockMs(meter) / 1000);

/** The clock as it is told to others: Unix seconds, 0 while it is not set. */
export const clockTold = (meter: Meter): UnixSeconds => unixSeconds(meter.kept.clockSet ? clockSeconds(meter) : 0);
