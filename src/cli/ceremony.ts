import { drawCeremony, drawCustody, lockAway, unlock } from '../adapters/custody.ts';
import { toHex } from '../bytes/index.ts';
import {
  type KeyName,
  keysTogether,
  keysWhere,
  openKeyRing,
  Purpose,
  purposeOf,
  SoftwareKeyStore,
  sealKeyRing,
} from '../crypto/index.ts';
import { type Ceremony, checkHead, type Locked, sealedHead, writeCeremony } from './ceremony-file.ts';
import { systemRandomness } from './demo-keys.ts';
import { readShares, refuseTaken, shareCheck, writeShares } from './share-file.ts';
import { WrongUse } from './usage.ts';
import { wallClock } from './wall-clock.ts';

/** What is locked away is a keyring file; the lock guards it, and the passphrase in it is only its form. */
const FORM_PASSPHRASE = 'two of three custodians';
const FORM_COST = 10;

export const isMaintenance = (n: KeyName): boolean => purposeOf(n) === Purpose.maintenance;

export interface CustodianNamed {
  readonly name: string;
  /** Where the share goes. */
  readonly path: string;
}

/**
 * Locks these keys away for three custodians, of whom two open them, and writes each the share. The ceremony takes its
 * place in the folder at the end, when every pair of shares has opened what was locked.
 * @param keys all that the custodians are to keep
 * @throws WrongUse when two custodians are one, or a share would be written over a file
 */
export async function holdCeremony(
  data: string,
  keys: SoftwareKeyStore,
  named: readonly CustodianNamed[],
): Promise<Ceremony> {
  for (const [field, what] of [
    ['name', 'two of its custodians have one name'],
    ['path', 'the shares of two custodians would go into one file'],
  ] as const) {
    if (new Set(named.map((custodian) => custodian[field])).size < named.length) {
      throw new WrongUse(`A ceremony has three custodians, and ${what}: name three with --custodian NAME=FILE.`);
    }
  }
  refuseTaken(named.map(({ path }) => path));
  const { lock, shares } = await drawCustody();
  const number = toHex(drawCeremony());
  const custodians = named.map(({ name }, i) => ({ name, check: shareCheck(shares[i] as Uint8Array) }));
  const head = sealedHead(keys, { number, utility: keys.utility, heldAt: wallClock.now(), custodians, lock });
  const ceremony = { ...head, locked: [await lockedAway(lock, keys)] };
  for (const left of shares) {
    const opened = await unlocked(
      ceremony,
      shares.filter((share) => share !== left),
    );
    if (opened === undefined) throw new Error('two of three shares open what was just locked for them');
  }
  writeShares(
    named.map(({ name, path }, i) => ({
      ...{ name, path, ceremony: number, custodian: i + 1, bytes: shares[i] as Uint8Array },
    })),
  );
  writeCeremony(data, ceremony);
  return ceremony;
}

/** Locks the keys that came since the ceremony away as well: for that it takes no custodian. @throws WrongUse */
export async function lockLater(data: string, ceremony: Ceremony, keys: SoftwareKeyStore): Promise<Ceremony> {
  checkHead(keys, ceremony, data);
  const known = lockedChecks(ceremony);
  const isLocked = new Map<KeyName, boolean>();
  for (const n of keys.names()) isLocked.set(n, known.get(n) === (await keys.checkValue(n)));
  const later = keysWhere(keys, (n) => isLocked.get(n) !== true, systemRandomness);
  if (later.names().length === 0) return ceremony;
  const longer = { ...ceremony, locked: [...ceremony.locked, await lockedAway(ceremony.lock, later)] };
  writeCeremony(data, longer);
  return longer;
}

/** All keys of a utility, by two of its custodians. @param paths of their shares @throws WrongUse */
export async function openCeremony(
  data: string,
  ceremony: Ceremony,
  paths: readonly string[],
): Promise<SoftwareKeyStore> {
  const opened = await unlocked(ceremony, readShares(paths, ceremony));
  if (opened === undefined) {
    throw new WrongUse(
      `The keys that ceremony ${ceremony.number} locked do not open with these shares, because their file in ${data} is damaged: put it back from a copy.`,
    );
  }
  checkHead(opened, ceremony, data);
  return opened;
}

/** Of every key that the custodians keep, by name; of two of one name the later holds, as one that was cut off is drawn anew. */
export const lockedChecks = ({ locked }: Ceremony): ReadonlyMap<number, string> =>
  new Map(locked.flatMap(({ keys }) => keys.map(({ n, check }) => [n, check] as const)));

async function lockedAway(lock: string, keys: SoftwareKeyStore): Promise<Locked> {
  const sealed = await sealKeyRing(keys, FORM_PASSPHRASE, systemRandomness, FORM_COST);
  return {
    at: wallClock.now(),
    keys: await Promise.all(keys.names().map(async (n) => ({ n, check: await keys.checkValue(n) }))),
    text: await lockAway(lock, sealed),
  };
}

async function unlocked(
  { lock, locked }: Ceremony,
  shares: readonly Uint8Array[],
): Promise<SoftwareKeyStore | undefined> {
  const texts = locked.map(({ text }) => text);
  const files = await unlock(lock, shares, texts);
  if (files === undefined || files.length === 0) return undefined;
  const opened: SoftwareKeyStore[] = [];
  for (const file of files) {
    const keys = await openKeyRing(file, FORM_PASSPHRASE, systemRandomness);
    if (!(keys instanceof SoftwareKeyStore)) return undefined;
    opened.push(keys);
  }
  try {
    return keysTogether(opened, systemRandomness);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
