import { setTimeout as pause } from 'node:timers/promises';
import type { Authorisation, Completion, Instrument, PaymentPort, PaymentRequest } from '../host/index.ts';

type Decided = Exclude<Authorisation, { readonly outcome: 'pending' | 'unknown' }>;

export interface DemoWalletOptions {
  /** From the prompt on the telephone to what its owner does. */
  readonly decidesMs: number;
  /** What became of a payment, once it is decided. */
  readonly decided: (id: string, outcome: Decided) => Promise<void>;
}

/** The last three digits of a number say what its owner does; whoever is not here confirms. */
const PAYERS: Readonly<Record<string, Decided>> = {
  '001': { outcome: 'declined', reason: 'funds', sentence: 'There is not enough money in the wallet.' },
  '002': { outcome: 'declined', reason: 'refused', sentence: 'The payment was cancelled on the telephone.' },
};
/** With the code of a country, as E.164 has it. */
const NUMBER = /^\d{8,15}$/;

/**
 * Mobile money of a demo, in any currency: the payer is asked on a telephone and confirms after a moment. Money moves
 * nowhere, so that there is nothing to keep: what is captured or given back is so whenever it is asked for.
 */
export class DemoWallet implements PaymentPort {
  readonly #options: DemoWalletOptions;
  readonly #stopped = new AbortController();
  readonly #prompts = new Set<Promise<void>>();

  constructor(options: DemoWalletOptions) {
    this.#options = options;
  }

  async authorise({ id }: PaymentRequest, instrument: Instrument): Promise<Authorisation> {
    if (instrument.type !== 'wallet') {
      const sentence = 'Mobile money is paid from a telephone: give its number, or pay in another way.';
      return { outcome: 'declined', reason: 'not-served', sentence };
    }
    const { number } = instrument;
    if (!NUMBER.test(number)) {
      const sentence = 'The number is of no telephone: give 8 to 15 digits, with the code of the country.';
      return { outcome: 'declined', reason: 'instrument', sentence };
    }
    const shown = `…${number.slice(-3)}`;
    const prompt = this.#prompted(id, PAYERS[number.slice(-3)] ?? { outcome: 'approved', approval: `W${id}`, shown });
    this.#prompts.add(prompt);
    void prompt.finally(() => this.#prompts.delete(prompt));
    return { outcome: 'pending', shown };
  }

  async capture(): Promise<Completion> {
    return { outcome: 'done' };
  }

  async reverse(): Promise<Completion> {
    return { outcome: 'done' };
  }

  /** Nobody confirms any more. */
  async close(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#prompts);
  }

  async #prompted(id: string, outcome: Decided): Promise<void> {
    const { signal } = this.#stopped;
    await pause(this.#options.decidesMs, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await this.#options.decided(id, outcome);
  }
}
