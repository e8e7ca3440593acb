import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { carryOut, end, initialise, ownFolder, serve, urlOf } from './postgres.testing.ts';

/** Two servers of which one follows the other, behind one address. */
export interface TestPair {
  /** Where the one that leads is. */
  readonly url: string;
  /** From here on the other one is told nothing more: what is confirmed stands in the leading one alone. */
  unfollow(): Promise<void>;
  /** The leading one is gone at once; the other one leads with what it has, and gets the address. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

/** By streaming replication; what is confirmed stands in both, until it is told otherwise. */
export async function startPostgresPair(): Promise<TestPair> {
  const [leading, following, address] = [ownFolder(), ownFolder(), ownFolder()];
  const [leadingData, followingData] = [join(leading, 'data'), join(following, 'data')];
  initialise(leadingData);
  const first = await serve(leadingData, leading, ['fsync=off']);
  carryOut('pg_basebackup', ['-D', followingData, '-h', leading, '-U', 'postgres', '-R', '-X', 'stream', '-c', 'fast']);
  const second = await serve(followingData, following, ['fsync=off']);
  await asked(leading, "ALTER SYSTEM SET synchronous_standby_names = '*'");
  await asked(leading, 'SELECT pg_reload_conf()');
  const socket = '.s.PGSQL.5432';
  const point = (to: string) => {
    rmSync(join(address, socket), { force: true });
    symlinkSync(join(to, socket), join(address, socket));
  };
  point(leading);
  await until(leading, "SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'");
  return {
    url: urlOf(address),
    async unfollow() {
      await asked(leading, "ALTER SYSTEM SET synchronous_standby_names = ''");
      await asked(leading, 'SELECT pg_reload_conf()');
      await asked(following, "ALTER SYSTEM SET primary_conninfo = ''");
      await asked(following, 'SELECT pg_reload_conf()');
      await until(leading, 'SELECT count(*) = 0 FROM pg_stat_replication');
    },
    async failOver() {
      await end(first);
      await asked(following, 'SELECT pg_promote()');
      point(following);
    },
    async stop() {
      for (const server of [first, second]) await end(server);
      for (const folder of [leading, following, address]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function asked(folder: string, sql: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: urlOf(folder) });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

async function until(folder: string, sql: string): Promise<void> {
  while ((await asked(folder, sql))[0]?.[0] !== true) await pause(20);
}
