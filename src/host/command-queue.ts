import { Command } from '../exchange/index.ts';
import type { Milliseconds } from '../units/index.ts';
import type { StoreTransaction } from './ports.ts';
import { type ControlCommand, Lane, type Meter } from './types.ts';
import { wake } from './work.ts';

/** A command as it is queued: where it stands, what M3 says, and whether something comes before it. */
export type NewCommand = Pick<ControlCommand, 'slot' | 'h' | 'body' | 'version'> &
  Partial<Pick<ControlCommand, 'state'>>;

/** Queues a command in the ledger's own database; the one before in its slot will not be sent any more. */
export async function queueCommand(
  tx: StoreTransaction,
  meter: Meter,
  command: NewCommand,
  now: Milliseconds,
): Promise<ControlCommand> {
  const { state = 'waiting' } = command;
  const row: ControlCommand = {
    ...command,
    svpmsn: meter.svpmsn,
    sequence: (await tx.lastCommandSequence()) + 1,
    state,
    result: undefined,
    orderedAt: now,
    settledAt: undefined,
  };
  await tx.putCommand(row);
  if (state === 'waiting') await wake(tx, [meter], Lane.control, now);
  return row;
}

export const CLOCK_SET: NewCommand = { slot: 'clock-set', h: Command.clockSet, body: new Uint8Array(0), version: 0 };
