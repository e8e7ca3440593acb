import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { BackhaulMessage } from '../backhaul/index.ts';
import { SUITE_NAMES, Suite } from '../crypto/index.ts';
import { txidOf, ValueOp, ValueResult } from '../exchange/index.ts';
import { AttentionReason } from '../records/index.ts';
import { MemoryStore, type Store, StoreError } from './index.ts';
import { made, Rig } from './rig.testing.ts';
import { IN_FLIGHT_PER_LOCAL_UNIT_MAX } from './work.ts';

const sale = (meter: number, amount: number, orderId: string) => ({ meter, amount, orderId, source: 'cash' });
const reasonOf = (answer: object) => ('reason' in answer ? answer.reason : 'done');

for (const suite of Object.values(Suite)) {
  test(`an order becomes ledger entries, an exchange of ${SUITE_NAMES[suite]}, a receipt and value in the meter`, async () => {
    const rig = new Rig(new MemoryStore());
    const meter = await rig.enrol(0x0a1b2c, { suite });
    const sold = made(await rig.host.sell(sale(meter.id, 500, 'order 1')));
    assert.equal(sold.state, 'waiting');
    const before = await rig.host.books();
    assert.deepEqual([before.issued, before.inFlight, before.balanced], [500n, 500n, true]);
    await rig.settle();
    assert.equal(meter.balance, 500);
    const order = made(await rig.host.order('order 1'));
    assert.deepEqual([order.state, order.counter], ['stored', 1]);
    const books = await rig.host.books();
    assert.deepEqual([books.stored, books.inFlight, books.valueInMeters, books.balanced], [500n, 0n, 500n, true]);
  });
}

test('an order has one transaction id for ever: the first 8 bytes of SHA-256 of its UTF-8 bytes', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(1);
  // FIPS 180-4, the example of one block, "abc".
  assert.equal(made(await rig.host.sell(sale(1, 5, 'abc'))).txid, 'ba7816bf8f01cfea');
  const korean = createHash('sha256').update('결제 1', 'utf8').digest('hex').slice(0, 16);
  assert.equal(made(await rig.host.sell(sale(1, 5, '결제 1'))).txid, korean);
});

test('the same order sold twice is one order, and one with other contents is refused', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  const first = made(await rig.host.sell(sale(1, 100, 'a')));
  assert.deepEqual(made(await rig.host.sell(sale(1, 100, 'a'))).id, first.id);
  await rig.settle();
  assert.equal(made(await rig.host.sell(sale(1, 100, 'a'))).state, 'stored');
  assert.equal(reasonOf(await rig.host.sell(sale(1, 101, 'a'))), 'order-differs');
  assert.equal(reasonOf(await rig.host.sell({ ...sale(1, 100, 'a'), source: 'card' })), 'order-differs');
  await rig.settle();
  assert.equal(meter.balance, 100);
});

test('bad input is refused by its reason, with one sentence, and leaves nothing', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(1);
  const cases: [Parameters<typeof rig.host.sell>[0], string][] = [
    [sale(1, 0, 'a'), 'amount-wrong'],
    [sale(1, -1, 'a'), 'amount-wrong'],
    [sale(1, 1.5, 'a'), 'amount-wrong'],
    [sale(1, Number.NaN, 'a'), 'amount-wrong'],
    [sale(1, 2 ** 32, 'a'), 'amount-wrong'],
    [sale(2, 1, 'a'), 'meter-unknown'],
    [sale(-1, 1, 'a'), 'meter-number-wrong'],
    [sale(2 ** 24, 1, 'a'), 'meter-number-wrong'],
    [sale(1, 1, ''), 'order-id-wrong'],
    [sale(1, 1, 'a\n'), 'order-id-wrong'],
    [sale(1, 1, 'found:000001:1'), 'order-id-wrong'],
    [{ ...sale(1, 1, 'a'), source: ' ' }, 'name-wrong'],
  ];
  for (const [bad, reason] of cases) {
    const answer = await rig.host.sell(bad);
    assert.equal(reasonOf(answer), reason, JSON.stringify(bad));
    assert.match('sentence' in answer ? answer.sentence : '', /^[A-Z][^\n]+\.$/);
  }
  assert.deepEqual(await rig.host.orders({ limit: 10 }), []);
  assert.deepEqual((await rig.host.books()).meters, []);
  assert.equal(made(await rig.host.sell(sale(1, 2 ** 32 - 1, 'a'))).state, 'waiting');
});

