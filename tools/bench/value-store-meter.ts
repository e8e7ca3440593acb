import { Purpose, Suite } from '../../src/crypto/index.ts';
import {
  Command,
  encodeValueCommand,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  ValueOp,
} from '../../src/exchange/index.ts';
import { blankMemory, levelsOf, stepFrame } from '../../src/meter/index.ts';
import { seededRandom } from '../../src/simulation/index.ts';
import { tokens } from '../../src/units/index.ts';
import { type Figure, lessIsBetter } from './figure.ts';
import { interleave } from './interleave.ts';
import { creditedMeter, keyOf, quiet } from './meter.ts';
import { nodeBlockCalls } from './node-blocks.ts';
import { type NodeCall, nodeCalls } from './node-crypto.ts';
import type { ValueFrames } from './value-exchange.ts';

const MS_BETWEEN = 2_000;
const AMOUNT = tokens(1);

/**
 * A whole value store between the host's session and a whole meter, machines included: SAM, SVM and the purse's journal
 * in a memory without a disk. Against the same calls of node:crypto as the exchange without them.
 */
export async function valueStoreMeter(): Promise<readonly Figure[]> {
  return [row('3des', Suite.tripleDes), row('aes128', Suite.aes128)];
}

function row(suiteName: string, suite: Suite): Figure {
  const { run, stored } = valueStore(suite);
  const before = stored();
  const frames = run();
  if (stored() !== before + AMOUNT) throw new Error(`the meter holds ${stored()} tokens, and ${before} before`);
  const calls =
    suite === Suite.tripleDes ? nodeBlockCalls(valueKey(suite), frames) : nodeCalls(valueKey(suite), frames, 'bytes');
  const times = interleave({ run, limit: () => each(calls) });
  return lessIsBetter({
    name: `value-store-meter-${suiteName}`,
    value: times.run,
    unit: 'µs',
    limit: times.limit,
    limitHow:
      `the limit of exchange-${suiteName}: ${calls.length} node:crypto calls given the bytes of their keys, inputs laid ` +
      "out beforehand; the value is the host's session and a whole meter, from M1 to the receipt, with the purse's commit " +
      'to a memory without a disk',
    goal: null,
  });
}

/** Each `run` is one credit, which the meter has written down before it answers. */
export function valueStore(suite: Suite): { readonly run: () => ValueFrames; readonly stored: () => number } {
  const out = quiet();
  const meter = creditedMeter(blankMemory(), out, suite);
  const key = valueKey(suite);
  const hostRandomness = seededRandom('host of a whole meter');
  let counter = 1;

  function run(): ValueFrames {
    const now = meter.now + MS_BETWEEN;
    const session = openHostSession(key, Command.valueStore, hostRandomness);
    const first = hostFirst(session);
    const second = heard(first, now);
    hostReceive(session, second);
    counter += 1;
    const order = { op: ValueOp.credit, counter, txid: new Uint8Array(8).fill(counter), amount: AMOUNT };
    const [third] = hostCommand(session, encodeValueCommand(suite, order)) as [Uint8Array];
    const fourth = heard(third, now);
    const answered = hostReceive(session, fourth);
    if (answered.type !== 'answer') throw new Error(`M4 gave ${answered.type}`);
    return { first, second, third, fourth };
  }

  function heard(frame: Uint8Array, now: number): Uint8Array {
    const answer = stepFrame(meter, frame, now, out);
    if (answer.type !== 'frame') throw new Error(`the meter gave ${answer.type}`);
    return answer.frame;
  }

  return { run, stored: () => levelsOf(meter).stored };
}

const valueKey = (suite: Suite) => keyOf(Purpose.value, suite);

function each(calls: readonly NodeCall[]): void {
  for (const call of calls) call.run();
}
