import { setTimeout as pause } from 'node:timers/promises';
import type { DemoAction } from './demo-control.ts';
import type { News } from './news.ts';
import { screenOf } from './screen.ts';
import { clip } from './screen-text.ts';
import type { Snapshot } from './snapshot.ts';
import type { View } from './view.ts';

const NEWS_KEPT = 400;
const KEY_EVERY_MS = 50;
/** Without a keyboard somebody has so long to read. */
const READ_MS = 10_000;
/** How far back the share of a line looks: a frame lasts a second, and less would jump between none and all. */
const BUSY_WINDOW_MS = 60_000;
const KEYS: Readonly<Record<string, DemoAction>> = {
  b: 'buy',
  s: 'steal',
  l: 'cut-line',
  '+': 'faster',
  '=': 'faster',
  '-': 'slower',
  q: 'quit',
  '\u0003': 'quit',
};

/** One screen that is drawn again and again, and the keys under it. */
export class TerminalView implements View {
  readonly #color: boolean;
  readonly #news: News[] = [];
  /** What the lines had carried at each drawing, back to one that is a window old. */
  readonly #carried: { readonly now: number; readonly airtimeMs: readonly number[] }[] = [];
  #pressed: DemoAction[] = [];
  #keysSeen = 0;
  readonly #onKeys = (text: Buffer) => {
    this.#keysSeen += 1;
    for (const key of text.toString('utf8')) {
      const action = KEYS[key];
      if (action !== undefined) this.#pressed.push(action);
    }
  };

  constructor(color: boolean) {
    this.#color = color && process.env.NO_COLOR === undefined;
    process.stdout.write('\u001b[?1049h\u001b[?25l\u001b[H');
    if (process.stdin.isTTY !== true) return;
    process.stdin.setRawMode(true);
    process.stdin.on('data', this.#onKeys);
  }

  begin(text: string): void {
    process.stdout.write(`${clip(text, size().columns)}\r\n`);
  }

  async announce(lines: readonly string[], stopping: () => boolean): Promise<void> {
    const hasKeys = process.stdin.isTTY === true;
    const wait = hasKeys ? ['', 'Press any key to go on.'] : [];
    process.stdout.write(`\u001b[H${[...lines, ...wait].map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`);
    const seen = this.#keysSeen;
    for (let waited = 0; !stopping() && this.#keysSeen === seen; waited += KEY_EVERY_MS) {
      if (!hasKeys && waited >= READ_MS) return;
      await pause(KEY_EVERY_MS);
    }
    this.#pressed = this.#pressed.filter((action) => action === 'quit');
  }

  happened(news: News): void {
    this.#news.push(news);
    if (this.#news.length > NEWS_KEPT) this.#news.shift();
  }

  draw(snapshot: Snapshot): void {
    const watched = { news: this.#news, busy: this.#busy(snapshot) };
    const lines = screenOf(snapshot, watched, size(), this.#color);
    process.stdout.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`);
  }

  actions(): DemoAction[] {
    const pressed = this.#pressed;
    this.#pressed = [];
    return pressed;
  }

  close(): void {
    process.stdout.write('\u001b[?25h\u001b[?1049l');
    if (process.stdin.isTTY !== true) return;
    process.stdin.off('data', this.#onKeys);
    process.stdin.setRawMode(false);
    process.stdin.pause();
  }

  /** The share of the last minute, or of the time since the last drawing if that is longer, that each line was on the air. */
  #busy({ now, lines }: Snapshot): number[] {
    const carried = this.#carried;
    while (carried.length > 1 && now - (carried[1]?.now ?? now) >= BUSY_WINDOW_MS) carried.shift();
    const [before] = carried;
    carried.push({ now, airtimeMs: lines.map(({ airtimeMs }) => airtimeMs) });
    if (before === undefined || before.now === now) return lines.map(() => 0);
    // A frame is counted whole as it begins: at the edge of the window that may be more than has passed.
    return lines.map(({ airtimeMs }, i) =>
      Math.min(1, (airtimeMs - (before.airtimeMs[i] ?? airtimeMs)) / (now - before.now)),
    );
  }
}

const size = () => ({ columns: process.stdout.columns ?? 80, rows: process.stdout.rows ?? 24 });
