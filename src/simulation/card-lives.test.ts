import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { FAULT_KINDS } from './faults.ts';
import { type SimulationOptions, simulate } from './simulate.ts';
import { simulatedMemory } from './simulated-store.ts';

const CARD_FAULTS = FAULT_KINDS.filter((kind) => /^(card|offline-meter)-/.test(kind));
/** The line and the power disturb nobody: so a life is long in the time of cards, and short in ours. */
const QUIET = new Set(
  FAULT_KINDS.filter((kind) => !CARD_FAULTS.includes(kind) && !/^(host|store|payment)-/.test(kind)),
);

const life = (seed: number, more: Partial<SimulationOptions> = {}) =>
  simulate({
    seed,
    meters: 16,
    localUnits: 1,
    hosts: 2,
    suite: Suite.aes128,
    transfers: 400,
    without: QUIET,
    openStore: () => simulatedMemory(),
    ...more,
  });

test('cards that are pulled, cut, swapped, copied, lost and filled keep every promise, and everything of theirs settles', async () => {
  const struck = new Set<string>();
  const checks = { I23: 0, I24: 0, I25: 0 };
  // In the life of 195 a lost card is found by somebody who puts it into a meter that has heard of it; in that of 7 an
  // order is of more than there is room for, and in that of 211 a card is copied.
  for (const seed of [7, 195, 207, 211]) {
    const { violations, checksOf, cards, faults } = await life(seed);
    assert.deepEqual(violations, []);
    assert.ok(cards.loads > 5 && cards.takings > 3, JSON.stringify(cards));
    for (const promise of ['I23', 'I24', 'I25'] as const) checks[promise] += checksOf[promise] ?? 0;
    for (const kind of CARD_FAULTS) if (faults[kind] > 0) struck.add(kind);
  }
  for (const [promise, times] of Object.entries(checks)) assert.ok(times > 5, `${promise} ${times}`);
  assert.deepEqual([...struck].sort(), [...CARD_FAULTS].sort(), 'each of the faults of cards struck');
});

test('what is on the way to a meter that is dead is released by its issuer, and everything of it settles', async () => {
  const { violations, cards, faults } = await life(242);
  assert.deepEqual(violations, []);
  assert.ok(faults['offline-meter-dead'] > 0 && cards.releases > 0);
});

test('cards that come back after more than a year keep every promise, and everything of theirs settles', async () => {
  const yearS = 366 * 86_400;
  // Nobody does anything for so long after the last fault. Where no ticket is renewed by then, both break I8.
  for (const seed of [30, 79]) {
    const { violations, virtualSeconds, healedAfterSeconds = 0, cards, checksOf } = await life(seed, { years: true });
    assert.deepEqual(violations, []);
    assert.ok(virtualSeconds > healedAfterSeconds + yearS, `seed ${seed}`);
    assert.ok(cards.loads > 4 && cards.takings > 3 && (checksOf.I25 ?? 0) > 0, JSON.stringify(cards));
  }
});

test('value of a card that is lost as tickets end for ever, with the seconds of a u32, is held against its meters no more', async () => {
  const { violations, faults } = await life(1032, { suite: Suite.aes256 });
  assert.deepEqual(violations, []);
  assert.ok(faults['card-lost'] > 0);
});

test('where fewer than eight meters hang nobody has a card', async () => {
  const { cards, faults } = await life(1, { meters: 7, localUnits: 1, transfers: 20 });
  assert.deepEqual(cards, { cards: 0, loads: 0, takings: 0, releases: 0 });
  assert.deepEqual(
    CARD_FAULTS.filter((kind) => faults[kind] > 0),
    [],
  );
});
