import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { ValueOp } from '../exchange/index.ts';
import {
  AttentionReason,
  decodeUseRequest,
  emptyTotals,
  encodeMonitoringStatus,
  encodeUseAnswer,
} from '../records/index.ts';
import { milliseconds, type Svpmsn, svpmsn, tokens, unixSeconds } from '../units/index.ts';
import { checkBooks } from './book-check.ts';
import { NEW_CARD_METER } from './card-meters.ts';
import { cardRow, purseRow } from './cards.testing.ts';
import { type Act, MemoryStore, type MoveIn, type MoveOut } from './index.ts';
import { putOccupant } from './leaving.ts';
import { made, Rig } from './rig.testing.ts';

const HOME = 0xa;
const NEXT = 0xb;
const ACT: Act = {
  ...{ at: milliseconds(0), by: 'han', role: 'operator', action: 'moveOut', subject: 'meter 00000a' },
  ...{ detail: '', request: 'a-request' },
};
const out = (rig: Rig, more: Partial<MoveOut> = {}) =>
  rig.host.by(ACT).moveOut({ meter: HOME, isDead: false, ...more });
const into = (rig: Rig, more: Partial<MoveIn> = {}) =>
  rig.host.by(ACT).moveIn({ meter: HOME, subscriber: 'lee', ...more });
const sale = (amount: number, orderId: string, meter = HOME) => ({ meter, amount, orderId, source: 'cash' });
const tenancies = async (rig: Rig) => made(await rig.host.tenancies(HOME));
const arrearsOf = async (rig: Rig, meter: number) => made(await rig.host.dues(meter)).arrears;
const owedBy = async (rig: Rig, subscriber: string) => made(await rig.host.duesOfPerson(subscriber)).arrears;

/** Kim, who bought 100 tokens and spent 30; Lee, who waits for the flat. */
async function household(seed = 1, suite: Suite = Suite.aes128) {
  const rig = new Rig(new MemoryStore(), { seed });
  const home = await rig.enrol(HOME, { suite });
  await rig.host.addSubscriber({ id: 'lee', name: 'Lee', contact: '' });
  await rig.host.sell(sale(90, 'first'));
  await rig.settle();
  home.spend(30);
  await rig.host.sell(sale(10, 'second'));
  await rig.settle();
  return { rig, home };
}

type Household = Awaited<ReturnType<typeof household>>;

/** What the meter tells on its line, a while later. */
async function told({ rig, home }: Household): Promise<void> {
  rig.clock.ms += 10_000;
  const clock = unixSeconds(Math.floor(rig.clock.ms / 1000));
  const { balance, owed } = home;
  const known = { tableVersion: 0, nextEvent: 1, lastDay: 0, flags: 0 };
  const status = encodeMonitoringStatus({ clock, balance: tokens(balance), owed: tokens(owed), ...known });
  await rig.poll(home.id, { status });
}

/** The equations, the purses, and what each meter and each person owes, against the ledger. */
async function assertAudited(rig: Rig, ids: readonly number[], people: readonly string[] = ['kim', 'lee']) {
  const { sums } = await rig.store.read((tx) => tx.ledgerSums(0));
  const purses = await rig.store.read((tx) => tx.pursesOf(ids as Svpmsn[]));
  const { findings } = await checkBooks(sums, { purses: purses.flatMap((purse) => purse ?? []), agents: [] });
  assert.deepEqual(findings, []);
  const posted = new Map<unknown, bigint>();
  for (const { account, svpmsn: of, amount } of sums) {
    if (account === 'arrears') posted.set(of, (posted.get(of) ?? 0n) + amount);
  }
  for (const id of ids) assert.equal(posted.get(id) ?? 0n, await arrearsOf(rig, id), `arrears of ${id}`);
  let owed = 0n;
  for (const id of people) owed += await owedBy(rig, id);
  assert.equal(posted.get(undefined) ?? 0n, owed, 'what people without a meter owe');
}

