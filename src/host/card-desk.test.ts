import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { csn, Region, svpmsn } from '../units/index.ts';
import type { CardStep } from './card-desk.ts';
import { wantCardQueries } from './card-host.ts';
import { COUNTER_ROUTE } from './card-lookup.ts';
import { CardRig, GAS, KIMS_CARD, KIMS_METER, N } from './card-rig.testing.ts';
import { buyForCard, emptyCard, payOutCard, releasePending, sellToCard, voidCardOrder } from './card-sale.ts';
import { CardKiosk } from './card-vends.testing.ts';
import { blockCard, enrolOffline, unfreezeCard } from './cards.ts';
import { MemoryStore } from './memory.ts';
import { made } from './rig.testing.ts';

const TARGET = { csn: KIMS_CARD, region: Region.gas };
const sale = (orderId: string, amount: number, source = 'cash') => ({ ...TARGET, orderId, amount, source });

const sell = (rig: CardRig, orderId: string, amount: number) =>
  rig.do(async (tx, now) => made(await sellToCard(tx, sale(orderId, amount), now)));

const stateOf = async (rig: CardRig, id: string) => (await rig.order(id))?.state;

function done(step: CardStep): Extract<CardStep, { type: 'done' }> {
  assert.ok(step.type === 'done', inspect(step));
  return step;
}

test('what was sold to a card is loaded once, with a ticket for the meter of its subscriber', async () => {
  const rig = await CardRig.open();
  await sell(rig, 'one', 300);
  assert.deepEqual(await rig.desk.wanted(KIMS_CARD), [Region.gas]);
  const { receipt, purse, more } = done(await rig.exchange());
  assert.deepEqual([receipt.amount, receipt.balance, purse.credited, more], [300, 300, 300n, false]);
  assert.equal(await stateOf(rig, 'one'), 'stored');
  assert.deepEqual(await rig.desk.wanted(KIMS_CARD), []);

  const meter = rig.meter();
  assert.deepEqual(meter.take(rig.hand(), 'all'), { type: 'done', credited: 300 });
  const { issued, stored, onCards, inFlight } = await rig.totals();
  assert.deepEqual(
    [issued, stored, onCards, inFlight],
    [300n, 300n, 300n, 0n],
    'what nobody told is still on the card',
  );
  done(await rig.exchange());
  const after = await rig.totals();
  assert.deepEqual([after.onCards, after.handed, after.inMeters], [0n, 300n, 300n]);
});

test('orders of a card go one after the other, the oldest first', async () => {
  const rig = await CardRig.open();
  for (const [i, id] of ['z', 'y', 'x'].entries()) {
    rig.ms += 1;
    await sell(rig, id, i + 1);
  }
  for (const id of ['z', 'y', 'x']) {
    const { more } = done(await rig.exchange());
    assert.equal(more, id !== 'x');
    assert.equal(await stateOf(rig, id), 'stored');
  }
  assert.equal((await rig.purse()).credited, 6n);
});

test('a load whose receipt is lost is loaded once, whatever goes wrong how often, and in a new process too', async () => {
  const rig = await CardRig.open();
  await sell(rig, 'one', 300);
  for (let round = 0; round < 3; round++) {
    const { exchange, frame } = await rig.begin();
    const third = made(await rig.desk.receive(exchange, rig.pass(rig.hand(), frame)));
    assert.ok(third.type === 'send');
    // M3 comes to the card, and nobody hears of it.
    rig.pass(rig.hand(), third.frame);
    rig.desk = rig.newDesk();
  }
  assert.equal(await stateOf(rig, 'one'), 'outstanding');
  const { receipt } = done(await rig.exchange());
  assert.deepEqual([receipt.counter, receipt.balance], [1, 300]);
  assert.equal((await rig.purse()).credited, 300n);
  assert.equal((await rig.totals()).stored, 300n);
});

