import { parseArgs } from 'node:util';
import { SUITE_NAMES, Suite, suiteByName } from '../crypto/index.ts';
import { METERS_PER_LOCAL_UNIT_MAX } from '../host/index.ts';
import { WrongUse } from './usage.ts';

export interface DemoOptions {
  readonly once: boolean;
  readonly json: boolean;
  readonly color: boolean;
  /** Undefined: `./wattpurse-data` when it runs until stopped, memory alone for `--once`. */
  readonly data: string | undefined;
  readonly meters: number;
  readonly days: number;
  readonly speed: number;
  readonly loads: readonly string[];
  readonly seed: string;
  readonly suite: Suite;
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
  meters: { type: 'string', default: '32' },
  days: { type: 'string', default: '7' },
  speed: { type: 'string', default: '60' },
  loads: { type: 'string', multiple: true, default: [] as string[] },
  seed: { type: 'string', default: '1' },
  suite: { type: 'string', default: 'aes128' },
} as const;

/** @throws WrongUse with the one sentence that says what is wrong and what would be right */
export function parseDemoOptions(args: readonly string[]): DemoOptions {
  const { values } = parse(args);
  if (!values.once && values.json) {
    throw new WrongUse('--json belongs to --once: a demo that runs until it is stopped has no end to report.');
  }
  return {
    once: values.once,
    json: values.json,
    color: values.color,
    data: values.data,
    meters: whole(
      '--meters',
      values.meters,
      METERS_MAX,
      `a demo has ${LOCAL_UNITS} local units of 256 modem addresses`,
    ),
    days: whole('--days', values.days, DAYS_MAX, 'ten years are enough for one run'),
    speed: whole('--speed', values.speed, SPEED_MAX, 'one business hour a second is as fast as can be watched'),
    loads: values.loads,
    seed: seedOf(values.seed),
    suite: suiteOf(values.suite, values.lab),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowNegative: true, strict: true });
  } catch (error) {
    throw new WrongUse(`${sentenceOf(error)} See "wattpurse help".`);
  }
}

/** The first sentence of what the parser says: it names the flag. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [first = ''] = message.split(/\. |\n/);
  return `${first.replace(/\.$/, '')}.`;
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
