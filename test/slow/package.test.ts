import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { examplesInMarkdown, toModule } from '../../tools/examples.ts';

const root = resolve(import.meta.dirname, '../..');
const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;

function run(folder: string, program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...{ cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    env: { ...process.env, PATH, npm_config_update_notifier: 'false' },
  });
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${error?.message ?? ''}\n${stdout}\n${stderr}`);
  return stdout;
}

/** A program of somebody else, with all the strictness that a compiler has, and the types of the package looked at too. */
const CONSUMER = `
import { deriveTerminalKey, keyName, Purpose, Suite, type TerminalKey } from 'wattpurse/crypto';
import { createTerminal, type TerminalOutcome, terminalReceive } from 'wattpurse/exchange';
import { createSlaveLink, powerLine, type SlaveLink } from 'wattpurse/line';
import { blankMemory, type MeterMemory } from 'wattpurse/meter';
import { DEFAULT_SUPPLY_POLICY, encodePolicy } from 'wattpurse/records';
import { DEFAULT_TARIFF, type TariffDefinition } from 'wattpurse/tariff';
import { selectPurse } from 'wattpurse/card';
import { toHex } from 'wattpurse/bytes';
import { milliseconds, modemAddress, svpmsn, tokens } from 'wattpurse/units';

const key: TerminalKey = deriveTerminalKey(new Uint8Array(16), keyName(Purpose.value, Suite.aes128, 0), svpmsn(1), 1);
const terminal = createTerminal({ svpmsn: svpmsn(1), keyOf: () => key, randomness: { fill: (bytes) => bytes.fill(1) } });
const outcome: TerminalOutcome = terminalReceive(terminal, new Uint8Array(7), milliseconds(0));
if (outcome.type === 'silent') console.log(outcome.reason);
const link: SlaveLink = createSlaveLink({ carrier: powerLine(), address: modemAddress(1), random: { u32: () => 0 } });
const memory: MeterMemory = blankMemory();
const tariff: TariffDefinition = DEFAULT_TARIFF;
console.log(link.address, Object.keys(memory).length, tariff.otherwise, toHex(selectPurse()).slice(0, 8));
console.log(encodePolicy({ ...DEFAULT_SUPPLY_POLICY, lowBalance: tokens(1) }).length);
// @ts-expect-error: a number is no amount of tokens
encodePolicy({ ...DEFAULT_SUPPLY_POLICY, lowBalance: 1 });
`;

test('the package is installed in an empty project, its libraries run there and have their types, and so does the program', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-package-'));
  const packed = run(root, 'npm', 'pack', '--silent', '--pack-destination', folder).trim().split('\n').at(-1) ?? '';
  writeFileSync(join(folder, 'package.json'), '{ "name": "somebody", "version": "1.0.0", "type": "module" }\n');
  // What \`npm ci\` has fetched before is in the cache of npm; scripts would fetch a Node, and there is one.
  run(folder, 'npm', 'install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', `./${packed}`);

  const path = 'docs/reference/libraries.md';
  const examples = examplesInMarkdown(path, readFileSync(join(root, path), 'utf8'));
  assert.ok(examples.length >= 6, 'each library has an example');
  for (const [i, example] of examples.entries()) {
    const code = toModule(example);
    const file = join(folder, `example-${i}.mjs`);
    writeFileSync(file, `${CHECK}\n${code}`);
    run(folder, process.execPath, file);
  }

  writeFileSync(join(folder, 'consumer.ts'), CONSUMER);
  const strict = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false'];
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  run(
    folder,
    process.execPath,
    compiler,
    ...strict,
    '--noEmit',
    '--module',
    'nodenext',
    '--target',
    'esnext',
    'consumer.ts',
  );
  assert.match(run(folder, process.execPath, 'consumer.ts'), /^message-unknown\n1 3 100 00a4040c\n34\n$/);

  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const program = join(folder, 'node_modules', '.bin', 'wattpurse');
  assert.equal(run(folder, program, '--version'), `wattpurse ${version}\n`);
  const story = JSON.parse(run(folder, program, 'simulate', '--seed', '1', '--transfers', '20', '--json'));
  assert.equal(typeof story, 'object');
  const installed = join(folder, 'node_modules', 'wattpurse');
  assert.ok(existsSync(join(installed, 'dist', 'console', 'index.html')), 'the pages are in it');
  assert.ok(!existsSync(join(installed, 'src')) && !existsSync(join(installed, 'test')), 'sources and tests are not');
  t.diagnostic(`installed from ${packed}`);
});

/** As the documentation's own test compares. */
const CHECK = `
import { deepStrictEqual } from 'node:assert';
globalThis.exampleGives = (actual, expected, line) => deepStrictEqual(actual, expected, 'line ' + line + ' gives something else');
`;
