import {
  beginEmv,
  type CardChip,
  EmvIssuer,
  type EmvTerminal,
  EmvTestCard,
  emvAuthorised,
  emvReceive,
  testIssuerKey,
} from '../card/index.ts';
import { assert, type Milliseconds } from '../units/index.ts';
import { DEMO_APPLICATIONS, DEMO_PURSES } from './demo-partners.ts';

/** What a chip and its bank made of a sale. */
export interface ChipPaid {
  readonly approved: boolean;
  /** The card as people see it: `**** 1111`. */
  readonly shown: string;
}

export interface ChipSale {
  /** Minor units. */
  readonly paid: number;
  readonly currency: { readonly number: number; readonly exponent: number };
  readonly at: Milliseconds;
}

/** Its bank lets nobody pay more than this at once with the card of a demo, minor units. */
const PAID_MAX = 100_000;
const COUNTRY = 410;
const TERMINAL: EmvTerminal = {
  applications: DEMO_APPLICATIONS,
  ...{ type: 'unattended', country: COUNTRY, identification: 'KIOSK001' },
};

/**
 * The bank card of a demo in the reader of its kiosk: chip, terminal and the bank that issued it speak as real ones do,
 * and no money moves.
 */
export class DemoChip {
  readonly #card = new EmvTestCard({
    ...{ pan: DEMO_PURSES.card, sequence: 1, expires: '391231', country: COUNTRY },
    ...{ version: 18, authentication: 'with-cryptogram', hasDirectory: true, format: 2 },
  });
  readonly #bank = new EmvIssuer(testIssuerKey());
  readonly #random: (bytes: number) => Uint8Array;
  #sales = 0;

  /** As whoever puts it into a slot gives it. */
  get card(): CardChip {
    return this.#card.chip;
  }

  constructor(random: (bytes: number) => Uint8Array) {
    this.#random = random;
  }

  pay({ paid: amount, currency: { number: currency, exponent }, at }: ChipSale): ChipPaid {
    const [date = '', time = ''] = new Date(at).toISOString().slice(2, 19).replaceAll(/[-:]/g, '').split('T');
    const shown = `**** ${DEMO_PURSES.card.slice(-4)}`;
    const sale = { amount, currency, exponent, date, time, counter: ++this.#sales, unpredictable: this.#random(4) };
    const chip = this.#card.chip.begin();
    const { emv, step: first } = beginEmv(TERMINAL, sale);
    let step = first;
    while (step.type !== 'ended') {
      if (step.type === 'send') {
        step = emvReceive(emv, chip(step.command));
        continue;
      }
      const { pan, sequence, data } = step.card;
      const verdict = this.#bank.judge({ pan, sequence, data, amount, currency });
      assert(verdict.outcome === 'genuine', 'the card of a demo is genuine');
      const approves = amount <= PAID_MAX;
      const code = approves ? '00' : '61';
      step = emvAuthorised(emv, {
        type: approves ? 'approved' : 'declined',
        code,
        data: verdict.answer(code, approves),
      });
    }
    return { approved: step.end.outcome === 'approved', shown };
  }
}
