import { WrongUse } from './usage.ts';

const VERBS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  personalise: async (args) => (await import('./meter-personalise.ts')).meterPersonalise(args),
  commission: async (args) => (await import('./meter-life.ts')).meterCommission(args),
  replace: async (args) => (await import('./meter-life.ts')).meterReplace(args),
  'move-out': async (args) => (await import('./meter-life.ts')).meterMoveOut(args),
  'move-in': async (args) => (await import('./meter-life.ts')).meterMoveIn(args),
  retire: async (args) => (await import('./meter-life.ts')).meterRetire(args),
  revive: async (args) => (await import('./meter-revive.ts')).meterRevive(args),
  run: async (args) => (await import('./meter-run.ts')).meterRun(args),
};

/** `wattpurse meter …` */
export async function meter(args: readonly string[]): Promise<number> {
  const [name = '', ...rest] = args;
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (verb !== undefined) return verb(rest);
  throw new WrongUse(`meter takes ${Object.keys(VERBS).join(', ')}: see "wattpurse help meter".`);
}
