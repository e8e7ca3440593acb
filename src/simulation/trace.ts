import { toHex } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';

const CHUNK_CHARACTERS = 16_384;

/**
 * What happened, one line each, in the order in which it did, for whoever wants to read it. The hash of what was said
 * is the run's fingerprint: the same seed gives the same (I29).
 */
export class Trace {
  readonly #write: ((line: string) => void) | undefined;
  readonly #overhear: (line: string) => void;
  #chunk = '';
  #hash = new Uint8Array(32);

  /** @param overhear is told of all that is written or said */
  constructor(write: ((line: string) => void) | undefined, overhear: (line: string) => void) {
    this.#write = write;
    this.#overhear = overhear;
  }

  /** @param aside what readers are told with it, and nobody else */
  say(at: number, text: string, aside?: () => string): void {
    const line = lineOf(at, text);
    const whole = aside === undefined || this.#write === undefined ? line : line + aside();
    this.#overhear(whole);
    this.#write?.(whole);
    this.#chunk += `${line}\n`;
    if (this.#chunk.length >= CHUNK_CHARACTERS) this.#fold();
  }

  /** For readers alone: it costs nothing where there is none, and the fingerprint is the same. */
  aside(at: number, text: () => string): void {
    if (this.#write === undefined) return;
    const line = lineOf(at, text());
    this.#overhear(line);
    this.#write(line);
  }

  /** 64 hex digits. */
  get hash(): string {
    this.#fold();
    return toHex(this.#hash);
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

const lineOf = (at: number, text: string): string => `${new Date(at).toISOString()} ${text}`;