test('a household moves out with a last reading, and what was left is paid out to it once', async () => {
  const { rig, home } = await household();
  assert.equal(made(await out(rig)).state, 'leaving');
  await rig.settle();
  const [left] = await tenancies(rig);
  assert.deepEqual(
    [left?.state, left?.reading, left?.balance, left?.owed, left?.refund],
    ['left', 'proved', 70n, 0n, 70n],
  );
  assert.deepEqual([home.balance, home.closed], [0, 70]);
  assert.equal(made(await rig.host.meter(HOME)).meter.subscriber, 'unoccupied');
  const rest = { id: left?.id as string, method: 'cash' } as const;
  const { paidOutAt } = made(await rig.host.by(ACT).payOutRest(rest));
  rig.clock.ms += 1_000;
  assert.equal(made(await rig.host.by(ACT).payOutRest(rest)).paidOutAt, paidOutAt);
  const { sums } = await rig.store.read((tx) => tx.ledgerSums(0));
  const of = (account: string) => sums.reduce((all, each) => (each.account === account ? all + each.amount : all), 0n);
  assert.deepEqual([of('cash'), of('value-moved') + of('closed-purses')], [30n, 0n], 'what was used stays paid for');
  await assertAudited(rig, [HOME]);
});

test('the next household begins with nothing in the meter, nothing owed, and buys', async () => {
  const { rig, home } = await household();
  made(await rig.host.bookDebt({ meter: HOME, amount: 500, reference: 'a loan' }));
  made(await out(rig));
  await rig.settle();
  const begun = made(await into(rig));
  assert.deepEqual([begun.state, begun.subscriber], ['living', 'lee']);
  await rig.settle();
  assert.deepEqual(home.controlled.map(({ h, body }) => [h, ...body]).slice(-2), [
    [0x22, 0, 0],
    [0x22, 0, 1],
  ]);
  const { arrears, fixedCharge } = made(await rig.host.dues(HOME));
  assert.deepEqual([arrears, fixedCharge, await owedBy(rig, 'kim')], [0n, 0n, 430n], 'a rest of 70 pays 70 of 500');
  made(await rig.host.sell(sale(40, "lee's")));
  await rig.settle();
  assert.deepEqual([home.balance, home.closed, home.credited], [40, 70, 140]);
  const books = await rig.host.books();
  assert.deepEqual([books.balanced, books.valueInMeters, books.closed], [true, 40n, 70n]);
  await assertAudited(rig, [HOME]);
});

test('value and arrears go to the meter to which the household moves, and what a person owes to the one they get', async () => {
  const { rig, home } = await household();
  const next = await rig.enrol(NEXT);
  made(await rig.host.bookDebt({ meter: HOME, amount: 25, reference: 'a loan' }));
  made(await out(rig, { next: NEXT }));
  await rig.settle();
  const [left] = await tenancies(rig);
  assert.deepEqual([left?.carried, left?.refund, left?.settled], [70, 0n, 0n]);
  assert.deepEqual(
    [home.balance, next.balance, await arrearsOf(rig, HOME), await arrearsOf(rig, NEXT)],
    [0, 70, 0n, 25n],
  );
  await assertAudited(rig, [HOME, NEXT]);

  // They leave that one too, with nothing but arrears, and are given another months later.
  next.spend(70);
  made(await rig.host.by(ACT).moveOut({ meter: NEXT, isDead: false }));
  await rig.settle();
  assert.equal(await owedBy(rig, 'kim'), 25n);
  rig.clock.ms += 100 * 86_400_000;
  await rig.enrol(0xc);
  assert.deepEqual([await owedBy(rig, 'kim'), await arrearsOf(rig, 0xc)], [0n, 25n]);
  await assertAudited(rig, [HOME, NEXT, 0xc]);
});

test('fixed charges are theirs who lived there when a month began, and are paid with the rest', async () => {
  const { rig } = await household();
  made(await rig.host.publishTerms(TERMS));
  rig.clock.ms += 31 * 86_400_000;
  made(await out(rig));
  await rig.settle();
  const [left] = await tenancies(rig);
  // 20 for the month that began, and a fifth of it is tax on top.
  assert.deepEqual([left?.settled, left?.refund], [24n, 46n]);
  made(await into(rig));
  assert.equal(made(await rig.host.dues(HOME)).fixedCharge, 0n, 'the running month was charged');
  rig.clock.ms += 31 * 86_400_000;
  assert.equal(made(await rig.host.dues(HOME)).fixedCharge, 20n);
  await assertAudited(rig, [HOME]);
});

