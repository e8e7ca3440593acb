import { encodeAttention } from '../records/index.ts';
import { SamReply, SamRequest } from './bus.ts';
import { withHead } from './exchanger.ts';
import { getU16 } from './nvm.ts';
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
  if (reply[0] === SamReply.send) for (const frame of framesOf(reply)) out.attention(frame);
}

/** The frames that the SAM has for the line: count u8, then each led by its length u16. */
export function framesOf(reply: Uint8Array): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  let at = 2;
  for (let i = 0; i < (reply[1] as number); i++) {
    const end = at + 2 + getU16(reply, at);
    frames.push(reply.slice(at + 2, end));
    at = end;
  }
  return frames;
}
