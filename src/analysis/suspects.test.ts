import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NETWORK, PROFILES, skipWithout } from './feeder.testing.ts';
import { householdDay, seeded } from './line-year.testing.ts';
import { FeederDay, GIVEN_ERRORS, type Stolen } from './stolen-day.testing.ts';
import { type LostIntervals, rankSuspects, type SuspectMeter, type Suspects } from './suspects.ts';

const QUARTERS = 96;
const DAYS = 7;
const HOURS = Uint8Array.from({ length: DAYS * QUARTERS }, (_, i) => Math.floor((i % QUARTERS) / 4));

/** A household's quarters of an hour in milliwatt-hours, day after day. */
function quarters(random: () => number): Float64Array {
  const all = new Float64Array(DAYS * QUARTERS);
  for (let day = 0; day < DAYS; day++) {
    householdDay(random).forEach((watts, minute) => {
      const at = day * QUARTERS + Math.floor(minute / 15);
      all[at] = (all[at] as number) + (watts * 1000) / 60;
    });
  }
  return all;
}

type Change = (used: Float64Array) => Float64Array;

/** A week of twelve households; what meter 5 uses is counted otherwise. */
function week(change: Change, of: Partial<SuspectMeter> = {}, unmeteredWatts = 0): LostIntervals {
  const random = seeded(3);
  const gave = new Float64Array(DAYS * QUARTERS).fill((unmeteredWatts * 1000) / 4);
  const meters = Array.from({ length: 12 }, (_, i): SuspectMeter => {
    const used = quarters(random);
    used.forEach((energy, at) => {
      gave[at] = (gave[at] as number) + energy;
    });
    const gain = 1 + 0.005 * (2 * random() - 1);
    const whole = used.map((each) => gain * each);
    const own: SuspectMeter = { meter: i + 1, counted: whole, usual: usualOf(whole), events: [], visits: [] };
    return i === 4 ? { ...own, counted: change(whole), ...of } : own;
  });
  return { minutes: 15, gave: gave.map((each) => 1.01 * each), meters, hours: HOURS, dayLength: QUARTERS };
}

/** The mean of its days, for each of them. */
function usualOf(counted: Float64Array): Float64Array {
  return counted.map((_, at) => {
    let sum = 0;
    for (let i = at % QUARTERS; i < counted.length; i += QUARTERS) sum += counted[i] as number;
    return sum / DAYS;
  });
}

const honest: Change = (used) => used;
const firstOf = ({ ranked }: Suspects) => ranked[0] as Suspects['ranked'][number];

const PATTERNS: Readonly<Record<string, Change>> = {
  share: (used) => used.map((each) => 0.8 * each),
  night: (used) => used.map((each, i) => ((HOURS[i] as number) >= 22 || (HOURS[i] as number) < 6 ? 0.3 * each : each)),
  missing: (used) => used.map((each, i) => (Math.floor(i / 40) % 2 === 0 ? 0 : each)),
  clipped: (used) => used.map((each) => Math.min(each, 100_000)),
  turned: (used) => used.map((_, i) => used[i - (i % QUARTERS) + QUARTERS - 1 - (i % QUARTERS)] as number),
};

test('a meter that is gone past in any of five ways is first, and the pattern is named with the energy', () => {
  const used = week(honest).meters[4]?.counted as Float64Array;
  for (const [pattern, change] of Object.entries(PATTERNS)) {
    const lost = week(change);
    const found = rankSuspects(lost);
    const { meter, likelihood, evidence } = firstOf(found);
    assert.deepEqual([meter, likelihood, found.isPlaced], [5, 99, true], pattern);
    const [why] = evidence;
    assert.ok(why?.kind === 'pattern', pattern);
    assert.equal(why.pattern, pattern);
    if (pattern === 'turned') continue;
    const counted = lost.meters[4]?.counted as Float64Array;
    const stolen = used.reduce((sum, each, i) => sum + each - (counted[i] as number), 0);
    // Of what is not constant in time, as what was missing from an hour's mean, only the middle can be told.
    const near = pattern === 'missing' || pattern === 'clipped' ? 0.7 : 0.15;
    assert.ok(Math.abs(why.energy / stolen - 1) < near, `${pattern}: ${why.energy} of ${stolen}`);
  }
});

test('beside one that is gone past nobody else is held to be one for what is next to nothing', () => {
  for (const share of [0.3, 0.7]) {
    for (let seed = 1; seed <= 6; seed++) {
      const random = seeded(seed);
      const gave = new Float64Array(1_440);
      const meters = Array.from({ length: 12 }, (_, i): SuspectMeter => {
        const used = Float64Array.from(householdDay(random), (watts) => (watts * 1000) / 60);
        for (const [minute, energy] of used.entries()) gave[minute] = (gave[minute] as number) + 1.02 * energy;
        const gain = (1 + 0.005 * (2 * random() - 1)) * (i === 4 ? 1 - share : 1);
        const counted = used.map((each) => 100 * Math.round((gain * each) / 100));
        return { meter: i + 1, counted, events: [], visits: [] };
      });
      const hours = Uint8Array.from({ length: 1_440 }, (_, minute) => Math.floor(minute / 60));
      const { ranked } = rankSuspects({ minutes: 1, gave, meters, hours, dayLength: 1_440 });
      const likely = ranked.filter(({ likelihood }) => likelihood > 50).map(({ meter }) => meter);
      assert.deepEqual(likely, [5], `${share} of seed ${seed}`);
    }
  }
});

