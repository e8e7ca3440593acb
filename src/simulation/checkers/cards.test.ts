import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoadKind, loadRow, personaliseCard } from '../../card/index.ts';
import { deriveCardKey, keyName, Purpose, Suite } from '../../crypto/index.ts';
import { Command } from '../../exchange/index.ts';
import { offlineRow } from '../../host/cards.testing.ts';
import type { CardBooks as Books, CardOrder, CardPurse } from '../../host/index.ts';
import { command, createBench } from '../../meter/board.testing.ts';
import { encodeHotList } from '../../records/index.ts';
import { csn, Region, svpmsn, tokens } from '../../units/index.ts';
import { PurseCard } from '../cards/purse-card.ts';
import { seededRandom } from '../random.ts';
import type { Utility } from '../utility.ts';
import { CardBooks } from './card-books.ts';
import { Cards, handedOf, type RegionTruth } from './cards.ts';
import { Findings } from './checker.ts';

const ID = csn('040a1b2c000001');
const PURSE = `${ID}-${Region.gas}`;
const METER = svpmsn(0x8a0001);
const N = keyName(Purpose.value, Suite.aes128, 0);

/** A card, and those who watch it and its books. */
class Watched {
  readonly findings = new Findings(
    () => 0,
    () => undefined,
  );
  readonly cards: Cards;
  readonly books: CardBooks;
  readonly card: PurseCard;

  constructor() {
    this.cards = new Cards(this.findings, (truth, row) => this.books.loaded(truth, row));
    this.books = new CardBooks(this.findings, this.cards, { payments: () => [], say: () => undefined });
    this.card = this.issue(ID, svpmsn(0x0a1b2c));
  }

  issue(id: typeof ID, home: ReturnType<typeof svpmsn>): PurseCard {
    const key = (scope: Region | 0) => deriveCardKey(new Uint8Array(16).fill(7), N, id, scope, 1);
    const memory = personaliseCard({ issuerKey: key(0), regions: [{ utility: 1, key: key(Region.gas) }] });
    const card = new PurseCard(id, memory, seededRandom('card'), (stepped) => this.cards.cardStepped(stepped));
    this.cards.issued(card, home);
    return card;
  }

  /** Five tokens under the one TXID of this test. */
  loads(card: PurseCard): void {
    const region = card.card.regions.get(Region.gas);
    assert.ok(region?.purse !== undefined);
    const { loadCounter, loaded, balance, sequence } = region.purse;
    const row = { counter: loadCounter + 1, txid: new Uint8Array(8).fill(9), amount: 5, kind: LoadKind.credited };
    const { address, bytes } = loadRow(Region.gas, row);
    card.card.nvm.set(bytes, address);
    region.purse = {
      ...region.purse,
      ...{ loadCounter: loadCounter + 1, sequence: sequence + 1 },
      ...{ loaded: tokens(loaded + 5), balance: tokens(balance + 5) },
    };
    this.cards.cardStepped(card);
  }

  get truth(): RegionTruth {
    return this.cards.regions.get(PURSE) as RegionTruth;
  }

  get broken(): readonly string[] {
    return this.findings.violations.map(({ invariant }) => invariant);
  }

  /** The card has another purse than before, by whatever it does. */
  becomes(changed: Partial<RegionTruth['purse']>): void {
    const region = this.card.card.regions.get(Region.gas);
    assert.ok(region?.purse !== undefined);
    region.purse = { ...region.purse, ...changed, sequence: region.purse.sequence + 1 };
    this.cards.cardStepped(this.card);
  }

  order(changed: Partial<CardOrder>): void {
    this.books.committed([{ method: 'cardOrders.put', values: [[{ ...ORDER, ...changed }]] }]);
  }

  purse(changed: Partial<CardPurse>): void {
    const row = { ...{ id: PURSE, card: ID, credited: 0n, lastCounter: 0, handed: 0n, freeze: undefined }, ...changed };
    this.books.committed([{ method: 'cardPurses.put', values: [[row]] }]);
  }
}

const ORDER = {
  ...{ id: 'one', purse: PURSE, openOf: PURSE, provider: '1-2', op: 'credit', amount: tokens(5), txid: '00' },
  ...{ state: 'outstanding', counter: 1 },
} as unknown as CardOrder;

for (const [when, other, isRestored, broken] of [
  ['again on the card in the place of a lost one, after a restore', csn('040a1b2c000002'), true, []],
  ['again on another card of the house, without a restore', csn('040a1b2c000002'), false, ['I4']],
  ['again on a card of another house', csn('040a1b2d000001'), true, ['I4']],
  ['twice on one card, after a restore', undefined, true, ['I4']],
] as const) {
  test(`what is loaded ${when} ${broken.length > 0 ? `breaks ${broken}` : 'is right'}`, () => {
    const watched = new Watched();
    watched.loads(watched.card);
    if (isRestored) watched.books.storeRestored();
    if (isRestored) watched.cards.storeRestored();
    const home = (id: typeof ID) => svpmsn(Number.parseInt(id.slice(2, 8), 16));
    watched.loads(other === undefined ? watched.card : watched.issue(other, home(other)));
    const ofTxids = watched.broken.filter((invariant) => invariant === 'I4');
    assert.deepEqual(ofTxids, broken);
  });
}

