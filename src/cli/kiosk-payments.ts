import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  type CardFailure,
  type CardSession,
  decodeResponseApdu,
  type EmvTerminal,
  StatusWord,
  selectPurse,
} from '../card/index.ts';
import type { CardHost, PaymentWish } from './card-host.ts';
import { type PaidByChip, PaymentOpen, payByChip } from './card-pay.ts';
import type { CardSeat } from './card-seat.ts';
import { CannotGoOn } from './failure.ts';

/** How long somebody looks for their bank card. */
const WAIT_MS = 30_000;
/** Between two looks whether a purse card was taken out. */
const LOOK_MS = 300;
/** As many are known by their keys; a kiosk has one customer at a time. */
const KEPT_MAX = 64;

/** Where bank cards pay: the host under a key that takes payments, and the terminal that a reader is for it. */
export interface ChipParts {
  readonly host: CardHost;
  readonly terminal: EmvTerminal;
  readonly port: string;
}

type Sale = Pick<PaymentWish, 'to' | 'paid'>;

interface Kept {
  readonly sale: Sale;
  readonly calledOff: AbortController;
  /** So many wait for how it ends. */
  waiting: number;
  ended: Promise<PaidByChip>;
  /** It is not known whether it was paid. */
  open: PaymentOpen | undefined;
}

/**
 * Payments by chip at the reader of a kiosk, each under the key of whoever asks for it: asked for again under the same
 * key, it is the same payment, also when its end is not known yet. One for which nobody waits any more takes no card.
 */
export class KioskPayments {
  readonly #seat: CardSeat;
  readonly #chips: ChipParts;
  readonly #kept = new Map<string, Kept>();

  constructor(seat: CardSeat, chips: ChipParts) {
    this.#seat = seat;
    this.#chips = chips;
  }

  /**
   * @param left whoever asks is gone
   * @throws PaymentOpen while it is not known whether it was paid, and another CannotGoOn where it was not
   */
  async pay(once: string, sale: Sale, left: AbortSignal): Promise<PaidByChip> {
    const kept = this.#kept.get(once) ?? this.#begun(once, sale);
    if (!isDeepStrictEqual(kept.sale, sale)) {
      throw new CannotGoOn('Another payment was asked for under the same key: start again.');
    }
    if (kept.open !== undefined) this.#follow(once, kept, kept.open.tellAgain());
    kept.waiting += 1;
    left.addEventListener('abort', () => {
      kept.waiting -= 1;
      if (kept.waiting === 0) kept.calledOff.abort();
    });
    return kept.ended;
  }

  /** None of those that wait takes a card any more. */
  callOff(): void {
    for (const { calledOff } of this.#kept.values()) calledOff.abort();
  }

  #begun(once: string, sale: Sale): Kept {
    const calledOff = new AbortController();
    const ended = this.#paid(sale, calledOff.signal);
    const kept: Kept = { sale, calledOff, waiting: 0, ended, open: undefined };
    this.#kept.set(once, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    this.#follow(once, kept, ended);
    return kept;
  }

  /** What paid nothing may begin again under its key. */
  #follow(once: string, kept: Kept, ended: Promise<PaidByChip>): void {
    kept.ended = ended;
    kept.open = undefined;
    ended.catch((error: unknown) => {
      if (error instanceof PaymentOpen) kept.open = error;
      else this.#kept.delete(once);
    });
  }

  async #paid(sale: Sale, calledOff: AbortSignal): Promise<PaidByChip> {
    const { host, terminal, port } = this.#chips;
    // The purse card that was bought for may lie there still: it pays nothing, and makes room.
    for (let looks = WAIT_MS / LOOK_MS; looks > 0; looks--) {
      const told: PaidByChip | CardFailure | 'purse' = await this.#seat.with(
        async (session) => ((await isPurse(session)) ? 'purse' : payByChip(session, host, terminal, { ...sale, port })),
        { waitMs: WAIT_MS, anew: true, calledOff },
      );
      if (told !== 'purse') {
        if ('reason' in told) throw new CannotGoOn(told.sentence);
        return told;
      }
      await pause(LOOK_MS);
    }
    throw new CannotGoOn('A purse card is in the reader: take it out, and put the bank card in.');
  }
}

async function isPurse(session: CardSession): Promise<boolean> {
  const told = await session.transmit(selectPurse());
  if (!(told instanceof Uint8Array)) return false;
  const answer = decodeResponseApdu(told);
  return !('reason' in answer) && answer.status === StatusWord.done;
}
