import { ENERGY_MAX, EventKind, RelayReason } from '../records/index.ts';
import { assert, type MilliwattHours } from '../units/index.ts';
import { callAttention } from './attention.ts';
import { recordEvent } from './event-log.ts';
import { consume } from './exchanger.ts';
import { PROFILE_RING_MINUTES } from './layout.ts';
import { stepTime } from './meter.ts';
import type { MeterOutputs } from './outputs.ts';
import { energyAt } from './profile-ring.ts';
import { driveLatch, setReason } from './relay.ts';
import type { Meter, Supply } from './state.ts';
import { totalsNow } from './totals.ts';
import { type FlowInput, noteFlowWhileClosed, throttles } from './valve.ts';

/**
 * The input of a meter of gas, water or heat, in place of parts 2 to 9: pulses of a counter. A unit (a litre, a
 * watt-hour) is charged by the mode table as a watt-hour is, in tenths, and everything behind it is the same machine.
 */

/** The exchanger counts in mWh, and its tenth of a unit is 100 of them, whatever the unit. */
const MILLI_PER_QUANTUM = 100;

/**
 * So many pulses came since the last step; 0 says that time passes. A caller steps at least once a minute. All that came
 * is in register and profile: it has flowed. What no token was left for, and what a throttled or leaking valve let pass,
 * is not charged.
 */
export function stepPulses(meter: Meter, pulses: number, now: number, out: MeterOutputs): void {
  const supply = meter.supplies[0] as Supply;
  const { flow } = supply;
  assert(flow !== undefined, 'the meter was started as one with pulses');
  assert(Number.isSafeInteger(pulses) && pulses >= 0, 'pulses are counted');
  stepTime(meter, now, out);
  showFlow(supply, flow, pulses, now);
  if (pulses === 0) return;
  const quanta = pulses * flow.quantaPerPulse;
  if (supply.relay.reasons === 0) {
    watchLeak(meter, supply, flow, quanta, out);
    const flowed = consume(meter, 1, (quanta * MILLI_PER_QUANTUM) as MilliwattHours, out);
    count(supply, quanta - flowed / MILLI_PER_QUANTUM);
  } else {
    if (!throttles(meter, supply)) noteFlowWhileClosed(meter, supply, pulses);
    count(supply, quanta);
  }
  if (meter.attention !== meter.attentionSent) callAttention(meter, out);
}

/**
 * The same of a counter that shows an index, in pulses: what flowed while the meter had no power is made up for, in as
 * many minutes as the profile needs to hold it, and is no leak.
 */
export function stepCounter(meter: Meter, index: number, now: number, out: MeterOutputs): void {
  const supply = meter.supplies[0] as Supply;
  const { flow } = supply;
  assert(flow !== undefined, 'the meter was started as one with pulses');
  stepTime(meter, now, out);
  const counted = Math.floor(totalsNow(supply).registerImport / flow.quantaPerPulse);
  const pulses = index - (flow.indexAtZero ?? 0) - counted;
  if (pulses < 0 && !flow.indexBehind) {
    recordEvent(meter, EventKind.counterBehind, { supply: supply.index, value: -pulses });
  }
  flow.indexBehind = pulses < 0;
  const room = Math.floor((ENERGY_MAX - supply.minuteEnergy) / flow.quantaPerPulse);
  const taken = Math.max(0, Math.min(pulses, room));
  // Until it has caught up, and with the reading that does, all of it may have flowed before the power came.
  if (!flow.caughtUp) flow.leakFrom = meter.minute + 1;
  flow.caughtUp = taken >= pulses;
  stepPulses(meter, taken, now, out);
}

/** It flowed, and nobody pays for it. */
function count(supply: Supply, quanta: number): void {
  supply.minuteEnergy += quanta;
  supply.sinceDayStart += quanta;
}

const MS_PER_HOUR = 3_600_000;
const QUANTA_PER_UNIT = 10;

/** Units an hour for the display, from one pulse to the next; while none comes it can be no more than one since then. */
function showFlow(supply: Supply, flow: FlowInput, pulses: number, now: number): void {
  const since = now - flow.lastPulseAt;
  const rate = (Math.max(1, pulses) * flow.quantaPerPulse * MS_PER_HOUR) / (QUANTA_PER_UNIT * Math.max(1, since));
  if (pulses > 0) {
    supply.watts = Number.isFinite(since) ? Math.round(rate) : 0;
    flow.lastPulseAt = now;
  } else if (since >= MS_PER_HOUR) supply.watts = 0;
  else supply.watts = Math.min(supply.watts, Math.round(rate));
}