test('frames that come twice are answered as before, and one that is foreign changes nothing', async () => {
  const rig = await CardRig.open();
  await sell(rig, 'one', 300);
  const { exchange, frame } = await rig.begin();
  const m2 = rig.pass(rig.hand(), frame);
  const foreign = m2.slice();
  foreign[foreign.length - 1] = (foreign.at(-1) as number) ^ 1;
  assert.deepEqual(made(await rig.desk.receive(exchange, foreign)), { type: 'ignored', reason: 'not-authentic' });
  const [third, again] = await Promise.all([rig.desk.receive(exchange, m2), rig.desk.receive(exchange, m2)]);
  assert.ok('type' in third && third.type === 'send');
  assert.deepEqual(again, third);
  const m4 = rig.pass(rig.hand(), third.frame);
  const first = await rig.desk.receive(exchange, m4);
  assert.deepEqual(await rig.desk.receive(exchange, m4), first);
  assert.equal((await rig.totals()).stored, 300n);
  assert.deepEqual(made(await rig.desk.receive(exchange, m2)).type, 'ignored');
  const unknown = await rig.desk.receive('0011223344556677', m4);
  assert.ok('reason' in unknown && unknown.reason === 'card-exchange-unknown');
});

test('of two exchanges with one region the later one goes on', async () => {
  const rig = await CardRig.open();
  const first = await rig.begin();
  const second = await rig.begin();
  const old = await rig.desk.receive(first.exchange, first.frame);
  assert.ok('reason' in old && old.reason === 'card-exchange-unknown');
  assert.ok(made(await rig.desk.receive(second.exchange, rig.pass(rig.hand(), second.frame))).type === 'send');
});

test('what a card said before another host heard it is nothing against the card, and the exchange is taken over', async () => {
  const rig = await CardRig.open();
  await sell(rig, 'one', 300);
  const other = rig.newDesk();
  const late = await rig.begin();
  const m2 = rig.pass(rig.hand(), late.frame);
  const own = rig.desk;
  rig.desk = other;
  await rig.serve();
  const answer = await own.receive(late.exchange, m2);
  assert.ok('reason' in answer && answer.reason === 'card-exchange-unknown', JSON.stringify(answer));
  assert.deepEqual([(await rig.purse()).freeze, (await rig.purse()).lastCounter], [undefined, 1]);
});

test('an answer that was on its way while the card went to a meter and to another host takes nothing back', async () => {
  const rig = await CardRig.open();
  await sell(rig, 'one', 300);
  await rig.serve();
  const other = rig.newDesk();
  const late = await rig.begin();
  const third = made(await rig.desk.receive(late.exchange, rig.pass(rig.hand(), late.frame)));
  assert.ok(third.type === 'send');
  const m4 = rig.pass(rig.hand(), third.frame);
  const own = rig.desk;
  rig.desk = other;
  await sell(rig, 'two', 50);
  rig.meter().take(rig.hand(), 200);
  await rig.serve();
  const before = await rig.purse();
  done(made(await own.receive(late.exchange, m4)));
  assert.deepEqual(await rig.purse(), before);
  assert.deepEqual([before.freeze, before.balance, before.handed, before.lastCounter], [undefined, 150n, 200n, 2]);
});

test('money for a card pays fee and tax as for a meter, and the rest is value of its provider', async () => {
  const rig = await CardRig.open();
  const currency = { code: 'EUR', number: 978, exponent: 2 };
  const terms = { currency, taxBasisPoints: 1_000, fixedChargePerMonth: 500, recoveryPercentMax: 50 };
  await rig.do((tx, at) =>
    tx.terms.append([{ at, terms: { ...terms, fees: { card: { fixed: 10, basisPoints: 0 } } } }]),
  );
  const purchase = { ...TARGET, orderId: 'bought', paid: 1_100, method: 'card' } as const;
  const order = await rig.do(async (tx, now) => made(await buyForCard(tx, purchase, now)));
  assert.deepEqual([order.amount, order.fee, order.tax, order.paid], [990, 10n, 100n, 1_100n]);
  const same = await rig.do(async (tx, now) => made(await buyForCard(tx, purchase, now)));
  assert.deepEqual(same, order);
  const other = await rig.do((tx, now) => buyForCard(tx, { ...purchase, paid: 1_101 }, now));
  assert.ok('reason' in other && other.reason === 'order-differs');
  const { account, issued } = await rig.totals();
  assert.deepEqual(['card', `prepaid-cards:${GAS}`, `card-fees:${GAS}`, `card-tax:${GAS}`].map(account), [
    1_100n,
    -990n,
    -10n,
    -100n,
  ]);
  assert.equal(issued, 990n);
});