test('value that leaves a card for nowhere breaks I23', () => {
  const watched = new Watched();
  watched.becomes({ ticketVersion: 1 });
  assert.deepEqual(watched.broken, []);
  watched.becomes({ balance: tokens(3) });
  assert.deepEqual(watched.broken, ['I23']);
});

test('what is pending ends by its meter or its issuer, and otherwise breaks I24', () => {
  const watched = new Watched();
  const pending = { meter: METER, counter: 1, amount: tokens(2) };
  watched.becomes({ loaded: tokens(5), balance: tokens(3), pending, debitCounter: 1 });
  assert.deepEqual(watched.broken, []);
  watched.becomes({ pending: undefined });
  assert.equal(watched.broken[0], 'I24');
  assert.equal(handedOf(watched.truth), 2);
});

test('of a card that was copied nobody says how much it must have', () => {
  const watched = new Watched();
  watched.cards.cloned(ID);
  watched.becomes({ balance: tokens(3) });
  assert.deepEqual(watched.broken, []);
});

test('a load that is booked and not on the card breaks I5, and one that was refunded and is booked again I11', () => {
  const watched = new Watched();
  watched.order({});
  assert.deepEqual(watched.broken, []);
  watched.order({ state: 'stored' });
  assert.deepEqual(watched.broken, ['I5']);
  watched.order({ state: 'refunded' });
  assert.deepEqual(watched.broken, ['I5', 'I11']);
});

test('two orders of a region on their way at once break I9, and one that waits beside another does not', () => {
  const watched = new Watched();
  watched.order({});
  watched.order({ id: 'two', state: 'waiting', counter: undefined });
  assert.deepEqual(watched.broken, []);
  watched.order({ id: 'two', counter: 2 });
  assert.deepEqual(watched.broken, ['I9']);
});

test('books that have more of a card than it has break I5 and I8, and a freeze of the only one there is breaks I10', () => {
  const watched = new Watched();
  watched.purse({});
  assert.deepEqual(watched.broken, []);
  watched.purse({ credited: 1n });
  watched.purse({ handed: 1n });
  watched.purse({ freeze: 'debits-behind' });
  assert.deepEqual(watched.broken, ['I5', 'I8', 'I10']);
  watched.cards.cloned(ID);
  watched.purse({ freeze: 'debits-behind' });
  assert.equal(watched.broken.length, 3, 'of two it is right');
});

test('books that have an epoch in a meter with a line which has it not break I25, and one that never heard of it I28', async () => {
  const house = svpmsn(0x0a1b2c);
  for (const { there, told, broken } of [
    { there: 0, told: 0, broken: [] },
    { there: 2, told: 2, broken: [] },
    { there: 1, told: 2, broken: ['I25', 'I28'] },
  ]) {
    const watched = new Watched();
    const bench = createBench();
    if (there > 0) command(bench, Command.hotList, encodeHotList({ epoch: there }));
    const meter = { svpmsn: house, region: Region.electricity, dead: false, meter: bench.meter };
    watched.cards.built(meter, house);
    const row = { ...offlineRow('kim'), svpmsn: house, fromCards: 0n, spent: 0n, doubt: undefined, epochThere: told };
    watched.books.committed([{ method: 'offlineMeters.put', values: [[row]] }]);
    watched.cards.blocked(ID, house, told);
    await watched.cards.healed();
    assert.deepEqual(watched.broken, broken);
  }
});

/** Of one card and its provider, what a host says at the end. */
function utilityOf(purse: Partial<CardPurse>, totals: Partial<Books> = {}): Utility {
  const row = { ...BOOKED, ...purse };
  const host = {
    card: async () => ({ card: { state: 'active' }, purses: [row] }),
    cardOrders: async () => [],
    cardBooks: async () => [{ ...EVEN, balanced: true, ...totals }],
  };
  return { host } as unknown as Utility;
}

const BOOKED = {
  ...{ id: PURSE, card: ID, provider: '1-2', lastCounter: 0, credited: 5n, balance: 5n, freeze: undefined },
  ...{ closed: 0n, released: 0n, handed: 0n, recovered: 0n },
};
const EVEN = {
  ...{ provider: '1-2', issued: 5n, recovered: 0n, inFlight: 0n, refunded: 0n, stored: 5n, found: 0n },
  ...{ onCards: 5n, handed: 0n, inMeters: 0n, spent: 0n, arrived: 0n, closed: 0n },
};

for (const [what, purse, totals, broken] of [
  ['that hold', {}, {}, []],
  ['that gave value to another card that is still on it', { recovered: 3n }, {}, ['I8']],
  ['that are frozen for what no restore explains', { freeze: 'debits-differ' }, {}, ['I28']],
  ['whose ledger does not come out even', {}, { spent: 1n }, ['I8']],
  ['by which meters took what no card had', {}, { inMeters: -6n, spent: 6n }, ['I8']],
] as const) {
  test(`after a restore, and with a copy of another card, books ${what} ${broken.length > 0 ? `break ${broken}` : 'are right'}`, async () => {
    const watched = new Watched();
    watched.becomes({ loaded: tokens(5), balance: tokens(5) });
    watched.books.storeRestored();
    watched.cards.cloned(csn('040a1b2c000002'));
    await watched.books.healed(utilityOf(purse as Partial<CardPurse>, totals));
    assert.deepEqual(watched.broken, broken);
  });
}
