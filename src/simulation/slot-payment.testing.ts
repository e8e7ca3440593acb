import assert from 'node:assert/strict';
import { type CardChip, EmvIssuer, EmvTestCard, TEST_APPLICATION, testIssuerKey } from '../card/index.ts';
import {
  type Authorisation,
  checkBooks,
  type Instrument,
  MemoryStore,
  type Payment,
  type PaymentPort,
  type PaymentRequest,
  type SlotTerminal,
} from '../host/index.ts';
import { displayOf, displayPages } from '../meter/index.ts';
import type { House, Utility, UtilityOptions } from './index.ts';
import { BEGINS_MS, MINUTE_MS, openSmall } from './small-utility.testing.ts';

export const PAN = '4111111111111111';
export const SECOND_MS = 1_000;
export const SLOT_TERMINAL: SlotTerminal = {
  ...{ port: 'bank', identification: 'SLOT0001', country: 410 },
  applications: [{ aid: TEST_APPLICATION, isPartial: false, version: 1, denial: new Uint8Array(5) }],
};
/** Between two looks at what banks are to be asked. */
const STEP_MS = SECOND_MS;

/** The bank of the test cards: it holds what is genuine, and what it held is taken or goes back. */
export class ChipBank implements PaymentPort {
  readonly accounts = new Map<string, { amount: number; state: 'held' | 'taken' | 'back' }>();
  readonly #issuer = new EmvIssuer(testIssuerKey());
  /** What it does next: as ever where nothing is said. */
  ways: ('declines' | 'answer-lost' | 'slow')[] = [];
  /** Lets those that were slow answer. */
  readonly slow: (() => void)[] = [];
  asked = 0;

  async authorise({ id, amount, currency }: PaymentRequest, instrument: Instrument): Promise<Authorisation> {
    this.asked += 1;
    assert.ok(instrument.type === 'card' && instrument.chip !== undefined);
    const { data, sequence } = instrument.chip;
    const verdict = this.#issuer.judge({ pan: instrument.pan, sequence, amount, currency, data });
    const declined = { outcome: 'declined', reason: 'refused', sentence: 'No.' } as const;
    if (verdict.outcome === 'refused') return { ...declined, chip: { code: '63' } };
    const way = this.ways.shift();
    if (way === 'slow') await new Promise<void>((resolve) => this.slow.push(resolve));
    if (way === 'declines') return { ...declined, chip: { code: '51', data: verdict.answer('51', false) } };
    this.accounts.set(id, { amount, state: 'held' });
    if (way === 'answer-lost') return { outcome: 'unknown', sentence: 'Nobody answered.' };
    const chip = { code: '00', data: verdict.answer('00', true) };
    return {
      outcome: 'approved',
      approval: `AN${this.accounts.size}`,
      shown: `**** ${instrument.pan.slice(-4)}`,
      chip,
    };
  }

  async capture({ id }: PaymentRequest) {
    return this.#moves(id, 'taken');
  }

  async reverse({ id }: PaymentRequest) {
    return this.#moves(id, 'back');
  }

  #moves(id: string, state: 'taken' | 'back') {
    const account = this.accounts.get(id);
    if (account !== undefined && account.state !== state) {
      assert.equal(account.state, 'held', `${id} goes ${state}`);
      account.state = state;
    }
    return { outcome: 'done' } as const;
  }

  sum(state: 'held' | 'taken' | 'back'): number {
    return [...this.accounts.values()].reduce((sum, each) => sum + (each.state === state ? each.amount : 0), 0);
  }
}

type Fate = 'as-ever' | 'pulled-before' | 'pulled-after';

