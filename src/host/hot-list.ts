import { Command } from '../exchange/index.ts';
import { decodeHotListAnswer, encodeHotList, isRecordFailure } from '../records/index.ts';
import type { Milliseconds } from '../units/index.ts';
import { bookArrived, EPOCH_TOLD_MAX, handedBy, isHeardAfterCards, lineRow } from './card-meters.ts';
import { queueCommand } from './command-queue.ts';
import type { StoreTransaction } from './ports.ts';
import type { ControlCommand, OfflineMeter } from './types.ts';

/** Of two epochs only the later is sent. */
export const HOT_LIST_SLOT = 'hot-list';

/** Has a meter with a line told at once that a card is blocked. */
export async function sendHotList(
  tx: StoreTransaction,
  { svpmsn, epoch }: Pick<OfflineMeter, 'svpmsn' | 'epoch'>,
  now: Milliseconds,
): Promise<void> {
  const [meter] = await tx.metersOf([svpmsn]);
  if (meter === undefined) return;
  const body = encodeHotList({ epoch });
  await queueCommand(tx, meter, { slot: HOT_LIST_SLOT, h: Command.hotList, body, version: epoch }, now);
}

/**
 * The meter has the epoch that was sent, or a later one: from cards blocked before it takes nothing more, and what it
 * ever took from any is in what it says with it.
 */
export async function hotListHeard(
  tx: StoreTransaction,
  { svpmsn, version, orderedAt }: Pick<ControlCommand, 'svpmsn' | 'version' | 'orderedAt'>,
  answer: Uint8Array,
  now: Milliseconds,
): Promise<void> {
  const row = await lineRow(tx, svpmsn);
  const told = decodeHotListAnswer(answer);
  if (row === undefined || isRecordFailure(told)) return;
  const heard: OfflineMeter = {
    ...row,
    epoch: Math.max(row.epoch, Math.min(told.cards.epoch, EPOCH_TOLD_MAX)),
    epochThere: Math.max(row.epochThere, version),
    // It has said so after it was ordered.
    ...((await isHeardAfterCards(tx, row, orderedAt)) && { handedThen: await handedBy(tx, row) }),
  };
  const fromCards = BigInt(told.cards.fromCards);
  await tx.offlineMeters.put([await bookArrived(tx, heard, { fromCards, at: now }, now)]);
}
