import { DEFAULT_SUPPLY_POLICY } from '../records/index.ts';
import { type LoadSeries, replay, type UtilityOptions } from '../simulation/index.ts';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { tokens } from '../units/index.ts';
import { LOCAL_UNITS } from './demo-options.ts';
import { type Founding, suiteOf } from './founding.ts';

/** Business of the demo begins on a Monday at nine: the shops open, and nobody is protected from a cut. */
export const DEMO_BEGINS_MS = Date.UTC(2026, 2, 2, 0);
/** Korea has no daylight saving, and is where the meter was invented. */
export const DEMO_ZONE = 'Asia/Seoul';
export const DEMO_ZONE_MINUTES = 9 * 60;
/** How often a local unit goes round its meters: to watch, and to be done soon. */
const ROUND_LIVE_MS = 10 * 60_000;
const ROUND_ONCE_MS = 60 * 60_000;

/** A little emergency credit, so that a watcher sees it used, and used up. */
export const DEMO_POLICY = { ...DEFAULT_SUPPLY_POLICY, emergencyCredit: tokens(5), lowBalance: tokens(100) };

/** The utility of the demo, but for where it lives. */
export type Setting = Omit<UtilityOptions, 'store' | 'startMs' | 'memoryOf' | 'onHappening'>;

/** @param series the recorded loads of the founding, read */
export function settingOf(founding: Founding, series: readonly LoadSeries[], pace: 'live' | 'once'): Setting {
  const localStart = DEMO_BEGINS_MS / 60_000 + DEMO_ZONE_MINUTES;
  return {
    seed: founding.seed,
    meters: founding.meters,
    localUnits: Math.min(LOCAL_UNITS, founding.meters),
    suite: suiteOf(founding),
    zone: DEMO_ZONE,
    tariff: DEFAULT_TARIFF,
    policy: DEMO_POLICY,
    firstSale: { from: 2, to: 400 },
    forMoney: pace === 'live',
    roundMs: pace === 'once' ? ROUND_ONCE_MS : ROUND_LIVE_MS,
    // Houses that share a record live it in different weeks.
    ...(series.length === 0
      ? {}
      : {
          loads: series.map(
            (record) => (house: number) =>
              replay(localRecord(record), localStart - 7 * 1440 * Math.floor(house / series.length)),
          ),
        }),
  };
}

/** A record in UTC is lived by the local clock: breakfast stays in the morning. */
const localRecord = (record: LoadSeries): LoadSeries =>
  record.clock === 'local' ? record : { ...record, startMinute: record.startMinute + DEMO_ZONE_MINUTES };
