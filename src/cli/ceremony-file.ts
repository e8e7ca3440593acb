import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CUSTODIANS } from '../adapters/custody.ts';
import { toHex } from '../bytes/index.ts';
import type { SoftwareKeyStore } from '../crypto/index.ts';
import { CEREMONY_FILE } from './folder-files.ts';
import { WrongUse } from './usage.ts';
import { writeWhole } from './write-whole.ts';

/** Who keeps the master keys of a host, and the keys, locked. It holds no secret that opens without two custodians. */
export interface Ceremony {
  readonly version: 1;
  /** 16 hex digits. */
  readonly number: string;
  readonly utility: number;
  /** Unix milliseconds. */
  readonly heldAt: number;
  readonly custodians: readonly Custodian[];
  /** The public half of the secret, base64url. */
  readonly lock: string;
  /** Made by the keyring over all of the above, 32 hex digits: nobody without it can put another lock in. */
  readonly tag: string;
  readonly locked: readonly Locked[];
}

export interface Custodian {
  readonly name: string;
  /** Of the share. */
  readonly check: string;
}

/** A keyring, or those keys of it that came since, as it was locked. */
export interface Locked {
  /** Unix milliseconds. */
  readonly at: number;
  readonly keys: readonly { readonly n: number; readonly check: string }[];
  readonly text: string;
}

type Head = Omit<Ceremony, 'version' | 'tag' | 'locked'>;

const tagOf = (keys: SoftwareKeyStore, { number, utility, heldAt, custodians, lock }: Head): string => {
  const named = custodians.map(({ name, check }) => ({ name, check }));
  return toHex(
    keys.custodyTag(new TextEncoder().encode(JSON.stringify({ number, utility, heldAt, custodians: named, lock }))),
  );
};

export const sealedHead = (keys: SoftwareKeyStore, head: Head): Ceremony => ({
  version: 1,
  ...head,
  tag: tagOf(keys, head),
  locked: [],
});

/** @throws WrongUse for one that was not made with this keyring */
export function checkHead(keys: SoftwareKeyStore, ceremony: Ceremony, data: string): void {
  if (tagOf(keys, ceremony) === ceremony.tag) return;
  throw new WrongUse(
    `${join(data, CEREMONY_FILE)} was not made with this keyring, or was changed since: put the file back from a copy.`,
  );
}

/** That of a host's folder, if one was held. @throws WrongUse */
export function ceremonyIn(data: string): Ceremony | undefined {
  const path = join(data, CEREMONY_FILE);
  if (!existsSync(path)) return undefined;
  const found = parse(readFileSync(path, 'utf8'));
  if (found !== undefined) return found;
  throw new WrongUse(`${path} is not what this version wrote: put the file back from a copy.`);
}

export const writeCeremony = (data: string, ceremony: Ceremony): void =>
  writeWhole(join(data, CEREMONY_FILE), `${JSON.stringify(ceremony, null, 1)}\n`);

function parse(text: string): Ceremony | undefined {
  try {
    const { version, number, utility, heldAt, custodians, lock, tag, locked } = JSON.parse(text);
    const texts = [number, lock, tag].every((each) => typeof each === 'string');
    const whole = [utility, heldAt].every((each) => Number.isSafeInteger(each));
    const named = (custodians as Custodian[]).map(({ name, check }) => ({ name, check }));
    const strings = named.flatMap(({ name, check }) => [name, check]).every((each) => typeof each === 'string');
    const kept = (locked as Locked[]).map(({ at, keys, text: sealed }) => ({
      at,
      keys: keys.map(({ n, check }) => ({ n, check })),
      text: sealed,
    }));
    const numbers = kept.flatMap(({ at, keys }) => [at, ...keys.map(({ n }) => n)]);
    const isLocked =
      kept.every(({ text: sealed }) => typeof sealed === 'string') &&
      numbers.every((each) => Number.isSafeInteger(each) && each >= 0) &&
      kept.every(({ keys }) => keys.every(({ n, check }) => n <= 0xff && typeof check === 'string'));
    if (version !== 1 || !texts || !whole || named.length !== CUSTODIANS || !strings || !isLocked) return undefined;
    return { version, number, utility, heldAt, custodians: named, lock, tag, locked: kept };
  } catch {
    return undefined;
  }
}