test('an order that waits is taken back at once, and one that is on its way by the card alone', async () => {
  const rig = await CardRig.open();
  const voided = (id: string) => rig.do(async (tx, now) => made(await voidCardOrder(tx, id, now)));
  await sell(rig, 'waits', 5);
  assert.equal((await voided('waits')).state, 'refunded');
  await sell(rig, 'goes', 7);
  await rig.begin();
  assert.equal((await voided('goes')).state, 'voiding');
  const { receipt } = done(await rig.exchange());
  assert.deepEqual([receipt.amount, receipt.balance, await stateOf(rig, 'goes')], [0, 0, 'refunded']);
  // It was in the card already when it was to be taken back.
  await sell(rig, 'there', 9);
  const { exchange, frame } = await rig.begin();
  const third = made(await rig.desk.receive(exchange, rig.pass(rig.hand(), frame)));
  assert.ok(third.type === 'send');
  rig.pass(rig.hand(), third.frame);
  assert.equal((await voided('there')).state, 'voiding');
  done(await rig.exchange());
  assert.equal(await stateOf(rig, 'there'), 'stored');
  const late = await rig.do((tx, now) => voidCardOrder(tx, 'there', now));
  assert.ok('reason' in late && late.reason === 'order-settled');
  const { issued, refunded, stored, account } = await rig.totals();
  assert.deepEqual([issued, refunded, stored, account(`cards-payable:${GAS}`)], [21n, 12n, 9n, -12n]);
  for (const id of ['waits', 'goes']) {
    const paid = await rig.do(async (tx, now) => made(await payOutCard(tx, { orderId: id, by: undefined }, now)));
    assert.equal(paid.paidOutAt, rig.ms);
  }
  const nothing = await rig.do((tx, now) => payOutCard(tx, { orderId: 'there', by: undefined }, now));
  assert.ok('reason' in nothing && nothing.reason === 'order-settled');
  assert.equal((await rig.totals()).account(`cards-payable:${GAS}`), 0n);
});

test('a card is emptied, and what was left on it is to be paid out', async () => {
  const rig = await CardRig.open();
  await sell(rig, 'one', 300);
  await rig.serve();
  rig.meter().take(rig.hand(), 100);
  await rig.do(async (tx, now) => made(await emptyCard(tx, { ...TARGET, orderId: 'empty' }, now)));
  const { receipt } = done(await rig.exchange());
  assert.deepEqual([receipt.amount, receipt.balance], [200, 0]);
  const { closed, onCards, inMeters } = await rig.totals();
  assert.deepEqual([closed, onCards, inMeters], [200n, 0n, 100n]);
  assert.deepEqual([await stateOf(rig, 'empty'), (await rig.order('empty'))?.amount], ['closed', 200]);
});

test('what is pending for a meter that never came back is released, and what was acknowledged is not', async () => {
  const rig = await CardRig.open();
  await sell(rig, 'one', 300);
  await rig.serve();
  const release = (orderId: string) => rig.do((tx, now) => releasePending(tx, { ...TARGET, orderId }, now));
  const none = await release('none');
  assert.ok('reason' in none && none.reason === 'card-wrong');
  // The debit is made, and the card is pulled before the meter has it.
  rig.meter().take(rig.hand(), 100, 5);
  await rig.exchange();
  assert.equal((await rig.purse()).pending, 100n);
  made(await release('release'));
  const { receipt, purse } = done(await rig.exchange());
  assert.deepEqual([receipt.amount, purse.pending, purse.released, purse.handed], [100, 0n, 100n, 0n]);
  const { closed, onCards } = await rig.totals();
  assert.deepEqual([closed, onCards], [100n, 200n]);
});

test('what the books forgot that was taken off a card is found as such, also where more was loaded after it', async () => {
  const store = new MemoryStore();
  const rig = await CardRig.open({ store });
  await sell(rig, 'one', 300);
  await rig.serve();
  const copy = await store.copy();
  const empty = (of: CardRig) => of.do((tx, now) => emptyCard(tx, { ...TARGET, orderId: 'out' }, now));
  made(await empty(rig));
  await rig.serve();
  await sell(rig, 'two', 700);
  await rig.serve();
  rig.meter().take(rig.hand(), 100, 5);
  await rig.exchange();
  made(await rig.do((tx, now) => releasePending(tx, { ...TARGET, orderId: 'release' }, now)));
  await rig.serve();
  const after = await CardRig.over(rig, copy);
  await after.do(wantCardQueries);
  await after.serve();
  const { credited, closed, released, balance, freeze } = await after.purse();
  assert.deepEqual([credited, closed, released, balance, freeze], [1_000n, 300n, 100n, 600n, undefined]);
  const totals = await after.totals();
  assert.deepEqual([totals.found, totals.closed, totals.onCards], [700n, 400n, 600n]);
  const again = await empty(after);
  assert.ok('reason' in again && again.reason === 'order-settled');
});

