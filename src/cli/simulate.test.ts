import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { FAULT_KINDS, type Simulation, type SimulationOptions, simulate } from '../simulation/index.ts';
import { silentlyRestored } from '../simulation/silent-store.testing.ts';
import { runIn } from './in-process.testing.ts';
import { explain } from './simulate-failure.ts';

const MAIN = resolve(import.meta.dirname, 'main.ts');

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const run = (args: readonly string[], cwd = tmpdir(), temporary = tmpdir()): Promise<Said> =>
  new Promise((done) => {
    const env = { ...process.env, TMPDIR: temporary };
    execFile(process.execPath, [MAIN, 'simulate', ...args], { cwd, env }, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });

const jsonOf = async (
  args: readonly string[],
  temporary?: string,
): Promise<Simulation & { readonly realSeconds: number }> => {
  const { code, out, err } = await run([...args, '--json'], tmpdir(), temporary);
  assert.equal(code, 0, err + out);
  return JSON.parse(out);
};

for (const [args, sentence] of [
  [[], /^simulate needs a seed: /],
  [['--seed', 'x'], /^--seed is a whole number from 0 to 9007199254740991, not "x"\./],
  [['--seed', '1.5'], /^--seed is a whole number/],
  [['--seed', '-1'], /^--seed is a whole number from 0 to 9007199254740991, not "-1"\./],
  [['--seed', '1', '--without', 'gremlins'], /^There is no fault "gremlins": the faults are frame-lost, /],
  [['--seed', '1', '--transfers', '0'], /^--transfers is a whole number from 1 to 10000000, not "0"\./],
  [['--seed', '1', '--meters', '257'], /^--meters is a whole number from 1 to 256, not "257"\./],
  [['--seed', '1', '--hosts', '9'], /^--hosts is a whole number from 1 to 8, not "9"\./],
  [['--seed', '1', '--suite', '3des'], /^--suite is one of 3des-xo, aes128, aes256, not "3des": /],
  [
    ['--seed', '1', '--store', 'paper'],
    /^--store is memory, sqlite or the address of a database, postgres:\/\/…, not "paper"\./,
  ],
  [['--seed', '1', '--only', 'gremlins#1'], /^There is no fault "gremlins": the faults are frame-lost, /],
  [['--seed', '1', '--only', 'power-cut'], /^A strike is named as in power-cut#17 or .* not as "power-cut"\./],
  [['--seed', '1', '--only', 'power-cut#0'], /^A strike is named as in .* not as "power-cut#0"\./],
  [['--seed', '1', '--only', 'power-cut#3-2'], /^From 3 to 2 there is no strike: "power-cut#3-2"\./],
  [['--seed', '1', '--only', 'none', '--without', 'power-cut'], /^With --only no other strike comes: /],
  [['--seed', '1', '--minutes', '0'], /^--minutes is a whole number from 1 to 525600, not "0"\./],
  [['--seed', '1', '--minutes', '1', '--days', '1'], /^A life ends after so many --transfers, --days or --minutes: /],
  [['--sed', '1'], /^There is no option --sed: --seed was probably meant, see "wattpurse help simulate"\.$/],
  ...['', ' 5', '+5', '1e3', '0x10', 'five', '５', '9007199254740992'].map(
    (seed) => [['--seed', seed], /^--seed is a whole number from 0 to 9007199254740991, not ".*"\.$/] as const,
  ),
  ...['', 'Power-Cut', 'power-cut ', 'power-cut,power-failed', '__proto__'].map(
    (name) => [['--seed', '1', '--without', name], /^There is no fault ".*": the faults are frame-lost, /] as const,
  ),
  ...(['meters', 'hosts', 'days', 'minutes', 'transfers'] as const).flatMap((flag) =>
    ['0', '-1', '1.5', '99999999', '1e400', 'NaN', ''].map(
      (value) =>
        [
          ['--seed', '1', `--${flag}`, value],
          new RegExp(`^--${flag} is a whole number from 1 to \\d+, not "`),
        ] as const,
    ),
  ),
  [['--seed', '1', '--only', ''], /^A strike is named as in .* not as ""\.$/],
  [['--seed', '1', '--only', 'power-cut#1-9999999'], /^At most 1000000 strikes can be named, /],
  [['--seed', '1', '--only', 'power-cut#99999999'], /^A strike is named as in /],
  [['--seed', '1', '--suite', 'aes512'], /^--suite is one of 3des-xo, aes128, aes256, not "aes512": /],
  [['--seed', '1', 'more'], /^Unexpected argument 'more'/],
  [['--seed'], /^--seed needs a value after it: "wattpurse help simulate" says which\.$/],
] as const) {
  test(`simulate ${args.join(' ')} is wrong use, in one sentence`, async () => {
    const { code, out, err } = await runIn('.', 'simulate', ...args);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(err.trim(), sentence);
    assert.equal(err.trim().split('\n').length, 1);
  });
}

test('whoever uses the simulator wrongly is told so at once: exit 2, and nothing but the sentence', async () => {
  const { code, out, err } = await run(['--seed', 'x']);
  assert.deepEqual([code, out], [2, '']);
  assert.match(err, /^--seed is a whole number from 0 to 9007199254740991, not "x"\.\n$/);
});

for (const [args, sentence] of [
  [['--trace', '/nowhere/story.txt'], /^\/nowhere\/story\.txt cannot be written \(ENOENT\)/],
  [['--trace', tmpdir()], /^\S+ cannot be written \(EISDIR\)/],
  [['--trace', '/dev/full'], /^\/dev\/full cannot be written \(ENOSPC\)/],
  [['--store', 'postgres://127.0.0.1:1/nobody'], /^The database does not serve \(.*ECONNREFUSED/],
] as const) {
  test(`simulate ${args.join(' ')} cannot go on, and one sentence says why`, async (t) => {
    const temporary = mkdtempSync(join(tmpdir(), 'wattpurse-temporary-'));
    t.after(() => rmSync(temporary, { recursive: true }));
    const { code, out, err } = await run(
      ['--seed', '1', '--minutes', '1', '--meters', '1', ...args],
      temporary,
      temporary,
    );
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, sentence);
    assert.match(err, /^[^\n]+\.\n$/);
    assert.deepEqual(readdirSync(temporary), []);
  });
}

test('a life in SQLite is the life in memory, restored copies and all, its books are proved, and it leaves no file behind', async (t) => {
  const temporary = mkdtempSync(join(tmpdir(), 'wattpurse-temporary-'));
  t.after(() => rmSync(temporary, { recursive: true }));
  const args = ['--seed', '11', '--transfers', '250', '--meters', '8'];
  const [memory, sqlite] = [await jsonOf(args), await jsonOf([...args, '--store', 'sqlite'], temporary)];
  assert.ok(memory.faults['store-restored'] > 0 && memory.faults['host-killed'] > 0);
  assert.equal(sqlite.traceHash, memory.traceHash);
  const { I34: audits, ...checksOf } = sqlite.checksOf;
  assert.deepEqual([audits, memory.checksOf.I34], [1, undefined]);
  assert.deepEqual({ ...sqlite, checks: sqlite.checks - 1, checksOf, realSeconds: 0 }, { ...memory, realSeconds: 0 });
  assert.deepEqual(readdirSync(temporary), []);
});

test('the numbers of a life are one JSON document', async () => {
  const said = await jsonOf(['--seed', '5', '--transfers', '100', '--meters', '4']);
  assert.equal(said.seed, 5);
  assert.ok(said.transfers >= 100 && said.checks > 100 && said.virtualSeconds > 600 && said.realSeconds > 0);
  assert.deepEqual(said.violations, []);
  assert.ok(said.flagged >= 0 && Object.keys(said.faults).length === Object.keys(said.rates).length);
  assert.match(said.traceHash, /^[0-9a-f]{64}$/);
});

test('a life that was written down tells who said what, what was stored and what went wrong', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-trace-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'story.txt');
  const args = ['--seed', '11', '--transfers', '200', '--meters', '8'];
  const [silent, told] = [await jsonOf(args), await jsonOf([...args, '--trace', path])];
  assert.equal(told.traceHash, silent.traceHash);
  const story = readFileSync(path, 'utf8');
  assert.match(story, /^seed 11, (commit )?[0-9a-f]{40}|^seed 11, version /);
  assert.match(story, /host to unit 0: carry M1 of a value store \(value aes128 generation 0\) to meter [0-9a-f]{6}/);
  assert.match(story, /meter [0-9a-f]{6} hears M3 of a value store .* and answers M4 of a value store/);
  assert.match(story, /books: [0-9a-f]{6} order \d+ is stored/);
  assert.match(story, /fault: frame-lost/);
});

