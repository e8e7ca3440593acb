import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { HostFailure, Instrument, PaymentAnswered } from './index.ts';
import { Till } from './payments.testing.ts';
import { made } from './rig.testing.ts';

const PAN = '4111111111111111';
const CHIP: Instrument = {
  ...{ type: 'card', pan: PAN, expiry: '2912' },
  chip: { data: Uint8Array.of(0x9f, 0x36, 2, 0, 1), sequence: 1, track2: `${PAN}=2912201` },
};

const payByChip = async (till: Till, id = 'p', paid = 1_000): Promise<PaymentAnswered> =>
  made(await till.pay(id, paid, 0, CHIP));
const sold = async (till: Till) => (await till.rig.host.books()).issued;

test('a payment by chip waits for the chip, and is sold for once it agrees', async () => {
  const till = await Till.open();
  const held = await payByChip(till);
  assert.deepEqual([held.state, held.approval, held.shown, held.chip], ['asked', 'AN0', '**** 1234', till.bank.toChip]);
  await till.rig.host.settlePayments();
  assert.deepEqual([await sold(till), till.bank.held()], [0n, 1]);
  const said = made(await till.rig.host.chipSaid({ id: 'p', outcome: 'approved' }));
  assert.deepEqual([said.state, said.approval], ['approved', 'AN0']);
  await till.end();
  assert.deepEqual([(await till.payment('p')).state, till.bank.taken()], ['captured', 1_000]);
});

test('what the bank says to the chip is told once, and not kept', async () => {
  const till = await Till.open();
  const [first, second] = [await payByChip(till), await payByChip(till)];
  assert.deepEqual([first.chip, second.chip, second.state], [till.bank.toChip, undefined, 'asked']);
  assert.ok(!('chip' in (await till.payment('p'))));
});

for (const when of ['before it is sold', 'after its bank was asked again']) {
  test(`a chip that does not agree has the money go back, ${when}`, async () => {
    const till = await Till.open();
    await payByChip(till);
    if (when !== 'before it is sold') await payByChip(till);
    const said = made(await till.rig.host.chipSaid({ id: 'p', outcome: 'declined' }));
    assert.deepEqual([said.state, said.why], ['reversing', 'The card did not agree to what its bank had approved.']);
    await till.end();
    assert.deepEqual([(await till.payment('p')).state, till.bank.taken(), till.bank.held()], ['reversed', 0, 0]);
    assert.equal(await sold(till), 0n);
  });
}

test('a chip that says nothing for a minute has the money go back, and what it says later changes nothing', async () => {
  const till = await Till.open();
  await payByChip(till);
  till.rig.clock.ms += 59_999;
  await till.rig.host.settlePayments();
  assert.equal((await till.payment('p')).state, 'asked');
  till.rig.clock.ms += 1;
  await till.rig.host.settlePayments();
  const reversed = await till.payment('p');
  assert.deepEqual([reversed.state, reversed.why], ['reversed', 'The card said nothing to the approval of its bank.']);
  const late = made(await till.rig.host.chipSaid({ id: 'p', outcome: 'approved' }));
  await till.end();
  assert.deepEqual([late.state, till.bank.taken(), till.bank.held(), await sold(till)], ['reversed', 0, 0, 0n]);
});

test('a host that dies while it waits for a chip leaves a payment that another ends, either way', async () => {
  for (const said of ['approved', undefined] as const) {
    const till = await Till.open();
    await payByChip(till);
    till.rig.host = till.rig.newHost();
    if (said !== undefined) made(await till.rig.host.chipSaid({ id: 'p', outcome: said }));
    await till.end();
    const expected = said === undefined ? ['reversed', 0] : ['captured', 1_000];
    assert.deepEqual([(await till.payment('p')).state, till.bank.taken()], expected);
    assert.equal(till.bank.held(), 0);
  }
});

test('a payment that waits for its chip is cancelled like any other', async () => {
  const till = await Till.open();
  await payByChip(till);
  made(await till.rig.host.cancelPayment('p'));
  const late = made(await till.rig.host.chipSaid({ id: 'p', outcome: 'approved' }));
  await till.end();
  assert.deepEqual([late.state, (await till.payment('p')).state, till.bank.taken()], ['reversing', 'reversed', 0]);
});

test('a card that is told of an approval is one that still holds', async () => {
  const till = await Till.open();
  till.bank.ways = ['good'];
  const paying = till.pay('p', 500, 0, CHIP);
  // Cancelled while its bank is asked.
  await new Promise(setImmediate);
  const cancelled = await till.rig.host.cancelPayment('p');
  const answered = made(await paying);
  const isTold = answered.chip !== undefined;
  assert.equal(isTold, answered.state === 'asked', inspect([cancelled, answered]));
  await till.end();
  assert.equal(till.bank.taken(), 0);
});

test('a decline is told to the chip, and an answer that nobody gave is not', async () => {
  const till = await Till.open();
  till.bank.ways = ['declines', 'answer-lost'];
  const declined = await payByChip(till, 'd');
  assert.deepEqual([declined.state, declined.chip], ['declined', till.bank.toChip]);
  const unknown = await payByChip(till, 'u');
  assert.deepEqual([unknown.state, unknown.chip], ['reversing', undefined]);
  await till.end();
  assert.deepEqual([till.bank.held(), till.bank.taken()], [0, 0]);
});

test('what does not wait for a chip is answered as it stands, whatever a chip is said to say', async () => {
  const till = await Till.open();
  const token = made(await till.pay('t', 500));
  assert.equal(token.state, 'approved');
  for (const outcome of ['declined', 'approved'] as const) {
    assert.equal(made(await till.rig.host.chipSaid({ id: 't', outcome })).state, 'approved');
  }
  await payByChip(till, 'p');
  made(await till.rig.host.chipSaid({ id: 'p', outcome: 'approved' }));
  assert.equal(made(await till.rig.host.chipSaid({ id: 'p', outcome: 'declined' })).state, 'approved');
  await till.end();
  assert.equal(till.bank.taken(), 1_500);
  assert.equal(
    ((await till.rig.host.chipSaid({ id: 'x', outcome: 'approved' })) as HostFailure).reason,
    'payment-unknown',
  );
});

test('a meter that takes nothing any more when its chip agrees has the money go back', async () => {
  const till = await Till.open();
  await payByChip(till);
  made(await till.rig.host.closePurse({ meter: 0, orderId: 'moving out' }));
  const said = made(await till.rig.host.chipSaid({ id: 'p', outcome: 'approved' }));
  assert.equal(said.state, 'reversing');
  await till.end();
  assert.deepEqual([(await till.payment('p')).state, till.bank.taken()], ['reversed', 0]);
});

test('nothing of the card is kept: neither its number, nor its stripe, nor what its chip said', async () => {
  const till = await Till.open();
  await payByChip(till);
  made(await till.rig.host.chipSaid({ id: 'p', outcome: 'approved' }));
  await till.end();
  const { host, store } = till.rig;
  const rows = [await host.payments({ limit: 9 }), await host.postings({ limit: 99 }), await host.orders({ limit: 9 })];
  const trades = await store.read((tx) => tx.trades.of(['payment:p']));
  const all = inspect([rows, trades], { depth: 20, maxArrayLength: null });
  assert.ok(all.includes('AN0'));
  for (const secret of [PAN, PAN.slice(0, 12), '2912201']) assert.ok(!all.includes(secret), secret);
});
