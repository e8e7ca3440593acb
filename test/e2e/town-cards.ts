import assert from 'node:assert/strict';
import { CardInHand, MeterOnBench } from '../../src/card/bench.testing.ts';
import {
  beginTaking,
  decodeLoadResponse,
  loadCommand,
  openTicket,
  personaliseCard,
  selectPurse,
} from '../../src/card/index.ts';
import { type KeyStore, keyName, Purpose, Suite, type TerminalKey } from '../../src/crypto/index.ts';
import { drawing } from '../../src/exchange/sides.testing.ts';
import type { HostServices } from '../../src/host/index.ts';
import type { Utility } from '../../src/simulation/index.ts';
import { type Csn, csn, Region, type Svpmsn, svpmsn, tokens, unixSeconds } from '../../src/units/index.ts';

/** As simulated utilities have it. */
const UTILITY = 1;
const GAS = `${UTILITY}-${Region.gas}`;
const N = keyName(Purpose.value, Suite.aes128, 0);
const GAS_METER = svpmsn(0x0f0001);

/** The card of house-1, which has been at the desk and in the gas meter; and that of house-2, on which nothing is. */
export const TOWN_CARDS = [csn('04a1b2c3d4e5f6'), csn('04a1b2c3d4e5f7')] as const;

type CardDesk = Pick<HostServices, 'receiveCard'> & Pick<ReturnType<HostServices['by']>, 'beginCard'>;

interface TownCards {
  readonly utility: Utility;
  readonly keys: KeyStore;
}

/** Gas by card for two houses of the town: a provider, a meter without a line, and two cards. */
export async function dealCards({ utility, keys }: TownCards): Promise<void> {
  const { host } = utility;
  const now = () => Number(utility.time.now);
  const office = (subject: string) =>
    host.by({
      at: utility.time.now,
      by: 'town',
      role: 'operator',
      action: 'deal',
      subject,
      detail: '',
      request: subject,
    });
  const terms = { name: 'Town Gas', account: 'IBAN', ticketLimit: 8_000, ticketDays: 60 };
  done(await office('provider').addCardProvider({ utility: UTILITY, region: Region.gas, ...terms }));
  const meter = { provider: GAS, subscriber: 'house-1', n: N };
  done(await office('meter').enrolOffline({ svpmsn: GAS_METER, ...meter }));
  const regions = [{ region: Region.gas, provider: GAS, n: N }];
  for (const [house, card] of TOWN_CARDS.entries())
    done(await office(card).issueCard({ csn: card, subscriber: `house-${house + 1}`, regions }));

  const [card] = TOWN_CARDS;
  const desk: CardDesk = {
    beginCard: (at) => office(card).beginCard(at),
    receiveCard: (exchange, frame) => host.receiveCard(exchange, frame),
  };
  const hand = await personalised(keys, card);
  const buy = async (paid: number) =>
    done(
      await office(card).buyForCard({
        csn: card,
        region: Region.gas,
        paid,
        method: 'cash',
        orderId: `gas for ${paid}`,
      }),
    );
  await buy(12_000);
  await serve(desk, card, hand);
  const key = await keys.terminalKey(N, GAS_METER);
  const gasMeter = new GasMeter(GAS_METER, key, now);
  hand.pull();
  gasMeter.take(hand, 4_500);
  gasMeter.spend(600);
  hand.pull();
  gasMeter.take(hand, 1_500);
  await serve(desk, card, hand);
  await buy(2_500);
}

async function personalised(keys: KeyStore, card: Csn): Promise<CardInHand> {
  const keyOf = (scope: Region | 0) => keys.cardKey({ utility: UTILITY, n: N, csn: card, scope });
  const regions = [{ utility: UTILITY, key: await keyOf(Region.gas) }];
  return new CardInHand(personaliseCard({ issuerKey: await keyOf(0), regions }));
}

/** At the counter until nothing more is to be done. */
async function serve(desk: CardDesk, card: Csn, hand: CardInHand): Promise<void> {
  for (let more = true; more; ) {
    hand.pull();
    hand.send(selectPurse());
    const begun = done(await desk.beginCard({ csn: card, region: Region.gas, route: svpmsn(0) }));
    const pass = async (frame: Uint8Array) => {
      const answer = decodeLoadResponse(hand.send(loadCommand(frame) as Uint8Array));
      assert.ok('frame' in answer, JSON.stringify(answer));
      return done(await desk.receiveCard(begun.exchange, answer.frame));
    };
    const second = await pass(begun.frame);
    assert.ok(second.type === 'send', second.type);
    const last = await pass(second.frame);
    assert.ok(last.type === 'done', last.type);
    more = last.more;
  }
}

function done<T extends object>(made: T): Exclude<T, { readonly sentence: string }> {
  if ('sentence' in made) throw new Error(String(made.sentence));
  return made as Exclude<T, { readonly sentence: string }>;
}

/** A meter without a line, which leaves a report on each card. */
class GasMeter extends MeterOnBench {
  readonly #key: TerminalKey;
  readonly #now: () => number;
  readonly #random = drawing(1);
  #used = 0;

  constructor(id: Svpmsn, key: TerminalKey, now: () => number) {
    super(id, { region: Region.gas });
    this.#key = key;
    this.#now = now;
  }

  override credit(outcome: Parameters<MeterOnBench['credit']>[0]): void {
    super.credit(outcome);
    this.#tell();
  }

  spend(amount: number): void {
    this.#used += amount;
    this.#tell();
  }

  #tell(): void {
    const used = this.#used;
    this.report = {
      ...{ sequence: (this.report?.sequence ?? 0) + 1, time: unixSeconds(Math.floor(this.#now() / 1000)) },
      ...{ register: used * 57, balance: tokens(this.credited - used), used: tokens(used) },
      ...{ fromCards: tokens(this.credited), owed: tokens(0), flags: 0, events: [] },
    };
  }

  override begin() {
    const { svpmsn: id, region, epoch, room } = this;
    return beginTaking({
      ...{ svpmsn: id, region, epoch, room, randomness: this.#random },
      now: unixSeconds(Math.floor(this.#now() / 1000)),
      rowOf: (card) => this.rows.get(card),
      pairOf: (ticket) => openTicket(this.#key, ticket),
    });
  }
}
