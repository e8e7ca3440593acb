import { setTimeout as sleep } from 'node:timers/promises';
import { SUITE_NAMES } from '../crypto/index.ts';
import { Utility } from '../simulation/index.ts';
import type { DataFolder } from './data-folder.ts';
import { DemoControl } from './demo-control.ts';
import { LogView } from './log-view.ts';
import type { Setting } from './setting.ts';
import { snapshotOf } from './snapshot.ts';
import { TerminalView } from './terminal-view.ts';
import { WrongUse } from './usage.ts';
import type { View } from './view.ts';

export interface LiveOptions {
  readonly folder: DataFolder;
  readonly setting: Setting;
  readonly speed: number;
  readonly color: boolean;
  /** When business begins, in a new folder. */
  readonly startMs: number;
}

const STEP_WALL_MS = 100;
const DRAW_EVERY_STEPS = 3;
/** A machine that slept does not live the night in one step. */
const STEP_BUSINESS_MS_MAX = 10 * 60_000;

/** Runs until it is stopped: by the key, by a signal, or by whoever kills it. */
export async function runLive(options: LiveOptions): Promise<number> {
  const { folder } = options;
  const { setting, startMs } = await continued(options);
  const keys = await folder.keys(setting.suite);
  const view: View = process.stdout.isTTY === true ? new TerminalView(options.color) : new LogView();
  let stopping = false;
  const stop = () => {
    stopping = true;
  };
  // They stay until the process ends: a second signal must not cut the closing short.
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const utility = await Utility.open({
      ...setting,
      store: folder.store,
      keys,
      startMs,
      memoryOf: (house) => folder.memoryOf(house),
      onHappening: (happening) => view.happened(happening),
    });
    const control = new DemoControl(utility, options.speed);
    let wall = performance.now();
    for (let step = 0; !stopping; step++) {
      await sleep(STEP_WALL_MS);
      const now = performance.now();
      const business = Math.min((now - wall) * control.speed, STEP_BUSINESS_MS_MAX);
      wall = now;
      await utility.runUntil(utility.time.now + Math.round(business));
      for (const action of view.actions()) {
        if (action === 'quit') stop();
        else await control.obey(action);
      }
      if (step % DRAW_EVERY_STEPS === 0) view.draw(await snapshotOf(utility, control));
    }
  } finally {
    view.close();
  }
  return 0;
}

/** A folder goes on as it began, at the instant that no process has used yet. */
async function continued({ folder, setting, startMs }: LiveOptions): Promise<{ setting: Setting; startMs: number }> {
  const founding = folder.founding();
  const suite = SUITE_NAMES[setting.suite] as string;
  if (founding === undefined) {
    folder.found({ version: 1, seed: String(setting.seed), suite, meters: setting.meters, startMs });
    return { setting, startMs };
  }
  if (founding.suite !== suite || founding.meters !== setting.meters || founding.seed !== String(setting.seed)) {
    throw new WrongUse(
      `${folder.path} holds a demo of ${founding.meters} meters on ${founding.suite} with seed ${founding.seed}: ` +
        'start it with these, or name another folder with --data.',
    );
  }
  const reserved = await folder.store.read((tx) => tx.fact('instant-reserved'));
  return { setting, startMs: Math.max(founding.startMs, reserved ?? 0) };
}
