import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromHex, toHex } from '../bytes/index.ts';
import type { DeciWattHours, Percent } from '../units/index.ts';
import { charge, chargeRate, energyUntil } from './charge.ts';
import { decodeModeTable, encodeModeTable } from './codec.ts';
import { modeTable } from './fixture.test.ts';
import { civilDay, localTime, rateAt } from './rate.ts';
import type { ModeTable } from './table.ts';

/** The published vectors of the mode table, its rates and its charge. */
const vectors: {
  tables: { name: string; meaning: string; table: ModeTable; hex: string }[];
  refused: { meaning: string; hex: string; reason: string; field: string }[];
  rates: {
    table: string;
    local: string;
    at: number;
    civilDay: number;
    minuteOfDay: number;
    percent: number;
    until: number;
  }[];
  charges: {
    unitCharge: number;
    percent: number;
    surcharge: number;
    deciWattHours: number;
    remainder: string;
    tokens: number;
    remainderAfter: string;
    deciWattHoursToNextToken: number;
  }[];
} = JSON.parse(readFileSync(join(import.meta.dirname, '../../test/vectors/tariff.json'), 'utf8'));

const tables = new Map(vectors.tables.map(({ name, table }) => [name, table]));

/** Big-endian, two's complement, by nothing but text. */
const hex = (value: number, bytes: number) =>
  (value < 0 ? 256 ** bytes + value : value).toString(16).padStart(2 * bytes, '0');
const counted = (parts: readonly string[]) => hex(parts.length, 1) + parts.join('');

/** The bytes of a table as the protocol's page describes them, put together without the codec. */
function bytesByHand(table: ModeTable): string {
  const [, ...changes] = table.offsets;
  return [
    '01',
    hex(table.supply, 1),
    hex(table.version, 4),
    hex(table.validFrom, 4),
    ...table.surcharges.map((percent) => hex(percent, 2)),
    ...table.surchargeLimits.map((limit) => hex(limit, 1)),
    counted(table.steps.map((percent) => hex(percent, 2))),
    counted(table.seasons.map(({ month, day, week }) => hex(month, 1) + hex(day, 1) + hex(week, 1))),
    counted(table.weeks.map((week) => week.map((day) => hex(day, 1)).join(''))),
    counted(table.days.map((day) => counted(day.map(({ minute, step }) => hex(minute * 16 + step, 2))))),
    hex(table.offsets.length, 1),
    hex((table.offsets[0]?.minutes as number) / 15, 1),
    ...changes.map(({ from, minutes }) => hex(from, 4) + hex(minutes / 15, 1)),
    counted(table.holidays.map((day) => hex(day, 2))),
    hex(table.unitCharge, 4),
  ].join('');
}

test('every published table has the bytes that its description gives, and both directions of the codec meet them', () => {
  assert.ok(vectors.tables.length >= 3);
  for (const { name, table, hex: published } of vectors.tables) {
    assert.equal(bytesByHand(table), published, name);
    assert.equal(toHex(encodeModeTable(table)), published, name);
    assert.deepEqual(decodeModeTable(fromHex(published)), table, name);
  }
});

test('every published wrong table is refused for its reason', () => {
  assert.ok(vectors.refused.length >= 10);
  for (const { meaning, hex: published, reason, field } of vectors.refused) {
    assert.deepEqual(decodeModeTable(fromHex(published)), { reason, field }, meaning);
  }
});

test('every published rate holds at its time and until its time', () => {
  assert.ok(vectors.rates.length >= 20);
  for (const vector of vectors.rates) {
    const table = tables.get(vector.table) as ModeTable;
    const at = vector.at as ModeTable['validFrom'];
    const { percent, until } = rateAt(table, at);
    const { minuteOfDay } = localTime(table, at);
    const found = { percent, until, civilDay: civilDay(table, at), minuteOfDay };
    const { percent: p, until: u, civilDay: c, minuteOfDay: m } = vector;
    assert.deepEqual(found, { percent: p, until: u, civilDay: c, minuteOfDay: m }, `${vector.table} ${vector.local}`);
  }
});

test('every published charge is met, and is what big integers say', () => {
  assert.ok(vectors.charges.length >= 10);
  for (const vector of vectors.charges) {
    const { unitCharge, percent, surcharge, deciWattHours, tokens } = vector;
    const units =
      BigInt(deciWattHours) * BigInt(unitCharge) * BigInt(percent) * BigInt(surcharge) + BigInt(vector.remainder);
    assert.equal(BigInt(tokens), units / 10n ** 11n);
    assert.equal(BigInt(vector.remainderAfter), units % 10n ** 11n);
    const table = modeTable({ unitCharge }, { percents: [surcharge, 100, 100, 100] });
    const rate = chargeRate(table, percent as Percent, 0);
    const accrual = { remainder: Number(vector.remainder) };
    assert.equal(charge(rate, deciWattHours as DeciWattHours, accrual), tokens);
    assert.equal(String(accrual.remainder), vector.remainderAfter);
    assert.equal(energyUntil(rate, accrual.remainder, 1 as never), vector.deciWattHoursToNextToken);
  }
});
