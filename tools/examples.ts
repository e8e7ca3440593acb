/**
 * The examples of the documentation as programs that can run.
 *
 * A block that begins with three back-ticks and `ts` runs, in a Markdown page or in a doc comment. It imports a room
 * as `wattpurse/units`, and other files relative to the file in which it stands. A line that ends in
 * `// => value` says what its expression gives, as another expression:
 *
 * ```ts
 * const half = 10n / 4n; // => 2n
 * [half, 'two']; // => [2n, 'two']
 * ```
 */
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importsOf, lineOf, readSource } from './source.ts';

export interface Example {
  /** From the root, with `/`. */
  path: string;
  /** The line of its first line, from 1. */
  line: number;
  code: string;
}

/** Every `ts` block of a Markdown page. */
export function examplesInMarkdown(path: string, text: string): Example[] {
  return [...text.matchAll(FENCE)].map((match) => {
    const indent = match.groups?.indent ?? '';
    const code = (match.groups?.code ?? '').split('\n').map((line) => line.replace(indent, ''));
    return { path, line: lineOf(text, match.index) + 1, code: code.join('\n') };
  });
}

const FENCE = /^(?<indent>[ \t]*)```ts[ \t]*\n(?<code>(?:.*\n)*?)[ \t]*```[ \t]*$/gm;

/** Every `ts` block of the doc comments in a source text. */
export function examplesInComments(path: string, text: string): Example[] {
  const comments = readSource(text).comments.replace(/^([ \t]*)(\/\*\*|\*(?!\/))[ ]?/gm, '');
  return examplesInMarkdown(path, comments);
}

/** The names of code blocks that are meant as TypeScript but would not run. */
export function strayFences(text: string): string[] {
  return [...text.matchAll(/^[ \t*]*```(typescript|tsx|javascript|jsx?|mjs|ts[ \t]+\S+)[ \t]*$/gim)].map(
    (match) => match[1] as string,
  );
}

/**
 * The example as a module of plain JavaScript. It calls `globalThis.exampleGives(actual, expected, line)` for each
 * line that says what it gives.
 * @param root the checkout whose rooms it imports; without one it imports those of an installed package
 * @throws Error when it is not TypeScript that runs once its types are stripped
 */
export function toModule({ path, line, code }: Example, root?: string): string {
  const lines = code.split('\n').map((text, i) => {
    const [, before, value] = text.match(/^(.*?\S)\s*\/\/ => (.+)$/) ?? [];
    if (before === undefined) return text;
    const [, name] = before.match(/^\s*(?:const|let)\s+(\w+)\b[^=]*=/) ?? [];
    const gives = `globalThis.exampleGives(${name ?? before.replace(/;\s*$/, '')}, (${value}), ${line + i});`;
    return name === undefined ? gives : `${before} ${gives}`;
  });
  const script = stripTypeScriptTypes(lines.join('\n'));
  if (root === undefined) return script;
  return replaceImports(script, (specifier) => {
    const room = specifier.match(/^wattpurse\/(\w+)$/)?.[1];
    if (room !== undefined) return pathToFileURL(join(root, 'src', room, 'index.ts')).href;
    return specifier.startsWith('.') ? pathToFileURL(join(root, dirname(path), specifier)).href : specifier;
  });
}

function replaceImports(script: string, by: (specifier: string) => string): string {
  const source = readSource(script);
  const imported = new Set(importsOf(source).map(({ specifier }) => specifier));
  let result = '';
  let from = 0;
  for (const { text, at } of source.strings) {
    if (!imported.has(text)) continue;
    result += `${script.slice(from, at + 1)}${by(text)}`;
    from = at + 1 + text.length;
  }
  return result + script.slice(from);
}
