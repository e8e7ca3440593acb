import type { Quantity } from '../../units/index.ts';

/** Time at the contacts, in cycles of the clock that the slot gives on C3. */
export type Cycles = Quantity<'clock cycles'>;

/** The clock at which 372 cycles are one bit of 9,600 bit/s. */
export const CLOCK_HZ = 3_571_200;

/** F and D: an elementary time unit (etu), the length of one bit, is F / D cycles. ISO 7816-3 §7.1 */
export interface BitRate {
  readonly f: number;
  readonly d: number;
}

/** Fd and Dd: what every card speaks after a reset. */
export const DEFAULT_RATE: BitRate = { f: 372, d: 1 };

/** So many etu, rounded up: nothing begins before its time. */
export const etus = ({ f, d }: BitRate, count: number): number => Math.ceil((count * f) / d);

/** So many cycles after an instant; a part of a cycle counts whole. */
export const later = (at: Cycles, cycles: number): Cycles => (at + Math.ceil(cycles)) as Cycles;

/** The same stretch on a clock on the wall; rounded up. */
export const microsecondsOf = (cycles: number, clockHz = CLOCK_HZ): number => Math.ceil((cycles * 1_000_000) / clockHz);
