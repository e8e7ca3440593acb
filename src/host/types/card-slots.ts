import type { Milliseconds, Svpmsn } from '../../units/index.ts';

/** That a card is in the slot of a meter, as the meter told last. Without a row there is none, as far as is known. */
export interface CardSlot {
  /** Of the meter, as a decimal number. */
  readonly id: string;
  readonly svpmsn: Svpmsn;
  /** The last six bytes of its CSN, 12 hex digits: so the meter's event names it. */
  readonly tail: string;
  readonly insertedAt: Milliseconds;
  /** When what waits for it is tried again; nothing while it is left alone until the meter tells of it anew. */
  readonly dueAt: Milliseconds | undefined;
  /** Tries in vain since it was put in. */
  readonly attempts: number;
}
