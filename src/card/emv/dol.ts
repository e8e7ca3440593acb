import { concat } from '../../bytes/index.ts';
import { type TlvFailure, tagAt } from '../tlv.ts';
import { formatOf } from './tags.ts';

/** What a card wants to be told, in its order: PDOL, CDOL1, CDOL2 (EMV 4.3 Book 3 §5.4). */
export type DataObjectList = readonly { readonly tag: number; readonly length: number }[];

export interface DolFailure {
  readonly reason: TlvFailure['reason'] | 'dol-too-long';
}

/** More does not fit into one command. */
export const DOL_BYTES_MAX = 252;

/** The tags and lengths of a list; a length is one byte, whatever its first bit. */
export function decodeDol(bytes: Uint8Array): DataObjectList | DolFailure {
  const list: { tag: number; length: number }[] = [];
  let sum = 0;
  for (let at = 0; at < bytes.length; ) {
    const named = tagAt(bytes, at, bytes.length);
    if ('reason' in named) return named;
    const length = bytes[named.next];
    if (length === undefined) return { reason: 'length-cut' };
    sum += length;
    if (sum > DOL_BYTES_MAX) return { reason: 'dol-too-long' };
    list.push({ tag: named.tag, length });
    at = named.next + 1;
  }
  return list;
}

/**
 * The values in the order of the list, each cut or filled to the length that is asked for: Book 3 §5.4. What is not
 * there, and a template, is zeros.
 */
export const dolData = (list: DataObjectList, objectOf: (tag: number) => Uint8Array | undefined): Uint8Array =>
  concat(...list.map(({ tag, length }) => fitted(tag, length, objectOf(tag))));

function fitted(tag: number, length: number, value: Uint8Array | undefined): Uint8Array {
  if (value === undefined) return new Uint8Array(length);
  if (value.length === length) return value;
  const format = formatOf(tag);
  const missing = length - value.length;
  // A number keeps its last digits, and has zeros before it; everything else keeps its first bytes.
  if (format === 'numeric') return missing < 0 ? value.slice(-missing) : concat(new Uint8Array(missing), value);
  if (missing < 0) return value.slice(0, length);
  return concat(value, new Uint8Array(missing).fill(format === 'compressed' ? 0xff : 0));
}
