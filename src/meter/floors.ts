import { SamReply, SamRequest, SvmRequest } from './bus.ts';
import { withHead } from './exchanger.ts';
import { commitUse } from './minutes.ts';
import { samCommand } from './sam.ts';
import type { Meter } from './state.ts';
import { svmCommand } from './svm.ts';

/**
 * Tells the SAM the floors that the purse keeps, and carries back the one that rises because a newer key has worked:
 * the old key stays good exactly until then.
 */
export function settleFloors(meter: Meter): void {
  const reply = tellFloors(meter);
  if (reply[0] !== SamReply.toSvm) return;
  // A rising floor is a record of the purse: what was used goes first, and what it took over is not spent again.
  commitUse(meter);
  svmCommand(meter.svm, reply.subarray(1));
  meter.spent = meter.svm.spent;
  tellFloors(meter);
}

function tellFloors(meter: Meter): Uint8Array {
  const nonce = samCommand(meter.sam, Uint8Array.of(SamRequest.nonce));
  const told = svmCommand(meter.svm, withHead(Uint8Array.of(SvmRequest.floors), nonce.subarray(1)));
  return samCommand(meter.sam, withHead(Uint8Array.of(SamRequest.svmFloors), told));
}
