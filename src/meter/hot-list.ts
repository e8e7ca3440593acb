import { Result } from '../records/index.ts';
import { SamReply, SamRequest } from './bus.ts';
import { levelsOf, takeLevels, withHead } from './exchanger.ts';
import { commitUse } from './minutes.ts';
import { samCommand } from './sam.ts';
import type { Meter } from './state.ts';
import { svmCommand } from './svm.ts';

/**
 * The hot list's epoch that the line has brought: durable in the purse before it is answered. The CPU carries between
 * the SAM, which knows what the host sent, and the SVM, and reads off the purse what became of it.
 */
export function raiseEpoch(meter: Meter, epoch: number): Result {
  if (epoch <= levelsOf(meter).epoch) return Result.versionNotNewer;
  commitUse(meter);
  let reply = samCommand(meter.sam, Uint8Array.of(SamRequest.hotList));
  while (reply[0] === SamReply.toSvm) {
    const told = svmCommand(meter.svm, reply.subarray(1));
    reply = samCommand(meter.sam, withHead(Uint8Array.of(SamRequest.hotList), told));
  }
  return takeLevels(meter).epoch === epoch ? Result.done : Result.frozen;
}
