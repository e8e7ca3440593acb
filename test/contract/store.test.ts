import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../src/bytes/index.ts';
import { txidOf } from '../../src/exchange/index.ts';
import {
  CHECK_MINUTES_KEPT,
  type Knowledge,
  MemoryStore,
  type Meter,
  type Order,
  type Posting,
  type Purse,
  type Store,
  StoreError,
} from '../../src/host/index.ts';
import { Rig } from '../../src/host/rig.testing.ts';
import { EventKind, emptyDayProfile } from '../../src/records/index.ts';
import {
  milliseconds,
  milliwattHours,
  modemAddress,
  type Svpmsn,
  svpmsn,
  tokens,
  unixSeconds,
} from '../../src/units/index.ts';
import { STORES, type StoreKind } from './stores.testing.ts';

const at = milliseconds(1_767_600_000_000);
const meterRow = (id: number, more: Partial<Meter> = {}): Meter => ({
  svpmsn: svpmsn(id),
  subscriber: 'kim',
  localUnit: 7,
  modemAddress: modemAddress(id % 256),
  suite: 2,
  supplies: 1,
  tariff: undefined,
  enrolledAt: at,
  valueGeneration: 0,
  controlGeneration: 0,
  monitoringGeneration: 0,
  ...more,
});
const purseRow = (id: number, more: Partial<Purse> = {}): Purse => ({
  svpmsn: svpmsn(id),
  state: 'open',
  lastCounter: 0,
  queryWanted: false,
  freeze: undefined,
  frozenAt: undefined,
  credited: 0n,
  closed: 0n,
  spent: 0n,
  owed: 0n,
  usedUnits: {},
  bookedAt: at,
  reportedAt: at,
  ...more,
});
const orderRow = (id: string, meter: Svpmsn, more: Partial<Order> = {}): Order => ({
  id,
  svpmsn: meter,
  op: 'credit',
  amount: tokens(10),
  source: 'cash',
  txid: toHex(txidOf(id)),
  state: 'waiting',
  why: undefined,
  counter: undefined,
  orderedAt: at,
  settledAt: undefined,
  ...more,
});
const sold = (meter: Svpmsn, amount: bigint): Posting => ({
  kind: 'sold',
  at,
  svpmsn: meter,
  order: 'a',
  lines: [
    { account: 'cash', amount },
    { account: 'prepaid', amount: -amount },
  ],
});

