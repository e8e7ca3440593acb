import { concat } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';

/**
 * A Merkle tree over a group of receipts, as certificates are logged (RFC 9162 §2.1): one signature of its root is
 * one of each leaf, and a leaf with its path is proved alone. A leaf can pass for no node, because their hashes begin
 * with another byte.
 */
export interface ReceiptTree {
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** The hashes beside the way of a leaf to the root, from the leaf on: none in a group of one. */
  path(index: number): readonly Uint8Array[];
}

export const HASH_BYTES = 32;

/** RFC 9162 §2.1.1 */
export const leafHash = (leaf: Uint8Array): Uint8Array => sha256(concat(LEAF, leaf));

/** One for all calls: nothing here waits. */
const node = new Uint8Array(1 + 2 * HASH_BYTES);
node[0] = 1;

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  node.set(left, 1);
  node.set(right, 1 + HASH_BYTES);
  return sha256(node);
}

const LEAF = Uint8Array.of(0);

/** Of at least one leaf hash. */
export function receiptTree(leaves: readonly Uint8Array[]): ReceiptTree {
  const levels = [leaves];
  for (let level = leaves; level.length > 1; ) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i] as Uint8Array, level[i + 1]];
      // A last node without a neighbour goes up as it is, so that the left subtree is always the largest full one.
      above.push(right === undefined ? left : nodeHash(left, right));
    }
    levels.push(above);
    level = above;
  }
  return {
    root: levels.at(-1)?.[0] as Uint8Array,
    path: (index) => levels.flatMap((level, height) => level[(index >> height) ^ 1] ?? []),
  };
}

/** The root to which a path leads, or `undefined` when it is none of this place in a tree of this size. RFC 9162 §2.1.3.2 */
export function rootOf(
  leaf: Uint8Array,
  { index, size }: { readonly index: number; readonly size: number },
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  if (index >= size) return undefined;
  let hash = leaf;
  let [place, last] = [index, size - 1];
  for (const beside of path) {
    if (last === 0) return undefined;
    // The last of a level has no neighbour on its right: it goes up to where it has one on its left.
    while (place === last && (place & 1) === 0) [place, last] = [place >> 1, last >> 1];
    hash = (place & 1) === 1 ? nodeHash(beside, hash) : nodeHash(hash, beside);
    [place, last] = [place >> 1, last >> 1];
  }
  return last === 0 ? hash : undefined;
}
