import { execFile } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { sealsOf } from '../../src/cli/book-seals.ts';
import { systemRandomness } from '../../src/cli/demo-keys.ts';
import { openKeyRing, SoftwareKeyStore } from '../../src/crypto/index.ts';
import { createHost } from '../../src/host/index.ts';
import { copyBooks, openPostgresStore, openSqliteStore } from '../../src/storage/index.ts';
import { startPostgres } from '../../src/storage/postgres.testing.ts';
import { milliseconds } from '../../src/units/index.ts';
import { PASSPHRASE, writeYear, type YearSize } from './audit-year.ts';
import { type Figure, lessIsBetter } from './figure.ts';

const BACK_UP_SECONDS_MAX = 60;
const RESTORE_SECONDS_MAX = 120;
const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

/**
 * `wattpurse backup` of a year of books while a host sells, and `wattpurse restore` of it with its audit, each as a process
 * of its own. The host sells one by one, as fast as it can, in this process.
 */
export async function backUpOfYear(
  engine: 'SQLite' | 'PostgreSQL',
  size: YearSize = { meters: 10_000, days: 365 },
): Promise<readonly Figure[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-bench-'));
  const server = engine === 'PostgreSQL' ? await startPostgres({ durable: true }) : undefined;
  try {
    const folder = join(scratch, 'utility');
    await writeYear(folder, size);
    writeFileSync(join(folder, 'host.json'), '{"version":1,"zone":"UTC"}\n');
    const place = server === undefined ? [] : ['--database', server.url];
    if (server !== undefined) await copyBooks({ folder }, { url: server.url });
    const selling = await sell(folder, size.meters, server?.url);
    const to = join(scratch, 'back-up');
    const backUp = await timed(['backup', '--data', folder, '--to', to, ...place]);
    const sold = await selling.stop();
    const restore = await timed([
      'restore',
      to,
      '--data',
      join(scratch, 'restored'),
      '--keyring',
      join(folder, 'keyring.wpkr'),
      '--json',
    ]);
    const { findings } = JSON.parse(restore.stdout).audit as { findings: readonly string[] };
    if (findings.length > 0) throw new Error(`what was restored is complained of: ${findings[0]}`);
    const { meters, postings } = JSON.parse(readFileSync(join(to, 'manifest.json'), 'utf8'));
    const of = `${meters} meters for ${size.days} days, ${postings} postings`;
    const copied = copySeconds(join(to, 'wattpurse.db'), join(scratch, 'copied'));
    const name = engine.toLowerCase();
    return [
      lessIsBetter(
        {
          ...{ name: `back-up-${name}`, value: backUp.seconds, unit: 's', limit: copied },
          limitHow: `the file that comes of it copied by the system, onto the disk; ${of}, ${sold} sales meanwhile, and ${backUp.processorSeconds} s of processor time`,
          goal: `at most ${BACK_UP_SECONDS_MAX} s, and sales go on`,
        },
        () => backUp.seconds <= BACK_UP_SECONDS_MAX && sold > 0,
      ),
      lessIsBetter(
        {
          ...{ name: `restore-${name}`, value: restore.seconds, unit: 's', limit: copied },
          limitHow: `the same; it is hashed and audited as well, in ${restore.processorSeconds} s of processor time`,
          goal: `at most ${RESTORE_SECONDS_MAX} s`,
        },
        () => restore.seconds <= RESTORE_SECONDS_MAX,
      ),
    ];
  } finally {
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A host that sells until it is stopped, and then says how many it sold since this resolved. */
async function sell(folder: string, meters: number, url: string | undefined): Promise<{ stop(): Promise<number> }> {
  const keyring = await openKeyRing(readFileSync(join(folder, 'keyring.wpkr')), PASSPHRASE, systemRandomness);
  if (!(keyring instanceof SoftwareKeyStore)) throw new Error(keyring.sentence);
  const seals = sealsOf(folder, async () => keyring);
  const store = url === undefined ? openSqliteStore(folder, seals) : await openPostgresStore(url, { seals });
  const host = createHost(
    {
      ...{ store, keys: keyring, randomness: systemRandomness, grid: { send: () => undefined, reaches: () => false } },
      clock: { now: () => milliseconds(Date.now()) },
    },
    { zone: 'UTC', metersMax: 65_536 },
  );
  let [sold, isOver] = [0, false];
  const one = async () => {
    const done = await host.sell({
      meter: 1 + (sold % meters),
      amount: 100,
      orderId: `sale ${sold++}`,
      source: 'cash',
    });
    if ('reason' in done) throw new Error(done.sentence);
    await new Promise(setImmediate);
  };
  await one();
  const begun = sold;
  const ended = (async () => {
    while (!isOver) await one();
  })();
  return {
    async stop() {
      isOver = true;
      await ended;
      await store.close();
      return sold - begun;
    },
  };
}

/** Tells on the error output what all threads of the process took of the processor. */
const TELL_PROCESSOR = `data:text/javascript,process.on('exit',()=>{const{user,system}=process.cpuUsage();console.error((user+system)/1e6)})`;

interface Timed {
  readonly seconds: number;
  readonly processorSeconds: string;
  readonly stdout: string;
}

async function timed(args: readonly string[]): Promise<Timed> {
  const begin = performance.now();
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', TELL_PROCESSOR, MAIN, ...args], {
    env: { ...process.env, WATTPURSE_PASSPHRASE: PASSPHRASE },
    maxBuffer: 1 << 26,
  });
  const processorSeconds = Math.max(...stderr.trim().split('\n').map(Number)).toPrecision(3);
  return { seconds: (performance.now() - begin) / 1_000, processorSeconds, stdout };
}

function copySeconds(from: string, to: string): number {
  const begin = performance.now();
  copyFileSync(from, to);
  const handle = openSync(to, 'r+');
  fsyncSync(handle);
  closeSync(handle);
  return (performance.now() - begin) / 1_000;
}
