import { toHex } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';

const CHUNK_CHARACTERS = 16_384;
const KEPT_LINES = 400;

/**
 * What happened, one line each, in the order in which it did. The hash of all lines is the run's fingerprint: the same
 * seed gives the same (I29). The last lines are kept; all go to `write` where somebody wants them.
 */
export class Trace {
  readonly #write: ((line: string) => void) | undefined;
  readonly #last: string[] = [];
  #chunk = '';
  #hash = new Uint8Array(32);
  #lines = 0;

  constructor(write?: (line: string) => void) {
    this.#write = write;
  }

  say(at: number, text: string): void {
    const line = `${new Date(at).toISOString()} ${text}`;
    this.#last[this.#lines++ % KEPT_LINES] = line;
    this.#write?.(line);
    this.#chunk += `${line}\n`;
    if (this.#chunk.length >= CHUNK_CHARACTERS) this.#fold();
  }

  /** 64 hex digits. */
  get hash(): string {
    this.#fold();
    return toHex(this.#hash);
  }

  /** The last lines, oldest first. */
  get last(): string[] {
    const from = this.#lines % KEPT_LINES;
    return this.#lines < KEPT_LINES ? [...this.#last] : [...this.#last.slice(from), ...this.#last.slice(0, from)];
  }

  #fold(): void {
    if (this.#chunk === '') return;
    const text = new TextEncoder().encode(this.#chunk);
    const bytes = new Uint8Array(this.#hash.length + text.length);
    bytes.set(this.#hash);
    bytes.set(text, this.#hash.length);
    this.#hash = new Uint8Array(sha256(bytes));
    this.#chunk = '';
  }
}
