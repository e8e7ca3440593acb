import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { bookKeys } from '../../src/adapters/book-keys.ts';
import { type LastBackUp, lastBackUp } from '../../src/cli/back-up.ts';
import { openManifest, signManifest } from '../../src/cli/back-up-manifest.ts';
import { sealsOf } from '../../src/cli/book-seals.ts';
import { systemRandomness } from '../../src/cli/demo-keys.ts';
import { drawnKeys, HostFolder } from '../../src/cli/host-folder.ts';
import { runIn, type Said } from '../../src/cli/in-process.testing.ts';
import {
  type KeyName,
  keyName,
  Purpose,
  SoftwareKeyStore,
  Suite,
  sealKeyRing,
  TRANSPORT_KEY_BYTES,
} from '../../src/crypto/index.ts';
import type { HostServices } from '../../src/host/index.ts';
import { made, Rig } from '../../src/host/rig.testing.ts';
import {
  compareBooks,
  copyBooks,
  differs,
  openPostgresStore,
  openSqliteStore,
  SCHEMA_VERSION,
  snapshotBooks,
} from '../../src/storage/index.ts';
import { postgresMissing, startPostgres, type TestServer } from '../../src/storage/postgres.testing.ts';
import { milliseconds } from '../../src/units/index.ts';
import { liveEverywhere } from './every-table.testing.ts';

const PASSPHRASE = 'a passphrase of a test';
const COST = 14;
const DAY_MS = 86_400_000;
process.env.WATTPURSE_PASSPHRASE = PASSPHRASE;

const root = mkdtempSync(join(tmpdir(), 'wattpurse-back-up-'));
let server: TestServer;
/** What no back-up may hold. */
const masters = new Map<KeyName, Uint8Array>(
  Object.values(Purpose).map((purpose) => [keyName(purpose, Suite.aes128, 0), drawn(16)]),
);
const transport = drawn(TRANSPORT_KEY_BYTES);
const keys = new SoftwareKeyStore({ utility: 1, keys: masters, transport }, systemRandomness);
let lived: Rig;
before(async () => {
  if (postgresMissing === false) server = await startPostgres();
  lived = await live(join(root, 'lived'));
});
after(async () => {
  rmSync(root, { recursive: true });
  await server?.stop();
});
let places = 0;
const newPlace = (name: string) => join(root, `${name}${++places}`);
const run = (...args: string[]): Promise<Said> => runIn(root, ...args);

async function keyringAt(path: string, ring: SoftwareKeyStore): Promise<string> {
  writeFileSync(path, await sealKeyRing(ring, PASSPHRASE, systemRandomness, COST));
  return path;
}

/** The folder of a host that was stopped. */
async function live(folder: string): Promise<Rig> {
  mkdirSync(folder);
  await keyringAt(join(folder, 'keyring.wpkr'), keys);
  writeFileSync(join(folder, 'host.json'), '{"version":1,"zone":"Asia/Seoul"}\n');
  const store = openSqliteStore(
    folder,
    sealsOf(folder, async () => keys),
  );
  const rig = new Rig(store, { seed: 5 });
  for (const meter of [1, 2, 3]) await rig.enrol(meter);
  for (const [i, meter] of [1, 2, 3, 1].entries()) {
    made(await rig.host.sell({ meter, amount: 100, orderId: `before ${i}`, source: 'cash' }));
  }
  await rig.settle();
  await store.signHead({ now: milliseconds(rig.clock.ms) });
  await store.close();
  return rig;
}

function utility(): string {
  const folder = newPlace('utility');
  cpSync(join(root, 'lived'), folder, { recursive: true });
  return folder;
}

async function backedUp(folder: string): Promise<string> {
  const to = newPlace('back-up');
  const made = await run('backup', '--data', folder, '--to', to);
  assert.equal(made.code, 0, made.err);
  return to;
}

/** Until it is stopped: a sale is done when its promise resolves. */
function selling(host: HostServices): { sold: number; stop(): Promise<number> } {
  let isOver = false;
  const counter = { sold: 0 };
  const ended = (async () => {
    while (!isOver) {
      made(await host.sell({ meter: 1, amount: 1, orderId: `while ${counter.sold}`, source: 'cash' }));
      counter.sold += 1;
      await new Promise(setImmediate);
    }
  })();
  return Object.assign(counter, {
    stop: async () => {
      isOver = true;
      await ended;
      return counter.sold;
    },
  });
}

