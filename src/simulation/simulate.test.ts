import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUITE_NAMES, Suite } from '../crypto/index.ts';
import { FAULT_KINDS, type Strike } from './faults.ts';
import { silentlyRestored } from './silent-store.testing.ts';
import { type SimulationOptions, simulate } from './simulate.ts';
import { simulatedMemory } from './simulated-store.ts';

const life = (seed: number, more: Partial<SimulationOptions> = {}) =>
  simulate({
    seed,
    meters: 16,
    localUnits: 2,
    hosts: 2,
    suite: Suite.aes128,
    transfers: 400,
    openStore: () => simulatedMemory(),
    ...more,
  });

/** Two or three rounds of what people do; lives that are longer, and of seeds that nobody has tried, are `npm run simulate:ci`. */
const SHORT = { meters: 8, localUnits: 1, transfers: 40 };

for (const [suite, seed] of [
  [Suite.aes128, 52],
  [Suite.tripleDesXo, 51],
  [Suite.aes256, 1],
] as const) {
  test(`seed ${seed} breaks no promise in ${SUITE_NAMES[suite]}, and its faults did strike`, async () => {
    const { violations, faults, transfers, checks, checksOf } = await life(seed, { suite, transfers: 120 });
    assert.deepEqual(violations, []);
    assert.ok((checksOf.I30 ?? 0) > 20, 'a month is closed');
    assert.ok(transfers >= 120 && checks > transfers);
    assert.ok(FAULT_KINDS.some((kind) => faults[kind] > 0));
  });
}

test('no contract begins a payment that would still be pending when a life ends', async () => {
  const { violations, checksOf } = await life(42, { meters: 64, localUnits: 8, hosts: 1, transfers: 75 });
  assert.deepEqual(violations, []);
  assert.ok((checksOf.I33 ?? 0) > 100);
});

test('where people pay through a bank its book and the ledger agree, whatever it and its lines do', async () => {
  const kinds = FAULT_KINDS.filter((kind) => /^(bank|notice)-|^payment-(returned|cancelled)$/.test(kind));
  const struck = new Set<string>();
  for (const seed of [7, 12]) {
    const { violations, faults, checksOf } = await life(seed, { transfers: 100 });
    assert.deepEqual(violations, []);
    assert.ok((checksOf.I33 ?? 0) > 100);
    for (const kind of kinds) if (faults[kind] > 0) struck.add(kind);
  }
  assert.ok(struck.size > kinds.length / 2, [...struck].join());
});

test('the same seed lives the same life, another one another', async () => {
  const [first, again, other] = [await life(7, SHORT), await life(7, SHORT), await life(8, SHORT)];
  assert.equal(first.traceHash, again.traceHash);
  assert.deepEqual(first.faults, again.faults);
  assert.notEqual(first.traceHash, other.traceHash);
});

test('a fault that is left out does not strike, and the others strike as before at first', async () => {
  const { rates } = await life(7, { ...SHORT, transfers: 1 });
  const kind = FAULT_KINDS.find((each) => rates[each] > 0);
  assert.ok(kind !== undefined);
  const without = await life(7, { ...SHORT, without: new Set([kind]) });
  assert.equal(without.faults[kind], 0);
  assert.deepEqual(without.rates, { ...rates, [kind]: 0 });
});

test('a life of all the strikes that came in it is the same life', async () => {
  const strikes: Strike[] = [];
  const { traceHash, faults } = await life(7, { ...SHORT, onStrike: (strike) => strikes.push(strike) });
  assert.equal(
    strikes.length,
    FAULT_KINDS.reduce((sum, kind) => sum + faults[kind], 0),
  );
  const again = await life(7, { ...SHORT, only: strikes });
  assert.equal(again.traceHash, traceHash);
  assert.deepEqual(again.faults, faults);
  const [first, ...others] = strikes;
  assert.ok(first !== undefined);
  const without = await life(7, { ...SHORT, only: others });
  assert.notEqual(without.traceHash, traceHash);
});

test('whoever reads a life is told where the power went: in which write of which meter, before it is dark', async () => {
  const lines: string[] = [];
  const only = [{ kind: 'power-cut', number: 1 }] as const;
  const options = { meters: 8, localUnits: 1, hosts: 1, transfers: Number.POSITIVE_INFINITY, minutes: 2 };
  const { traceHash } = await life(1, { ...options, only, trace: (line) => lines.push(line) });
  const told = lines.map((line) => line.replace(/^\S+ /, ''));
  const [, meter = ''] = /^fault: power-cut#1 of meter ([0-9a-f]{6})$/m.exec(told.join('\n')) ?? [];
  const torn = told.findIndex((line) => /^cut: meter [0-9a-f]{6} writes .*, and \d+ of \d+ bytes are there/.test(line));
  assert.ok(meter !== '' && torn > 0 && told[torn]?.startsWith(`cut: meter ${meter} `), told[torn]);
  assert.equal(told[torn + 1], `${meter} power-failed`);
  assert.equal(
    (await life(1, { ...options, only })).traceHash,
    traceHash,
    'it is told to whoever reads, and else the same',
  );
});

test('copies put back in quick succession never forget more than a meter keeps receipts of', async () => {
  const options = { suite: Suite.tripleDesXo, meters: 1, localUnits: 1, hosts: 1, transfers: 300 };
  const { violations, faults, flagged } = await life(11, options);
  assert.deepEqual(violations, []);
  assert.equal(flagged, 0);
  assert.ok(faults['store-restored'] > 5);
});

test('half of the meters outlive all damage: what would strike another one stays away, and is counted', async () => {
  for (const [seed, wanted, cause] of [
    [303, 550, 'memory-pasted'],
    [226, 400, 'store-long-restored'],
  ] as const) {
    const options = { transfers: wanted, meters: 4, localUnits: 1, hosts: 1 };
    const { violations, transfers, faults, spared, flagged } = await life(seed, options);
    assert.deepEqual(violations, []);
    assert.ok(transfers >= wanted);
    assert.ok(faults[cause] > 0);
    assert.equal(flagged, 2);
    assert.ok(spared['memory-rolled-back'] + spared['memory-pasted'] > 0);
  }
});

test('a database that forgets what it confirmed is found', async () => {
  const { violations, faults } = await life(52, { transfers: 3_000, openStore: () => silentlyRestored() });
  assert.ok(faults['store-restored'] > 0);
  assert.ok(violations.length > 0);
});
