import { WrongUse } from './usage.ts';

/** Each brings along what the others do not need. */
const VERBS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  issue: async (args) => (await import('./card-issue.ts')).cardIssue(args),
  read: async (args) => (await import('./card-read.ts')).cardRead(args),
  load: async (args) => (await import('./card-at-host.ts')).cardLoad(args),
  block: async (args) => (await import('./card-at-host.ts')).cardBlock(args),
  pay: async (args) => (await import('./card-pay.ts')).cardPay(args),
  explain: async (args) => (await import('./card-explain.ts')).cardExplain(args),
  serve: async (args) => (await import('./card-serve.ts')).cardServe(args),
  chips: async (args) => (await import('./card-make.ts')).cardChips(args),
  blank: async (args) => (await import('./card-make.ts')).cardBlank(args),
  personalise: async (args) => (await import('./card-make.ts')).cardPersonalise(args),
  master: async (args) => (await import('./card-master.ts')).cardMaster(args),
};

/** `wattpurse card VERB …`: cards in readers of this machine, and cards that are files. */
export async function card(args: readonly string[]): Promise<number> {
  const [verb = '', ...rest] = args;
  const carryOut = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (carryOut !== undefined) return carryOut(rest);
  throw new WrongUse(`card is followed by ${Object.keys(VERBS).join(', ')}, not "${verb}".`);
}