test('a release that the books forgot is given again under its id, and is what the card did', async () => {
  const store = new MemoryStore();
  const rig = await CardRig.open({ store });
  await sell(rig, 'one', 300);
  await rig.serve();
  const copy = await store.copy();
  rig.meter().take(rig.hand(), 100, 5);
  await rig.exchange();
  const release = (of: CardRig) => of.do((tx, now) => releasePending(tx, { ...TARGET, orderId: 'release' }, now));
  made(await release(rig));
  await rig.serve();
  const after = await CardRig.over(rig, copy);
  await after.do(wantCardQueries);
  made(await release(after));
  await after.serve();
  const { released, pending, handed, balance, freeze } = await after.purse();
  assert.deepEqual([released, pending, handed, balance, freeze], [100n, 0n, 0n, 200n, undefined]);
  const order = await after.order('release');
  assert.deepEqual([order?.state, order?.amount], ['closed', 100]);
  const none = await after.do((tx, now) => releasePending(tx, { ...TARGET, orderId: 'none' }, now));
  assert.ok('reason' in none && none.reason === 'card-wrong');
});

test('a card that is lost or blocked is refused at every desk, and raises the epoch of the meter it had a ticket for', async () => {
  for (const state of ['lost', 'blocked'] as const) {
    const rig = await CardRig.open();
    await sell(rig, 'one', 300);
    await rig.serve();
    await sell(rig, 'two', 300);
    const { exchange, frame } = await rig.begin();
    const blocked = await rig.do(async (tx, now) => made(await blockCard(tx, { csn: KIMS_CARD, state }, now)));
    assert.equal(blocked.card.state, state);
    // One that has begun is not gone on with.
    const late = await rig.desk.receive(exchange, rig.pass(rig.hand(), frame));
    assert.ok('reason' in late && late.reason === 'card-ended');
    const begun = await rig.desk.begin({ ...TARGET, route: COUNTER_ROUTE });
    assert.ok('reason' in begun && begun.reason === 'card-ended');
    const sold = await rig.do((tx, now) => sellToCard(tx, sale('three', 1), now));
    assert.ok('reason' in sold && sold.reason === 'card-ended');
    assert.deepEqual(await rig.desk.wanted(KIMS_CARD), []);
    const epochs = () =>
      rig.store.read(async (tx) => (await tx.offlineMeters.page({ limit: 9 })).map(({ epoch }) => epoch));
    assert.deepEqual(await epochs(), [1]);
    await rig.do(async (tx, now) => made(await blockCard(tx, { csn: KIMS_CARD, state: 'blocked' }, now)));
    assert.deepEqual(await epochs(), [1], 'only once');
  }
});

test('another card of the subscriber brings the epoch, and the meter takes nothing more from the blocked one', async () => {
  const rig = await CardRig.open();
  await sell(rig, 'one', 300);
  await rig.serve();
  const other = csn('04a1b2c3d4e5f7');
  await rig.issue(other);
  await rig.do(async (tx, now) => made(await blockCard(tx, { csn: KIMS_CARD, state: 'lost' }, now)));
  const meter = rig.meter();
  assert.deepEqual(meter.take(rig.hand(), 50), { type: 'done', credited: 50 }, 'nobody told the meter yet');
  assert.deepEqual(await rig.desk.wanted(other), [Region.gas], 'it lacks a ticket');
  await rig.serve(other);
  assert.deepEqual(meter.take(rig.hand(other), 'all'), { type: 'done', credited: 0 });
  assert.deepEqual(meter.take(rig.hand(), 50), { type: 'refused', refusal: 'epoch-past' });
});

test('two cards of one number are found, and their region is frozen until a person has looked', async () => {
  const rig = await CardRig.open();
  await sell(rig, 'one', 300);
  await rig.serve();
  const clone = rig.personalise(KIMS_CARD);
  const genuine = rig.hand();
  clone.memory.set(genuine.memory);
  rig.meter().take(genuine, 100);
  done(await rig.exchange(KIMS_CARD, genuine));
  clone.pull();
  assert.deepEqual(await rig.exchange(KIMS_CARD, clone), { type: 'frozen', why: 'debits-behind' });
  const begun = await rig.desk.begin({ ...TARGET, route: COUNTER_ROUTE });
  assert.ok('reason' in begun && begun.reason === 'card-frozen');
  await rig.do(async (tx, now) => made(await unfreezeCard(tx, TARGET, now)));
  assert.equal((await rig.purse()).queryWanted, true);
  done(await rig.exchange(KIMS_CARD, genuine));
  assert.equal((await rig.purse()).queryWanted, false);
});

