import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PaymentNotice, PaymentPort } from '../host/index.ts';
import { milliseconds } from '../units/index.ts';
import { Bank, CARD, DEBIT, type Entry } from './bank.ts';
import { FAULT_KINDS, type FaultKind, type FaultRates, Faults } from './faults.ts';
import { seededRandom } from './random.ts';
import { VirtualTime } from './virtual-time.ts';

const request = { id: 'p', trace: 1, at: milliseconds(0), amount: 700, currency: 978 };
const instrument = { type: 'token', token: 'x' } as const;

/** A bank at which these kinds of fault always strike, and no others. */
function opened(...kinds: readonly FaultKind[]) {
  const time = new VirtualTime(milliseconds(0));
  const rates = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, kinds.includes(kind) ? 1 : 0])) as FaultRates;
  const faults = new Faults({ rates, random: seededRandom(1) });
  faults.active = true;
  const moved: Entry['state'][] = [];
  const notices: PaymentNotice[] = [];
  const bank = new Bank({
    random: seededRandom(1),
    faults,
    now: () => time.now,
    after: (delayMs, run) => time.after(delayMs, run),
    onMoved: ({ state }) => moved.push(state),
    onNotice: async (notice) => void notices.push(notice),
  });
  const port = (name: string) => bank.ways.get(name)?.port as PaymentPort;
  return { time, bank, moved, notices, card: port(CARD), debit: port(DEBIT) };
}

test('money is held once and taken once, however often the utility asks', async () => {
  const { card, moved } = opened();
  const approved = { outcome: 'approved', approval: 'AN1', shown: 'token' };
  assert.deepEqual(await card.authorise(request, instrument), approved);
  assert.deepEqual(await card.authorise(request, instrument), approved);
  for (let i = 0; i < 2; i++) assert.equal((await card.capture(request, 'AN1')).outcome, 'done');
  assert.equal((await card.capture(request, 'AN2')).outcome, 'refused');
  assert.deepEqual(moved, ['held', 'taken']);
});

test('what was reversed is never approved, whichever came first', async () => {
  for (const first of ['authorise', 'reverse'] as const) {
    const { card, moved } = opened();
    if (first === 'authorise') await card.authorise(request, instrument);
    for (let i = 0; i < 2; i++) assert.equal((await card.reverse(request, undefined)).outcome, 'done');
    assert.equal((await card.authorise(request, instrument)).outcome, 'declined');
    assert.equal((await card.capture(request, 'AN1')).outcome, 'refused');
    assert.equal(moved.at(-1), 'back');
  }
});

test('a debit is decided later, and whoever asked is told by a notice, twice where that is doubled', async () => {
  const { debit, time, moved, notices } = opened('notice-doubled');
  assert.equal((await debit.authorise(request, instrument)).outcome, 'pending');
  await time.runUntil(600_000);
  const outcome = { outcome: 'approved', approval: 'AN1', shown: 'mandate' } as const;
  const notice = { port: DEBIT, id: 'p', outcome };
  assert.deepEqual(
    [moved, notices],
    [
      ['pending', 'held'],
      [notice, notice],
    ],
  );
});

test('what was taken can be returned, and what was held for too long is not taken', async () => {
  const returning = opened('payment-returned');
  await returning.card.authorise(request, instrument);
  await returning.card.capture(request, 'AN1');
  await returning.time.runUntil(3_600_000);
  assert.deepEqual(returning.moved, ['held', 'taken', 'returned']);
  assert.equal(returning.notices[0]?.outcome.outcome, 'returned');
  const expired = opened('bank-hold-expired');
  await expired.card.authorise(request, instrument);
  assert.equal((await expired.card.capture(request, 'AN1')).outcome, 'refused');
  assert.deepEqual(expired.moved, ['held', 'back']);
});

test('a request that is lost does nothing, and one whose answer is lost is done', async () => {
  for (const [kind, moves] of [
    ['bank-request-lost', []],
    ['bank-answer-lost', ['held']],
  ] as const) {
    const { card, moved } = opened(kind);
    assert.equal((await card.authorise(request, instrument)).outcome, 'unknown');
    assert.deepEqual(moved, moves);
  }
});

test('time passes for all others while somebody waits for an answer, and goes on when that was heard', async () => {
  const { bank, card, time } = opened('bank-delayed');
  const heard: string[] = [];
  await bank.during(async () => {
    heard.push((await card.authorise(request, instrument)).outcome);
    await new Promise(setImmediate);
    heard.push('booked');
  });
  assert.equal(heard.length, 0);
  time.after(600_000, () => void heard.push('much later'));
  await time.runUntil(600_000);
  assert.deepEqual(heard, ['approved', 'booked', 'much later']);
  const silent = opened('bank-silent');
  await silent.bank.during(async () => void (await silent.card.authorise(request, instrument)));
  assert.deepEqual(silent.moved, ['held']);
});

test('what goes wrong at the utility while it asks is not lost', async () => {
  const { bank } = opened();
  await assert.rejects(
    bank.during(async () => {
      throw new Error('a bug');
    }),
    /a bug/,
  );
});
