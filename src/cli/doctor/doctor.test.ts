import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import pg from 'pg';
import { drawCertificate } from '../../adapters/certificate.testing.ts';
import type { SuspicionKind } from '../../backhaul/index.ts';
import { Suite } from '../../crypto/index.ts';
import { createHost, type HostServices } from '../../host/index.ts';
import { openSqliteStore } from '../../storage/index.ts';
import { postgresMissing, startPostgres } from '../../storage/postgres.testing.ts';
import { milliseconds, svpmsn } from '../../units/index.ts';
import { systemRandomness } from '../demo-keys.ts';
import { HostFolder } from '../host-folder.ts';
import { runIn } from '../in-process.testing.ts';
import { Child, env, layKeys, Running } from '../running.testing.ts';
import { FINDINGS, type FindingName } from './check.ts';

const MAIN = join(import.meta.dirname, '../main.ts');
const PAGE = join(import.meta.dirname, '../../../docs/operating/doctor.md');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A free port, so that what else listens on this machine is of no concern. */
const FREE = ['--listen', '127.0.0.1:0'];

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-doctor-'));
after(() => rmSync(scratch, { recursive: true }));
Object.assign(process.env, env);
const run = (...args: string[]) => runIn(scratch, ...args);

/** A utility that was begun and is well; each test spoils a copy of its own. */
before(async () => {
  // Keys alone are taken for those of books that are gone.
  await openSqliteStore(join(scratch, 'well')).close();
  await layKeys(join(scratch, 'well'));
  const made = await run('manager', 'boss', '--data', 'well');
  assert.equal(made.code, 0, made.err);
});
function copied(name: string): string {
  cpSync(join(scratch, 'well'), join(scratch, name), { recursive: true });
  return name;
}

interface Told {
  readonly faults: number;
  readonly warnings: number;
  readonly findings: { name: FindingName | null; check: string; severity: string; sentence: string }[];
}

/** What is found, but for a clock that nobody was named to ask. */
async function examined(...args: string[]): Promise<Told & { readonly names: (FindingName | null)[] }> {
  const { code, out, err } = await run('doctor', ...args, '--json');
  assert.equal(err, '');
  const told = JSON.parse(out) as Told;
  assert.equal(code, told.faults === 0 ? 0 : 1);
  for (const { sentence } of told.findings) assert.match(sentence, /^\S.*[^.]\.$/, 'one sentence');
  const names = told.findings.flatMap(({ name }) => (name === null || name === 'clock-unproved' ? [] : [name]));
  return { ...told, names };
}

/** It is found, nothing else is, and the sentence says what it is and what to do. */
async function finds(name: FindingName, says: RegExp, ...args: string[]): Promise<void> {
  const told = await examined(...args);
  assert.deepEqual(told.names, [name], JSON.stringify(told.findings, null, 1));
  const [finding] = told.findings.filter((each) => each.name === name);
  assert.equal(finding?.severity, FINDINGS[name]);
  assert.match(finding?.sentence ?? '', says);
}
const isWell = async (...args: string[]): Promise<void> => assert.deepEqual((await examined(...args)).names, []);

/** A host on the books of a folder at a time of one's own, which hears no grid. */
async function lived(
  folder: string,
  at: number,
  work: (host: HostServices, folder: HostFolder) => Promise<void>,
): Promise<void> {
  const opened = await HostFolder.open({ data: join(scratch, folder), database: undefined });
  try {
    const { store } = opened;
    const keys = await opened.keys();
    const grid = { send: () => undefined };
    const ports = { store, keys, clock: { now: () => milliseconds(at) }, randomness: systemRandomness, grid };
    await work(createHost(ports, { zone: 'UTC', metersMax: 10 }), opened);
  } finally {
    await opened.close();
  }
}
const livedUntil = (folder: HostFolder, at: number): Promise<void> =>
  folder.store.transaction((tx) => tx.setFact('instant-reserved', at));

async function enrol(host: HostServices): Promise<void> {
  await host.addSubscriber({ id: 'kim', name: 'Kim', contact: '' });
  const meter = { svpmsn: 0x0a1b2c, subscriber: 'kim', localUnit: 3, modemAddress: 7, suite: Suite.aes128 };
  assert.ok('svpmsn' in (await host.enrol(meter)));
}

