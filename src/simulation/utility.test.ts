import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { MemoryStore } from '../host/index.ts';
import { powerLineConditions } from '../line/index.ts';
import { inspectPurse, layoutOf, totalsNow } from '../meter/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../records/index.ts';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { tokens } from '../units/index.ts';
import { type Happening, minuteByMinute, tell, Utility, type UtilityOptions } from './index.ts';

/** Monday, 2 March 2026, 09:00 in Seoul, which is midnight UTC. */
const BEGINS_MS = Date.UTC(2026, 2, 2, 0);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const SEOUL_MINUTES = 9 * 60;

const open = (options: Partial<UtilityOptions> = {}) =>
  Utility.open({
    seed: 3,
    meters: 8,
    localUnits: 2,
    suite: Suite.aes128,
    store: new MemoryStore(),
    startMs: BEGINS_MS,
    zone: 'Asia/Seoul',
    tariff: DEFAULT_TARIFF,
    policy: { ...DEFAULT_SUPPLY_POLICY, emergencyCredit: tokens(5), lowBalance: tokens(100) },
    firstSale: { from: 2, to: 300 },
    roundMs: HOUR_MS,
    ...options,
  });

test('a utility lives two days on a noisy line and conserves every token', async () => {
  const utility = await open({ conditions: { ...powerLineConditions(1_200), frameLost: 0.02 }, farthestM: 800 });
  await utility.runUntil(BEGINS_MS + 2 * DAY_MS);
  utility.closeTheTills();
  await utility.runUntil(BEGINS_MS + 2 * DAY_MS + HOUR_MS);
  const story = await tell(utility);
  assert.equal(story.conserved, true);
  assert.equal(story.inFlightTokens, 0);
  assert.ok(story.cutOffs > 0 && story.reconnections > 0 && story.transfers > 8, JSON.stringify(story));
  assert.ok(utility.traffic().retries > 0, 'frames were repeated');
});

test('the same seed tells the same story, another seed another one', async () => {
  const stories = [];
  for (const seed of [3, 3, 4]) {
    const happenings: Happening[] = [];
    const utility = await open({ seed, onHappening: (happening) => happenings.push(happening) });
    await utility.runUntil(BEGINS_MS + 12 * HOUR_MS);
    stories.push({ story: await tell(utility), happenings });
  }
  assert.deepEqual(stories[0], stories[1]);
  assert.notDeepEqual(stories[0], stories[2]);
});

test('a single byte altered in the record of a purse is seen as value made or lost', async () => {
  const utility = await open();
  await utility.runUntil(BEGINS_MS + 2 * HOUR_MS);
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  const { bytes } = house.memory.nvm;
  const { purse, state } = layoutOf(1);
  const seen: number[] = [];
  for (let at = purse; at < state; at++) {
    bytes[at] = (bytes[at] as number) ^ 0x10;
    if (inspectPurse(house.memory).frozen !== 0) seen.push(at);
    bytes[at] = (bytes[at] as number) ^ 0x10;
  }
  // The record in use, its receipts, and the newest use row; older copies carry nothing that could be lost.
  assert.ok(seen.length >= 80, `${seen.length} bytes matter`);
  assert.equal((await tell(utility)).conserved, true);
  const at = seen[0] as number;
  bytes[at] = (bytes[at] as number) ^ 0x10;
  assert.equal((await tell(utility)).conserved, false);
});

/** The default table, written down a second time: percent at a local minute of a March week. */
function percentAt(localMinute: number): bigint {
  const weekday = (Math.floor(localMinute / 1440) + 4) % 7; // day 0 was a Thursday; 0 is Sunday
  const hour = Math.floor((localMinute % 1440) / 60);
  if (hour < 6) return 50n;
  if (weekday === 0 || weekday === 6) return 100n;
  if (hour < 9 || (hour >= 18 && hour < 22)) return 75n;
  return hour < 18 ? 200n : 100n;
}

test('what was spent equals a second computation from loads and table alone', async () => {
  const days = 3;
  // Enough credit that nobody is cut: then every load flows whole. Clocks that are right, so that minutes agree.
  const utility = await open({ firstSale: { from: 50_000, to: 90_000 }, driftPpmMax: 0 });
  await utility.runUntil(BEGINS_MS + days * DAY_MS);
  const story = await tell(utility);
  let spent = 0n;
  for (const house of utility.houses) {
    const load = minuteByMinute(house.options.load);
    let units = 0n;
    let milliwattHours = 0n;
    for (let minute = 0; minute < days * 1440; minute++) {
      const localMinute = BEGINS_MS / MINUTE_MS + SEOUL_MINUTES + minute;
      milliwattHours += BigInt(load(localMinute));
      const quanta = milliwattHours / 100n;
      milliwattHours -= quanta * 100n;
      units += quanta * BigInt(DEFAULT_TARIFF.unitCharge) * percentAt(localMinute) * 100n;
    }
    spent += units / 10n ** 11n;
  }
  assert.equal(BigInt(story.spentTokens), spent);
  assert.equal(story.cutOffs, 0);
});

test('a line that is never silent delays no minute, no draw and no display of any meter', async () => {
  // One round after another: the local unit polls without a pause, over 1,200 bit/s.
  const utility = await open({
    meters: 60,
    localUnits: 1,
    roundMs: 1,
    firstSale: { from: 5_000, to: 9_000 },
    driftPpmMax: 0,
  });
  await utility.runUntil(BEGINS_MS + HOUR_MS);
  const before = utility.traffic();
  for (let minute = 61; minute <= 120; minute++) {
    const now = BEGINS_MS + minute * MINUTE_MS;
    await utility.runUntil(now);
    for (const house of utility.houses) {
      assert.equal(house.meter.highestMinute, now / MINUTE_MS - 1, 'the minute that ended is committed at its end');
      const held = inspectPurse(house.memory);
      assert.equal(held.stored + held.out, house.balance, 'the display shows what the purse holds');
    }
  }
  const busy = (utility.traffic().airtimeMs - before.airtimeMs) / HOUR_MS;
  assert.ok(busy > 0.7, `the line was on the air for ${Math.round(100 * busy)} % of the hour`);
  for (const { meter, flowedMilliwattHours } of utility.houses) {
    const [supply] = meter.supplies;
    assert.ok(supply !== undefined);
    assert.equal(totalsNow(supply).registerImport, Math.floor(flowedMilliwattHours / 100), 'no sample was lost');
  }
});