/** A street whose meters take payment cards, and somebody with such a card before the first of them. */
export class SlotWorld {
  readonly utility: Utility;
  readonly bank: ChipBank;
  readonly store: MemoryStore;
  /** Commands that the card was given since it was put in, and what is to happen at one of them. */
  commands = 0;
  at: ((command: number) => Fate) | undefined;
  readonly #card = new EmvTestCard({
    ...{ pan: PAN, sequence: 1, expires: '391231', country: 410, version: 18 },
    ...{ authentication: 'with-cryptogram', hasDirectory: true, format: 2 },
  });

  private constructor(utility: Utility, bank: ChipBank, store: MemoryStore) {
    this.utility = utility;
    this.bank = bank;
    this.store = store;
  }

  static async open(options: Partial<UtilityOptions> = {}): Promise<SlotWorld> {
    const [bank, store] = [new ChipBank(), new MemoryStore()];
    const utility = await openSmall({
      ...{ store, meters: 2, localUnits: 1, outages: false, roundMs: 10 * MINUTE_MS },
      firstSale: { from: 50_000, to: 60_000 },
      payments: new Map([['bank', { method: 'card', port: bank }]]),
      slotTerminal: SLOT_TERMINAL,
      ...options,
    });
    utility.closeTheTills();
    const world = new SlotWorld(utility, bank, store);
    await utility.runUntil(BEGINS_MS + 3 * MINUTE_MS);
    return world;
  }

  get house(): House {
    return this.utility.houses[0] as House;
  }

  readonly chip: CardChip = {
    atr: new Uint8Array(),
    begin: () => {
      const program = this.#card.chip.begin();
      this.commands = 0;
      return (bytes) => {
        const command = this.commands++;
        const fate = this.at?.(command) ?? 'as-ever';
        const response = fate === 'pulled-before' ? new Uint8Array() : program(bytes);
        if (fate !== 'as-ever') this.pull();
        return response;
      };
    },
  };

  insert(chip = this.chip): void {
    this.house.insertCard(chip, this.utility.time.now);
  }

  pull(): void {
    this.house.removeCard(this.utility.time.now);
  }

  key(keys: string): void {
    for (const key of keys) this.house.press(key as '0', this.utility.time.now);
  }

  /** What the display says of the card. */
  get shown(): string {
    const { meter } = this.house;
    const before = meter.display.page;
    meter.display.page = displayPages(meter).findIndex(({ page }) => page === 'card');
    const { text } = displayOf(meter);
    meter.display.page = before;
    return text;
  }

  /** Business goes on, banks are asked, and what is due is captured and given back. */
  async live(ms: number): Promise<void> {
    for (const until = this.utility.time.now + ms; this.utility.time.now < until; ) {
      await this.utility.runUntil(Math.min(until, this.utility.time.now + STEP_MS));
      const { hosts, time } = this.utility;
      await Promise.all(hosts.running.map((run) => run((services) => services.askBanks())));
      if (time.now % (5 * SECOND_MS) >= STEP_MS) continue;
      await Promise.all(hosts.running.map((run) => run((services) => services.settlePayments())));
    }
  }

  /** Until nothing is left to do. */
  async settle(): Promise<void> {
    await this.live(4 * MINUTE_MS);
  }

  /** All host processes die, and others come up over the same store. */
  hostsDie(): Promise<void> {
    return this.utility.hosts.replaceStore(this.store);
  }

  get credited(): number {
    return this.house.meter.svm.purse.credited;
  }

  async payments(): Promise<readonly Payment[]> {
    return this.utility.host.payments({ limit: 999 });
  }

  /**
   * What was taken is in the meter, what is in the meter was taken, and nothing is held any more.
   * @param before `credited` of the meter before the first payment
   */
  async isWhole(before: number, why: string): Promise<void> {
    assert.equal(this.bank.sum('held'), 0, `held: ${why}`);
    assert.equal(this.credited - before, this.bank.sum('taken'), `stored and taken: ${why}`);
    for (const { state } of await this.payments()) assert.match(state, /^(captured|reversed|declined)$/, why);
    const { sums } = await this.store.read((tx) => tx.ledgerSums(0));
    const purses = await this.store.read((tx) => tx.pursesOf(this.utility.houses.map(({ svpmsn }) => svpmsn)));
    const checked = await checkBooks(sums, { purses: purses.filter((purse) => purse !== undefined), agents: [] });
    assert.deepEqual(checked.findings, [], why);
  }
}
