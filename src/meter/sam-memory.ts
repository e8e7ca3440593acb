import { crc32 } from '../bytes/index.ts';
import type { KeyName } from '../crypto/index.ts';
import { isRegion, Region, type Svpmsn, svpmsn, type UnixSeconds, unixSeconds } from '../units/index.ts';
import { byteAt, bytesAt, getU24, getU32, type Nvm, putU32 } from './nvm.ts';

/**
 * The SAM's own memory: pair key 16 | SVPMSN 3 | region u8 | twice {version u32, loan limit u32, CRC-32} |
 * twice {clock sets u32, seconds u32, CRC-32} | then slots of
 * {state u8, n u8, length u8, floor u8, key 32, CRC-32}. A slot becomes valid with its first byte, written last;
 * two generations of four purposes fit twice over.
 */
export const KEY_SLOTS = 16;
const PAIR_KEY_BYTES = 16;
const REGION_AT = PAIR_KEY_BYTES + 3;
const LIMITS_AT = REGION_AT + 1;
const TWIN_BYTES = 12;
const CLOCKS_AT = LIMITS_AT + 2 * TWIN_BYTES;
const SLOTS_AT = CLOCKS_AT + 2 * TWIN_BYTES;
const SLOT_HEAD_BYTES = 4;
const SLOT_CRC_AT = SLOT_HEAD_BYTES + 32;
const SLOT_BYTES = SLOT_CRC_AT + 4;
export const SAM_MEMORY_BYTES = SLOTS_AT + KEY_SLOTS * SLOT_BYTES;

const VALID = 0x5a;
const ERASED_SLOT = new Uint8Array(SLOT_BYTES);

/** Whose meter it is, what its value is for, and how much emergency credit its policy gives. */
export interface SamIdentity {
  readonly svpmsn: Svpmsn;
  readonly region: Region;
  readonly limit: LoanLimit;
}

/** A new chip, and the key that it shares with the SVM of the same board. */
export function personaliseSam(memory: Nvm, pairKey: Uint8Array, { svpmsn: id, region, limit }: SamIdentity): void {
  memory.write(0, pairKey, 0, PAIR_KEY_BYTES);
  memory.write(PAIR_KEY_BYTES, Uint8Array.of(id >> 16, id >> 8, id, region), 0, 4);
  eraseKeys(memory, () => true);
  storeLoanLimit(memory, limit);
}

export const readPairKey = (memory: Nvm): Uint8Array => bytesAt(memory, 0, PAIR_KEY_BYTES).slice();
/** A chip that was never personalised serves electricity, and no card has a ticket for it. */
export function readRegion(memory: Nvm): Region {
  const region = byteAt(memory, REGION_AT);
  return isRegion(region) ? region : Region.electricity;
}
export const readSvpmsn = (memory: Nvm): Svpmsn => svpmsn(getU24(bytesAt(memory, PAIR_KEY_BYTES, 3), 0));

/** Emergency credit by the supply policy of that version: kept here, because the CPU's word for it is worth nothing. */
export interface LoanLimit {
  readonly version: number;
  readonly tokens: number;
}

export function readLoanLimit(memory: Nvm): LoanLimit {
  const { order: version, value } = readTwin(memory, LIMITS_AT);
  return { version, tokens: value };
}

export const storeLoanLimit = (memory: Nvm, { version, tokens }: LoanLimit): void =>
  storeTwin(memory, LIMITS_AT, version, tokens);

/** What a host set the clock to last, Unix seconds, 0 for never: so late it is for sure, whatever the CPU says. */
export const readClockSet = (memory: Nvm): UnixSeconds => unixSeconds(readTwin(memory, CLOCKS_AT).value);

export const storeClockSet = (memory: Nvm, seconds: UnixSeconds): void =>
  storeTwin(memory, CLOCKS_AT, readTwin(memory, CLOCKS_AT).order + 1, seconds);

/** The one of two places that is whole and was written last. */
function readTwin(memory: Nvm, from: number): { order: number; value: number; place: 0 | 1 } {
  let newest = { order: 0, value: 0, place: 1 as 0 | 1 };
  for (const place of [0, 1] as const) {
    const twin = bytesAt(memory, from + place * TWIN_BYTES, TWIN_BYTES);
    const order = getU32(twin, 0);
    if (crc32(twin, 0, 8) !== getU32(twin, 8) || order < newest.order) continue;
    newest = { order, value: getU32(twin, 4), place };
  }
  return newest;
}

function storeTwin(memory: Nvm, from: number, order: number, value: number): void {
  const bytes = new Uint8Array(TWIN_BYTES);
  putU32(bytes, 0, order);
  putU32(bytes, 4, value);
  putU32(bytes, 8, crc32(bytes, 0, 8));
  memory.write(from + (1 - readTwin(memory, from).place) * TWIN_BYTES, bytes, 0, TWIN_BYTES);
}

export interface HeldKey {
  readonly n: KeyName;
  /** The lowest generation that is served once this key has worked. */
  readonly floor: number;
  readonly key: Uint8Array;
}

export function keyAt(memory: Nvm, slot: number): HeldKey | undefined {
  const held = bytesAt(memory, SLOTS_AT + slot * SLOT_BYTES, SLOT_BYTES);
  const length = held[2] as number;
  if (held[0] !== VALID || (length !== 16 && length !== 32)) return undefined;
  if (crc32(held, 1, SLOT_CRC_AT) !== getU32(held, SLOT_CRC_AT)) return undefined;
  const key = held.slice(SLOT_HEAD_BYTES, SLOT_HEAD_BYTES + length);
  return { n: held[1] as KeyName, floor: held[3] as number, key };
}

/** Keeps a key beside those that are there; one of the same name gives way once the new one is whole. `false`: full. */
export function storeKey(memory: Nvm, { n, floor, key }: HeldKey): boolean {
  let free = -1;
  for (let slot = 0; slot < KEY_SLOTS && free < 0; slot++) if (keyAt(memory, slot) === undefined) free = slot;
  if (free < 0) return false;
  const at = SLOTS_AT + free * SLOT_BYTES;
  const image = new Uint8Array(SLOT_BYTES);
  image[0] = VALID;
  image[1] = n;
  image[2] = key.length;
  image[3] = floor;
  image.set(key, SLOT_HEAD_BYTES);
  putU32(image, SLOT_CRC_AT, crc32(image, 1, SLOT_CRC_AT));
  memory.write(at, ERASED_SLOT, 0, 1);
  memory.write(at + 1, image, 1, SLOT_BYTES - 1);
  memory.write(at, image, 0, 1);
  keepOneOf(memory, n, free);
  return true;
}

/** Erases every other key of the name: a power cut may have left two, of which either is good. */
export function keepOneOf(memory: Nvm, n: KeyName, kept: number): void {
  for (let slot = 0; slot < KEY_SLOTS; slot++) {
    if (slot !== kept && keyAt(memory, slot)?.n === n) eraseSlot(memory, slot);
  }
}

/** Overwrites every key that the caller names. */
export function eraseKeys(memory: Nvm, named: (n: KeyName) => boolean): void {
  for (let slot = 0; slot < KEY_SLOTS; slot++) {
    if (named(byteAt(memory, SLOTS_AT + slot * SLOT_BYTES + 1) as KeyName)) eraseSlot(memory, slot);
  }
}

const eraseSlot = (memory: Nvm, slot: number): void =>
  memory.write(SLOTS_AT + slot * SLOT_BYTES, ERASED_SLOT, 0, SLOT_BYTES);
