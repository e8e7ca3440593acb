import { createCipheriv, createDecipheriv, type ScryptOptions, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { concat, crc32, Reader, Writer } from '../bytes/index.ts';
import { assert, type Randomness } from '../units/index.ts';
import { masterKeysOf, SoftwareKeyStore } from './key-store.ts';
import { type KeyName, keyBytesOf, keyNameFromByte, suiteOf } from './names.ts';
import { TRANSPORT_KEY_BYTES } from './transport-key.ts';

/** Why a keyring file was not opened: a code for programs, one sentence for people. */
export interface KeyRingFileFailure {
  readonly reason: 'not-a-keyring' | 'version-unknown' | 'damaged' | 'passphrase-wrong';
  readonly sentence: string;
}

/** log2 of scrypt's N for a passphrase that guards a utility: 128 MiB and about half a second a guess. */
const KEYRING_COST = 17;

/**
 * The master keys of a store, sealed with a passphrase: scrypt (RFC 7914; r 8, p 1), then AES-256-GCM.
 *
 * `"WPKR" | version 2 | cost | utility u16 | salt 16 | nonce 12 | sealed (transport 32 | (n | KH)…) | tag 16 | CRC-32`
 *
 * Version 1 has no master of transport: whoever opens one draws it. Everything before the sealed part is authenticated with it. The CRC tells a damaged file from a wrong passphrase.
 * @param cost log2 of scrypt's N, 10 to 20; lower than KEYRING_COST only where the keys guard nothing, as in a test
 * @throws RangeError when the passphrase is empty or the cost out of range
 */
export async function sealKeyRing(
  store: SoftwareKeyStore,
  passphrase: string,
  randomness: Randomness,
  cost: number = KEYRING_COST,
): Promise<Uint8Array> {
  if (passphrase === '') throw new RangeError('a keyring needs a passphrase that is not empty');
  if (!isCost(cost)) throw new RangeError(`the cost of a keyring is ${COST_MIN} to ${COST_MAX}, not ${cost}`);
  const { utility, keys, transport } = masterKeysOf(store);
  const body = new Writer().bytes(transport);
  for (const [n, kh] of keys) body.u8(n).bytes(kh);
  const chance = new Uint8Array(SALT + NONCE);
  randomness.fill(chance);
  const header = new Writer().bytes(MAGIC).u8(VERSION).u8(cost).u16(utility).bytes(chance).done();
  assert(header.length === HEADER, 'the header of a keyring has its fields and no more');
  const key = await stretched(passphrase, header, cost);
  const cipher = createCipheriv('aes-256-gcm', key, header.subarray(HEADER - NONCE));
  cipher.setAAD(header);
  const sealed = concat(header, cipher.update(body.done()), cipher.final(), cipher.getAuthTag());
  return concat(sealed, new Writer(4).u32(crc32(sealed)).done());
}

/** Opens what `sealKeyRing` made: the whole store, or the reason why not and nothing of it. Takes any bytes. */
export async function openKeyRing(
  file: Uint8Array,
  passphrase: string,
  randomness: Randomness,
): Promise<SoftwareKeyStore | KeyRingFileFailure> {
  const reader = new Reader(file);
  const magic = reader.view(MAGIC.length);
  if (magic.length !== MAGIC.length || MAGIC.some((byte, i) => byte !== magic[i])) return FAILURES['not-a-keyring'];
  const version = reader.u8();
  if (reader.ok() && version !== VERSION && version !== VERSION_WITHOUT_TRANSPORT) return versionUnknown(version);
  const cost = reader.u8();
  const utility = reader.u16();
  const end = file.length - TAG - CRC;
  if (
    end < HEADER ||
    new Reader(file, file.length - CRC).u32() !== crc32(file, 0, file.length - CRC) ||
    !isCost(cost)
  ) {
    return FAILURES.damaged;
  }
  const header = file.subarray(0, HEADER);
  const key = await stretched(passphrase, header, cost);
  const decipher = createDecipheriv('aes-256-gcm', key, header.subarray(HEADER - NONCE), { authTagLength: TAG });
  decipher.setAAD(header);
  decipher.setAuthTag(file.subarray(end, end + TAG));
  const opened = decipher.update(file.subarray(HEADER, end));
  try {
    decipher.final();
  } catch {
    return FAILURES['passphrase-wrong'];
  }
  // The tag has proved that sealKeyRing wrote these bytes: a fault from here on is a bug, and throws.
  if (version === VERSION_WITHOUT_TRANSPORT) return new SoftwareKeyStore({ utility, keys: keysOf(opened) }, randomness);
  const transport = opened.subarray(0, TRANSPORT_KEY_BYTES);
  return new SoftwareKeyStore({ utility, keys: keysOf(opened.subarray(TRANSPORT_KEY_BYTES)), transport }, randomness);
}

const MAGIC = Uint8Array.of(0x57, 0x50, 0x4b, 0x52);
const VERSION = 2;
const VERSION_WITHOUT_TRANSPORT = 1;
const SALT = 16;
const NONCE = 12;
const TAG = 16;
const CRC = 4;
const HEADER = MAGIC.length + 4 + SALT + NONCE;
const COST_MIN = 10;
const COST_MAX = 20;

const FAILURES: Record<Exclude<KeyRingFileFailure['reason'], 'version-unknown'>, KeyRingFileFailure> = {
  'not-a-keyring': {
    reason: 'not-a-keyring',
    sentence: 'This file is no Wattpurse keyring: give the path of the file that holds the master keys.',
  },
  damaged: {
    reason: 'damaged',
    sentence: 'The keyring file is damaged, its check sum does not fit: restore it from a backup.',
  },
  'passphrase-wrong': {
    reason: 'passphrase-wrong',
    sentence:
      'The passphrase does not open this keyring: type it again, and if you are sure of it, restore the file from a backup.',
  },
};

const versionUnknown = (version: number): KeyRingFileFailure => ({
  reason: 'version-unknown',
  sentence: `The keyring file has version ${version}, and this program reads versions ${VERSION_WITHOUT_TRANSPORT} and ${VERSION}: use the program that wrote it.`,
});

const isCost = (cost: number): boolean => Number.isInteger(cost) && cost >= COST_MIN && cost <= COST_MAX;

function keysOf(body: Uint8Array): Map<KeyName, Uint8Array> {
  const keys = new Map<KeyName, Uint8Array>();
  const reader = new Reader(body);
  while (reader.left > 0) {
    const n = keyNameFromByte(reader.u8());
    assert(!keys.has(n), 'a keyring holds one key of each name');
    keys.set(n, reader.view(keyBytesOf(suiteOf(n))));
  }
  assert(reader.ended(), 'the last key of a keyring is whole');
  return keys;
}

/** A 32-byte key from the passphrase and the salt in the header. Keyboards differ in how they compose a letter: NFKC. */
function stretched(passphrase: string, header: Uint8Array, cost: number): Promise<Uint8Array> {
  const salt = header.subarray(HEADER - NONCE - SALT, HEADER - NONCE);
  const N = 2 ** cost;
  return scryptKey(passphrase.normalize('NFKC'), salt, 32, { N, r: 8, p: 1, maxmem: 2 * 128 * 8 * N });
}

const scryptKey = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt);
