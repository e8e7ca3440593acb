import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import about from '../../package.json' with { type: 'json' };
import { keyName, Purpose, Suite } from '../crypto/index.ts';
import { MemoryStore } from '../host/index.ts';
import { Utility } from '../simulation/index.ts';
import { DataFolder } from './data-folder.ts';
import { newFounding } from './founding.ts';
import { runIn } from './in-process.testing.ts';
import { LOAD_BYTES_MAX } from './read-loads.ts';
import { DEMO_BEGINS_MS, settingOf } from './setting.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const HOUR_MS = 3_600_000;
const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-demo-'));
after(() => rmSync(scratch, { recursive: true }));

/** Runs the program as a person does, without a terminal. */
function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', cwd: scratch });
  return { status, stdout, stderr };
}

test('a run as fast as it can ends with the story as one JSON document and nothing else', () => {
  const { status, stdout, stderr } = run('demo', '--once', '--days', '2', '--meters', '6', '--seed', '7', '--json');
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  const story = JSON.parse(stdout);
  assert.equal(story.conserved, true);
  assert.deepEqual([story.meters, story.days, story.seed, story.suite], [6, 2, 7, 'aes128']);
  assert.equal(story.issuedTokens, story.storedTokens + story.inFlightTokens + story.refundedTokens);
  assert.equal(story.storedTokens + story.owedTokens, story.spentTokens + story.purseTokens);
  for (const name of ['transfers', 'energyWh', 'lineBytes', 'airtimeSeconds']) assert.ok(story[name] > 0, name);
});

test('the same seed gives the same numbers, on a screen too', () => {
  const args = ['demo', '--once', '--days', '1', '--meters', '4', '--seed', '12'];
  assert.equal(run(...args, '--json').stdout, run(...args, '--json').stdout);
  assert.match(run(...args).stdout, /The books and the meters agree to the last token\./);
  const alone = run('demo', '--once', '--days', '1', '--meters', '1', '--no-color').stdout;
  assert.match(alone, /^1 meter lived 1 day on suite aes128 \(seed 1\)\.$/m);
});

test('every suite conserves value; the seed’s own needs --lab', async () => {
  for (const suite of ['3des-xo', 'aes256']) {
    const { status, stdout } = run('demo', '--once', '--days', '1', '--meters', '3', '--suite', suite, '--json');
    assert.equal(status, 0, suite);
    assert.equal(JSON.parse(stdout).suite, suite);
  }
  const lab = run('demo', '--once', '--days', '1', '--meters', '3', '--suite', '3des', '--lab', '--json');
  assert.equal(JSON.parse(lab.stdout).conserved, true);
  await refused(['demo', '--once', '--suite', '3des'], /add --lab to use it\.$/m);
});

test('recorded loads are played, plain or gzip', () => {
  const csv = minutes();
  writeFileSync(join(scratch, 'plain.csv'), csv);
  writeFileSync(join(scratch, 'packed.csv.gz'), gzipSync(csv));
  const told = ['plain.csv', 'packed.csv.gz'].map((file) => {
    const { stdout, stderr, status } = run('demo', '--once', '--days', '1', '--meters', '2', '--loads', file, '--json');
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  });
  assert.deepEqual(told[0], told[1]);
});

test('what a record lacks is told on stderr with its file as it was named, and what is whole says nothing', () => {
  const whole = minutes().trimEnd().split('\n');
  const without = (first: number, count: number) => [...whole.slice(0, first), ...whole.slice(first + count)];
  writeFileSync(join(scratch, 'whole.csv'), whole.join('\n'));
  writeFileSync(join(scratch, 'one.csv'), without(500, 1).join('\n'));
  writeFileSync(join(scratch, 'half.csv'), without(500, 1_500).join('\n'));
  const files = ['./half.csv', 'whole.csv', 'one.csv', './half.csv'].flatMap((file) => ['--loads', file]);
  const { status, stdout, stderr } = run('demo', '--once', '--days', '1', '--meters', '4', ...files, '--json');
  assert.equal(status, 0, stderr);
  assert.equal(JSON.parse(stdout).conserved, true);
  assert.equal(
    stderr,
    './half.csv: 1,500 of 3,000 minutes are missing and are played as 0 W.\n' +
      'one.csv: 1 of 3,000 minutes is missing and is played as 0 W.\n',
  );
});

