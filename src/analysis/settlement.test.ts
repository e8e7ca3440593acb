import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ChargeRate } from '../tariff/index.ts';
import { charge, compileTariff, DEFAULT_TARIFF, offsetTable, rateAt, type TariffDefinition } from '../tariff/index.ts';
import { type DeciWattHours, type UnixSeconds, unixSeconds } from '../units/index.ts';
import {
  type BookSums,
  fillMissing,
  CHECK_MINUTE_MISSING as MISSING,
  minuteDifferences,
  priceBought,
  type SettlementInputs,
  settle,
} from './index.ts';

function tableOf(definition: TariffDefinition) {
  const offsets = offsetTable('Europe/Berlin', 2026, 2);
  assert.ok(!('reason' in offsets));
  const table = compileTariff(definition, { supply: 1, version: 1, validFrom: unixSeconds(0), offsets });
  if ('reason' in table) assert.fail(table.sentence);
  return table;
}

/** 2026-03-02, a Monday, midnight in Berlin. */
const MONDAY = Date.UTC(2026, 2, 1, 23) / 60_000;
/** 10 tokens a kWh; half of it until six. */
const BULK: TariffDefinition = {
  unitCharge: 10_000,
  bands: [{ name: 'night', from: '00:00', to: '06:00', percent: 50 }],
  otherwise: 100,
};
const day = (energy: number): Uint32Array => new Uint32Array(1440).fill(energy);
const NOTHING: BookSums = {
  ...{ issued: 0n, stored: 0n, refunded: 0n, spent: 0n, inFlight: 0n, purses: 0n, owed: 0n },
  ...{ fees: 0n, tax: 0n, fixedCharges: 0n },
};
const inputs = (more: Partial<SettlementInputs> = {}): SettlementInputs => ({
  table: tableOf(BULK),
  firstMinute: MONDAY,
  minutes: [],
  metered: [],
  begin: NOTHING,
  end: NOTHING,
  balances: [],
  technicalBasisPoints: 0,
  interestBasisPoints: 0,
  priceCarried: 0n,
  interestCarried: 0n,
  ...more,
});

test('a day of two transformers costs what paper and pencil say', () => {
  // 1 Wh and 2.5 Wh a minute: 360 minutes of night and 1,080 of day.
  const minutes = [
    { localUnit: 1, energies: day(1_000) },
    { localUnit: 2, energies: day(2_500) },
  ];
  const { bought, price, priceOfSteps, priceOfTransformers } = settle(inputs({ minutes }));
  // Night: 360 × 3.5 Wh = 1.26 kWh at 5 tokens, 6.3 tokens. Day: 1,080 × 3.5 Wh = 3.78 kWh at 10, 37.8 tokens.
  assert.deepEqual(bought.steps, [
    { percent: 50, energy: 1_260_000n, priceUnits: 63_000_000_000_000n },
    { percent: 100, energy: 3_780_000n, priceUnits: 378_000_000_000_000n },
  ]);
  assert.deepEqual(price, { tokens: 44n, left: 1_000_000_000_000n });
  // 6.3 and 37.8 of 44.1: of 44 tokens 6.28 and 37.71; 12.6 and 31.5: 12.57 and 31.43.
  assert.deepEqual(priceOfSteps, [6n, 38n]);
  assert.deepEqual(priceOfTransformers, [13n, 31n]);
});

test('what is left below a token is paid with the next period', () => {
  const minutes = [{ localUnit: 1, energies: day(3_500) }];
  let priceCarried = 0n;
  const paid: bigint[] = [];
  for (let period = 0; period < 10; period++) {
    const { price } = settle(inputs({ minutes, priceCarried }));
    paid.push(price.tokens);
    priceCarried = price.left;
  }
  assert.deepEqual(paid, [44n, 44n, 44n, 44n, 44n, 44n, 44n, 44n, 44n, 45n]);
  assert.equal(priceCarried, 0n);
});

