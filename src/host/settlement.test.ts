import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyDayProfile } from '../records/index.ts';
import { svpmsn } from '../units/index.ts';
import type { HostFailure } from './index.ts';
import { dividing } from './ledger.ts';
import { made, type Rig } from './rig.testing.ts';
import { FEBRUARY, MARCH, passMonth, settledUtility, TERMS, tellMinutes } from './settlement.testing.ts';
import { settledMinutes } from './settlement-minutes.ts';
import { settlementCsv } from './settlement-sheet.ts';

const reasonOf = (answer: object): HostFailure['reason'] => (answer as HostFailure).reason;
const close = (rig: Rig, month: string, terms = TERMS) => rig.host.closePeriod({ month, terms });

/** A meter that buys and spends in February, under a transformer that carries 1 Wh a minute. */
async function february(): Promise<Rig> {
  const rig = await settledUtility();
  const meter = await rig.enrol(1);
  rig.clock.ms = FEBRUARY.first * 60_000 - 3_600_000;
  made(await rig.host.sell({ meter: 1, amount: 500, orderId: 'before', source: 'cash' }));
  await rig.settle();
  // The 11th of 28 days, at one.
  rig.clock.ms = (FEBRUARY.first + 10 * 1440 + 60) * 60_000;
  meter.spend(300);
  made(await rig.host.sell({ meter: 1, amount: 1_000, orderId: 'within', source: 'cash' }));
  await rig.settle();
  await tellMinutes(rig, 1, FEBRUARY, () => 1_000);
  await rig.store.transaction(async (tx) => {
    for (let day = 0; day < 29; day++) {
      const profile = emptyDayProfile(Math.floor(FEBRUARY.first / 1440) + day, 1);
      profile.energies.fill(9);
      await tx.putProfile(svpmsn(1), profile);
    }
  });
  return rig;
}

test('a month that is over is closed with what was bought, sold, lost, earned and not spent', async () => {
  const rig = await february();
  passMonth(rig, FEBRUARY);
  const closing = made(await close(rig, '2026-02'));
  const { settlement, faults } = made(await rig.host.period('2026-02'));
  assert.deepEqual(faults, []);
  // 28 days of 1.44 kWh; nights 10.08 kWh at 10 tokens, 20 weekdays × 9 h × 60 Wh = 10.8 kWh at 30, the rest at 20.
  assert.equal(settlement.bought.energy, 40_320_000n);
  assert.deepEqual(
    settlement.bought.steps.map(({ percent, energy }) => [percent, energy]),
    [
      [50, 10_080_000n],
      [100, 19_440_000n],
      [150, 10_800_000n],
    ],
  );
  // 100.8 + 388.8 + 324 = 813.6 tokens.
  assert.deepEqual([closing.price, closing.priceOfAll, closing.priceLeft], [813n, 813n, 6_000_000_000_000n]);
  const [posting] = await rig.host.postings({ limit: 1 });
  assert.deepEqual([posting?.kind, posting?.order, posting?.svpmsn], ['bought', '2026-02', undefined]);
  assert.deepEqual(posting?.lines, [
    { account: 'energy-bought', amount: 813n },
    { account: 'seller', amount: -813n },
  ]);
  assert.equal((await rig.host.books()).balanced, true);
  assert.deepEqual(settlement.priceOfSteps, [101n, 388n, 324n]);
  // 0.9 Wh of each Wh.
  assert.deepEqual(settlement.sold, { energy: 36_288_000n, missing: 0 });
  assert.deepEqual(settlement.losses, {
    ...{ energy: 4_032_000n, technical: 806_400n, unexplained: 3_225_600n, basisPoints: 1_000n },
  });
  assert.deepEqual([settlement.flows.issued, settlement.flows.stored, settlement.flows.spent], [1_000n, 1_000n, 300n]);
  assert.equal(settlement.margin, 300n - 813n);
  assert.deepEqual(settlement.deferred, { begin: 500n, end: 1_200n });
  // 10 days of 500 and 18 of 1,200 at 3.65 %: 2.66 tokens.
  assert.deepEqual(settlement.interest, { tokens: 2n, left: 26_600n * 365n - 2n * 3_650_000n });
});

test('a month is closed once, in order, and not before it is over', async () => {
  const rig = await february();
  assert.equal(reasonOf(await close(rig, '2026-02')), 'period-open');
  passMonth(rig, FEBRUARY);
  for (const month of ['2026-2', '2026-13', '1969-12', '']) {
    assert.equal(reasonOf(await close(rig, month)), 'period-wrong', month);
  }
  assert.equal(reasonOf(await close(rig, '2026-02', { ...TERMS, technicalBasisPoints: 10_001 })), 'terms-wrong');
  assert.equal(reasonOf(await close(rig, '2026-02', { ...TERMS, tariff: 'other' })), 'tariff-unknown');
  const closing = made(await close(rig, '2026-02'));
  for (const month of ['2026-02', '2026-01']) assert.equal(reasonOf(await close(rig, month)), 'period-closed');
  assert.equal(reasonOf(await close(rig, '2026-03')), 'period-open');
  rig.clock.ms = Date.UTC(2026, 5, 1);
  assert.equal(reasonOf(await close(rig, '2026-04')), 'period-wrong');
  made(await close(rig, '2026-03'));
  assert.deepEqual((await rig.host.periods())[1], closing);
});

