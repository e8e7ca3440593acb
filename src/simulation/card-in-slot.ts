import type { CardChip, CardProgram } from '../card/index.ts';

/** A reset, and its answer. */
export const CARD_RESET_MS = 120;
/** At 9,600 bit/s a byte takes twelve elementary time units of its contact. */
const MS_PER_BYTE = 1.25;
/** What a card computes, and writes into its memory, for one command. */
const WORK_MS = 80;

/** A time that is waited for: `run` is given the instant. */
export type Later = (delayMs: number, run: (now: number) => void) => void;

/**
 * A card in the slot of a meter, with the time that its contacts take. What a command does it does halfway: a card that
 * is pulled before has not carried it out, and one that is pulled after has, and nobody hears of it.
 */
export class CardInSlot {
  readonly #later: Later;
  readonly #program: CardProgram;
  #out = false;

  constructor(chip: CardChip, later: Later) {
    this.#program = chip.begin();
    this.#later = later;
  }

  give(command: Uint8Array, respond: (response: Uint8Array, now: number) => void): void {
    const before = (MS_PER_BYTE * command.length + WORK_MS) / 2;
    this.#whileIn(before, () => {
      const response = this.#program(command);
      this.#whileIn(before + MS_PER_BYTE * response.length, (now) => respond(response, now));
    });
  }

  /** Pulled, or without power. */
  takeOut(): void {
    this.#out = true;
  }

  #whileIn(delayMs: number, run: (now: number) => void): void {
    this.#later(Math.ceil(delayMs), (now) => {
      if (!this.#out) run(now);
    });
  }
}
