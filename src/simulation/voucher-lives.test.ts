import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { type SimulationOptions, simulate } from './simulate.ts';
import { simulatedMemory } from './simulated-store.ts';

const life = (seed: number, more: Partial<SimulationOptions> = {}) =>
  simulate({
    ...{ seed, meters: 8, localUnits: 1, hosts: 1, suite: Suite.aes128, transfers: 100 },
    openStore: () => simulatedMemory(),
    ...more,
  });

test('vouchers that are said wrongly, twice, elsewhere, after restores and taken back pay once, and none is lost', async () => {
  const struck = new Set<string>();
  for (const seed of [591, 2039]) {
    const { violations, vouchers, faults, checksOf } = await life(seed);
    assert.deepEqual(violations, []);
    assert.ok(vouchers.bought > 10 && (checksOf.I37 ?? 0) > 2 * vouchers.bought);
    for (const [kind, count] of Object.entries(faults)) if (count > 0) struck.add(kind);
  }
  for (const kind of [
    'voucher-mistyped',
    'voucher-doubled',
    'voucher-elsewhere',
    'voucher-taken-back',
    'store-restored',
  ]) {
    assert.ok(struck.has(kind), kind);
  }
});

test('nobody buys vouchers in other lives', async () => {
  const { vouchers, checksOf } = await life(1, { transfers: 10 });
  assert.deepEqual([vouchers, checksOf.I37], [{ bought: 0, twice: 0 }, undefined]);
});
