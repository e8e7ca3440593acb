import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SUITE_NAMES } from '../crypto/index.ts';
import { MemoryStore, type Store } from '../host/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../records/index.ts';
import { replay, tell, Utility, type UtilityOptions } from '../simulation/index.ts';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { tokens } from '../units/index.ts';
import { DataFolder } from './data-folder.ts';
import { type DemoOptions, LOCAL_UNITS, parseDemoOptions } from './demo-options.ts';
import { runLive } from './live.ts';
import { readLoads } from './read-loads.ts';
import { progressBar, storyText } from './story-text.ts';
import { WrongUse } from './usage.ts';

/** Business of the demo begins on a Monday at nine: the shops open, and nobody is protected from a cut. */
export const DEMO_BEGINS_MS = Date.UTC(2026, 2, 2, 0);
/** Korea has no daylight saving, and is where the meter was invented. */
export const DEMO_ZONE = 'Asia/Seoul';
const DEFAULT_FOLDER = './wattpurse-data';
const DAY_MS = 86_400_000;
/** After the tills close, what was sold has this long to arrive. */
const SETTLE_MS = 60 * 60_000;
const SETTLE_STEP_MS = 60_000;
const ROUND_LIVE_MS = 10 * 60_000;
const ROUND_ONCE_MS = 60 * 60_000;

/** A little emergency credit, so that a watcher sees it used, and used up. */
export const DEMO_POLICY = { ...DEFAULT_SUPPLY_POLICY, emergencyCredit: tokens(5), lowBalance: tokens(100) };

/** `wattpurse demo`: a whole utility in one process. */
export async function demo(args: readonly string[]): Promise<number> {
  const options = parseDemoOptions(args);
  return options.once ? once(options) : live(options);
}

export type Setting = Omit<UtilityOptions, 'store' | 'startMs' | 'memoryOf' | 'onHappening'>;

export function settingOf(options: Pick<DemoOptions, 'loads' | 'meters' | 'seed' | 'suite' | 'once'>): Setting {
  const series = readLoads(options.loads);
  const zoneMinutes = 9 * 60;
  const localStart = DEMO_BEGINS_MS / 60_000 + zoneMinutes;
  return {
    seed: options.seed,
    meters: options.meters,
    localUnits: Math.min(LOCAL_UNITS, options.meters),
    suite: options.suite,
    zone: DEMO_ZONE,
    tariff: DEFAULT_TARIFF,
    policy: DEMO_POLICY,
    firstSale: { from: 2, to: 400 },
    roundMs: options.once ? ROUND_ONCE_MS : ROUND_LIVE_MS,
    // Houses that share a record live it in different weeks.
    ...(series.length === 0
      ? {}
      : {
          loads: series.map(
            (record) => (house: number) => replay(record, localStart - 7 * 1440 * Math.floor(house / series.length)),
          ),
        }),
  };
}

async function once(options: DemoOptions): Promise<number> {
  const setting = settingOf(options);
  const folder = options.data === undefined ? undefined : newFolder(options.data);
  const store: Store = folder?.store ?? new MemoryStore();
  try {
    const utility = await Utility.open({
      ...setting,
      store,
      startMs: DEMO_BEGINS_MS,
      ...(folder === undefined ? {} : { memoryOf: (house: number) => folder.memoryOf(house) }),
    });
    const progress = progressBar(options.days);
    for (let day = 1; day <= options.days; day++) {
      await utility.runUntil(DEMO_BEGINS_MS + day * DAY_MS);
      progress.show(day);
    }
    progress.end();
    await settle(utility, DEMO_BEGINS_MS + options.days * DAY_MS);
    const { meters, days, seed } = options;
    const story = { meters, days, seed: Number(seed), suite: SUITE_NAMES[options.suite], ...(await tell(utility)) };
    process.stdout.write(options.json ? `${JSON.stringify(story)}\n` : storyText(story));
    return story.conserved ? 0 : 1;
  } finally {
    await (folder === undefined ? store.close() : folder.close());
  }
}

/** Nobody buys any more, and what is under way arrives. */
async function settle(utility: Utility, from: number): Promise<void> {
  utility.closeTheTills();
  for (let at = from + SETTLE_STEP_MS; at <= from + SETTLE_MS; at += SETTLE_STEP_MS) {
    await utility.runUntil(at);
    if ((await utility.host.books()).inFlight === 0n) return;
  }
}

function newFolder(path: string): DataFolder {
  if (existsSync(join(path, 'demo.json')) || existsSync(join(path, 'meters.nvm'))) {
    throw new WrongUse(`${path} holds a utility already: name a new folder with --data, or leave --once out to go on.`);
  }
  return new DataFolder(path);
}

async function live(options: DemoOptions): Promise<number> {
  const setting = settingOf(options);
  const folder = new DataFolder(options.data ?? DEFAULT_FOLDER);
  try {
    return await runLive({ folder, setting, speed: options.speed, color: options.color, startMs: DEMO_BEGINS_MS });
  } finally {
    await folder.close();
  }
}
