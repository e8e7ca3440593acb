import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { tellsOfStoring } from '../../src/cli/news.ts';
import { Suite } from '../../src/crypto/index.ts';
import { auditYear } from './audit-year.ts';
import { backUpOfYear } from './back-up.ts';
import { lessIsBetter, moreIsBetter } from './figure.ts';
import { median } from './interleave.ts';
import { nodeBlockCalls } from './node-blocks.ts';
import { nodeCalls } from './node-crypto.ts';
import { secondsToFirstToken } from './start.ts';
import { valueExchange } from './value-exchange.ts';
import { valueStore } from './value-store-meter.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const bench = (...args: string[]): Promise<Ended> => benchIn(process.env, ...args);

const benchIn = (env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> =>
  new Promise((done) => {
    const command = [join(import.meta.dirname, 'main.ts'), ...args];
    const child = execFile(process.execPath, command, { env }, (_, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

test('a name that no benchmark has is refused with one sentence that lists those there are', async () => {
  const { code, stdout, stderr } = await bench('meter-hours');
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^There is no benchmark "meter-hours": there are exchange-3des, .*credits-postgresql, reports-sqlite, audit-year, back-up-sqlite, daily-duty, two-hosts, back-up-postgresql\.\n$/,
  );
});

test('a flag that does not exist is refused with one sentence', async () => {
  const { code, stderr } = await bench('--fast');
  assert.equal(code, 2);
  assert.match(stderr, /^Unknown option '--fast': there are --json and names\.\n$/);
});

test('with --json the output is one list of figures and nothing else', async () => {
  const { code, stdout, stderr } = await bench('exchange-bytes', '--json');
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  const figures = JSON.parse(stdout) as Record<string, unknown>[];
  const keys = ['goal', 'limit', 'limitHow', 'met', 'name', 'ratio', 'unit', 'value'];
  for (const figure of figures) assert.deepEqual(Object.keys(figure).sort(), keys);
  assert.deepEqual(
    figures.map(({ name, value, met }) => ({ name, value, met })),
    [
      { name: 'exchange-bytes', value: 157, met: true },
      { name: 'exchange-bytes-wire', value: 173, met: true },
    ],
  );
});

test('a benchmark that fails costs its own row, which says why, and the exit code', async () => {
  const { code, stdout, stderr } = await benchIn(
    { ...process.env, TMPDIR: '/proc/nowhere' },
    'start',
    'exchange-bytes',
    '--json',
  );
  assert.deepEqual({ code, stderr }, { code: 1, stderr: '' });
  const [failed, ...others] = JSON.parse(stdout) as Record<string, unknown>[];
  const { limitHow, ...row } = failed ?? {};
  assert.deepEqual(row, {
    name: 'start',
    value: null,
    unit: '',
    limit: null,
    ratio: null,
    goal: 'a figure',
    met: false,
  });
  assert.match(String(limitHow), /^It could not be measured: ENOENT.*\.$/);
  assert.deepEqual(
    others.map(({ name, met }) => ({ name, met })),
    [
      { name: 'exchange-bytes', met: true },
      { name: 'exchange-bytes-wire', met: true },
    ],
  );
});

test('a demo’s log tells of its first stored tokens, of a few meters one by one and of many in one line', async () => {
  const main = resolve(import.meta.dirname, '../../src/cli/main.ts');
  for (const meters of [2, 8]) {
    const folder = mkdtempSync(join(tmpdir(), 'wattpurse-bench-test-'));
    try {
      const args = [main, 'demo', '--data', join(folder, 'data'), '--meters', String(meters), '--speed', '3600'];
      assert.ok((await secondsToFirstToken(process.execPath, args)) > 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  for (const line of [
    'Mon 09:03  0a1b2c  stored 2000 tokens in the meter',
    'Mon 09:03  4 meters  stored 1048 tokens',
  ]) {
    assert.ok(tellsOfStoring(line), line);
  }
  for (const line of ['Mon 09:03  0a1b2c  bought 2000 tokens', 'Mon 10:00  books: issued 5 = stored 5 + in flight 0']) {
    assert.ok(!tellsOfStoring(line), line);
  }
});

test('a whole meter keeps each of the values that are stored while it is measured', () => {
  for (const suite of [Suite.tripleDes, Suite.aes128]) {
    const { run, stored } = valueStore(suite);
    const before = stored();
    for (let n = 0; n < 300; n++) run();
    assert.equal(stored(), before + 300, `suite ${suite}`);
  }
});

test('a short year of books is backed up while a host sells, and restored, and its figures say how many sales there were', async () => {
  const figures = await backUpOfYear('SQLite', { meters: 20, days: 9 });
  assert.deepEqual(
    figures.map(({ name }) => name),
    ['back-up-sqlite', 'restore-sqlite'],
  );
  const [, sales] = /, (\d+) sales meanwhile, and [\d.]+ s of processor time$/.exec(figures[0]?.limitHow ?? '') ?? [];
  assert.ok(Number(sales) > 0, figures[0]?.limitHow);
});

test('a short year of books is audited, and its figures say how many postings there were', async () => {
  const figures = await auditYear({ meters: 21, days: 14 });
  assert.deepEqual(
    figures.map(({ name, met }) => [name, met]),
    [
      ['audit-year', true],
      ['audit-year-memory', true],
    ],
  );
  assert.match(figures[0]?.limitHow ?? '', /21 meters for 14 days, 378 postings$/);
});

test('a ratio above 1 is better than the limit, for times and for rates', () => {
  const figure = { name: '', value: 10, unit: '', limit: 20, limitHow: '', goal: 'g' };
  assert.equal(lessIsBetter(figure).ratio, 2);
  assert.equal(moreIsBetter(figure).ratio, 0.5);
  assert.equal(lessIsBetter(figure, (ratio) => ratio >= 2.1).met, false);
  assert.equal(lessIsBetter(figure, (ratio) => ratio >= 1.9).met, true);
});

test('a figure for information is neither met nor missed', () => {
  const figure = { name: '', value: 10, unit: '', limit: 20, limitHow: '', goal: null };
  assert.equal(lessIsBetter(figure, () => false).met, null);
  assert.equal(moreIsBetter(figure).met, null);
});

test('a median stands in the middle', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([9, 1, 5, 6]), 5.5);
});

/** Calls of both sides, and the session keys that become KeyObjects. */
const CALLS = [
  { suite: Suite.tripleDes, calls: 10, keys: 2 },
  { suite: Suite.tripleDesXo, calls: 20, keys: 10 },
  { suite: Suite.aes128, calls: 12, keys: 6 },
  { suite: Suite.aes256, calls: 18, keys: 6 },
];

test('node:crypto computes the very frames of the exchange, in each suite, and finds those wrong that were changed', () => {
  for (const { suite, calls, keys } of CALLS) {
    const { run, key } = valueExchange(suite);
    const frames = run();
    assert.equal(nodeCalls(key, frames, 'bytes').length, calls);
    assert.equal(nodeCalls(key, frames, 'key-objects').length, calls + keys);
    for (const name of ['second', 'third'] as const) {
      const changed = frames[name].slice();
      changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
      assert.throws(() => nodeCalls(key, { ...frames, [name]: changed }, 'bytes'), `suite ${suite}, ${name}`);
    }
  }
});

/** Ks 2, S1 1, EnAmnt 1, S2 3, M 1 on each side; in `3des-xo` five keys of 2, tags of 2, 4 and 6, En 2 and Mx 4. */
const BLOCKS = [
  { suite: Suite.tripleDes, blocks: 2 * 8, inverted: 2 * 1 },
  { suite: Suite.tripleDesXo, blocks: 2 * 28, inverted: 2 + 4 },
];

test('node:crypto computes the very frames of the triple-DES suites, one call for each block, and no others', () => {
  for (const { suite, blocks, inverted } of BLOCKS) {
    const { run, key } = valueExchange(suite);
    const frames = run();
    const calls = nodeBlockCalls(key, frames);
    assert.equal(calls.length, blocks);
    assert.equal(calls.filter(({ what }) => what === 'E inverted').length, inverted);
    for (const { run: call, gives } of calls) assert.deepEqual(call(), gives);
    for (const name of ['second', 'third'] as const) {
      const changed = frames[name].slice();
      changed[7] = (changed[7] as number) ^ 1;
      assert.throws(() => nodeBlockCalls(key, { ...frames, [name]: changed }), `suite ${suite}, ${name}`);
    }
  }
});
