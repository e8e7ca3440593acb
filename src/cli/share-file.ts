import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { CUSTODIANS, CUSTODIANS_NEEDED, SHARE_BYTES } from '../adapters/custody.ts';
import { parseHex, toHex } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';
import type { Ceremony } from './ceremony-file.ts';
import { OWNER_ONLY } from './folder-files.ts';
import { readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';
import { cannotWrite } from './write-whole.ts';

/** What one custodian of the master keys holds: a text that can be kept on a stick, or printed and typed in again. */
interface Share {
  /** Of the ceremony: 16 hex digits. */
  readonly ceremony: string;
  /** 1 to 3. */
  readonly custodian: number;
  readonly bytes: Uint8Array;
}

export interface ShareForCustodian extends Share {
  readonly name: string;
  readonly path: string;
}

const FILE_BYTES_MAX = 4_096;
const HEAD = 'Wattpurse: share of a custodian';

/** Tells two shares apart, and one that was mistyped, and is of no use to anybody who has none. */
export const shareCheck = (bytes: Uint8Array): string => toHex(sha256(bytes).subarray(0, 4));

/** Writes each to where its custodian named it: all of them or none. @throws CannotGoOn */
export function writeShares(shares: readonly ShareForCustodian[]): void {
  const written: string[] = [];
  for (const { path, name, ceremony, custodian, bytes } of shares) {
    const text = [
      HEAD,
      `ceremony   ${ceremony}`,
      `custodian  ${custodian} of ${CUSTODIANS}: ${name}`,
      `share      ${toHex(bytes).replace(/(.{6})(?=.)/g, '$1 ')}`,
      `check      ${shareCheck(bytes)}`,
      `Keep it where no other custodian's is: ${CUSTODIANS_NEEDED} of ${CUSTODIANS} open the master keys.`,
      '',
    ].join('\n');
    try {
      writeFileSync(path, text, { mode: OWNER_ONLY, flag: 'wx' });
      written.push(path);
    } catch (error) {
      for (const done of written) rmSync(done, { force: true });
      throw cannotWrite(path, error);
    }
  }
}

/** Those of so many custodians as it takes, each of this ceremony and each another's. @throws WrongUse */
export function readShares(paths: readonly string[], ceremony: Ceremony): Uint8Array[] {
  if (paths.length !== CUSTODIANS_NEEDED) {
    throw new WrongUse(
      `The master keys open with the shares of ${CUSTODIANS_NEEDED} custodians, not of ${paths.length}: name each with --share.`,
    );
  }
  const from = new Map<number, string>();
  return paths.map((path) => {
    const share = readShare(path);
    if (share.ceremony !== ceremony.number) {
      throw new WrongUse(
        `${path} is a share of ceremony ${share.ceremony}, and these keys are kept by ceremony ${ceremony.number}: bring a share of that one.`,
      );
    }
    const known = ceremony.custodians[share.custodian - 1];
    if (known === undefined || known.check !== shareCheck(share.bytes)) {
      throw new WrongUse(
        `${path} is not the share that ${known?.name ?? 'a custodian'} was given: compare it with the check on it, or bring that of another custodian.`,
      );
    }
    const other = from.get(share.custodian);
    if (other !== undefined) {
      throw new WrongUse(
        `${other} and ${path} are both the share of ${known.name}: ${CUSTODIANS_NEEDED} custodians bring one each.`,
      );
    }
    from.set(share.custodian, path);
    return share.bytes;
  });
}

/** @throws WrongUse */
function readShare(path: string): Share {
  const text = readNamedFile(path, 'share of a custodian', FILE_BYTES_MAX).toString('utf8');
  const field = (name: string) => new RegExp(`^${name}\\s+(.+)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  const ceremony = field('ceremony');
  const custodian = Number(/^[1-9]/.exec(field('custodian'))?.[0]);
  const bytes = parseHex(field('share').replaceAll(/\s/g, '').toLowerCase());
  const isShare = text.startsWith(HEAD) && /^[0-9a-f]{16}$/.test(ceremony) && custodian <= CUSTODIANS;
  if (isShare && bytes?.length === SHARE_BYTES) return { ceremony, custodian, bytes };
  throw new WrongUse(`${path} is no share of a custodian: name a file that "wattpurse keys ceremony" made.`);
}

/** @throws WrongUse where there is something already */
export function refuseTaken(paths: readonly string[]): void {
  for (const path of paths) {
    if (existsSync(path)) throw new WrongUse(`${path} is there already: a share is written into a file of its own.`);
  }
}
