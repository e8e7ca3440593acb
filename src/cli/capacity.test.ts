import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { capacityOf } from './capacity.ts';
import { COLLECTION, FIGURES } from './capacity-figures.ts';
import { runIn } from './in-process.testing.ts';

const run = (...args: string[]) => runIn('.', 'capacity', ...args);

test('what a utility needs follows from the measured figures, and grows with it', () => {
  const asked = { topUpsAWeek: 7, headroom: 10 };
  const small = capacityOf({ ...asked, meters: 86_400 });
  assert.deepEqual([small.profilesASecond, small.topUpsASecond], [1, 1]);
  assert.equal(small.machinesForTopUps, 10 / FIGURES.topUps.value);
  assert.equal(small.machinesForProfiles, 10 / (2 * FIGURES.profiles.value));
  assert.equal(small.bytesADay, 86_400 * (FIGURES.profileBytes.value + FIGURES.topUpBytes.value));
  assert.deepEqual([small.localUnits, small.areaUnits, small.machines], [338, 2, 1]);
  const full = capacityOf({ ...asked, meters: 16_777_216 });
  assert.deepEqual([full.localUnits, full.areaUnits], [65_536, 256]);
  assert.equal(full.lines[0]?.minutesADay, (COLLECTION[0]?.seconds.value ?? 0) / 60);
  assert.ok(Math.abs(full.machinesForProfiles / small.machinesForProfiles - 16_777_216 / 86_400) < 1e-9);
  assert.equal(capacityOf({ ...asked, meters: 1 }).machines, 1);
});

test('capacity is told as text with the source of each figure, and as JSON', async () => {
  const { code, out } = await run('--meters', '1000');
  assert.equal(code, 0);
  assert.match(out, /^1,000 meters, each with a profile a day and 1 top-ups a week:/);
  assert.match(out, /4 local units below 1 area unit\n/);
  for (const { source } of Object.values(FIGURES)) assert.ok(out.includes(source), source);
  const told = JSON.parse((await run('--meters', '16777216', '--top-ups', '2', '--json')).out);
  assert.deepEqual([told.localUnits, told.topUpsAWeek, told.headroom], [65_536, 2, 10]);
});

test('each wrong use of capacity is one sentence', async () => {
  for (const [args, sentence] of [
    [[], /^capacity needs --meters/],
    [['--meters', '0'], /^--meters must be a whole number from 1 to 16777216, not "0"/],
    [['--meters', '16777217'], /^--meters must be/],
    [['--meters', '1', '--top-ups', '101'], /^--top-ups must be a whole number from 0 to 100/],
    [['--meters', '1', '--headroom', '0'], /^--headroom must be a whole number from 1 to 100/],
    [['all'], /^capacity takes no "all"/],
  ] as const) {
    const { code, err } = await run(...args);
    assert.equal(code, 2);
    assert.match(err, sentence);
  }
});

test('the page of capacity has the figures of the program', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/reference/capacity.md'), 'utf8');
  for (const { value, source } of [...Object.values(FIGURES), ...COLLECTION.map(({ seconds }) => seconds)]) {
    const row = page.split('\n').find((line) => line.includes(source) && line.includes(value.toLocaleString('en-US')));
    assert.ok(row !== undefined, `${value} of ${source}`);
  }
});
