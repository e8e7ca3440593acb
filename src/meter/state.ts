import { crc32 } from '../bytes/index.ts';
import {
  type CardRefusal,
  decodeEvent,
  EVENT_BYTES,
  type EventRecord,
  encodeEvent,
  isRecordFailure,
  type Prompt,
  type SupplyPolicy,
  type Totals,
} from '../records/index.ts';
import type { Accrual, ChargeRate, ModeTable, PhaseBand } from '../tariff/index.ts';
import {
  type Csn,
  type Region,
  SUPPLIES_MAX,
  type SupplyIndex,
  type Tokens,
  U32_MAX,
  type UnixSeconds,
  unixSeconds,
} from '../units/index.ts';
import type { SlotPayment } from './card-payment.ts';
import type { CardPipe } from './card-pipe.ts';
import { type Layout, STATE_BYTES, type SupplyLayout } from './layout.ts';
import type { Currency } from './money.ts';
import { bytesAt, getU16, getU32, getU64, type Nvm, putU16, putU32, putU64 } from './nvm.ts';
import type { OutputVoltage } from './output-voltage.ts';
import type { ReverseEnergy } from './reverse-energy.ts';
import type { Sam } from './sam.ts';
import type { SupplyCircuit } from './supply-circuit.ts';
import type { Svm } from './svm.ts';
import type { FlowInput } from './valve.ts';
import type { IntervalVoltage } from './voltages.ts';

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
  /** Of the last event about a foreign modem, by the oscillator. */
  foreignModemToldAt: number;
  dismantled: boolean;
  /** The card in the slot (part 12), from its insertion until it is pulled. */
  card: InsertedCard | undefined;
  /** By a payment card, the last one; it outlives the card's time in the slot, and no loss of power. */
  payment: SlotPayment | undefined;
  /** A laboratory meter: it speaks the seed's own suite. */
  readonly servesSeed: boolean;
  /** What was keyed in and not ended counts for nothing from `keyedUntil` on, by the oscillator. */
  readonly display: { page: number; digits: string; keyedUntil: number };
  /** As the last sale at the slot had it: none since power came, and digits that are keyed are not shown as money. */
  currency: Currency | undefined;
  readonly interphone: Interphone;
  /** How many complete days the profile held when its last complete day was this. */
  daysHeld: { readonly lastDay: number; readonly days: number };
}

/** The interphone (part 20), in memory alone: a call ends with the power. */
export interface Interphone {
  state: 'idle' | 'calling' | 'live';
  /** By the oscillator: when the key was pressed, or the host spoke last. */
  since: number;
  /** What is said, which is 0 before the first of it. */
  speech: number;
  prompts: readonly Prompt[];
  mustBeHeard: boolean;
  /** When its end is reached; nothing once a key has ended it before. */
  endsAt: number | undefined;
  /** Keys that the host has not taken, and the number of the first of them, modulo 256. */
  keys: string;
  first: number;
}

/** A card in the slot, as the CPU sees it: which one it is, what it is doing, and what is left on it. */
export interface InsertedCard {
  /** Known once the card has said it. */
  csn: Csn | undefined;
  /** Its insertion has been told in an event. */
  announced: boolean;
  /** What its next response belongs to; an idle card is asked nothing, and free for a load. */
  work:
    | { readonly name: 'taking' }
    | { readonly name: 'selecting' }
    | { readonly name: 'naming' }
    | { readonly name: 'reading'; readonly region: Region }
    | { readonly name: 'loading' }
    | { readonly name: 'paying' }
    | { readonly name: 'idle' };
  /** Keyed in before it was put in: as much as is taken, or what is to be paid. */
  readonly keyed: number;
  /** It holds no purse, and may be one to pay with. */
  isPayment: boolean;
  /** Why nothing, or no more, was taken; `status` is the card's own word. */
  refusal: { readonly reason: CardRefusal; readonly status: number } | undefined;
  /** By region, as its last status said. */
  readonly balances: Map<Region, Tokens>;
  /** Between the host and the card. */
  readonly pipe: CardPipe;
}

export interface Supply {
  readonly index: SupplyIndex;
  /** Where its tables, totals and profile lie. */
  readonly place: SupplyLayout;
  /** The two tables held. */
  readonly tables: (ModeTable | undefined)[];
  /** The place of the table in force, or of the last that was. */
  active: 0 | 1;
  /** What `rate` is read from; `undefined` before the first table begins, and when the one in force was lost. */
  inForce: ModeTable | undefined;
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
  /** What flowed back since the register was kept, 0.1 Wh. */
  exportedSinceKept: number;
  /** The unix minute with which the local day ends. */
  dayEnds: number;
  totalsSlot: 0 | 1;
  totalsSequence: number;
  readonly relay: RelayState;
  readonly output: OutputVoltage;
  readonly voltage: IntervalVoltage;
  readonly reverse: ReverseEnergy;
  /** What the power circuit last measured, for the display; below 0 while energy flows back. */
  watts: number;
  /** Of a supply that is fed with samples; one that is fed with energy has none. */
  readonly circuit: SupplyCircuit | undefined;
  /** Of a meter of gas, water or heat: what comes in by pulses, and the valve. */
  readonly flow: FlowInput | undefined;
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
  /** Of the event that was written last: the next one names it. */
  link: Uint8Array;
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
  /** The unix minutes of the last power cuts, the oldest first; 0 for none. */
  cuts: number[];
  /** Relay reasons by supply: they survive the loss of power. */
  readonly reasons: number[];
  /** By supply: re-closures left, and whether one is due. */
  readonly recloses: number[];
  /** Bit i - 1: the latch of supply i was left open; bit i + 3: its valve stops at reduced flow. */
  latchesOpen: number;
  /** When the line last brought an authentic message, Unix seconds; 0 for never. */
  heardAt: number;
  /** The policy that was taken last: an older one that is found in its place is not the meter's policy. */
  policyVersion: number;
  /** By supply: what is charged when the table in force cannot be read any more. */
  readonly lastCharges: LastCharge[];
  /** The local unit has kept the events before this one. */
  eventsKeptBefore: number;
  /** The newest event of a relay: kept in one write with its reasons, so that a cut before the event loses neither. */
  relayEvent: EventRecord | undefined;
}

