import type { BrokerCredentials, BrokerSettings } from '../adapters/nats.ts';
import { CannotGoOn } from './failure.ts';
import { addressesOf, certificatesOf } from './field-options.ts';
import { MEBIBYTE, readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';

export interface BrokerFlags {
  readonly broker?: string | undefined;
  readonly 'broker-credentials'?: string | undefined;
  readonly certificates?: string | undefined;
}

/** `undefined` where no broker is named. @throws WrongUse; CannotGoOn when a file cannot be read */
export function brokerOf(flags: BrokerFlags, name: string): BrokerSettings | undefined {
  const { broker, certificates } = flags;
  const path = flags['broker-credentials'];
  if (broker === undefined) {
    if (path !== undefined) {
      throw new WrongUse('--broker-credentials are for a broker: say with --broker where its servers are.');
    }
    return undefined;
  }
  const servers = addressesOf(broker, 'broker');
  const credentials = path === undefined ? undefined : credentialsOf(path);
  return { servers, credentials, certificates: certificatesOf(certificates, servers), name };
}

/** @throws WrongUse */
function credentialsOf(path: string): BrokerCredentials {
  const text = readNamedFile(path, 'credentials file', MEBIBYTE).toString('utf8').trim();
  if (text.includes('BEGIN NATS USER JWT')) return { jwtFile: text };
  if (/^SU[A-Z2-7]{56}$/.test(text)) return { seed: text };
  const [user, password, ...more] = text.split(/\r?\n/);
  if (user !== undefined && user !== '' && password !== undefined && more.length === 0) return { user, password };
  throw new WrongUse(
    `The credentials file ${path} must hold a user and, on a second line, a password, or the seed of an nkey, or what nsc wrote.`,
  );
}

/** What ends a program that the broker does not take. */
export function refusedBy({ servers }: BrokerSettings, error: Error): CannotGoOn {
  if (error.name !== 'BrokerRefused') throw error;
  const at = servers.map(({ host, port }) => `${host}:${port}`).join(', ');
  return new CannotGoOn(
    `The broker at ${at} does not take this program, because ${error.message}: name others with --broker-credentials.`,
    { cause: error },
  );
}
