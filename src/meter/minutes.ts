import { AttentionReason, ENERGY_MAX, EventKind, MINUTES_PER_DAY } from '../records/index.ts';
import { SvmRequest } from './bus.ts';
import { recordEvent } from './event-log.ts';
import { PROFILE_RING_MINUTES } from './layout.ts';
import { applyBand, lookUpRate } from './mode-tables.ts';
import { byteAt } from './nvm.ts';
import type { MeterOutputs } from './outputs.ts';
import { bandOf, energyAt, markMinute, withBand, writeSlot } from './profile-ring.ts';
import { putUse, putUseOfSupply, useOfSupplyAt, useRequestBytes } from './purse-journal.ts';
import { reconsiderCredit } from './relay.ts';
import { balanceOf, clockMs, keepState, type Meter, type Supply } from './state.ts';
import { svmCommand } from './svm.ts';
import { forgetTold } from './told-days.ts';
import { endDay, keepExport, reopenDay } from './totals.ts';
import { endVoltage } from './voltages.ts';
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
  if (minute > from + 1 && markMissing(meter, Math.max(from, meter.highestMinute) + 1, minute)) {
    meter.attention |= AttentionReason.profileGap;
  }
  if (minute < from) {
    goBack(meter, minute);
    beginMinute(meter, minute);
  }
}

/** Days that the clock takes back are lived again; a ring that has nothing of them begins anew. */
function goBack(meter: Meter, minute: number): void {
  if (minute <= meter.highestMinute - PROFILE_RING_MINUTES) {
    meter.highestMinute = minute - 1;
    markMissing(meter, minute - PROFILE_RING_MINUTES, minute);
  }
  // The next use rows name lower minutes: from now on only this says how far the profile reaches.
  meter.kept.highestMinute = meter.highestMinute;
  keepState(meter);
  for (const supply of meter.supplies) {
    reopenDay(meter, supply, minute);
    forgetTold(meter, supply, Math.floor(minute / MINUTES_PER_DAY));
  }
}

const EXPORT_KEPT_MINUTES = 15;

/** Commits the running minute of each supply, and begins another. */
export function endMinute(meter: Meter, next: number, out: MeterOutputs): void {
  commitUse(meter);
  if (meter.minute > meter.highestMinute) meter.highestMinute = meter.minute;
  const { supplies } = meter;
  for (let i = 0; i < supplies.length; i++) {
    const supply = supplies[i] as Supply;
    endVoltage(meter, supply, next);
    if (next >= supply.dayEnds) endDay(meter, supply, next);
    else if (next % EXPORT_KEPT_MINUTES === 0) keepExport(meter, supply, next);
  }
  beginMinute(meter, next);
  if (meter.stored <= meter.policy.lowBalance) {
    warnLowBalance(meter, out);
    // The hours in which nothing is cut may have ended.
    if (balanceOf(meter) === 0) reconsiderCredit(meter, out);
  }
  switchLoadControl(meter, out);
}

/** The output for heat stores and the like is on in cheap hours, as the policy says. */
export function switchLoadControl(meter: Meter, out: MeterOutputs): void {
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
      const had = energyAt(meter.nvm, supply.place, minute);
      if (had <= ENERGY_MAX) {
        supply.minuteEnergy = had;
        band = bandOf(meter.nvm, supply.place, minute);
      }
    }
    if (minute >= supply.rateUntil || minute < meter.highestMinute) {
      supply.band = band;
      lookUpRate(meter, supply, minute);
    } else if (band !== supply.band) {
      supply.band = band;
      applyBand(supply);
    }
  }
}

/**
 * X12: one use row for all supplies is the commit; the profile's own values follow and are written again after a power
 * cut. The row has the whole energy of the minute so far, so that repeating it adds nothing.
 */
export function commitUse(meter: Meter): void {
  const { supplies, minute, nvm } = meter;
  const useRequest = USE_REQUESTS[supplies.length] as Uint8Array;
  const slot = minute % PROFILE_RING_MINUTES;
  putUse(useRequest, minute, meter.spent, meter.accrual.remainder);
  for (let i = 0; i < supplies.length; i++) {
    const { place, minuteEnergy, band } = supplies[i] as Supply;
    const bands = withBand(byteAt(nvm, place.bands + (slot >> 2)), slot, band);
    putUseOfSupply(useRequest, i, Math.min(minuteEnergy, ENERGY_MAX), bands);
  }
  svmCommand(meter.svm, useRequest);
  for (let i = 0; i < supplies.length; i++) {
    writeSlot(nvm, (supplies[i] as Supply).place, slot, useRequest, useOfSupplyAt(i));
  }
}

/** By number of supplies. One for all meters: each fills it anew, and nobody keeps it. */
const USE_REQUESTS = [0, 1, 2, 3, 4].map((supplies) => {
  const request = new Uint8Array(useRequestBytes(supplies));
  request[0] = SvmRequest.use;
  return request;
});

/** I27: every minute is present or marked. Only as far back as the ring reaches. Whether there was any to mark. */
export function markMissing(meter: Meter, from: number, to: number): boolean {
  const first = Math.max(from, to - PROFILE_RING_MINUTES);
  if (first >= to) return false;
  for (const { place } of meter.supplies) {
    for (let minute = first; minute < to; minute++) markMinute(meter.nvm, place, minute);
  }
  meter.highestMinute = Math.max(meter.highestMinute, to - 1);
  recordEvent(meter, EventKind.profileGap, { value: to - first, detail: Math.floor(first / 1440) & 0xffff });
  return true;
}