const ordersWhile = (folder: string): number => {
  const database = new DatabaseSync(join(folder, 'wattpurse.db'), { readOnly: true });
  const { n } = database.prepare("SELECT count(*) AS n FROM orders WHERE id LIKE 'while %'").get() as { n: number };
  database.close();
  return n;
};

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  test(`books in ${engine} are backed up while sales go on, as they were at one instant, and are audited where they are restored`, {
    skip: engine === 'PostgreSQL' && postgresMissing,
  }, async () => {
    const folder = utility();
    const seals = sealsOf(folder, async () => keys);
    let database: string[] = [];
    if (engine === 'PostgreSQL') {
      const url = await newDatabase();
      const copied = await run('database', 'copy', '--from', folder, '--to', url);
      assert.equal(copied.code, 0, copied.err);
      database = ['--database', url];
    }
    const [, url] = database;
    const store =
      url === undefined
        ? openSqliteStore(folder, seals)
        : await openPostgresStore(url, { mark: join(folder, 'wattpurse.mark'), seals });
    const rig = new Rig(store, { seed: 6 });
    // Its meters are those of the life before.
    for (const [id, meter] of lived.meters) rig.meters.set(id, meter);
    rig.clock.ms = lived.clock.ms + DAY_MS;
    await rig.host.start();
    const till = selling(rig.host);
    while (till.sold === 0) await new Promise(setImmediate);
    const [before, to] = [till.sold, newPlace('back-up')];
    const backUp = await run('backup', '--data', folder, '--to', to, ...database);
    const sold = await till.stop();
    await store.close();
    assert.equal(backUp.code, 0, backUp.err);
    assert.ok(sold > before, 'sales went on');
    assert.deepEqual(readdirSync(to).sort(), [
      'books.heads',
      'books.jwks',
      'host.json',
      'manifest.json',
      'manifest.signature.json',
      'wattpurse.db',
    ]);
    assert.ok((lastBackUp(folder) as LastBackUp).to === to);

    const rehearsal = await run('backup', 'rehearse', to, '--keyring', join(folder, 'keyring.wpkr'), '--json');
    assert.equal(rehearsal.code, 0, rehearsal.out + rehearsal.err);
    assert.ok(JSON.parse(rehearsal.out).audit.rows > 20);
    const place = newPlace('restored');
    const into = url === undefined ? [] : ['--database', await newDatabase()];
    const restored = await run('restore', to, '--data', place, '--keyring', join(folder, 'keyring.wpkr'), ...into);
    assert.equal(restored.code, 0, restored.out + restored.err);
    if (into[1] === undefined) {
      const held = ordersWhile(place);
      assert.ok(held >= before && held <= sold, `${held} of ${sold} sales`);
    } else {
      assert.ok(!existsSync(join(place, 'wattpurse.db')));
    }
    const audit = await run('audit', '--data', place, ...into);
    assert.equal(audit.code, 0, audit.out + audit.err);
    const opened = await HostFolder.open({ data: place, database: into[1] });
    assert.deepEqual([await opened.store.read((tx) => tx.fact('restored')), opened.zone(undefined)], [1, 'Asia/Seoul']);
    await opened.close();
  });
}

test('each row of each table in PostgreSQL is in a back-up of it as it is', { skip: postgresMissing }, async () => {
  const folder = newPlace('utility');
  const seals = { keys: async () => bookKeys(keys.bookSecret()) };
  const store = openSqliteStore(folder, seals);
  await liveEverywhere(new Rig(store, { seed: 5 }));
  await store.signHead({ now: milliseconds(lived.clock.ms) });
  await store.close();
  const url = await newDatabase();
  await copyBooks({ folder }, { url });
  const place = newPlace('snapshot');
  mkdirSync(place);
  await snapshotBooks({ url }, join(place, 'wattpurse.db'));
  const compared = await compareBooks({ folder: place }, { url });
  assert.deepEqual(compared.filter(differs), []);
  assert.deepEqual(
    compared.filter(({ rows }) => rows === 0),
    [],
  );
});

