import { createServer, type Server, type Socket } from 'node:net';
import { type InterphoneView, interphoneOf, type Key, type Meter } from '../meter/index.ts';
import { promptText } from '../words/index.ts';
import { type ListenAt, listenAt } from './listen.ts';

/** Whoever has the panel; another one is a second pair of eyes and hands. */
const PANELS_MAX = 4;
/** Of a line that does not end. */
const LINE_LETTERS_MAX = 200;
const KEYS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'page', 'call'] as const;
const isKey = (text: string): text is Key => (KEYS as readonly string[]).includes(text);

/** How the interphone stands, in one word. */
const STANDING: Readonly<Record<InterphoneView['state'], string>> = {
  idle: 'over',
  calling: 'calling',
  live: 'answered',
};

/**
 * Keypad and voice of a meter that is a process, as lines of text for whatever has buttons and a loudspeaker on the same
 * machine. `call`, `page`, digits, `*` and `#` come, with spaces between; `call STANDING` goes whenever that changes, and
 * `voice SENTENCE` for each sentence as the meter begins to say it. A key that is none is answered by `unknown KEY`.
 */
export class MeterPanel {
  readonly #press: (key: Key) => void;
  readonly #server: Server;
  readonly #panels = new Set<Socket>();
  #standing: InterphoneView['state'] = 'idle';
  #prompts: InterphoneView['prompts'] = [];

  constructor(press: (key: Key) => void) {
    this.#press = press;
    this.#server = createServer((socket) => this.#came(socket));
  }

  /** @returns where it listens @throws CannotGoOn in one sentence */
  open(at: ListenAt): Promise<number> {
    return listenAt(this.#server, at, 'panel');
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const panel of this.#panels) panel.destroy();
    await closed;
  }

  /** After each step of the meter. */
  look(meter: Meter): void {
    const { state, prompts } = interphoneOf(meter);
    if (state !== this.#standing) {
      this.#standing = state;
      this.#tell(`call ${STANDING[state]}`);
    }
    if (prompts === this.#prompts) return;
    this.#prompts = prompts;
    for (const prompt of prompts) {
      const text = promptText(prompt);
      if (text !== undefined) this.#tell(`voice ${text}`);
    }
  }

  #came(panel: Socket): void {
    if (this.#panels.size >= PANELS_MAX) {
      panel.destroy();
      return;
    }
    this.#panels.add(panel);
    panel.setEncoding('utf8');
    panel.on('error', () => undefined);
    panel.on('close', () => this.#panels.delete(panel));
    panel.write(`call ${STANDING[this.#standing]}\n`);
    let begun = '';
    panel.on('data', (text: string) => {
      const lines = (begun + text).split('\n');
      begun = lines.pop() ?? '';
      for (const line of lines) this.#pressAll(panel, line);
      if (begun.length > LINE_LETTERS_MAX) panel.destroy();
    });
  }

  #pressAll(panel: Socket, line: string): void {
    for (const word of line.split(/\s+/).filter((each) => each !== '')) {
      if (isKey(word)) this.#press(word);
      else panel.write(`unknown ${word.slice(0, LINE_LETTERS_MAX)}\n`);
    }
  }

  #tell(line: string): void {
    for (const panel of this.#panels) panel.write(`${line}\n`);
  }
}
