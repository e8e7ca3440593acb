import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  ENERGY_MISSING,
  EventKind,
  emptyDayProfile,
  encodeEventAnswer,
  encodeUseAnswer,
  type Info,
  PROFILE_DAYS_KEPT,
} from '../records/index.ts';
import { milliseconds, svpmsn, tokens, unixSeconds } from '../units/index.ts';
import { checkBooks } from './book-check.ts';
import { type Books, MemoryStore } from './index.ts';
import { daysSince, divide } from './revenue.ts';
import { made, Rig } from './rig.testing.ts';

const DAY = 86_400_000;
const SOLD = 100_000;
const INFO: Info = {
  ...{ owed: tokens(0), flags: 0, tableVersion: 1, nextTableVersion: 0, policyVersion: 0 },
  ...{ lastDay: 0, daysHeld: 0, nextEvent: 2 },
};

/** A kilowatt-hour costs 10 tokens by day and 5 by night, which in a UTC day of winter are minutes 0 to 299 and 1380 on. */
const TARIFF = {
  unitCharge: 10_000,
  bands: [{ name: 'night', from: '00:00', to: '06:00', percent: 50 }],
  otherwise: 100,
};
const isNight = (minute: number) => minute < 300 || minute >= 1380;

/** What one poll brings: what was spent in all, and days with so much in each minute of night and day. */
interface Told {
  readonly spent?: number;
  readonly profiles?: readonly { readonly day: number; readonly night: number; readonly noon: number }[];
  /** Whether the meter tells that it took its table long ago. */
  readonly table?: boolean;
}

async function utility() {
  const rig = new Rig(new MemoryStore());
  const meter = await rig.enrol(1);
  const first = Math.floor(rig.clock.ms / DAY);
  const { version } = made(await rig.host.publishTariff('home', TARIFF, milliseconds((first - 9) * DAY)));
  made(await rig.host.sell({ meter: 1, amount: SOLD, orderId: 'sale', source: 'cash' }));
  await rig.settle();
  rig.clock.ms += 9 * DAY;
  let [last, next] = [0, 1];
  const tell = async ({ spent = last, profiles = [], table = false }: Told) => {
    last = spent;
    rig.clock.ms += 60_000;
    if (table) next = 2;
    const clock = unixSeconds(Math.floor(rig.clock.ms / 1000));
    const head = { result: 0, balance: tokens(SOLD - spent), clock } as const;
    const time = unixSeconds(((first - 8) * DAY) / 1000);
    const taken = { sequence: 1, kind: EventKind.tableChanged, supply: 1 as const, detail: 0, value: version, time };
    await rig.poll(meter.id, {
      ...(table && { events: encodeEventAnswer({ head, oldest: 1, next: 2, events: [taken] }) }),
      use: encodeUseAnswer({
        head,
        info: { ...INFO, nextEvent: next },
        ...{ totals: [], modeTable: null, policy: null },
        profiles: profiles.map(({ day, night, noon }) => {
          const profile = emptyDayProfile(first + day, 1);
          profile.energies.forEach((_, minute) => {
            profile.energies[minute] = isNight(minute) ? night : noon;
          });
          return profile;
        }),
      }),
    });
  };
  return { rig, tell };
}

const shown = ({ revenue: { steps, unread } }: Pick<Books, 'revenue'>) => [
  ...steps.map(({ percent, tokens: amount }) => [percent, amount]),
  ['unread', unread],
];

/** The audit's own sums of this ledger, against purses. */
async function audited({ store }: Rig) {
  return store.read(async (tx) => {
    const { sums } = await tx.ledgerSums(0);
    const purses = (await tx.pursesOf([svpmsn(1)])).flatMap((purse) => purse ?? []);
    return { ...(await checkBooks(sums, { purses, agents: [] })), purses, sums };
  });
}

test('what was spent stands unread until its profile comes, and then at the steps of the tariff', async () => {
  const { rig, tell } = await utility();
  await tell({ table: true, spent: 100 });
  assert.deepEqual(shown(await rig.host.books()), [['unread', 100n]]);
  // 360 min x 5 Wh = 1.8 kWh by night, which are 9 tokens; 1080 min x 5 Wh = 5.4 kWh by day, which are 54.
  await tell({ profiles: [{ day: 0, night: 50, noon: 50 }] });
  assert.deepEqual(shown(await rig.host.books()), [
    [50, 9n],
    [100, 54n],
    ['unread', 37n],
  ]);
  const kinds = (await rig.host.postings({ limit: 2 })).map(({ kind, lines }) => [kind, lines.length]);
  assert.deepEqual(kinds, [
    ['divided', 3],
    ['spent', 2],
  ]);
  const today = rig.clock.ms;
  const [from, to] = [today - DAY, today + DAY].map((at) => new Date(at).toISOString().slice(0, 10));
  const { points } = made(await rig.host.balance({ meter: 1, from: from as string, to: to as string }));
  assert.ok(points.length > 0 && points.every(({ why }) => why !== ('divided' as string)), 'it moved no balance');
  await tell({ profiles: [{ day: 0, night: 50, noon: 50 }] });
  assert.equal((await rig.host.postings({ limit: 99 })).filter(({ kind }) => kind === 'divided').length, 1);
});

test('a day that was read anew moves by a counter-entry, and no step has more than was spent', async () => {
  const { rig, tell } = await utility();
  await tell({ table: true, spent: 30, profiles: [{ day: 0, night: 50, noon: 50 }] });
  // 63 tokens by the profile, 30 by the purse: 9 : 54.
  assert.deepEqual(shown(await rig.host.books()), [
    [50, 4n],
    [100, 26n],
    ['unread', 0n],
  ]);
  await tell({ spent: 70, profiles: [{ day: 0, night: 100, noon: 50 }] });
  assert.deepEqual(shown(await rig.host.books()), [
    [50, 18n],
    [100, 52n],
    ['unread', 0n],
  ]);
  assert.deepEqual((await audited(rig)).findings, []);
});

