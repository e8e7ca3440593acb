import { decodeLoadResponse, loadCommand, personaliseCard, selectPurse } from '../../card/index.ts';
import type { KeyName, KeyStore, Purpose } from '../../crypto/index.ts';
import {
  type Act,
  type CardStep,
  COUNTER_ROUTE,
  type HostFailure,
  type Office,
  providerIdOf,
} from '../../host/index.ts';
import { type Csn, milliseconds, Region, type Svpmsn } from '../../units/index.ts';
import { UTILITY_NUMBER } from '../keys.ts';
import { HostKilled } from '../mortal-store.ts';
import type { Utility } from '../utility.ts';
import { type Fate, inSlot, type PurseCard } from './purse-card.ts';

/** What a card of this utility carries value of. */
export const CARD_REGIONS = [Region.gas, Region.electricity] as const;

/** In whose name cards are issued, loaded and blocked. */
export const actOf = (now: number): Act => ({
  ...{ at: milliseconds(now), by: 'counter', role: 'operator', action: 'card', subject: 'card', detail: '' },
  request: 'simulated',
});

const TICKET_LIMIT = 2_000;
const TICKET_DAYS = 60;
const EXCHANGES_MAX = 8;

const providerOf = (region: Region): string => providerIdOf({ utility: UTILITY_NUMBER, region });

/** Whoever issues cards, has them blocked, and loads them at a counter. */
export class CardCounter {
  readonly #utility: Utility;
  readonly #keys: KeyStore;
  readonly #n: KeyName<typeof Purpose.value>;

  constructor(utility: Utility, keys: KeyStore, n: KeyName<typeof Purpose.value>) {
    this.#utility = utility;
    this.#keys = keys;
    this.#n = n;
  }

  async open(): Promise<void> {
    for (const region of CARD_REGIONS) {
      const terms = { name: 'Value on cards', account: 'IBAN', ticketLimit: TICKET_LIMIT, ticketDays: TICKET_DAYS };
      await this.office((office) => office.addCardProvider({ utility: UTILITY_NUMBER, region, ...terms }));
    }
  }

  enrol(svpmsn: Svpmsn, region: Region, subscriber: string): Promise<boolean> {
    const meter = { svpmsn, provider: providerOf(region), subscriber, n: this.#n };
    return this.office((office) => office.enrolOffline(meter));
  }

  /** The memory of a new card. */
  async personalise(csn: Csn): Promise<Uint8Array> {
    const keyOf = (scope: Region | 0) => this.#keys.cardKey({ utility: UTILITY_NUMBER, n: this.#n, csn, scope });
    const regions = await Promise.all(
      CARD_REGIONS.map(async (region) => ({ utility: UTILITY_NUMBER, key: await keyOf(region) })),
    );
    return personaliseCard({ issuerKey: await keyOf(0), regions });
  }

  issue(csn: Csn, subscriber: string): Promise<boolean> {
    const regions = CARD_REGIONS.map((region) => ({ region, provider: providerOf(region), n: this.#n }));
    return this.office((office) => office.issueCard({ csn, subscriber, regions }), 'card-known');
  }

  /** Whether a host did it, or had done it. */
  async office(work: (office: Office) => Promise<object | HostFailure>, ...but: readonly string[]): Promise<boolean> {
    const { host, time } = this.#utility;
    const answer = await orKilled(work(host.by(actOf(time.now))));
    return answer !== undefined && (!('reason' in answer) || but.includes(String(answer.reason)));
  }

  /** All that waits for a card, and all that it has to tell. */
  async serve(card: PurseCard, fate: Fate = {}): Promise<void> {
    for (const region of CARD_REGIONS) {
      for (let count = 0, more = true; more && count < EXCHANGES_MAX; count++) {
        const step = await this.#exchange(card, region, fate);
        more = step?.type === 'done' && step.more;
      }
    }
  }

  async #exchange(card: PurseCard, region: Region, fate: Fate): Promise<CardStep | undefined> {
    const { host, time } = this.#utility;
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
    const begun = await orKilled(host.by(actOf(time.now)).beginCard({ csn: card.csn, region, route: COUNTER_ROUTE }));
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
