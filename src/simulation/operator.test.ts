import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../host/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../records/index.ts';
import { tokens } from '../units/index.ts';
import { type MeterStanding, OperatorView } from './index.ts';
import {
  alterByte,
  BEGINS_MS,
  bytesThatFreeze,
  HOUR_MS,
  keptMemories,
  MINUTE_MS,
  openSmall,
} from './small-utility.testing.ts';

const STALE = { staleAfterMs: 45 * MINUTE_MS };
const CALM = { outages: false, roundMs: 10 * MINUTE_MS } as const;

test('an operator sees a theft when the meter has told it, and no longer once it has told the end of it', async () => {
  const utility = await openSmall({ ...CALM, firstSale: { from: 5_000, to: 9_000 } });
  const view = new OperatorView(utility.host, STALE);
  const [thief, honest] = utility.houses;
  assert.ok(thief !== undefined && honest !== undefined);
  const standings = async (): Promise<(MeterStanding | undefined)[]> => {
    const all = await view.standings();
    return [all.get(thief.svpmsn), all.get(honest.svpmsn)];
  };
  assert.deepEqual(await standings(), ['stale', 'stale'], 'nobody was heard yet');
  await utility.runUntil(BEGINS_MS + HOUR_MS);
  assert.deepEqual(await standings(), ['supplied', 'supplied']);
  thief.tamper('bypass', true, utility.time.now, 1_500);
  assert.deepEqual(await standings(), ['supplied', 'supplied'], 'the wire is there, and nobody has told the host');
  await utility.runUntil(utility.time.now + 2 * MINUTE_MS);
  assert.deepEqual(await standings(), ['tamper', 'supplied']);
  thief.tamper('bypass', false, utility.time.now);
  await utility.runUntil(utility.time.now + HOUR_MS);
  assert.deepEqual(await standings(), ['supplied', 'supplied']);
});

test('an operator sees who has little, who borrows and who is off, as the meter told it', async () => {
  const policy = { ...DEFAULT_SUPPLY_POLICY, emergencyCredit: tokens(60), lowBalance: tokens(100) };
  const utility = await openSmall({ ...CALM, policy, firstSale: { from: 2, to: 90 } });
  utility.closeTheTills();
  const view = new OperatorView(utility.host, STALE);
  const seen = new Set<MeterStanding>();
  for (let at = BEGINS_MS; at < BEGINS_MS + 12 * HOUR_MS; at += 20 * MINUTE_MS) {
    await utility.runUntil(at);
    for (const standing of (await view.standings()).values()) seen.add(standing);
  }
  for (const standing of ['low', 'emergency', 'off'] as const) assert.ok(seen.has(standing), standing);
  await utility.runUntil(utility.time.now + HOUR_MS);
  const standings = await view.standings();
  for (const house of utility.houses) {
    assert.equal(standings.get(house.svpmsn) === 'off', house.relayOpen);
  }
});

test('an operator sees a frozen purse by its event, before anybody has sold to it, and a silent meter as stale', async () => {
  const store = new MemoryStore();
  const memoryOf = keptMemories();
  const before = await openSmall({ ...CALM, store, memoryOf, firstSale: { from: 5_000, to: 9_000 } });
  await before.runUntil(BEGINS_MS + HOUR_MS);
  const { memory } = memoryOf(0);
  alterByte(memory, bytesThatFreeze(memory)[0] as number);
  const utility = await openSmall({ ...CALM, store, memoryOf, startMs: await before.host.instantReserved() });
  utility.closeTheTills();
  const [frozen, dark] = utility.houses;
  assert.ok(frozen !== undefined && dark !== undefined);
  utility.powerFails(dark);
  await utility.runUntil(utility.time.now + HOUR_MS);
  const view = await utility.host.meter(frozen.svpmsn);
  assert.ok('purse' in view);
  const standings = await new OperatorView(utility.host, STALE).standings();
  assert.deepEqual([standings.get(frozen.svpmsn), standings.get(dark.svpmsn)], ['frozen', 'stale']);
});
