import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fromHex, toHex } from '../../src/bytes/index.ts';
import { CardInHand } from '../../src/card/bench.testing.ts';
import { decodeLoadResponse, loadCommand, personaliseCard, selectPurse } from '../../src/card/index.ts';
import { deriveCardKey, keyName, Purpose, Suite } from '../../src/crypto/index.ts';
import { MemoryStore } from '../../src/host/index.ts';
import { masterKeyOf } from '../../src/host/rig.testing.ts';
import { EventKind, MeterFlag } from '../../src/records/index.ts';
import { csn, Region } from '../../src/units/index.ts';
import { type Answer, type Visitor, World } from './world.ts';

const CARD = csn('04a1b2c3d4e5f6');
const OTHER = csn('04a1b2c3d4e5f7');
const UTILITY = 1;
const GAS = '1-2';
const N = keyName(Purpose.value, Suite.aes128, 0);

let world: World;
let operator: Visitor;
let cashier: Visitor;
before(async () => {
  world = await World.open(new MemoryStore());
  operator = await world.as('operator');
  cashier = await world.as('cashier');
});
after(() => world.close());

let keys = 0;
const post = (visitor: Visitor, path: string, body?: object, key = `card-key-${++keys}`): Promise<Answer> =>
  world.ask(visitor, 'POST', `/api/v1${path}`, body, { 'idempotency-key': key });
const get = (path: string, visitor = operator): Promise<Answer> => world.ask(visitor, 'GET', `/api/v1${path}`);
const told = ({ status, json }: Answer) => [status, json?.code];

function cardOf(id: typeof CARD): CardInHand {
  const key = (scope: Region | 0) => deriveCardKey(masterKeyOf(N), N, id, scope, UTILITY);
  const regions = [{ utility: UTILITY, key: key(Region.gas) }];
  return new CardInHand(personaliseCard({ issuerKey: key(0), regions }));
}

/** What one person asks for and another approves; the id under which it was done. */
async function byTwo(path: string): Promise<string> {
  const asked = await post(operator, path, { why: 'asked for' });
  assert.equal(asked.status, 202, asked.text);
  const { id } = asked.json;
  const own = await post(operator, `/approvals/${id}/decision`, { verdict: 'approve' });
  assert.deepEqual(told(own), [403, 'approval-own']);
  const approved = await post(await world.as('system-manager'), `/approvals/${id}/decision`, { verdict: 'approve' });
  assert.deepEqual([approved.status, approved.json.state], [200, 'approved'], approved.text);
  return String(id);
}

/** What a reader at a counter does with a card. */
async function loadAtCounter(hand: CardInHand, id: string = CARD): Promise<Answer> {
  hand.pull();
  hand.send(selectPurse());
  const pass = (frame: string): string => {
    const answer = decodeLoadResponse(hand.send(loadCommand(fromHex(frame)) as Uint8Array));
    assert.ok('frame' in answer);
    return toHex(answer.frame);
  };
  const begun = await post(cashier, `/cards/${id}/exchanges`, { region: 'gas' });
  if (begun.status !== 201) return begun;
  const on = `/cards/${id}/exchanges/${begun.json.exchange}`;
  const third = await post(cashier, on, { frame: pass(String(begun.json.frame)) });
  assert.equal(third.status, 200, third.text);
  return post(cashier, on, { frame: pass(String(third.json.frame)) });
}