test('a new folder and one that was begun have no fault, and nothing is changed in them', async () => {
  const fresh = await run('doctor', '--data', 'unmade', ...FREE);
  assert.deepEqual([fresh.code, fresh.err], [0, '']);
  assert.match(fresh.out, /There is no folder unmade yet: the first start makes it/);
  assert.ok(!existsSync(join(scratch, 'unmade')));
  const before = readFileSync(join(scratch, 'well/wattpurse.db'));
  await isWell('--data', 'well', ...FREE);
  assert.deepEqual(readFileSync(join(scratch, 'well/wattpurse.db')), before);
});

test('a demo is looked at too', async () => {
  const demo = new Child(scratch, ['demo', '--meters', '2', '--data', 'demo', '--listen', 'none']);
  await demo.said(/^.*in flight.*$/);
  await finds('folder-in-use', /before a demo is started here/, '--data', 'demo', ...FREE);
  assert.equal(await demo.stop('SIGINT'), 0);
  await isWell('--data', 'demo', ...FREE);
});

test('what is asked wrongly is one sentence, and exit code 2', async () => {
  for (const [args, says] of [
    [[], /^doctor needs --data/],
    [['--data', 'well', 'more'], /^doctor takes no word as "more"/],
    [['--data', 'well', '--calld', 'x'], /--called was probably meant/],
    [['--data', 'well', '--called', 'x'], /^--called is the name that a certificate must bear/],
    [['--data', 'well', '--time-server', 'a b'], /^--time-server must be a machine and a port/],
  ] as const) {
    const { code, out, err } = await run('doctor', ...args);
    assert.deepEqual([code, out], [2, ''], err);
    assert.match(err, says);
  }
});

test('somebody else than the owner of the folder is told to be the owner', {
  skip: process.getuid?.() === 0 ? false : 'needs to be root',
}, () => {
  const args = [
    '--reuid',
    '65534',
    '--clear-groups',
    process.execPath,
    MAIN,
    'doctor',
    '--data',
    join(scratch, 'well'),
  ];
  const closed = spawnSync('setpriv', args, { encoding: 'utf8' });
  // The way to the folder is closed to them already.
  assert.deepEqual([closed.status, closed.stderr.includes('(EACCES)')], [1, true], closed.stderr);
  chmodSync(scratch, 0o711);
  const { status, stderr } = spawnSync('setpriv', args, { encoding: 'utf8' });
  chmodSync(scratch, 0o700);
  assert.equal(status, 2, stderr);
  assert.match(stderr, /belongs to user 0, and this is user 65534, .*setpriv --reuid 0/);
});

test('a port that is taken is found, and whoever has it is named where the system shows it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await isWell('--data', 'well', ...FREE);
    const says = new RegExp(`port ${port} of 127.0.0.1, because another program does: .*--listen`);
    await finds('port-taken', says, '--data', 'well', '--listen', `127.0.0.1:${port}`);
    await finds('port-taken', /--area-units/, '--data', 'well', ...FREE, '--area-units', `127.0.0.1:${port}`);
    const callbacks = { telephone: { callbackPort: port } };
    writeFileSync(join(scratch, 'callbacks.json'), JSON.stringify(callbacks));
    await finds(
      'port-taken',
      /telephone\.callbackPort/,
      '--data',
      'well',
      ...FREE,
      '--configuration',
      'callbacks.json',
    );
  } finally {
    server.close();
  }
  await isWell('--data', 'well', '--listen', `127.0.0.1:${port}`);
  const twice = ['--listen', `127.0.0.1:${port}`, '--area-units', `127.0.0.1:${port}`];
  await finds('port-taken', /is named by --listen and --area-units/, '--data', 'well', ...twice);
  await finds(
    'port-forbidden',
    /no such address/,
    '--data',
    'well',
    ...FREE,
    '--area-units',
    '127.0.0.1:0',
    ...elsewhere(port),
  );
});
/** An address for documentation alone: no machine has it. RFC 5737 */
const elsewhere = (port: number) => ['--proxy', '10.0.0.1', '--listen', `192.0.2.1:${port}`];