let databases = 0;
async function newDatabase(): Promise<string> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`CREATE DATABASE utility${++databases}`);
  await client.end();
  return server.url.replace(/\/postgres$/, `/utility${databases}`);
}

test('no key of the keyring stands in a back-up, neither sealed nor plain', async () => {
  const folder = utility();
  const to = await backedUp(folder);
  const all = Buffer.concat(readdirSync(to).map((name) => readFileSync(join(to, name))));
  const sealed = readFileSync(join(folder, 'keyring.wpkr'));
  const secrets = [...masters.values(), transport, bookKeys(keys.bookSecret()).rows, sealed.subarray(0, 64)];
  assert.ok(secrets.length > 6);
  for (const secret of secrets) {
    assert.ok(!all.includes(Buffer.from(secret)));
    assert.ok(!all.includes(Buffer.from(secret).toString('hex')));
    assert.ok(!all.includes(Buffer.from(secret).toString('base64url')));
  }
  assert.ok(all.includes(await keys.checkValue(0x20 as never)), 'what tells a key from others does');
});

/** What was done to a back-up, and the one sentence that it is refused with. */
const DAMAGE: readonly (readonly [string, (folder: string) => void | Promise<void>, RegExp])[] = [
  [
    'cut',
    (at) => truncateSync(join(at, 'wattpurse.db'), 8_192),
    /wattpurse\.db has 8192 bytes in place of \d+, so it was cut or changed: take another back-up\.$/,
  ],
  ['longer', (at) => appendFileSync(join(at, 'books.heads'), '\n'), /books\.heads has \d+ bytes in place of \d+/],
  [
    'without its database',
    (at) => rmSync(join(at, 'wattpurse.db')),
    /wattpurse\.db is not there, so it was cut or changed/,
  ],
  [
    'of another byte',
    (at) => flip(join(at, 'wattpurse.db'), 20_000),
    /wattpurse\.db is not what was backed up, byte for byte: take another/,
  ],
  ['of another zone', (at) => flip(join(at, 'host.json'), 21), /host\.json is not what was backed up, byte for byte/],
  [
    'without its manifest',
    (at) => rmSync(join(at, 'manifest.json')),
    /holds no manifest\.json, so it is no back-up, or one that was cut short/,
  ],
  ['with a cut manifest', (at) => truncateSync(join(at, 'manifest.json'), 200), /has a manifest\.json that is damaged/],
  [
    'with a changed manifest',
    (at) => replace(join(at, 'manifest.json'), '"meters": ', '"meters": 1'),
    /has a manifest\.json that was changed/,
  ],
  [
    'without a signature',
    (at) => writeFileSync(join(at, 'manifest.signature.json'), '{}'),
    /has a manifest\.signature\.json that is damaged/,
  ],
  [
    'of a newer program',
    (at) => replace(join(at, 'manifest.json'), '"version": 1', '"version": 2'),
    /was made by a newer program \(back-ups of version 2, and this one knows 1\): install that one\.$/,
  ],
  [
    'of a newer database',
    (at) => resigned(at, { schema: SCHEMA_VERSION + 1 }),
    /has books of version \d+, and this program knows up to \d+: install the newer program\.$/,
  ],
  [
    'that names a file elsewhere',
    (at) => replace(join(at, 'manifest.json'), '"name": "host.json"', '"name": "../host.json"'),
    /has a manifest\.json that is damaged/,
  ],
  ['that names no database', (at) => resigned(at, { files: [] }), /names no whole set of files/],
  [
    'that is 8 days old',
    (at) => resigned(at, { at: Date.now() - 7.5 * DAY_MS }),
    /older than 7 days: take a newer one, or allow it with --max-age 8; meters that were credited more than 16 times since will be frozen\.$/,
  ],
  [
    'of tomorrow',
    (at) => resigned(at, { at: Date.now() + DAY_MS }),
    /which is yet to come: set the clock of this machine\.$/,
  ],
];

