import { equalConstantTime } from '../bytes/index.ts';
import { attentionTag, type TerminalKey } from '../crypto/index.ts';
import { Command } from './command.ts';
import { blankFrame, type Frame, HEADER_BYTES, Message } from './frame.ts';

/**
 * Message 6, terminal to local unit in the contention slot: reason bits u16 | counter u32 | tag 8 under the
 * monitoring key, over everything before it. H is 0x32, because the events tell the facts: an attention only causes a poll.
 */
export const ATTENTION_BODY_BYTES = 6 + 8;

/** `notice` is reason bits and counter, 6 bytes. The key is the terminal's monitoring key of suites 1 to 3. */
export function attentionFrame(key: TerminalKey, notice: Uint8Array): Uint8Array {
  const frame = blankFrame(
    Message.attention,
    { h: Command.events, n: key.n, svpmsn: key.svpmsn },
    ATTENTION_BODY_BYTES,
  );
  frame.set(notice, HEADER_BYTES);
  frame.set(attentionTag(key, frame.slice(0, HEADER_BYTES + 6)), HEADER_BYTES + 6);
  return frame;
}

/** The 6 bytes of notice of an authentic attention, or `undefined`. */
export function openAttention(key: TerminalKey, frame: Frame): Uint8Array | undefined {
  if (frame.message !== Message.attention || frame.body.length !== ATTENTION_BODY_BYTES) return undefined;
  if (frame.n !== key.n || frame.svpmsn !== key.svpmsn) return undefined;
  const tag = attentionTag(key, frame.bytes.slice(0, HEADER_BYTES + 6));
  return equalConstantTime(tag, frame.body.slice(6)) ? frame.body.slice(0, 6) : undefined;
}
