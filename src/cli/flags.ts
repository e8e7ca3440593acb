import { parseArgs } from 'node:util';
import { type CommandName, USAGES, WrongUse } from './usage.ts';

/** A number below zero is a value and no flag: its own sentence says what is wrong with it. */
export function withNumbers(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of args) {
    const before = joined.at(-1);
    if (/^-\d/.test(word) && before !== undefined && /^--[a-z]+$/.test(before)) joined.push(`${joined.pop()}=${word}`);
    else joined.push(word);
  }
  return joined;
}

export type WordOptions = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly multiple?: boolean }>
>;
type ValueOf<O extends WordOptions[string]> = O['type'] extends 'boolean'
  ? boolean
  : O['multiple'] extends true
    ? readonly string[]
    : string;

/** The words and flags of a command, or of one verb of it. @throws WrongUse */
export function parsedWords<const O extends WordOptions>(command: CommandName, args: readonly string[], options: O) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: { ...options }, allowPositionals: true });
    return { values: values as { readonly [name in keyof O]?: ValueOf<O[name]> }, positionals };
  } catch (error) {
    throw wrongFlag(error, command);
  }
}

/** What a command, or a verb of it, cannot do without. @throws WrongUse */
export function needed(command: string, value: string | undefined, flag: string, what: string): string {
  if (value !== undefined && value !== '') return value;
  throw new WrongUse(`${command} needs ${flag} with ${what}.`);
}

/** What the parser does not take, as one sentence that names the flag, and for an unknown one the nearest that there is. */
export function wrongFlag(error: unknown, command: CommandName): WrongUse {
  const message = error instanceof Error ? error.message : String(error);
  const help = `"wattpurse help ${command}"`;
  const [, unknown] = /^Unknown option '(--?[^']*)'/.exec(message) ?? [];
  if (unknown !== undefined) {
    const nearest = nearestFlag(unknown, command);
    // Of another verb of the same command.
    if (nearest === unknown) return new WrongUse(`The option ${unknown} is not for this: ${help} says what takes it.`);
    const remedy = nearest === undefined ? `${help} lists what there is` : `${nearest} was probably meant, see ${help}`;
    return new WrongUse(`There is no option ${unknown}: ${remedy}.`);
  }
  // Also of one after which another flag stands.
  const [, lacking] =
    /^Option '(?:-\w, )?(--[^' ]+)(?: <value>)?' argument (?:missing|is ambiguous)/.exec(message) ?? [];
  if (lacking !== undefined) return new WrongUse(`${lacking} needs a value after it: ${help} says which.`);
  const [, bare] = /^Option '(?:-\w, )?(--[^' ]+)' does not take an argument/.exec(message) ?? [];
  if (bare !== undefined) return new WrongUse(`${bare} takes no value: leave out what is behind its "=", see ${help}.`);
  // Its first sentence: what follows is advice for programmers.
  const [first = ''] = message.split(/\. |\n/);
  return new WrongUse(`${first.replace(/\.$/, '')}: see ${help}.`);
}

/** One slip in a short word, two in a longer one. */
const slipsIn = (flag: string): number => (flag.length < '--meters'.length ? 1 : 2);

function nearestFlag(unknown: string, command: CommandName): string | undefined {
  const known = [...new Set(USAGES[command].match(/--[a-z-]+/g))];
  const near = known
    .map((flag) => ({ flag, slips: slipsBetween(unknown, flag) }))
    .filter(({ flag, slips }) => slips <= slipsIn(flag));
  return near.sort((a, b) => a.slips - b.slips)[0]?.flag;
}

/** Letters to put in, take out or change to make one word of the other (Levenshtein 1966). */
function slipsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(changed, (above[j] as number) + 1, (row[j - 1] as number) + 1));
    }
  }
  return row[b.length] as number;
}
