import type { Svpmsn } from '../units/index.ts';
import type { ExchangeTrace, ExchangeWatcher } from './exchange-port.ts';

/** An exchange with its number among those that this process has seen. */
export interface LoggedExchange {
  readonly number: number;
  readonly exchange: ExchangeTrace;
}

export interface ExchangeReads {
  /** The newest first. */
  of(query: {
    readonly svpmsn: Svpmsn;
    /** Only older ones. */
    readonly before?: number;
    readonly limit: number;
  }): LoggedExchange[];
  /** Is told whenever an exchange went on, until the returned function is called. */
  listen(listener: (exchange: ExchangeTrace) => void): () => void;
}

const EXCHANGES_KEPT = 2_000;
/** Of 262 bytes at most, so that a rain of frames that nobody believes fills no memory. */
const FRAMES_KEPT = 20_000;

/** The last exchanges of this process, in memory alone: what a person looks at, and nothing that the books need. */
export class ExchangeLog implements ExchangeWatcher, ExchangeReads {
  readonly #kept: number;
  readonly #listeners = new Set<(exchange: ExchangeTrace) => void>();
  /** By number, the oldest first. */
  readonly #exchanges = new Map<number, ExchangeTrace>();
  readonly #frames = new WeakMap<ExchangeTrace, number>();
  #framesKept = 0;
  #last = 0;

  constructor(kept = EXCHANGES_KEPT) {
    this.#kept = kept;
  }

  changed(exchange: ExchangeTrace): void {
    const known = this.#frames.get(exchange);
    if (known === undefined) this.#exchanges.set(++this.#last, exchange);
    const frames = exchange.passes.reduce((sum, pass) => sum + pass.frames.length, 0);
    this.#frames.set(exchange, frames);
    this.#framesKept += frames - (known ?? 0);
    this.#makeRoom();
    for (const listener of this.#listeners) listener(exchange);
  }

  of({ svpmsn, before = Number.POSITIVE_INFINITY, limit }: Parameters<ExchangeReads['of']>[0]): LoggedExchange[] {
    const found: LoggedExchange[] = [];
    for (const [number, exchange] of [...this.#exchanges].reverse()) {
      if (found.length === limit) break;
      if (number < before && exchange.svpmsn === svpmsn) found.push({ number, exchange });
    }
    return found;
  }

  listen(listener: (exchange: ExchangeTrace) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #makeRoom(): void {
    for (const [number, exchange] of this.#exchanges) {
      if (this.#exchanges.size <= this.#kept && this.#framesKept <= FRAMES_KEPT) return;
      this.#exchanges.delete(number);
      this.#framesKept -= this.#frames.get(exchange) ?? 0;
    }
  }
}
