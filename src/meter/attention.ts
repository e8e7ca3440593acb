import { encodeAttention } from '../records/index.ts';
import { SamReply, SamRequest } from './bus.ts';
import { withHead } from './exchanger.ts';
import type { MeterOutputs } from './outputs.ts';
import { samCommand } from './sam.ts';
import { keepState, type Meter } from './state.ts';

/** Message 6: all reasons that no poll has heard yet. */
export function callAttention(meter: Meter, out: MeterOutputs): void {
  meter.attentionSent = meter.attention;
  if (meter.attention === 0) return;
  meter.kept.attentionCounter += 1;
  keepState(meter);
  const notice = encodeAttention({ reasons: meter.attention, counter: meter.kept.attentionCounter });
  const reply = samCommand(meter.sam, withHead(Uint8Array.of(SamRequest.attention), notice));
  if (reply[0] === SamReply.send) out.attention(firstFrame(reply));
}

/** The first of the frames that the SAM has for the line. */
export function firstFrame(reply: Uint8Array): Uint8Array {
  const length = ((reply[2] as number) << 8) | (reply[3] as number);
  return reply.slice(4, 4 + length);
}