test('a back-up that was cut, changed, or is of another program or time is refused in one sentence, and leaves nothing', async () => {
  const folder = utility();
  const whole = await backedUp(folder);
  for (const [what, damage, sentence] of DAMAGE) {
    const at = newPlace('damaged');
    cpSync(whole, at, { recursive: true });
    await damage(at);
    const place = newPlace('restored');
    const said = await run('restore', at, '--data', place, '--keyring', join(folder, 'keyring.wpkr'));
    assert.deepEqual([said.code, said.out], [2, ''], `${what}: ${said.err}`);
    assert.match(said.err.trimEnd(), sentence, what);
    assert.ok(!existsSync(place) && !existsSync(`${place}.new`), what);
  }
  const allowed = newPlace('damaged');
  cpSync(whole, allowed, { recursive: true });
  resigned(allowed, { at: Date.now() - 7.5 * DAY_MS });
  const words = ['--data', newPlace('restored'), '--keyring', join(folder, 'keyring.wpkr'), '--max-age', '8'];
  assert.equal((await run('restore', allowed, ...words)).code, 0);
});

test('each bit of a manifest that is changed is found', async () => {
  const at = await backedUp(utility());
  const [manifest, signature] = ['manifest.json', 'manifest.signature.json'].map((name) =>
    readFileSync(join(at, name)),
  );
  const signing = bookKeys(keys.bookSecret());
  const opened = (text: Buffer) =>
    openManifest({ manifest: text.toString('latin1'), signature: String(signature) }, signing, 'it');
  assert.equal(opened(manifest as Buffer).zone, 'Asia/Seoul');
  for (let bit = 0; bit < (manifest as Buffer).length * 8; bit++) {
    const changed = Buffer.from(manifest as Buffer);
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    assert.throws(() => opened(changed), /damaged|changed|newer program/, `bit ${bit}`);
  }
});

test('a keyring of another utility, and one that lacks a key of the books, are refused; a newer one is not', async () => {
  const folder = utility();
  const at = await backedUp(folder);
  const fewer = new Map([...masters].filter(([n]) => n !== 0x20));
  const older = new SoftwareKeyStore({ utility: 1, keys: fewer, transport }, systemRandomness);
  const newer = new SoftwareKeyStore({ utility: 1, keys: masters, transport }, systemRandomness);
  await newer.addGeneration(Purpose.value, Suite.aes128);
  const rings: readonly (readonly [SoftwareKeyStore, number, RegExp])[] = [
    [await drawnKeys(), 2, /is of another utility, or this is not its keyring: name the keyring of its books\.$/m],
    [
      older,
      2,
      /The keyring lacks the key of value aes128 generation 0 that the books in .* were kept with: name a newer copy/,
    ],
    [newer, 0, /^$/],
  ];
  for (const [ring, code, sentence] of rings) {
    const place = newPlace('restored');
    const said = await run('restore', at, '--data', place, '--keyring', await keyringAt(newPlace('ring'), ring));
    assert.equal(said.code, code, said.err);
    assert.match(said.err, sentence);
    assert.equal(existsSync(place), code === 0);
  }
});

test('what is in the way is left as it is, and what was cut short is taken away', async () => {
  const folder = utility();
  const at = await backedUp(folder);
  const words = (place: string) => ['restore', at, '--data', place, '--keyring', join(folder, 'keyring.wpkr')];
  const refused = async (place: string, sentence: RegExp) => {
    const said = await run(...words(place));
    assert.equal(said.code, 2, said.err);
    assert.match(said.err, sentence);
  };
  await refused(folder, /is there already, and not empty: name a folder that is not there yet\.$/m);
  await refused(join(folder, 'host.json'), /is there already, and not empty/);
  await refused(join(newPlace('nowhere'), 'below'), /cannot be made, because there is no folder/);
  const place = newPlace('restored');
  mkdirSync(`${place}.new`);
  writeFileSync(join(`${place}.new`, 'letter.txt'), '');
  await refused(place, /\.new is in the way, and was not left by this program: move it away\.$/m);
  assert.deepEqual(readdirSync(`${place}.new`), ['letter.txt']);
  // As a process that was killed leaves it; an empty folder is no hindrance.
  writeFileSync(join(`${place}.new`, 'being-written.lock'), '');
  mkdirSync(place);
  assert.equal((await run(...words(place))).code, 0);
  assert.ok(!existsSync(`${place}.new`));
  const other = newPlace('restored');
  mkdirSync(`${other}.new`);
  const lock = new DatabaseSync(join(`${other}.new`, 'being-written.lock'));
  lock.exec('BEGIN EXCLUSIVE');
  await refused(other, /is being written by another process: wait for that one\.$/m);
  lock.close();
});

