import { Turns } from '../adapters/turns.ts';
import type { CardFailure, CardPort, CardSession } from '../card/index.ts';

const CALLED_OFF: CardFailure = { reason: 'no-card', sentence: 'Nobody waits for a card any more: begin again.' };
/** How often a card is looked for that somebody is about to put in. */
const LOOK_MS = 300;

interface SeatOptions {
  readonly waitMs?: number;
  readonly anew?: boolean;
  readonly calledOff?: AbortSignal;
}

/**
 * The reader of a machine where people come and go: one of them at a time works with the card that is there, and a card
 * keeps its power until it is pulled or something went wrong with it.
 */
export class CardSeat {
  readonly #port: CardPort;
  #session: CardSession | undefined;
  readonly #turns = new Turns(1);

  constructor(port: CardPort) {
    this.#port = port;
  }

  /**
   * Works with the card, as soon as whoever is before has done so. What it throws goes on; that, and a failure, take the
   * power from the card.
   * @param waitMs how long a card is waited for; not at all where absent
   * @param anew the card begins at its beginning, and has no power afterwards
   * @param calledOff nobody wants it any more: nothing begins; what has begun goes on
   */
  with<T>(
    work: (session: CardSession) => Promise<T>,
    { waitMs = 0, anew = false, calledOff }: SeatOptions = {},
  ): Promise<T | CardFailure> {
    return this.#turns.take(async () => {
      if (anew) await this.#end();
      const session = await this.#powered(waitMs, calledOff);
      if ('reason' in session) return session;
      if (calledOff?.aborted === true) {
        await this.#end();
        return CALLED_OFF;
      }
      let isFine = false;
      try {
        const done = await work(session);
        isFine = !(typeof done === 'object' && done !== null && 'reason' in done);
        return done;
      } finally {
        if (anew || !isFine) await this.#end();
      }
    });
  }

  close(): Promise<void> {
    return this.#turns.take(async () => {
      await this.#end();
      await this.#port.close();
    });
  }

  async #powered(waitMs: number, calledOff: AbortSignal | undefined): Promise<CardSession | CardFailure> {
    if (this.#session !== undefined) return this.#session;
    const looks = Math.floor(waitMs / LOOK_MS);
    for (let look = 0; ; look++) {
      if (calledOff?.aborted === true) return CALLED_OFF;
      const opened = await this.#port.open();
      if (!('reason' in opened)) {
        this.#session = opened;
        void opened.removed.then(() => {
          if (this.#session === opened) this.#session = undefined;
        });
        return opened;
      }
      if (opened.reason !== 'no-card' || look >= looks) return opened;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async #end(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.eject();
  }
}
