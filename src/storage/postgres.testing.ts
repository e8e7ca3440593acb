import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

const [binaries] = globSync('/usr/lib/postgresql/*/bin')
  .filter((folder) => existsSync(join(folder, 'initdb')))
  .sort()
  .reverse();

/** Why tests of PostgreSQL do not run here, if they do not. */
export const postgresMissing: string | false =
  binaries === undefined && 'PostgreSQL is missing: install the Debian package postgresql.';

export interface TestServer {
  /** Of a superuser, who needs no password. */
  readonly url: string;
  /** Ends all connections at once, and takes them again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A server of its own in a new folder, at a socket there: a free port of loopback may be another's by the time that it is
 * taken. It ends with this process, and leaves nothing.
 */
export async function startPostgres({ durable = false } = {}): Promise<TestServer> {
  const folder = ownFolder();
  const data = join(folder, 'data');
  initialise(data);
  const start = () => serve(data, folder, [`fsync=${durable ? 'on' : 'off'}`]);
  let running = await start();
  return {
    url: urlOf(folder),
    restart: async () => {
      await end(running);
      running = await start();
    },
    stop: async () => {
      await end(running);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A new folder of whom a server runs as. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-postgres-'));
  if (isRoot) {
    const [user, group] = ['-u', '-g'].map((of) => Number(execFileSync('id', [of, 'postgres'], { encoding: 'utf8' })));
    chownSync(folder, user as number, group as number);
  }
  return folder;
}

export const urlOf = (folder: string): string => `postgres://postgres@${encodeURIComponent(folder)}/postgres`;

export function initialise(data: string): void {
  const settings = ['-A', 'trust', '-U', 'postgres', '-N', '--locale=C.UTF-8', '-E', 'UTF8'];
  carryOut('initdb', ['-D', data, ...settings]);
}

/** Runs a program of PostgreSQL to its end. */
export function carryOut(program: string, values: readonly string[]): void {
  execFileSync(...command(program, values), { stdio: 'ignore', cwd: '/' });
}

/** A server on its data, with a socket in a folder; it takes connections when this resolves. */
export async function serve(data: string, folder: string, settings: readonly string[]): Promise<ChildProcess> {
  const set = ['listen_addresses=', ...settings].flatMap((text) => ['-c', text]);
  const child = spawn(...command('postgres', ['-D', data, '-k', folder, ...set]), { stdio: 'ignore', cwd: '/' });
  await ready(urlOf(folder), child);
  return child;
}

/** At once, as if its power were cut. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGQUIT');
  await ended;
}

const isRoot = process.getuid?.() === 0;

function command(program: string, values: readonly string[]): [string, string[]] {
  const plain = ['--pdeathsig', 'QUIT', '--', join(binaries as string, program), ...values];
  // A server does not run as root.
  return ['setpriv', isRoot ? ['--reuid', 'postgres', '--regid', 'postgres', '--init-groups', ...plain] : plain];
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return;
    } catch {
      await pause(20);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  throw new Error(`PostgreSQL ended with ${child.exitCode}`);
}
