import type { DemoAction } from './demo-control.ts';
import type { News } from './news.ts';
import type { Snapshot } from './snapshot.ts';

/** One way to show a demo that runs. */
export interface View {
  /** What is about to be built, or taken up again. */
  begin(text: string): void;
  /** What a person must have read before it is gone: where there is a keyboard, waits for a key. */
  announce(lines: readonly string[], stopping: () => boolean): Promise<void>;
  /** Something happened in the utility. */
  happened(news: News): void;
  /** Draws what is to be drawn, as often as the loop comes by. */
  draw(snapshot: Snapshot): void;
  /** What a person asked for since the last time. */
  actions(): DemoAction[];
  /** Leaves the terminal as it was. */
  close(): void;
}
