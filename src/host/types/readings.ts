import type { ReadingFinding, VoltageFinding } from '../../analysis/index.ts';
import type { Milliseconds, SupplyIndex, Svpmsn } from '../../units/index.ts';

/** What validation found in a UTC day of one supply; a day without findings has none. */
export interface ReadingCheck {
  /** Of meter, supply and day. */
  readonly id: string;
  readonly svpmsn: Svpmsn;
  readonly supply: SupplyIndex;
  /** Since 1970-01-01 UTC. */
  readonly day: number;
  readonly checkedAt: Milliseconds;
  /** In the order of their minutes; what concerns the whole day last. */
  readonly findings: readonly ReadingFinding[];
}

/** The voltage of one supply on one UTC day. */
export interface VoltageReading {
  /** Of meter, supply and day. */
  readonly id: string;
  readonly svpmsn: Svpmsn;
  readonly supply: SupplyIndex;
  /** Since 1970-01-01 UTC. */
  readonly day: number;
  readonly heardAt: Milliseconds;
  /** 96 means of a quarter of an hour in 10 mV, with the mark of the meter. */
  readonly volts: Uint16Array;
  /** What validation found, in the order of the minutes. */
  readonly findings: readonly VoltageFinding[];
}