test('a group of sales keeps the good ones, names the bad ones, and counts a doubled id once', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(1);
  await rig.enrol(2);
  const answers = await rig.host.sellAll([
    sale(1, 10, 'a'),
    sale(9, 10, 'b'),
    sale(2, 20, 'c'),
    sale(1, 10, 'a'),
    sale(1, 11, 'a'),
  ]);
  assert.deepEqual(answers.map(reasonOf), ['done', 'meter-unknown', 'done', 'done', 'order-differs']);
  assert.equal((await rig.host.books()).issued, 30n);
  await rig.settle();
  assert.equal((await rig.host.books()).stored, 30n);
});

test('orders of one meter go one after the other, with transaction counters without a gap', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  await rig.host.sellAll([1, 2, 3, 4, 5].map((i) => sale(1, i, `order ${i}`)));
  await rig.settle();
  assert.equal(meter.balance, 15);
  const orders = await rig.host.orders({ svpmsn: meter.id, limit: 10 });
  assert.deepEqual(
    orders.map(({ counter }) => counter),
    [5, 4, 3, 2, 1],
  );
});

test('a local unit never has more exchanges under way than its window', async () => {
  const rig = new Rig(new MemoryStore());
  for (let i = 0; i < 20; i++) await rig.enrol(i);
  await rig.host.sellAll(Array.from({ length: 20 }, (_, i) => sale(i, 10, `order ${i}`)));
  await rig.host.handle({ type: 'tick' });
  assert.equal(rig.host.counters().carries, IN_FLIGHT_PER_LOCAL_UNIT_MAX);
  await rig.settle();
  assert.equal((await rig.host.books()).stored, 200n);
});

test('with every message at risk, each order is in its meter exactly once', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const rig = new Rig(new MemoryStore(), { seed });
    for (let i = 0; i < 4; i++) await rig.enrol(i, { suite: [1, 2, 2, 3][i] as Suite });
    rig.faults = { oneIn: 4 };
    for (let i = 0; i < 16; i++) {
      made(await rig.host.sell(sale(i % 4, 2 ** i, `order ${i}`)));
      if (i % 5 === 4) made(await rig.host.voidOrder(`order ${i}`));
      await rig.pump();
    }
    await rig.settle(24 * 3_600_000);
    const orders = await rig.host.orders({ limit: 100 });
    const stored = orders.filter(({ state }) => state === 'stored');
    assert.ok(
      orders.every(({ state }) => state === 'stored' || state === 'refunded'),
      `seed ${seed}`,
    );
    for (const meter of rig.meters.values()) {
      const sum = stored.filter(({ svpmsn }) => svpmsn === meter.id).reduce((total, { amount }) => total + amount, 0);
      assert.equal(meter.credited, sum, `seed ${seed}`);
    }
    const books = await rig.host.books();
    assert.equal(books.balanced, true);
    assert.equal(books.inFlight, 0n);
  }
});

test('a meter that is dark keeps its order outstanding, asked again ever more slowly, and nothing is refunded', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  rig.meters.clear();
  await rig.host.sell(sale(1, 70, 'a'));
  for (let i = 0; i < 3600; i++) {
    rig.clock.ms += 1_000;
    await rig.host.handle({ type: 'tick' });
    await rig.pump();
  }
  const { carries } = rig.host.counters();
  assert.ok(carries > 25 && carries < 50, `${carries} tries in an hour`);
  assert.equal(made(await rig.host.order('a')).state, 'outstanding');
  rig.meters.set(meter.id, meter);
  await rig.settle();
  assert.equal(meter.balance, 70);
});

test('an order that waits is taken back at once', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  await rig.host.sellAll([sale(1, 5, 'a'), sale(1, 7, 'b')]);
  const taken = made(await rig.host.voidOrder('b'));
  assert.deepEqual([taken.state, taken.why], ['refunded', 'voided']);
  await rig.settle();
  assert.equal(meter.balance, 5);
  const books = await rig.host.books();
  assert.deepEqual([books.refunded, books.stored, books.balanced], [7n, 5n, true]);
  assert.equal(reasonOf(await rig.host.voidOrder('a')), 'order-settled');
  assert.equal(reasonOf(await rig.host.voidOrder('none')), 'order-unknown');
  assert.equal(made(await rig.host.voidOrder('b')).state, 'refunded');
});