const TERMS = {
  currency: { code: 'EUR', number: 978, exponent: 2 },
  ...{ taxBasisPoints: 2_000, fixedChargePerMonth: 20, recoveryPercentMax: 50, fees: {} },
};

test('emergency credit of who leaves is on their arrears, and the next household does not repay it', async () => {
  const at = await household();
  const { rig, home } = at;
  home.spend(70);
  home.owed = 60;
  await told(at);
  made(await out(rig));
  await rig.settle();
  const [waits] = await tenancies(rig);
  assert.equal(waits?.state, 'leaving', 'what is owed is not told by a receipt');
  const early = await into(rig);
  assert.ok('reason' in early && early.reason === 'meter-leaving');
  // Said before its purse was closed, and on its way since: it says nothing of now.
  const { balance } = made(await rig.host.meter(HOME)).known ?? {};
  assert.equal(balance, 0);
  await told(at);
  await rig.settle();
  assert.deepEqual([home.owed, home.balance, home.valueOps.slice(-2)], [0, 0, [ValueOp.close, ValueOp.credit]]);
  const [left] = await tenancies(rig);
  assert.deepEqual([left?.state, left?.owed, left?.balance, left?.refund], ['left', 60n, 0n, 0n]);
  assert.equal(await owedBy(rig, 'kim'), 60n);
  made(await into(rig));
  await rig.settle();
  made(await rig.host.sell(sale(40, "lee's")));
  await rig.settle();
  assert.deepEqual([home.balance, await arrearsOf(rig, HOME)], [40, 0n]);
  const { owed, balanced } = await rig.host.books();
  assert.deepEqual([owed, balanced], [0n, true]);
  await assertAudited(rig, [HOME]);
});

test('what comes to the meter after its purse was closed is taken out too, and is theirs who leave', async () => {
  const at = await household();
  const { rig, home } = at;
  home.owed = 5;
  made(await out(rig));
  await rig.settle();
  home.creditFromElsewhere(12, new Uint8Array(8).fill(7));
  await told(at);
  for (let again = 0; again < 6; again++) {
    await rig.settle();
    await told(at);
  }
  const [left] = await tenancies(rig);
  assert.deepEqual([left?.state, home.balance, home.owed], ['left', 0, 0]);
  assert.equal(left?.balance, 77n, '70, and 12 of which 5 repaid what was lent');
  await assertAudited(rig, [HOME]);
});

test('an order in flight is taken back before, and value moves once, whatever is lost or forgotten by a host that dies', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const { rig, home } = await household(seed);
    const next = await rig.enrol(NEXT);
    rig.meters.delete(home.id);
    await rig.host.sell(sale(7, 'on its way'));
    await rig.settle(5_000);
    await rig.host.sell(sale(8, 'waits'));
    rig.meters.set(home.id, home);
    rig.faults = { oneIn: 3 };
    for (let again = 0; again < 6; again++) {
      made(await out(rig, { next: NEXT }));
      await rig.settle(20_000);
      if (again % 2 === 1) {
        rig.host = rig.newHost();
        await rig.host.start();
      }
    }
    rig.faults = undefined;
    await rig.settle();
    const inFlight = made(await rig.host.order('on its way')).state;
    const all = inFlight === 'stored' ? 77 : 70;
    assert.equal(made(await rig.host.order('waits')).state, 'refunded');
    assert.deepEqual([home.balance, next.balance, next.credited], [0, all, all], `seed ${seed}`);
    assert.deepEqual(
      (await tenancies(rig)).map(({ state, carried }) => [state, carried]),
      [['left', all]],
    );
    await assertAudited(rig, [HOME, NEXT]);
  }
});

