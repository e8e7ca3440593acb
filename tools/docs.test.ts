import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Example, examplesInComments, examplesInMarkdown, strayFences, toModule } from './examples.ts';
import { readTree } from './tidy.ts';

const root = join(import.meta.dirname, '..');
// Inside node_modules, so that an example finds the packages that the checkout has.
const folder = mkdtempSync(join(root, 'node_modules', '.wattpurse-examples-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;

/** Runs one example; rejects when it throws, does not parse, or gives something else than it says. */
async function run(example: Example): Promise<{ compared: number }> {
  const { path, line } = example;
  const script = toModule(example, root);
  count += 1;
  const file = join(folder, `${count}.mjs`);
  let compared = 0;
  const gives = (actual: unknown, expected: unknown, at: number) => {
    compared += 1;
    assert.deepStrictEqual(actual, expected, `${path}:${at} gives something else`);
  };
  writeFileSync(file, script);
  Object.assign(globalThis, { exampleGives: gives });
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    throw new Error(`the example at ${path}:${line} fails`, { cause: error });
  }
  return { compared };
}

const pages = new Map<string, string>();
const examples: Example[] = [];
for (const [path, text] of readTree(root)) {
  if (path.endsWith('.md')) {
    pages.set(path, text);
    examples.push(...examplesInMarkdown(path, text));
  } else if (/^(src|tools)\/.*\.ts$/.test(path)) examples.push(...examplesInComments(path, text));
}

for (const example of examples) {
  test(`the example at ${example.path}:${example.line} runs and gives what it says`, async () => {
    await run(example);
  });
}

test('no example hides behind a fence that is not run', () => {
  for (const [path, text] of pages) assert.deepEqual(strayFences(text), [], path);
});

const fence = '```';
const markdown = (code: string) => examplesInMarkdown('docs/page.md', `# A page\n\n${fence}ts\n${code}\n${fence}\n`);
const runs = async (code: string) => {
  const [example] = markdown(code);
  assert.ok(example);
  return run(example);
};

test('an example that gives what it says passes, and says how much was compared', async () => {
  assert.deepEqual(await runs('1 + 1; // => 2'), { compared: 1 });
  assert.deepEqual(await runs("const a: number[] = [1]; // => [1]\n({ a, b: 'c' }) // => { a: [1], b: 'c' }"), {
    compared: 2,
  });
  assert.deepEqual(await runs('await Promise.resolve(1n); // => 1n'), {
    compared: 1,
  });
  assert.deepEqual(await runs('type A = { b: string };'), { compared: 0 });
  assert.deepEqual(await runs("const text = '// => 3'; // why"), { compared: 0 });
});

test('an example that gives something else, throws or does not parse fails', async () => {
  for (const code of [
    '1 + 1; // => 3',
    '1 + 1; // => 2n',
    'const a = [1]; // => [2]',
    "throw new Error('no');",
    'absent();',
    "await Promise.reject(new Error('no'));",
    'type A = {',
    'enum A { b }',
    "import 'wattpurse/nowhere';",
    "import { nothing } from 'wattpurse/units';",
    "import './absent.ts';",
  ]) {
    await assert.rejects(() => runs(code), code);
  }
});

test('an example imports a room by name, a file by its place and a package of the project', async () => {
  const code = [
    "import { tokens } from 'wattpurse/units';",
    "import { toHex } from '../src/bytes/index.ts';",
    "import type { Arbitrary } from 'fast-check';",
    "import { gcm } from '@noble/ciphers/aes.js';",
    "[tokens(7), toHex(Uint8Array.of(1, 255)), typeof gcm]; // => [7, '01ff', 'function']",
  ].join('\n');
  assert.deepEqual(await runs(code), { compared: 1 });
});

test('examples are found in pages and in doc comments, with their lines', () => {
  assert.deepEqual(markdown('a();\nb();'), [{ path: 'docs/page.md', line: 4, code: 'a();\nb();\n' }]);
  assert.deepEqual(examplesInMarkdown('a.md', `- item\n  ${fence}ts\n  a();\n  ${fence}\n`), [
    { path: 'a.md', line: 3, code: 'a();\n' },
  ]);
  const comment = [
    'const a = 1;',
    '/**',
    ' * Why.',
    ` * ${fence}ts`,
    ' * a();',
    ' *',
    ' *   b();',
    ` * ${fence}`,
    ' */',
  ];
  assert.deepEqual(examplesInComments('a.ts', `${comment.join('\n')}\nb();\n`), [
    { path: 'a.ts', line: 5, code: 'a();\n\n  b();\n' },
  ]);
  assert.deepEqual(examplesInComments('a.ts', `const a = \`\n${fence}ts\na();\n${fence}\n\`;\n`), []);
  assert.deepEqual(examplesInMarkdown('a.md', `${fence}\na();\n${fence}\n${fence}json\n{}\n${fence}\n`), []);
});

test('a fence that would not run is found', () => {
  for (const name of ['typescript', 'js', 'javascript', 'tsx', 'ts no-run']) {
    assert.deepEqual(strayFences(`${fence}${name}\na();\n${fence}\n`), [name]);
  }
  for (const name of ['ts', 'json', 'sh', '']) assert.deepEqual(strayFences(`${fence}${name}\na();\n${fence}\n`), []);
});
