import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HostServices, MemoryStore } from '../host/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../records/index.ts';
import { type Svpmsn, tokens } from '../units/index.ts';
import type { MeterState } from '../words/index.ts';
import {
  alterByte,
  BEGINS_MS,
  bytesThatFreeze,
  HOUR_MS,
  keptMemories,
  MINUTE_MS,
  openSmall,
} from './small-utility.testing.ts';

const CALM = { outages: false, roundMs: 10 * MINUTE_MS } as const;

/** How the host holds each meter to stand. */
const standingsOf = async (host: HostServices): Promise<ReadonlyMap<Svpmsn, MeterState>> =>
  new Map((await host.meters()).map(({ meter, standing }) => [meter.svpmsn, standing.state]));

test('an operator sees a theft when the meter has told it, and no longer once it has told the end of it', async () => {
  const utility = await openSmall({ ...CALM, firstSale: { from: 5_000, to: 9_000 } });
  const [thief, honest] = utility.houses;
  assert.ok(thief !== undefined && honest !== undefined);
  const standings = async () => {
    const all = await standingsOf(utility.host);
    return [all.get(thief.svpmsn), all.get(honest.svpmsn)];
  };
  assert.deepEqual(await standings(), ['dark', 'dark'], 'nobody was heard yet');
  await utility.runUntil(BEGINS_MS + HOUR_MS);
  assert.deepEqual(await standings(), ['supplied', 'supplied']);
  thief.tamper('bypass', true, utility.time.now, 1_500);
  assert.deepEqual(await standings(), ['supplied', 'supplied'], 'the wire is there, and nobody has told the host');
  await utility.runUntil(utility.time.now + 2 * MINUTE_MS);
  assert.deepEqual(await standings(), ['tampered', 'supplied']);
  thief.tamper('bypass', false, utility.time.now);
  await utility.runUntil(utility.time.now + HOUR_MS);
  assert.deepEqual(await standings(), ['supplied', 'supplied']);
});

test('an operator sees who has little, who borrows and who is off, as the meter told it', async () => {
  const policy = { ...DEFAULT_SUPPLY_POLICY, emergencyCredit: tokens(60), lowBalance: tokens(100) };
  const utility = await openSmall({ ...CALM, policy, firstSale: { from: 2, to: 90 } });
  utility.closeTheTills();
  const seen = new Set<MeterState>();
  for (let at = BEGINS_MS; at < BEGINS_MS + 12 * HOUR_MS; at += 20 * MINUTE_MS) {
    await utility.runUntil(at);
    for (const standing of (await standingsOf(utility.host)).values()) seen.add(standing);
  }
  for (const standing of ['low', 'emergency', 'off'] as const) assert.ok(seen.has(standing), standing);
  await utility.runUntil(utility.time.now + HOUR_MS);
  const standings = await standingsOf(utility.host);
  for (const house of utility.houses) {
    assert.equal(standings.get(house.svpmsn) === 'off', house.relayOpen);
  }
});

test('an operator sees a frozen purse by its event, before anybody has sold to it, and a house without power as dark', async () => {
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
  await utility.runUntil(utility.time.now + 35 * MINUTE_MS);
  const [, waited] = (await utility.host.meters()).map(({ standing }) => standing);
  assert.deepEqual(waited, { state: 'dark', why: ['last-gasp'], stale: true }, 'its last gasp told it');
  await utility.runUntil(utility.time.now + HOUR_MS);
  const [broken, silent] = (await utility.host.meters()).map(({ standing }) => standing);
  assert.deepEqual([broken?.state, broken?.why], ['frozen', ['meter-frozen']]);
  assert.deepEqual(silent, { state: 'dark', why: ['last-gasp'], stale: true });
});
