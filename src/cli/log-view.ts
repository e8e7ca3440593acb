import type { Happening } from '../simulation/index.ts';
import type { DemoAction } from './demo-control.ts';
import { clockText, happeningText, isWorthTelling } from './happening-text.ts';
import { DEMO_ZONE_MINUTES } from './setting.ts';
import type { Snapshot } from './snapshot.ts';
import type { View } from './view.ts';

const SUMMARY_EVERY_MS = 60 * 60_000;

/** A line for each thing that happens, and the books once a business hour: where there is no terminal. */
export class LogView implements View {
  #summaryAt = 0;
  #zoneMinutes = DEMO_ZONE_MINUTES;

  happened(happening: Happening): void {
    if (isWorthTelling(happening)) process.stdout.write(`${happeningText(happening, this.#zoneMinutes)}\n`);
  }

  draw({ now, zoneMinutes, books, meters }: Snapshot): void {
    this.#zoneMinutes = zoneMinutes;
    if (now < this.#summaryAt) return;
    this.#summaryAt = now + SUMMARY_EVERY_MS;
    const off = meters.filter(({ state }) => state === 'off').length;
    process.stdout.write(
      `${clockText(now, zoneMinutes)}  books: issued ${books.issued} = stored ${books.stored} + in flight ${books.inFlight}` +
        ` + refunded ${books.refunded}; stored + owed ${books.owed} = spent ${books.spent} + purses ${books.purses};` +
        ` ${books.balanced ? 'balanced' : 'NOT BALANCED'}; ${off} of ${meters.length} meters off\n`,
    );
  }

  actions(): DemoAction[] {
    return [];
  }

  close(): void {
    process.stdout.write('Stopped. Starting again goes on from here.\n');
  }
}
