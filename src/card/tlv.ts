import { concat } from '../bytes/index.ts';
import { assert } from '../units/index.ts';

/*
 * BER-TLV as cards use it, ISO/IEC 7816-4:2005 §5.2.2 and EMV 4.3 Book 3, Annex B: a tag of 1 to 3 bytes, a length of 1 to 3 bytes, the value.
 * A data object whose tag has bit 6 is a template: its value is data objects again.
 */

export interface DataObject {
  /** All bytes of the tag as one number: 0x5a, 0x9f02, 0xdf8101. */
  readonly tag: number;
  /** A copy. */
  readonly value: Uint8Array;
  /** What a template holds; `undefined` for a primitive one. */
  readonly inside: readonly DataObject[] | undefined;
}

export interface TlvFailure {
  readonly reason:
    | 'tag-cut'
    /** More than 3 bytes. */
    | 'tag-too-long'
    | 'length-cut'
    /** Without end (80), or of more than two bytes behind the first. */
    | 'length-form-wrong'
    | 'value-cut'
    | 'too-deep'
    /** More data objects than any response of 256 bytes is made of. */
    | 'too-many';
  /** Where the data object begins that is to blame. */
  readonly at: number;
}

/** Templates within templates: FCI, proprietary template, issuer's own, directory entry. */
export const TLV_DEPTH_MAX = 6;
export const DATA_OBJECTS_MAX = 256;
const TAG_BYTES_MAX = 3;
const LENGTH_MAX = 0xffff;

/** Any bytes to the data objects that they are. Zeros before, between and behind them mean nothing (Annex B1). */
export function decodeTlv(bytes: Uint8Array): readonly DataObject[] | TlvFailure {
  return decodeRange(bytes, 0, bytes.length, 1, { objects: 0 });
}

function decodeRange(
  bytes: Uint8Array,
  from: number,
  to: number,
  depth: number,
  count: { objects: number },
): readonly DataObject[] | TlvFailure {
  if (depth > TLV_DEPTH_MAX) return { reason: 'too-deep', at: from };
  const objects: DataObject[] = [];
  let at = from;
  while (at < to) {
    if (bytes[at] === 0) {
      at += 1;
      continue;
    }
    const head = headAt(bytes, at, to);
    if ('reason' in head) return head;
    if (++count.objects > DATA_OBJECTS_MAX) return { reason: 'too-many', at };
    const { tag, valueAt, end } = head;
    const inside = isTemplate(bytes[at] as number) ? decodeRange(bytes, valueAt, end, depth + 1, count) : undefined;
    if (inside !== undefined && 'reason' in inside) return inside;
    objects.push({ tag, value: new Uint8Array(bytes.subarray(valueAt, end)), inside });
    at = end;
  }
  return objects;
}

/** Annex B2: tag and length. */
function headAt(
  bytes: Uint8Array,
  at: number,
  to: number,
): { readonly tag: number; readonly valueAt: number; readonly end: number } | TlvFailure {
  const named = tagAt(bytes, at, to);
  if ('reason' in named) return named;
  const first = named.next < to ? (bytes[named.next] as number) : undefined;
  if (first === undefined) return { reason: 'length-cut', at };
  const more = first < 0x80 ? 0 : first - 0x80;
  if (first === 0x80 || more > 2) return { reason: 'length-form-wrong', at };
  const valueAt = named.next + 1 + more;
  if (valueAt > to) return { reason: 'length-cut', at };
  let length = first;
  if (more > 0) length = 0;
  for (let i = valueAt - more; i < valueAt; i++) length = 256 * length + (bytes[i] as number);
  return valueAt + length > to ? { reason: 'value-cut', at } : { tag: named.tag, valueAt, end: valueAt + length };
}

/** Annex B1: five ones in the first byte say that more follow, bit 8 of each says whether there is another. */
export function tagAt(
  bytes: Uint8Array,
  at: number,
  to: number,
): { readonly tag: number; readonly next: number } | TlvFailure {
  let tag = bytes[at] as number;
  let next = at + 1;
  if ((tag & 0x1f) !== 0x1f) return { tag, next };
  for (;;) {
    if (next >= to) return { reason: 'tag-cut', at };
    if (next - at === TAG_BYTES_MAX) return { reason: 'tag-too-long', at };
    const byte = bytes[next++] as number;
    tag = 256 * tag + byte;
    if ((byte & 0x80) === 0) return { tag, next };
  }
}

const isTemplate = (firstByteOfTag: number): boolean => (firstByteOfTag & 0x20) !== 0;

/** One data object, its length in as few bytes as there are. A template is given what it holds, each as its bytes. */
export function encodeTlv(tag: number, ...value: readonly Uint8Array[]): Uint8Array {
  const whole = concat(...value);
  const { length } = whole;
  assert(length <= LENGTH_MAX, 'a data object has at most 65,535 bytes');
  const lengthBytes = length < 0x80 ? [length] : length <= 0xff ? [0x81, length] : [0x82, length >>> 8, length & 0xff];
  return concat(tagBytes(tag), Uint8Array.from(lengthBytes), whole);
}

export function tagBytes(tag: number): Uint8Array {
  const bytes = [tag >>> 16, (tag >>> 8) & 0xff, tag & 0xff].filter((byte, i, all) => byte > 0 || i === 2 || all[0]);
  const whole = Uint8Array.from(bytes);
  const read = tagAt(whole, 0, whole.length);
  assert('tag' in read && read.next === whole.length && read.tag === tag && tag > 0, 'a tag is one of 1 to 3 bytes');
  return whole;
}

/** The first with this tag. */
export const findObject = (objects: readonly DataObject[] | undefined, tag: number): DataObject | undefined =>
  objects?.find((object) => object.tag === tag);
