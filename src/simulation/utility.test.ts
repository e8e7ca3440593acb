import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../host/index.ts';
import { PERFECT_CONDITIONS, powerLineConditions } from '../line/index.ts';
import { inspectPurse, totalsNow } from '../meter/index.ts';
import { VOLTAGE_MISSING } from '../records/index.ts';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { type Happening, minuteByMinute, tell } from './index.ts';
import {
  alterByte,
  BEGINS_MS,
  bytesThatFreeze,
  changeNewestEvent,
  DAY_MS,
  HOUR_MS,
  keptMemories,
  MINUTE_MS,
  newestEvent,
  openSmall,
} from './small-utility.testing.ts';

const SEOUL_MINUTES = 9 * 60;

test('a utility lives a day on a noisy line and conserves every token', async () => {
  const utility = await openSmall({ conditions: { ...powerLineConditions(1_200), frameLost: 0.02 }, farthestM: 800 });
  await utility.runUntil(BEGINS_MS + DAY_MS);
  utility.closeTheTills();
  await utility.runUntil(BEGINS_MS + DAY_MS + HOUR_MS);
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
    const utility = await openSmall({ seed, onHappening: (happening) => happenings.push(happening) });
    await utility.runUntil(BEGINS_MS + 4 * HOUR_MS);
    stories.push({ story: await tell(utility), happenings });
  }
  assert.deepEqual(stories[0], stories[1]);
  assert.notDeepEqual(stories[0], stories[2]);
});

test('a meter whose purse is frozen takes nobody with it: the others buy, spend and are heard', async () => {
  const store = new MemoryStore();
  const memoryOf = keptMemories();
  const before = await openSmall({ store, memoryOf });
  await before.runUntil(BEGINS_MS + 2 * HOUR_MS);
  const { memory } = memoryOf(0);
  alterByte(memory, bytesThatFreeze(memory)[0] as number);

  const told: Happening[] = [];
  const startMs = await before.host.instantReserved();
  const utility = await openSmall({ store, memoryOf, startMs, onHappening: (happening) => told.push(happening) });
  const [frozen, ...others] = utility.houses;
  assert.ok(frozen !== undefined);
  assert.deepEqual(
    utility.houses.map((house) => house.frozen),
    [true, ...others.map(() => false)],
  );
  const used = others.map((house) => inspectPurse(house.memory).used);
  await utility.runUntil(startMs + 10 * HOUR_MS);

  for (const [i, house] of others.entries()) {
    assert.ok(inspectPurse(house.memory).used > (used[i] as number), 'it spends');
  }
  assert.ok(told.some((happening) => happening.what === 'stored' && happening.svpmsn !== frozen.svpmsn));
  const refused = told.flatMap((happening) => (happening.what === 'refused' ? [happening] : []));
  assert.ok(refused.length > 0, 'whoever goes to the kiosk again is told');
  for (const { svpmsn, sentence } of refused) {
    assert.equal(svpmsn, frozen.svpmsn);
    assert.match(String(sentence), /takes no value \(meter-frozen\): look into it, then release the meter\./);
  }
  const sales = utility.counts.sales;
  assert.equal((await utility.buy(frozen, 100))?.reason, 'meter-frozen');
  assert.equal(utility.counts.sales, sales);
  assert.equal(await utility.buy(others[0] as typeof frozen, 100), undefined);
  assert.equal(utility.counts.sales, sales + 1);
  const story = await tell(utility);
  assert.deepEqual(story.findings, ['Meter 0a1b2c: its purse is frozen, and what it holds cannot be proved.']);
});

test('events and profiles that a local unit brought, and the books lost, are brought again within a round', async () => {
  const utility = await openSmall({ outages: false });
  await utility.runUntil(BEGINS_MS + 25 * HOUR_MS);
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  const known = async () => {
    const [view] = await utility.host.meters();
    assert.ok(view?.known !== undefined && view.meter.svpmsn === house.svpmsn);
    return view.known;
  };
  const before = await known();
  const { nextEvent = 0, eventsBefore, profileDay } = before;
  assert.ok(nextEvent > 1);
  assert.deepEqual([eventsBefore, profileDay], [nextEvent, BEGINS_MS / DAY_MS]);
  // As if the store had failed under the polls that brought them: the local unit brings them no second time by itself.
  const lost = { ...before, eventsBefore: 1, profileDay: undefined };
  await utility.options.store.transaction((tx) => tx.putKnowledge(lost));
  await utility.runUntil(utility.time.now + HOUR_MS + 10 * MINUTE_MS);
  const after = await known();
  assert.ok((after.eventsBefore ?? 0) >= nextEvent);
  assert.equal(after.profileDay, profileDay);
});