test('a host that runs is no fault; a second process on its folder, or at its port, is one', async () => {
  const folder = copied('running');
  const host = new Running(scratch, ['host', '--data', folder, ...FREE]);
  try {
    const at = new URL((await host.ask('/health')).url).host;
    const well = await examined('--data', folder, '--listen', at);
    assert.deepEqual(well.names, []);
    assert.ok(well.findings.some(({ sentence }) => sentence.startsWith('The host runs: process ')));
    await finds('folder-in-use', /in use by process \d+ \(.*host --data running.*: end it/, '--data', folder, ...FREE);
    await finds('port-taken', /process \d+ \(.*host --data running/, '--data', 'well', '--listen', at);
  } finally {
    await host.stop();
  }
  await isWell('--data', folder, ...FREE);
});

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
    await client.query('INSERT INTO wattpurse_version (version) VALUES (9999)');
    await finds('schema-newer', /have version 9999/, ...at);
    await client.query('DELETE FROM wattpurse_version WHERE version = 9999');
    await client.end();
    await isWell(...at);
    await server.stop();
    isUp = false;
    await finds('database-unreachable', /ECONNREFUSED.*see that it runs/, ...at);
  } finally {
    if (isUp) await server.stop();
  }
});

test('a passphrase that is missing or wrong is found; a file may give it', async () => {
  const { WATTPURSE_PASSPHRASE: right } = process.env;
  const path = join(scratch, 'passphrase');
  try {
    process.env.WATTPURSE_PASSPHRASE = 'another';
    await finds('passphrase-wrong', /does not open .*: give the one/, '--data', 'well', ...FREE);
    delete process.env.WATTPURSE_PASSPHRASE;
    await finds('passphrase-missing', /give the passphrase as WATTPURSE_PASSPHRASE/, '--data', 'well', ...FREE);
    process.env.WATTPURSE_PASSPHRASE_FILE = path;
    await finds('passphrase-missing', /there is no such file/, '--data', 'well', ...FREE);
    writeFileSync(path, `${right}\n`, { mode: 0o600 });
    await isWell('--data', 'well', ...FREE);
    chmodSync(path, 0o604);
    await finds('secret-open', /passphrase holds a secret, .* run chmod 600/, '--data', 'well', ...FREE);
  } finally {
    delete process.env.WATTPURSE_PASSPHRASE_FILE;
    process.env.WATTPURSE_PASSPHRASE = right;
  }
});

test('a keyring of another utility, one that is damaged and one that is gone are found', async () => {
  const folder = copied('keyring');
  const path = join(scratch, folder, 'keyring.wpkr');
  const own = readFileSync(path);
  await layKeys(join(scratch, 'another'));
  cpSync(join(scratch, 'another/keyring.wpkr'), path);
  await finds('keyring-foreign', /is not the keyring of these books: put theirs/, '--data', folder, ...FREE);
  writeFileSync(
    path,
    own.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
  );
  await finds('keyring-damaged', /restore it from a backup/, '--data', folder, ...FREE);
  rmSync(path);
  await finds('keyring-missing', /put a copy of it there/, '--data', folder, ...FREE);
  writeFileSync(path, own, { mode: 0o600 });
  await isWell('--data', folder, ...FREE);
});

