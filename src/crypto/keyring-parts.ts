import type { Randomness } from '../units/index.ts';
import { masterKeysOf, SoftwareKeyStore } from './key-store.ts';
import type { KeyName } from './names.ts';

/** A store of the same utility, with the same master of transport, that holds those of its KH whose names are taken. */
export function keysWhere(
  store: SoftwareKeyStore,
  taken: (n: KeyName) => boolean,
  randomness: Randomness,
): SoftwareKeyStore {
  const master = masterKeysOf(store);
  const keys = new Map([...master.keys].filter(([n]) => taken(n)));
  return new SoftwareKeyStore({ ...master, keys }, randomness);
}

/**
 * One store with the KH of all of these, for whoever has them from several copies of one keyring.
 * @throws RangeError when they are not of one utility and one master of transport, or differ in a KH of one name
 */
export function keysTogether(stores: readonly SoftwareKeyStore[], randomness: Randomness): SoftwareKeyStore {
  const masters = stores.map((store) => masterKeysOf(store));
  const [first] = masters;
  if (first === undefined) throw new RangeError('of no keyring there is none together');
  const keys = new Map<KeyName, Uint8Array>();
  for (const { utility, transport, keys: some } of masters) {
    if (utility !== first.utility || !sameBytes(transport, first.transport)) {
      throw new RangeError('these keyrings are of two utilities');
    }
    for (const [n, kh] of some) {
      const known = keys.get(n);
      if (known !== undefined && !sameBytes(known, kh))
        throw new RangeError('two keyrings differ in a key of one name');
      keys.set(n, kh);
    }
  }
  return new SoftwareKeyStore({ ...first, keys }, randomness);
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
