import { degreesOfLag } from '../metering/index.ts';
import { AttentionReason, ENERGY_MAX, EventKind } from '../records/index.ts';
import { assert, type MilliwattHours, type SupplyIndex } from '../units/index.ts';
import { callAttention } from './attention.ts';
import { recordEvent } from './event-log.ts';
import { consume } from './exchanger.ts';
import { stepMeasured, stepTime, stepVoltage } from './meter.ts';
import type { Nvm } from './nvm.ts';
import type { MeterOutputs } from './outputs.ts';
import { noteReverse } from './reverse-energy.ts';
import { senseSeal } from './seal.ts';
import { clockMs, type Meter, type Supply } from './state.ts';
import { totalsNow } from './totals.ts';

/**
 * The input of a meter whose parts 2 to 9 are another meter with a register that is read over a bus. Its register only
 * says what has flowed since the last reading; what is charged, and when the relay opens, is decided here.
 *
 * Two registers run side by side: that of the measuring meter and our own, which is charged. All that is kept is where
 * the foreign one stood when ours was at zero. So what was read and not committed before a power cut is read again, and
 * nothing is charged twice; and what is below the step of the foreign register is carried by the register itself.
 */

/** What a measuring meter says at one instant. Energies are whole multiples of 0.1 Wh, as its register shows them. */
export interface RegisterReading {
  readonly importDeciWattHours: number;
  readonly exportDeciWattHours: number;
  /** Below 0 while energy flows back. */
  readonly watts: number;
  /** Above 0 for an inductive load. */
  readonly vars: number;
  /** Of the phase that has most. */
  readonly deciAmperes: number;
  readonly millivolts: number;
}

/** Behind it, in memory that outlives the power: whether it holds u8, and the places of the two zeros f64. */
export const REGISTER_PLACE_BYTES = 32;
const IMPORT_AT = 8;
const EXPORT_AT = 16;
const HOLDS = 0x01;

export interface RegisterInput {
  readonly place: Nvm;
  /** More than this cannot flow through the connection. */
  readonly wattsMax: number;
  /** What the foreign registers showed, or would have, when ours were at zero, 0.1 Wh; unset until the first reading. */
  importZero: number | undefined;
  exportZero: number;
  /** The reading that was believed last, and the oscillator then. */
  lastImport: number;
  lastExport: number;
  lastAt: number;
  /** A reading that cannot be: it is believed when the next one agrees with it. */
  doubted: { readonly reading: RegisterReading; readonly at: number } | undefined;
  /** Of what flowed past the open relay, what is not kept yet. */
  forgiven: boolean;
  keptMinute: number;
  /** Oscillator when the relay was last seen closed. */
  closedAt: number;
  flowsPastOpen: boolean;
}

/** @param place of REGISTER_PLACE_BYTES bytes, which begin erased */
export function registerInput(meter: Meter, { place, wattsMax }: Pick<RegisterInput, 'place' | 'wattsMax'>) {
  assert(place.bytes.length === REGISTER_PLACE_BYTES, 'a register has its place');
  const view = new DataView(place.bytes.buffer, place.bytes.byteOffset);
  const holds = place.bytes[0] === HOLDS;
  const { registerImport, registerExport } = totalsNow(meter.supplies[0] as Supply);
  const importZero = holds ? view.getFloat64(IMPORT_AT) : undefined;
  const exportZero = holds ? view.getFloat64(EXPORT_AT) : 0;
  // What flowed in the dark flowed since the last minute that was committed.
  const darkMs = Math.max(0, clockMs(meter) - (meter.svm.lastUse?.minute ?? 0) * MS_PER_MINUTE);
  const input: RegisterInput = {
    ...{ place, wattsMax, importZero, exportZero, doubted: undefined, forgiven: false, keptMinute: 0 },
    ...{ lastImport: (importZero ?? 0) + registerImport, lastExport: exportZero + registerExport },
    ...{ lastAt: meter.now - darkMs, closedAt: meter.now, flowsPastOpen: false },
  };
  return input;
}

const MS_PER_MINUTE = 60_000;
const MWH_PER_DECI_WATT_HOUR = 100;
const DECI_WATT_HOURS_PER_WATT_HOUR = 10;
const MS_PER_HOUR = 3_600_000;
/** A register rounds, and was read at some instant between two looks at our clock. */
const SLACK_DECI_WATT_HOURS = 50;
const SLACK_MS = 5_000;
/** A contactor falls, and the register tells what flowed until then. */
const RELAY_SETTLES_MS = 10_000;
/** Below it a measuring meter shows its own supply, or noise. */
const FLOWS_WATTS = 20;