/** What a person may get wrong, and what the one sentence must name. */
const WRONG_USES: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /^There is no command: "wattpurse --help" lists what there is\.$/m],
  [['sing'], /There is no command "sing"/],
  [['demo', '--bogus'], /^There is no option --bogus: "wattpurse help demo" lists what there is\.$/m],
  [
    ['demo', '--metres', '3'],
    /^There is no option --metres: --meters was probably meant, see "wattpurse help demo"\.$/m,
  ],
  [['demo', '--no-colour'], /^There is no option --no-colour: --no-color was probably meant, /],
  [['demo', '-z'], /^There is no option -z: "wattpurse help demo" lists what there is\.$/m],
  [['demo', 'extra'], /^Unexpected argument 'extra': see "wattpurse help demo"\.$/m],
  ...[
    ['demo', '--meters'],
    ['demo', '--data'],
    ['demo', '--data', '--once'],
    ['host', '--data'],
    ['area-unit', '0', '--listen'],
    ['local-unit', '--key'],
    ['meter', 'run', 'm.wpm', '--line'],
    ['meter', 'move-out', '0a1b2c', '--data'],
    ['doctor', '--data'],
    ['manager', 'boss', '--data'],
    ['keys', 'show', '--data'],
    ['audit', '--data'],
    ['database', 'copy', '--from'],
    ['backup', '--data'],
    ['restore', '--data'],
    ['receipt', 'verify', 'r.jws', '--keys'],
    ['settlement', 'claim', '--data'],
    ['statement', '--meter'],
    ['export', 'meters', '--out'],
    ['import', 'meters', 'm.csv', '--data'],
    ['card', 'read', '--reader'],
    ['kiosk', '--listen'],
    ['phone', 'try', '--url'],
    ['simulate', '--seed'],
    ['fleet', '--meters'],
    ['capacity', '--meters'],
    ['acquirer', '--port'],
    ['conformance', 'tcp://127.0.0.1:1', '--keys'],
  ].map((args) => {
    const flag = args.findLast((word) => word !== '--once');
    return [
      args,
      new RegExp(`^${flag} needs a value after it: "wattpurse help ${args[0]}" says which\\.$`, 'm'),
    ] as const;
  }),
  [['demo', '--once=yes'], /^--once takes no value: leave out what is behind its "=", see "wattpurse help demo"\.$/m],
  [['demo', '--meters', '0'], /--meters must be a whole number of at least 1, not "0"/],
  [['demo', '--meters', '1.5'], /--meters/],
  [['demo', '--meters', '-3'], /^--meters must be a whole number of at least 1, not "-3"\.$/m],
  [['demo', '--meters', '2', '--meters', '3'], /^--meters is given more than once: give it once\.$/m],
  [['demo', '--once', '--data', ''], /^--data must name a folder, not ""\.$/m],
  [['audit', '--data', ''], /^--data must name a folder, not ""\.$/m],
  [['audit', 'here'], /^Unexpected argument 'here'/],
  [['audit', '--data', 'unmade'], /^unmade holds no books/],
  [['demo', '--meters', '513'], /at most 512, not 513: a demo has 2 local units of 256 modem addresses/],
  [['demo', '--once', '--days', 'soon'], /--days/],
  [['demo', '--seed', 'x'], /--seed/],
  [['demo', '--suite', 'rot13'], /--suite must be one of 3des, 3des-xo, aes128, aes256/],
  [['demo', '--json'], /--json belongs to --once/],
  [['demo', '--days', '3'], /--days belongs to --once/],
  [['demo', '--once', '--speed', '60'], /--speed belongs to a demo that is watched/],
  [['demo', '--once', '--loads', 'nowhere.csv'], /nowhere\.csv cannot be read \(there is no such file\)/],
  [['demo', '--once', '--loads', './broken.csv'], /^\.\/broken\.csv, line 2, column aggregate_w: "-5" is negative/],
  [['demo', '--once', '--loads', 'broken.csv.gz'], /not a whole gzip file/],
  [['demo', '--once', '--loads', '.'], /it is a folder/],
  [['demo', '--once', '--loads', '/dev/zero'], /it is no plain file/],
  [['demo', '--once', '--loads', 'long.csv'], /long\.csv cannot be read \(it has 600 MiB, and 128 are allowed\)/],
  [['demo', '--once', '--loads', 'bomb.csv.gz'], /bomb\.csv\.gz has more than 128 MiB when it is unpacked/],
  [['demo', '--loads', 'broken.csv', '--data', 'unmade'], /broken\.csv/],
  [['vectors', 'check'], /takes one file/],
  [['vectors', 'check', 'nowhere.json'], /nowhere\.json cannot be read/],
  [['vectors', 'check', 'broken.csv'], /broken\.csv/],
  [['vectors', 'check', '/dev/zero'], /it is no plain file/],
];