test('books that were put back to before the closing was booked hear of it again, and settle it once', async () => {
  const { rig, home } = await household();
  const next = await rig.enrol(NEXT);
  made(await out(rig, { next: NEXT }));
  const before = await (rig.store as MemoryStore).copy();
  await rig.settle();
  assert.deepEqual([home.balance, next.credited], [0, 70]);
  rig.store = before;
  rig.host = rig.newHost();
  await rig.startRestored();
  await rig.settle();
  // Its receipts came with an answer to a question; that nothing is owed it tells with its next poll.
  await told({ rig, home });
  await rig.settle();
  assert.deepEqual([home.closed, next.credited, (await tenancies(rig))[0]?.state], [70, 70, 'left']);
  assert.equal((await rig.host.books()).found, 0n);
  await assertAudited(rig, [HOME, NEXT]);
});

test('what cards brought to the meter stays between it and them: whoever comes next has none of it', async () => {
  const { rig } = await household();
  const row = { ...NEW_CARD_METER, id: '00000a', svpmsn: svpmsn(HOME), provider: '1-1', subscriber: 'kim', n: 32 };
  const card = '04a1b2c3d4e5f6';
  const { meter } = made(await rig.host.meter(HOME));
  await rig.store.transaction(async (tx) => {
    await tx.cards.put([cardRow('kim')]);
    await tx.cardPurses.put([purseRow({ provider: '1-1', handed: 40n, toOthers: 5n })]);
    const came = { enrolledAt: milliseconds(0), line: true, awaited: false, fromCards: 30n, fromOthers: 0n };
    await tx.offlineMeters.put([{ ...row, ...came }]);
    await putOccupant(tx, meter, 'lee');
  });
  await rig.store.read(async (tx) => {
    const [there] = await tx.offlineMeters.of(['00000a']);
    assert.deepEqual(
      [there?.subscriber, there?.fromCards, there?.fromOthers, there?.handedThen],
      ['lee', 30n, 30n, 0n],
    );
    const [purse] = await tx.cardPurses.of([`${card}-2`]);
    assert.deepEqual([purse?.toOthers, (await tx.cards.of([card]))[0]?.subscriber], [35n, 'kim']);
  });
});

test('while a meter is dark nobody is gone and nobody comes; of a dead one the balance last proved is theirs', async () => {
  const { rig, home } = await household();
  rig.meters.delete(home.id);
  const waits = made(await out(rig));
  await rig.settle(60_000);
  assert.deepEqual(made(await out(rig)), waits, 'asked again, the same');
  const early = await into(rig);
  assert.ok('reason' in early && /has not told its last reading/.test(early.sentence));
  // Nobody knows of what it spent since.
  home.spend(4);
  const left = made(await out(rig, { isDead: true }));
  assert.deepEqual([left.state, left.reading, left.balance, left.refund], ['left', 'last-proved', 70n, 70n]);
  assert.deepEqual(made(await out(rig, { isDead: true })), left);
  rig.meters.set(home.id, home);
  await rig.settle();
  assert.deepEqual([home.closed, (await tenancies(rig)).length], [0, 1], 'nothing is taken out of it any more');
  assert.ok(home.controlled.some(({ h }) => h === 0x22));
  const refused = await into(rig);
  assert.ok('reason' in refused && /given up as dead/.test(refused.sentence));
  await assertAudited(rig, [HOME]);
});

test('of a dead meter emergency credit that it told of is owed by the person', async () => {
  const at = await household();
  const { rig, home } = at;
  home.spend(70);
  home.owed = 60;
  await told(at);
  rig.meters.delete(home.id);
  const left = made(await out(rig, { isDead: true }));
  assert.deepEqual([left.owed, left.balance, left.refund, await owedBy(rig, 'kim')], [60n, 0n, 0n, 60n]);
  await assertAudited(rig, [HOME]);
});

// Receipts of 3des-xo say nothing of what is owed: it is known when the meter is polled the next time.
test('emergency credit that was repaid in a meter that then died is owed once', async () => {
  const at = await household(1, Suite.tripleDesXo);
  const { rig, home } = at;
  home.spend(70);
  home.owed = 60;
  await told(at);
  made(await out(rig));
  await rig.settle();
  await told(at);
  await rig.settle();
  const [waits] = await tenancies(rig);
  assert.deepEqual([home.owed, home.valueOps.at(-1), waits?.state], [0, ValueOp.credit, 'leaving']);
  rig.meters.delete(home.id);
  const left = made(await out(rig, { isDead: true }));
  assert.deepEqual([left.owed, left.balance, left.refund, await owedBy(rig, 'kim')], [60n, 0n, 0n, 60n]);
  const { owed, valueInMeters, balanced } = await rig.host.books();
  assert.deepEqual([owed, valueInMeters, balanced], [0n, 0n, true]);
  await assertAudited(rig, [HOME]);
});