test('a clock an hour off is found by a time server, whichever way, and by what the books have lived', async () => {
  let ahead = 0;
  let stratum = 2;
  const server = createSocket('udp4');
  server.on('message', (question, from) => {
    const answer = Buffer.alloc(48);
    answer.writeUInt8(0x24, 0);
    answer.writeUInt8(stratum, 1);
    question.copy(answer, 24, 40, 48);
    for (const at of [32, 40]) answer.writeUInt32BE(Math.floor((Date.now() + ahead) / 1000) + 2_208_988_800, at);
    server.send(answer, from.port, from.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const asked = ['--data', 'well', ...FREE, '--time-server', `127.0.0.1:${server.address().port}`];
  try {
    const well = await run('doctor', ...asked);
    assert.equal(well.code, 0);
    assert.match(well.out, /\nNothing is wrong\.\n$/);
    ahead = HOUR_MS;
    await finds('clock-wrong', /60 min behind the time server .*: set it right/, ...asked);
    ahead = -HOUR_MS;
    await finds('clock-wrong', /60 min ahead of the time server/, ...asked);
    stratum = 0;
    const unsure = await examined(...asked);
    assert.deepEqual([unsure.faults, unsure.warnings], [0, 1]);
  } finally {
    server.close();
  }
  const folder = copied('behind');
  await lived(folder, Date.now(), (_, opened) => livedUntil(opened, Date.now() + HOUR_MS));
  await finds('clock-wrong', /60 min behind what the books have lived/, '--data', folder, ...FREE);
});

/** Looks at a copy of the folder on a small disk of its own, after something was done to that. */
function onSmallDisk(then: string) {
  const unshare = process.getuid?.() === 0 ? ['-m'] : ['-rm'];
  const script = `mount -t tmpfs -o size=48m none disk && cp -a well/. disk && chmod 700 disk && ${then} || exit 99; shift
    exec "$@"`;
  const program = [process.execPath, MAIN, 'doctor', '--data', 'disk', ...FREE, '--json'];
  mkdirSync(join(scratch, 'disk'), { recursive: true });
  return spawnSync('unshare', [...unshare, 'sh', '-c', script, 'sh', '', ...program], {
    encoding: 'utf8',
    cwd: scratch,
    env,
  });
}
const mounts = spawnSync('unshare', [process.getuid?.() === 0 ? '-m' : '-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']);
const skip = mounts.status === 0 ? false : 'needs Linux, the Debian package util-linux, and the right to mount';

test('a full disk, a nearly full one and a folder that cannot be written are found', { skip }, () => {
  const namesOf = (then: string) => {
    const { stdout, stderr } = onSmallDisk(then);
    assert.equal(stderr, '');
    const { findings } = JSON.parse(stdout) as Told;
    return findings.flatMap(({ name }) => (name === null || name === 'clock-unproved' ? [] : [name]));
  };
  assert.deepEqual(namesOf('true'), ['disk-nearly-full']);
  const fill = (what: string) => `{ dd if=/dev/zero of=disk/wattpurse.db-journal ${what} 2>/dev/null || true; }`;
  assert.deepEqual(namesOf(fill('bs=1M count=30')), ['disk-full']);
  assert.deepEqual(namesOf(fill('bs=4k')), ['disk-full']);
  const readOnly = namesOf('mount -o remount,ro disk');
  assert.equal(readOnly[0], 'folder-read-only');
});

/** A folder as --certificates names it, signed by itself. */
function certificates(folder: string, drawn: Parameters<typeof drawCertificate>[1]): string {
  mkdirSync(join(scratch, folder), { recursive: true });
  const { certificate, key } = drawCertificate('host', drawn);
  for (const name of ['certificate.pem', 'authority.pem']) writeFileSync(join(scratch, folder, name), certificate);
  writeFileSync(join(scratch, folder, 'key.pem'), key, { mode: 0o600 });
  return folder;
}
const utcText = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace(/\D/g, '')}Z`;

test('a certificate that expired, expires soon, bears another name or is nobody’s is found', async () => {
  const names = ['host.utility.example'];
  const at = ['--data', 'well', ...FREE, '--area-units', '127.0.0.1:0'];
  const called = [...at, '--called', 'host.utility.example'];
  const good = certificates('good', { names });
  await isWell(...called, '--certificates', good);
  await finds(
    'certificate-name',
    /does not bear the name other\.example.*have one signed/,
    ...at,
    '--called',
    'other.example',
    '--certificates',
    good,
  );
  await finds('certificate-name', /does not bear the name 127\.0\.0\.1/, ...at, '--certificates', good);
  const [from, soon, gone] = [-400, 10, -1].map((days) => utcText(Date.now() + days * DAY_MS)) as [
    string,
    string,
    string,
  ];
  const expired = await examined(...called, '--certificates', certificates('expired', { names, from, until: gone }));
  assert.deepEqual([...new Set(expired.names)], ['certificate-expired']);
  const expiring = await examined(...called, '--certificates', certificates('soon', { names, from, until: soon }));
  assert.deepEqual([...new Set(expiring.names)], ['certificate-expires']);
  assert.equal(expiring.faults, 0);
  const early = await examined(...called, '--certificates', certificates('early', { names, from: soon }));
  assert.deepEqual([...new Set(early.names)], ['certificate-expired']);
  const mixed = certificates('mixed', { names });
  for (const name of ['key.pem', 'authority.pem']) {
    cpSync(join(scratch, good, name), join(scratch, mixed, name));
  }
  assert.deepEqual((await examined(...called, '--certificates', mixed)).names, [
    'certificate-untrusted',
    'certificate-untrusted',
  ]);
  rmSync(join(scratch, mixed, 'authority.pem'));
  await finds(
    'certificate-missing',
    /There is no mixed\/authority\.pem: put it there/,
    ...called,
    '--certificates',
    mixed,
  );
});

test('a package that the configuration asks for and that is not there is found', async () => {
  const { PATH } = process.env;
  const sip = { telephone: { sip: { address: '127.0.0.1', port: 5_999 } } };
  writeFileSync(join(scratch, 'sip.json'), JSON.stringify(sip));
  const asked = ['--data', 'well', ...FREE, '--configuration', 'sip.json'];
  mkdirSync(join(scratch, 'bin'));
  try {
    process.env.PATH = join(scratch, 'bin');
    await finds('package-missing', /install the Debian package espeak-ng/, ...asked);
    writeFileSync(join(scratch, 'bin/espeak-ng'), '');
    await isWell(...asked);
  } finally {
    process.env.PATH = PATH;
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

test('a secret that everybody may read, and one that is not there, are found; so is a configuration that is wrong', async () => {
  const named = {
    payments: { stripe: { type: 'stripe', secretKeyFile: 's.key', webhookSecretFile: 'w.key', callbackPort: 18_093 } },
  };
  const path = join(scratch, 'stripe.json');
  writeFileSync(path, JSON.stringify(named));
  for (const name of ['s.key', 'w.key']) writeFileSync(join(scratch, name), 'secret', { mode: 0o640 });
  const asked = ['--data', 'well', ...FREE, '--configuration', path];
  await isWell(...asked);
  for (const mode of [0o644, 0o602, 0o601]) {
    chmodSync(join(scratch, 's.key'), mode);
    await finds('secret-open', /s\.key holds a secret, .*chmod 600/, ...asked);
  }
  chmodSync(join(scratch, 's.key'), 0o600);
  rmSync(join(scratch, 'w.key'));
  await finds('secret-missing', /w\.key cannot be read/, ...asked);
  writeFileSync(path, '{"pay": {}}');
  await finds('configuration-wrong', /stripe\.json is wrong at/, ...asked);
});

test('a partner that cannot be reached is found', async () => {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const bank = { type: 'acquirer', host: '127.0.0.1', port, institution: '1', terminal: 'T', merchant: 'M' };
  writeFileSync(
    join(scratch, 'bank.json'),
    JSON.stringify({ host: { data: 'well', listen: FREE[1] }, payments: { bank } }),
  );
  // What the host is started with may stand there too.
  const asked = ['--configuration', 'bank.json'];
  await isWell(...asked);
  await new Promise((resolve) => server.close(resolve));
  await finds('partner-unreachable', /payments\.bank at 127\.0\.0\.1:\d+ cannot be reached .*ECONNREFUSED/, ...asked);
});

test('a partner whose certificate has expired, bears another name or is trusted by nobody is found', async () => {
  const until = utcText(Date.now() - DAY_MS);
  const examinedAt = async (drawn: Parameters<typeof drawCertificate>[1], isTrusted = true): Promise<Told> => {
    const { certificate: cert, key } = drawCertificate('partner', drawn);
    const server = createTlsServer({ cert, key }, (socket) => socket.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const issuer = `https://localhost:${port}`;
    const identity = { issuer, clientId: 'wattpurse', callbackUrl: 'https://utility.example/back' };
    writeFileSync(join(scratch, 'identity.json'), JSON.stringify({ identity }));
    writeFileSync(join(scratch, 'trusted.pem'), cert);
    const args = [MAIN, 'doctor', '--data', 'well', ...FREE, '--configuration', 'identity.json', '--json'];
    const trusting = { ...env, ...(isTrusted && { NODE_EXTRA_CA_CERTS: join(scratch, 'trusted.pem') }) };
    const child = spawn(process.execPath, args, { cwd: scratch, env: trusting, stdio: ['ignore', 'pipe', 'ignore'] });
    const out = await text(child.stdout);
    server.close();
    return JSON.parse(out) as Told;
  };
  const names = ['localhost'];
  const namesOf = ({ findings }: Told) => findings.flatMap(({ check, name }) => (check === 'partners' ? [name] : []));
  assert.deepEqual(namesOf(await examinedAt({ names })), [null]);
  assert.deepEqual(namesOf(await examinedAt({ names, until })), ['certificate-expired']);
  assert.deepEqual(namesOf(await examinedAt({ names: ['other.example'] })), ['certificate-name']);
  assert.deepEqual(namesOf(await examinedAt({ names }, false)), ['partner-unreachable']);
});

test('each finding has its row in the page of the doctor, and no other has', () => {
  const rows = [...readFileSync(PAGE, 'utf8').matchAll(/^\| `([a-z-]+)` \| (fault|warning) \|/gm)];
  assert.deepEqual(rows.map(([, name, severity]) => [name, severity]).sort(), Object.entries(FINDINGS).sort());
});
