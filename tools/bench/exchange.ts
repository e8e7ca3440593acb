import type { Suite } from '../../src/crypto/index.ts';
import { type Figure, lessIsBetter } from './figure.ts';
import { interleave } from './interleave.ts';
import { type NodeCall, nodeCalls } from './node-crypto.ts';
import { valueExchange } from './value-exchange.ts';

export interface ExchangeGoal {
  readonly microseconds: number;
  readonly timesFaster: number;
}

/**
 * One whole value exchange, both sides, against its primitives by node:crypto: with the bytes of the key at every
 * call, which the goal is about, and with KeyObjects, for information.
 */
export function exchangeTime(name: string, suite: Suite, goal?: ExchangeGoal): readonly Figure[] {
  const { run, key } = valueExchange(suite);
  const frames = run();
  const withBytes = nodeCalls(key, frames, 'bytes');
  const withObjects = nodeCalls(key, frames, 'key-objects');
  const { value, bytes, objects } = interleave({ value: run, bytes: all(withBytes), objects: all(withObjects) });
  const primitives =
    `the ${withBytes.length} primitives of both sides by node:crypto, one cipher object a primitive ` +
    `(${counted(withBytes)}), inputs laid out beforehand, without framing and machines`;
  const met = (ratio: number) => goal === undefined || (value <= goal.microseconds && ratio >= goal.timesFaster);
  return [
    lessIsBetter(
      {
        name,
        value,
        unit: 'µs',
        limit: bytes,
        limitHow: `${primitives}; each call is given the bytes of its key`,
        goal: goal === undefined ? '' : `at most ${goal.microseconds} µs and at least ${goal.timesFaster} times`,
      },
      met,
    ),
    lessIsBetter({
      name: `${name}-key-objects`,
      value,
      unit: 'µs',
      limit: objects,
      limitHow: `${primitives}; each call is given a KeyObject, KT's kept, those of the session made in each exchange`,
      goal: '',
    }),
  ];
}

const all = (calls: readonly NodeCall[]) => () => {
  for (const call of calls) call.run();
};

/** `2 Ks, 2 S1, 1 EnAmnt`. */
function counted(calls: readonly NodeCall[]): string {
  const counts = new Map<string, number>();
  for (const { what } of calls) counts.set(what, (counts.get(what) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}