test('what was found in the meter after its purse was closed is theirs, also when it dies before it is taken out', async () => {
  const at = await household(1, Suite.tripleDesXo);
  const { rig, home } = at;
  await told(at);
  rig.clock.ms += 10_000;
  made(await out(rig));
  await rig.settle();
  // The meter is asked for its receipts, and tells nothing else before it dies.
  home.creditFromElsewhere(12, new Uint8Array(8).fill(7));
  const reasons = AttentionReason.memoryDamaged;
  const message = { type: 'attention', svpmsn: home.id, counter: 1, atMs: rig.clock.ms, reasons } as const;
  await rig.host.handle({ type: 'grid', localUnit: 1, message });
  await rig.settle();
  const { found } = await rig.host.books();
  assert.deepEqual([found, (await tenancies(rig))[0]?.state], [12n, 'leaving']);
  rig.meters.delete(home.id);
  const left = made(await out(rig, { isDead: true }));
  assert.deepEqual([left.state, left.balance, left.refund], ['left', 82n, 82n]);
  assert.deepEqual((await rig.host.books()).valueInMeters, 0n);
  await assertAudited(rig, [HOME]);
});

test('what a dead meter that comes back takes no more is due again by who left, and not at the meter', async () => {
  const at = await household();
  const { rig, home } = at;
  made(await rig.host.publishTerms({ ...TERMS, fixedChargePerMonth: 0 }));
  made(await rig.host.bookDebt({ meter: HOME, amount: 30, reference: 'a loan' }));
  rig.meters.delete(home.id);
  made(await rig.host.purchase({ meter: HOME, paid: 40, method: 'cash', orderId: 'on its way' }));
  await rig.settle(5_000);
  assert.equal(await arrearsOf(rig, HOME), 10n);
  const left = made(await out(rig, { isDead: true }));
  assert.deepEqual([left.balance, left.settled, await owedBy(rig, 'kim')], [70n, 10n, 0n]);
  rig.meters.set(home.id, home);
  await rig.settle();
  assert.equal(made(await rig.host.order('on its way')).state, 'refunded');
  assert.deepEqual([await arrearsOf(rig, HOME), await owedBy(rig, 'kim')], [0n, 20n]);
  await assertAudited(rig, [HOME]);
});

test('emergency credit for which the meter has no room is owed once, also when the meter dies and comes back', async () => {
  for (const isDead of [false, true]) {
    const at = await household();
    const { rig, home } = at;
    home.spend(70);
    home.owed = 60;
    await told(at);
    made(await out(rig));
    await rig.settle();
    await told(at);
    if (isDead) {
      rig.meters.delete(home.id);
      await rig.settle(5_000);
      const left = made(await out(rig, { isDead }));
      assert.deepEqual([left.state, left.owed, await owedBy(rig, 'kim')], ['left', 60n, 60n]);
      rig.meters.set(home.id, home);
    }
    home.balance = 0xffff_ffff;
    await rig.settle();
    const repayments = async () =>
      (await rig.host.orders({ limit: 9 })).filter(({ source }) => source === 'move-out').map(({ state }) => state);
    assert.deepEqual(await repayments(), ['refunded']);
    await assertAudited(rig, [HOME]);
    home.balance = 0;
    await told(at);
    await rig.settle();
    assert.deepEqual(await repayments(), isDead ? ['refunded'] : ['stored', 'refunded']);
    const [left] = await tenancies(rig);
    assert.deepEqual([left?.state, left?.owed], ['left', 60n]);
    assert.deepEqual([await arrearsOf(rig, HOME), await owedBy(rig, 'kim')], [0n, 60n]);
    await assertAudited(rig, [HOME]);
  }
});

