import type { Happening } from '../simulation/index.ts';
import type { DemoAction } from './demo-control.ts';
import { isWorthTelling } from './happening-text.ts';
import { screenOf } from './screen.ts';
import type { Snapshot } from './snapshot.ts';
import type { View } from './view.ts';

const HAPPENINGS_KEPT = 16;
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
  readonly #happenings: Happening[] = [];
  #pressed: DemoAction[] = [];
  #last: Snapshot | undefined;
  readonly #onKeys = (text: Buffer) => {
    for (const key of text.toString('utf8')) {
      const action = KEYS[key];
      if (action !== undefined) this.#pressed.push(action);
    }
  };

  constructor(color: boolean) {
    this.#color = color && process.env.NO_COLOR === undefined;
    process.stdout.write('\u001b[?1049h\u001b[?25l');
    if (process.stdin.isTTY !== true) return;
    process.stdin.setRawMode(true);
    process.stdin.on('data', this.#onKeys);
  }

  happened(happening: Happening): void {
    if (!isWorthTelling(happening)) return;
    this.#happenings.push(happening);
    if (this.#happenings.length > HAPPENINGS_KEPT) this.#happenings.shift();
  }

  draw(snapshot: Snapshot): void {
    const { columns = 80, rows = 24 } = process.stdout;
    const lines = screenOf(snapshot, this.#happenings, this.#busy(snapshot), { columns, rows }, this.#color);
    this.#last = snapshot;
    process.stdout.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`);
  }

  actions(): DemoAction[] {
    const pressed = this.#pressed;
    this.#pressed = [];
    return pressed;
  }

  close(): void {
    process.stdout.write('\u001b[?25h\u001b[?1049l');
    process.stdout.write('Stopped. Starting again goes on from here.\n');
    if (process.stdin.isTTY !== true) return;
    process.stdin.off('data', this.#onKeys);
    process.stdin.setRawMode(false);
    process.stdin.pause();
  }

  /** The share of the time since the last drawing that each line was on the air. */
  #busy(snapshot: Snapshot): number[] {
    const last = this.#last;
    if (last === undefined || snapshot.now === last.now) return snapshot.lines.map(() => 0);
    return snapshot.lines.map((line, i) => {
      const before = last.lines[i]?.airtimeMs ?? 0;
      return (line.airtimeMs - before) / (snapshot.now - last.now);
    });
  }
}
