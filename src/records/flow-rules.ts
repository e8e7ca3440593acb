import type { Reader, Writer } from '../bytes/index.ts';
import { MINUTES_PER_DAY } from './profile.ts';

/** What a meter of gas, water or heat does with its valve beside what the other rules say: a part of its supply policy. */
export interface FlowRules {
  /** Closes the valve when something flowed for longer than this without a pause. Null: however long. */
  readonly steady: {
    /** 1 to 10,080. */
    readonly minutes: number;
    /** Minutes without flow that are a pause, 1 to 1,440: more than lie between two pulses of a small flow. */
    readonly pauseMinutes: number;
  } | null;
  /** Closes the valve when more than this flowed within so many minutes. Null: however much. */
  readonly burst: {
    /** In 0.1 of the unit, from 1. */
    readonly quanta: number;
    /** 1 to 1,440. */
    readonly minutes: number;
  } | null;
  /** Who may say that what was taken for a leak was none: whoever presses # at the meter, or a technician alone. */
  readonly leakClearedBy: 'key-press' | 'technician';
  /** Warns below this temperature, in 0.1 °C. Null: never. */
  readonly frostBelow: number | null;
  /**
   * Whether lack of credit may close the valve: else it only throttles. A pipe that stands still in frost bursts, and
   * some laws let nobody be without water.
   */
  readonly fullStop: 'allowed' | 'not-in-frost' | 'never';
}

export const FLOW_RULES_BYTES = 13;
const STEADY_MINUTES_MAX = 7 * MINUTES_PER_DAY;
const NO_FROST = -0x8000;
const FULL_STOPS = ['allowed', 'not-in-frost', 'never'] as const;
const BY_TECHNICIAN = 4;

/**
 * steady minutes u16 | pause u16 | burst quanta u32 | burst minutes u16 | frost i16 | bits u8: 0 and 1 full stop, 2 leak
 * cleared by a technician alone. Minutes 0: no such rule, and what belongs to it is 0 too; frost 0x8000: no warning.
 */
export function writeFlowRules(
  writer: Writer,
  { steady, burst, leakClearedBy, frostBelow, fullStop }: FlowRules,
): void {
  writer.u16(steady?.minutes ?? 0).u16(steady?.pauseMinutes ?? 0);
  writer.u32(burst?.quanta ?? 0).u16(burst?.minutes ?? 0);
  writer.i16(frostBelow ?? NO_FROST);
  writer.u8(FULL_STOPS.indexOf(fullStop) | (leakClearedBy === 'technician' ? BY_TECHNICIAN : 0));
}

/** `undefined` for bytes that no rules are written as. */
export function readFlowRules(reader: Reader): FlowRules | undefined {
  const steady = { minutes: reader.u16(), pauseMinutes: reader.u16() };
  const burst = { quanta: reader.u32(), minutes: reader.u16() };
  const frost = reader.i16();
  const bits = reader.u8();
  const fullStop = FULL_STOPS[bits & 3];
  if (fullStop === undefined || bits > 7) return undefined;
  if ((steady.minutes === 0) !== (steady.pauseMinutes === 0) || (burst.minutes === 0) !== (burst.quanta === 0)) {
    return undefined;
  }
  if (steady.minutes > STEADY_MINUTES_MAX || steady.pauseMinutes > MINUTES_PER_DAY) return undefined;
  if (burst.minutes > MINUTES_PER_DAY) return undefined;
  return {
    steady: steady.minutes === 0 ? null : steady,
    burst: burst.minutes === 0 ? null : burst,
    leakClearedBy: bits & BY_TECHNICIAN ? 'technician' : 'key-press',
    frostBelow: frost === NO_FROST ? null : frost,
    fullStop,
  };
}
