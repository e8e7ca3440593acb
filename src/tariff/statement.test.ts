import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DeciWattHours, UnixSeconds } from '../units/index.ts';
import { DEFAULT_TARIFF } from './definition.ts';
import { instant, modeTable, percentAt, zoned, zoneOffsets } from './fixture.test.ts';
import { type ChargedMinute, chargeProfile, type ProfileMinute } from './statement.ts';
import type { PhaseBand } from './table.ts';

const BERLIN = 'Europe/Berlin';
const SURCHARGES = [100, 110, 125, 200] as const;
const table = modeTable(DEFAULT_TARIFF, { percents: SURCHARGES }, zoneOffsets(BERLIN));

const profiles = fc.record({
  start: fc.constantFrom(instant('2025-03-29T20:00', BERLIN), instant('2025-07-16T05:00', BERLIN)),
  loads: fc.array(fc.tuple(fc.integer({ min: 0, max: 65_533 }), fc.constantFrom<PhaseBand>(0, 1, 2, 3)), {
    minLength: 1,
    maxLength: 300,
  }),
  stride: fc.integer({ min: 1, max: 7 }),
  remainder: fc.integer({ min: 0, max: 99_999_999 }).map((n) => n * 1000 + 999),
});

const minutesOf = ({ start, loads, stride }: { start: number; loads: [number, PhaseBand][]; stride: number }) =>
  loads.map(
    ([energy, band], i): ProfileMinute => ({
      at: (start + i * stride * 60) as UnixSeconds,
      energy: energy as DeciWattHours,
      band,
    }),
  );

test('a profile costs what the definition, the calendar and exact arithmetic say', () => {
  fc.assert(
    fc.property(profiles, (profile) => {
      const minutes = minutesOf(profile);
      const bill = chargeProfile(table, minutes, profile.remainder);
      let units = BigInt(profile.remainder);
      for (const { at, energy, band } of minutes) {
        const percent = percentAt(DEFAULT_TARIFF, zoned(at, BERLIN));
        units += BigInt(energy) * BigInt(table.unitCharge) * BigInt(percent) * BigInt(SURCHARGES[band]);
      }
      assert.equal(BigInt(bill.tokens), units / 10n ** 11n);
      assert.equal(BigInt(bill.remainder), units % 10n ** 11n);
    }),
    { numRuns: 40 },
  );
});

test('the lines and the totals of a statement add up to what was taken', () => {
  fc.assert(
    fc.property(profiles, (profile) => {
      const lines: ChargedMinute[] = [];
      const minutes = minutesOf(profile);
      const bill = chargeProfile(table, minutes, profile.remainder, (line) => lines.push(line));
      assert.equal(lines.length, minutes.length);
      assert.equal(
        lines.reduce((sum, line) => sum + line.tokens, 0),
        bill.tokens,
      );
      assert.equal(lines.at(-1)?.remainder, bill.remainder);
      const units = bill.steps.reduce((sum, step) => sum + step.chargeUnits, BigInt(profile.remainder));
      assert.equal(units, BigInt(bill.tokens) * 10n ** 11n + BigInt(bill.remainder));
      const energy = bill.steps.reduce((sum, step) => sum + step.energy, 0);
      assert.equal(energy, bill.energy);
      assert.equal(
        energy,
        minutes.reduce((sum, minute) => sum + minute.energy, 0),
      );
      assert.deepEqual(
        bill.steps.map(({ percent }) => percent),
        table.steps,
      );
    }),
    { numRuns: 40 },
  );
});

test('a profile in two parts with the remainder carried costs the same as in one, and order does not matter to a step', () => {
  fc.assert(
    fc.property(profiles, fc.nat(), (profile, cut) => {
      const minutes = minutesOf(profile);
      const at = cut % minutes.length;
      const whole = chargeProfile(table, minutes, profile.remainder);
      const first = chargeProfile(table, minutes.slice(0, at), profile.remainder);
      const second = chargeProfile(table, minutes.slice(at), first.remainder);
      assert.equal(first.tokens + second.tokens, whole.tokens);
      assert.equal(second.remainder, whole.remainder);
      const backwards = chargeProfile(table, minutes.toReversed(), profile.remainder);
      assert.deepEqual(backwards.steps, whole.steps);
      assert.equal(backwards.tokens, whole.tokens);
    }),
    { numRuns: 40 },
  );
});

test('an empty profile costs nothing and keeps the remainder', () => {
  const bill = chargeProfile(table, [], 123);
  assert.deepEqual([bill.tokens, bill.energy, bill.remainder], [0, 0, 123]);
});
