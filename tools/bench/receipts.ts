import { randomFillSync } from 'node:crypto';
import { drawSigningKey, receiptSigner } from '../../src/adapters/receipt-jose.ts';
import { issueReceipts } from '../../src/host/index.ts';
import { tradeOf } from '../../src/host/receipt.testing.ts';
import { type Figure, moreIsBetter } from './figure.ts';
import { median } from './interleave.ts';

const GROUP = 1_000;
const WARM_UP_ROUNDS = 10;
const ROUNDS = 21;
const GOAL_A_SECOND = 15_000;

/** Receipts signed a second of processor time: a thousand under one signature, in turns with a thousand signatures. */
export async function receiptsSigned(): Promise<readonly Figure[]> {
  const signer = await receiptSigner((await drawSigningKey('bench')).secret);
  if ('reason' in signer) throw new Error(signer.sentence);
  const randomness = { fill: (bytes: Uint8Array) => void randomFillSync(bytes) };
  const trades = Array.from({ length: GROUP }, (_, i) => tradeOf(i));
  const grouped: number[] = [];
  const alone: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const together = await aSecond(() => issueReceipts(trades, signer, randomness));
    const oneByOne = await aSecond(async () => {
      for (const trade of trades) await issueReceipts([trade], signer, randomness);
    });
    if (round < WARM_UP_ROUNDS) continue;
    grouped.push(together);
    alone.push(oneByOne);
  }
  return [
    moreIsBetter(
      {
        name: 'receipts-signed',
        value: median(grouped),
        limit: median(alone),
        unit: 'receipts/s',
        limitHow: 'the same trades with a signature each, one after the other',
        goal: `at least ${GOAL_A_SECOND} a second`,
      },
      () => median(grouped) >= GOAL_A_SECOND,
    ),
  ];
}

/** Signatures are made on threads of their own, which a clock would leave out; processor time counts them. */
async function aSecond(work: () => Promise<unknown>): Promise<number> {
  const begin = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(begin);
  return (GROUP * 1e6) / (user + system);
}