test('a clone that spent as often, and something else, is found by the sum', async () => {
  const rig = await CardRig.open();
  await sell(rig, 'one', 300);
  await rig.serve();
  const genuine = rig.hand();
  const clone = rig.personalise(KIMS_CARD);
  clone.memory.set(genuine.memory);
  clone.pull();
  rig.meter().take(genuine, 100);
  rig.meter().take(clone, 90);
  done(await rig.exchange(KIMS_CARD, genuine));
  assert.deepEqual(await rig.exchange(KIMS_CARD, clone), { type: 'frozen', why: 'debits-differ' });
});

test('a card that knows fewer loads than were booked, or other sums, is frozen', async () => {
  const rig = await CardRig.open();
  const empty = rig.hand().memory.slice();
  await sell(rig, 'one', 300);
  await rig.serve();
  const before = rig.personalise(KIMS_CARD);
  before.memory.set(empty);
  before.pull();
  assert.deepEqual(await rig.exchange(KIMS_CARD, before), { type: 'frozen', why: 'card-behind-host' });
});

test('a host that was restored asks the card first, and books what it had forgotten as found', async () => {
  const store = new MemoryStore();
  const rig = await CardRig.open({ store });
  await sell(rig, 'one', 300);
  await rig.serve();
  const copy = await store.copy();
  await sell(rig, 'two', 70);
  await rig.serve();
  await sell(rig, 'more', 8);
  await rig.serve();
  const after = await CardRig.over(rig, copy);
  await after.do(wantCardQueries);
  await sell(after, 'three', 5);
  const withdrawn = await after.do(async (tx, now) => made(await voidCardOrder(tx, 'three', now)));
  assert.equal(withdrawn.state, 'voiding', 'it may be on the card');
  const first = done(await after.exchange());
  assert.deepEqual([first.receipt.counter, first.receipt.amount, first.more], [2, 70, true]);
  // The card tells a balance with loads that are not booked: it is believed when they are.
  assert.deepEqual([first.purse.balance, first.purse.freeze], [300n, undefined]);
  // Another sale under its name is refused; the same takes the place of what was found, and nothing is sold twice.
  const other = await after.do((tx, now) => sellToCard(tx, sale('two', 71), now));
  assert.ok('reason' in other && other.reason === 'order-settled');
  const again = async () => after.do(async (tx, now) => made(await sellToCard(tx, sale('two', 70), now)));
  assert.deepEqual([(await again()).state, (await again()).counter], ['stored', 2]);
  const second = done(await after.exchange());
  assert.deepEqual([second.receipt.amount, second.more, second.purse.balance], [8, true, 378n]);
  const third = done(await after.exchange());
  assert.deepEqual([third.more, await stateOf(after, 'three')], [false, 'refunded']);
  const { issued, found, onCards, refunded } = await after.totals();
  assert.deepEqual([issued, found, onCards, refunded], [375n, 8n, 378n, 5n]);
  const [meter] = await after.store.read((tx) => tx.offlineMeters.page({ limit: 1 }));
  assert.ok((meter?.epoch ?? 0) > 0, 'a card that was blocked since is forgotten, and its epoch is not used again');
});

test('a sale that its card voided and a restored host forgot is given back at once when it is made anew', async () => {
  const store = new MemoryStore();
  const rig = await CardRig.open({ store });
  const copy = await store.copy();
  await rig.buy('voided', 70);
  await rig.begin();
  await rig.void('voided');
  await rig.serve();
  assert.equal(await stateOf(rig, 'voided'), 'refunded');
  const after = await CardRig.over(rig, copy);
  await after.do(wantCardQueries);
  await after.serve();
  const { state, counter, why } = await after.buy('voided', 70);
  assert.deepEqual([state, counter, why], ['refunded', 1, 'voided']);
  const { issued, refunded, inFlight, found } = await after.totals();
  assert.deepEqual([issued, refunded, inFlight, found], [70n, 70n, 0n, 0n]);
  assert.deepEqual((await after.receipts('voided')).at(-1)?.head.state, 'refunded');
});

