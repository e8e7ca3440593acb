import type { KeyName } from '../crypto/index.ts';
import type { Command } from '../exchange/index.ts';
import { HEADER_BYTES, isLong, Message, partCount, partIndex } from '../exchange/index.ts';
import { type BusinessClock, type Milliseconds, milliseconds } from '../units/index.ts';
import type { ExchangeOutcome, ExchangePass, ExchangeTrace, ExchangeWatcher } from './exchange-port.ts';

/** Frames that nobody believes may come without end. */
const PASSES_MAX = 32;

interface WrittenPass extends ExchangePass {
  readonly frames: Uint8Array[];
  attempts: number;
}

/** Writes down what passes in one exchange, for whoever watches. */
export class ExchangeWriter {
  readonly #watcher: ExchangeWatcher;
  readonly #clock: BusinessClock;
  readonly #passes: WrittenPass[] = [];
  readonly #trace: { -readonly [K in keyof ExchangeTrace]: ExchangeTrace[K] };

  constructor(
    watcher: ExchangeWatcher,
    clock: BusinessClock,
    of: Pick<ExchangeTrace, 'svpmsn' | 'localUnit' | 'value'> & { readonly h: Command; readonly n: KeyName },
  ) {
    this.#watcher = watcher;
    this.#clock = clock;
    const startedAt = this.#now();
    this.#trace = { ...of, startedAt, endedAt: undefined, outcome: undefined, passes: this.#passes };
  }

  /** The frames of one message leave. */
  sent(frames: readonly Uint8Array[]): void {
    const [first] = frames;
    if (first === undefined) return;
    const message = messageOf(first);
    const before = this.#passes.find((pass) => pass.from === 'host' && pass.message === message);
    if (before !== undefined && message !== 'refusal') before.attempts += 1;
    else
      this.#add({
        message,
        from: 'host',
        frames: [...frames],
        refused: message === 'refusal' ? 'part-missing' : undefined,
      });
    this.#watcher.changed(this.#trace);
  }

  /** A frame came. @param refusal what a refusal says @param ignored why the host does not believe it */
  received(frame: Uint8Array, refusal: string | undefined, ignored?: string): void {
    const message = messageOf(frame);
    const whole = this.#passes.find((pass) => pass.from === 'meter' && pass.message === message && !pass.refused);
    if (ignored !== undefined) this.#add({ message, from: 'meter', frames: [frame], refused: ignored });
    else if (whole === undefined) this.#add({ message, from: 'meter', frames: [frame], refused: refusal });
    else if (!whole.frames.some((known) => partIndex(known) === partIndex(frame))) whole.frames.push(frame);
    this.#watcher.changed(this.#trace);
  }

  /** The first end is the one that counts. */
  ended(outcome: ExchangeOutcome): void {
    if (this.#trace.outcome !== undefined) return;
    this.#trace.outcome = outcome;
    this.#trace.endedAt = this.#now();
    this.#watcher.changed(this.#trace);
  }

  #add(pass: Pick<WrittenPass, 'message' | 'from' | 'frames' | 'refused'>): void {
    if (this.#passes.length >= PASSES_MAX) return;
    const [first = new Uint8Array()] = pass.frames;
    this.#passes.push({ ...pass, at: this.#now(), parts: partsOf(first), attempts: 1 });
  }

  #now(): Milliseconds {
    return milliseconds(this.#clock.now());
  }
}

const NAMES: ReadonlyMap<number, ExchangePass['message']> = new Map([
  [Message.first, 'first'],
  [Message.second, 'second'],
  [Message.third, 'third'],
  [Message.fourth, 'fourth'],
  [Message.refusal, 'refusal'],
]);

/** What a frame says that it is; one that is no frame says nothing. */
const messageOf = ([first = 0]: Uint8Array): ExchangePass['message'] =>
  (first >> 4 === 1 ? NAMES.get(first & 0x0f) : undefined) ?? 'unknown';

function partsOf(frame: Uint8Array): number {
  const message = (frame[0] ?? 0) & 0x0f;
  const inParts = message === Message.third || message === Message.fourth;
  if (!inParts || frame.length < HEADER_BYTES + 2 || !isLong(message, frame[1] as Command)) return 1;
  return Math.max(1, partCount(frame));
}
