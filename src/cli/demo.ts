import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryStore } from '../host/index.ts';
import { tell, Utility } from '../simulation/index.ts';
import { milliseconds } from '../units/index.ts';
import { type DemoOptions, parseDemoOptions } from './demo-options.ts';
import { FOUNDING_FILE } from './folder-files.ts';
import { continuedFounding, type Founding, newFounding } from './founding.ts';
import { tryPort } from './listen.ts';
import { runLive } from './live.ts';
import { readLoads } from './read-loads.ts';
import { DEMO_BEGINS_MS, settingOf } from './setting.ts';
import { progressBar, storyText } from './story-text.ts';
import { WrongUse } from './usage.ts';
import { DEFAULT_FOLDER, within } from './within.ts';

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
  const founding = newFounding(options.founding, DEMO_BEGINS_MS);
  const setting = settingOf(founding, readLoads(options.founding.loads ?? []), 'once');
  if (options.data === undefined) {
    return runOnce(
      options,
      founding,
      await Utility.open({ ...setting, store: new MemoryStore(), startMs: DEMO_BEGINS_MS }),
    );
  }
  return within(options.data, async (folder) => {
    if ((await folder.founding()) !== undefined) {
      throw new WrongUse(
        `${folder.path} holds a utility already: name a new folder with --data, or leave --once out to go on.`,
      );
    }
    folder.found(founding);
    const keys = await folder.keys(setting.suite);
    const memoryOf = (house: number) => folder.memoryOf(house);
    const { store } = folder;
    const utility = await Utility.open({ ...setting, store, books: store, startMs: DEMO_BEGINS_MS, keys, memoryOf });
    const code = await runOnce(options, founding, utility);
    await store.signHead({ now: milliseconds(utility.time.now) });
    return code;
  });
}

async function runOnce({ days, json }: DemoOptions, founding: Founding, utility: Utility): Promise<number> {
  const progress = progressBar(days);
  for (let day = 1; day <= days; day++) {
    await utility.runUntil(DEMO_BEGINS_MS + day * DAY_MS);
    progress.show(day, `day ${day} of ${days}`);
  }
  progress.end();
  await settle(utility, DEMO_BEGINS_MS + days * DAY_MS);
  const { meters, seed, suite } = founding;
  const story = { meters, days, seed: Number(seed), suite, ...(await tell(utility)) };
  process.stdout.write(json ? `${JSON.stringify(story)}\n` : storyText(story));
  return story.conserved ? 0 : 1;
}

/** Nobody buys any more, and what is under way arrives. */
async function settle(utility: Utility, from: number): Promise<void> {
  utility.closeTheTills();
  for (let at = from + SETTLE_STEP_MS; at <= from + SETTLE_MS; at += SETTLE_STEP_MS) {
    await utility.runUntil(at);
    if ((await utility.host.books()).inFlight === 0n) return;
  }
}

async function live({ data, founding: named, speed, color, listen }: DemoOptions): Promise<number> {
  // Before anything is begun: a load file that cannot be used leaves no folder behind.
  const recorded = named.loads && readLoads(named.loads);
  const path = data ?? DEFAULT_FOLDER;
  const portTried = async () => {
    if (typeof listen === 'object') await tryPort(listen);
  };
  // Nor does a port that cannot be had. A folder that is in use already is named before its port is.
  if (!existsSync(join(path, FOUNDING_FILE))) await portTried();
  return within(path, async (folder) => {
    const kept = await folder.founding();
    const founding =
      kept === undefined ? newFounding(named, DEMO_BEGINS_MS) : continuedFounding(kept, named, folder.path);
    const setting = settingOf(founding, recorded ?? readLoads(founding.loads), 'live');
    const startMs = await folder.instant(founding);
    await portTried();
    if (kept === undefined) folder.found(founding);
    const keys = await folder.keys(setting.suite);
    const signer = listen === 'none' ? undefined : await signerIn(folder.path);
    return runLive({
      folder,
      founding,
      setting,
      keys,
      startMs,
      signer,
      isNew: kept === undefined,
      speed,
      color,
      listen,
    });
  });
}

/** Whoever does not want the API does not wait for what signs its receipts. */
const signerIn = async (folder: string) => (await import('./demo-receipts.ts')).demoReceipts(folder);
