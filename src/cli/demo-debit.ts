import type { Authorisation, Completion, Instrument, PaymentPort, PaymentRequest } from '../host/index.ts';

/**
 * The bank of a demo, which collects under the one mandate that it knows. Money moves nowhere, so that there is nothing
 * to keep: what is collected or given back is so whenever it is asked for.
 */
export class DemoDebit implements PaymentPort {
  readonly #mandate: string;

  constructor(mandate: string) {
    this.#mandate = mandate;
  }

  async authorise({ trace }: PaymentRequest, instrument: Instrument): Promise<Authorisation> {
    if (instrument.type !== 'mandate') {
      const sentence = 'This bank collects under a mandate: give its reference, or pay in another way.';
      return { outcome: 'declined', reason: 'not-served', sentence };
    }
    if (instrument.reference !== this.#mandate) {
      const sentence = 'The bank knows no such mandate: check its reference.';
      return { outcome: 'declined', reason: 'instrument', sentence };
    }
    return { outcome: 'approved', approval: `D${trace}`, shown: `…${this.#mandate.slice(-4)}` };
  }

  async capture(): Promise<Completion> {
    return { outcome: 'done' };
  }

  async reverse(): Promise<Completion> {
    return { outcome: 'done' };
  }
}
