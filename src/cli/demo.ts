import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SUITE_NAMES } from '../crypto/index.ts';
import { MemoryStore, type Store } from '../host/index.ts';
import { tell, Utility } from '../simulation/index.ts';
import { DataFolder } from './data-folder.ts';
import { type DemoOptions, parseDemoOptions } from './demo-options.ts';
import { runLive } from './live.ts';
import { DEMO_BEGINS_MS, settingOf } from './setting.ts';
import { progressBar, storyText } from './story-text.ts';
import { WrongUse } from './usage.ts';

const DEFAULT_FOLDER = './wattpurse-data';
const DAY_MS = 86_400_000;
/** After the tills close, what was sold has this long to arrive. */
const SETTLE_MS = 60 * 60_000;
const SETTLE_STEP_MS = 60_000;

/** `wattpurse demo`: a whole utility in one process. */
export async function demo(args: readonly string[]): Promise<number> {
  const options = parseDemoOptions(args);
  return options.once ? once(options) : live(options);
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
      ...(folder === undefined
        ? {}
        : { keys: await folder.keys(setting.suite), memoryOf: (house: number) => folder.memoryOf(house) }),
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
