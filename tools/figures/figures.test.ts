import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { NETWORK, PROFILES, PUBLISHED, skipWithout } from '../../src/analysis/feeder.testing.ts';
import { FeederDay } from '../../src/analysis/stolen-day.testing.ts';
import { livedDays, technicalByNetwork, technicalLearned } from './feeder.ts';
import { atLeast, atMost, forInformation, notFound } from './figure.ts';
import { areaUnderRoc, averagePrecision, cleanHouseholds, FILE, scoredMeters, THEFT_KINDS } from './street.ts';

const figures = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args]);
  return { status, stdout: `${stdout}`, stderr: `${stderr}` };
};

test('a report or a flag that does not exist is refused with one sentence', () => {
  const unknown = figures('meters');
  assert.deepEqual([unknown.status, unknown.stdout], [2, '']);
  assert.match(unknown.stderr, /^There is no report "meters": there are .*metering.*\.\n$/);
  const flag = figures('--fast');
  assert.deepEqual([flag.status, flag.stdout], [2, '']);
  assert.match(flag.stderr, /^Unknown option '--fast': there are --json, --quick and names\.\n$/);
});

test('a goal is met up to its number, and not by a figure that was not found', () => {
  const figure = { name: 'error', unit: '%', how: '' };
  const met = [0.0199, 0.02, 0.0201].map((value) => atMost(0.02, { ...figure, value }));
  assert.deepEqual(
    met.map(({ met: isMet }) => isMet),
    [true, true, false],
  );
  assert.equal(met[0]?.goal, 'at most 0.02 %');
  assert.deepEqual(forInformation({ ...figure, value: 0.136_49 }), { ...figure, value: 0.136, goal: null, met: null });
  assert.deepEqual(
    [atLeast(90, { ...figure, value: 90 }).met, atLeast(90, { ...figure, value: 89.9 }).met],
    [true, false],
  );
  assert.equal(notFound('error', 'at most 0.02 %', 'Put it there.').met, false);
});

const ranked = (...thieves: readonly boolean[]) => thieves.map((isThief, at) => ({ isThief, by: -at }));

test('average precision and the area under ROC are 1 where all thieves come first, and say how far they do not', () => {
  assert.equal(averagePrecision(ranked(true, true, false, false)), 1);
  assert.equal(averagePrecision(ranked(true, false, false, true)), 0.75);
  assert.equal(averagePrecision(ranked(false, false, true)), 1 / 3);
  assert.equal(areaUnderRoc(ranked(true, true, false, false)), 1);
  assert.equal(areaUnderRoc(ranked(false, true)), 0);
  assert.equal(areaUnderRoc(ranked(true, false, false, true)), 0.5);
  // Equal scores say nothing: the worse order counts, and half of the area.
  const equal = [true, false].map((isThief) => ({ isThief, by: 0 }));
  assert.deepEqual([averagePrecision(equal), areaUnderRoc(equal)], [0.5, 0.5]);
});

test('the technical loss of the report meets its goal', { skip: skipWithout(PROFILES, PUBLISHED, NETWORK) }, () => {
  assert.deepEqual(
    technicalByNetwork(new FeederDay()).map(({ met }) => met),
    [true, true],
  );
});

test('what lines lose is learned without their network, however wrong the check meter is', {
  skip: skipWithout(PROFILES, NETWORK),
}, () => {
  const figures = technicalLearned(livedDays(new FeederDay()), 1);
  assert.deepEqual(
    figures.map(({ name, met }) => [name, met]),
    ['0', '0.1', '0.2', '0.5'].map((percent) => [`technical-loss-learned-${percent}`, true]),
  );
});

test('each kind of theft has twice the average precision of a drop against history', {
  skip: skipWithout(FILE),
}, () => {
  const { used, refused } = cleanHouseholds();
  assert.deepEqual([used.length, refused], [529, 8]);
  const some = used.slice(0, 180);
  for (const kind of THEFT_KINDS) {
    const scored = scoredMeters(some, kind, 1);
    const by = (figure: 'score' | 'drop') => averagePrecision(scored.map((each) => ({ ...each, by: each[figure] })));
    assert.equal(scored.filter(({ isThief }) => isThief).length, 9);
    assert.ok(by('score') >= 2 * by('drop'), `${kind}: ${by('score')} against ${by('drop')}`);
  }
});
