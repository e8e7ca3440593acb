import { crc32 } from '../bytes/index.ts';
import type { KeyName } from '../crypto/index.ts';
import { type Svpmsn, svpmsn } from '../units/index.ts';
import { getU24, getU32, type Nvm, putU32 } from './nvm.ts';

/**
 * The SAM's own memory: pair key 16 | SVPMSN 3 | then slots of {state u8, n u8, length u8, key 32, CRC-32}.
 * A slot becomes valid with its first byte, written last; two generations of four purposes fit twice over.
 */
export const KEY_SLOTS = 16;
const PAIR_KEY_BYTES = 16;
const SLOTS_AT = PAIR_KEY_BYTES + 3;
const SLOT_BYTES = 1 + 1 + 1 + 32 + 4;
export const SAM_MEMORY_BYTES = SLOTS_AT + KEY_SLOTS * SLOT_BYTES;

const VALID = 0x5a;
const ERASED_SLOT = new Uint8Array(SLOT_BYTES);

/** A new chip: whose meter it is, and the key it shares with the SVM of the same board. */
export function personaliseSam(memory: Nvm, id: Svpmsn, pairKey: Uint8Array): void {
  memory.write(0, pairKey, 0, PAIR_KEY_BYTES);
  memory.write(PAIR_KEY_BYTES, Uint8Array.of(id >> 16, id >> 8, id), 0, 3);
  eraseKeys(memory, () => true);
}

export const readPairKey = (memory: Nvm): Uint8Array => memory.bytes.slice(0, PAIR_KEY_BYTES);
export const readSvpmsn = (memory: Nvm): Svpmsn => svpmsn(getU24(memory.bytes, PAIR_KEY_BYTES));

export interface HeldKey {
  readonly n: KeyName;
  readonly key: Uint8Array;
}

export function keyAt(memory: Nvm, slot: number): HeldKey | undefined {
  const at = SLOTS_AT + slot * SLOT_BYTES;
  const { bytes } = memory;
  const length = bytes[at + 2] as number;
  if (bytes[at] !== VALID || (length !== 16 && length !== 32)) return undefined;
  if (crc32(bytes, at + 1, at + 35) !== getU32(bytes, at + 35)) return undefined;
  return { n: bytes[at + 1] as KeyName, key: bytes.slice(at + 3, at + 3 + length) };
}

/** Keeps a key beside those that are there; one of the same name is replaced once the new one is whole. */
export function storeKey(memory: Nvm, n: KeyName, key: Uint8Array): void {
  let free = -1;
  let same = -1;
  for (let slot = 0; slot < KEY_SLOTS; slot++) {
    const held = keyAt(memory, slot);
    if (held === undefined && free < 0) free = slot;
    if (held?.n === n) same = slot;
  }
  if (free < 0) throw new Error('the SAM has no free key slot: floors have not been raised');
  const at = SLOTS_AT + free * SLOT_BYTES;
  const image = new Uint8Array(SLOT_BYTES);
  image[0] = VALID;
  image[1] = n;
  image[2] = key.length;
  image.set(key, 3);
  putU32(image, 35, crc32(image, 1, 35));
  memory.write(at, ERASED_SLOT, 0, 1);
  memory.write(at + 1, image, 1, SLOT_BYTES - 1);
  memory.write(at, image, 0, 1);
  if (same >= 0) memory.write(SLOTS_AT + same * SLOT_BYTES, ERASED_SLOT, 0, SLOT_BYTES);
}

/** Overwrites every key that the caller names. */
export function eraseKeys(memory: Nvm, named: (n: KeyName) => boolean): void {
  for (let slot = 0; slot < KEY_SLOTS; slot++) {
    const at = SLOTS_AT + slot * SLOT_BYTES;
    if (named(memory.bytes[at + 1] as KeyName)) memory.write(at, ERASED_SLOT, 0, SLOT_BYTES);
  }
}
