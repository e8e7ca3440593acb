import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  keyName,
  openKeyRing,
  Purpose,
  SoftwareKeyStore,
  Suite,
  sealKeyRing,
  TokenKeyStore,
  type UtilityKeys,
} from '../crypto/index.ts';
import type { HeadSigner, Store } from '../host/index.ts';
import { markAt, openPostgresStore, openSqliteStore } from '../storage/index.ts';
import { sealsOf } from './book-seals.ts';
import { systemRandomness } from './demo-keys.ts';
import { inWords } from './failure.ts';
import {
  closeToOthers,
  DATABASE_FILE,
  FOUNDING_FILE,
  HOST_FILE,
  KEYS_FILE,
  MARK_FILE,
  makeFolder,
} from './folder-files.ts';
import type { BooksAt } from './host-options.ts';
import { PASSPHRASE_FILE_VARIABLE, PASSPHRASE_VARIABLE, passphrase, passphraseOrigin } from './passphrase.ts';
import { openToken, tokenOf } from './token-file.ts';
import { WrongUse } from './usage.ts';
import { writeWhole } from './write-whole.ts';

const UTILITY_NUMBER = 1;
const ZONE_USUAL = 'UTC';
/** Those that stop somebody; 3des is for the laboratory. */
const SUITES = [Suite.aes128, Suite.aes256, Suite.tripleDesXo];

/** The folder of a host: how it began, its master keys, and, where they are in no PostgreSQL, its books. */
export class HostFolder {
  readonly path: string;
  readonly store: Store & HeadSigner;
  /** Whether no other host can work on the same books: those in a file are opened by one process alone. */
  readonly isAlone: boolean;
  readonly #keyring: () => Promise<SoftwareKeyStore>;
  #keys: Promise<UtilityKeys> | undefined;

  private constructor(
    path: string,
    { store, isAlone }: Pick<HostFolder, 'store' | 'isAlone'>,
    keyring: () => Promise<SoftwareKeyStore>,
  ) {
    this.path = path;
    this.store = store;
    this.isAlone = isAlone;
    this.#keyring = keyring;
  }

  /**
   * @throws WrongUse when the folder is in use, of a newer version or not a host's, or lacks its database
   * @throws CannotGoOn when it cannot be made or written, or the database does not serve
   */
  static async open({ data, database }: BooksAt): Promise<HostFolder> {
    try {
      makeFolder(data);
      if (existsSync(join(data, FOUNDING_FILE))) {
        throw new WrongUse(`${data} holds a demo, whose meters are in it: name another folder with --data.`);
      }
      const isBegun = existsSync(join(data, KEYS_FILE));
      if (isBegun && database === undefined && !existsSync(join(data, DATABASE_FILE))) {
        throw new WrongUse(
          `${data} holds the keys of a host and no books: name their database with --database, or put ${DATABASE_FILE} back from a copy.`,
        );
      }
      refuseWhatWasLeft(data, database);
      let opened: Promise<SoftwareKeyStore> | undefined;
      const keyring = () => {
        opened ??= keyringOf(data);
        return opened;
      };
      const seals = sealsOf(data, keyring);
      const store: Store & HeadSigner =
        database === undefined
          ? openSqliteStore(data, seals)
          : await openPostgresStore(database, { mark: join(data, MARK_FILE), seals });
      closeToOthers(data);
      return new HostFolder(data, { store, isAlone: database === undefined }, keyring);
    } catch (error) {
      throw inWords(error, data);
    }
  }

  /** The time zone of the utility: as it was begun, or as it is named now. @throws WrongUse when another is named */
  zone(named: string | undefined): string {
    const path = join(this.path, HOST_FILE);
    if (!existsSync(path)) {
      const zone = named ?? ZONE_USUAL;
      writeWhole(path, `${JSON.stringify({ version: 1, zone })}\n`);
      return zone;
    }
    const kept = parseHostFile(readFileSync(path, 'utf8'));
    if (kept === undefined) {
      throw new WrongUse(`${path} is not what this version wrote: put the file back from a copy.`);
    }
    if (named !== undefined && named !== kept.zone) {
      throw new WrongUse(`The utility in ${this.path} lives in ${kept.zone}: leave --zone out.`);
    }
    return kept.zone;
  }

  /**
   * The utility's master keys, which are drawn where there are neither keys nor meters. Hosts that share a database
   * share their keys: a host with others would write to meters what they cannot read.
   * @throws WrongUse
   */
  async keys(): Promise<UtilityKeys> {
    const path = join(this.path, KEYS_FILE);
    if (!existsSync(path) && (await this.store.read((tx) => tx.fact('keyring'))) !== undefined) {
      throw new WrongUse(`These books have a keyring already, and ${path} is not there: put a copy of it there.`);
    }
    const keyring = await this.#keyring();
    this.#keys ??= keysIn(this.path, keyring);
    const keys = await this.#keys;
    const value = Number.parseInt(await keys.checkValue(keyName(Purpose.value, Suite.aes128, 0)), 16);
    // Read first: with another keyring nothing can be written.
    const known = await this.store.read((tx) => tx.fact('keyring'));
    if (known === undefined) await this.store.transaction((tx) => tx.setFact('keyring', value));
    if (known === undefined || known === value) return keys;
    throw new WrongUse(`${path} is not the keyring of these books: put that in its place.`);
  }