test('each wrong use is one sentence on stderr, nothing on stdout, exit 2', async () => {
  writeFileSync(join(scratch, 'broken.csv'), 'time,aggregate_w\n2024-01-01T00:00,-5\n');
  writeFileSync(join(scratch, 'broken.csv.gz'), gzipSync('time,aggregate_w\n').subarray(0, 12));
  writeFileSync(join(scratch, 'long.csv'), '');
  truncateSync(join(scratch, 'long.csv'), 600 * 1024 * 1024);
  writeFileSync(join(scratch, 'bomb.csv.gz'), gzipSync(Buffer.alloc(LOAD_BYTES_MAX + 1)));
  for (const [args, sentence] of WRONG_USES) await refused(args, sentence);
  const { status, stdout, stderr } = run('demo', '--bogus');
  assert.deepEqual([status, stdout], [2, ''], 'and as the program ends');
  assert.match(stderr, /^There is no option --bogus: .*\n$/);
  assert.equal(existsSync(join(scratch, 'unmade')), false, 'nothing is begun');
});

test('help says what there is, of all commands or of one, and is not a mistake', () => {
  for (const args of [['help'], ['--help'], ['-h'], ['help', '--help']]) {
    const { status, stdout, stderr } = run(...args);
    assert.deepEqual([status, stderr], [0, ''], args.join(' '));
    assert.match(stdout, /wattpurse demo --once/);
    assert.match(stdout, /wattpurse vectors check/);
  }
  for (const args of [
    ['help', 'demo'],
    ['demo', '--help'],
    ['demo', '--once', '-h'],
  ]) {
    const { status, stdout, stderr } = run(...args);
    assert.deepEqual([status, stderr], [0, ''], args.join(' '));
    assert.match(stdout, /wattpurse demo --once/);
    assert.doesNotMatch(stdout, /vectors/);
  }
  assert.match(run('vectors', '--help').stdout, /wattpurse vectors check/);
});

test('the version is the package’s', () => {
  for (const args of [['--version'], ['demo', '--version']]) {
    const { status, stdout } = run(...args);
    assert.deepEqual([status, stdout], [0, `wattpurse ${about.version}\n`]);
  }
});

test('the program of the package can be run by its name', () => {
  const bin = join(import.meta.dirname, '../..', about.bin.wattpurse);
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  const { status, stdout } = spawnSync(bin, ['--version'], { encoding: 'utf8', env: { ...process.env, PATH } });
  assert.deepEqual([status, stdout], [0, `wattpurse ${about.version}\n`]);
});

test('a folder belongs to one process, and to a version that knows it', async () => {
  const path = join(scratch, 'owned');
  const folder = new DataFolder(path);
  folder.found({ version: 1, seed: '1', suite: 'aes128', meters: 5, loads: [], startMs: DEMO_BEGINS_MS });
  const { status, stderr } = run('demo', '--data', path);
  assert.equal(status, 2);
  assert.match(stderr, /^.* in use .*\n$/);
  await folder.close();
  writeFileSync(join(path, 'demo.json'), '{"version":2}');
  await refused(['demo', '--data', path], /is not what this version wrote/);
});

test('a folder goes on with what it was begun with, and refuses anything else that is named', async () => {
  const path = join(scratch, 'kept');
  const loads = join(scratch, 'kept.csv');
  writeFileSync(loads, minutes());
  assert.match(
    await runAndStop(path, '--meters', '3', '--seed', '9', '--loads', loads),
    /^Begins in .*3 meters on aes128/,
  );
  for (const named of [[], ['--meters', '3'], ['--seed', '09', '--suite', 'aes128', '--loads', loads]]) {
    const told = await runAndStop(path, ...named);
    assert.match(told, /^Goes on in .*3 meters on aes128 with seed 9 and the loads of .*kept\.csv\./, named.join(' '));
    assert.match(told, /of 3 meters cut off/);
  }
  for (const [option, value] of [
    ['meters', '4'],
    ['seed', '1'],
    ['suite', 'aes256'],
    ['loads', join(scratch, 'other.csv')],
  ] as const) {
    writeFileSync(join(scratch, 'other.csv'), minutes());
    await refused(
      ['demo', '--data', path, `--${option}`, value],
      new RegExp(`holds a demo of 3 meters .*leave --${option} out`),
    );
  }
  rmSync(loads);
  await refused(['demo', '--data', path], /kept\.csv cannot be read \(there is no such file\)/);
});

