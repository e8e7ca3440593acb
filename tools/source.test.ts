import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importsOf, lineOf, readSource } from './source.ts';

const specifiers = (text: string) => importsOf(readSource(text)).map(({ specifier }) => specifier);
const words = (text: string): string[] => readSource(text).code.match(/\w+/g) ?? [];

test('comments, strings, templates and regular expressions are not code', () => {
  for (const text of [
    '// hidden',
    '/* hidden */',
    '/** hidden\n * hidden */',
    "'hidden'",
    '"hidden"',
    "'it\\'s hidden'",
    '`hidden`',
    '`\\`hidden`',
    '`hidden ${`hidden`} hidden`',
    '(/hidden/)',
    '(/[/]hidden/)',
    '(/\\/hidden/)',
    "('a', /'hidden/, `hidden`)",
    '#! hidden',
  ]) {
    assert.deepEqual(
      words(text).filter((word) => word === 'hidden'),
      [],
      text,
    );
  }
});

test('what stands beside comments, strings, templates and regular expressions is code', () => {
  for (const text of [
    'seen // hidden',
    '// hidden\nseen',
    '/* hidden */ seen',
    "'hidden' + seen",
    "'it\\'s hidden' + seen",
    "'\\\\' + seen",
    '`hidden ${seen} hidden`',
    '`hidden ${{ a: { b: seen } }.a.b} hidden`',
    '`hidden ${`hidden ${seen}`} hidden`',
    '`hidden ${{ a: 1 }}` + seen',
    '/hidden/.test(seen)',
    'return /hidden/ + seen',
    'half / seen / 2',
    'a[0] / seen / 2',
    '(a) / seen / 2',
    "x = '/*' + seen + '*/'",
    "x = '//' + seen",
    'x = /"/ + seen',
    'x = /[/"]/ + seen',
    'x = a / "hidden" + seen',
  ]) {
    assert.ok(words(text).includes('seen'), text);
    assert.ok(!words(text).includes('hidden'), text);
  }
});

test('code keeps its place, and comments keep theirs', () => {
  const text = "const a = 'b'; // c\nconst d = 1; /* e */";
  const { code, comments } = readSource(text);
  assert.equal(code, "const a = ' ';     \nconst d = 1;        ");
  assert.equal(comments, '               // c\n             /* e */');
  assert.equal(readSource("'😀'; seen").code, "'  '; seen");
});

test('a text that ends early is read to its end', () => {
  for (const text of ["'a", '"a', '`a', '`a${', '/* a', '// a', '= /a', "'a\\", '`a\\', '= /a\\', '}', '']) {
    assert.equal(readSource(text).code.length, text.length);
  }
});

test('every form of import is found', () => {
  for (const text of [
    "import './a.ts';",
    "import a from './a.ts';",
    "import * as a from './a.ts';",
    "import { a } from './a.ts';",
    "import a, { b as c } from './a.ts';",
    "import {\n  a,\n  b,\n} from './a.ts';",
    'import { a } from "./a.ts";',
    "import type { A } from './a.ts';",
    "export * from './a.ts';",
    "export * as a from './a.ts';",
    "export { a } from './a.ts';",
    "export type { A } from './a.ts';",
    "const a = await import('./a.ts');",
    "let a: import('./a.ts').A;",
    "new Worker(new URL('./a.ts', import.meta.url));",
    "import { /* why */ a } from /* where */ './a.ts';",
    "export const b = 1;\nexport { a } from './a.ts';",
  ]) {
    assert.deepEqual(specifiers(text), ['./a.ts'], text);
  }
});

test('what only looks like an import is none', () => {
  for (const text of [
    "// import './a.ts';",
    "/** import './a.ts'; */",
    'const text = "import \'./a.ts\'";',
    "const text = `import './a.ts'`;",
    "machine.import('./a.ts');",
    "const from = 'a';",
    "export const a = 'b';",
    "new URL('./a.html', base);",
    "Array.from('abc');",
  ]) {
    assert.deepEqual(specifiers(text), [], text);
  }
});

test('an import of types alone is told from one of values', () => {
  const typeOnly = (text: string) => importsOf(readSource(text)).map((found) => found.typeOnly);
  assert.deepEqual(typeOnly("import type { A } from 'a';"), [true]);
  assert.deepEqual(typeOnly("import { type A, type B } from 'a';"), [true]);
  assert.deepEqual(typeOnly("export type * from 'a';"), [true]);
  assert.deepEqual(typeOnly("import { type A, b } from 'a';"), [false]);
  assert.deepEqual(typeOnly("import { a } from 'a';"), [false]);
  assert.deepEqual(typeOnly("import type from 'a';"), [false]);
  assert.deepEqual(typeOnly("import {} from 'a';"), [false]);
});

test('an import knows its line', () => {
  assert.deepEqual(
    importsOf(readSource("import 'a';\n\nimport {\n  b,\n} from 'b';")).map(({ line }) => line),
    [1, 5],
  );
  assert.equal(lineOf('a\nb', 0), 1);
  assert.equal(lineOf('a\nb', 2), 2);
});