test('a disk that is full half way ends back-up and restore in one sentence, and nothing is left', async () => {
  const folder = utility();
  const at = await backedUp(folder);
  const limited = (...args: string[]) =>
    spawnSync('sh', ['-c', 'ulimit -f 400; exec "$@"', 'sh', process.execPath, MAIN, ...args], { encoding: 'utf8' });
  const [to, place] = [newPlace('back-up'), newPlace('restored')];
  for (const said of [
    limited('backup', '--data', folder, '--to', to),
    limited('restore', at, '--data', place, '--keyring', join(folder, 'keyring.wpkr')),
  ]) {
    assert.equal(said.status, 1, said.stderr);
    assert.match(said.stderr, /^[^\n]*(full|grow so large|does not serve)[^\n]*\n$/);
  }
  for (const path of [to, place]) assert.ok(!existsSync(path) && !existsSync(`${path}.new`));
});

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

test('each wrong use of back-up and restore is one sentence, and nothing is made', async () => {
  const demo = newPlace('demo');
  mkdirSync(demo);
  writeFileSync(join(demo, 'demo.json'), '{}');
  const names = readdirSync(root);
  for (const [args, sentence] of [
    [['backup'], /^backup needs --data with the folder of the host's keys and books\.$/m],
    [['backup', '--data', 'x'], /^backup needs --to with a new folder for it\.$/m],
    [['backup', 'now', '--data', 'x', '--to', 'y'], /^backup takes no word "now"/],
    [['backup', '--data', 'unmade', '--to', 'y'], /^unmade holds no host that was ever started/],
    [
      ['backup', '--data', demo, '--to', 'y'],
      /holds a demo, whose meters are files in it: stop it, and copy the folder/,
    ],
    [['backup', '--data', 'x', '--to', 'y', '--database', 'mysql://a/b'], /^--database must be of PostgreSQL/],
    [['backup', 'rehearse', 'x'], /^backup rehearse needs --keyring/],
    [['backup', 'rehearse', '--keyring', 'x'], /^backup rehearse takes the folder of one back-up/],
    [['restore', 'x', '--keyring', 'y'], /^restore needs --data with a folder that is not there yet/],
    [['restore', 'x', '--data', 'y'], /^restore needs --keyring/],
    [
      ['restore', 'x', '--data', 'y', '--keyring', 'unmade'],
      /^The keyring unmade cannot be read \(there is no such file\)/,
    ],
    [
      ['restore', 'x', '--data', 'y', '--keyring', 'z', '--max-age', '0'],
      /^--max-age must be a whole number of days from 1/,
    ],
  ] as const) {
    const said = await run(...args);
    assert.deepEqual([said.code, said.out], [2, ''], said.err);
    assert.match(said.err, sentence, args.join(' '));
  }
  assert.deepEqual(readdirSync(root), names);
});

function drawn(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  systemRandomness.fill(bytes);
  return bytes;
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(path, bytes);
}

function replace(path: string, what: string, by: string): void {
  const text = readFileSync(path, 'utf8');
  assert.ok(text.includes(what));
  writeFileSync(path, text.replace(what, by));
}

/** As if the utility itself had made it so. */
function resigned(at: string, changed: Record<string, unknown>): void {
  const { kind: _, version: __, ...content } = JSON.parse(readFileSync(join(at, 'manifest.json'), 'utf8'));
  const { manifest, signature } = signManifest({ ...content, ...changed }, bookKeys(keys.bookSecret()));
  writeFileSync(join(at, 'manifest.json'), manifest);
  writeFileSync(join(at, 'manifest.signature.json'), signature);
}