test('a card is issued, sold to, loaded at a counter, lost and replaced, and the books tell where its value is', async () => {
  const provider = {
    utility: UTILITY,
    region: 'gas',
    name: 'Gas',
    account: 'IBAN',
    ticketLimit: '500',
    ticketDays: 30,
  };
  const added = await post(operator, '/card-providers', provider);
  assert.deepEqual([added.status, added.json.id], [201, GAS], added.text);
  assert.deepEqual(told(await post(operator, '/card-providers', provider)), [409, 'provider-known']);

  const regions = [{ region: 'gas', provider: GAS, n: N }];
  const issued = await post(operator, '/cards', { number: CARD, subscriber: 'kim', regions });
  assert.equal(issued.status, 201, issued.text);
  const repeated = await post(operator, '/cards', { number: CARD, subscriber: 'kim', regions });
  assert.deepEqual([repeated.status, repeated.json], [201, issued.json], 'an answer that was lost is told again');
  const [first] = regions;
  for (const other of [
    { number: CARD, subscriber: 'lee', regions },
    { number: CARD, subscriber: 'kim', regions: [{ ...first, n: keyName(Purpose.value, Suite.aes256, 0) }] },
  ]) {
    assert.deepEqual(told(await post(operator, '/cards', other)), [409, 'card-known']);
  }
  // What is not held here is not enrolled here: nobody could load it.
  const unheld = keyName(Purpose.value, Suite.aes128, 5);
  const stranger = { number: OTHER, subscriber: 'kim', regions: [{ region: 'gas', provider: GAS, n: unheld }] };
  assert.deepEqual(told(await post(operator, '/cards', stranger)), [409, 'card-key-missing']);
  const control = {
    ...stranger,
    regions: [{ region: 'gas', provider: GAS, n: keyName(Purpose.control, Suite.aes128, 0) }],
  };
  assert.deepEqual(told(await post(operator, '/cards', control)), [422, 'card-wrong']);
  const keyless = { number: '0a1b2e', provider: GAS, subscriber: 'kim', n: unheld };
  assert.deepEqual(told(await post(operator, '/offline-meters', keyless)), [409, 'card-key-missing']);
  const meter = { number: '0a1b2d', provider: GAS, subscriber: 'kim', n: N };
  assert.equal((await post(operator, '/offline-meters', meter)).status, 201);
  assert.deepEqual(told(await post(operator, '/offline-meters', { ...meter, number: '000003' })), [409, 'meter-known']);
  const [offline] = (await get('/offline-meters')).json.items as unknown as { number: string; standing: string }[];
  assert.deepEqual([offline?.number, offline?.standing], ['0a1b2d', 'offline']);

  const order = { region: 'gas', paid: '700' };
  const sold = await post(cashier, `/cards/${CARD}/orders`, order, 'sale-00001');
  assert.deepEqual([sold.status, sold.json.state, sold.json.amount], [201, 'waiting', '700'], sold.text);
  const again = await post(cashier, `/cards/${CARD}/orders`, order, 'sale-00001');
  assert.deepEqual([again.text, again.headers['idempotency-replayed']], [sold.text, 'true']);

  const hand = cardOf(CARD);
  const { json } = await loadAtCounter(hand);
  const receipt = json.receipt as unknown as Record<string, unknown>;
  assert.deepEqual([receipt.result, receipt.amount, receipt.balance, receipt.more], [0, '700', '700', false]);
  assert.equal((await get(`/card-orders/${encodeURIComponent(String(sold.json.id))}`)).json.state, 'stored');
  const card = (await get(`/cards/${CARD}`)).json.regions as unknown as Record<string, unknown>[];
  assert.deepEqual([card[0]?.balance, card[0]?.loaded, card[0]?.exposure], ['700', '700', '500']);

  const tickets = (await get('/offline-meters/0a1b2d/tickets')).json.items as unknown as Record<string, unknown>[];
  assert.deepEqual(
    tickets.map(({ card, meter, version, takenAt }) => [card, meter, version, typeof takenAt]),
    [[CARD, '0a1b2d', 1, 'string']],
  );
  assert.deepEqual(tickets, (await get(`/cards/${CARD}/tickets`)).json.items);
  assert.deepEqual(told(await get('/offline-meters/0a1b2e/tickets')), [404, 'meter-unknown']);

  assert.deepEqual(told(await get(`/cards/${CARD}/recovery`)), [409, 'card-active']);
  assert.equal((await post(cashier, `/cards/${CARD}/block`, { state: 'lost' })).json.state, 'lost');
  assert.deepEqual(told(await loadAtCounter(hand)), [409, 'card-ended']);
  await post(operator, '/cards', { number: OTHER, subscriber: 'kim', regions });
  assert.equal((await post(operator, `/cards/${CARD}/replacement`, { by: OTHER })).json.state, 'replaced');
  await byTwo(`/cards/${CARD}/recovery`);
  const [given] = (await get(`/cards/${OTHER}/orders`)).json.items as unknown as { amount: string; source: string }[];
  const [left] = (await get(`/cards/${CARD}/recovery`)).json.regions as unknown as Record<string, string>[];
  assert.deepEqual([given?.amount, given?.source], ['200', 'recovery']);
  assert.deepEqual([left?.recovered, left?.later], ['200', '500']);
  assert.equal((await loadAtCounter(cardOf(OTHER), OTHER)).status, 200);

  const [books] = (await get('/books/cards')).json.items as unknown as Record<string, unknown>[];
  assert.deepEqual(
    [books?.issued, books?.recovered, books?.loaded, books?.onCards, books?.exposure, books?.balanced],
    ['700', '200', '900', '700', '1000', true],
  );
  assert.deepEqual(told(await get('/books/cards/2026-13')), [400, 'input-wrong']);
  assert.deepEqual(told(await get('/books/cards/2105-12')), [409, 'period-open']);
  const [before] = (await get('/books/cards/2025-01')).json.items as unknown as Record<string, unknown>[];
  assert.deepEqual([before?.provider, before?.due, before?.dueOfAll, before?.balanced], [GAS, '0', '0', true]);
  assert.equal((await world.host.books()).balanced, true);
  assert.deepEqual((await get('/overview')).json.cards, [
    { provider: GAS, inFlight: '0', onCards: '700', inMeters: '0', spent: '0' },
  ]);
  const actions = (await world.people.audit({ limit: 99 })).map(({ action }) => action);
  for (const action of [
    'addCardProvider',
    'issueCard',
    'buyForCard',
    'beginCardExchange',
    'blockCard',
    'proposeCardRecovery',
    'decideApproval',
  ]) {
    assert.ok(actions.includes(action), action);
  }
});

