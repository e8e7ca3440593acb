import { Suite } from '../../src/crypto/index.ts';
import { type Figure, lessIsBetter } from './figure.ts';
import { interleave } from './interleave.ts';
import { nodeBlockCalls } from './node-blocks.ts';
import { type NodeCall, nodeCalls } from './node-crypto.ts';
import { valueExchange } from './value-exchange.ts';

export interface ExchangeGoal {
  readonly microseconds: number;
  readonly timesFaster: number;
}

const APART = 'inputs laid out beforehand, without framing and machines';

/**
 * One whole value exchange, both sides, against the same primitives by node:crypto per call, in each reading of that.
 * The primitive of the triple-DES suites is E, one block; those of the AES suites are CMAC and CCM, a message each.
 */
export function exchangeTime(name: string, suite: Suite, goal?: ExchangeGoal): readonly Figure[] {
  const { run, key } = valueExchange(suite);
  const frames = run();
  const tripleDes = suite === Suite.tripleDes || suite === Suite.tripleDesXo;
  const blocks = tripleDes ? nodeBlockCalls(key, frames) : [];
  const fewest = nodeCalls(key, frames, 'bytes');
  const objects = nodeCalls(key, frames, 'key-objects');
  const works: Record<string, () => unknown> = { run, fewest: all(fewest), objects: all(objects) };
  if (tripleDes) works.blocks = all(blocks);
  const times = interleave(works);
  const value = times.run as number;
  const row = (rowName: string, limit: string, limitHow: string) => ({
    name: rowName,
    value,
    unit: 'µs',
    limit: times[limit] as number,
    limitHow,
    goal: null,
  });
  const goalText = goal === undefined ? null : `at most ${goal.microseconds} µs and at least ${goal.timesFaster} times`;
  const met = (ratio: number) => goal === undefined || (value <= goal.microseconds && ratio >= goal.timesFaster);
  const messages =
    `the ${fewest.length} messages that both sides encrypt, decrypt or sign, each by one node:crypto cipher object ` +
    `(${counted(fewest)})`;
  const withBytes = row(
    tripleDes ? `${name}-fewest-calls` : name,
    'fewest',
    `${messages} given the bytes of its key; ${APART}`,
  );
  const withObjects = row(
    `${name}-key-objects`,
    'objects',
    `${messages} given a KeyObject, KT's kept, those of the session made in each exchange; ${APART}`,
  );
  if (!tripleDes) return [lessIsBetter({ ...withBytes, goal: goalText }, met), lessIsBetter(withObjects)];
  const withBlocks = row(
    name,
    'blocks',
    `the ${blocks.length} E of both sides (${counted(blocks)}), each one node:crypto call: a cipher object des-ede ` +
      `given the bytes of its key, one block, final; ${APART}`,
  );
  return [lessIsBetter({ ...withBlocks, goal: goalText }, met), lessIsBetter(withBytes), lessIsBetter(withObjects)];
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
