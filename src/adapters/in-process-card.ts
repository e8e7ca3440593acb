import type { CardChip, CardFailure, CardPort, CardSession } from '../card/ports.ts';

const NO_CARD: CardFailure = { reason: 'no-card', sentence: 'There is no card in the slot: insert one.' };
const REMOVED: CardFailure = { reason: 'card-removed', sentence: 'The card was pulled: insert it again.' };
const CLOSED: CardFailure = { reason: 'exchange-broken', sentence: 'The card has no power any more: open it again.' };

/** A slot in this process. Commands reach the program of its card as they are; no contact lies between. */
export class InProcessSlot implements CardPort {
  #chip: CardChip | undefined;
  #session: { readonly over: (failure: CardFailure) => void } | undefined;

  insert(chip: CardChip): void {
    this.pull();
    this.#chip = chip;
  }

  pull(): void {
    this.#chip = undefined;
    this.#session?.over(REMOVED);
    this.#session = undefined;
  }

  async open(): Promise<CardSession | CardFailure> {
    const chip = this.#chip;
    this.#session?.over(CLOSED);
    if (chip === undefined) return NO_CARD;
    const program = chip.begin();
    let over: CardFailure | undefined;
    const { promise: removed, resolve } = Promise.withResolvers<void>();
    this.#session = {
      over: (failure) => {
        over = failure;
        if (failure === REMOVED) resolve();
      },
    };
    return {
      ...{ atr: chip.atr, removed },
      transmit: async (command) => over ?? program(command),
      eject: async () => {
        over ??= CLOSED;
      },
    };
  }

  async close(): Promise<void> {
    this.#session?.over(CLOSED);
    this.#session = undefined;
  }
}