test('two closings of one month at the same time are one', async () => {
  const rig = await february();
  passMonth(rig, FEBRUARY);
  const both = await Promise.all([close(rig, '2026-02'), close(rig, '2026-02')]);
  assert.deepEqual(both.map((answer) => reasonOf(answer)).sort(), ['period-closed', undefined]);
  assert.equal((await rig.host.periods()).length, 1);
});

test('what is posted and told late counts in the next month, and nothing is left out', async () => {
  const rig = await february();
  passMonth(rig, FEBRUARY);
  made(await close(rig, '2026-02'));
  const before = made(await rig.host.period('2026-02'));
  const late = {
    kind: 'spent',
    at: ((FEBRUARY.first + 5) * 60_000) as never,
    svpmsn: svpmsn(1),
    order: undefined,
  } as const;
  await rig.store.transaction(async (tx) => {
    const lines = [
      { account: 'value-in-meters', amount: 40n },
      { account: 'energy-revenue', amount: -40n },
    ] as const;
    const divided = dividing({ before: new Map(), after: new Map([[150, 15n]]) }, { at: late.at, svpmsn: late.svpmsn });
    await tx.post([{ ...late, lines }, ...divided]);
  });
  await tellMinutes(rig, 1, FEBRUARY, () => 99_000);
  assert.deepEqual(made(await rig.host.period('2026-02')), before);
  await tellMinutes(rig, 1, MARCH, (i) => (i < 60 ? undefined : 1_000));
  passMonth(rig, MARCH);
  const closing = made(await close(rig, '2026-03'));
  const closed = made(await rig.host.period('2026-03'));
  const { settlement } = closed;
  assert.equal(settlement.flows.spent, 40n);
  assert.deepEqual(closing.inputs.revenue.end, { steps: [{ percent: 150, tokens: '15' }], unread: '325' });
  assert.match(
    settlementCsv(closed),
    /\r\n2026-03,spent,at 150 %,token,15\r\n2026-03,spent,not told by a profile yet,token,25\r\n/,
  );
  assert.deepEqual(settlement.deferred, { begin: 1_200n, end: 1_160n });
  assert.deepEqual(
    [settlement.bought.transformers[0]?.missing, settlement.bought.transformers[0]?.estimated],
    [60, 60_000n],
  );
  assert.equal(closing.inputs.priceCarried, '6000000000000');
  assert.equal(closing.priceOfAll, 813n + closing.price);
});

test('a closing or its minutes that were changed are found, and unchanged ones are not', async () => {
  const rig = await february();
  passMonth(rig, FEBRUARY);
  made(await close(rig, '2026-02'));
  assert.deepEqual(made(await rig.host.period('2026-02')).faults, []);
  const energies = new Uint32Array(FEBRUARY.minutes).fill(1_000);
  energies[7] = 1_001;
  await rig.store.transaction((tx) => tx.settledMinutes.put([settledMinutes('2026-02', { localUnit: 1, energies })]));
  assert.deepEqual(made(await rig.host.period('2026-02')).faults, [
    'The minutes of transformer 1 are not those by which 2026-02 was closed.',
    'The amounts of 2026-02 do not follow from what it was closed by.',
  ]);
  const forged = await february();
  passMonth(forged, FEBRUARY);
  const closing = made(await close(forged, '2026-02'));
  const other = await settledUtility();
  await other.store.transaction(async (tx) => {
    await tx.settledMinutes.put([
      settledMinutes('2026-02', { localUnit: 1, energies: new Uint32Array(FEBRUARY.minutes).fill(1_000) }),
    ]);
    await tx.closings.append([{ ...closing, priceOfAll: 800n }]);
  });
  assert.deepEqual(made(await other.host.period('2026-02')).faults, [
    'The amounts of 2026-02 do not follow from what it was closed by.',
    'The closing of 2026-02 was changed, or the one before it.',
  ]);
  assert.equal(reasonOf(await other.host.period('2026-01')), 'period-wrong');
});

test('a utility without transformers and meters closes a month of nothing', async () => {
  const rig = await settledUtility();
  passMonth(rig, FEBRUARY);
  const closing = made(await close(rig, '2026-02'));
  assert.deepEqual([closing.price, closing.priceLeft], [0n, 0n]);
  assert.deepEqual(made(await rig.host.period('2026-02')).faults, []);
});
