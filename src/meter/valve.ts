import { EventKind, RelayReason } from '../records/index.ts';
import { eventsFrom, recordEvent } from './event-log.ts';
import { EVENTS_KEPT } from './layout.ts';
import type { Meter, Supply } from './state.ts';

/**
 * The valve of a meter of gas, water or heat: it stands where latch relay 1 of an electricity meter does, and an open
 * relay is a closed valve. Where the policy forbids a full stop it only throttles.
 */

/** What the bench found: how much one pulse of the counter stands for. */
export interface PulseInput {
  /** In 0.1 of the region's unit, from 1: 100 for 10 litres, 10,000 for 1 kWh. */
  readonly quantaPerPulse: number;
  /** Of a counter that has an index, in pulses: what it showed when the register was 0. */
  readonly indexAtZero?: number;
}

/** What comes in from the pipe, while the meter has power. */
export interface FlowInput extends PulseInput {
  lastPulseAt: number;
  /** What the index showed at its last reading is counted; it is less than was counted. */
  caughtUp: boolean;
  indexBehind: boolean;
  /** The valve closed at this time of the oscillator, and so many pulses came since; `told` once that was an event. */
  closedAt: number | undefined;
  pulsesSince: number;
  told: boolean;
  frost: boolean;
  /** Minutes before this one are no leak any more: somebody has looked. */
  leakFrom: number;
  /** What flowed in the minutes of the burst rule before this one. */
  burstMinute: number;
  burstBefore: number;
}

export const flowInput = (input: PulseInput): FlowInput => ({
  ...{ ...input, caughtUp: false, indexBehind: false },
  ...{ lastPulseAt: Number.NEGATIVE_INFINITY, closedAt: undefined, pulsesSince: 0, told: false },
  ...{ frost: false, leakFrom: 0, burstMinute: -1, burstBefore: 0 },
});

/** What is somebody's own word, or for the safety of a house, closes the valve whatever the policy says. */
const CLOSES_WHOLLY = RelayReason.tamper | RelayReason.command | RelayReason.leak;

/** Whether the valve, which some reason shuts, is to let a little pass. */
export function throttles({ policy }: Meter, { flow, relay }: Supply): boolean {
  if (flow === undefined || relay.reasons === 0 || relay.reasons & CLOSES_WHOLLY) return false;
  const fullStop = policy.flow?.fullStop ?? 'allowed';
  return fullStop === 'never' || (fullStop === 'not-in-frost' && flow.frost);
}

/** After the valve was driven: from when on nothing may flow. */
export function noteValve(meter: Meter, supply: Supply): void {
  const { flow } = supply;
  if (flow === undefined) return;
  const closed = supply.relay.reasons !== 0 && !throttles(meter, supply);
  if (closed === (flow.closedAt !== undefined)) return;
  if (flow.told) {
    recordEvent(meter, EventKind.flowWhileClosedEnded, { supply: supply.index, value: unitsSince(flow) });
  }
  flow.closedAt = closed ? meter.now : undefined;
  flow.pulsesSince = 0;
  flow.told = false;
}

/** After a start: what flowed before the valve last opened was looked at then. */
export function restoreLeakWatch(meter: Meter): void {
  const [supply] = meter.supplies;
  if (supply?.flow === undefined) return;
  const opened = eventsFrom(meter, 1, EVENTS_KEPT).findLast(({ kind }) => kind === EventKind.relayClosed);
  if (opened !== undefined) supply.flow.leakFrom = Math.floor(opened.time / 60) + 1;
}

/** A valve takes its time to close. */
const VALVE_CLOSES_MS = 10_000;

/** Pulses while the valve is closed. The first completes what the counter had begun; from the second on it leaks. */
export function noteFlowWhileClosed(meter: Meter, { index, flow }: Supply, pulses: number): void {
  if (flow?.closedAt === undefined || meter.now < flow.closedAt + VALVE_CLOSES_MS) return;
  flow.pulsesSince += pulses;
  if (flow.told || flow.pulsesSince < 2) return;
  flow.told = true;
  recordEvent(meter, EventKind.flowWhileClosedBegun, { supply: index, value: unitsSince(flow) });
}

const unitsSince = ({ pulsesSince, quantaPerPulse }: FlowInput): number =>
  Math.floor((pulsesSince * quantaPerPulse) / 10);