/**
 * The registers of a supply as they were read at `now`. What has flowed is charged up to the last token; what flows past
 * an open relay is not charged, and told as voltage behind it. A register that fell, or rose by more than can have
 * flowed, is told as one when the next reading agrees, and counting goes on from where it stands.
 * @param relayObeys whether the contactor is known to stand where the relay does: without that, flow is no theft
 * @returns whether the registers are believed, wait for another reading that agrees, or begin anew from this one
 */
export function stepRegister(
  meter: Meter,
  input: RegisterInput,
  reading: RegisterReading,
  { now, relayObeys }: { readonly now: number; readonly relayObeys: boolean },
  out: MeterOutputs,
): 'believed' | 'doubted' | 'jumped' {
  const supply = meter.supplies[0] as Supply;
  stepVoltage(meter, supply.index, reading.millivolts, now);
  stepTime(meter, now, out);
  let told: 'believed' | 'jumped' = 'believed';
  if (input.importZero === undefined) beginAt(meter, input, reading);
  else if (!isBelieved(input, reading, now)) {
    const { doubted } = input;
    if (doubted === undefined || !agrees(input, doubted, reading, now)) {
      input.doubted = { reading, at: now };
      return 'doubted';
    }
    told = 'jumped';
    tellJump(meter, input, reading);
    beginAt(meter, input, reading);
  }
  input.doubted = undefined;
  input.lastImport = reading.importDeciWattHours;
  input.lastExport = reading.exportDeciWattHours;
  input.lastAt = now;
  takeExport(meter, input, reading);
  takeImport(meter, input, reading, out);
  const wave = { active: BigInt(Math.round(reading.watts)), reactive: BigInt(Math.round(reading.vars)) };
  const measured = {
    watts: Math.round(reading.watts),
    deciAmperes: reading.deciAmperes,
    degreesOfLag: degreesOfLag(wave),
  };
  stepMeasured(meter, supply.index, measured, now, out);
  watchOpenRelay(meter, input, { reading, now, relayObeys }, out);
  const { minute } = meter;
  if (input.forgiven && input.keptMinute !== minute) keepZeros(meter, input);
  if (meter.attention !== meter.attentionSent) callAttention(meter, out);
  return told;
}

function isBelieved(input: RegisterInput, reading: RegisterReading, now: number): boolean {
  const most = mostIn(input, now - input.lastAt);
  return (
    isBetween(reading.importDeciWattHours, input.lastImport, most) &&
    isBetween(reading.exportDeciWattHours, input.lastExport, most)
  );
}

function agrees(
  input: RegisterInput,
  { reading: before, at }: NonNullable<RegisterInput['doubted']>,
  reading: RegisterReading,
  now: number,
): boolean {
  const most = mostIn(input, now - at);
  return (
    isBetween(reading.importDeciWattHours, before.importDeciWattHours, most) &&
    isBetween(reading.exportDeciWattHours, before.exportDeciWattHours, most)
  );
}

const mostIn = ({ wattsMax }: RegisterInput, ms: number): number =>
  SLACK_DECI_WATT_HOURS + ((ms + SLACK_MS) * wattsMax * DECI_WATT_HOURS_PER_WATT_HOUR) / MS_PER_HOUR;

const isBetween = (value: number, least: number, more: number): boolean => value >= least && value <= least + more;

/** The registers count from where they stand. */
function beginAt(meter: Meter, input: RegisterInput, reading: RegisterReading): void {
  const { registerImport, registerExport } = totalsNow(meter.supplies[0] as Supply);
  input.importZero = reading.importDeciWattHours - registerImport;
  input.exportZero = reading.exportDeciWattHours - registerExport;
  keepZeros(meter, input);
}

