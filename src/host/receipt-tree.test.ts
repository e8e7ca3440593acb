import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { fromHex, toHex } from '../bytes/index.ts';
import { leafHash, receiptTree, rootOf } from './receipt-tree.ts';

/** The eight entries and the roots by which logs of certificates are tested (RFC 6962). */
const ENTRIES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

test('the roots are those of RFC 6962', () => {
  const leaves = ENTRIES.map((entry) => leafHash(fromHex(entry)));
  ROOTS.forEach((root, i) => {
    assert.equal(toHex(receiptTree(leaves.slice(0, i + 1)).root), root, `${i + 1} leaves`);
  });
});

const hash = (...parts: readonly Uint8Array[]): Uint8Array =>
  parts.reduce((sum, part) => sum.update(part), createHash('sha256')).digest();

/** The definition of RFC 9162 §2.1.1, word by word. */
function rootByDefinition(entries: readonly Uint8Array[]): Uint8Array {
  const [first] = entries;
  if (first !== undefined && entries.length === 1) return hash(Uint8Array.of(0), first);
  const k = splitOf(entries.length);
  return hash(Uint8Array.of(1), rootByDefinition(entries.slice(0, k)), rootByDefinition(entries.slice(k)));
}

/** RFC 9162 §2.1.3.1 */
function pathByDefinition(m: number, entries: readonly Uint8Array[]): Uint8Array[] {
  if (entries.length === 1) return [];
  const k = splitOf(entries.length);
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  return m < k
    ? [...pathByDefinition(m, left), rootByDefinition(right)]
    : [...pathByDefinition(m - k, right), rootByDefinition(left)];
}

/** The largest power of two below n. */
const splitOf = (n: number): number => 2 ** (Math.ceil(Math.log2(n)) - 1);

const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100];
const entriesOf = (size: number) => Array.from({ length: size }, (_, i) => Buffer.from(`entry ${i}`));

for (const size of SIZES) {
  test(`of a group of ${size} every leaf is proved by its path, and by no other`, () => {
    const entries = entriesOf(size);
    const leaves = entries.map(leafHash);
    const tree = receiptTree(leaves);
    const root = toHex(tree.root);
    assert.equal(root, toHex(rootByDefinition(entries)));
    for (let index = 0; index < size; index++) {
      const leaf = leaves[index] as Uint8Array;
      const path = tree.path(index);
      assert.deepEqual(path.map(toHex), pathByDefinition(index, entries).map(toHex));
      const rootFrom = (at: number, of: number, way: readonly Uint8Array[]) =>
        toHex(rootOf(leaf, { index: at, size: of }, way) ?? new Uint8Array(0));
      assert.equal(rootFrom(index, size, path), root);
      for (let other = 0; other < size + 3; other++) {
        if (other !== index) assert.notEqual(rootFrom(other, size, path), root, `${index} as ${other}`);
      }
      assert.notEqual(rootFrom(index, size, path.slice(1)), size === 1 ? '' : root);
      assert.notEqual(rootFrom(index, size, [...path, leaf]), root);
      path.forEach((_, i) => {
        const changed = path.map((hashed, j) => (i === j ? hashed.map((byte) => byte ^ 1) : hashed));
        assert.notEqual(rootFrom(index, size, changed), root);
      });
    }
  });
}

test('what stands inside the tree passes for no leaf', () => {
  const [a, b] = entriesOf(2).map(leafHash) as [Uint8Array, Uint8Array];
  const inner = new Uint8Array([...a, ...b]);
  assert.notDeepEqual(leafHash(inner), receiptTree([a, b]).root);
});

test('a place outside its group is none', () => {
  const leaf = leafHash(Uint8Array.of(1));
  assert.equal(rootOf(leaf, { index: 1, size: 1 }, []), undefined);
  assert.equal(rootOf(leaf, { index: 0, size: 0 }, []), undefined);
  assert.deepEqual(rootOf(leaf, { index: 0, size: 1 }, []), leaf);
});