/** Version, unit charge and dearest step of the table that was last in force, with the surcharge of a good phase angle. */
export interface LastCharge {
  /** 0: no table was ever in force. */
  readonly version: number;
  readonly unitCharge: number;
  readonly percent: number;
  readonly surcharge: number;
}

export const NO_CHARGE: LastCharge = { version: 0, unitCharge: 0, percent: 0, surcharge: 0 };

/** Five cuts within an hour are an event. */
export const CUTS_KEPT = 5;

const OFFSET_BIAS = 2 ** 52;
const CUTS_AT = [26, 30, 34, 38, 42] as const;
const CHARGES_AT = 68;
const CHARGE_BYTES = 12;
const RELAY_EVENT_AT = CHARGES_AT + SUPPLIES_MAX * CHARGE_BYTES;
const EVENTS_KEPT_AT = RELAY_EVENT_AT + EVENT_BYTES;

function putCharge(bytes: Uint8Array, at: number, { version, unitCharge, percent, surcharge }: LastCharge): void {
  putU32(bytes, at, version);
  putU32(bytes, at + 4, unitCharge);
  putU16(bytes, at + 8, percent);
  putU16(bytes, at + 10, surcharge);
}

function getCharge(bytes: Uint8Array, at: number): LastCharge {
  const version = getU32(bytes, at);
  if (version === 0) return NO_CHARGE;
  return {
    version,
    unitCharge: getU32(bytes, at + 4),
    percent: getU16(bytes, at + 8),
    surcharge: getU16(bytes, at + 10),
  };
}

function getRelayEvent(bytes: Uint8Array): EventRecord | undefined {
  const event = decodeEvent(bytes.subarray(RELAY_EVENT_AT, RELAY_EVENT_AT + EVENT_BYTES));
  return isRecordFailure(event) ? undefined : event;
}

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
  for (let i = 0; i < CUTS_KEPT; i++) putU32(bytes, CUTS_AT[i] as number, kept.cuts[i] ?? 0);
  for (let i = 0; i < SUPPLIES_MAX; i++) bytes[46 + i] = kept.reasons[i] ?? 0;
  bytes[50] = meter.dismantled ? 1 : 0;
  bytes[51] = kept.latchesOpen;
  for (let i = 0; i < SUPPLIES_MAX; i++) putU16(bytes, 52 + 2 * i, kept.recloses[i] ?? 0);
  putU32(bytes, 60, kept.heardAt);
  putU32(bytes, 64, kept.policyVersion);
  for (let i = 0; i < SUPPLIES_MAX; i++)
    putCharge(bytes, CHARGES_AT + i * CHARGE_BYTES, kept.lastCharges[i] ?? NO_CHARGE);
  if (kept.relayEvent !== undefined) bytes.set(encodeEvent(kept.relayEvent), RELAY_EVENT_AT);
  putU32(bytes, EVENTS_KEPT_AT, kept.eventsKeptBefore);
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
  cuts: new Array(CUTS_KEPT).fill(0),
  reasons: [0, 0, 0, 0],
  recloses: [0, 0, 0, 0],
  latchesOpen: 0,
  heardAt: 0,
  policyVersion: 0,
  lastCharges: new Array(SUPPLIES_MAX).fill(NO_CHARGE),
  eventsKeptBefore: 1,
  relayEvent: undefined,
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
    const bytes = bytesAt(nvm, layout.state + slot * STATE_BYTES, STATE_BYTES);
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
      cuts: CUTS_AT.map((at) => getU32(bytes, at)),
      reasons: [...bytes.subarray(46, 50)],
      recloses: [0, 1, 2, 3].map((i) => getU16(bytes, 52 + 2 * i)),
      latchesOpen: bytes[51] as number,
      heardAt: getU32(bytes, 60),
      policyVersion: getU32(bytes, 64),
      lastCharges: [0, 1, 2, 3].map((i) => getCharge(bytes, CHARGES_AT + i * CHARGE_BYTES)),
      eventsKeptBefore: getU32(bytes, EVENTS_KEPT_AT),
      relayEvent: getRelayEvent(bytes),
    };
    newest = { kept, slot, dismantled: bytes[50] === 1 };
  }
  return newest;
}

/** What the display shows: SVM, tank and exchanger. */
export const balanceOf = (meter: Meter): number => meter.stored + meter.exchanger.tank + meter.exchanger.tokens;

/** Unix milliseconds of the meter's own clock. */
export const clockMs = (meter: Meter): number => meter.now + meter.kept.clockOffsetMs;

/** What it can tell of it. In 2106 that stands still, and prices stay as they are; its minutes go on. */
export const clockSeconds = (meter: Meter): number => Math.min(Math.floor(clockMs(meter) / 1000), U32_MAX);

/** The first second of a minute of its clock, as far as it can be told. */
export const secondOfMinute = (minute: number): UnixSeconds => unixSeconds(Math.min(60 * minute, U32_MAX));

/** The clock as it is told to others: Unix seconds, 0 while it is not set. */
export const clockTold = (meter: Meter): UnixSeconds => unixSeconds(meter.kept.clockSet ? clockSeconds(meter) : 0);
