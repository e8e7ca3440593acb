import { parseArgs } from 'node:util';
import { SUITE_NAMES, Suite, suiteByName } from '../crypto/index.ts';
import { METERS_PER_LOCAL_UNIT_MAX } from '../host/index.ts';
import { withNumbers, wrongFlag } from './flags.ts';
import type { NamedFounding } from './founding.ts';
import { isLoopback, type ListenAt, parseListen } from './listen.ts';
import { WrongUse } from './usage.ts';

/** Where the pages and the API of a demo are: at an address, where people look first (`usual`), or nowhere. */
export type DemoListen = ListenAt | 'usual' | 'none';

export interface DemoOptions {
  readonly once: boolean;
  readonly json: boolean;
  readonly color: boolean;
  /** Undefined: `./wattpurse-data` when it runs until stopped, memory alone for `--once`. */
  readonly data: string | undefined;
  readonly days: number;
  readonly speed: number;
  readonly listen: DemoListen;
  /** What the utility is to be; a folder that has one already says the rest. */
  readonly founding: NamedFounding;
}

export const LOCAL_UNITS = 2;
export const METERS_MAX = LOCAL_UNITS * METERS_PER_LOCAL_UNIT_MAX;
export const DAYS_MAX = 3660;
export const SPEED_MAX = 3600;

const OPTIONS = {
  once: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  lab: { type: 'boolean', default: false },
  color: { type: 'boolean', default: true },
  data: { type: 'string' },
  meters: { type: 'string' },
  days: { type: 'string' },
  speed: { type: 'string' },
  listen: { type: 'string' },
  loads: { type: 'string', multiple: true },
  seed: { type: 'string' },
  suite: { type: 'string' },
} as const;

const DAYS_USUAL = 7;
const SPEED_USUAL = 60;

/** @throws WrongUse with the one sentence that says what is wrong and what would be right */
export function parseDemoOptions(args: readonly string[]): DemoOptions {
  const { values } = parse(args);
  const { once, meters, days, speed, listen, loads, seed, suite } = values;
  const belongs = (flag: string, to: string, why: string) => new WrongUse(`${flag} belongs to ${to}: ${why}.`);
  if (!once && values.json)
    throw belongs('--json', '--once', 'a demo that runs until it is stopped has no end to report');
  if (!once && days !== undefined) throw belongs('--days', '--once', 'without it a demo runs until it is stopped');
  if (once && speed !== undefined)
    throw belongs('--speed', 'a demo that is watched', '--once runs as fast as the machine can');
  if (once && listen !== undefined)
    throw belongs('--listen', 'a demo that is watched', '--once ends before anybody could ask it anything');
  return {
    once,
    json: values.json,
    color: values.color,
    data: values.data === undefined ? undefined : folderOf(values.data),
    days: days === undefined ? DAYS_USUAL : whole('--days', days, DAYS_MAX, 'ten years are enough for one run'),
    speed:
      speed === undefined
        ? SPEED_USUAL
        : whole('--speed', speed, SPEED_MAX, 'one business hour a second is as fast as can be watched'),
    listen: once ? 'none' : listen === undefined ? 'usual' : listenOf(listen),
    founding: {
      meters: meters === undefined ? undefined : whole('--meters', meters, METERS_MAX, METERS_WHY),
      loads,
      seed: seed === undefined ? undefined : seedOf(seed),
      suite: suite === undefined ? undefined : suiteOf(suite, values.lab),
    },
  };
}

const METERS_WHY = `a demo has ${LOCAL_UNITS} local units of ${METERS_PER_LOCAL_UNIT_MAX} modem addresses`;

function parse(args: readonly string[]) {
  try {
    const config = {
      args: withNumbers(args),
      options: OPTIONS,
      allowNegative: true,
      strict: true,
      tokens: true,
    } as const;
    const { values, tokens: words } = parseArgs(config);
    const named = words.flatMap((word) => (word.kind === 'option' && word.name !== 'loads' ? [word.name] : []));
    const twice = named.find((name, i) => named.indexOf(name) !== i);
    if (twice !== undefined) throw new WrongUse(`--${twice} is given more than once: give it once.`);
    return { values };
  } catch (error) {
    if (error instanceof WrongUse) throw error;
    throw wrongFlag(error, 'demo');
  }
}

/** @throws WrongUse for an empty name, which would mean the folder that one happens to stand in */
export function folderOf(path: string): string {
  if (path === '') throw new WrongUse('--data must name a folder, not "".');
  return path;
}

function listenOf(text: string): DemoListen {
  if (text === 'none') return 'none';
  const at = parseListen(text);
  if (isLoopback(at)) return at;
  throw new WrongUse(`A demo listens on this machine alone, as --listen 127.0.0.1:8080, not on ${at.host}.`);
}

function whole(flag: string, text: string, max: number, why: string): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 1)) throw new WrongUse(`${flag} must be a whole number of at least 1, not "${text}".`);
  if (value > max) throw new WrongUse(`${flag} must be at most ${max}, not ${text}: ${why}.`);
  return value;
}

function seedOf(text: string): string {
  if (!/^\d{1,18}$/.test(text))
    throw new WrongUse(`--seed must be a whole number of at most 18 digits, not "${text}".`);
  return String(BigInt(text));
}

function suiteOf(name: string, lab: boolean): Suite {
  const suite = suiteByName(name);
  if (suite === undefined) throw new WrongUse(`--suite must be one of ${SUITE_NAMES.join(', ')}, not "${name}".`);
  if (suite === Suite.tripleDes && !lab) {
    throw new WrongUse('--suite 3des is for the laboratory, because value in it can be forged: add --lab to use it.');
  }
  return suite;
}
