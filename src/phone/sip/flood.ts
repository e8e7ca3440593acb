import type { Endpoint } from './ports.ts';

/** Of one source in a second, and at once. */
const MESSAGES_PER_SECOND = 400;
const CALLS_PER_SECOND = 40;
const CALLS_AT_ONCE = 60;
const SOURCES_MAX = 4_096;
const MS_PER_SECOND = 1_000;

interface Source {
  messages: number;
  calls: number;
  at: number;
  isTold: boolean;
}

/** How much each source may ask for: a leaking bucket of messages and one of calls. */
export class FloodGate {
  readonly #sources = new Map<string, Source>();
  readonly #warn: (sentence: string) => void;

  /** @param warn takes a sentence, once for a source until it is quiet again */
  constructor(warn: (sentence: string) => void) {
    this.#warn = warn;
  }

  /** Whether a message is looked at. */
  takesMessage(from: Endpoint, now: number): boolean {
    const source = this.#sourceOf(from, now);
    source.messages += 1;
    if (source.messages <= MESSAGES_PER_SECOND) return true;
    this.#tell(source, from, 'messages');
    return false;
  }

  /** Whether a call is begun. */
  takesCall(from: Endpoint, now: number): boolean {
    const source = this.#sourceOf(from, now);
    if (source.calls + 1 > CALLS_AT_ONCE) {
      this.#tell(source, from, 'calls');
      return false;
    }
    source.calls += 1;
    return true;
  }

  #sourceOf({ address }: Endpoint, now: number): Source {
    const known = this.#sources.get(address);
    if (known === undefined) {
      if (this.#sources.size >= SOURCES_MAX) {
        const [first = ''] = this.#sources.keys();
        this.#sources.delete(first);
      }
      const source = { messages: 0, calls: 0, at: now, isTold: false };
      this.#sources.set(address, source);
      return source;
    }
    const seconds = (now - known.at) / MS_PER_SECOND;
    known.messages = Math.max(0, known.messages - seconds * MESSAGES_PER_SECOND);
    known.calls = Math.max(0, known.calls - seconds * CALLS_PER_SECOND);
    known.at = now;
    if (known.messages === 0 && known.calls === 0) known.isTold = false;
    return known;
  }

  #tell(source: Source, { address }: Endpoint, what: string): void {
    if (source.isTold) return;
    source.isTold = true;
    this.#warn(`Too many ${what} come from ${address}: some of them are not answered.`);
  }
}