for (const suite of [Suite.tripleDesXo, Suite.aes128]) {
  test(`after a restore, an order of ${SUITE_NAMES[suite]} that waits is taken back only when the meter has told that it is not there`, async () => {
    for (const inMeter of [true, false]) {
      const rig = new Rig(new MemoryStore());
      const meter = await rig.enrol(1, { suite });
      if (inMeter) meter.creditFromElsewhere(5, txidOf('a'));
      rig.meters.clear();
      await rig.host.sellAll([sale(1, 5, 'a'), sale(1, 6, 'b')]);
      await rig.startRestored();
      assert.equal(made(await rig.host.voidOrder('a')).state, 'voiding');
      assert.equal(made(await rig.host.voidOrder('a')).state, 'voiding');
      // A meter that is dark decides nothing, however long.
      await rig.settle(1_800_000);
      assert.equal(made(await rig.host.order('a')).state, 'voiding');
      assert.equal((await rig.host.books()).refunded, 0n);
      rig.meters.set(meter.id, meter);
      await rig.settle();
      assert.equal(made(await rig.host.order('a')).state, inMeter ? 'stored' : 'refunded');
      assert.equal(made(await rig.host.order('b')).state, 'stored');
      const books = await rig.host.books();
      assert.deepEqual([books.refunded, books.stored], inMeter ? [0n, 11n] : [5n, 6n]);
      assert.deepEqual([books.balanced, books.inFlight, books.found], [true, 0n, 0n]);
      assert.equal(meter.credited, inMeter ? 11 : 6);
      assert.ok(!meter.valueOps.includes(ValueOp.void));
    }
  });

  test(`after a restore, an order of ${SUITE_NAMES[suite]} that was on its way is voided only after the meter was asked`, async () => {
    for (const inMeter of [true, false]) {
      const rig = new Rig(new MemoryStore());
      const meter = await rig.enrol(1, { suite });
      await rig.host.sell(sale(1, 5, 'a'));
      rig.host = rig.newHost();
      if (inMeter) meter.creditFromElsewhere(5, txidOf('a'));
      rig.meters.clear();
      await rig.startRestored();
      assert.equal(made(await rig.host.voidOrder('a')).state, 'voiding');
      await rig.settle(600_000);
      assert.equal((await rig.host.books()).refunded, 0n);
      rig.meters.set(meter.id, meter);
      await rig.settle();
      assert.equal(made(await rig.host.order('a')).state, inMeter ? 'stored' : 'refunded');
      assert.equal(meter.valueOps.includes(ValueOp.void), !inMeter);
      const books = await rig.host.books();
      assert.deepEqual([books.refunded, books.stored], inMeter ? [0n, 5n] : [5n, 0n]);
    }
  });
}

test('while a meter is frozen nothing of it is refunded; when it is released its receipts decide', async () => {
  for (const restored of [false, true]) {
    for (const inMeter of [true, false]) {
      const rig = new Rig(new MemoryStore());
      const meter = await rig.enrol(1);
      await rig.host.sell(sale(1, 5, 'a'));
      await rig.settle();
      meter.last = 0;
      await rig.host.sellAll([sale(1, 6, 'b'), sale(1, 7, 'c')]);
      await rig.settle();
      const label = `restored ${restored}, in the meter ${inMeter}`;
      assert.equal(made(await rig.host.meter(1)).purse.freeze, 'meter-behind-host', label);
      if (restored) {
        rig.host = rig.newHost();
        await rig.startRestored();
      }
      // Of the frozen meter, b was on its way and c waited.
      assert.equal(made(await rig.host.voidOrder('b')).state, 'voiding', label);
      assert.equal(made(await rig.host.voidOrder('c')).state, 'voiding', label);
      await rig.settle(600_000);
      assert.equal((await rig.host.books()).refunded, 0n, label);
      meter.last = 1;
      if (inMeter) {
        meter.creditFromElsewhere(6, txidOf('b'));
        meter.creditFromElsewhere(7, txidOf('c'));
      }
      made(await rig.host.unfreeze(1));
      await rig.settle();
      const expected = inMeter ? 'stored' : 'refunded';
      for (const id of ['b', 'c']) assert.equal(made(await rig.host.order(id)).state, expected, `${label}: ${id}`);
      const books = await rig.host.books();
      assert.deepEqual([books.refunded, books.stored], inMeter ? [0n, 18n] : [13n, 5n], label);
      assert.deepEqual([books.balanced, books.inFlight, books.found], [true, 0n, 0n], label);
    }
  }
});