  close(): Promise<void> {
    return this.store.close();
  }
}

/**
 * What a workshop takes from the folder of a host, which may run meanwhile: its master keys and its time zone.
 * @throws WrongUse where there is no host yet
 */
export async function workshopOf(data: string): Promise<{ readonly keys: UtilityKeys; readonly zone: string }> {
  const [keys, about] = [KEYS_FILE, HOST_FILE].map((name) => join(data, name)) as [string, string];
  if (!existsSync(keys) || !existsSync(about)) {
    throw new WrongUse(`${data} holds no host that was ever started: name the folder of one with --data.`);
  }
  const kept = parseHostFile(readFileSync(about, 'utf8'));
  if (kept === undefined) throw new WrongUse(`${about} is not what this version wrote: put the file back from a copy.`);
  return { keys: await keysIn(data, await keyringOf(data)), zone: kept.zone };
}

/** The keyring of a host that was begun. @throws WrongUse where there is none, or it does not open */
export async function keyringIn(data: string): Promise<SoftwareKeyStore> {
  if (existsSync(join(data, FOUNDING_FILE)) || !existsSync(join(data, KEYS_FILE))) {
    throw new WrongUse(`${data} holds no keyring of a host: name the folder of one with --data.`);
  }
  return keyringOf(data);
}

/**
 * The keys of a host: its keyring, or the token that they were moved to. A token stays open as long as the process.
 * @throws WrongUse
 * @throws CannotGoOn when the token does not serve
 */
export async function keysIn(data: string, keyring: SoftwareKeyStore): Promise<UtilityKeys> {
  const at = tokenOf(data);
  if (at === undefined) return keyring;
  try {
    return await TokenKeyStore.open(keyring, await openToken(at));
  } catch (error) {
    throw inWords(error, data);
  }
}

/** Seals these keys as the keyring of a host, in place of the one before. @throws WrongUse without a passphrase */
export async function sealInto(data: string, keys: SoftwareKeyStore): Promise<void> {
  writeWhole(join(data, KEYS_FILE), await sealKeyRing(keys, passphraseNeeded(), systemRandomness));
}

/** Books that moved are in two places, and the mark says in which they live. @throws WrongUse */
export function refuseWhatWasLeft(data: string, database: string | undefined): void {
  if (!existsSync(join(data, DATABASE_FILE))) return;
  const mark = markAt(join(data, MARK_FILE));
  if (mark === undefined) return;
  const isElsewhere = mark.database !== '';
  if (isElsewhere && database === undefined) {
    throw new WrongUse(
      `The books of ${data} are in PostgreSQL, and ${DATABASE_FILE} is what they were before: name their database with --database.`,
    );
  }
  if (!isElsewhere && database !== undefined) {
    throw new WrongUse(
      `${data} has books of its own: leave --database out, or move them there with "wattpurse database copy".`,
    );
  }
}

/** The keyring of a folder, drawn where there is none. @throws WrongUse */
async function keyringOf(folder: string): Promise<SoftwareKeyStore> {
  const path = join(folder, KEYS_FILE);
  const secret = passphraseNeeded();
  if (existsSync(path)) return opened(path, secret);
  const keys = await drawnKeys();
  await sealInto(folder, keys);
  return keys;
}

/** The keyring in a file that is there. @throws WrongUse */
export const keyringInFile = (path: string): Promise<SoftwareKeyStore> => opened(path, passphraseNeeded());

function passphraseNeeded(): string {
  const secret = passphrase();
  if (secret === undefined) throw new WrongUse(PASSPHRASE_MISSING);
  return secret;
}

export const PASSPHRASE_MISSING = `The master keys of a host are sealed: give the passphrase as ${PASSPHRASE_VARIABLE}, or in a file that ${PASSPHRASE_FILE_VARIABLE} names.`;

/** The master keys of a utility that begins. */
export async function drawnKeys(): Promise<SoftwareKeyStore> {
  const keys = new SoftwareKeyStore({ utility: UTILITY_NUMBER, keys: new Map() }, systemRandomness);
  for (const suite of SUITES) {
    for (const purpose of Object.values(Purpose)) await keys.addGeneration(purpose, suite);
  }
  return keys;
}

async function opened(path: string, secret: string): Promise<SoftwareKeyStore> {
  const found = await openKeyRing(readFileSync(path), secret, systemRandomness);
  if (found instanceof SoftwareKeyStore) return found;
  throw new WrongUse(`${path}: ${found.sentence} The passphrase comes from ${passphraseOrigin()}.`);
}

/** `undefined` for what this version did not write. */
export function parseHostFile(text: string): { readonly zone: string } | undefined {
  try {
    const { version, zone } = JSON.parse(text);
    return version === 1 && typeof zone === 'string' ? { zone } : undefined;
  } catch {
    return undefined;
  }
}
