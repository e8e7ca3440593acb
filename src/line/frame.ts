import { crc16X25 } from '../bytes/index.ts';
import { type ModemAddress, modemAddress } from '../units/index.ts';

/*
 * The line frame, byte for byte. One transformer has one local unit (the master, which alone may begin) and up
 * to 256 meters (the slaves, modem 13).
 *
 *   byte   field
 *   0      sync      0x7E
 *   1      address   modem address of the meter, 0 to 255, in both directions (see roll call for its other use)
 *   2      control   below
 *   3      length    bytes of payload, 0 to 255
 *   4..    payload   an exchange frame, opaque to the line
 *   last 2 CRC       CRC-16/X.25 over address to payload, high byte first
 *
 * Six bytes around the payload: an aes128 value exchange of 23 + 43 + 33 + 50 bytes is 173 bytes on the wire.
 *
 * Control byte
 *
 *   bit 7     0 from the local unit, 1 from a meter
 *   bit 6     1 line-wide: all meters read it. There is no broadcast address, because all 256 belong to meters.
 *   bits 5..3 kind
 *   bit 2     attention waiting: the meter that answers has an attention for the local unit; else 0
 *   bits 1..0 sequence: of request and next part, repeated in what answers them; else 0
 *
 *   control   kind               payload
 *   0x00 + s  request            frame for the meter; answered by answer, answer-more, acknowledge or working
 *   0x08 + s  next part          none; asks for the next part of an answer of several parts
 *   0x10      attention request  none; answered by attention
 *   0x40      slot open          address 0; minislots u8 (0: none), then the CRC (u16) of each attention heard
 *   0x48      roll call          address of the first meter called; payload as in slot open
 *   0x80 + s  answer             frame of the meter, the last or only part
 *   0x88 + s  answer, more       frame of the meter; next part brings the next
 *   0x90 + s  acknowledge        none; received, and there is nothing to say
 *   0x98 + s  working            none; the request is being worked at: ask again
 *   0xA0      bid                none; this meter has an attention
 *   0xA8      attention          the attention frame, or empty where there is none
 *
 * s adds the bits 2 to 0; bit 2 only from a meter. Every other control byte is refused.
 */

export const LINE_SYNC = 0x7e;
export const LINE_OVERHEAD_BYTES = 6;
const LINE_PAYLOAD_BYTES_MAX = 255;
export const LINE_FRAME_BYTES_MAX = LINE_OVERHEAD_BYTES + LINE_PAYLOAD_BYTES_MAX;
/** Sequence numbers run 0, 1, 2, 3, 0 … for each address. */
export const LINE_SEQUENCES = 4;

/** Kinds of frames, as their bits 7 to 3 of the control byte. */
export const LineKind = {
  request: 0x00,
  nextPart: 0x08,
  attentionRequest: 0x10,
  slotOpen: 0x40,
  rollCall: 0x48,
  answer: 0x80,
  answerMore: 0x88,
  acknowledge: 0x90,
  working: 0x98,
  bid: 0xa0,
  attention: 0xa8,
} as const;
export type LineKind = (typeof LineKind)[keyof typeof LineKind];

export interface LineFrame {
  readonly kind: LineKind;
  /** The meter that is meant or speaks; in a roll call the first meter called; in slot open 0. */
  readonly address: ModemAddress;
  /** 0 to 3; 0 where the kind has none. */
  readonly sequence: number;
  /** Only from a meter: it has an attention for the local unit. */
  readonly attentionWaiting: boolean;
  /** In a decoded frame a view of the bytes it was decoded from: copy it to keep it longer than them. */
  readonly payload: Uint8Array;
}

/** A frame as it came, with the CRC that it carried. */
export interface ReceivedLineFrame extends LineFrame {
  readonly check: number;
}

/** Why bytes are no line frame, in the order in which it is found out. */
export interface LineFailure {
  readonly reason: 'length-wrong' | 'sync-wrong' | 'control-unknown' | 'payload-wrong' | 'crc-wrong';
}

