import { dirname, isAbsolute, join } from 'node:path';
import { parseReceiptKeys, receiptSigner } from '../adapters/receipt-jose.ts';
import type { ReceiptKeys, ReceiptSigner } from '../host/index.ts';
import { MEBIBYTE, readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';

/** The other side of a settlement, as a file describes it. Certificates and their key are PEM. */
export interface PeerFile {
  /** Our name, and theirs. */
  readonly self: string;
  readonly name: string;
  /** Where the seller listens. */
  readonly host: string;
  readonly port: number;
  readonly certificate: string;
  readonly key: string;
  readonly peerCertificate: string;
  readonly signer: ReceiptSigner;
  readonly keys: ReceiptKeys;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const PORT_MAX = 65_535;

/**
 * The JSON file `{"self","name","host","port","certificate","key","peerCertificate","signingKey","keys"}`: the last
 * five name files, from its own folder on.
 * @throws WrongUse
 */
export async function readPeer(path: string): Promise<PeerFile> {
  const wrong = (sentence: string) => new WrongUse(`${path}: ${sentence}`);
  const members = membersOf(readNamedFile(path, 'peer file', MEBIBYTE).toString('utf8'));
  const text = (member: string): string => {
    const value = members?.[member];
    if (typeof value === 'string' && value !== '') return value;
    throw wrong(`The member "${member}" must be a text that is not empty.`);
  };
  const file = (member: string): string => {
    const named = text(member);
    return readNamedFile(isAbsolute(named) ? named : join(dirname(path), named), member, MEBIBYTE).toString('utf8');
  };
  for (const member of ['self', 'name']) {
    if (!NAME.test(text(member))) throw wrong(`The member "${member}" must be lower-case letters, digits and hyphens.`);
  }
  const port = members?.port;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > PORT_MAX) {
    throw wrong(`The member "port" must be a whole number from 0 to ${PORT_MAX}.`);
  }
  const signer = await receiptSigner(file('signingKey').trim());
  if ('reason' in signer) throw wrong(signer.sentence);
  const keys = await parseReceiptKeys(file('keys'));
  if ('reason' in keys) throw wrong(keys.sentence);
  return {
    ...{ self: text('self'), name: text('name'), host: text('host'), port, signer, keys },
    ...{ certificate: file('certificate'), key: file('key'), peerCertificate: file('peerCertificate') },
  };
}

function membersOf(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
