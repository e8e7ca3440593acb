import { once } from 'node:events';
import { type AddressInfo, createServer, isIPv4, isIPv6, type Server } from 'node:net';
import type { Api } from '../api/index.ts';
import { CannotGoOn } from './failure.ts';
import { WrongUse } from './usage.ts';

export interface ListenAt {
  readonly host: string;
  readonly port: number;
}

const PORT_MAX = 65_535;
/** Of a machine; not all digits, which would be an address that is none. */
const NAME = /^(?=.*[a-z])[a-z0-9]([a-z0-9.-]{0,253}[a-z0-9])?$/i;

/**
 * `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`; port 0 is a free one.
 * @param flag without its dashes
 * @throws WrongUse
 */
export function parseListen(text: string, flag = 'listen'): ListenAt {
  const at = parseAddress(text, 'own');
  if (at !== undefined) return at;
  throw new WrongUse(`--${flag} must be an address of this machine and a port, as 127.0.0.1:8080, not "${text}".`);
}

/** @param which of this machine, where somebody may listen, or any machine's, by its name too */
export function parseAddress(text: string, which: 'own' | 'any'): ListenAt | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  const isName = which === 'any' ? NAME.test(host) : host === 'localhost';
  const isAddress = bracketed === undefined ? isIPv4(host) || isName : isIPv6(host);
  const port = Number(digits);
  return isAddress && port <= PORT_MAX ? { host, port } : undefined;
}

export const isLoopback = ({ host }: ListenAt): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

/** Where pages are looked for when nobody named an address. */
export const LISTEN_USUAL: ListenAt = { host: '127.0.0.1', port: 8080 };

/**
 * Where people look first or, where that cannot be had, on a free port. Returns where it listens.
 * @throws CannotGoOn in one sentence
 */
export async function listenSomewhere(app: Api): Promise<string> {
  try {
    return await app.listen(LISTEN_USUAL);
  } catch {
    return listen<string>(app, { ...LISTEN_USUAL, port: 0 });
  }
}

/**
 * Returns where it listens, as it says it itself.
 * @param flag without its dashes
 * @throws CannotGoOn in one sentence
 */
export async function listen<T>(
  server: { listen(at: ListenAt): Promise<T> },
  at: ListenAt,
  flag = 'listen',
): Promise<T> {
  try {
    return await server.listen(at);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = REASONS[code ?? ''];
    if (why === undefined) throw error;
    throw new CannotGoOn(`Nothing can listen on port ${at.port} of ${at.host}, because ${why} with --${flag}.`, {
      cause: error,
    });
  }
}

/**
 * Takes a port and gives it back, before anything is begun for whoever is to listen there.
 * @param flag without its dashes
 * @throws CannotGoOn in one sentence
 */
export const tryPort = (at: ListenAt, flag?: string): Promise<void> => listen({ listen: triedPort }, at, flag);

/**
 * Returns the port of a server that has no words of its own.
 * @param flag without its dashes
 * @throws CannotGoOn in one sentence
 */
export const listenAt = (server: Server, at: ListenAt, flag: string): Promise<number> =>
  listen({ listen: (where: ListenAt) => portOf(server, where) }, at, flag);

async function portOf(server: Server, { host, port }: ListenAt): Promise<number> {
  await once(server.listen(port, host), 'listening');
  return (server.address() as AddressInfo).port;
}

/** Rejects as the system does. */
export async function triedPort(at: ListenAt): Promise<void> {
  // Who calls meanwhile calls again: nobody is kept by a server that serves nobody.
  const server = createServer((socket) => socket.destroy());
  await portOf(server, at);
  await new Promise((resolve) => server.close(resolve));
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program does (EADDRINUSE): stop that one, or name another port',
  EADDRNOTAVAIL: 'this machine has no such address (EADDRNOTAVAIL): name one that it has',
  EACCES: 'you may not (EACCES): name a port above 1023',
};
