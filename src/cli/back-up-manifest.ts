import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type PublishedBookKeys, parseBookVerifier } from '../adapters/book-keys.ts';
import { type KeyName, type KeyStore, KeyStoreError, keyNameFromByte, keyNameText } from '../crypto/index.ts';
import {
  BOOK_KEYS_FILE,
  CEREMONY_FILE,
  DATABASE_FILE,
  HEADS_FILE,
  HOST_FILE,
  RECEIPT_KEYS_FILE,
  TOKEN_FILE,
} from './folder-files.ts';
import { WrongUse } from './usage.ts';

export const MANIFEST_FILE = 'manifest.json';
export const SIGNATURE_FILE = 'manifest.signature.json';
/** A year of heads is a few megabytes; what the manifest itself says is some kilobytes. */
export const MANIFEST_BYTES_MAX = 1 << 20;

const KIND = 'wattpurse back-up';
const VERSION = 1;
/** What may stand in a back-up; other names are refused, so that none leads out of its folder. */
export const BACK_UP_FILES = [
  DATABASE_FILE,
  HOST_FILE,
  BOOK_KEYS_FILE,
  HEADS_FILE,
  RECEIPT_KEYS_FILE,
  CEREMONY_FILE,
  TOKEN_FILE,
] as const;

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Strict = <P extends Parameters<typeof Type.Object>[0]>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

const Manifest = Strict({
  kind: Type.Literal(KIND),
  version: Type.Literal(VERSION),
  /** The version of the program that made it. */
  program: Type.String({ maxLength: 64 }),
  /** Before the first row was read: Unix milliseconds by the machine's own clock. */
  at: Count,
  engine: Type.Union([Type.Literal('sqlite'), Type.Literal('postgresql')]),
  /** Of the shape of the database, as SQLite has it. */
  schema: Count,
  utility: Type.Integer({ minimum: 0, maximum: 0xffff }),
  /** IANA name. */
  zone: Type.String({ minLength: 1, maxLength: 64 }),
  /** Of each master key its name n and its check value, by which it is told from others; no key follows from these. */
  keys: Type.Array(
    Strict({ n: Type.Integer({ minimum: 0, maximum: 0xff }), checkValue: Type.String({ pattern: '^[0-9a-f]{6}$' }) }),
    { maxItems: 256 },
  ),
  meters: Count,
  postings: Count,
  commits: Count,
  /** The number of the newest head in it. */
  head: Count,
  files: Type.Array(Strict({ name: Type.Enum([...BACK_UP_FILES]), bytes: Count, sha256: Hash }), {
    maxItems: BACK_UP_FILES.length,
  }),
});
export type Manifest = Static<typeof Manifest>;
export type KeyMetadata = Manifest['keys'][number];

const Signature = Strict({
  kid: Type.String({ maxLength: 64 }),
  signature: Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' }),
});

const isManifest = Compile(Manifest);
const isSignature = Compile(Signature);

/** A manifest in the two texts that stand in the folder of a back-up. */
export interface SignedManifest {
  readonly manifest: string;
  readonly signature: string;
}

/** Under the key that signs the heads of the books, so that whoever changes a back-up cannot put its hashes right. */
export function signManifest(content: Omit<Manifest, 'kind' | 'version'>, keys: PublishedBookKeys): SignedManifest {
  const manifest = `${JSON.stringify({ kind: KIND, version: VERSION, ...content }, undefined, 2)}\n`;
  const signature = Buffer.from(keys.sign(signedBytes(manifest))).toString('base64url');
  return { manifest, signature: `${JSON.stringify({ kid: keys.kid, signature })}\n` };
}

/** No head of books begins with these words. */
const signedBytes = (manifest: string): Uint8Array => Buffer.from(`${KIND}\n${manifest}`);

/**
 * What a back-up says of itself, proved by the key of the utility whose keyring is at hand.
 * @param place the folder, for the sentence
 * @throws WrongUse for one that is damaged, changed, of another utility or of a newer program
 */
export function openManifest(
  { manifest, signature }: SignedManifest,
  keys: PublishedBookKeys,
  place: string,
): Manifest {
  const value = json(manifest);
  if (!isManifest.Check(value)) {
    const { kind, version } = (value ?? {}) as { readonly kind?: unknown; readonly version?: unknown };
    if (kind === KIND && typeof version === 'number' && version > VERSION) {
      throw new WrongUse(
        `${place} was made by a newer program (back-ups of version ${version}, and this one knows ${VERSION}): install that one.`,
      );
    }
    throw new WrongUse(`${place} has a ${MANIFEST_FILE} that is damaged: take another back-up.`);
  }
  const signed = json(signature);
  if (!isSignature.Check(signed)) {
    throw new WrongUse(`${place} has a ${SIGNATURE_FILE} that is damaged: take another back-up.`);
  }
  const proved = parseBookVerifier(keys.published)?.signed(
    signed.kid,
    signedBytes(manifest),
    Buffer.from(signed.signature, 'base64url'),
  );
  if (proved === undefined) {
    throw new WrongUse(`${place} is of another utility, or this is not its keyring: name the keyring of its books.`);
  }
  if (!proved) throw new WrongUse(`${place} has a ${MANIFEST_FILE} that was changed: take another back-up.`);
  const names = new Set(value.files.map(({ name }) => name));
  if (names.size !== value.files.length || !names.has(DATABASE_FILE) || !names.has(HOST_FILE)) {
    throw new WrongUse(`${place} names no whole set of files in its ${MANIFEST_FILE}: take another back-up.`);
  }
  return value;
}

/** Of all keys of a store, in the order of n. */
export async function keyMetadata(keys: KeyStore): Promise<KeyMetadata[]> {
  const found: KeyMetadata[] = [];
  for (let n = 0; n <= 0xff; n++) {
    const checkValue = await checkValueOf(keys, keyNameFromByte(n));
    if (checkValue !== undefined) found.push({ n, checkValue });
  }
  return found;
}

/** @throws WrongUse when a key that the back-up had is not in the keyring, or is another one */
export async function checkKeys(keys: KeyStore, { keys: had }: Manifest, place: string): Promise<void> {
  for (const { n, checkValue } of had) {
    const name = keyNameFromByte(n);
    const found = await checkValueOf(keys, name);
    if (found === checkValue) continue;
    const what =
      found === undefined
        ? `lacks the key of ${keyNameText(name)}`
        : `has another key of ${keyNameText(name)} (check value ${found}, not ${checkValue})`;
    throw new WrongUse(`The keyring ${what} that the books in ${place} were kept with: name a newer copy of it.`);
  }
}

async function checkValueOf(keys: KeyStore, name: KeyName): Promise<string | undefined> {
  try {
    return await keys.checkValue(name);
  } catch (error) {
    if (error instanceof KeyStoreError) return undefined;
    throw error;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