test('losses are what was bought and not sold: a part is technical, the rest is to be explained', () => {
  const minutes = [{ localUnit: 1, energies: day(1_000) }];
  const metered = [{ localUnit: 1, deciWattHours: 13_000n, missing: 3 }];
  const { sold, losses } = settle(inputs({ minutes, metered, technicalBasisPoints: 250 }));
  assert.deepEqual(sold, { energy: 1_300_000n, missing: 3 });
  // 1.44 kWh − 1.3 kWh = 140 Wh, 9.72 %; 2.5 % of 1.44 kWh are 36 Wh.
  assert.deepEqual(losses, { energy: 140_000n, technical: 36_000n, unexplained: 104_000n, basisPoints: 972n });
  const more = settle(inputs({ minutes, metered: [{ localUnit: 1, deciWattHours: 14_401n, missing: 0 }] }));
  assert.deepEqual(more.losses, { energy: -100n, technical: 0n, unexplained: -100n, basisPoints: 0n });
});

test('margin is what was spent, charged and taken as fees, without the price; value not spent yet is deferred', () => {
  const begin = { ...NOTHING, issued: 100n, stored: 90n, inFlight: 10n, purses: 60n, spent: 30n };
  const end = {
    ...{ issued: 900n, stored: 880n, inFlight: 15n, refunded: 5n, purses: 330n, spent: 557n, owed: 7n },
    ...{ fees: 12n, tax: 80n, fixedCharges: 20n },
  };
  const minutes = [{ localUnit: 1, energies: day(3_500) }];
  const { margin, flows, deferred } = settle(inputs({ minutes, begin, end }));
  assert.equal(margin, 527n + 12n + 20n - 44n);
  assert.deepEqual(flows, {
    ...{ issued: 800n, stored: 790n, refunded: 5n, spent: 527n },
    ...{ fees: 12n, tax: 80n, fixedCharges: 20n },
  });
  assert.deepEqual(deferred, { begin: 70n, end: 345n });
});

test('interest grows by the day, and its fraction waits for the next period', () => {
  // 1,000,000 tokens for 31 days at 3 % a year: 2,547.945…
  const balances = Array<bigint>(31).fill(1_000_000n);
  const { interest } = settle(inputs({ balances, interestBasisPoints: 300 }));
  assert.deepEqual(interest, { tokens: 2_547n, left: 31n * 1_000_000n * 300n - 2_547n * 3_650_000n });
  const next = settle(inputs({ balances, interestBasisPoints: 300, interestCarried: interest.left }));
  assert.equal(next.interest.tokens, 2_548n);
});

test('a price is what a meter that charges minute by minute takes', () => {
  const table = tableOf(DEFAULT_TARIFF);
  const energies = new Uint32Array(2 * 1440).map((_, i) => 100 * ((i * 7919) % 50_000));
  const accrual = { remainder: 0 };
  let tokens = 0;
  energies.forEach((energy, i) => {
    const { percent } = rateAt(table, ((MONDAY + i) * 60) as UnixSeconds);
    const rate = (table.unitCharge * percent * table.surcharges[0]) as ChargeRate;
    tokens += charge(rate, (energy / 100) as DeciWattHours, accrual);
  });
  const { price } = settle(inputs({ table, minutes: [{ localUnit: 1, energies }] }));
  assert.deepEqual(price, { tokens: BigInt(tokens), left: 100n * BigInt(accrual.remainder) });
});

test('a missing minute gets the mean of its hour, of all hours where it has none, and nothing where there is none', () => {
  // UTC hours: Monday begins at 23.
  const energies = day(MISSING);
  energies.set([10, 21, MISSING], 0);
  energies[60] = 100;
  const filled = fillMissing(energies, MONDAY);
  assert.equal(filled.missing, 1437);
  // Hour 23: (10 + 21) / 2, down; hour 0: 100; the others (10 + 21 + 100) / 3, down.
  assert.deepEqual(
    [filled.energies[1], filled.energies[2], filled.energies[61], filled.energies[200]],
    [21, 15, 100, 43],
  );
  assert.equal(filled.estimated, 58n * 15n + 59n * 100n + 1320n * 43n);
  assert.deepEqual(fillMissing(day(MISSING), MONDAY), { energies: day(0), missing: 1440, estimated: 0n });
  assert.deepEqual(fillMissing(day(7), MONDAY), { energies: day(7), missing: 0, estimated: 0n });
});

