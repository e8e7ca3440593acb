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
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-postgres-'));
  const data = join(folder, 'data');
  const url = `postgres://postgres@${encodeURIComponent(folder)}/postgres`;
  const command = (program: string, values: readonly string[]): [string, string[]] => {
    const plain = ['--pdeathsig', 'QUIT', '--', join(binaries as string, program), ...values];
    // A server does not run as root.
    return ['setpriv', isRoot ? ['--reuid', 'postgres', '--regid', 'postgres', '--init-groups', ...plain] : plain];
  };
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    const [user, group] = ['-u', '-g'].map((of) => Number(execFileSync('id', [of, 'postgres'], { encoding: 'utf8' })));
    chownSync(folder, user as number, group as number);
  }
  execFileSync(
    ...command('initdb', ['-D', data, '-A', 'trust', '-U', 'postgres', '-N', '--locale=C.UTF-8', '-E', 'UTF8']),
    {
      stdio: 'ignore',
      cwd: folder,
    },
  );
  const start = async (): Promise<ChildProcess> => {
    const settings = ['listen_addresses=', `fsync=${durable ? 'on' : 'off'}`].flatMap((text) => ['-c', text]);
    const child = spawn(...command('postgres', ['-D', data, '-k', folder, ...settings]), {
      stdio: 'ignore',
      cwd: folder,
    });
    await ready(url, child);
    return child;
  };
  const end = async (child: ChildProcess): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGQUIT');
    await ended;
  };
  let running = await start();
  return {
    url,
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