test('a sale that a restored database forgot is taken over from what its meter told, and sent no second time', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  await rig.enrol(2);
  meter.creditFromElsewhere(8, txidOf('lost'));
  await rig.startRestored();
  await rig.settle();
  assert.equal((await rig.host.books()).found, 8n);
  // Another meter, or another amount, is not that sale.
  for (const other of [sale(2, 8, 'lost'), sale(1, 9, 'lost')]) {
    const answer = await rig.host.sell(other);
    assert.equal(reasonOf(answer), 'order-settled');
    assert.match('sentence' in answer ? answer.sentence : '', /is in meter 000001 already: .*"found:000001:1"/);
  }
  assert.equal(reasonOf(await rig.host.closePurse({ meter: 1, orderId: 'lost' })), 'order-settled');
  for (let again = 0; again < 2; again++) {
    const [order, doubled] = await rig.host.sellAll([sale(1, 8, 'lost'), sale(1, 8, 'lost')]);
    assert.ok(order !== undefined && 'id' in order);
    assert.deepEqual([order.id, order.state, order.counter, order.source], ['lost', 'stored', 1, 'cash']);
    assert.deepEqual(doubled, order);
    await rig.settle();
    assert.equal(meter.credited, 8);
    const books = await rig.host.books();
    assert.deepEqual([books.issued, books.stored, books.found, books.inFlight, books.balanced], [8n, 8n, 0n, 0n, true]);
  }
  assert.equal(reasonOf(await rig.host.order('found:000001:1')), 'order-unknown');
  assert.equal((await rig.host.orders({ limit: 9 })).length, 1);
  assert.equal(reasonOf(await rig.host.sell(sale(1, 9, 'lost'))), 'order-differs');
});

for (const why of ['voided', 'full'] as const) {
  test(`a sale that a restored database forgot, and that its meter did not take (${why}), is given back when it is made again`, async () => {
    const rig = new Rig(new MemoryStore());
    const meter = await rig.enrol(1);
    meter.last = 1;
    meter.receipts.set(1, { txid: txidOf('lost'), amount: 0, result: ValueResult[why] });
    await rig.startRestored();
    await rig.settle();
    const again = made(await rig.host.sell(sale(1, 8, 'lost')));
    assert.deepEqual([again.state, again.why], ['refunded', why]);
    await rig.settle();
    const books = await rig.host.books();
    assert.deepEqual([books.issued, books.refunded, books.found, books.balanced], [8n, 8n, 0n, true]);
    assert.deepEqual([meter.credited, made(await rig.host.sell(sale(1, 8, 'lost'))).state], [0, 'refunded']);
  });
}

test('an order on its way becomes a void of its own counter, and the receipt says who was first', async () => {
  // The credit never arrived: the void finds nothing, and the money goes back.
  const early = new Rig(new MemoryStore());
  const untouched = await early.enrol(1);
  await early.host.sell(sale(1, 5, 'a'));
  assert.equal(made(await early.host.voidOrder('a')).state, 'voiding');
  await early.settle();
  const back = made(await early.host.order('a'));
  assert.deepEqual([back.state, back.why], ['refunded', 'voided']);
  assert.deepEqual([untouched.balance, untouched.last], [0, 1]);

  // The credit arrived, and its receipt was lost: the void comes too late, and the value stays.
  const late = new Rig(new MemoryStore());
  const credited = await late.enrol(1);
  await late.host.sell(sale(1, 5, 'a'));
  credited.creditFromElsewhere(5, txidOf('a'));
  assert.equal(made(await late.host.voidOrder('a')).state, 'voiding');
  await late.settle();
  assert.equal(made(await late.host.order('a')).state, 'stored');
  assert.equal(credited.balance, 5);
  assert.equal((await late.host.books()).balanced, true);
});

test('a foreign transaction at the own counter is adopted as found, and the order takes the next', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  meter.creditFromElsewhere(33, new Uint8Array(8).fill(9));
  await rig.host.sell(sale(1, 5, 'a'));
  await rig.settle();
  const order = made(await rig.host.order('a'));
  assert.deepEqual([order.state, order.counter, meter.balance], ['stored', 2, 38]);
  const books = await rig.host.books();
  assert.deepEqual([books.found, books.stored, books.valueInMeters, books.balanced], [33n, 5n, 38n, true]);
  assert.equal(made(await rig.host.order('found:000001:1')).state, 'found');
});

