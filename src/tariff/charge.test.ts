import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type DeciWattHours, type Tokens, U32_MAX } from '../units/index.ts';
import {
  type Accrual,
  CHARGE_UNITS_PER_TOKEN,
  type ChargeRate,
  charge,
  chargeRate,
  ENERGY_WITHOUT_END,
  energyUntil,
} from './charge.ts';
import { modeTable } from './fixture.test.ts';

const UNITS = 100_000_000_000n;
const RATE_MAX = U32_MAX * 1000 * 1000;

/** Numbers of every magnitude, the ends among them. */
const upTo = (max: number) =>
  fc.oneof(
    fc.integer({ min: 0, max: Math.min(max, 1000) }),
    fc.maxSafeInteger().map((n) => Math.abs(n) % (max + 1)),
    fc.constantFrom(0, 1, max - 1, max),
  );

const rates = fc.oneof(
  fc.tuple(upTo(U32_MAX), upTo(1000), upTo(1000)).map(([unit, percent, surcharge]) => unit * percent * surcharge),
  upTo(RATE_MAX),
);

test('charge equals exact arithmetic for every rate, energy and remainder', () => {
  fc.assert(
    fc.property(
      rates,
      fc.oneof(upTo(65_533), upTo(U32_MAX)),
      upTo(CHARGE_UNITS_PER_TOKEN - 1),
      (rate, energy, remainder) => {
        const accrual: Accrual = { remainder };
        const tokens = charge(rate as ChargeRate, energy as DeciWattHours, accrual);
        const exact = BigInt(rate) * BigInt(energy) + BigInt(remainder);
        assert.equal(BigInt(tokens), exact / UNITS);
        assert.equal(BigInt(accrual.remainder), exact % UNITS);
      },
    ),
    { numRuns: 20_000 },
  );
});

test('the sums on both sides of 2^53, and of every multiple of a token below it, are split exactly', () => {
  for (const sum of [2 ** 53 - 2, 2 ** 53 - 1]) {
    const accrual: Accrual = { remainder: 7 };
    const tokens = charge((sum - 7) as ChargeRate, 1 as DeciWattHours, accrual);
    assert.equal(BigInt(tokens) * UNITS + BigInt(accrual.remainder), BigInt(sum));
  }
  for (const over of [0n, 1n, 2n, 3n]) {
    const accrual: Accrual = { remainder: 99_999_999_999 };
    const rate = Number(2n ** 53n - 99_999_999_999n + over);
    const tokens = charge(rate as ChargeRate, 1 as DeciWattHours, accrual);
    assert.equal(BigInt(tokens) * UNITS + BigInt(accrual.remainder), 2n ** 53n + over);
  }
  for (let tokens = 1; tokens <= 90_071; tokens++) {
    const accrual: Accrual = { remainder: 0 };
    const below = tokens * CHARGE_UNITS_PER_TOKEN - 1;
    assert.equal(charge(below as ChargeRate, 1 as DeciWattHours, accrual), tokens - 1);
    assert.equal(accrual.remainder, CHARGE_UNITS_PER_TOKEN - 1);
    assert.equal(charge(1 as ChargeRate, 1 as DeciWattHours, accrual), 1);
    assert.equal(accrual.remainder, 0);
  }
});

test('the highest charge of a minute is exact', () => {
  const table = modeTable({ unitCharge: U32_MAX, otherwise: 1000 }, { percents: [100, 100, 100, 1000] });
  const rate = chargeRate(table, 1000 as never, 3);
  assert.equal(rate, RATE_MAX);
  const accrual: Accrual = { remainder: CHARGE_UNITS_PER_TOKEN - 1 };
  const tokens = charge(rate, 65_533 as DeciWattHours, accrual);
  assert.equal(
    BigInt(tokens) * UNITS + BigInt(accrual.remainder),
    4_294_967_295n * 1_000_000n * 65_533n + 99_999_999_999n,
  );
});

test('one kilowatt-hour costs the unit charge', () => {
  const rate = chargeRate(modeTable({ unitCharge: 25_000 }), 100 as never, 0);
  assert.equal(charge(rate, 10_000 as DeciWattHours, { remainder: 0 }), 25);
});

test('energy above u32 at a time is a bug, not a wrong amount', () => {
  assert.throws(() => charge(RATE_MAX as ChargeRate, (U32_MAX + 1) as DeciWattHours, { remainder: 0 }), RangeError);
});

test('the same energy costs the same in whatever portions it is charged', () => {
  fc.assert(
    fc.property(rates, fc.array(upTo(65_533), { maxLength: 30 }), (rate, portions) => {
      const parts: Accrual = { remainder: 0 };
      let tokens = 0n;
      for (const energy of portions) tokens += BigInt(charge(rate as ChargeRate, energy as DeciWattHours, parts));
      const total = portions.reduce((sum, energy) => sum + energy, 0);
      const whole: Accrual = { remainder: 0 };
      assert.equal(tokens, BigInt(charge(rate as ChargeRate, total as DeciWattHours, whole)));
      assert.equal(parts.remainder, whole.remainder);
    }),
    { numRuns: 2_000 },
  );
});

test('energyUntil is the least energy after which the tokens are due', () => {
  fc.assert(
    fc.property(
      rates.filter((rate) => rate > 0),
      upTo(CHARGE_UNITS_PER_TOKEN - 1),
      fc.oneof(upTo(U32_MAX), fc.integer({ min: 90_069, max: 90_073 })),
      (rate, remainder, available) => {
        const energy = energyUntil(rate as ChargeRate, remainder, available as Tokens);
        const due = (after: bigint) => (BigInt(rate) * after + BigInt(remainder)) / UNITS;
        if (energy < ENERGY_WITHOUT_END) assert.ok(due(BigInt(energy)) >= BigInt(available));
        if (energy > 0) assert.ok(due(BigInt(energy) - 1n) < BigInt(available));
      },
    ),
    { numRuns: 20_000 },
  );
});

test('without a rate no energy is enough, and no token needs none', () => {
  assert.equal(energyUntil(0 as ChargeRate, 0, 1 as Tokens), ENERGY_WITHOUT_END);
  assert.equal(energyUntil(0 as ChargeRate, 0, 0 as Tokens), 0);
  assert.equal(energyUntil(5 as ChargeRate, 99_999_999_999, 0 as Tokens), 0);
  assert.equal(energyUntil(1 as ChargeRate, 0, U32_MAX as Tokens), ENERGY_WITHOUT_END);
});
