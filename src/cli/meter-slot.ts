import { setTimeout as pause } from 'node:timers/promises';
import type { CardFailure, CardPort, CardSession } from '../card/index.ts';
import { type Meter, type MeterOutputs, stepCardInserted, stepCardRemoved, stepCardResponse } from '../meter/index.ts';

/** A meter with a slot: the machine, where it writes, and the time of its oscillator. */
export interface SlottedMeter {
  readonly meter: Meter;
  readonly out: MeterOutputs;
  readonly now: () => number;
}

/** A person who puts a card in does not notice this. */
const LOOK_EVERY_MS = 50;
/** What `stepCardResponse` is given where the card gave no answer that could be read. */
const NO_ANSWER = new Uint8Array(0);

/**
 * The slot of a meter over a port, so that the meter takes real cards: `card` stands in its outputs, and `serve` tells
 * it what the slot feels. A port that waits for a card itself is asked again as soon as it has waited.
 */
export class MeterSlot {
  readonly #port: CardPort;
  readonly #commands: Uint8Array[] = [];
  /** Somebody waits for a command, or for the end. */
  #wake: (() => void) | undefined;
  #stopped = false;

  constructor(port: CardPort) {
    this.#port = port;
  }

  /** For `MeterOutputs.card`. */
  readonly card = (command: Uint8Array): void => {
    this.#commands.push(command);
    this.#wake?.();
  };

  /** Until it is stopped, or the port has no reader; then the port is given back. @returns what is wrong with it */
  async serve(slotted: SlottedMeter): Promise<CardFailure | undefined> {
    try {
      while (!this.#stopped) {
        const session = await this.#port.open();
        if (!('reason' in session)) await this.#serve(session, slotted);
        else if (session.reason === 'driver-missing' || session.reason === 'reader-missing') return session;
        // A card that cannot be spoken to, or that another program has, is tried again like an empty slot.
        else await pause(LOOK_EVERY_MS);
      }
      return undefined;
    } finally {
      await this.#port.close();
    }
  }

  /** The card loses its power, and the meter hears no more of it: `serve` ends. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** One insertion. What the meter had for another card is for nobody. */
  async #serve(session: CardSession, { meter, out, now }: SlottedMeter): Promise<void> {
    const gone = session.removed.then(() => 'gone' as const);
    this.#commands.length = 0;
    stepCardInserted(meter, now(), out);
    while (!this.#stopped) {
      const command = this.#commands.shift();
      // A card that goes while it works is not waited for, and a response that comes all the same is for nobody.
      const came = await Promise.race([gone, command === undefined ? this.#woken() : session.transmit(command)]);
      if (came === 'gone') break;
      if (came instanceof Uint8Array) stepCardResponse(meter, came, now(), out);
      else if (came !== undefined && came.reason !== 'card-removed') stepCardResponse(meter, NO_ANSWER, now(), out);
    }
    if (!this.#stopped) stepCardRemoved(meter, now(), out);
    // Also where the card is gone: a reader that is held for it has no room for the next.
    await session.eject();
  }

  /** There is a command for the card, or an end. */
  #woken(): Promise<undefined> {
    return new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
    });
  }
}
