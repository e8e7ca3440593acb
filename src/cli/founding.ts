import { resolve } from 'node:path';
import { SUITE_NAMES, type Suite, suiteByName } from '../crypto/index.ts';
import { WrongUse } from './usage.ts';

/** What a demo was begun with. Its folder keeps this, and goes on with it. */
export interface Founding {
  readonly version: 1;
  readonly seed: string;
  /** By name. */
  readonly suite: string;
  readonly meters: number;
  /** Absolute paths of recorded loads; none: the household model. */
  readonly loads: readonly string[];
  /** When business began, Unix milliseconds. */
  readonly startMs: number;
}

/** What the command line names of it; the rest is as it was begun, or as usual. */
export type NamedFounding = {
  readonly [K in 'seed' | 'meters' | 'loads']: Founding[K] | undefined;
} & { readonly suite: Suite | undefined };

const USUAL = { seed: '1', suite: 'aes128', meters: 32, loads: [] } as const;

export function newFounding(named: NamedFounding, startMs: number): Founding {
  return { version: 1, ...USUAL, ...present(named), startMs };
}

/** A folder goes on with what it was begun with. @throws WrongUse when the command line names something else */
export function continuedFounding(kept: Founding, named: NamedFounding, folder: string): Founding {
  for (const [name, value] of Object.entries(present(named))) {
    if (String(value) === String(kept[name as keyof Founding])) continue;
    throw new WrongUse(
      `${folder} holds a demo of ${foundingText(kept)}: leave --${name} out to go on with it, or name another folder with --data.`,
    );
  }
  return kept;
}

/** `64 meters on aes128 with seed 1 and the loads of /a.csv` */
export function foundingText({ meters, suite, seed, loads }: Founding): string {
  const recorded = loads.length === 0 ? 'no recorded loads' : `the loads of ${loads.join(', ')}`;
  return `${meters === 1 ? '1 meter' : `${meters} meters`} on ${suite} with seed ${seed} and ${recorded}`;
}

/** The content of a founding file, or `undefined` for what this version did not write. */
export function parseFounding(text: string): Founding | undefined {
  try {
    const { version, seed, suite, meters, loads = [], startMs } = JSON.parse(text);
    const whole = [meters, startMs].every((value) => Number.isSafeInteger(value) && value > 0);
    const listed = Array.isArray(loads) && loads.every((path) => typeof path === 'string');
    if (version !== 1 || !whole || !listed || typeof seed !== 'string' || !SUITE_NAMES.includes(suite))
      return undefined;
    return { version, seed, suite, meters, loads, startMs };
  } catch {
    return undefined;
  }
}

export function suiteOf({ suite }: Founding): Suite {
  return suiteByName(suite) as Suite;
}

function present({ seed, suite, meters, loads }: NamedFounding): Partial<Founding> {
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(suite === undefined ? {} : { suite: SUITE_NAMES[suite] as string }),
    ...(meters === undefined ? {} : { meters }),
    ...(loads === undefined ? {} : { loads: loads.map((path) => resolve(path)) }),
  };
}