test('what is taken off a card is paid out once, and a frame that is none is told as such', async () => {
  const id = csn('04a1b2c3d4e5f8');
  const regions = [{ region: 'gas', provider: GAS, n: N }];
  await post(operator, '/cards', { number: id, subscriber: 'lee', regions });
  await post(cashier, `/cards/${id}/orders`, { region: 'gas', paid: '90' });
  const hand = cardOf(id);
  await loadAtCounter(hand, id);
  const approval = await byTwo(`/cards/${id}/regions/gas/closing`);
  await loadAtCounter(hand, id);
  const url = `/card-orders/${encodeURIComponent(`card-closing:${approval}`)}`;
  assert.deepEqual([(await get(url)).json.state, (await get(url)).json.amount], ['closed', '90']);
  const keyless = await world.ask(cashier, 'POST', `/api/v1${url}/payout`, {});
  assert.deepEqual(told(keyless), [400, 'idempotency-key-missing']);
  const paid = await post(cashier, `${url}/payout`, {}, 'payout-001');
  assert.deepEqual([paid.status, typeof paid.json.paidOutAt], [200, 'string'], paid.text);
  const replayed = await post(cashier, `${url}/payout`, {}, 'payout-001');
  assert.deepEqual([replayed.text, replayed.headers['idempotency-replayed']], [paid.text, 'true']);
  const otherwise = await post(cashier, `${url}/payout`, { method: 'bank-transfer' }, 'payout-001');
  assert.deepEqual(told(otherwise), [422, 'idempotency-key-reused']);
  assert.deepEqual((await post(cashier, `${url}/payout`, {})).json, paid.json, 'it is given once');
  const lines = (await world.host.postings({ limit: 999 })).flatMap((posting) => posting.lines);
  const payable = lines.filter(({ account }) => account === `cards-payable:${GAS}`);
  assert.equal(
    payable.reduce((sum, { amount }) => sum + amount, 0n),
    0n,
  );

  const begun = await post(cashier, `/cards/${id}/exchanges`, { region: 'gas' });
  const on = `/cards/${id}/exchanges/${begun.json.exchange}`;
  assert.equal((await post(cashier, on, { frame: '00' })).json.ignored, 'frame-length-wrong');
  assert.deepEqual(told(await post(cashier, on, { frame: '0' })), [400, 'input-wrong']);
  for (const address of [
    `/cards/${id}/exchanges/0123456789abcdef`,
    `/cards/${CARD}/exchanges/${begun.json.exchange}`,
  ]) {
    assert.deepEqual(told(await post(cashier, address, { frame: '00' })), [404, 'card-exchange-unknown'], address);
  }
  assert.deepEqual(told(await post(cashier, `/cards/${id}/exchanges`, { region: 'water' })), [
    404,
    'card-region-unknown',
  ]);
});

