import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { Suite } from '../crypto/index.ts';
import { simulate, simulatedMemory } from '../simulation/index.ts';
import { postgresMissing as skip, startPostgres } from '../storage/postgres.testing.ts';
import { SEQUENCES, simulatedPostgres, TABLES } from './simulated-postgres.ts';

test('a life in PostgreSQL outlives copies that are put back, every table and number of them, and leaves no schema behind', {
  skip,
}, async (t) => {
  const server = await startPostgres();
  t.after(() => server.stop());
  const asked = async (sql: string): Promise<string[]> => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      return (await client.query<[string]>({ text: sql, rowMode: 'array' })).rows.map(([name]) => name);
    } finally {
      await client.end();
    }
  };
  const { open, end } = simulatedPostgres(server.url);

  const { store } = await open();
  const [schema] = await asked("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'simulated%'");
  const all = await asked(
    `SELECT relname FROM pg_class WHERE relnamespace = '${schema}'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`,
  );
  assert.deepEqual(all.sort(), [...TABLES, 'wattpurse_version'].sort(), 'a copy is of every table');
  const numbers = await asked(`SELECT sequencename FROM pg_sequences WHERE schemaname = '${schema}' ORDER BY 1`);
  assert.deepEqual(numbers, [...SEQUENCES].sort(), 'and goes on with every number');
  await store.close();

  const life = { meters: 2, localUnits: 1, hosts: 1, suite: Suite.aes128, transfers: 40 };
  // In memory lives are short: one is looked for in which a copy is put back.
  let seed = 2;
  const isRestored = async () =>
    (await simulate({ ...life, seed, openStore: () => simulatedMemory() })).faults['store-restored'] > 0;
  while (!(await isRestored())) seed += 1;
  const { violations, faults } = await simulate({ ...life, seed, openStore: open });
  assert.deepEqual(violations, []);
  assert.ok(faults['store-restored'] > 0);
  await end();
  assert.deepEqual(await asked("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'simulated%'"), []);
});
