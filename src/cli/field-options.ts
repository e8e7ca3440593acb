import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Address, Certificates } from '../adapters/framed-tcp.ts';
import { inWords } from './failure.ts';
import { isLoopback, type ListenAt, parseAddress } from './listen.ts';
import { WrongUse } from './usage.ts';

/** In the folder that --certificates names, PEM. */
export const CERTIFICATE_FILES = {
  certificate: 'certificate.pem',
  key: 'key.pem',
  authority: 'authority.pem',
} as const;

/** @param what how it is called on the command line @throws WrongUse */
export function wholeOf(text: string, what: string, most: number, least = 0): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value;
  throw new WrongUse(`${what} must be a whole number from ${least} to ${most}, not "${text}".`);
}

/** `10.0.0.1:7400,10.0.0.2:7400` @throws WrongUse */
export const addressesOf = (text: string, flag: string): readonly Address[] =>
  text.split(',').map((each) => addressOf(each, flag));

/** A machine by its name or its address. @throws WrongUse */
export function addressOf(text: string, flag: string): Address {
  const at = parseAddress(text, 'any');
  if (at !== undefined && at.port > 0) return at;
  throw new WrongUse(`--${flag} must be a machine and a port, as 10.0.0.1:7400, not "${text}".`);
}

/**
 * What proves who is on the other side: on this machine alone it may be left out.
 * @throws WrongUse when it is missing; CannotGoOn when a file of it cannot be read
 */
export function certificatesOf(
  folder: string | undefined,
  beyond: readonly (ListenAt | Address)[],
): Certificates | undefined {
  const far = beyond.find((at) => !isLoopback(at));
  if (folder === undefined && far === undefined) return undefined;
  if (folder === undefined) {
    throw new WrongUse(
      `What goes to ${far?.host} leaves this machine: name a folder with ${Object.values(CERTIFICATE_FILES).join(', ')} as --certificates.`,
    );
  }
  try {
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    return {
      certificate: read(CERTIFICATE_FILES.certificate),
      key: read(CERTIFICATE_FILES.key),
      authority: read(CERTIFICATE_FILES.authority),
    };
  } catch (error) {
    throw inWords(error, folder);
  }
}