test('a subscriber sees the own cards, and is told of no other', async () => {
  const kim = await world.as('subscriber');
  assert.equal((await get(`/cards/${CARD}`, kim)).status, 200);
  assert.deepEqual(told(await get('/cards/04a1b2c3d4e5f8', kim)), [404, 'card-unknown']);
  assert.deepEqual(told(await get('/cards/04a1b2c3d4e5f8/orders', kim)), [404, 'card-unknown']);
  const numbers = ((await get('/cards', kim)).json.items as unknown as { number: string }[]).map(
    ({ number }) => number,
  );
  assert.deepEqual(numbers, [CARD, OTHER]);
});

/** All of a list, two rows a page. */
async function pagesOf(path: string): Promise<Record<string, unknown>[][]> {
  const pages: Record<string, unknown>[][] = [];
  let next: unknown;
  do {
    const { status, text, json } = await get(
      `${path}${path.includes('?') ? '&' : '?'}limit=2${next === undefined ? '' : `&cursor=${next}`}`,
    );
    assert.equal(status, 200, text);
    pages.push(json.items as unknown as Record<string, unknown>[]);
    next = json.next;
  } while (next !== undefined);
  return pages;
}

test('tickets and orders of a card and tickets of a meter come page by page, and so do cards and the books of providers', async () => {
  const id = csn('04a1b2c3d4e5f5');
  await post(operator, '/cards', { number: id, subscriber: 'kim', regions: [{ region: 'gas', provider: GAS, n: N }] });
  const hand = cardOf(id);
  for (let count = 0; count < 3; count++) {
    await post(cashier, `/cards/${id}/orders`, { region: 'gas', paid: '10' });
    assert.equal((await loadAtCounter(hand, id)).status, 200);
  }
  const tickets = await pagesOf(`/cards/${id}/tickets`);
  assert.deepEqual(
    tickets.map((page) => page.map(({ card, version }) => [card, version])),
    [
      [
        [id, 3],
        [id, 2],
      ],
      [[id, 1]],
    ],
    'and none of the card with the next number',
  );
  const ofMeter = await pagesOf('/offline-meters/0a1b2d/tickets');
  assert.deepEqual(
    ofMeter.map((page) => page.map(({ card, version }) => `${card} ${version}`)),
    [[`${id} 1`, `${id} 2`], [`${id} 3`, `${CARD} 1`], [`${OTHER} 1`]],
    'by card and version',
  );
  const sold = async (card: string) =>
    (await pagesOf(`/cards/${card}/orders`)).map((page) => page.map(({ id: of }) => of));
  const orders = await sold(id);
  const newest = await post(cashier, `/cards/${id}/orders`, { region: 'gas', paid: '10' });
  assert.deepEqual(
    orders.map(({ length }) => length),
    [2, 1],
  );
  assert.deepEqual((await sold(id)).flat(), [newest.json.id, ...orders.flat()], 'the newest first, each once');
  const first = (await get(`/cards/${id}/orders?limit=2`)).json;
  const another = await post(cashier, `/cards/${id}/orders`, { region: 'gas', paid: '10' });
  const second = (await get(`/cards/${id}/orders?limit=9&cursor=${first.next}`)).json.items as unknown as object[];
  assert.equal(second.length, 2, 'what is sold meanwhile moves nothing');
  assert.ok(![first.items, second].some((items) => JSON.stringify(items).includes(String(another.json.id))));
  for (const state of ['active', 'replaced'] as const) {
    const cards = (await pagesOf(`/cards?state=${state}`)).flat();
    assert.ok(cards.every((card) => card.state === state) && cards.length > 0, state);
  }
  for (const region of ['water', 'heat']) {
    const terms = { name: region, account: 'IBAN', ticketLimit: '500', ticketDays: 30 };
    assert.equal((await post(operator, '/card-providers', { utility: UTILITY, region, ...terms })).status, 201);
  }
  const books = await pagesOf('/books/cards');
  assert.deepEqual(
    books.map((page) => page.map(({ provider }) => provider)),
    [[GAS, '1-3'], ['1-5']],
  );
  assert.deepEqual(
    (await world.host.cardBooks()).map(({ provider }) => provider),
    books.flat().map(({ provider }) => provider),
  );
});