function keepZeros(meter: Meter, input: RegisterInput): void {
  const bytes = new Uint8Array(REGISTER_PLACE_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = HOLDS;
  view.setFloat64(IMPORT_AT, input.importZero as number);
  view.setFloat64(EXPORT_AT, input.exportZero);
  // The byte that makes it hold is the last one: what is torn before it is a register that begins anew.
  input.place.write(0, ERASED, 0, 1);
  input.place.write(1, bytes, 1, bytes.length - 1);
  input.place.write(0, bytes, 0, 1);
  input.forgiven = false;
  input.keptMinute = meter.minute;
}

const ERASED = Uint8Array.of(0xff);

/** It was turned back, or is another meter, or somebody speaks in its place. */
function tellJump(meter: Meter, input: RegisterInput, reading: RegisterReading): void {
  const { index: supply } = meter.supplies[0] as Supply;
  const moved = (before: number, after: number) => ({
    ...{ supply, value: Math.floor(Math.abs(after - before) / DECI_WATT_HOURS_PER_WATT_HOUR) },
  });
  const imported = moved(input.lastImport, reading.importDeciWattHours);
  const exported = moved(input.lastExport, reading.exportDeciWattHours);
  const isBehind = reading.importDeciWattHours < input.lastImport || reading.exportDeciWattHours < input.lastExport;
  const kind = isBehind ? EventKind.counterBehind : EventKind.counterAhead;
  recordEvent(meter, kind, imported.value > 0 ? imported : exported);
  meter.attention |= AttentionReason.memoryDamaged;
}

function takeExport(meter: Meter, input: RegisterInput, reading: RegisterReading): void {
  const supply = meter.supplies[0] as Supply;
  const flowed = reading.exportDeciWattHours - input.exportZero - totalsNow(supply).registerExport;
  const exportedMwh = Math.max(0, flowed) * MWH_PER_DECI_WATT_HOUR;
  noteReverse(meter, supply, { activeMilliwatts: Math.round(reading.watts * 1000), exportedMwh });
}

/** As much as a minute of the profile has room for; what is more comes with the next. */
function takeImport(meter: Meter, input: RegisterInput, reading: RegisterReading, out: MeterOutputs): void {
  const supply = meter.supplies[0] as Supply;
  const counted = totalsNow(supply).registerImport;
  const wanted = reading.importDeciWattHours - (input.importZero as number) - counted;
  if (wanted <= 0) return;
  const room = ENERGY_MAX - supply.minuteEnergy;
  const isOpen = supply.relay.reasons !== 0;
  const asked = isOpen ? wanted : Math.max(0, Math.min(wanted, room));
  consume(meter, supply.index, (asked * MWH_PER_DECI_WATT_HOUR) as MilliwattHours, out);
  const unpaid = asked - (totalsNow(supply).registerImport - counted);
  if (unpaid <= 0) return;
  // It flowed, and nobody pays for it: not now, and not when there is credit again.
  input.importZero = (input.importZero as number) + unpaid;
  if (!input.forgiven && input.keptMinute !== meter.minute) keepZeros(meter, input);
  else input.forgiven = true;
}

function watchOpenRelay(
  meter: Meter,
  input: RegisterInput,
  {
    reading,
    now,
    relayObeys,
  }: { readonly reading: RegisterReading; readonly now: number; readonly relayObeys: boolean },
  out: MeterOutputs,
): void {
  const { relay, index: supply } = meter.supplies[0] as Supply;
  if (relay.reasons === 0 || !relayObeys) input.closedAt = now;
  const flows = now - input.closedAt >= RELAY_SETTLES_MS && reading.watts >= FLOWS_WATTS;
  if (flows === input.flowsPastOpen) return;
  input.flowsPastOpen = flows;
  senseSeal(meter, { sensor: 'output-voltage', on: flows, supply, value: flows ? reading.millivolts : 0 }, now, out);
}

/** What hangs on the bus of a meter. */
export const BusPart = { measuring: 1, relay: 2 } as const;
export type BusPart = (typeof BusPart)[keyof typeof BusPart];

/** A part of the meter was silent for so long, or is heard again. One that comes and goes is told once an hour. */
export function stepPart(
  meter: Meter,
  watch: PartWatch,
  { silentSeconds, now }: { readonly silentSeconds: number; readonly now: number },
  out: MeterOutputs,
): void {
  stepTime(meter, now, out);
  const isSilent = silentSeconds >= watch.afterSeconds;
  const about = { supply: 1 as SupplyIndex, detail: watch.part };
  if (isSilent) watch.longestSeconds = Math.max(watch.longestSeconds, silentSeconds);
  if (isSilent && !watch.told && now - watch.toldAt >= MS_PER_HOUR) {
    watch.told = true;
    watch.toldAt = now;
    recordEvent(meter, EventKind.partSilentBegun, { ...about, value: silentSeconds });
  } else if (!isSilent && watch.told) {
    watch.told = false;
    recordEvent(meter, EventKind.partSilentEnded, { ...about, value: watch.longestSeconds });
    watch.longestSeconds = 0;
  }
}

export interface PartWatch {
  readonly part: BusPart;
  /** A silence that is shorter is none. */
  readonly afterSeconds: number;
  told: boolean;
  toldAt: number;
  longestSeconds: number;
}

/** The watch over a part that was heard just now. */
export const partWatch = (part: BusPart, afterSeconds: number): PartWatch => ({
  ...{ part, afterSeconds, told: false, toldAt: Number.NEGATIVE_INFINITY, longestSeconds: 0 },
});