function storeContract({ name, skip, open }: StoreKind): void {
  const it = (behaviour: string, run: (store: Store, ids: readonly [Svpmsn, Svpmsn]) => Promise<void>) =>
    test(`${name}: ${behaviour}`, { skip }, async () => {
      const { store, clean } = await open();
      try {
        await store.transaction(async (tx) => {
          await tx.putSubscriber({ id: 'kim', name: 'Kim', contact: '' });
          for (const id of [5, 3]) {
            await tx.putMeter(meterRow(id));
            await tx.putPurse(purseRow(id));
          }
        });
        await run(store, [svpmsn(3), svpmsn(5)]);
      } finally {
        await store.close();
        clean();
      }
    });

  it('rows come back as they were put, and a later one replaces an earlier one', async (store, [a, b]) => {
    const purse = purseRow(3, { freeze: 'meter-frozen', frozenAt: at, credited: 2n ** 60n, lastCounter: 0xffff_ffff });
    await store.transaction(async (tx) => {
      await tx.putMeter(meterRow(3, { tariff: 'home', supplies: 4 }));
      await tx.putPurse(purse);
    });
    await store.read(async (tx) => {
      assert.deepEqual(await tx.metersOf([b, svpmsn(9), a]), [
        meterRow(5),
        undefined,
        meterRow(3, { tariff: 'home', supplies: 4 }),
      ]);
      assert.deepEqual(await tx.pursesOf([a]), [purse]);
      const { localUnit, enrolledAt } = meterRow(3);
      const frozen = { svpmsn: a, localUnit, enrolledAt, state: 'open', freeze: 'meter-frozen' };
      const free = { ...frozen, svpmsn: b, freeze: undefined };
      assert.deepEqual(await tx.metersToSell([b, svpmsn(9), a]), [free, undefined, frozen]);
      assert.deepEqual(
        (await tx.meters()).map((meter) => meter.svpmsn),
        [3, 5],
      );
      assert.deepEqual(
        (await tx.meters({ localUnit: 7, tariff: 'home' })).map((meter) => meter.svpmsn),
        [3],
      );
      assert.deepEqual(await tx.meters({ localUnit: 8 }), []);
      assert.deepEqual([await tx.meterCount(), await tx.subscribers()], [2, [{ id: 'kim', name: 'Kim', contact: '' }]]);
    });
  });

  it('a rejected transaction leaves nothing behind, whatever it did', async (store, [a]) => {
    const see = () =>
      store.read(async (tx) => ({
        purse: await tx.pursesOf([a]),
        orders: await tx.orders({ limit: 9 }),
        waiting: await tx.nextWaiting(a),
        work: await tx.workOf([a]),
        sums: await tx.ledgerSums(0),
        tariffs: await tx.tariffs(),
        commands: [await tx.commands(a), await tx.lastCommandSequence()],
        events: await tx.events({ limit: 9 }),
        knowledge: await tx.knowledgeOf([a]),
        profiles: await tx.profiles({ svpmsn: a, supply: 1, fromDay: 0, toDay: 1 }),
        totals: await tx.totals(a),
        fact: await tx.fact('instant-reserved'),
        outstanding: await tx.outstanding(a),
        lines: [await tx.lines(), await tx.suspicions(7), await tx.checkMinutes({ localUnit: 7, from: 0, to: 9 })],
      }));
    const before = await see();
    const broken = store.transaction(async (tx) => {
      await tx.putPurse(purseRow(3, { lastCounter: 9 }));
      await tx.addOrders([orderRow('a', a)]);
      await tx.putOrder(orderRow('a', a, { state: 'outstanding', counter: 1 }));
      await tx.putOutstanding({
        svpmsn: a,
        counter: 1,
        order: 'a',
        txid: toHex(txidOf('a')),
        amount: tokens(10),
        op: 'credit',
      });
      await tx.putWork([{ svpmsn: a, localUnit: 7, lane: 0, dueAt: at, attempts: 0, leased: true }]);
      await tx.post([sold(a, 10n)]);
      await tx.addTariff({
        version: 1,
        name: 'home',
        definition: { unitCharge: 1, bands: [] },
        validFrom: at,
        publishedAt: at,
      });
      await tx.putCommand({ ...COMMAND, svpmsn: a });
      await tx.addEvents([{ ...EVENT, svpmsn: a }]);
      await tx.putKnowledge({ ...KNOWN, svpmsn: a });
      await tx.putProfile(a, emptyDayProfile(1, 1));
      await tx.putTotals({ svpmsn: a, supply: 1, at, body: Uint8Array.of(1) });
      await tx.putLine({ ...LINE, localUnit: 7 });
      await tx.putSuspicions([
        { localUnit: 7, kind: 'no-answer', address: 1, svpmsn: a, sinceMs: 0, namedAt: at },
        { localUnit: 7, kind: 'doubled-id', address: 1, svpmsn: a, sinceMs: 0, namedAt: at },
      ]);
      await tx.deleteSuspicions([{ localUnit: 7, kind: 'no-answer', address: 1, svpmsn: a, sinceMs: 0, namedAt: at }]);
      await tx.putCheckMinute({ localUnit: 7, minute: 5, energy: milliwattHours(1) });
      await tx.setFact('instant-reserved', 5);
      throw new Error('the power went');
    });
    await assert.rejects(broken, /the power went/);
    assert.deepEqual(await see(), before);
    // And the store goes on as if nothing had been.
    await store.transaction((tx) => tx.addOrders([orderRow('a', a)]));
    assert.equal((await store.read((tx) => tx.nextWaiting(a)))?.id, 'a');
  });

  it('transactions run one after the other, however they are called', async (store, [a]) => {
    const add = () =>
      store.transaction(async (tx) => {
        const [purse] = await tx.pursesOf([a]);
        await tx.putPurse({ ...(purse as Purse), lastCounter: (purse as Purse).lastCounter + 1 });
      });
    await Promise.all(Array.from({ length: 20 }, add));
    assert.equal((await store.read((tx) => tx.pursesOf([a])))[0]?.lastCounter, 20);
  });

  it('no two orders have one id, one TXID, or one counter of one meter', async (store, [a, b]) => {
    await store.transaction((tx) => tx.addOrders([orderRow('a', a, { state: 'stored', counter: 1 })]));
    const refused = (order: Order) => assert.rejects(store.transaction((tx) => tx.addOrders([order])));
    await refused(orderRow('a', b, { txid: toHex(txidOf('b')) }));
    await refused(orderRow('b', b, { txid: toHex(txidOf('a')) }));
    await refused(orderRow('b', a, { state: 'stored', counter: 1 }));
    await store.transaction((tx) => tx.addOrders([orderRow('b', b, { state: 'stored', counter: 1 })]));
  });

  it('orders wait in the order in which they came, and are listed the newest first', async (store, [a, b]) => {
    await store.transaction(async (tx) => {
      const added = await tx.addOrders([orderRow('1', a), orderRow('2', b), orderRow('3', a)]);
      assert.deepEqual(added, await tx.ordersOf(['1', '2', '3']));
    });
    await store.read(async (tx) => {
      assert.equal((await tx.nextWaiting(a))?.id, '1');
      assert.deepEqual(
        (await tx.orders({ limit: 2 })).map(({ id }) => id),
        ['3', '2'],
      );
      const [last] = await tx.orders({ limit: 1 });
      assert.deepEqual(
        (await tx.orders({ limit: 9, svpmsn: a, before: last?.sequence ?? 0 })).map(({ id }) => id),
        ['1'],
      );
      assert.equal((await tx.ordersOfTxid([toHex(txidOf('2'))]))[0]?.svpmsn, b);
      assert.deepEqual(
        (await tx.ordersOf(['3', 'x'])).map((order) => order?.id),
        ['3', undefined],
      );
    });
    await store.transaction((tx) => tx.putOrder(orderRow('1', a, { state: 'stored', counter: 1, settledAt: at })));
    assert.equal((await store.read((tx) => tx.nextWaiting(a)))?.id, '3');
    assert.equal((await store.read((tx) => tx.ordersOf(['1'])))[0]?.counter, 1);
  });

  it('work is due by lane, time and meter, and what is leased is counted until its time', async (store, [a, b]) => {
    const later = milliseconds(at + 1000);
    const work = (id: Svpmsn, lane: 0 | 1, dueAt = at) => ({
      svpmsn: id,
      localUnit: 7,
      lane,
      dueAt,
      attempts: 2,
      leased: false,
    });
    await store.transaction((tx) => tx.putWork([work(a, 1), work(b, 0)]));
    await store.transaction(async (tx) => {
      assert.deepEqual(
        (await tx.claimDueWork({ localUnit: 7, now: at, limit: 9 })).map(({ svpmsn: id }) => id),
        [b, a],
      );
      assert.equal((await tx.claimDueWork({ localUnit: 7, now: at, limit: 1 })).length, 1);
      assert.deepEqual([await tx.dueUnits(at), await tx.dueUnits(milliseconds(at - 1))], [[7], []]);
    });
    await store.transaction((tx) => tx.putWork([{ ...work(a, 1, later), leased: true }]));
    await store.transaction(async (tx) => {
      assert.equal(await tx.leasedCount({ localUnit: 7, now: at }), 1);
      assert.equal(await tx.leasedCount({ localUnit: 7, now: later }), 0);
      assert.deepEqual(
        (await tx.claimDueWork({ localUnit: 7, now: at, limit: 9 })).map(({ svpmsn: id }) => id),
        [b],
      );
    });
    await store.transaction(async (tx) => {
      await tx.releaseAllWork(at);
      await tx.deleteWork(b);
    });
    assert.deepEqual(
      await store.read((tx) => tx.workOf([a, b])),
      [work(a, 1), undefined].map((row) => row && { ...row, attempts: 0 }),
    );
  });

  it('the ledger takes only postings that sum to zero, and sums what came after a line', async (store, [a, b]) => {
    await store.transaction((tx) => tx.post([sold(a, 10n), sold(b, 2n ** 40n), sold(a, 5n)]));
    const { last, sums } = await store.read((tx) => tx.ledgerSums(0));
    assert.deepEqual(sums, [
      { kind: 'sold', account: 'cash', svpmsn: a, amount: 15n },
      { kind: 'sold', account: 'prepaid', svpmsn: a, amount: -15n },
      { kind: 'sold', account: 'cash', svpmsn: b, amount: 2n ** 40n },
      { kind: 'sold', account: 'prepaid', svpmsn: b, amount: -(2n ** 40n) },
    ]);
    assert.deepEqual(await store.read((tx) => tx.ledgerSums(last)), { last, sums: [] });
    const lame = { ...sold(a, 1n), lines: [{ account: 'cash' as const, amount: 1n }] };
    await assert.rejects(store.transaction((tx) => tx.post([sold(a, 1n), lame])));
    assert.deepEqual(await store.read((tx) => tx.ledgerSums(last)), { last, sums: [] });
    const [newest] = await store.read((tx) => tx.postings({ limit: 1, svpmsn: a }));
    assert.deepEqual(newest, { ...sold(a, 5n), sequence: 3 });
  });

  it('a command takes the place of the one in its slot', async (store, [a]) => {
    await store.transaction(async (tx) => {
      await tx.putCommand({ ...COMMAND, svpmsn: a, slot: 'relay-1-switch', sequence: 1 });
      await tx.putCommand({ ...COMMAND, svpmsn: a, slot: 'clock-set', sequence: 2 });
      await tx.putCommand({ ...COMMAND, svpmsn: a, slot: 'relay-1-switch', sequence: 3, body: Uint8Array.of(9) });
    });
    await store.read(async (tx) => {
      assert.deepEqual(
        (await tx.commands(a)).map(({ slot, sequence }) => [slot, sequence]),
        [
          ['clock-set', 2],
          ['relay-1-switch', 3],
        ],
      );
      assert.deepEqual([(await tx.nextCommand(a))?.sequence, await tx.lastCommandSequence()], [2, 3]);
    });
    await store.transaction((tx) =>
      tx.putCommand({ ...COMMAND, svpmsn: a, slot: 'clock-set', sequence: 2, state: 'done', result: 0 }),
    );
    const next = await store.read((tx) => tx.nextCommand(a));
    assert.deepEqual(next, { ...COMMAND, svpmsn: a, slot: 'relay-1-switch', sequence: 3, body: Uint8Array.of(9) });
  });

  it('a command that awaits its local unit is listed with all that do, and is not next', async (store, [a, b]) => {
    const awaiting = { ...COMMAND, slot: 'key-monitoring', state: 'awaiting-local-unit', svpmsn: b } as const;
    await store.transaction(async (tx) => {
      for (const row of [awaiting, { ...awaiting, svpmsn: a, sequence: 2 }]) await tx.putCommand(row);
      await tx.putCommand({ ...awaiting, svpmsn: a, slot: 'clock-set', sequence: 3, state: 'waiting' });
    });
    await store.read(async (tx) => {
      assert.deepEqual(await tx.commandsAwaiting(), [awaiting, { ...awaiting, svpmsn: a, sequence: 2 }]);
      assert.deepEqual([(await tx.nextCommand(a))?.sequence, await tx.nextCommand(b)], [3, undefined]);
    });
  });

  it('a command is found by its slot', async (store, [a, b]) => {
    await store.transaction((tx) => tx.putCommand({ ...COMMAND, svpmsn: a }));
    await store.read(async (tx) => {
      assert.deepEqual(await tx.command(a, 'relay-1-switch'), { ...COMMAND, svpmsn: a });
      assert.deepEqual(
        [await tx.command(a, 'clock-set'), await tx.command(b, 'relay-1-switch')],
        [undefined, undefined],
      );
    });
  });

  it('an order that is to be taken back without a counter neither waits nor is lost', async (store, [a, b]) => {
    await store.transaction((tx) => tx.addOrders([orderRow('1', a), orderRow('2', a), orderRow('3', a)]));
    await store.transaction(async (tx) => {
      await tx.putOrder(orderRow('3', a, { state: 'voiding' }));
      await tx.putOrder(orderRow('2', a, { state: 'voiding' }));
      await tx.putOrder(orderRow('1', a, { state: 'voiding', counter: 1 }));
    });
    await store.read(async (tx) => {
      assert.deepEqual([(await tx.nextWithdrawn(a))?.id, await tx.nextWithdrawn(b)], ['2', undefined]);
      assert.equal(await tx.nextWaiting(a), undefined);
    });
    const refunded = orderRow('2', a, { state: 'refunded', why: 'voided', settledAt: at });
    await store.transaction((tx) => tx.putOrder(refunded));
    assert.equal((await store.read((tx) => tx.nextWithdrawn(a)))?.id, '3');
    const whyOf = async (id: string) => (await store.read((tx) => tx.ordersOf([id])))[0]?.why;
    assert.deepEqual([await whyOf('2'), await whyOf('3')], ['voided', undefined]);
  });

  it('lines and their suspicions are kept by local unit', async (store) => {
    const health = { fromMs: 1, toMs: 2, frames: 3, bytes: 4, airtimeMs: 5, retries: 6, garbled: 7 };
    const line = { ...LINE, localUnit: 9, health, healthAt: at };
    const refused = { ...LINE, localUnit: 3, mapRefusal: 'Send the newest map.', mapRefusedAt: at };
    const row = { localUnit: 9, kind: 'doubled-id', address: 4, svpmsn: svpmsn(5), sinceMs: 1, namedAt: at } as const;
    const silent = { ...row, kind: 'no-answer' } as const;
    await store.transaction(async (tx) => {
      await tx.putLine({ ...LINE, localUnit: 9 });
      await tx.putLine(line);
      await tx.putLine(refused);
      await tx.putSuspicions([silent, { ...row, address: 8 }, row, { ...row, localUnit: 10 }]);
      await tx.putSuspicions([{ ...row, namedAt: milliseconds(at + 1) }]);
      await tx.deleteSuspicions([{ ...row, address: 8 }]);
    });
    await store.read(async (tx) => {
      assert.deepEqual(await tx.lines(), [refused, line]);
      assert.deepEqual([await tx.line(9), await tx.line(4)], [line, undefined]);
      assert.deepEqual(await tx.suspicions(9), [{ ...row, namedAt: at + 1 }, silent]);
    });
  });

  it('a check meter keeps its last 35 days, and of two reports of a minute the larger', async (store) => {
    const minute = Math.floor(at / 60_000);
    const row = (of: number, energy: number) => ({ localUnit: 7, minute: of, energy: milliwattHours(energy) });
    const put = (...rows: ReturnType<typeof row>[]) =>
      store.transaction(async (tx) => {
        for (const each of rows) await tx.putCheckMinute(each);
      });
    const minutes = (from: number, to: number) => store.read((tx) => tx.checkMinutes({ localUnit: 7, from, to }));
    await put(row(minute, 5), row(minute + 1, 6), { ...row(minute, 9), localUnit: 8 });
    await put(row(minute, 4), row(minute + 1, 7));
    assert.deepEqual(await minutes(minute - 5, minute + 5), [row(minute, 5), row(minute + 1, 7)]);
    assert.deepEqual(await minutes(minute + 1, minute + 1), [row(minute + 1, 7)]);
    // 35 days later the first one's place is taken, and an older one does not come back.
    await put(row(minute + CHECK_MINUTES_KEPT, 8), row(minute, 50));
    const last = minute + CHECK_MINUTES_KEPT;
    assert.deepEqual(await minutes(minute, last - 1), [row(minute + 1, 7)]);
    assert.deepEqual(await minutes(minute + 1, last), [row(minute + 1, 7), row(last, 8)]);
    // Wherever in the ring a range lies, its minutes come in order.
    const end = Math.ceil(minute / CHECK_MINUTES_KEPT) * CHECK_MINUTES_KEPT;
    const around = [-2, -1, 0, 1].map((i) => row(end + i, 10 + i));
    await put(...around);
    assert.deepEqual(await minutes(end - 2, end + 1), around);
  });

  it('an order that was found becomes the sale it was: one row, at its place, with its TXID and TC', async (store, [
    a,
  ]) => {
    const found = orderRow('found:1', a, { state: 'found', counter: 1, source: 'found' });
    await store.transaction((tx) => tx.addOrders([found, orderRow('2', a)]));
    const moved = { source: 'card', orderedAt: milliseconds(at + 5) };
    const claimed: Order = { ...found, id: 'sale', state: 'refunded', why: 'full', ...moved };
    const foundOf = (source: string) => store.read((tx) => tx.foundOf(source));
    assert.deepEqual([await foundOf('foun'), await foundOf('2')], [[{ ...found, sequence: 1 }], []]);
    const undone = store.transaction(async (tx) => {
      await tx.claimOrder('found:1', claimed);
      throw new Error('undone');
    });
    await assert.rejects(undone, /undone/);
    const ids = () => store.read((tx) => tx.orders({ limit: 9 })).then((rows) => rows.map(({ id }) => id));
    assert.deepEqual(await ids(), ['2', 'found:1']);
    await store.transaction((tx) => tx.claimOrder('found:1', claimed));
    await store.read(async (tx) => {
      assert.deepEqual(await tx.ordersOf(['found:1', 'sale']), [undefined, { ...claimed, sequence: 1 }]);
      assert.equal((await tx.ordersOfTxid([found.txid]))[0]?.id, 'sale');
    });
    assert.deepEqual([await ids(), await foundOf('')], [['2', 'sale'], []]);
  });

  it('the latest version of a tariff is the tariff', async (store) => {
    const tariff = {
      name: 'home',
      definition: { unitCharge: 5, bands: [], otherwise: 100 },
      validFrom: at,
      publishedAt: at,
    };
    await store.transaction(async (tx) => {
      await tx.addTariff({ ...tariff, version: 1 });
      await tx.addTariff({ ...tariff, version: 2, name: 'farm' });
      await tx.addTariff({ ...tariff, version: 3 });
      await tx.addTariff({ ...tariff, version: 4, name: 'farm', validFrom: milliseconds(at + 1) });
    });
    await store.read(async (tx) => {
      assert.deepEqual(await tx.tariff('home'), { ...tariff, version: 3 });
      assert.deepEqual(
        (await tx.tariffs()).map(({ version }) => version),
        [4, 3],
      );
      const versionsOf = async (query: { readonly before?: number; readonly limit?: number }) =>
        (await tx.tariffVersions({ name: 'home', ...query })).map(({ version }) => version);
      assert.deepEqual(await versionsOf({}), [3, 1]);
      assert.deepEqual([await versionsOf({ before: 3 }), await versionsOf({ limit: 1 })], [[1], [3]]);
      assert.deepEqual(await tx.tariffVersions({ name: 'none' }), []);
      assert.deepEqual([await tx.lastTariffVersion(), await tx.tariffEdition({ name: 'home', version: 2 })], [4, 1]);
      assert.deepEqual(
        (await tx.tariffsOf([3, 9, 1])).map((version) => version?.version),
        [3, undefined, 1],
      );
      // In force at an instant: from it on, and not before.
      const inForce = async (from: number) => (await tx.tariff('farm', milliseconds(from)))?.version;
      assert.deepEqual([await inForce(at - 1), await inForce(at), await inForce(at + 1)], [undefined, 2, 4]);
      assert.equal(await tx.tariff('none'), undefined);
    });
  });

  it('what meters tell is kept: events once, profiles and totals as last put', async (store, [a, b]) => {
    const profile = emptyDayProfile(20_000, 2);
    profile.energies[7] = 0x1234;
    profile.bands[1] = 0xc0;
    await store.transaction(async (tx) => {
      const first = [
        { ...EVENT, svpmsn: a },
        { ...EVENT, svpmsn: b },
      ];
      const second = { ...EVENT, svpmsn: a, sequence: 2 };
      assert.deepEqual(await tx.addEvents(first), first);
      assert.deepEqual(await tx.addEvents([{ ...EVENT, svpmsn: a, value: 99 }, second]), [second]);
      await tx.putProfile(a, emptyDayProfile(20_000, 2));
      await tx.putProfile(a, profile);
      await tx.putTotals({ svpmsn: a, supply: 1, at, body: Uint8Array.of(1) });
      await tx.putTotals({ svpmsn: a, supply: 1, at, body: Uint8Array.of(2) });
      await tx.putKnowledge({ ...KNOWN, svpmsn: a, clockOffsetMs: -5 });
      await tx.setFact('address-map-version', 4);
    });
    await store.read(async (tx) => {
      assert.deepEqual(
        (await tx.events({ limit: 9, svpmsn: a })).map(({ sequence, value }) => [sequence, value]),
        [
          [2, 1],
          [1, 1],
        ],
      );
      const found = await tx.profiles({ svpmsn: a, supply: 2, fromDay: 19_999, toDay: 20_000 });
      assert.deepEqual(
        found.map(({ day, supply, energies }) => [day, supply, energies[7], energies[8]]),
        [[20_000, 2, 0x1234, 0xffff]],
      );
      assert.deepEqual([...(found[0]?.bands ?? [])], [...profile.bands]);
      assert.deepEqual(
        (await tx.totals(a)).map(({ body }) => [...body]),
        [[2]],
      );
      assert.deepEqual(await tx.knowledgeOf([a, b]), [{ ...KNOWN, svpmsn: a, clockOffsetMs: -5 }, undefined]);
      assert.deepEqual([await tx.fact('address-map-version'), await tx.fact('instant-reserved')], [4, undefined]);
    });
  });

  test(`${name}: a closed store refuses by its reason`, { skip }, async () => {
    const { store, clean } = await open();
    await store.close();
    const refused = (error: unknown) => error instanceof StoreError && error.reason === 'store-closed';
    await assert.rejects(
      store.read((tx) => tx.meterCount()),
      refused,
    );
    clean();
  });
}