test('the voltage of a day comes from the meter to the books over the line, quarter by quarter', async () => {
  const utility = await openSmall({ outages: false });
  const ohms = { r1: 0.01, x1: 0.01, r0: 0.01, x0: 0.01 };
  const file = { source: { node: 'transformer', volts: 230, ohms }, cables: {}, lines: [], loads: [] };
  const localUnits = [...new Set((await utility.host.meters()).map(({ meter }) => meter.localUnit))];
  const networks = localUnits.map((localUnit) => ({ id: String(localUnit), localUnit, file }));
  await utility.options.store.transaction((tx) => tx.lineNetworks.put(networks));
  await utility.runUntil(BEGINS_MS + 27 * HOUR_MS);
  const ids = utility.houses.map(({ svpmsn }) => `${svpmsn.toString(16).padStart(6, '0')}-1-${BEGINS_MS / DAY_MS}`);
  const readings = await utility.options.store.read((tx) => tx.voltages.of(ids));
  for (const reading of readings) {
    assert.ok(reading !== undefined, 'each meter has told its day');
    const known = [...reading.volts].filter((each) => each !== VOLTAGE_MISSING);
    assert.ok(known.length >= 90, `${known.length} quarters`);
    assert.ok(Math.min(...known) > 20_000 && Math.max(...known) <= 23_600);
    assert.ok(new Set(known).size > 30, 'they differ');
  }
});

test('an event that is changed in the memory of a meter shows at the next one, and no honest meter is blamed', async () => {
  const utility = await openSmall();
  await utility.runUntil(BEGINS_MS + 6 * HOUR_MS);
  const blamed = async () => {
    const views = await utility.host.meters();
    const found = views.filter(({ standing }) => standing.why.some((why) => why.startsWith('events-')));
    return found.map(({ meter }) => meter.svpmsn);
  };
  const views = await utility.host.meters();
  assert.ok(views.every(({ known }) => (known?.linkedEvent ?? 0) > 1));
  assert.deepEqual(await blamed(), []);
  // Of one that has an event which nobody has read yet.
  const unread = async () => {
    const read = new Map((await utility.host.meters()).map(({ meter, known }) => [meter.svpmsn, known?.eventsBefore]));
    return utility.houses.find(({ svpmsn, memory }) => newestEvent(memory).sequence >= (read.get(svpmsn) ?? Infinity));
  };
  let house = await unread();
  while (house === undefined) {
    await utility.runUntil(utility.time.now + 10 * MINUTE_MS);
    house = await unread();
  }
  changeNewestEvent(house.memory);
  assert.equal(await utility.buy(house, 100), undefined);
  await utility.runUntil(utility.time.now + 3 * HOUR_MS);
  assert.deepEqual(await blamed(), [house.svpmsn]);
});

test('a power line has noise of its own: frames are repeated, a silent one repeats nothing', async () => {
  const noisy = await openSmall({ outages: false });
  const silent = await openSmall({ outages: false, conditions: PERFECT_CONDITIONS });
  for (const utility of [noisy, silent]) await utility.runUntil(BEGINS_MS + 6 * HOUR_MS);
  assert.ok(noisy.traffic().retries > 0);
  assert.equal(silent.traffic().retries, 0);
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
  const days = 2;
  // Enough credit that nobody is cut: then every load flows whole. Clocks that are right, so that minutes agree.
  const utility = await openSmall({ firstSale: { from: 50_000, to: 90_000 }, driftPpmMax: 0, outages: false });
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
  const utility = await openSmall({
    meters: 60,
    localUnits: 1,
    roundMs: 1_000,
    firstSale: { from: 5_000, to: 9_000 },
    driftPpmMax: 0,
    outages: false,
  });
  await utility.runUntil(BEGINS_MS + HOUR_MS);
  const before = utility.traffic();
  for (let minute = 61; minute <= 90; minute++) {
    const now = BEGINS_MS + minute * MINUTE_MS;
    await utility.runUntil(now);
    for (const house of utility.houses) {
      assert.equal(house.meter.highestMinute, now / MINUTE_MS - 1, 'the minute that ended is committed at its end');
      const held = inspectPurse(house.memory);
      assert.equal(held.stored + held.out, house.balance, 'the display shows what the purse holds');
    }
  }
  const busy = (utility.traffic().airtimeMs - before.airtimeMs) / (30 * MINUTE_MS);
  assert.ok(busy > 0.7, `the line was on the air for ${Math.round(100 * busy)} % of the time`);
  for (const { meter, flowedMilliwattHours } of utility.houses) {
    const [supply] = meter.supplies;
    assert.ok(supply !== undefined);
    assert.equal(totalsNow(supply).registerImport, Math.floor(flowedMilliwattHours / 100), 'no sample was lost');
  }
});

test('an idle line asks who has something to say every few seconds, also at the ends of minutes', async () => {
  const utility = await openSmall({ conditions: PERFECT_CONDITIONS, outages: false });
  await utility.runUntil(BEGINS_MS + HOUR_MS);
  for (const { localUnit } of utility.transformers) {
    let { frames } = localUnit.traffic;
    for (let tens = 0; tens < 360; tens++) {
      await utility.runUntil(utility.time.now + 10_000);
      assert.ok(
        localUnit.traffic.frames > frames,
        `silent for ten seconds at ${new Date(utility.time.now).toISOString()}`,
      );
      frames = localUnit.traffic.frames;
    }
  }
});