test('a meter without a line tells in names how it stands and what it saw, and when, if its clock was set', async () => {
  const [meter] = await world.host.offlineMeters({ limit: 1 });
  assert.ok(meter !== undefined);
  const flags = MeterFlag.relayOpen | MeterFlag.creditExhausted;
  const events = [
    { kind: EventKind.leak, minutesBefore: 5 },
    { kind: EventKind.relayOpened, minutesBefore: 90 },
  ];
  const seenBy = async (toldAt: number) => {
    await world.rig.store.transaction((tx) => tx.offlineMeters.put([{ ...meter, flags, events, toldAt }]));
    const { json } = await get(`/offline-meters/${meter.id}`);
    return [json.flags, json.events];
  };
  const names = ['relayOpen', 'creditExhausted'];
  assert.deepEqual(await seenBy(1_790_000_000), [
    names,
    [
      { kind: 'leak', at: '2026-09-21T14:08:20.000Z' },
      { kind: 'relayOpened', at: '2026-09-21T12:43:20.000Z' },
    ],
  ]);
  assert.deepEqual(await seenBy(0), [names, [{ kind: 'leak' }, { kind: 'relayOpened' }]]);
});

test('value on its way to a card, on it, or of one that ended moves by the hand of two people, or not at all', async () => {
  const id = csn('04a1b2c3d4e5f4');
  await post(operator, '/cards', { number: id, subscriber: 'kim', regions: [{ region: 'gas', provider: GAS, n: N }] });
  const sold = await post(cashier, `/cards/${id}/orders`, { region: 'gas', paid: '90' });
  const order = `/card-orders/${encodeURIComponent(String(sold.json.id))}`;
  const manager = await world.as('system-manager');
  const why = 'the wrong card';
  for (const path of [
    `${order}/void`,
    `/cards/${id}/regions/gas/closing`,
    `/cards/${id}/regions/gas/release`,
    `/cards/${id}/recovery`,
  ]) {
    assert.deepEqual(told(await post(operator, path, {})), [400, 'input-wrong'], 'a reason is asked for');
    assert.deepEqual(told(await post(cashier, path, { why })), [403, 'not-allowed']);
    assert.deepEqual(told(await post(manager, path, { why })), [403, 'not-allowed']);
  }
  const asked = await post(operator, `${order}/void`, { why });
  assert.deepEqual(asked.json.proposal, { type: 'card-void', order: sold.json.id });
  assert.equal((await get(order)).json.state, 'waiting', 'nothing is done yet');
  const decision = `/approvals/${asked.json.id}/decision`;
  assert.deepEqual(told(await post(operator, decision, { verdict: 'approve' })), [403, 'approval-own']);
  assert.equal((await post(manager, decision, { verdict: 'approve' })).status, 200);
  assert.equal((await get(order)).json.state, 'refunded');

  const refused = await post(operator, `/cards/${id}/regions/gas/closing`, { why });
  assert.deepEqual(refused.json.proposal, { type: 'card-closing', card: id, region: 'gas' });
  assert.equal((await post(manager, `/approvals/${refused.json.id}/decision`, { verdict: 'refuse' })).status, 200);
  const orders = (await get(`/cards/${id}/orders`)).json.items as unknown as { operation: string }[];
  assert.deepEqual(
    orders.map(({ operation }) => operation),
    ['credit'],
    'what was refused is not done',
  );
  // What cannot be done is told to whoever approves it, and goes on waiting.
  for (const [path, code] of [
    [`/cards/${id}/regions/gas/release`, 'card-wrong'],
    [`/cards/${id}/recovery`, 'card-active'],
  ] as const) {
    const impossible = await post(operator, path, { why });
    const of = `/approvals/${impossible.json.id}`;
    assert.equal((await post(manager, `${of}/decision`, { verdict: 'approve' })).json.code, code);
    assert.equal((await get(of)).json.state, 'waiting');
  }
  for (const [path, code] of [
    ['/card-orders/none/void', 'order-unknown'],
    [`/cards/${id}/regions/water/closing`, 'card-region-unknown'],
    ['/cards/04a1b2c3d4e5f0/recovery', 'card-unknown'],
  ]) {
    assert.deepEqual(told(await post(operator, String(path), { why })), [404, code], path);
  }
});