/**
 * The temperature at the meter, in 0.1 °C, whenever its sensor has another. Below the policy's limit people are warned,
 * and a valve that is shut for want of credit may have to let a little pass.
 */
export function stepTemperature(meter: Meter, deciCelsius: number, now: number, out: MeterOutputs): void {
  const supply = meter.supplies[0] as Supply;
  const { flow } = supply;
  assert(flow !== undefined, 'the meter was started as one with pulses');
  stepTime(meter, now, out);
  const below = meter.policy.flow?.frostBelow ?? null;
  const frost = below !== null && deciCelsius < below + (flow.frost ? FROST_ENDS_ABOVE : 0);
  if (frost === flow.frost) return;
  flow.frost = frost;
  recordEvent(meter, frost ? EventKind.frostBegun : EventKind.frostEnded, { supply: 1, value: deciCelsius >>> 0 });
  if (frost) out.buzzer(meter.policy.buzzer.seconds);
  driveLatch(meter, supply, out);
}

/** In 0.1 °C: a degree more, so that one night is one warning. */
const FROST_ENDS_ABOVE = 10;

/** Two rules, each by the profile: what it has outlives the power. The pulses that come now are looked at with it. */
function watchLeak(meter: Meter, supply: Supply, flow: FlowInput, quanta: number, out: MeterOutputs): void {
  const { steady = null, burst = null } = meter.policy.flow ?? {};
  if (meter.minute < flow.leakFrom) return;
  if (flow.burstMinute !== meter.minute) {
    // Once a minute: what lies before it does not change while it lasts.
    flow.burstMinute = meter.minute;
    flow.burstBefore = burst === null ? 0 : flowedSince(meter, supply, meter.minute - burst.minutes + 1);
    const run = steady === null ? undefined : runOf(meter, supply, steady.pauseMinutes);
    if (steady !== null && run !== undefined && run.minutes > steady.minutes) {
      leaks(meter, supply, { quanta: run.quanta + quanta, minutes: run.minutes }, out);
      return;
    }
  }
  const all = flow.burstBefore + supply.minuteEnergy + quanta;
  if (burst !== null && all > burst.quanta) leaks(meter, supply, { quanta: all, minutes: burst.minutes }, out);
}

function leaks(
  meter: Meter,
  supply: Supply,
  { quanta, minutes }: { readonly quanta: number; readonly minutes: number },
  out: MeterOutputs,
): void {
  const value = Math.floor(quanta / QUANTA_PER_UNIT);
  recordEvent(meter, EventKind.leak, { supply: supply.index, value, detail: minutes });
  out.buzzer(meter.policy.buzzer.seconds);
  setReason(meter, supply, RelayReason.leak, true, out);
}

const recorded = (meter: Meter, supply: Supply, minute: number): number => {
  const energy = energyAt(meter.nvm, supply.place, minute);
  return energy > ENERGY_MAX ? 0 : energy;
};

const oldestMinute = (meter: Meter, { flow }: Supply): number =>
  Math.max(flow?.leakFrom ?? 0, meter.minute - PROFILE_RING_MINUTES + 1);

function flowedSince(meter: Meter, supply: Supply, from: number): number {
  let quanta = 0;
  for (let minute = Math.max(from, oldestMinute(meter, supply)); minute < meter.minute; minute++) {
    quanta += recorded(meter, supply, minute);
  }
  return quanta;
}

/** How long something has flowed until now without a pause, this minute with it, and how much before it. */
function runOf(
  meter: Meter,
  supply: Supply,
  pauseMinutes: number,
): { readonly minutes: number; readonly quanta: number } {
  const oldest = oldestMinute(meter, supply);
  let begun = meter.minute;
  let quanta = 0;
  for (let minute = meter.minute - 1; minute >= oldest && begun - minute <= pauseMinutes; minute--) {
    const flowed = recorded(meter, supply, minute);
    if (flowed === 0) continue;
    begun = minute;
    quanta += flowed;
  }
  return { minutes: meter.minute - begun + 1, quanta };
}
