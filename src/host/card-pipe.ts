import type { BackhaulMessage } from '../backhaul/index.ts';
import { Command, decodeFrame, Message } from '../exchange/index.ts';
import type { Milliseconds, Svpmsn } from '../units/index.ts';
import { fail, findMeter, isFailure, orStoreFailure } from './failures.ts';
import type { HostPorts } from './ports.ts';
import type { HostFailure } from './types.ts';
import { ANSWER_WITHIN_MS } from './work.ts';

type Carried = Extract<BackhaulMessage, { type: 'carried' }>;

/** What came back for a frame that was carried to the card in a meter. */
export interface CardPassed {
  /** `no-answer` says nothing about what the card did. */
  readonly outcome: Carried['outcome'];
  /** Of the card, or a refusal of the meter that it is in. */
  readonly frame: Uint8Array | undefined;
}

/**
 * Whoever carries the frames of a desk to a card and brings its answers: this host does so for the cards of other
 * providers that are in its meters. It reads nothing of them, and could not.
 */
export interface CardCarrier {
  passToCard(meter: number, frame: Uint8Array): Promise<CardPassed | HostFailure>;
}

/** A card in a meter of another host, as that tells. */
export interface CardInMeter {
  readonly meter: Svpmsn;
  /** The last six bytes of its CSN, 12 hex digits. */
  readonly tail: string;
  /** By that host's clock: another time is another insertion. */
  readonly insertedAt: number;
}

/** Another host, which carries frames to the cards in its meters. It is believed in nothing but that. */
export interface CardPipePort {
  /** Nothing where it could not be asked. */
  cardsInMeters(): Promise<readonly CardInMeter[]>;
  /** `no-answer` where it could not be asked, too. */
  passToCard(meter: Svpmsn, frame: Uint8Array): Promise<CardPassed>;
}

interface Waiting {
  readonly localUnit: number;
  readonly ticket: number;
  readonly until: number;
  readonly tell: (passed: CardPassed) => void;
}

const NO_ANSWER: CardPassed = { outcome: 'no-answer', frame: undefined };

/** Frames of other hosts' desks, through this one's lines: one at a time for each meter, the later one in its place. */
export class CardPipe implements CardCarrier {
  readonly #ports: Pick<HostPorts, 'store' | 'clock' | 'grid' | 'randomness'>;
  readonly #waiting = new Map<Svpmsn, Waiting>();

  constructor(ports: Pick<HostPorts, 'store' | 'clock' | 'grid' | 'randomness'>) {
    this.#ports = ports;
  }

  async passToCard(number: number, bytes: Uint8Array): Promise<CardPassed | HostFailure> {
    const { store, clock, grid } = this.#ports;
    const frame = decodeFrame(bytes);
    const isForCard =
      !('reason' in frame) &&
      frame.h === Command.addedValue &&
      (frame.message === Message.first || frame.message === Message.third);
    if (!isForCard || frame.svpmsn !== number) {
      return fail('command-wrong', 'Only M1 and M3 of an exchange 0x18 that is routed to this meter are passed on.');
    }
    const found = await orStoreFailure(store.read((tx) => findMeter(tx, number)));
    if (isFailure(found)) return found;
    const { svpmsn, localUnit } = found.meter;
    const ticket = this.#draw();
    this.#waiting.get(svpmsn)?.tell(NO_ANSWER);
    return new Promise((tell) => {
      this.#waiting.set(svpmsn, { localUnit, ticket, until: clock.now() + ANSWER_WITHIN_MS, tell });
      grid.send(localUnit, { type: 'carry', ticket, svpmsn, priority: 'value', frames: [frame.bytes] });
    });
  }

  /** Whether an answer from the grid was for somebody who waits here. */
  carried(localUnit: number, { ticket, svpmsn, outcome, frames }: Carried): boolean {
    const waiting = this.#waiting.get(svpmsn);
    if (waiting?.ticket !== ticket || waiting.localUnit !== localUnit) return false;
    this.#waiting.delete(svpmsn);
    waiting.tell({ outcome, frame: frames[0] });
    return true;
  }

  /** Nobody waits for ever. */
  tick(now: Milliseconds): void {
    for (const [svpmsn, { until, tell }] of this.#waiting) {
      if (now < until) continue;
      this.#waiting.delete(svpmsn);
      tell(NO_ANSWER);
    }
  }

  /** So that an answer to another carry of that meter is as good as never taken for this one's. */
  #draw(): number {
    const bytes = new Uint8Array(4);
    this.#ports.randomness.fill(bytes);
    return bytes.reduce((ticket, byte) => ticket * 256 + byte, 0);
  }
}