/** The meter tells its register with all else. */
async function tellRegister({ rig, home }: Household, registerImport: number): Promise<void> {
  rig.clock.ms += 10_000;
  const clock = unixSeconds(Math.floor(rig.clock.ms / 1000));
  const head = { result: 0, balance: tokens(home.balance), clock } as const;
  const info = { owed: tokens(0), flags: 0, tableVersion: 0, nextTableVersion: 0, policyVersion: 0, daysHeld: 0 };
  const totals = [{ ...emptyTotals(1, { day: 20_000, month: 600 }), registerImport }];
  const more = { modeTable: null, policy: null, profiles: [], totals };
  const use = { head, info: { ...info, lastDay: 0, nextEvent: 1 }, ...more };
  await rig.poll(home.id, { use: encodeUseAnswer(use) });
}

test('the register they left is asked for until the meter has told it, and neither before nor afterwards', async () => {
  const flat = await household();
  const { rig } = flat;
  const wantsTotals = (use: Uint8Array) => {
    const request = decodeUseRequest(use);
    return 'totals' in request && request.totals;
  };
  const asked = () => rig.told.splice(0).filter((message) => message.type === 'collect' && wantsTotals(message.use));
  const pollAnHourLater = async () => {
    rig.clock.ms += 3_600_000;
    await told(flat);
    return asked().length;
  };
  await tellRegister(flat, 1_000);
  assert.equal(await pollAnHourLater(), 0, 'somebody lives there');
  made(await out(rig));
  await rig.settle();
  assert.equal((await tenancies(rig))[0]?.state, 'left');
  asked();
  assert.deepEqual([await pollAnHourLater(), await pollAnHourLater()], [1, 1]);
  await tellRegister(flat, 1_234);
  assert.equal((await tenancies(rig))[0]?.register, 1_234);
  asked();
  assert.equal(await pollAnHourLater(), 0);
  made(await into(rig));
  await rig.settle();
  asked();
  assert.equal(await pollAnHourLater(), 0);
});

test('the register they left is told with the reading, or as soon as the meter tells it', async () => {
  const flat = await household();
  const { rig } = flat;
  const tell = (registerImport: number) => tellRegister(flat, registerImport);
  await tell(1_000);
  rig.clock.ms += 60_000;
  made(await out(rig));
  await rig.settle();
  assert.equal((await tenancies(rig))[0]?.register, 1_000);
  await tell(1_234);
  assert.equal((await tenancies(rig))[0]?.register, 1_234);
  await tell(9_999);
  assert.equal((await tenancies(rig))[0]?.register, 1_234, 'what flows later is not theirs');
});

test('asked again it answers the same, moving out and in, and asked for something else it is refused', async () => {
  const { rig } = await household();
  await rig.enrol(NEXT);
  const asked = made(await out(rig));
  assert.deepEqual(made(await out(rig)), asked);
  const other = await out(rig, { next: NEXT });
  assert.ok('reason' in other && other.reason === 'moving-differs');
  await rig.settle();
  const left = made(await out(rig));
  assert.equal(left.state, 'left');
  assert.deepEqual(made(await out(rig)), left);
  const came = made(await into(rig));
  rig.clock.ms += 5_000;
  assert.deepEqual(made(await into(rig)), came);
  const taken = await into(rig, { subscriber: 'kim' });
  assert.ok('reason' in taken && /is of subscriber "lee": let that household move out first/.test(taken.sentence));
  // And who came may leave: another tenancy, with a reading of its own.
  await rig.settle();
  made(await rig.host.sell(sale(40, "lee's")));
  await rig.settle();
  made(await out(rig));
  await rig.settle();
  assert.deepEqual(
    (await tenancies(rig)).map(({ subscriber, balance }) => [subscriber, balance]),
    [
      ['lee', 40n],
      ['kim', 70n],
    ],
  );
  await assertAudited(rig, [HOME]);
});

