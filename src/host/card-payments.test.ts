import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyName, Purpose, Suite } from '../crypto/index.ts';
import { csn, Region } from '../units/index.ts';
import { checkBooks } from './book-check.ts';
import type { HostFailure, Instrument, PaymentAnswered } from './index.ts';
import { Till } from './payments.testing.ts';
import { made } from './rig.testing.ts';

const CARD = csn('04a1b2c3d4e5f6');
const PARKS = csn('04a1b2c3d4e5f8');
const GAS = '1-2';
const OTHER = { csn: CARD, region: Region.water };
const PLACE: { readonly csn: string; readonly region: Region } = { csn: CARD, region: Region.gas };
const BY_CHIP: Instrument = {
  ...{ type: 'card', pan: '4111111111111111', expiry: '4912' },
  chip: { data: Uint8Array.of(0x9f, 0x26, 0x01, 0x00) },
};

let acts = 0;
const officeOf = (till: Till) =>
  till.rig.host.by({
    ...{ at: till.rig.clock.now(), by: 'op', role: 'operator', action: 'test', subject: '', detail: '' },
    request: String(++acts),
  });

/** Kim has a card with a region of gas. */
async function tillWithCard(): Promise<Till> {
  const till = await Till.open();
  const office = officeOf(till);
  const terms = { name: 'Gas', account: 'IBAN', ticketLimit: 500, ticketDays: 30 };
  made(await office.addCardProvider({ utility: 1, region: Region.gas, ...terms }));
  const regions = [{ region: Region.gas, provider: GAS, n: keyName(Purpose.value, Suite.aes128, 0) }];
  made(await office.issueCard({ csn: CARD, subscriber: 'kim', regions }));
  return till;
}

const pay = (
  till: Till,
  id: string,
  paid = 1_000,
  { card = PLACE, instrument = { type: 'token', token: 'x' } as Instrument } = {},
): Promise<PaymentAnswered | HostFailure> => till.rig.host.pay({ id, card, paid, port: 'bank', instrument });
const order = async (till: Till, id: string) => made(await till.rig.host.cardOrder(`payment:${id}`));
const reasonOf = (answer: PaymentAnswered | HostFailure) => ('reason' in answer ? answer.reason : answer.state);

test('money that is approved is value that waits for the card, and is captured as it is sold', async () => {
  const till = await tillWithCard();
  const payment = made(await pay(till, 'p'));
  assert.deepEqual([payment.state, payment.svpmsn, payment.purse], ['approved', undefined, `${CARD}-2`]);
  const sold = await order(till, 'p');
  assert.deepEqual([sold.state, sold.method, sold.paid, sold.source], ['waiting', 'card', 1_000n, 'card']);
  assert.equal(BigInt(sold.amount) + sold.fee + sold.tax, 1_000n);
  await till.end();
  assert.deepEqual([(await till.payment('p')).state, till.bank.taken()], ['captured', 1_000]);
  assert.equal((await order(till, 'p')).state, 'waiting', 'the card may come after months');
  assert.equal(await till.account('card'), 1_000n);
});

test('asked for again it is the same payment, and one for another place is refused', async () => {
  const till = await tillWithCard();
  const [first, second] = await Promise.all([pay(till, 'p'), pay(till, 'p')]);
  assert.deepEqual([made(first).id, made(second).id, till.bank.accounts.size], ['p', 'p', 1]);
  assert.equal(reasonOf(await pay(till, 'p', 1_001)), 'payment-differs');
  assert.equal(reasonOf(await till.pay('p', 1_000)), 'payment-differs', 'a meter is another place');
  await till.end();
  assert.equal(till.bank.taken(), 1_000);
});

test('money for what cannot be had on a card is not asked for', async () => {
  const till = await tillWithCard();
  assert.equal(reasonOf(await pay(till, 'p', 1_000, { card: OTHER })), 'card-region-unknown');
  assert.equal(
    reasonOf(await pay(till, 'p', 1_000, { card: { ...PLACE, csn: csn('04a1b2c3d4e5f7') } })),
    'card-unknown',
  );
  assert.equal(reasonOf(await pay(till, 'p', 0)), 'amount-wrong');
  made(await officeOf(till).blockCard({ csn: CARD, state: 'lost' }));
  assert.equal(reasonOf(await pay(till, 'p')), 'card-ended');
  assert.equal(till.bank.accounts.size, 0);
});

