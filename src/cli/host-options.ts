import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import type { BrokerSettings } from '../adapters/nats.ts';
import { networkOf } from '../adapters/webhook-sender.ts';
import { offsetTable } from '../tariff/index.ts';
import { brokerOf } from './broker-options.ts';
import { folderOf } from './demo-options.ts';
import { wholeOf } from './field-options.ts';
import { wrongFlag } from './flags.ts';
import { hostWordsOf, type ReadConfiguration, readConfiguration } from './host-configuration.ts';
import { isLoopback, type ListenAt, parseListen } from './listen.ts';
import { type CommandName, WrongUse } from './usage.ts';

/** Where the books of a utility are. */
export interface BooksAt {
  readonly data: string;
  /** Of PostgreSQL; SQLite in the data folder where absent. */
  readonly database: string | undefined;
}

export interface HostOptions extends BooksAt {
  readonly listen: ListenAt;
  /** Named on the command line; a folder that has one already says the rest. */
  readonly zone: string | undefined;
  readonly proxy: string | undefined;
  /** Addresses and networks of the utility's own that webhooks may name. */
  readonly webhookInside: readonly string[];
  /** Where area units reach it; none where absent. */
  readonly areaUnits: ListenAt | undefined;
  /** One more is refused. */
  readonly metersMax: number;
  /** By which area units reach it in place of that. */
  readonly broker: BrokerSettings | undefined;
  /** The folder of certificates for what comes from other machines. */
  readonly certificates: string | undefined;
  /** A file that says how the host is started, and with whom it works. */
  readonly configuration: string | undefined;
}

const BOOKS = { data: { type: 'string' }, database: { type: 'string' } } as const;
export const HOST_OPTIONS = {
  ...BOOKS,
  listen: { type: 'string' },
  zone: { type: 'string' },
  proxy: { type: 'string' },
  'webhook-inside': { type: 'string' },
  configuration: { type: 'string' },
  'area-units': { type: 'string' },
  certificates: { type: 'string' },
  broker: { type: 'string' },
  'broker-credentials': { type: 'string' },
  'meters-max': { type: 'string' },
} as const;
const LISTEN_USUAL = '127.0.0.1:8080';
/** Of one area, and of all that there can be. */
const METERS_USUAL = 65_536;
const METERS_MAX = 16_777_216;

/** @throws WrongUse with the one sentence that says what is wrong and what would be right */
export function parseHostOptions(
  args: readonly string[],
): HostOptions & { readonly configured: ReadConfiguration | undefined } {
  const { values } = parsed('host', args, HOST_OPTIONS);
  const { configuration } = values;
  const configured = configuration === undefined ? undefined : readConfiguration(configuration);
  return { ...hostOptionsOf('host', values, configured), configured };
}

/** The options of a host, as far as they were given to it, or to what looks at it. */
export type HostValues = { readonly [name in keyof typeof HOST_OPTIONS]?: string };

/**
 * What was given counts before what stands in a configuration.
 * @throws WrongUse with the one sentence that says what is wrong and what would be right
 */
export function hostOptionsOf(
  command: CommandName,
  given: HostValues,
  configured: ReadConfiguration | undefined,
): HostOptions {
  const words =
    configured === undefined || given.configuration === undefined
      ? {}
      : hostWordsOf(configured.configuration, given.configuration);
  const values: HostValues = { ...words, ...given };
  const { zone, proxy, configuration, certificates } = values;
  const areaUnits = values['area-units'] === undefined ? undefined : parseListen(values['area-units'], 'area-units');
  const metersMax = wholeOf(values['meters-max'] ?? String(METERS_USUAL), '--meters-max', METERS_MAX, 1);
  const broker = brokerOf(values, 'wattpurse host');
  if (areaUnits !== undefined && broker !== undefined) {
    throw new WrongUse('Area units reach this host at --area-units or by --broker: leave one of the two out.');
  }
  if (areaUnits === undefined && broker === undefined && certificates !== undefined) {
    throw new WrongUse(
      '--certificates are for area units: say with --area-units or --broker where they reach this host.',
    );
  }
  const at = parseListen(values.listen ?? LISTEN_USUAL);
  if (proxy !== undefined && isIP(proxy) === 0) {
    throw new WrongUse(`--proxy must be the address of the reverse proxy, as 10.0.0.7, not "${proxy}".`);
  }
  if (!isLoopback(at) && proxy === undefined) {
    throw new WrongUse(
      '--listen beyond this machine sends passwords in the clear: let a reverse proxy speak TLS, and name its address with --proxy.',
    );
  }
  if (zone !== undefined) checkZone(zone);
  const webhookInside = insideOf(values['webhook-inside']);
  return {
    ...booksOf(command, values),
    ...{ listen: at, zone, proxy, webhookInside, configuration, areaUnits, certificates, broker, metersMax },
  };
}

/** `wattpurse manager LOGIN`. @throws WrongUse */
export function parseManagerOptions(args: readonly string[]): BooksAt & { readonly login: string } {
  const { values, positionals } = parsed('manager', args, BOOKS);
  const [login, ...others] = positionals;
  if (login === undefined || others.length > 0) {
    throw new WrongUse('manager takes one login: wattpurse manager LOGIN --data DIR.');
  }
  return { ...booksOf('manager', values), login };
}

function parsed<O extends Readonly<Record<string, { readonly type: 'string' }>>>(
  command: CommandName,
  args: readonly string[],
  options: O,
) {
  try {
    const config = { args: [...args], options, strict: true, allowPositionals: command === 'manager' } as const;
    const { values, positionals } = parseArgs(config);
    return { values: values as { readonly [name in keyof O]?: string }, positionals };
  } catch (error) {
    throw wrongFlag(error, command);
  }
}

function booksOf(
  command: CommandName,
  { data, database }: { readonly data?: string; readonly database?: string },
): BooksAt {
  if (data === undefined) throw new WrongUse(`${command} needs --data with the folder of the host's keys and books.`);
  if (database !== undefined) checkDatabase(database);
  return { data: folderOf(data), database };
}

/** @param flag without its dashes @throws WrongUse */
export function checkDatabase(text: string, flag = 'database'): void {
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new WrongUse(`--${flag} must be of PostgreSQL, as postgres://user@host:5432/database.`);
  }
  if (url.password !== '') {
    throw new WrongUse(
      `--${flag} may not hold a password, because others see the command line: give it as PGPASSWORD, or in ~/.pgpass.`,
    );
  }
}

/** `10.1.2.3,10.2.0.0/24` */
function insideOf(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const named = text.split(',');
  for (const each of named) {
    try {
      networkOf(each);
    } catch {
      throw new WrongUse(
        `--webhook-inside must be addresses and networks of your own, as 10.1.2.3,10.2.0.0/24: "${each}" is neither.`,
      );
    }
  }
  return named;
}

function checkZone(zone: string): void {
  const offsets = offsetTable(zone, 2026, 1);
  if ('reason' in offsets) throw new WrongUse(`--zone: ${offsets.sentence}`);
}