test('a life has the strikes that were named and no others, and says which of them did not come', async () => {
  const args = [
    '--seed',
    '11',
    '--minutes',
    '2',
    '--meters',
    '8',
    '--only',
    'frame-lost#2,frame-lost#4-5,store-restored#9',
  ];
  const { faults, rates } = await jsonOf(args);
  assert.equal(faults['frame-lost'], 3);
  assert.deepEqual(
    Object.entries(rates).flatMap(([kind, rate]) => (rate > 0 ? [kind] : [])),
    ['frame-lost', 'store-restored'],
  );
  assert.match((await run(args)).out, /^Of its strikes these did not come: store-restored#9$/m);
  const none = await jsonOf(['--seed', '11', '--minutes', '1', '--meters', '1', '--only', 'none']);
  assert.ok(none.transfers > 0 && Object.values(none.faults).every((count) => count === 0));
});

test('a life that breaks a promise is shrunk to the strikes that it takes, and told', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-trace-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const options: SimulationOptions = {
    seed: 19,
    transfers: 150,
    meters: 2,
    localUnits: 1,
    hosts: 1,
    suite: Suite.aes128,
    without: new Set(FAULT_KINDS.filter((kind) => !/^(store-restored|frame-lost|power-|payment-doubled)/.test(kind))),
    openStore: () => silentlyRestored(),
  };
  const story = join(folder, 'story.txt');
  const { commit, wrong, shrunk } = await explain(options, await simulate(options), { store: 'memory', story });
  assert.equal(wrong, 'I10');
  assert.deepEqual(shrunk?.strikes, ['store-restored#1']);
  assert.ok(shrunk.least);
  assert.match(
    shrunk.command,
    /simulate --seed 19 --minutes \d --meters 2 --hosts 1 --suite aes128 --store memory --only store-restored#1$/,
  );
  const [first, second, , , ...lines] = readFileSync(story, 'utf8').split('\n');
  assert.equal(first, `commit ${commit}`);
  assert.equal(second, shrunk.command);
  const turns = lines.filter((line) => line.startsWith('* ')).map((line) => line.replace(/^\* \S+ /, ''));
  assert.deepEqual(turns.slice(0, 2), ['fault: store-restored#1', 'the database is replaced by its older copy']);
  assert.match(turns[2] ?? '', /^broken: I10 Meter [0-9a-f]{6}: /);
  const [meter = ''] = /[0-9a-f]{6}/.exec(turns[2] ?? '') ?? [];
  assert.ok(lines.some((line) => line.startsWith('  ') && line.includes(`meter ${meter} hears M3 of a value store`)));
  assert.ok(lines.every((line) => line.startsWith('* ') || !/ 0a1b/.test(line) || line.includes(meter)));
});
