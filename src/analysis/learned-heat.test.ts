import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTES_PER_DAY } from '../records/index.ts';
import { balanceDay, type DayBalance, type MeterDay, raisedFrom } from './energy-balance.ts';
import { hourProducts, learnHeat } from './learned-heat.ts';
import { householdDay, seeded } from './line-year.testing.ts';

const HOUSEHOLDS = 20;
const FIRST_DAY = 20_000;
const DAYS = 29;
const MWH_PER_WATT_MINUTE = 1000 / 60;

interface HeatedDays {
  /** A factor of the check meter. */
  readonly check: number;
  /** Watts of heat at 10 kW in the line that all share, and at 2 kW in the one that each has for itself. */
  readonly shared: number;
  readonly own: number;
  readonly days?: number;
}

/** Honest days of a line that loses nothing but heat, each judged by those before it, and what the lines lost in the last. */
function heated({ check, shared, own, days = DAYS }: HeatedDays): { readonly balances: DayBalance[]; heat: number } {
  const random = seeded(3);
  const gains = Array.from({ length: HOUSEHOLDS }, () => 1 + 0.005 * (2 * random() - 1));
  const balances: DayBalance[] = [];
  let heat = 0;
  for (let day = FIRST_DAY; day < FIRST_DAY + days; day++) {
    const used = gains.map(() => householdDay(random));
    const heats = Array.from({ length: MINUTES_PER_DAY }, (_, minute) => {
      const watts = used.map((each) => each[minute] as number);
      const all = watts.reduce((sum, each) => sum + each, 0);
      return shared * (all / 10_000) ** 2 + watts.reduce((sum, each) => sum + own * (each / 2_000) ** 2, 0);
    });
    const gave = Uint32Array.from(heats, (lost, minute) => {
      const watts = used.reduce((sum, each) => sum + (each[minute] as number), lost);
      return Math.round(check * watts * MWH_PER_WATT_MINUTE);
    });
    const meters = used.map((watts, house): MeterDay => {
      const energies = watts.map((each) => ((gains[house] as number) * each * 10) / 60);
      const supplies = [{ day, energies: Uint16Array.from(energies, Math.round), others: [] }];
      return { svpmsn: house + 1, supplies, clockOffsetMs: 0, changed: undefined };
    });
    balances.push(balanceDay({ day, gave, meters, learned: balances }));
    heat = heats.reduce((sum, each) => sum + each, 0) * MWH_PER_WATT_MINUTE;
  }
  return { balances, heat };
}

test('heat in lines is told apart from a check meter that is wrong by half a percent, either way', () => {
  for (const check of [0.995, 1, 1.005]) {
    const { balances, heat } = heated({ check, shared: 100, own: 10 });
    const last = balances.at(-1) as DayBalance;
    assert.equal(last.verdict, 'balanced');
    assert.ok(Math.abs(last.technical / heat - 1) < 0.2, `${check}: ${last.technical} of ${heat}`);
    const wrongBy = (last.apparent as number) / last.gave;
    // The meters themselves are wrong by a little in common.
    assert.ok(Math.abs(wrongBy - (check - 1)) < 0.0025, `${check}: ${wrongBy}`);
  }
});

test('lines that lose nothing are not said to, whatever meters are wrong by', () => {
  const { balances } = heated({ check: 1.005, shared: 0, own: 0 });
  const last = balances.at(-1) as DayBalance;
  assert.ok(last.technical >= 0 && last.technical < 0.001 * last.gave, `${last.technical} of ${last.gave}`);
  assert.ok((last.apparent as number) > 0.003 * last.gave);
});

test('before a week of hours is known they are not told apart, and what is expected is the same', () => {
  const { balances } = heated({ check: 1.005, shared: 100, own: 10, days: 8 });
  assert.deepEqual(
    balances.map(({ apparent }) => apparent !== undefined),
    [false, false, false, false, false, false, false, true],
  );
  const [seventh, eighth] = balances.slice(-2) as [DayBalance, DayBalance];
  assert.equal(seventh.loss, seventh.technical + seventh.unexplained);
  assert.equal(eighth.loss, eighth.technical + (eighth.apparent as number) + eighth.unexplained);
  // Whether a load is raised does not hang on it.
  const { apparent, technical, ...rest } = eighth;
  assert.equal(raisedFrom({ ...rest, technical: technical + (apparent as number) }), raisedFrom(eighth));
});

test('days from before hours were kept, and hours in which nothing flowed, tell nothing of heat', () => {
  const { balances } = heated({ check: 1, shared: 100, own: 10, days: 8 });
  assert.notEqual(learnHeat(balances), undefined);
  assert.equal(learnHeat(balances.map((day) => ({ ...day, hourly: undefined }))), undefined);
  const dark = {
    hourly: hourProducts(Array.from({ length: 24 }, () => ({ gave: 0, squares: 0, meterSquares: 0, loss: 0 }))),
  };
  assert.equal(learnHeat(Array.from({ length: 30 }, () => dark)), undefined);
});

test('where what is missing falls with the squares of what flows, no line is said to win', () => {
  const random = seeded(5);
  const hours = Array.from({ length: 24 * 28 }, () => {
    const [gave, spread, own] = [1e6 * (1 + 4 * random()), 1 + random(), random()];
    const [squares, meterSquares] = [(spread * gave ** 2) / 60, (own * gave ** 2) / 600];
    return { gave, squares, meterSquares };
  });
  const heatOf = (shared: number, own: number) =>
    learnHeat([
      {
        hourly: hourProducts(hours.map((hour) => ({ ...hour, loss: shared * hour.squares + own * hour.meterSquares }))),
      },
    ]);
  for (const [shared, own] of [
    [-1e-7, 2e-6],
    [2e-7, -1e-6],
    [-1e-7, -1e-6],
  ] as const) {
    const heat = heatOf(shared, own);
    assert.ok(heat !== undefined && heat(1, 0) >= 0 && heat(0, 1) >= 0, `${shared}, ${own}`);
  }
  const heat = heatOf(2e-7, 2e-6);
  assert.ok(heat !== undefined && heat(1, 0) > 1e-7 && heat(0, 1) > 1e-6);
});
