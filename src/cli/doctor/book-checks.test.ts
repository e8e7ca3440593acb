import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import pg from 'pg';
import type { SuspicionKind } from '../../backhaul/index.ts';
import { postgresMissing, startPostgres } from '../../storage/postgres.testing.ts';
import { milliseconds, svpmsn } from '../../units/index.ts';
import { layKeys } from '../running.testing.ts';
import {
  copied,
  DAY_MS,
  enrol,
  examined,
  FREE,
  finds,
  HOUR_MS,
  isWell,
  lived,
  livedUntil,
  run,
  scratch,
} from './doctor.testing.ts';

test('a database that cannot be reached, is damaged, is gone or is another program’s is found', async () => {
  const away = ['--data', 'postgres-away', ...FREE, '--database', 'postgres://somebody@127.0.0.1:1/books'];
  await layKeys(join(scratch, 'postgres-away'));
  await finds(
    'database-unreachable',
    /^PostgreSQL at 127\.0\.0\.1:1\/books does not serve .*: see that it runs/,
    ...away,
  );
  const foreign = copied('foreign');
  const database = new DatabaseSync(join(scratch, foreign, 'wattpurse.db'));
  database.exec('PRAGMA application_id = 7');
  database.close();
  await finds('database-foreign', /another program/, '--data', foreign, ...FREE);
  const gone = copied('gone');
  rmSync(join(scratch, gone, 'wattpurse.db'));
  await finds('books-missing', /keys of a host and no books/, '--data', gone, ...FREE);
});

test('books of a newer program are found, and those of an older one are told of', async () => {
  const folder = copied('newer');
  const database = new DatabaseSync(join(scratch, folder, 'wattpurse.db'));
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  database.exec(`PRAGMA user_version = ${version + 1}`);
  await finds('schema-newer', /install the newer program/, '--data', folder, ...FREE);
  database.exec(`PRAGMA user_version = ${version - 1}`);
  await finds('schema-older', /make a copy/, '--data', folder, ...FREE);
  database.close();
});

test('books in PostgreSQL are looked at, a newer shape and a server that is away among what is found', {
  skip: postgresMissing,
}, async () => {
  const server = await startPostgres();
  let isUp = true;
  try {
    await layKeys(join(scratch, 'postgres'));
    const at = ['--data', 'postgres', '--database', server.url, ...FREE];
    await isWell(...at);
    assert.equal((await run('manager', 'boss', '--data', 'postgres', '--database', server.url)).code, 0);
    const well = await examined(...at);
    assert.deepEqual(well.names, []);
    assert.ok(well.findings.some(({ sentence }) => sentence === 'The clock of this machine is right.'));
    await finds('books-elsewhere', /in PostgreSQL: name their database/, '--data', 'postgres', ...FREE);
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query('INSERT INTO wattpurse_version VALUES (9999, 9999)');
    await finds('schema-newer', /have version 9999/, ...at);
    await client.query('DELETE FROM wattpurse_version WHERE version = 9999');
    await client.end();
    await isWell(...at);
    await server.stop();
    isUp = false;
    await finds(
      'database-unreachable',
      /^PostgreSQL at \/.+:5432\/postgres does not serve .*ENOENT.*see that it runs/,
      ...at,
    );
  } finally {
    if (isUp) await server.stop();
  }
});

test('a local unit on which no meter answers is found, as the host has lived, and one that is new is not', async () => {
  const folder = copied('silent');
  const now = Date.now();
  await lived(folder, now - DAY_MS, async (host, opened) => {
    await enrol(host);
    await livedUntil(opened, now - DAY_MS + HOUR_MS);
  });
  await isWell('--data', folder, ...FREE);
  await lived(folder, now, (_, opened) => livedUntil(opened, now));
  await finds('unit-silent', /The meter on local unit 3 has not answered ever: see that/, '--data', folder, ...FREE);
});

test('two meters with one address, or with one number, are found as long as their local unit says so', async () => {
  const folder = copied('doubled');
  const now = Date.now() - HOUR_MS;
  const tells = (toMs: number, ...kinds: SuspicionKind[]) =>
    lived(folder, now + HOUR_MS, (host) => {
      const suspicions = kinds.map((kind) => ({ kind, address: 7, svpmsn: svpmsn(0x0a1b2c), sinceMs: now }));
      const carried = { frames: 9, bytes: 9, airtimeMs: 9, retries: 0, garbled: 8 };
      const message = { type: 'line-health', fromMs: now, toMs, ...carried, suspicions } as const;
      return host.handle({ type: 'grid', localUnit: 3, message });
    });
  await tells(now + 1, 'doubled-address');
  await finds(
    'address-doubled',
    /Two meters speak at address 7 of local unit 3, .*: set the modem/,
    '--data',
    folder,
    ...FREE,
  );
  await tells(now + 2, 'doubled-id');
  await finds('number-doubled', /bear the number 0a1b2c.*: take the clone away/, '--data', folder, ...FREE);
  await tells(now + 3);
  await isWell('--data', folder, ...FREE);
});

test('a day in the books that nobody signed is found, and so is a head that is gone', async () => {
  const folder = copied('unsigned');
  const yesterday = Date.now() - DAY_MS;
  await lived(folder, yesterday, async (host, opened) => {
    await enrol(host);
    const sale = { meter: 0x0a1b2c, amount: 100, source: 'cash' };
    assert.ok('sequence' in (await host.sell({ ...sale, orderId: 'one' })));
    await opened.store.signHead({ now: milliseconds(yesterday) });
  });
  await isWell('--data', folder, ...FREE);
  await lived(folder, yesterday + 1, async (host) => {
    assert.ok('sequence' in (await host.sell({ meter: 0x0a1b2c, amount: 1, source: 'cash', orderId: 'two' })));
  });
  const day = new Date(yesterday).toISOString().slice(0, 10);
  await finds('day-unsigned', new RegExp(`${day} is not signed: start the host`), '--data', folder, ...FREE);
  await lived(folder, Date.now(), (_, opened) => opened.store.signHead({ now: milliseconds(Date.now()) }));
  await isWell('--data', folder, ...FREE);
  const database = new DatabaseSync(join(scratch, folder, 'wattpurse.db'));
  assert.equal(database.prepare('DELETE FROM heads WHERE number = 1').run().changes, 1);
  database.close();
  await finds('head-missing', /Of 2 signed heads .* 1 is gone.*wattpurse audit/, '--data', folder, ...FREE);
});