test('where nobody steals nothing is placed, and no meter is more likely than not', () => {
  const found = rankSuspects(week(honest));
  assert.equal(found.isPlaced, false);
  assert.ok(firstOf(found).likelihood < 50);
  assert.deepEqual(new Set(found.ranked.map(({ meter }) => meter)).size, 12);
});

test('of two meters that count alike neither is the place, though one of them is gone past', () => {
  const lost = week(PATTERNS.clipped as Change);
  const [thief, other] = [4, 5].map((at) => lost.meters[at]?.counted as Float64Array) as [Float64Array, Float64Array];
  const gave = lost.gave.map((each, i) => each + 1.01 * ((thief[i] as number) - (other[i] as number)));
  const meters = lost.meters.map((each, at) =>
    at === 5 ? { ...(lost.meters[4] as SuspectMeter), meter: each.meter } : each,
  );
  const found = rankSuspects({ ...lost, gave, meters });
  const { meter, likelihood } = firstOf(found);
  assert.deepEqual([meter, likelihood, found.isPlaced], [5, 50, false]);
});

test('a constant load that no meter sees is told with its watts, and is not placed', () => {
  const found = rankSuspects(week(honest, {}, 300));
  assert.equal(found.isPlaced, false);
  assert.ok(Math.abs(found.constant.watts - 300) < 60, `${found.constant.watts} W`);
  assert.ok(found.constant.likelihood > 50);
});

test('a little that goes with a meter is the place where it is all that is missing, and not beside a load all day', () => {
  const little: Change = (used) =>
    used.map((each, i) => ((HOURS[i] as number) >= 22 || (HOURS[i] as number) < 6 ? 0.85 * each : each));
  const placed = (unmeteredWatts: number) => {
    const found = rankSuspects(week(little, {}, unmeteredWatts));
    return [firstOf(found).meter, found.isPlaced];
  };
  assert.deepEqual(
    [placed(0), placed(300)],
    [
      [5, true],
      [5, false],
    ],
  );
});

test('two that steal are both found, the one that takes more first', () => {
  const lost = week(PATTERNS.share as Change);
  const meters = lost.meters.map((each) =>
    each.meter === 9 ? { ...each, counted: each.counted.map((energy) => 0.4 * energy) } : each,
  );
  const { ranked } = rankSuspects({ ...lost, meters });
  assert.deepEqual(
    ranked.slice(0, 2).map(({ meter, likelihood }) => [meter, likelihood]),
    [
      [9, 99],
      [5, 99],
    ],
  );
});

/** The place of meter 5 among twelve of which none steals. */
function placeWith(of: Partial<SuspectMeter>): { place: number; evidence: readonly object[] } {
  const { ranked } = rankSuspects(week(honest, of));
  const place = ranked.findIndex(({ meter }) => meter === 5);
  return { place, evidence: ranked[place]?.evidence ?? [] };
}

test('a seal that told, and a visit that found theft, put a meter first; one that found nothing puts it last', () => {
  assert.deepEqual(placeWith({ events: ['cover', 'bypass'] }), {
    place: 0,
    evidence: [
      { kind: 'event', event: 'bypass' },
      { kind: 'event', event: 'cover' },
    ],
  });
  assert.deepEqual(placeWith({ visits: ['nothing', 'theft'] }), {
    place: 0,
    evidence: [{ kind: 'visit', found: 'theft' }],
  });
  assert.deepEqual(placeWith({ visits: ['nothing'] }), { place: 11, evidence: [{ kind: 'visit', found: 'nothing' }] });
});

test('a meter that counts far less than it used to, where its neighbours do not, is told to have dropped', () => {
  const { ranked } = rankSuspects(week((used) => used.map((each) => 0.5 * each)));
  const dropped = ranked.flatMap(({ meter, evidence }) => evidence.map((each) => ({ meter, ...each })));
  assert.deepEqual(
    dropped.filter(({ kind }) => kind === 'dropped'),
    [{ meter: 5, kind: 'dropped', percent: 50, neighbours: 0 }],
  );
});

const skip = skipWithout(PROFILES, NETWORK);
const METERS = [3, 8, 13, 18, 23, 28, 33, 38, 43, 48, 53];

test('on the European feeder 100 W of a meter are first, 50 and 25 W among the first three', { skip }, () => {
  const day = new FeederDay();
  const among = (watts: number, first: number) =>
    METERS.filter((meter, seed) => {
      const { ranked } = rankSuspects(day.live(seed, GIVEN_ERRORS, { meter, diverted: watts }));
      return ranked.slice(0, first).some((suspect) => suspect.meter === meter);
    }).length;
  assert.equal(among(100, 1), METERS.length);
  assert.ok(among(50, 3) >= METERS.length - 1);
  assert.ok(among(25, 3) >= 0.6 * METERS.length);
});

test('on the European feeder nothing is placed where nobody steals, nor where no meter sees the load', { skip }, () => {
  const day = new FeederDay();
  const placed = (stolen: Stolen) =>
    METERS.slice(0, 6).filter((seed) => rankSuspects(day.live(seed, GIVEN_ERRORS, stolen)).isPlaced).length;
  assert.equal(placed({}), 0);
  assert.equal(placed({ unmetered: 100 }), 0);
});
