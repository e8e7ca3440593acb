import type { Suite } from '../../src/crypto/index.ts';
import { type Figure, lessIsBetter } from './figure.ts';
import { interleave } from './interleave.ts';
import { nodeCalls } from './node-crypto.ts';
import { valueExchange } from './value-exchange.ts';

export interface ExchangeGoal {
  readonly microseconds: number;
  readonly timesFaster: number;
}

/** One whole value exchange, both sides, against its primitives by node:crypto. */
export function exchangeTime(name: string, suite: Suite, goal?: ExchangeGoal): readonly Figure[] {
  const { run, key } = valueExchange(suite);
  const calls = nodeCalls(key, run());
  const { value, limit } = interleave({
    value: run,
    limit: () => {
      for (const call of calls) call.run();
    },
  });
  const figure = {
    name,
    value,
    unit: 'µs',
    limit,
    limitHow:
      `the ${calls.length} primitives of both sides by node:crypto, one cipher object a primitive ` +
      `(${counted(calls.map(({ what }) => what))}), their inputs laid out beforehand, without framing and machines`,
    goal: goal === undefined ? '' : `at most ${goal.microseconds} µs and at least ${goal.timesFaster} times`,
  };
  const met = (ratio: number) => goal === undefined || (value <= goal.microseconds && ratio >= goal.timesFaster);
  return [lessIsBetter(figure, met)];
}

/** `2 Ks, 2 S1, 1 EnAmnt`. */
function counted(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}