test('value that nobody paid for is given to a card by two people, once, and is nobody’s to be paid out', async () => {
  const id = csn('04a1b2c3d4e5f3');
  await post(operator, '/cards', { number: id, subscriber: 'kim', regions: [{ region: 'gas', provider: GAS, n: N }] });
  const path = `/cards/${id}/regions/gas/credits`;
  const given = { amount: '40', why: 'a week without gas' };
  const manager = await world.as('system-manager');
  for (const visitor of [cashier, manager])
    assert.deepEqual(told(await post(visitor, path, given)), [403, 'not-allowed']);
  for (const body of [{ amount: '40' }, { why: 'a slip' }, { ...given, amount: '-1' }]) {
    assert.deepEqual(told(await post(operator, path, body)), [400, 'input-wrong']);
  }
  assert.deepEqual(told(await post(operator, path, { ...given, amount: '0' })), [422, 'amount-wrong']);
  assert.deepEqual(told(await post(operator, `/cards/${id}/regions/water/credits`, given)), [
    404,
    'card-region-unknown',
  ]);
  const ended = await post(operator, `/cards/${CARD}/regions/gas/credits`, given);
  assert.deepEqual(told(ended), [409, 'card-ended']);

  const asked = await post(operator, path, given);
  assert.deepEqual(asked.json.proposal, { type: 'card-credit', card: id, region: 'gas', amount: '40' });
  const ordersOf = async () => (await get(`/cards/${id}/orders`)).json.items as unknown as Record<string, unknown>[];
  assert.deepEqual(await ordersOf(), [], 'nothing is done yet');
  const decision = `/approvals/${asked.json.id}/decision`;
  assert.deepEqual(told(await post(operator, decision, { verdict: 'approve' })), [403, 'approval-own']);
  assert.equal((await post(manager, decision, { verdict: 'approve' })).status, 200);
  assert.deepEqual(told(await post(manager, decision, { verdict: 'approve' })), [409, 'approval-settled']);
  const [order, ...others] = await ordersOf();
  assert.deepEqual(
    [others, order?.id, order?.source, order?.amount, order?.state],
    [[], `card-credit:${asked.json.id}`, 'manual', '40', 'waiting'],
  );
  assert.equal((await loadAtCounter(cardOf(id), id)).status, 200);
  assert.equal((await ordersOf())[0]?.state, 'stored');
});

test('Prometheus reads how long exchanges with cards took, and for what their frames were refused', async () => {
  const id = csn('04a1b2c3d4e5f4');
  await post(operator, '/cards', { number: id, subscriber: 'kim', regions: [{ region: 'gas', provider: GAS, n: N }] });
  const text = async () => (await world.ask(operator, 'GET', '/metrics')).text;
  const exchanges = async () => Number(/^wattpurse_card_exchange_seconds_count (\d+)$/m.exec(await text())?.[1]);
  const before = await exchanges();
  assert.ok(before > 0, 'cards were loaded before');
  await post(cashier, `/cards/${id}/orders`, { region: 'gas', paid: '5' });
  const loaded = await loadAtCounter(cardOf(id), id);
  assert.equal(loaded.status, 200, loaded.text);
  assert.equal(await exchanges(), before + 1);
  const begun = await post(cashier, `/cards/${id}/exchanges`, { region: 'gas' });
  const other = await post(cashier, `/cards/${id}/exchanges/${begun.json.exchange}`, { frame: 'ff' });
  const { ignored } = other.json;
  assert.match(await text(), new RegExp(`^wattpurse_refused_frames_total\\{reason="${ignored}"\\} [1-9]`, 'm'));
  assert.equal(await exchanges(), before + 1);
});