/** @throws RangeError when the payload is longer than 255 bytes, or a field does not belong to the kind */
export function encodeLineFrame(frame: LineFrame): Uint8Array {
  const { kind, payload } = frame;
  const control = kind | (frame.attentionWaiting ? 4 : 0) | frame.sequence;
  if ((control & KIND_BITS) !== kind || !controlKnown(control) || !payloadFits(kind, payload.length)) {
    throw new RangeError(`control ${control} with ${payload.length} bytes of payload is no line frame`);
  }
  const bytes = new Uint8Array(LINE_OVERHEAD_BYTES + payload.length);
  bytes[0] = LINE_SYNC;
  bytes[1] = frame.address;
  bytes[2] = control;
  bytes[3] = payload.length;
  bytes.set(payload, 4);
  const end = bytes.length - 2;
  const check = crc16X25(bytes, 1, end);
  bytes[end] = check >>> 8;
  bytes[end + 1] = check & 0xff;
  return bytes;
}

/** One whole frame and nothing else; any bytes give a frame or the reason why they are none. */
export function decodeLineFrame(bytes: Uint8Array): ReceivedLineFrame | LineFailure {
  if (bytes.length < LINE_OVERHEAD_BYTES) return LENGTH_WRONG;
  if (bytes[0] !== LINE_SYNC) return SYNC_WRONG;
  const control = bytes[2] as number;
  if (!controlKnown(control)) return CONTROL_UNKNOWN;
  const length = bytes[3] as number;
  if (bytes.length !== LINE_OVERHEAD_BYTES + length) return LENGTH_WRONG;
  const kind = (control & KIND_BITS) as LineKind;
  if (!payloadFits(kind, length)) return PAYLOAD_WRONG;
  const end = bytes.length - 2;
  const check = ((bytes[end] as number) << 8) | (bytes[end + 1] as number);
  if (crc16X25(bytes, 1, end) !== check) return CRC_WRONG;
  return {
    kind,
    address: modemAddress(bytes[1] as number),
    sequence: control & 3,
    attentionWaiting: (control & 4) !== 0,
    payload: bytes.subarray(4, end),
    check,
  };
}

/** The CRC at the end of an encoded frame; it names an attention when the local unit says that it was heard. */
export function lineCheck(frameBytes: Uint8Array): number {
  return ((frameBytes[frameBytes.length - 2] as number) << 8) | (frameBytes[frameBytes.length - 1] as number);
}

/**
 * Whether the bytes look like exactly one frame that a meter of this address need not read: for or from another. Cheap, because on a full line 255 of 256 modems hear what is not for them; the CRC is not checked.
 */
export function isForOthers(bytes: Uint8Array, address: ModemAddress): boolean {
  if (bytes.length < LINE_OVERHEAD_BYTES || bytes[0] !== LINE_SYNC) return false;
  if (bytes.length !== LINE_OVERHEAD_BYTES + (bytes[3] as number)) return false;
  const control = bytes[2] as number;
  return (control & LINE_WIDE) === 0 && bytes[1] !== address;
}

/** Whether a frame can have this control byte and this length: noise that looks like sync seldom can. */
export function headPlausible(control: number, length: number): boolean {
  return controlKnown(control) && payloadFits((control & KIND_BITS) as LineKind, length);
}

export function controlKnown(control: number): boolean {
  return CONTROLS_KNOWN[control] === 1;
}

const LINE_WIDE = 0x40;
const KIND_BITS = 0xf8;

const LENGTH_WRONG: LineFailure = { reason: 'length-wrong' };
const SYNC_WRONG: LineFailure = { reason: 'sync-wrong' };
const CONTROL_UNKNOWN: LineFailure = { reason: 'control-unknown' };
const PAYLOAD_WRONG: LineFailure = { reason: 'payload-wrong' };
const CRC_WRONG: LineFailure = { reason: 'crc-wrong' };

const CONTROLS_KNOWN = new Uint8Array(256);
for (const kind of Object.values(LineKind)) CONTROLS_KNOWN[kind] = 1;
for (const kind of [LineKind.request, LineKind.nextPart]) CONTROLS_KNOWN.fill(1, kind, kind + 4);
for (const kind of [LineKind.answer, LineKind.answerMore, LineKind.acknowledge, LineKind.working]) {
  CONTROLS_KNOWN.fill(1, kind, kind + 8);
}

function payloadFits(kind: LineKind, length: number): boolean {
  switch (kind) {
    case LineKind.nextPart:
    case LineKind.attentionRequest:
    case LineKind.acknowledge:
    case LineKind.working:
    case LineKind.bid:
      return length === 0;
    case LineKind.slotOpen:
    case LineKind.rollCall:
      return length % 2 === 1;
    default:
      return length <= LINE_PAYLOAD_BYTES_MAX;
  }
}
