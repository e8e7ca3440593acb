import type { ReadingFinding } from '../../analysis/index.ts';
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