test('a demo of which a part is gone is refused, and nothing is begun around the rest', async () => {
  const whole = join(scratch, 'whole');
  await runAndStop(whole);
  for (const file of ['demo.json', 'keyring.wpkr', 'meters.nvm']) {
    const path = join(scratch, `without-${file}`);
    cpSync(whole, path, { recursive: true });
    rmSync(join(path, file));
    await refused(
      ['demo', '--data', path],
      new RegExp(`holds a demo whose ${file.replace('.', '\\.')} is gone: put that back`),
    );
    if (file !== 'meters.nvm') assert.equal(existsSync(join(path, file)), false);
  }
  const path = join(scratch, 'without-books');
  cpSync(whole, path, { recursive: true });
  for (const file of readdirSync(path)) if (file.startsWith('wattpurse.db')) rmSync(join(path, file));
  await refused(['demo', '--data', path], /holds a demo whose wattpurse\.db is gone/);
});

test('a database that was put back from a copy is told, what it forgot is found, and no clock goes back', async () => {
  const path = join(scratch, 'restored');
  const copy = join(scratch, 'copy.db');
  await runAndStop(path, '--meters', '4');
  cpSync(join(path, 'wattpurse.db'), copy);
  const before = new DataFolder(path);
  const founding = await before.founding();
  assert.ok(founding !== undefined);
  await before.store.transaction((tx) => tx.setFact('instant-reserved', DEMO_BEGINS_MS + 5 * HOUR_MS));
  before.lives(DEMO_BEGINS_MS + 5 * HOUR_MS);
  await before.close();
  cpSync(copy, join(path, 'wattpurse.db'));
  const told = await runAndStop(path);
  assert.match(told, /^Goes on .*\nThe database is an older copy: each meter is asked for its receipts/);
  assert.match(told, /Mon 14:\d\d {2}books: .* balanced/);
});

test('a run as fast as it can in a folder can be gone on with', async () => {
  const path = join(scratch, 'once');
  assert.equal(run('demo', '--once', '--days', '1', '--meters', '3', '--data', path).status, 0);
  await refused(['demo', '--once', '--data', path], /holds a utility already/);
  assert.match(await runAndStop(path), /^Goes on in .*\n(.*\n)*Tue /);
});

/** One sentence on stderr, nothing on stdout, exit 2. */
async function refused(args: readonly string[], sentence: RegExp): Promise<void> {
  const { code, out, err } = await runIn(scratch, ...args);
  assert.match(err, sentence, args.join(' '));
  assert.equal(code, 2, `${args.join(' ')}: ${err}`);
  assert.equal(out, '');
  assert.equal(err.trimEnd().split('\n').length, 1, `one line: ${err}`);
}

/** A household's load by the minute, two days long. */
function minutes(): string {
  const rows = Array.from({ length: 3000 }, (_, minute) => {
    const time = new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString().slice(0, 16);
    return `${time},${minute % 60 === 0 ? 2000 : 150}`;
  });
  return `time,aggregate_w\n${rows.join('\n')}\n`;
}

test('the master keys lie sealed in the folder, and no other passphrase opens them', async () => {
  const path = join(scratch, 'sealed');
  const folder = new DataFolder(path);
  const keys = await folder.keys(Suite.aes128);
  const check = await keys.checkValue(keyName(Purpose.value, Suite.aes128, 0));
  assert.equal(await (await folder.keys(Suite.aes128)).checkValue(keyName(Purpose.value, Suite.aes128, 0)), check);
  await folder.close();
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'demo', '--data', path], {
    encoding: 'utf8',
    env: { ...process.env, WATTPURSE_PASSPHRASE: 'another' },
  });
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /keyring\.wpkr: .*passphrase/);
  assert.equal(stderr.trimEnd().split('\n').length, 1);
});

test('a demo that is stopped says so, and goes on from there', async () => {
  const path = join(scratch, 'stopped');
  const first = await runAndStop(path);
  assert.match(first, /stored \d+ tokens/);
  assert.match(first, /Stopped\. Starting again goes on from here\./);
  const folder = new DataFolder(path);
  const reserved = await folder.store.read((tx) => tx.fact('instant-reserved'));
  await folder.close();
  assert.ok(reserved !== undefined && reserved > DEMO_BEGINS_MS);
  const second = await runAndStop(path);
  assert.match(second, /books: issued [1-9]\d*/);
});

test('a demo that is stopped while it is being built goes on building', async () => {
  const path = join(scratch, 'unbuilt');
  const child = spawn(process.execPath, [MAIN, 'demo', '--listen', 'none', '--data', path, '--meters', '200']);
  let told = '';
  child.stdout.on('data', (text: Buffer) => {
    if (told === '') child.kill('SIGTERM');
    told += text.toString('utf8');
  });
  assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 0);
  assert.match(told, /^Begins .*\nStopped\./);
  assert.match(await runAndStop(path), /^Goes on .*\n(.*\n)*.*balanced; \d+ of 200 meters cut off/);
});

