import { decodeLoadResponse, loadCommand, personaliseCard, selectPurse } from '../../card/index.ts';
import type { KeyName, KeyStore, Purpose } from '../../crypto/index.ts';
import {
  type Act,
  type CardOrder,
  type CardPurse,
  type CardStep,
  COUNTER_ROUTE,
  type HostFailure,
  type NewProvider,
  type Office,
  providerIdOf,
} from '../../host/index.ts';
import { type Csn, type Region, type Svpmsn, svpmsnText } from '../../units/index.ts';
import { cardKeyName, UTILITY_NUMBER } from '../keys.ts';
import { HostKilled } from '../mortal-store.ts';
import type { Utility } from '../utility.ts';
import { type Fate, inSlot, type PurseCard } from './purse-card.ts';

/** What is done at a counter, by its name in the API, and to what. */
export interface Done {
  readonly action: string;
  /** `card 04a1b2c3d4e5f6` */
  readonly subject: string;
}

/** In whose name cards are issued, loaded and blocked; by the clock on the wall where the utility has one. */
export const actOf = ({ time, options }: Utility, { action, subject }: Done): Act => ({
  ...{ at: options.wall?.now() ?? time.now, by: 'counter', role: 'operator', action, subject, detail: '' },
  request: 'simulated',
});

/** What is done to a card. */
export const toCard = (action: string, csn: Csn): Done => ({ action, subject: `card ${csn}` });

const EXCHANGES_MAX = 8;

export const providerOf = (region: Region): string => providerIdOf({ utility: UTILITY_NUMBER, region });

/** What cards of a utility carry value of, and on what terms. */
export interface CardCounterOptions {
  readonly keys: KeyStore;
  readonly regions: readonly Region[];
  readonly terms: (region: Region) => Omit<NewProvider, 'utility' | 'region'>;
}

/** Whoever issues cards, has them blocked, and loads them at a counter. */
export class CardCounter {
  readonly #utility: Utility;
  readonly #options: CardCounterOptions;
  /** Of the key from which those of cards and meters without a line come. */
  readonly n: KeyName<typeof Purpose.value>;

  constructor(utility: Utility, options: CardCounterOptions) {
    this.#utility = utility;
    this.#options = options;
    this.n = cardKeyName(utility.options.suite);
  }

  async open(): Promise<void> {
    const { regions, terms } = this.#options;
    for (const region of regions) {
      const done = { action: 'addCardProvider', subject: `provider ${providerOf(region)}` };
      await this.office(done, (office) =>
        office.addCardProvider({ utility: UTILITY_NUMBER, region, ...terms(region) }),
      );
    }
  }

  enrol(svpmsn: Svpmsn, region: Region, subscriber: string): Promise<boolean> {
    const meter = { svpmsn, provider: providerOf(region), subscriber, n: this.n };
    const done = { action: 'enrolOfflineMeter', subject: `meter ${svpmsnText(svpmsn)}` };
    return this.office(done, (office) => office.enrolOffline(meter), 'meter-known');
  }

  /** The memory of a new card, with all of the regions or some. */
  async personalise(csn: Csn, of: readonly Region[] = this.#options.regions): Promise<Uint8Array> {
    const { keys } = this.#options;
    const keyOf = (scope: Region | 0) => keys.cardKey({ utility: UTILITY_NUMBER, n: this.n, csn, scope });
    const regions = await Promise.all(
      of.map(async (region) => ({ utility: UTILITY_NUMBER, key: await keyOf(region) })),
    );
    return personaliseCard({ issuerKey: await keyOf(0), regions });
  }

  issue(csn: Csn, subscriber: string): Promise<boolean> {
    const regions = this.#options.regions.map((region) => ({ region, provider: providerOf(region), n: this.n }));
    const done = toCard('issueCard', csn);
    return this.office(done, (office) => office.issueCard({ csn, subscriber, regions }), 'card-known');
  }

  /** Whether a host did it, or had done it. */
  async office(
    done: Done,
    work: (office: Office) => Promise<object | HostFailure>,
    ...but: readonly string[]
  ): Promise<boolean> {
    const answer = await orKilled(work(this.#utility.host.by(actOf(this.#utility, done))));
    return answer !== undefined && (!('reason' in answer) || but.includes(String(answer.reason)));
  }

  /** Whether a host took an order that takes value off a card, or never will. */
  takeOff(done: Done, order: (office: Office) => Promise<CardOrder | HostFailure>): Promise<boolean> {
    return this.office(done, order, 'card-ended', 'card-frozen', 'card-wrong', 'order-settled');
  }

  /** What a host knows of a region of a card. */
  async booked(csn: Csn, region: Region): Promise<CardPurse | undefined> {
    const view = await orKilled(this.#utility.host.card(csn));
    return view === undefined || 'reason' in view ? undefined : view.purses.find((each) => each.region === region);
  }

  /** Whether an order may still be carried out; it may where no host says that it was. */
  async mayBeOpen(orderId: string): Promise<boolean> {
    const order = await orKilled(this.#utility.host.cardOrder(orderId));
    return order === undefined || 'reason' in order || order.openOf !== undefined;
  }

  /** All that waits for a card, and all that it has to tell. */
  async serve(card: PurseCard, fate: Fate = {}): Promise<void> {
    for (const region of this.#options.regions) {
      for (let count = 0, more = true; more && count < EXCHANGES_MAX; count++) {
        const step = await this.#exchange(card, region, fate);
        more = step?.type === 'done' && step.more;
      }
    }
  }

  async #exchange(card: PurseCard, region: Region, fate: Fate): Promise<CardStep | undefined> {
    const { host } = this.#utility;
    let pulled = false;
    const program = inSlot(card, fate, () => {
      pulled = true;
    });
    const pass = (frame: Uint8Array): Uint8Array | undefined => {
      const command = loadCommand(frame);
      const answer = command === undefined ? undefined : decodeLoadResponse(program(command));
      return answer !== undefined && 'frame' in answer && !pulled ? answer.frame : undefined;
    };
    program(selectPurse());
    const office = host.by(actOf(this.#utility, toCard('beginCardExchange', card.csn)));
    const begun = await orKilled(office.beginCard({ csn: card.csn, region, route: COUNTER_ROUTE }));
    if (begun === undefined || 'reason' in begun) return undefined;
    let step: CardStep = { type: 'send', frame: begun.frame };
    while (step.type === 'send') {
      const said = pass(step.frame);
      if (said === undefined) return undefined;
      const next: CardStep | HostFailure | undefined = await orKilled(host.receiveCard(begun.exchange, said));
      if (next === undefined || 'sentence' in next) return undefined;
      step = next;
    }
    return step;
  }
}

async function orKilled<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof HostKilled) return undefined;
    throw error;
  }
}