for (const [credited, freeze] of [
  [5, undefined],
  [4, 'amount-differs'],
  [6, 'amount-differs'],
] as const) {
  test(`a meter with as many transactions as the books, credited ${credited} where they have 5, ${freeze === undefined ? 'is served' : 'is frozen'}`, async () => {
    const rig = new Rig(new MemoryStore());
    const meter = await rig.enrol(1);
    await rig.host.sell(sale(1, 5, 'a'));
    await rig.settle();
    meter.credited = credited;
    await rig.host.sell(sale(1, 6, 'b'));
    await rig.settle();
    assert.equal(made(await rig.host.meter(1)).purse.freeze, freeze);
    assert.equal(made(await rig.host.order('b')).state, freeze === undefined ? 'stored' : 'outstanding');
  });
}

test('a meter that has forgotten is frozen for a person, takes no more orders, and is released by one', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  await rig.host.sell(sale(1, 5, 'a'));
  await rig.settle();
  meter.last = 0;
  await rig.host.sell(sale(1, 6, 'b'));
  await rig.settle();
  assert.equal(made(await rig.host.meter(1)).purse.freeze, 'meter-behind-host');
  assert.equal(reasonOf(await rig.host.sell(sale(1, 7, 'c'))), 'meter-frozen');
  assert.equal(made(await rig.host.order('b')).state, 'outstanding');
  meter.last = 1;
  made(await rig.host.unfreeze(1));
  await rig.settle();
  assert.equal(made(await rig.host.order('b')).state, 'stored');
  assert.equal(reasonOf(await rig.host.unfreeze(1)), 'meter-not-frozen');
});

for (const suite of [Suite.tripleDesXo, Suite.aes128]) {
  test(`restored books of ${SUITE_NAMES[suite]} learn from the meter what was sold after the copy, before value leaves`, async () => {
    const rig = new Rig(new MemoryStore());
    const meter = await rig.enrol(1, { suite });
    // What happened after the copy: an order that the copy has waiting, and one that it never heard of.
    meter.creditFromElsewhere(5, txidOf('a'));
    meter.creditFromElsewhere(8, txidOf('lost'));
    rig.host = rig.newHost();
    await rig.host.sellAll([sale(1, 5, 'a'), sale(1, 6, 'b')]);
    await rig.startRestored();
    await rig.settle();
    assert.equal(meter.balance, 19);
    const states = ['a', 'b'].map(async (id) => made(await rig.host.order(id)));
    assert.deepEqual(
      (await Promise.all(states)).map(({ state, counter }) => [state, counter]),
      [
        ['stored', 1],
        ['stored', 3],
      ],
    );
    const firstCredit = meter.valueOps.indexOf(ValueOp.credit);
    assert.ok(meter.valueOps.slice(0, firstCredit).every((op) => op === ValueOp.query) && firstCredit >= 2);
    const books = await rig.host.books();
    assert.deepEqual([books.found, books.stored, books.balanced], [8n, 11n, true]);
  });
}

test('a receipt of more than the meter says it was ever credited is of no credit, and freezes it for a person', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  // Its receipt is there, and its total is not: memory that was edited, or a counter that was put back.
  meter.creditFromElsewhere(5, txidOf('a'));
  meter.credited -= 1;
  made(await rig.host.sell(sale(1, 5, 'a')));
  await rig.settle();
  assert.equal(made(await rig.host.meter(1)).purse.freeze, 'amount-differs');
  assert.deepEqual([made(await rig.host.order('a')).state, (await rig.host.books()).stored], ['outstanding', 0n]);
});

test('a value exchange that was under way when its meter came into doubt sends no M3 before the query', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  const carries: Extract<BackhaulMessage, { type: 'carry' }>[] = [];
  rig.send = (_, message) => {
    if (message.type === 'carry') carries.push(message);
  };
  made(await rig.host.sell(sale(1, 5, 'a')));
  const tell = (message: BackhaulMessage) => rig.host.handle({ type: 'grid', localUnit: 1, message });
  await tell({
    type: 'attention',
    svpmsn: meter.id,
    reasons: AttentionReason.memoryDamaged,
    counter: 1,
    atMs: rig.clock.ms,
  });
  for (let carry = carries.shift(); carry !== undefined; carry = carries.shift()) {
    const frames = carry.frames.flatMap((frame) => meter.receive(frame, rig.clock.now()));
    await tell({ type: 'carried', ticket: carry.ticket, svpmsn: meter.id, outcome: 'answered', frames });
  }
  assert.deepEqual(meter.valueOps, [ValueOp.query, ValueOp.credit]);
  assert.equal(made(await rig.host.order('a')).state, 'stored');
});

