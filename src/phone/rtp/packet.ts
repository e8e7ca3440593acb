/** RFC 3550 §5.1, without what a telephone never sends. */
export interface RtpPacket {
  readonly type: number;
  /** The first of a talk, or of an event. */
  readonly isMarked: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly source: number;
  readonly payload: Uint8Array;
}

const HEAD_BYTES = 12;

/** Nothing for what is no RTP of version 2. */
export function parseRtp(bytes: Uint8Array): RtpPacket | undefined {
  if (bytes.length < HEAD_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = view.getUint8(0);
  if (flags >> 6 !== 2) return undefined;
  let from = HEAD_BYTES + 4 * (flags & 15);
  if ((flags & 16) !== 0) {
    if (from + 4 > bytes.length) return undefined;
    from += 4 + 4 * view.getUint16(from + 2);
  }
  const padding = (flags & 32) === 0 ? 0 : (bytes.at(-1) ?? 0);
  const to = bytes.length - padding;
  if (from > to || ((flags & 32) !== 0 && padding === 0)) return undefined;
  return {
    ...{
      type: view.getUint8(1) & 127,
      isMarked: view.getUint8(1) > 127,
      sequence: view.getUint16(2),
      timestamp: view.getUint32(4),
    },
    ...{ source: view.getUint32(8), payload: bytes.subarray(from, to) },
  };
}

/** Writes the head of a packet in front of what stands behind it already. */
export function writeRtpHead(
  bytes: Uint8Array,
  { type, sequence, timestamp, source }: Omit<RtpPacket, 'payload' | 'isMarked'>,
  isFirst: boolean,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setUint8(0, 0x80);
  view.setUint8(1, type | (isFirst ? 0x80 : 0));
  view.setUint16(2, sequence);
  view.setUint32(4, timestamp);
  view.setUint32(8, source);
}
export const RTP_HEAD_BYTES = HEAD_BYTES;

/** A key as an event: RFC 4733 §2.3. */
export interface KeyEvent {
  readonly event: number;
  readonly isEnd: boolean;
  /** In units of the timestamp. */
  readonly duration: number;
}

export function parseKeyEvent(payload: Uint8Array): KeyEvent | undefined {
  const [event, flags, high, low] = payload;
  if (event === undefined || flags === undefined || high === undefined || low === undefined) return undefined;
  return { event, isEnd: (flags & 0x80) !== 0, duration: high * 256 + low };
}
