import { ENERGY_MAX, ENERGY_MISSING, EventKind } from '../records/index.ts';
import type { PhaseBand } from '../tariff/index.ts';
import { recordEvent } from './event-log.ts';
import { PROFILE_RING_MINUTES } from './layout.ts';
import { applyBand, lookUpRate } from './mode-tables.ts';
import { getU16, putU16 } from './nvm.ts';
import type { MeterOutputs } from './outputs.ts';
import { clockMs, type Meter, type Supply } from './state.ts';
import { putUse, svmCommand } from './svm.ts';
import { endDay } from './totals.ts';
import { warnLowBalance } from './warnings.ts';

/** Brings the meter's minute up to its clock, committing each minute that ends (part 15, sixty seconds). */
export function advance(meter: Meter, out: MeterOutputs): void {
  const minute = Math.floor(clockMs(meter) / 60_000);
  while (meter.minute < minute) endMinute(meter, meter.minute + 1, out);
}

/** The clock was set: the running minute ends early, minutes that were jumped over are marked, repeated ones add up. */
export function jumpTo(meter: Meter, minute: number, out: MeterOutputs): void {
  if (minute === meter.minute) return;
  const from = meter.minute;
  endMinute(meter, minute, out);
  if (minute > from + 1) markMissing(meter, Math.max(from, meter.highestMinute) + 1, minute);
}

/** Commits the running minute of each supply, and begins another. */
export function endMinute(meter: Meter, next: number, out: MeterOutputs): void {
  commitUse(meter);
  if (meter.minute > meter.highestMinute) meter.highestMinute = meter.minute;
  const { supplies } = meter;
  for (let i = 0; i < supplies.length; i++) {
    const supply = supplies[i] as Supply;
    if (next >= supply.dayEnds) endDay(meter, supply, next);
  }
  beginMinute(meter, next);
  if (meter.stored <= meter.policy.lowBalance) warnLowBalance(meter, out);
  switchLoadControl(meter, out);
}

/** The output for heat stores and the like is on in cheap hours, as the policy says. */
function switchLoadControl(meter: Meter, out: MeterOutputs): void {
  const on = (meter.supplies[0] as Supply).percent < meter.policy.loadControlBelowPercent;
  if (on === meter.loadControlOn) return;
  meter.loadControlOn = on;
  out.loadControl(on);
}

/** Rates, bands and what the minute already has, when it is lived a second time. */
export function beginMinute(meter: Meter, minute: number): void {
  meter.minute = minute;
  const { supplies } = meter;
  for (let i = 0; i < supplies.length; i++) {
    const supply = supplies[i] as Supply;
    supply.minuteEnergy = 0;
    let band = supply.nextBand;
    if (minute <= meter.highestMinute) {
      const had = energyAt(meter, supply, minute);
      if (had <= ENERGY_MAX) {
        supply.minuteEnergy = had;
        band = bandOf(meter, supply, minute);
      }
    }
    if (minute >= supply.rateUntil || minute < meter.highestMinute) {
      supply.band = band;
      lookUpRate(supply, minute);
    } else if (band !== supply.band) {
      supply.band = band;
      applyBand(supply);
    }
  }
}

/**
 * X12: the use row is the commit; the profile's own value follows and is written again after a power cut.
 * Each supply has a row of its own, with the whole energy of its minute so far, so that repeating it adds nothing.
 */
export function commitUse(meter: Meter): void {
  const { supplies, minute, useRequest, nvm } = meter;
  for (let i = 0; i < supplies.length; i++) {
    const supply = supplies[i] as Supply;
    const energy = Math.min(supply.minuteEnergy, ENERGY_MAX);
    putUse(useRequest, minute, energy, meter.spent, meter.accrual.remainder, i | (supply.band << 2));
    svmCommand(meter.svm, useRequest);
    writeMinute(nvm, meter, supply, minute, energy, supply.band);
  }
}

const VALUE = new Uint8Array(2);
const BAND = new Uint8Array(1);

export function writeMinute(
  nvm: Meter['nvm'],
  meter: Pick<Meter, 'layout'>,
  supply: { readonly index: number },
  minute: number,
  energy: number,
  band: PhaseBand,
): void {
  const place = placeOf(meter, supply);
  const slot = minute % PROFILE_RING_MINUTES;
  putU16(VALUE, 0, energy);
  nvm.write(place.energies + 2 * slot, VALUE, 0, 2);
  const at = place.bands + (slot >> 2);
  const shift = 2 * (slot & 3);
  const bits = ((nvm.bytes[at] as number) & ~(3 << shift)) | (band << shift);
  if (bits === nvm.bytes[at]) return;
  BAND[0] = bits;
  nvm.write(at, BAND, 0, 1);
}

/** What the ring has for a minute, which must be one of the last eight days. */
export const energyAt = (
  meter: Pick<Meter, 'nvm' | 'layout'>,
  supply: { readonly index: number },
  minute: number,
): number => getU16(meter.nvm.bytes, placeOf(meter, supply).energies + 2 * (minute % PROFILE_RING_MINUTES));

export function bandOf(
  meter: Pick<Meter, 'nvm' | 'layout'>,
  supply: { readonly index: number },
  minute: number,
): PhaseBand {
  const slot = minute % PROFILE_RING_MINUTES;
  const byte = meter.nvm.bytes[placeOf(meter, supply).bands + (slot >> 2)] as number;
  return ((byte >> (2 * (slot & 3))) & 3) as PhaseBand;
}

/** I27: every minute is present or marked. Only as far back as the ring reaches. */
export function markMissing(meter: Meter, from: number, to: number): void {
  const first = Math.max(from, to - PROFILE_RING_MINUTES);
  if (first >= to) return;
  for (const supply of meter.supplies) {
    for (let minute = first; minute < to; minute++) writeMinute(meter.nvm, meter, supply, minute, ENERGY_MISSING, 0);
  }
  meter.highestMinute = Math.max(meter.highestMinute, to - 1);
  recordEvent(meter, EventKind.profileGap, { value: to - first, detail: Math.floor(first / 1440) & 0xffff });
}

const placeOf = (
  meter: Pick<Meter, 'layout'>,
  supply: { readonly index: number },
): Meter['layout']['supplies'][number] =>
  meter.layout.supplies[supply.index - 1] as Meter['layout']['supplies'][number];