test('two readings differ in ranges of minutes, and a bound on them loses none', () => {
  const [claimed, own] = [day(5), day(5)];
  claimed.set([6, 7, MISSING], 100);
  own[700] = 1;
  claimed[1439] = 9;
  const ranges = minuteDifferences({ claimed, own }, 1_000, 99);
  assert.deepEqual(ranges, [
    { from: 1100, to: 1102, claimed: { energy: 13n, missing: 1 }, own: { energy: 15n, missing: 0 } },
    { from: 1700, to: 1700, claimed: { energy: 5n, missing: 0 }, own: { energy: 1n, missing: 0 } },
    { from: 2439, to: 2439, claimed: { energy: 9n, missing: 0 }, own: { energy: 5n, missing: 0 } },
  ]);
  const bounded = minuteDifferences({ claimed, own }, 1_000, 2).map(({ from, to }) => [from, to]);
  assert.deepEqual(bounded, [
    [1100, 1102],
    [1700, 2439],
  ]);
  assert.deepEqual(minuteDifferences({ claimed: own, own }, 1_000, 2), []);
});

const arbitraryMinutes = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 0xffff_fffe }), fc.constant(MISSING), fc.integer({ min: 0, max: 9_999 })),
  { minLength: 1, maxLength: 400 },
);

test('whatever the minutes are, parts sum to the whole and nothing is lost', () => {
  const table = tableOf(DEFAULT_TARIFF);
  const property = fc.property(
    fc.array(arbitraryMinutes, { minLength: 1, maxLength: 5 }),
    fc.integer({ min: 0, max: 44_640 }),
    fc.bigInt({ min: 0n, max: 9_999_999_999_999n }),
    fc.array(fc.bigInt({ min: 0n, max: 1n << 60n }), { maxLength: 31 }),
    (lists, later, priceCarried, balances) => {
      const firstMinute = MONDAY + later;
      const length = Math.max(...lists.map((list) => list.length));
      const minutes = lists.map((list, localUnit) => ({
        localUnit,
        energies: Uint32Array.from({ length }, (_, i) => list[i] ?? MISSING),
      }));
      const given = inputs({ table, firstMinute, minutes, priceCarried, balances, interestBasisPoints: 425 });
      const { bought, price, priceOfSteps, priceOfTransformers, interest } = settle(given);
      const total = (parts: readonly bigint[]) => parts.reduce((all, part) => all + part, 0n);
      for (const parts of [bought.steps, bought.transformers]) {
        assert.equal(total(parts.map(({ energy }) => energy)), bought.energy);
        assert.equal(total(parts.map(({ priceUnits }) => priceUnits)), bought.priceUnits);
      }
      assert.equal(total(priceOfSteps), price.tokens);
      assert.equal(total(priceOfTransformers), price.tokens);
      assert.equal(price.tokens * 10_000_000_000_000n + price.left, bought.priceUnits + priceCarried);
      assert.equal(interest.tokens * 3_650_000n + interest.left, 425n * total(balances));
      const alone = minutes.map((one) => priceBought(table, firstMinute, [one]).priceUnits);
      assert.equal(total(alone), bought.priceUnits);
      for (const { localUnit, energies } of minutes) {
        const told = total([...energies].filter((energy) => energy !== MISSING).map(BigInt));
        const { energy, estimated } = bought.transformers[localUnit] as (typeof bought.transformers)[number];
        assert.equal(energy, told + estimated);
      }
    },
  );
  fc.assert(property, { numRuns: 200 });
});
