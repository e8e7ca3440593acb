import type { Happening } from '../simulation/index.ts';
import type { DemoAction } from './demo-control.ts';
import type { Snapshot } from './snapshot.ts';

/** One way to show a demo that runs. */
export interface View {
  /** Something happened in the utility. */
  happened(happening: Happening): void;
  /** Draws what is to be drawn, as often as the loop comes by. */
  draw(snapshot: Snapshot): void;
  /** What a person asked for since the last time. */
  actions(): DemoAction[];
  close(): void;
}
