import { toHex } from '../bytes/index.ts';
import { decodeLineFrame, encodeLineFrame, LINE_SEQUENCES, LineKind, type ReceivedLineFrame } from '../line/index.ts';
import type { ModemAddress } from '../units/index.ts';
import { expect, Found } from './check.ts';

/** The wire to the one modem that is tested, its clocks, and the time on the wall. */
export interface Wire {
  /** The bytes of one frame of the line, or of none. */
  send(bytes: Uint8Array): void;
  /** The next frame, whole; `undefined` when so many ms pass without one. Rejects when the wire is gone. */
  next(withinMs: number): Promise<Uint8Array | undefined>;
  pause(ms: number): Promise<void>;
  /** Milliseconds, only forward. */
  now(): number;
  /** Milliseconds since 1970-01-01 UTC. */
  clock(): number;
}

/** What a modem said: nothing at all, that there is nothing to say, or a frame of the exchange. */
export type Heard =
  | { readonly type: 'silence' }
  | { readonly type: 'acknowledged' }
  | { readonly type: 'frame'; readonly bytes: Uint8Array };

/** A meter has 250 ms, and the bench's own machine may be slow. */
const ANSWER_MS = 1000;
const WORKING_AGAIN_MS = 250;
const WORKING_MS = 5000;
/** An answer that came too late is fetched by the same request again. */
const TRIES = 3;

/** The master of a line with one modem on it. */
export class LineBench {
  readonly wire: Wire;
  readonly address: ModemAddress;
  /** What one frame may take on the wire, beside the meter's own time. */
  readonly #airMs: number;
  #sequence = 0;

  constructor(wire: Wire, settings: { readonly address: ModemAddress; readonly airMs: number }) {
    this.wire = wire;
    this.address = settings.address;
    this.#airMs = settings.airMs;
  }

  /** A request that must be answered somehow. @throws Found when nothing comes back */
  async ask(payload: Uint8Array): Promise<Heard> {
    const request = this.request(payload);
    for (let tries = 0; tries < TRIES; tries++) {
      const frame = await this.exchange(request);
      if (frame !== undefined) return this.#meant(request, frame);
    }
    throw new Found(`nothing came back to ${toHex(payload)}, asked ${TRIES} times`);
  }

  /** Sends a request once and says what is heard, also when that is nothing. */
  async askOnce(payload: Uint8Array): Promise<Heard> {
    const request = this.request(payload);
    const frame = await this.exchange(request);
    return frame === undefined ? { type: 'silence' } : this.#meant(request, frame);
  }

  /** The next request of this modem, with the next sequence. */
  request(
    payload: Uint8Array,
    kind: typeof LineKind.request | typeof LineKind.nextPart = LineKind.request,
  ): Uint8Array {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) % LINE_SEQUENCES;
    return encodeLineFrame({ kind, address: this.address, sequence, attentionWaiting: false, payload });
  }

  /** Sends bytes and returns the frame that is heard within a meter's time. What is no frame of this modem is found. */
  async exchange(bytes: Uint8Array, withinMs = ANSWER_MS): Promise<ReceivedLineFrame | undefined> {
    this.wire.send(bytes);
    const until = this.wire.now() + withinMs + 2 * this.#airMs;
    const heard = await this.wire.next(Math.max(0, until - this.wire.now()));
    if (heard === undefined) return undefined;
    const frame = decodeLineFrame(heard);
    expect(!('reason' in frame), `the modem sent ${toHex(heard)}, which is no frame of the line`);
    expect(frame.address === this.address, `the modem answered as address ${frame.address}, not ${this.address}`);
    return frame;
  }

  async #meant(request: Uint8Array, first: ReceivedLineFrame): Promise<Heard> {
    let frame = first;
    const sequence = (request[2] as number) & (LINE_SEQUENCES - 1);
    for (let waited = 0; frame.kind === LineKind.working && waited < WORKING_MS; waited += WORKING_AGAIN_MS) {
      await this.wire.pause(WORKING_AGAIN_MS);
      const again = await this.exchange(request);
      expect(again !== undefined, 'the modem said that it works, and nothing when it was asked again');
      frame = again;
    }
    expect(frame.sequence === sequence, `the modem answered sequence ${sequence} with ${frame.sequence}`);
    switch (frame.kind) {
      case LineKind.acknowledge:
        return { type: 'acknowledged' };
      case LineKind.answer:
      case LineKind.answerMore:
        return { type: 'frame', bytes: new Uint8Array(frame.payload) };
      default:
        throw new Found(`the modem answered a request with a frame of kind 0x${frame.kind.toString(16)}`);
    }
  }
}