test('minutes of a meter that has not told its table are divided as soon as it does', async () => {
  const { rig, tell } = await utility();
  await tell({ spent: 100, profiles: [{ day: 7, night: 50, noon: 50 }] });
  assert.deepEqual(shown(await rig.host.books()), [['unread', 100n]]);
  await tell({ table: true });
  assert.deepEqual(shown(await rig.host.books()), [
    [50, 9n],
    [100, 54n],
    ['unread', 37n],
  ]);
});

test('an audit finds steps that are not those of the profiles, though they sum to what was spent', async () => {
  const { rig, tell } = await utility();
  await tell({ table: true, spent: 100, profiles: [{ day: 0, night: 50, noon: 50 }] });
  const { findings, purses, sums } = await audited(rig);
  assert.deepEqual(findings, []);
  const moved = sums.map((sum) => {
    const change = sum.account === 'energy-revenue:50' ? 1n : sum.account === 'energy-revenue:100' ? -1n : 0n;
    return { ...sum, amount: sum.amount + change };
  });
  const found = (await checkBooks(moved, { purses, agents: [] })).findings;
  assert.deepEqual(
    found.map(({ table, what }) => [table, what]),
    [['purses', '9 used at 50 % where the ledger says 8, 54 used at 100 % where the ledger says 55']],
  );
});

test('whatever comes in whatever order, steps and unread minutes are what was spent, and follow from the profiles', async () => {
  const energy = fc.integer({ min: 0, max: 400 });
  const gap = fc.constant(ENERGY_MISSING);
  const reading = fc.record({
    day: fc.integer({ min: 0, max: 7 }),
    night: fc.oneof(energy, gap),
    noon: fc.oneof(energy, gap),
  });
  const poll = fc.record({
    more: fc.integer({ min: 0, max: 600 }),
    profiles: fc
      .uniqueArray(reading, { maxLength: 2, selector: ({ day }) => day })
      .map((days) => days.sort((a, b) => a.day - b.day)),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(poll, { minLength: 1, maxLength: 8 }), async (polls) => {
      const { rig, tell } = await utility();
      await tell({ table: true });
      // The second computation: what is known of each day, each half of it by itself.
      const days = new Map<number, { night: number; noon: number }>();
      let spent = 0;
      for (const { more, profiles } of polls) {
        spent += more;
        await tell({ spent, profiles });
        for (const { day, night, noon } of profiles) {
          const known = days.get(day) ?? { night: ENERGY_MISSING, noon: ENERGY_MISSING };
          if (night !== ENERGY_MISSING) known.night = night;
          if (noon !== ENERGY_MISSING) known.noon = noon;
          days.set(day, known);
        }
        const { revenue, spent: booked } = await rig.host.books();
        const sum = revenue.steps.reduce((all, step) => all + step.tokens, revenue.unread);
        assert.deepEqual([sum, booked], [BigInt(spent), BigInt(spent)]);
        assert.ok(revenue.unread >= 0n && revenue.steps.every((step) => step.tokens > 0n));
        const of = (half: 'night' | 'noon') =>
          [...days.values()].reduce((all, day) => (day[half] === ENERGY_MISSING ? all : all + day[half]), 0);
        // 0.1 Wh x 10,000 milli-tokens x percent x 100: 10^-11 token.
        const units = { 50: BigInt(of('night')) * 360n * 50_000_000n, 100: BigInt(of('noon')) * 1_080n * 100_000_000n };
        const exact = units[50] + units[100];
        const told = exact / 100_000_000_000n < BigInt(spent) ? exact / 100_000_000_000n : BigInt(spent);
        assert.equal(BigInt(spent) - revenue.unread, told);
        for (const { percent, tokens: amount } of revenue.steps) {
          const share = units[percent as 50 | 100] * told - amount * exact;
          assert.ok(share < exact && share > -exact, `step ${percent} is within a token of its share`);
        }
      }
      assert.deepEqual((await audited(rig)).findings, []);
    }),
    { numRuns: 40 },
  );
});

test('a step at which nothing was used any more is not written', async () => {
  const { rig, tell } = await utility();
  await tell({ table: true, spent: 100, profiles: [{ day: 0, night: 50, noon: 50 }] });
  await tell({ profiles: [{ day: 0, night: 0, noon: 50 }] });
  const [purse] = await rig.store.read((tx) => tx.pursesOf([svpmsn(1)]));
  assert.deepEqual(purse?.usedUnits, { 100: '5400000000000' });
});

test('days are counted anew since a table was taken, and no further back than profiles are kept', () => {
  const [today, now] = [20_000, milliseconds(20_000 * DAY + 5)];
  assert.deepEqual(daysSince(milliseconds((today - 3) * DAY + 7), now), [today - 3, today - 2, today - 1]);
  assert.deepEqual(daysSince(now, now), []);
  const all = daysSince(milliseconds(0), now);
  assert.deepEqual([all[0], all.at(-1)], [today - PROFILE_DAYS_KEPT, today - 1]);
});

test('nothing is divided of a purse that spent nothing, or lent and took back more than it spent', () => {
  const usedUnits = { 50: '900000000000', 100: '100000000000' };
  assert.deepEqual([...divide({ spent: 0n, usedUnits })], []);
  assert.deepEqual([...divide({ spent: -5n, usedUnits })], []);
  assert.deepEqual(
    [...divide({ spent: 5n, usedUnits })],
    [
      [50, 5n],
      [100, 0n],
    ],
  );
});
