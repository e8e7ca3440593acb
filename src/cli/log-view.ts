import { equationsOf } from './books-text.ts';
import { clockText } from './clock-text.ts';
import type { DemoAction } from './demo-control.ts';
import { type News, summedUp } from './news.ts';
import { DEMO_ZONE_MINUTES } from './setting.ts';
import type { Snapshot } from './snapshot.ts';
import { findingsText } from './story-text.ts';
import type { View } from './view.ts';

const SUMMARY_EVERY_MS = 60 * 60_000;

/** A line for each thing that happens, and the books once a business hour: where there is no terminal. */
export class LogView implements View {
  #summaryAt = 0;
  /** Since the last drawing: what comes all at once becomes one line. */
  #fresh: News[] = [];

  begin(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  async announce(lines: readonly string[]): Promise<void> {
    process.stdout.write(`${lines.join('\n')}\n`);
  }

  happened(news: News): void {
    this.#fresh.push(news);
  }

  draw({ now, zoneMinutes, books, contradictions, meters }: Snapshot): void {
    this.#write(zoneMinutes);
    if (now < this.#summaryAt) return;
    this.#summaryAt = now + SUMMARY_EVERY_MS;
    const off = meters.filter(({ cutOff }) => cutOff).length;
    const frozen = meters.filter(({ state }) => state === 'frozen').length;
    const stands = `${off} of ${meters.length} meters cut off${frozen === 0 ? '' : `, ${frozen} frozen`}`;
    const equations = equationsOf(books);
    const told = equations.map(({ text }) => text).join('; ');
    const right = books.balanced && equations.every(({ holds }) => holds) && contradictions.length === 0;
    process.stdout.write(
      `${clockText(now, zoneMinutes)}  books: ${told}; ${right ? 'balanced' : 'NOT BALANCED'}; ${stands}\n`,
    );
    for (const line of findingsText(contradictions)) process.stdout.write(`${line}\n`);
  }

  actions(): DemoAction[] {
    return [];
  }

  close(): void {
    this.#write(DEMO_ZONE_MINUTES);
  }

  #write(zoneMinutes: number): void {
    for (const { at, who, text } of summedUp(this.#fresh)) {
      process.stdout.write(`${clockText(at, zoneMinutes)}  ${who}  ${text}\n`);
    }
    this.#fresh = [];
  }
}
