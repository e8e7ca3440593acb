import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { grantsOf, ROOMS } from './rooms.ts';
import { type Finding, findings, LINES_MAX, readTree } from './tidy.ts';

const root = join(import.meta.dirname, '..');
const say = ({ path, line, rule, what }: Finding) => `${path}:${line} ${rule}: ${what}`;

test('the tree keeps every rule', () => {
  const tree = readTree(root);
  assert.ok(tree.has('tools/tidy.test.ts') && tree.has('src/units/index.ts') && tree.has('.ci/run'));
  assert.equal(findings(tree).map(say).join('\n'), '');
});

test('the documentation shows the table that is enforced', () => {
  const page = readFileSync(join(root, 'docs/internals/architecture.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (?<planned>\*?)`(?<room>\w+)`\*? \| [^|]+ \| (?<cell>[^|]+) \|$/gm)].map(
    ({ groups }) => groups as { planned: string; room: string; cell: string },
  );
  assert.deepEqual(
    rows.map(({ room, cell }) => [room, cell]),
    Object.entries(ROOMS),
  );
  // Rooms without code are in italics, and no others.
  assert.deepEqual(
    rows.filter(({ planned }) => planned !== '').map(({ room }) => room),
    Object.keys(ROOMS).filter((room) => !existsSync(join(root, 'src', room))),
  );
});

test('the table names only rooms and parts that exist, and no two rooms may import each other whole', () => {
  const whole = (room: string, other: string) => grantsOf(room).get(other)?.has('index') === true;
  for (const room of Object.keys(ROOMS)) {
    for (const [other, parts] of grantsOf(room)) {
      assert.ok(other in ROOMS, `${room} may import ${other}, which is no room`);
      for (const part of parts) assert.ok(['index', 'ports', 'services', 'types'].includes(part), `${room}: ${part}`);
      if (whole(room, other)) assert.ok(!whole(other, room), `${room} and ${other} may import each other`);
    }
  }
  assert.deepEqual([...grantsOf('bytes').keys()], ['units']);
  assert.deepEqual([...grantsOf('words').keys()], []);
  assert.deepEqual([...(grantsOf('phone').get('host') ?? [])], ['services', 'types']);
  assert.deepEqual([...(grantsOf('adapters').get('meter') ?? [])], ['ports', 'types']);
  assert.ok(grantsOf('adapters').get('bytes')?.has('index'));
  assert.ok(!grantsOf('simulation').has('api') && grantsOf('simulation').has('host'));
  assert.equal(grantsOf('cli').size, Object.keys(ROOMS).length - 1);
});

/** What the rules find in a tree in which everything but the given files is in order. */
function found(files: Record<string, string>, rule: string): string[] {
  const tree = new Map(Object.entries({ 'package.json': PACKAGE, ...files }));
  return findings(tree)
    .filter((finding) => finding.rule === rule)
    .map(({ path }) => path);
}

const PACKAGE = JSON.stringify({ dependencies: { drawer: '1', '@noble/ciphers': '2' }, devDependencies: { fc: '1' } });

/** Files for imports to lead to. */
const BORDERS: Record<string, string> = Object.fromEntries(
  Object.keys(ROOMS).flatMap((room) =>
    ['index', 'ports', 'services', 'types', 'types/a', 'inner', 'kit.testing', 'kit.test'].map((file) => [
      `src/${room}/${file}.ts`,
      '',
    ]),
  ),
);

const importCases: readonly { from: string; text: string; allowed: boolean }[] = [
  { from: 'src/bytes/a.ts', text: "import '../units/index.ts';", allowed: true },
  { from: 'src/units/a.ts', text: "import '../bytes/index.ts';", allowed: false },
  { from: 'src/units/a.ts', text: "import type { A } from '../bytes/index.ts';", allowed: false },
  { from: 'src/units/a.ts', text: "// import '../bytes/index.ts';", allowed: true },
  { from: 'src/bytes/a.ts', text: "import './inner.ts';", allowed: true },
  { from: 'src/bytes/a.ts', text: "import '../bytes/inner.ts';", allowed: true },
  { from: 'src/bytes/a.ts', text: "import '../units/inner.ts';", allowed: false },
  { from: 'src/bytes/a.ts', text: "const a = await import('../units/inner.ts');", allowed: false },
  { from: 'src/bytes/a.ts', text: "import './absent.ts';", allowed: false },
  { from: 'src/bytes/a.ts', text: "import '../../tools/tidy.ts';", allowed: false },
  { from: 'src/cli/a.ts', text: "import about from '../../package.json' with { type: 'json' };", allowed: true },
  { from: 'src/bytes/a.test.ts', text: "new URL('../../test/vectors/a.json', import.meta.url);", allowed: true },
  { from: 'src/bytes/a.test.ts', text: "import '../crypto/index.ts';", allowed: false },
  { from: 'src/meter/a.ts', text: "import '../host/index.ts';", allowed: false },
  { from: 'src/host/a.ts', text: "import '../meter/index.ts';", allowed: false },
  { from: 'src/storage/a.ts', text: "import '../host/ports.ts';", allowed: true },
  { from: 'src/storage/a.ts', text: "import '../host/types.ts';", allowed: true },
  { from: 'src/storage/a.ts', text: "import '../host/types/a.ts';", allowed: true },
  { from: 'src/storage/a.ts', text: "import '../host/services.ts';", allowed: false },
  { from: 'src/storage/a.ts', text: "import '../host/index.ts';", allowed: false },
  { from: 'src/storage/a.ts', text: "import type { A } from '../host/index.ts';", allowed: true },
  { from: 'src/phone/a.ts', text: "import '../host/services.ts';", allowed: true },
  { from: 'src/phone/a.ts', text: "import '../host/ports.ts';", allowed: false },
  { from: 'src/adapters/a.ts', text: "import '../meter/ports.ts';", allowed: true },
  { from: 'src/adapters/a.ts', text: "import '../meter/index.ts';", allowed: false },
  { from: 'src/console/a.ts', text: "import type { A } from '../api/index.ts';", allowed: true },
  { from: 'src/console/a.ts', text: "import { a } from '../api/index.ts';", allowed: false },
  { from: 'src/simulation/a.ts', text: "import '../host/ports.ts';", allowed: true },
  { from: 'src/simulation/a.ts', text: "import '../storage/index.ts';", allowed: false },
  { from: 'src/cli/a.ts', text: "import '../storage/index.ts';", allowed: true },
  { from: 'src/cli/a.ts', text: "import '../storage/inner.ts';", allowed: false },
  { from: 'test/a.test.ts', text: "import '../src/storage/index.ts';", allowed: true },
  { from: 'test/a.test.ts', text: "import '../src/storage/inner.ts';", allowed: false },
  { from: 'test/a.test.ts', text: "import '../src/cli/inner.ts';", allowed: true },
  { from: 'src/host/a.ts', text: "import '../cli/inner.ts';", allowed: false },
  { from: 'src/adapters/a.ts', text: "import '../cli/inner.ts';", allowed: false },
  { from: 'src/bytes/a.test.ts', text: "import '../units/kit.testing.ts';", allowed: true },
  { from: 'src/units/a.test.ts', text: "import '../bytes/kit.testing.ts';", allowed: false },
  { from: 'src/bytes/a.ts', text: "import '../units/kit.testing.ts';", allowed: false },
  { from: 'src/bytes/a.ts', text: "import './kit.testing.ts';", allowed: false },
  { from: 'src/bytes/a.ts', text: "import './kit.test.ts';", allowed: false },
];

for (const { from, text, allowed } of importCases) {
  test(`${from} ${allowed ? 'may' : 'may not'} say: ${text}`, () => {
    assert.deepEqual(found({ ...BORDERS, 'tools/tidy.ts': '', [from]: text }, 'import'), allowed ? [] : [from]);
  });
}

test('a folder of src that is no room is found', () => {
  assert.deepEqual(found({ 'src/misc/index.ts': '' }, 'room'), ['src/misc/index.ts']);
  assert.deepEqual(found({ 'src/units/index.ts': '' }, 'room'), []);
});

test('a package must be declared, and a development package is for tests and types', () => {
  const from = (path: string, text: string) => found({ [path]: text }, 'package').length === 0;
  assert.ok(from('src/storage/a.ts', "import 'drawer';"));
  assert.ok(from('src/crypto/a.ts', "import '@noble/ciphers/aes.js';"));
  assert.ok(!from('src/storage/a.ts', "import 'knex';"));
  assert.ok(!from('src/crypto/a.ts', "import '@noble/hashes/sha2.js';"));
  assert.ok(from('src/storage/a.test.ts', "import 'fc';"));
  assert.ok(from('src/storage/a.ts', "import type { A } from 'fc';"));
  assert.ok(!from('src/storage/a.ts', "import 'fc';"));
  assert.ok(from('src/storage/a.ts', "import 'node:fs';"));
  assert.ok(!from('src/storage/a.ts', "import 'fs';"));
});

const effects: readonly string[] = [
  'Date.now()',
  'const now = Date.now;',
  'new Date()',
  'new Date( )',
  'new Date;',
  'Date()',
  'performance.now()',
  'Temporal.Now.instant()',
  'Math.random()',
  'setTimeout(step, 1)',
  'setInterval(step, 1)',
  'setImmediate(step)',
  'process.env.A',
  'process?.env',
  "process['env']",
  'globalThis.process',
  "fetch('a')",
  "new WebSocket('a')",
  "console.log('a')",
  "import { randomBytes } from 'node:crypto';",
  "import { randomUUID } from 'node:crypto';",
  "import { randomInt as pick } from 'node:crypto';",
  'crypto.getRandomValues(bytes)',
  'crypto.randomUUID()',
  "import fs from 'node:fs';",
  "import { readFile } from 'node:fs/promises';",
  "import 'node:net';",
  "import 'node:http';",
  "import { DatabaseSync } from 'node:sqlite';",
  "import { setTimeout as wait } from 'node:timers/promises';",
  "import process from 'node:process';",
  "await import('node:child_process');",
  "import 'fs';",
];

const harmless: readonly string[] = [
  '// Date.now()',
  "const text = 'Date.now()';",
  'new Date(at)',
  'new Date(Date.UTC(2024, 1, 1))',
  'clock.now()',
  'const process = 1;',
  'machine.process.step();',
  'const performance: Report = report;',
  'ports.fetch(row)',
  'const randomness: Randomness = given;',
  "import type { Server } from 'node:net';",
  "import { gunzipSync } from 'node:zlib';",
  "import { setTimeouts } from './timeouts.ts';",
  'console;',
];

for (const text of effects) {
  test(`only a room that touches the world may say: ${text}`, () => {
    for (const room of Object.keys(ROOMS)) {
      const touches = ['cli', 'adapters', 'storage', 'api'].includes(room);
      if (room === 'console') continue;
      assert.equal(found({ [`src/${room}/a.ts`]: text }, 'ambient').length === 0, touches, room);
    }
    for (const path of ['src/meter/a.test.ts', 'src/meter/a.testing.ts', 'test/a.ts', 'tools/a.ts', 'examples/a.ts']) {
      assert.deepEqual(found({ [path]: text }, 'ambient'), [], path);
    }
  });
}

for (const text of harmless) {
  test(`every room may say: ${text}`, () => {
    assert.deepEqual(found({ 'src/meter/a.ts': text }, 'ambient'), []);
  });
}

test('the console has clock, timers and the network of its browser, and no more', () => {
  const inConsole = (text: string) => found({ 'src/console/a.tsx': text }, 'ambient').length === 0;
  for (const text of ['Date.now()', 'new Date()', 'setTimeout(step, 1)', "fetch('a')", 'crypto.randomUUID()'])
    assert.ok(inConsole(text), text);
  for (const text of ['Math.random()', 'process.env.A', "import 'node:fs';"]) assert.ok(!inConsole(text), text);
});

test('only crypto computes with node:crypto', () => {
  const text = "import { createHash } from 'node:crypto';";
  assert.deepEqual(found({ 'src/crypto/a.ts': text }, 'ambient'), []);
  assert.deepEqual(found({ 'src/host/a.ts': text }, 'ambient'), ['src/host/a.ts']);
});

test('a file that no entry point reaches is found, also when two such files import each other', () => {
  const used = { 'src/bytes/index.ts': "export * from './a.ts';", 'src/bytes/a.ts': "import './b.ts';" };
  assert.deepEqual(found({ ...used, 'src/bytes/b.ts': '' }, 'unused'), []);
  assert.deepEqual(found({ ...used, 'src/bytes/b.ts': '', 'src/bytes/c.ts': '' }, 'unused'), ['src/bytes/c.ts']);
  const pair = { 'src/bytes/c.ts': "import './d.ts';", 'src/bytes/d.ts': "import './c.ts';" };
  assert.deepEqual(found({ ...used, ...pair }, 'unused'), ['src/bytes/c.ts', 'src/bytes/d.ts']);
  const worker = { 'src/cli/main.ts': "new Worker(new URL('./work.ts', import.meta.url));", 'src/cli/work.ts': '' };
  assert.deepEqual(found(worker, 'unused'), []);
});

test('files that need each other to begin are found, and those that need only types, or later, are none', () => {
  const around = (back: string) => ({
    'src/bytes/index.ts': "export * from './a.ts';",
    'src/bytes/a.ts': "import { b } from './b.ts';",
    'src/bytes/b.ts': "export { c } from './c.ts';",
    'src/bytes/c.ts': back,
  });
  assert.deepEqual(found(around("import { a } from './a.ts';"), 'circle'), ['src/bytes/a.ts']);
  assert.deepEqual(found(around("import { c } from './c.ts';"), 'circle'), ['src/bytes/c.ts']);
  assert.deepEqual(found(around("import type { A } from './a.ts';"), 'circle'), []);
  assert.deepEqual(found(around("const later = () => import('./a.ts');"), 'circle'), []);
});

test('code that only a test imports is found, and what is kept for tests is not', () => {
  const files = {
    'src/bytes/a.test.ts': "import './a.ts'; import './kit.testing.ts';",
    'src/bytes/kit.testing.ts': '',
  };
  assert.deepEqual(found({ ...files, 'src/bytes/a.ts': '' }, 'unused'), ['src/bytes/a.ts']);
  assert.deepEqual(found({ 'src/bytes/kit.testing.ts': '' }, 'unused'), ['src/bytes/kit.testing.ts']);
  assert.deepEqual(found({ 'test/a.test.ts': "import './kit.ts';", 'test/kit.ts': '' }, 'unused'), []);
  assert.deepEqual(found({ 'test/kit.ts': '' }, 'unused'), ['test/kit.ts']);
});

/** Text that this file may not hold itself. */
const halves = (head: string, tail: string) => head + tail;

const banned: readonly string[] = [
  'value as any',
  'debugger;',
  "test.only('a', f)",
  "test('a', { only: true }, f)",
  "test.skip('a', f)",
  "describe.skip('a', f)",
  "test.todo('a')",
  "test('a', { todo: true }, f)",
  't.skip()',
  "test('a', { skip: true }, f)",
  halves('// TO', 'DO later'),
  halves('// FIX', 'ME'),
  halves('// biome-', 'ignore lint: why'),
  halves('// biome-', 'ignore-all format: why'),
  halves('// @ts-', 'ignore'),
  halves('// @ts-', 'nocheck'),
  halves("const a = '/wo", "rk/main';"),
  halves("const a = '/ro", "ot/.cache';"),
  halves('// see issue ', '#12'),
  halves('https://regi', 'stry.example.com/a'),
  halves('npm', 'js.org'),
  halves('// written with Clau', 'de'),
  halves('an L', 'LM'),
];

const welcome: readonly string[] = [
  '// value as any other',
  "t.skip('needs ../shared/vectors, which is not here')",
  "test('a', { skip: ready ? false : 'needs PostgreSQL' }, f)",
  '// issued 12 tokens, then issue 12 more',
  '({ ...only(appliance) })',
  '// biome-ignore format: as in the standard',
  'pages/work/plan',
  'the work/life of a meter',
  '// @ts-expect-error: a monitoring key opens no value',
  'const methodology = 1;',
];

for (const text of banned) {
  test(`no file may say: ${text}`, () => {
    assert.deepEqual(found({ 'src/meter/a.test.ts': `\n${text}\n` }, 'banned'), ['src/meter/a.test.ts']);
  });
}

for (const text of welcome) {
  test(`any file may say: ${text}`, () => {
    assert.deepEqual(found({ 'src/meter/a.test.ts': text }, 'banned'), []);
  });
}

test('words that do not belong in a file are found in documents and settings too', () => {
  const text = halves('TO', 'DO');
  assert.deepEqual(found({ 'README.md': text, 'biome.json': text }, 'banned'), ['README.md', 'biome.json']);
});

test('a file may have 600 lines and no more', () => {
  const lines = (count: number) => found({ 'src/meter/a.ts': 'step();\n'.repeat(count) }, 'long').length;
  assert.equal(lines(LINES_MAX), 0);
  assert.equal(lines(LINES_MAX + 1), 1);
});

test('a finding names its place', () => {
  const tree = new Map([['src/units/index.ts', "\n\nimport 'node:fs';\n"]]);
  assert.deepEqual(findings(tree).map(say), ['src/units/index.ts:3 ambient: module: node:fs']);
});
