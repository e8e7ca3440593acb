import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import about from '../../package.json' with { type: 'json' };
import { bookKeys, type PublishedBookKeys } from '../adapters/book-keys.ts';
import type { SoftwareKeyStore } from '../crypto/index.ts';
import { copyBooks, openSqliteStore, SCHEMA_VERSION, snapshotBooks } from '../storage/index.ts';
import { type BooksProved, proveBooks } from './audit-books.ts';
import {
  BACK_UP_FILES,
  checkKeys,
  keyMetadata,
  MANIFEST_BYTES_MAX,
  MANIFEST_FILE,
  type Manifest,
  openManifest,
  SIGNATURE_FILE,
  signManifest,
} from './back-up-manifest.ts';
import { sealsOf } from './book-seals.ts';
import {
  closeToOthers,
  DATABASE_FILE,
  FOUNDING_FILE,
  KEYS_FILE,
  LAST_BACK_UP_FILE,
  OWNER_ONLY,
  RECEIPT_KEYS_FILE,
} from './folder-files.ts';
import { keyringInFile, keysIn, refuseWhatWasLeft, workshopOf } from './host-folder.ts';
import type { BooksAt } from './host-options.ts';
import { MEBIBYTE, readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';
import { wallClock } from './wall-clock.ts';
import { fillFolder } from './whole-folder.ts';
import { writeWhole } from './write-whole.ts';

/** A clock that is set by hand may be off by so much. */
const AHEAD_MS_MAX = 3_600_000;
const MS_PER_DAY = 86_400_000;
const CHUNK_BYTES = 1 << 20;

/** What the data folder keeps of the last back-up that was made of it. */
export interface LastBackUp {
  /** Unix milliseconds. */
  readonly at: number;
  /** Absolute. */
  readonly to: string;
}

/**
 * The books of a host, which may run meanwhile, into a new folder: the database as it is at one instant, the heads that
 * were signed until then, the published key, the zone, and of the keyring what tells it from others. No key is in it.
 * @throws WrongUse @throws StoreError @throws CopyRefused
 */
export async function backUp({ data, database }: BooksAt, to: string): Promise<Manifest> {
  if (existsSync(join(data, FOUNDING_FILE))) {
    throw new WrongUse(`${data} holds a demo, whose meters are files in it: stop it, and copy the folder as it is.`);
  }
  const { keys, zone } = await workshopOf(data);
  refuseWhatWasLeft(data, database);
  const signing = bookKeys(keys.bookSecret());
  const manifest = await fillFolder(to, async (beside) => {
    const at = wallClock.now();
    // Read before the books are: each of these heads is in them, and perhaps one that is signed meanwhile.
    for (const name of BACK_UP_FILES.filter((each) => each !== DATABASE_FILE)) {
      const path = join(data, name);
      if (existsSync(path)) writeWhole(join(beside, name), readFileSync(path));
    }
    const from = database === undefined ? { file: join(data, DATABASE_FILE) } : { url: database };
    const { version, ...books } = await snapshotBooks(from, join(beside, DATABASE_FILE));
    const files = [];
    for (const name of BACK_UP_FILES) {
      if (existsSync(join(beside, name))) files.push({ name, ...(await hashed(join(beside, name))) });
    }
    closeToOthers(beside);
    const engine = database === undefined ? ('sqlite' as const) : ('postgresql' as const);
    const content = { program: about.version, at, engine, schema: version, utility: keys.utility, zone };
    const { manifest: text, signature } = signManifest(
      { ...content, keys: await keyMetadata(keys), ...books, files },
      signing,
    );
    writeWhole(join(beside, MANIFEST_FILE), text);
    writeWhole(join(beside, SIGNATURE_FILE), signature);
    return openManifest({ manifest: text, signature }, signing, to);
  });
  const last: LastBackUp = { at: manifest.at, to: resolve(to) };
  writeWhole(join(data, LAST_BACK_UP_FILE), `${JSON.stringify(last)}\n`);
  return manifest;
}

/** When the books of a folder were last backed up, and where to; `undefined` before the first time. */
export function lastBackUp(data: string): LastBackUp | undefined {
  const path = join(data, LAST_BACK_UP_FILE);
  if (!existsSync(path)) return undefined;
  try {
    const { at, to } = JSON.parse(readFileSync(path, 'utf8')) as Partial<LastBackUp>;
    return typeof at === 'number' && typeof to === 'string' ? { at, to } : undefined;
  } catch {
    return undefined;
  }
}

export interface Restoring {
  /** The folder of a back-up. */
  readonly from: string;
  /** A file with the sealed keyring. */
  readonly keyring: string;
  /** Files with published keys, of receipts, beside those that are in the back-up. */
  readonly published?: readonly string[];
  /** One that is older is refused; any age where absent. */
  readonly daysMax?: number;
  readonly to: BooksAt;
}

export interface Restored {
  readonly manifest: Manifest;
  readonly proved: BooksProved;
}

/**
 * Puts a back-up where no books are, and audits them. The first host that starts on them asks every meter for its receipts
 * and the payment ports for their payments before any value moves (X9).
 * @throws WrongUse @throws StoreError @throws CopyRefused; nothing is left in the place then
 */
export async function restoreBackUp({ from, published = [], daysMax, to, ...asked }: Restoring): Promise<Restored> {
  const { keyring, sealed } = await namedKeyring(asked.keyring);
  const manifest = await openBackUp(from, bookKeys(keyring.bookSecret()));
  checkAge(manifest, daysMax, from);
  return fillFolder(to.data, async (beside) => {
    const books = manifest.files.filter(({ name }) => name === DATABASE_FILE);
    for (const file of manifest.files) if (!books.includes(file)) await copyHashed(file, from, beside);
    writeWhole(join(beside, KEYS_FILE), sealed);
    // What may name a token is what the utility has signed from here on.
    const keys = await keysIn(beside, keyring);
    await checkKeys(keys, manifest, from);
    for (const file of books) await copyHashed(file, from, beside);
    const store = openSqliteStore(
      beside,
      sealsOf(beside, async () => keyring),
    );
    try {
      await store.transaction(async (tx) => {
        await tx.setFact('restored', 1);
        await tx.setFact('restored-from', manifest.at);
      });
    } finally {
      await store.close();
    }
    closeToOthers(beside);
    const inside = [KEYS_FILE, RECEIPT_KEYS_FILE].map((name) => join(beside, name)).filter((path) => existsSync(path));
    const proved = await proveBooks({ data: beside, database: undefined, keys: [...inside, ...published] });
    if (to.database !== undefined) {
      await copyBooks({ folder: beside }, { url: to.database });
      for (const suffix of ['', '-wal', '-shm']) rmSync(join(beside, `${DATABASE_FILE}${suffix}`), { force: true });
    }
    return { manifest, proved };
  });
}

/** Restores into a folder that is gone afterwards: whether the back-up is whole, can be opened, and holds true books. */
export async function rehearse(asked: Omit<Restoring, 'to' | 'daysMax'>, scratch: string): Promise<Restored> {
  const folder = mkdtempSync(join(scratch, 'wattpurse-rehearsal-'));
  try {
    return await restoreBackUp({ ...asked, to: { data: join(folder, 'books'), database: undefined } });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What does not need the files themselves. @throws WrongUse */
async function openBackUp(from: string, signing: PublishedBookKeys): Promise<Manifest> {
  if (!existsSync(join(from, MANIFEST_FILE))) {
    throw new WrongUse(
      `${from} holds no ${MANIFEST_FILE}, so it is no back-up, or one that was cut short: name another.`,
    );
  }
  const [manifest, signature] = [MANIFEST_FILE, SIGNATURE_FILE].map((name) =>
    readNamedFile(join(from, name), 'file', MANIFEST_BYTES_MAX).toString('utf8'),
  ) as [string, string];
  const opened = openManifest({ manifest, signature }, signing, from);
  if (opened.schema > SCHEMA_VERSION) {
    throw new WrongUse(
      `${from} has books of version ${opened.schema}, and this program knows up to ${SCHEMA_VERSION}: install the newer program.`,
    );
  }
  for (const { name, bytes } of opened.files) {
    const stat = statSync(join(from, name), { throwIfNoEntry: false });
    if (stat?.isFile() === true && stat.size === bytes) continue;
    const what = stat === undefined ? 'is not there' : `has ${stat.size} bytes in place of ${bytes}`;
    throw new WrongUse(`${join(from, name)} ${what}, so it was cut or changed: take another back-up.`);
  }
  return opened;
}

function checkAge({ at }: Manifest, daysMax: number | undefined, from: string): void {
  const age = wallClock.now() - at;
  if (age < -AHEAD_MS_MAX) {
    throw new WrongUse(`${from} is of ${day(at)}, which is yet to come: set the clock of this machine.`);
  }
  const days = Math.ceil(age / MS_PER_DAY);
  if (daysMax === undefined || days <= daysMax) return;
  throw new WrongUse(
    `${from} is of ${day(at)}, older than ${daysMax} days: take a newer one, or allow it with --max-age ${days}; meters that were credited more than 16 times since will be frozen.`,
  );
}

const day = (at: number): string => `${new Date(at).toISOString().slice(0, 16)}Z`;

async function namedKeyring(
  path: string,
): Promise<{ readonly keyring: SoftwareKeyStore; readonly sealed: Uint8Array }> {
  const sealed = readNamedFile(path, 'keyring', MEBIBYTE);
  return { keyring: await keyringInFile(path), sealed };
}

type Hashed = Pick<Manifest['files'][number], 'bytes' | 'sha256'>;

async function hashed(path: string): Promise<Hashed> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** What arrives is what is hashed. @throws WrongUse when it is not what was backed up */
async function copyHashed({ name, sha256 }: Manifest['files'][number], from: string, to: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(
    createReadStream(join(from, name), { highWaterMark: CHUNK_BYTES }),
    async function* (chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(join(to, name), { mode: OWNER_ONLY, highWaterMark: CHUNK_BYTES }),
  );
  if (hash.digest('hex') === sha256) return;
  throw new WrongUse(`${join(from, name)} is not what was backed up, byte for byte: take another back-up.`);
}
