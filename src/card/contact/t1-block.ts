import { concat, crc16X25 } from '../../bytes/index.ts';

export type Bit = 0 | 1;

/** A block of T=1 without its check: NAD, PCB, LEN and information field. ISO 7816-3 §11.3 */
export type Block =
  | {
      readonly type: 'I';
      readonly nad: number;
      readonly number: Bit;
      readonly more: boolean;
      readonly information: Uint8Array;
    }
  /** `number` is that of the I-block that is expected next. */
  | { readonly type: 'R'; readonly nad: number; readonly number: Bit; readonly error: BlockError }
  | {
      readonly type: 'S';
      readonly nad: number;
      readonly kind: SupervisoryKind;
      readonly isResponse: boolean;
      /** The size of an IFS block, the multiplier of a WTX block, 0 in the others. */
      readonly value: number;
    };

export type SupervisoryKind = (typeof KINDS)[number];
const KINDS = ['resynch', 'ifs', 'abort', 'wtx'] as const;

/** What an R-block says of the block before it: nothing wrong, its check or a parity, something else. §11.6.3.1 */
export const BlockError = { none: 0, check: 1, other: 2 } as const;
export type BlockError = (typeof BlockError)[keyof typeof BlockError];

export type BlockCheck = 'lrc' | 'crc';

export interface BlockFailure {
  readonly reason:
    | 'block-cut'
    | 'block-parity-wrong'
    | 'block-check-wrong'
    | 'block-address-wrong'
    | 'block-control-unknown'
    | 'block-length-wrong';
}

export const INFORMATION_BYTES_MAX = 254;
const PROLOGUE_BYTES = 3;
const checkBytes = (check: BlockCheck): number => (check === 'lrc' ? 1 : 2);

export function encodeBlock(block: Block, check: BlockCheck): Uint8Array {
  const information = informationOf(block);
  const body = concat(Uint8Array.of(block.nad, controlOf(block), information.length), information);
  return concat(body, epilogue(body, check));
}

function informationOf(block: Block): Uint8Array {
  if (block.type === 'I') return block.information;
  if (block.type === 'S' && carriesValue(block.kind)) return Uint8Array.of(block.value);
  return new Uint8Array(0);
}

function controlOf(block: Block): number {
  if (block.type === 'I') return (block.number << 6) | (block.more ? 0x20 : 0);
  if (block.type === 'R') return 0x80 | (block.number << 4) | block.error;
  return 0xc0 | (block.isResponse ? 0x20 : 0) | KINDS.indexOf(block.kind);
}

const carriesValue = (kind: SupervisoryKind): boolean => kind === 'ifs' || kind === 'wtx';

/**
 * LRC: the exclusive or of all bytes. CRC: that of ISO/IEC 13239 before its complement, the high byte first, as the
 * drivers of readers in the field compute it. §11.3.4
 */
function epilogue(body: Uint8Array, check: BlockCheck): Uint8Array {
  if (check === 'lrc') return Uint8Array.of(body.reduce((sum, byte) => sum ^ byte, 0));
  const crc = crc16X25(body) ^ 0xffff;
  return Uint8Array.of(crc >> 8, crc & 0xff);
}

/** Hears one block, character by character. */
export interface BlockReceiver {
  readonly check: BlockCheck;
  readonly nad: number;
  readonly bytes: number[];
  damaged: boolean;
}

export const createBlockReceiver = (check: BlockCheck, nad: number): BlockReceiver => ({
  ...{ check, nad, bytes: [], damaged: false },
});

/**
 * @param byte `undefined` for a character with wrong parity
 * @returns the block once it is there and sound; of one that is not, the end is not known before the line falls silent
 */
export function hearBlockByte(receiver: BlockReceiver, byte: number | undefined): Block | undefined {
  if (byte === undefined) receiver.damaged = true;
  receiver.bytes.push(byte ?? 0);
  if (receiver.damaged || receiver.bytes.length !== blockLength(receiver.bytes, receiver.check)) return undefined;
  const block = decodeBlock(Uint8Array.from(receiver.bytes), receiver.check, receiver.nad);
  if ('reason' in block) return undefined;
  receiver.bytes.length = 0;
  return block;
}

/** The line has fallen silent in what was no sound block. */
export function endBlock(receiver: BlockReceiver): BlockFailure {
  const { check, nad, damaged } = receiver;
  const decoded = decodeBlock(Uint8Array.from(receiver.bytes), check, nad);
  receiver.bytes.length = 0;
  receiver.damaged = false;
  if (damaged) return { reason: 'block-parity-wrong' };
  return 'reason' in decoded ? decoded : { reason: 'block-cut' };
}

/** How long a block is that begins so; `undefined` while LEN is not there. */
function blockLength(bytes: ArrayLike<number>, check: BlockCheck): number | undefined {
  const length = bytes[2];
  return length === undefined ? undefined : PROLOGUE_BYTES + length + checkBytes(check);
}

/** @param nad the address that a block must bear: target and source, each other's mirror in the two directions */
export function decodeBlock(bytes: Uint8Array, check: BlockCheck, nad: number): Block | BlockFailure {
  const length = blockLength(bytes, check);
  if (length === undefined || bytes.length < length) return { reason: 'block-cut' };
  if (bytes.length > length) return { reason: 'block-length-wrong' };
  const body = bytes.subarray(0, length - checkBytes(check));
  if (epilogue(body, check).some((byte, at) => byte !== bytes[body.length + at]))
    return { reason: 'block-check-wrong' };
  if (body[0] !== nad) return { reason: 'block-address-wrong' };
  const control = body[1] as number;
  const information = body.slice(PROLOGUE_BYTES);
  if (information.length > INFORMATION_BYTES_MAX) return { reason: 'block-length-wrong' };
  if ((control & 0x80) === 0) {
    if ((control & 0x1f) !== 0) return { reason: 'block-control-unknown' };
    return { type: 'I', nad, number: bit(control >> 6), more: (control & 0x20) !== 0, information };
  }
  if ((control & 0x40) === 0) {
    const error = control & 15;
    if ((control & 0x20) !== 0 || error > 2) return { reason: 'block-control-unknown' };
    if (information.length > 0) return { reason: 'block-length-wrong' };
    return { type: 'R', nad, number: bit(control >> 4), error: error as BlockError };
  }
  const kind = KINDS[control & 0x1f];
  if (kind === undefined) return { reason: 'block-control-unknown' };
  if (information.length !== (carriesValue(kind) ? 1 : 0)) return { reason: 'block-length-wrong' };
  const [value = 0] = information;
  // 0 and 255 are reserved as sizes, and nobody extends a time to nothing.
  if (carriesValue(kind) && (value === 0 || (kind === 'ifs' && value === 255)))
    return { reason: 'block-control-unknown' };
  return { type: 'S', nad, kind, isResponse: (control & 0x20) !== 0, value };
}

const bit = (value: number): Bit => (value & 1) as Bit;

export const other = (number: Bit): Bit => (number === 0 ? 1 : 0);

/** Source and target in each other's place. §11.3.2.1 */
export const mirrored = (nad: number): number => ((nad & 7) << 4) | ((nad >> 4) & 7);