test('a vend that a restored database forgot is in doubt until it is sent again, and then it was sold once', async () => {
  const store = new MemoryStore();
  const rig = await CardRig.open({ store });
  await CardKiosk.open(rig);
  const copy = await store.copy();
  made(await new CardKiosk(rig).vend('a', 300));
  await rig.serve();
  const after = await CardRig.over(rig, copy);
  const kiosk = new CardKiosk(after);
  await after.do(wantCardQueries);
  const asked = async () => {
    const answer = await kiosk.reverse('a');
    return 'reason' in answer ? answer.reason : answer.outcome;
  };
  assert.equal(await asked(), 'vend-in-doubt', 'the card has not told yet');
  await after.serve();
  assert.equal(await asked(), 'vend-in-doubt', 'it is on the card');
  assert.equal(made(await kiosk.vend('a', 300)).outcome, 'stored');
  assert.equal(await asked(), 'order-settled');
  await kiosk.agrees({ stored: 300n, commission: 6n });
});

test('without the key of a card nothing begins, and without that of its meter there is value and no ticket', async () => {
  const rig = await CardRig.open();
  await rig.do(async (tx, now) => {
    const stranger = { svpmsn: svpmsn(0x0a1b2e), provider: GAS, subscriber: 'kim', n: N + 1 };
    made(await enrolOffline(tx, stranger, now));
    const [purse] = await tx.cardPurses.page({ limit: 1 });
    if (purse !== undefined) await tx.cardPurses.put([{ ...purse, n: N + 1 }]);
  });
  const begun = await rig.desk.begin({ ...TARGET, route: COUNTER_ROUTE });
  assert.ok('reason' in begun && begun.reason === 'card-key-missing');
});

test('the tickets of a card are renewed in turn, and the one that was not taken goes again', async () => {
  const rig = await CardRig.open({ days: 10 });
  const second = svpmsn(0x0a1b2e);
  await rig.do(async (tx, now) =>
    made(await enrolOffline(tx, { svpmsn: second, provider: GAS, subscriber: 'kim', n: N }, now)),
  );
  const issued = () => rig.store.read(async (tx) => tx.cardTickets.page({ limit: 99 }));
  assert.equal(await rig.serve(), 2, 'one exchange for each ticket');
  assert.deepEqual(
    (await issued()).map(({ meter, version }) => [meter, version]),
    [
      [KIMS_METER, 1],
      [second, 2],
    ],
  );
  await sell(rig, 'one', 5);
  const { exchange, frame } = await rig.begin();
  await rig.desk.receive(exchange, rig.pass(rig.hand(), frame));
  assert.deepEqual(
    (await issued()).map(({ version, takenAt }) => [version, takenAt !== undefined]),
    [
      [1, true],
      [2, true],
      [3, false],
    ],
  );
  await rig.serve();
  assert.deepEqual((await issued()).map(({ version, takenAt }) => [version, takenAt !== undefined]).at(-1), [3, true]);
  rig.ms += 6 * 86_400_000;
  assert.deepEqual(await rig.desk.wanted(KIMS_CARD), [Region.gas], 'half of their time is over');
});

test('a card is found by the end of its number', async () => {
  const rig = await CardRig.open();
  assert.deepEqual(await rig.desk.byTail('a1b2c3d4e5f6'), [KIMS_CARD]);
  assert.deepEqual(await rig.desk.byTail('a1b2c3d4e5f7'), []);
  await rig.do(async (tx, now) => made(await blockCard(tx, { csn: KIMS_CARD, state: 'lost' }, now)));
  assert.deepEqual(await rig.desk.byTail('a1b2c3d4e5f6'), []);
});

test('a receipt that comes late, when another host has booked more since, freezes nothing and changes nothing', async () => {
  const rig = await CardRig.open();
  await sell(rig, 'one', 100);
  const slow = rig.desk;
  const { exchange, frame } = await rig.begin();
  const second = made(await slow.receive(exchange, rig.pass(rig.hand(), frame)));
  assert.ok(second.type === 'send');
  const late = rig.pass(rig.hand(), second.frame);
  rig.desk = rig.newDesk();
  await rig.serve();
  await sell(rig, 'two', 50);
  await rig.serve();
  const before = await rig.purse();
  assert.deepEqual([before.credited, before.lastCounter], [150n, 2]);
  made(await slow.receive(exchange, late));
  assert.deepEqual(await rig.purse(), before);
});