/** Somebody else's port, until it is closed. */
async function portOfAnother(at = 0) {
  const other = createServer();
  await once(other.listen(at, '127.0.0.1'), 'listening');
  return { other, at: `127.0.0.1:${(other.address() as AddressInfo).port}` };
}

test('a port that another program has is told before anything is begun, and ends the demo', async () => {
  const path = join(scratch, 'no-port');
  const { other, at } = await portOfAnother();
  const start = () => {
    const args = [MAIN, 'demo', '--data', path, '--listen', at];
    // Killed where it does not end by itself, which is no exit code.
    return spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 300_000, killSignal: 'SIGKILL' });
  };
  const refusal = `Nothing can listen on port ${at.slice('127.0.0.1:'.length)} of 127.0.0.1, because another program does (EADDRINUSE): stop that one, or name another port with --listen.\n`;
  try {
    const first = start();
    assert.deepEqual([first.status, first.stdout, first.stderr], [1, '', refusal]);
    assert.equal(existsSync(path), false, 'nothing is begun');
    assert.match(await runAndStop(path, '--meters', '2'), /^Begins in /);
    const second = start();
    assert.deepEqual([second.status, second.stdout, second.stderr], [1, '', refusal], 'where it would go on');
    assert.match(await runAndStop(path), /^Goes on in /);
  } finally {
    other.close();
  }
});

test('a port that another program takes while a demo is being built ends the demo too', async () => {
  const { other, at } = await portOfAnother();
  await once(other.close(), 'close');
  const path = join(scratch, 'late-port');
  const child = spawn(process.execPath, [MAIN, 'demo', '--listen', at, '--data', path]);
  const killed = setTimeout(() => child.kill('SIGKILL'), 300_000);
  const ended = once(child, 'exit');
  let refused = '';
  child.stderr.on('data', (text: Buffer) => {
    refused += text.toString('utf8');
  });
  await once(child.stdout, 'data');
  child.stdout.resume();
  const later = await portOfAnother(Number(at.split(':')[1]));
  try {
    assert.deepEqual(await ended, [1, null]);
    assert.match(refused, /^Nothing can listen on port .*\n$/);
  } finally {
    clearTimeout(killed);
    later.other.close();
  }
  assert.match(await runAndStop(path), /^Goes on in /);
});

test('a failure ends the process, whatever it left open', () => {
  const leftOpen = 'data:text/javascript,setInterval(() => {}, 1000)';
  const args = ['--import', leftOpen, MAIN, 'demo', '--meters', '0'];
  const { status, stderr } = spawnSync(process.execPath, args, {
    ...{ encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' },
  });
  assert.equal(status, 2);
  assert.match(stderr, /^--meters must be a whole number of at least 1, not "0"\.\n$/);
});

test('what signs receipts is looked at before a demo says that it goes on', async () => {
  const path = join(scratch, 'receipts');
  await runAndStop(path, '--meters', '2');
  writeFileSync(join(path, 'receipts.jwk'), '{}');
  await refused(['demo', '--data', path, '--listen', '127.0.0.1:0'], /receipts\.jwk: .* Put it back from a copy/);
});

/** A demo without a terminal until it has told its books once, then SIGTERM. */
async function runAndStop(path: string, ...more: string[]): Promise<string> {
  const child = spawn(process.execPath, [MAIN, 'demo', '--data', path, '--speed', '600', '--listen', 'none', ...more]);
  let told = '';
  let stopped = false;
  child.stdout.on('data', (text: Buffer) => {
    told += text.toString('utf8');
    // Once: a process that is ending has let go of its signals.
    if (!stopped && /books: .*\n/.test(told)) stopped = child.kill('SIGTERM');
  });
  const status = await new Promise((resolve) => child.on('exit', resolve));
  assert.equal(status, 0);
  return told;
}

test('within three business hours a watcher of the demo sees credit, buzzer, cut-off and reconnection', async () => {
  const named = { seed: undefined, meters: undefined, loads: undefined, suite: undefined };
  const setting = settingOf(newFounding(named, DEMO_BEGINS_MS), [], 'live');
  const seen = new Set<string>();
  const utility = await Utility.open({
    ...setting,
    store: new MemoryStore(),
    startMs: DEMO_BEGINS_MS,
    onHappening: ({ what }) => seen.add(what),
  });
  // At 60 times real time, three business hours are three minutes.
  await utility.runUntil(DEMO_BEGINS_MS + 3 * HOUR_MS);
  for (const what of ['stored', 'buzzer', 'cut-off', 'reconnected']) assert.ok(seen.has(what), what);
});