const COMMAND = {
  slot: 'relay-1-switch',
  sequence: 1,
  h: 0x22,
  body: Uint8Array.of(1, 0),
  version: 0,
  state: 'waiting',
  result: undefined,
  orderedAt: at,
  settledAt: undefined,
} as const;
const EVENT = {
  sequence: 1,
  time: unixSeconds(5),
  kind: EventKind.coverOpened,
  supply: 0,
  detail: 0,
  value: 1,
  heardAt: at,
} as const;
const LINE = {
  healthAt: undefined,
  health: undefined,
  checkedAt: undefined,
  mapRefusedAt: undefined,
  mapRefusal: undefined,
} as const;
const KNOWN: Omit<Knowledge, 'svpmsn'> = {
  heardAt: at,
  balance: tokens(5),
  balanceAt: at,
  flags: 3,
  flagsAt: at,
  ...{ infoAt: undefined, owed: undefined, clockOffsetMs: undefined },
  ...{ tableVersion: undefined, lastDay: undefined, nextEvent: undefined },
  policyAt: at,
  policyVersion: 7,
  nextTableVersion: 0,
  profileDay: 20_000,
  voltageDay: 19_999,
  voltageAskAt: at,
  eventsBefore: 7,
  linkedEvent: 6,
  eventLink: Uint8Array.of(0, 9, 255),
  attentionAt: undefined,
  attention: undefined,
  alarms: 1,
  alarmsAt: at,
};

for (const kind of STORES) storeContract(kind);

for (const { name, skip, open } of STORES) {
  test(`${name}: a host on a bad line comes to the same books as in memory`, { skip }, async () => {
    const { store, clean } = await open();
    try {
      assert.deepEqual(await booksOfABadLine(store), await booksOfABadLine(new MemoryStore()));
    } finally {
      await store.close();
      clean();
    }
  });
}

async function booksOfABadLine(store: Store): Promise<unknown> {
  const rig = new Rig(store, { seed: 7 });
  for (let i = 0; i < 4; i++) await rig.enrol(i);
  rig.faults = { oneIn: 5 };
  await rig.host.sellAll(
    Array.from({ length: 12 }, (_, i) => ({ meter: i % 4, amount: 2 ** i, orderId: `order ${i}`, source: 'cash' })),
  );
  await rig.host.voidOrder('order 11');
  await rig.host.command(2, { type: 'clock-set' });
  await rig.settle();
  const books = await rig.host.books();
  assert.deepEqual([books.balanced, books.inFlight, books.issued], [true, 0n, 4095n]);
  return [books, await rig.host.orders({ limit: 99 }), await rig.host.postings({ limit: 99 }), await rig.host.meters()];
}
