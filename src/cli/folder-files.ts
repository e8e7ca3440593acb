import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WrongUse } from './usage.ts';

export const FOUNDING_FILE = 'demo.json';
export const CLOCK_FILE = 'demo.clock';
export const HOST_FILE = 'host.json';
export const MARK_FILE = 'wattpurse.mark';
export const LOCK_FILE = 'wattpurse.lock';
export const DATABASE_FILE = 'wattpurse.db';
export const KEYS_FILE = 'keyring.wpkr';
/** Who keeps the master keys, and the keys, locked for two of three custodians. */
export const CEREMONY_FILE = 'ceremony.json';
/** In which PKCS#11 token the master keys are, where they are in one. */
export const TOKEN_FILE = 'token.json';
export const METERS_FILE = 'meters.nvm';
/** Purse cards of the households that have one, each with its meters without a line. */
export const CARDS_FILE = 'cards.nvm';
/** The published half of the key that signs the heads of the books, a JWKS. */
export const BOOK_KEYS_FILE = 'books.jwks';
/** The heads of the books as they were signed, each a line. */
export const HEADS_FILE = 'books.heads';
/** When the books were last backed up. */
export const LAST_BACK_UP_FILE = 'back-up.last';
/** With what a demo signs receipts, a private JWK, and the published half of it, a JWKS. */
export const RECEIPT_KEY_FILE = 'receipts.jwk';
export const RECEIPT_KEYS_FILE = 'receipts.jwks';

const FOLDER_OWNER_ONLY = 0o700;
export const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/** With what SQLite puts beside its files, and what is not yet in the place of an older file. */
const OURS =
  /^(demo\.json|demo\.clock|host\.json|wattpurse\.(db|mark|lock)|keyring\.wpkr|ceremony\.json|token\.json|(meters|cards)\.nvm|books\.(jwks|heads)|receipts\.jwks?|back-up\.last)(-wal|-shm|-journal|\.new)?$/;

/** Makes the folder and those above it where there is none. @throws WrongUse when somebody else's files are in it */
export function makeFolder(path: string): void {
  make(path);
  const names = readdirSync(path);
  if (names.length === 0 || holdsOurs(names)) return;
  throw new WrongUse(`${path} holds files that are not Wattpurse's: name an empty or a new folder with --data.`);
}

/** @param names of what is in a folder */
export const holdsOurs = (names: readonly string[]): boolean => names.some((name) => OURS.test(name));

/** The meters' memories hold their keys, and the books who lives where: nobody else on the machine reads them. */
export function closeToOthers(path: string): void {
  if (statSync(path).mode & OTHERS) chmodSync(path, FOLDER_OWNER_ONLY);
  for (const name of readdirSync(path).filter((name) => OURS.test(name))) {
    const file = join(path, name);
    const stat = lstatSync(file);
    if (stat.isFile() && stat.mode & OTHERS) chmodSync(file, OWNER_ONLY);
  }
}

/** A host of its own keeps its keys under another passphrase, and no meters. @throws WrongUse */
export function refuseHost(path: string): void {
  if (!existsSync(join(path, HOST_FILE))) return;
  throw new WrongUse(`${path} holds the books of a host, and a demo has its own: name another folder with --data.`);
}

/** What is left of a demo without its database: opened, it would be an empty one, which knows of no money. */
export function refuseWithoutDatabase(path: string): void {
  const left = [FOUNDING_FILE, KEYS_FILE, METERS_FILE, CARDS_FILE].some((name) => sizeOf(join(path, name)) > 0);
  if (!left || sizeOf(join(path, DATABASE_FILE)) > 0) return;
  const how = existsSync(join(path, DATABASE_FILE)) ? 'empty' : 'gone';
  throw new WrongUse(damagedDemo(path, `whose ${DATABASE_FILE} is ${how}`));
}

/** @param which the rest of `holds a demo …`: `whose demo.json is gone` */
export const damagedDemo = (path: string, which: string): string =>
  `${path} holds a demo ${which}: put that back from a copy, or name another folder with --data.`;

/** 0 for a file that is not there, and for what is no file. */
function sizeOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true ? stat.size : 0;
}

/** Node's own way of making folders above does not come back where a file system takes no folders. */
function make(path: string): void {
  try {
    mkdirSync(path, FOLDER_OWNER_ONLY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    const above = dirname(path);
    if (code !== 'ENOENT' || existsSync(above)) throw error;
    make(above);
    mkdirSync(path, FOLDER_OWNER_ONLY);
  }
}