test('who cannot move is refused with what to do, and nothing has changed', async () => {
  const { rig, home } = await household();
  await rig.enrol(0xc, { subscriber: 'lee' });
  await rig.enrol(0xd, { suite: Suite.tripleDes });
  await rig.enrol(0xe);
  made(await rig.host.closePurse({ meter: 0xe, orderId: 'gone' }));
  await rig.settle();
  const before = await rig.host.postings({ limit: 1_000 });
  for (const isDead of [false, true]) {
    for (const [asked, sentence] of [
      [{ meter: 0xf }, /No meter 00000f/i],
      [{ meter: 0xd }, /Suite 3des has no command/],
      [{ meter: 0xe }, /its purse is closed/],
      [{ next: HOME }, /is no other meter of subscriber "kim"/],
      [{ next: 0xc }, /Meter 00000c is no other meter of subscriber "kim"/i],
      [{ next: 0xe }, /its purse is closed/],
      [{ next: 0xf }, /No meter 00000f/i],
    ] as const) {
      const refused = await out(rig, { ...asked, isDead });
      assert.ok('reason' in refused, JSON.stringify(asked));
      assert.match(refused.sentence, sentence);
    }
  }
  for (const [asked, sentence] of [
    [{}, /Meter 00000a is of subscriber "kim": let that household/i],
    [{ meter: 0xf }, /No meter 00000f/i],
  ] as const) {
    const refused = await into(rig, asked);
    assert.ok('reason' in refused);
    assert.match(refused.sentence, sentence);
  }
  assert.deepEqual(await rig.host.postings({ limit: 1_000 }), before);
  assert.equal(home.balance, 70);
  made(await out(rig));
  await rig.settle();
  for (const [refused, sentence] of [
    [await into(rig, { subscriber: 'nobody' }), /no subscriber "nobody"/],
    [await into(rig, { subscriber: 'unoccupied' }), /no subscriber "unoccupied"/],
    [await rig.host.sell(sale(5, 'late')), /its purse is closed/],
    [await rig.host.bookDebt({ meter: HOME, amount: 5, reference: 'a bill' }), /Nobody lives at meter 00000a/i],
    [await rig.host.addSubscriber({ id: 'unoccupied', name: 'Me', contact: '' }), /kept for meters where nobody lives/],
    [await rig.host.closePurse({ meter: HOME, orderId: 'move-out:00000a-00001#2' }), /may not begin with "move-out:"/],
    [await rig.host.voidOrder('move-out:00000a-00001#1'), /closes a purse/],
  ] as const) {
    assert.ok('reason' in refused);
    assert.match(refused.sentence, sentence);
  }
});

test('what was agreed for the meter ends with the household', async () => {
  const { rig } = await household();
  const id = String(HOME);
  await rig.store.transaction(async (tx) => {
    const limits = { threshold: 5, paid: 100, perDayMax: 1_000, perMonthMax: 1_000, agreedAt: milliseconds(0) };
    const begun = { count: 0, day: 0, paidThatDay: 0, month: 0, paidThatMonth: 0 };
    const account = { type: 'mandate', reference: 'R' } as const;
    await tx.contracts.put([{ id, svpmsn: svpmsn(HOME), port: 'bank', account, ...limits, ...begun }]);
    const choice = {
      id,
      svpmsn: svpmsn(HOME),
      number: '49',
      language: 'en',
      causes: ['stored'],
      chosenAt: milliseconds(0),
    };
    await tx.messageChoices.put([choice as never]);
  });
  made(await out(rig));
  const ended = async () =>
    rig.store.read(async (tx) => [...(await tx.contracts.of([id])), ...(await tx.messageChoices.of([id]))]);
  assert.deepEqual(await ended(), [undefined, undefined]);
});

test('when each of them had the meter is told by name', async () => {
  const { rig } = await household();
  const stay = (subscriber: string) => rig.host.stay({ meter: HOME, subscriber });
  const { enrolledAt } = made(await rig.host.meter(HOME)).meter;
  assert.deepEqual(await stay('kim'), { subscriber: 'kim', from: 0, until: undefined });
  assert.equal('reason' in (await stay('lee')), true);
  made(await out(rig));
  await rig.settle();
  const leftAt = (await tenancies(rig))[0]?.leftAt as number;
  rig.clock.ms += 3_600_000;
  made(await into(rig));
  assert.deepEqual(await stay('kim'), { subscriber: 'kim', from: enrolledAt, until: leftAt + 1 });
  assert.deepEqual(await stay('lee'), { subscriber: 'lee', from: rig.clock.ms, until: undefined });
});