test('a transaction id that is in a purse twice, or in another purse, freezes that one for a person', async () => {
  for (const holder of [1, 2]) {
    const rig = new Rig(new MemoryStore());
    const meters = new Map([
      [1, await rig.enrol(1)],
      [2, await rig.enrol(2)],
    ]);
    await rig.host.sell(sale(1, 5, 'a'));
    await rig.settle();
    meters.get(holder)?.creditFromElsewhere(5, txidOf('a'));
    await rig.host.sell(sale(holder, 6, 'b'));
    await rig.settle();
    assert.equal(made(await rig.host.meter(holder)).purse.freeze, 'txid-twice');
    assert.equal((await rig.host.books()).balanced, true);
  }
});

test('restored books do not take the balance of a purse that was closed since for energy', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  meter.creditFromElsewhere(50, txidOf('a'));
  meter.last = 2;
  meter.receipts.set(2, { txid: txidOf('end'), amount: 50, result: ValueResult.done });
  meter.spend(50);
  await rig.host.sellAll([sale(1, 50, 'a')]);
  made(await rig.host.closePurse({ meter: 1, orderId: 'end' }));
  rig.host = rig.newHost();
  await rig.startRestored();
  await rig.settle();
  const books = await rig.host.books();
  assert.deepEqual([books.stored, books.closed, books.spent, books.valueInMeters], [50n, 50n, 0n, 0n]);
  assert.equal(made(await rig.host.order('end')).state, 'closed');
});

test('a credit that the purse has no room for is refunded, and the next one goes through', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  await rig.host.sellAll([sale(1, 2 ** 32 - 1, 'a'), sale(1, 1, 'b')]);
  await rig.settle();
  const refused = made(await rig.host.order('b'));
  assert.deepEqual([refused.state, refused.why], ['refunded', 'full']);
  const full = await rig.host.books();
  assert.deepEqual([full.refunded, full.inFlight, full.stored], [1n, 0n, 2n ** 32n - 1n]);
  meter.spend(10);
  await rig.host.sell(sale(1, 10, 'c'));
  await rig.settle();
  const taken = made(await rig.host.order('c'));
  assert.deepEqual([taken.counter, taken.state, taken.why], [3, 'stored', undefined]);
  assert.equal((await rig.host.books()).balanced, true);
});

test('closing a purse brings out what the receipt names, after what was sold before, and ends the meter', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  await rig.host.sell(sale(1, 50, 'a'));
  await rig.settle();
  meter.spend(20);
  await rig.host.sellAll([sale(1, 7, 'b')]);
  made(await rig.host.closePurse({ meter: 1, orderId: 'end' }));
  assert.equal(reasonOf(await rig.host.sell(sale(1, 5, 'c'))), 'purse-closed');
  await rig.settle();
  const order = made(await rig.host.closePurse({ meter: 1, orderId: 'end' }));
  assert.deepEqual([order.state, order.amount, meter.balance], ['closed', 37, 0]);
  const books = await rig.host.books();
  assert.deepEqual([books.closed, books.spent, books.valueInMeters, books.balanced], [37n, 20n, 0n, true]);
});

test('without its key an order waits, and goes when the keyring is there again', async () => {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  rig.host = rig.newHost(rig.store, new Map());
  made(await rig.host.sell(sale(1, 5, 'a')));
  await rig.settle(200_000);
  const { keysMissing, carries } = rig.host.counters();
  assert.ok(keysMissing >= 3 && carries === 0, `${keysMissing} ${carries}`);
  rig.host = rig.newHost();
  await rig.host.start();
  await rig.settle();
  assert.equal(meter.balance, 5);
});

test('a store that fails refuses the request by its sentence, and the sale can be made again', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(1);
  const full = new StoreError({ reason: 'store-full', sentence: 'The disk is full.' });
  const failing = { ...readsOf(rig.store), transaction: () => Promise.reject(full) };
  rig.host = rig.newHost(failing);
  assert.deepEqual(await rig.host.sell(sale(1, 5, 'a')), { reason: 'store-failed', sentence: 'The disk is full.' });
  assert.deepEqual(await rig.host.sellAll([sale(1, 5, 'a')]), [
    { reason: 'store-failed', sentence: 'The disk is full.' },
  ]);
  await assert.rejects(rig.host.handle({ type: 'tick' }), full);
  rig.host = rig.newHost();
  assert.equal(made(await rig.host.sell(sale(1, 5, 'a'))).state, 'waiting');
});

const readsOf = (store: Store): Pick<Store, 'read' | 'close'> => ({
  read: (work) => store.read(work),
  close: () => store.close(),
});