test('a sale says what it is worth at the unit charge that held when it was made, whatever is charged later', async () => {
  const id = csn('04a1b2c3d4e5f9');
  await post(operator, '/cards', { number: id, subscriber: 'kim', regions: [{ region: 'gas', provider: GAS, n: N }] });
  const publish = (unitCharge: string, validFrom?: string, headers = {}) =>
    world.ask(
      operator,
      'PUT',
      `/api/v1/card-providers/${GAS}/charge`,
      { unitCharge, ...(validFrom && { validFrom }) },
      headers,
    );
  const buy = async (amount: string) =>
    (await post(cashier, `/cards/${id}/orders`, { region: 'gas', paid: amount })).json;
  const before = await buy('5');
  assert.equal(before.worth, undefined, 'nothing was published yet');
  const now = world.rig.clock.ms;
  const first = await publish('1200000');
  assert.equal(first.status, 200, first.text);
  const [sold] = [await buy('1000')];
  assert.deepEqual(sold.worth, { unitCharge: '1200000', quantity: '0.833', unit: 'm³' } as never);
  const later = new Date(now + 3_600_000).toISOString();
  const charges = `/card-providers/${GAS}/charges`;
  const seen = String((await get(charges)).headers.etag);
  assert.equal((await publish('900000', later, { 'if-match': seen })).status, 200);
  assert.equal((await publish('800000', later, { 'if-match': seen })).status, 412);
  for (const [charge, from] of [
    ['800000', later],
    ['800000', new Date(now).toISOString()],
    ['800000', new Date(now - 1).toISOString()],
    ['4294967296', new Date(now + 7_200_000).toISOString()],
  ] as const) {
    assert.deepEqual(told(await publish(charge, from)), [422, 'provider-wrong'], `${charge} from ${from}`);
  }
  assert.deepEqual(told(await publish('0')), [400, 'input-wrong']);
  assert.deepEqual((await buy('1001')).worth, { unitCharge: '1200000', quantity: '0.834', unit: 'm³' } as never);
  world.rig.clock.ms = now + 3_600_000;
  assert.deepEqual((await buy('900')).worth, { unitCharge: '900000', quantity: '1.000', unit: 'm³' } as never);
  const again = (await get(`/card-orders/${encodeURIComponent(String(sold.id))}`)).json;
  assert.deepEqual(again.worth, sold.worth, 'what was sold keeps its worth');
  const listed = (await get(charges)).json.items as unknown as { unitCharge: string }[];
  assert.deepEqual(
    listed.map(({ unitCharge }) => unitCharge),
    ['900000', '1200000'],
  );
  assert.deepEqual(told(await get('/card-providers/9-2/charges')), [404, 'provider-unknown']);
  const month = new Date(now).toISOString().slice(0, 7);
  world.rig.clock.ms = now + 40 * 86_400_000;
  const { items } = (await get(`/books/cards/${month}`)).json as unknown as {
    items: { provider: string; unitCharges: { unitCharge: string }[] }[];
  };
  const own = items.find(({ provider }) => provider === GAS);
  assert.deepEqual(
    own?.unitCharges.map(({ unitCharge }) => unitCharge),
    ['1200000', '900000'],
  );
});

test('money that a payment service takes buys for a card, and a subscriber pays for the own one alone', async () => {
  const [own, others] = [csn('04a1b2c3d4e5e1'), csn('04a1b2c3d4e5e2')];
  for (const [number, subscriber] of [
    [own, 'kim'],
    [others, 'lee'],
  ] as const) {
    const regions = [{ region: 'gas', provider: GAS, n: N }];
    assert.equal((await post(operator, '/cards', { number, subscriber, regions })).status, 201);
  }
  const kim = await world.as('subscriber');
  const sale = { paid: '70', port: 'bank', instrument: { type: 'token', token: 'kims' } };
  const paid = await post(kim, '/payments', { card: own, region: 'gas', ...sale });
  assert.deepEqual([paid.status, paid.json.card, paid.json.region, paid.json.meter], [201, own, 'gas', undefined]);
  const path = `/payments/${paid.json.id}`;
  assert.equal((await get(path, kim)).json.state, 'approved');
  assert.equal((await get(`/card-orders/${encodeURIComponent(String(paid.json.order))}`, kim)).json.state, 'waiting');
  await world.host.settlePayments();
  assert.equal((await get(path, kim)).json.state, 'captured');
  const hand = cardOf(own);
  assert.deepEqual(told(await loadAtCounter(hand, own)), [200, undefined]);
  const order = await get(`/card-orders/${encodeURIComponent(String(paid.json.order))}`);
  assert.deepEqual([order.json.state, order.json.method, order.json.paid], ['stored', 'card', '70']);
  const held = (await world.host.payments({ limit: 99 })).length;
  assert.deepEqual(told(await post(kim, '/payments', { card: others, region: 'gas', ...sale })), [404, 'card-unknown']);
  for (const wrong of [{ card: own }, { region: 'gas' }, { meter: '000003', card: own, region: 'gas' }, {}]) {
    assert.deepEqual(told(await post(kim, '/payments', { ...wrong, ...sale })), [400, 'input-wrong']);
  }
  assert.equal((await world.host.payments({ limit: 99 })).length, held, 'nobody was asked for money');
  const lees = await post(operator, '/payments', { card: others, region: 'gas', ...sale });
  assert.deepEqual(told(await get(`/payments/${lees.json.id}`, kim)), [404, 'payment-unknown']);
});