test('a card that ends while its bank is asked has nothing sold to it, and the money goes back', async () => {
  const till = await tillWithCard();
  till.bank.ways = ['pends'];
  assert.equal(made(await pay(till, 'p')).state, 'pending');
  made(await officeOf(till).blockCard({ csn: CARD, state: 'lost' }));
  const outcome = { outcome: 'approved', approval: 'AN0', shown: 'wallet' } as const;
  assert.equal(made(await till.rig.host.paymentNotice({ port: 'bank', id: 'p', outcome })).state, 'reversing');
  await till.end();
  assert.deepEqual([(await till.payment('p')).state, till.bank.taken(), till.bank.held()], ['reversed', 0, 0]);
  assert.ok('reason' in (await till.rig.host.cardOrder('payment:p')));
});

test('a chip that agrees buys for the card, and one that does not, or says nothing, has paid nothing', async () => {
  const till = await tillWithCard();
  for (const [id, outcome, state] of [
    ['agreed', 'approved', 'captured'],
    ['pulled', 'declined', 'reversed'],
    ['silent', undefined, 'reversed'],
  ] as const) {
    const asked: PaymentAnswered = made(await pay(till, id, 500, { instrument: BY_CHIP }));
    assert.deepEqual([asked.state, asked.chip], ['asked', till.bank.toChip]);
    assert.ok('reason' in (await till.rig.host.cardOrder(`payment:${id}`)), 'nothing is sold before the chip agrees');
    if (outcome !== undefined) made(await till.rig.host.chipSaid({ id, outcome }));
    await till.end();
    assert.equal((await till.payment(id)).state, state);
  }
  assert.deepEqual([till.bank.taken(), till.bank.held()], [500, 0]);
});

test('what a bank takes back later is owed by whoever has the card, at a meter of theirs or by themselves', async () => {
  const till = await tillWithCard();
  const { host, store } = till.rig;
  made(await host.addSubscriber({ id: 'park', name: 'Park', contact: '' }));
  const regions = [{ region: Region.gas, provider: GAS, n: keyName(Purpose.value, Suite.aes128, 0) }];
  made(await officeOf(till).issueCard({ csn: PARKS, subscriber: 'park', regions }));
  made(await pay(till, 'p'));
  made(await pay(till, 'q', 300, { card: { ...PLACE, csn: PARKS } }));
  await till.end();
  for (const id of ['p', 'q', 'p']) {
    const notice = { port: 'bank', id, outcome: { outcome: 'returned', sentence: 'It was disputed.' } } as const;
    assert.equal(made(await host.paymentNotice(notice)).state, 'returned', 'told twice, owed once');
  }
  const [home] = (await host.meters({ limit: 9 })).filter(({ meter }) => meter.subscriber === 'kim');
  assert.ok(home !== undefined);
  assert.equal(made(await host.dues(home.meter.svpmsn)).arrears, 1_000n);
  const [parks] = await store.read((tx) => tx.dues.of(['subscriber:park']));
  assert.equal(parks?.arrears, 300n);
  assert.equal(await till.account('card'), 0n);
  const { sums } = await store.read((tx) => tx.ledgerSums(0));
  const arrears = (of: number | undefined) =>
    sums.reduce((sum, { account, svpmsn: at, amount }) => sum + (account === 'arrears' && at === of ? amount : 0n), 0n);
  assert.deepEqual([arrears(home.meter.svpmsn), arrears(undefined)], [1_000n, 300n], 'the ledger has it there too');
  const purses = await store.read((tx) => tx.pursesOf([home.meter.svpmsn]));
  const { findings } = await checkBooks(sums, { purses: purses.flatMap((purse) => purse ?? []), agents: [] });
  assert.deepEqual(findings, []);
  assert.equal((await host.books()).balanced, true);
});
