/**
 * What the libraries offer, name by name, as `docs/reference/interfaces` has it. A test compares; whoever changes an
 * interface on purpose runs `npm run interfaces -- --write`, and the change is seen in the report.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { LIBRARIES, writeTypes } from './package.ts';

const root = resolve(import.meta.dirname, '..');

export const REPORTS = join(root, 'docs', 'reference', 'interfaces');

/** One name that a library exports. */
export interface Exported {
  /** Without comments. */
  readonly declaration: string;
  readonly documented: boolean;
}

/** The report on a library: its names in the order of the alphabet, each as it is declared. */
export function reportOf(names: ReadonlyMap<string, Exported>): string {
  const rows = [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { declaration }]) => declaration);
  return `${rows.join('\n\n')}\n`;
}

/** What each library exports, by name. */
export function interfaces(): Map<string, ReadonlyMap<string, Exported>> {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-types-'));
  try {
    writeTypes(folder);
    return new Map(LIBRARIES.map((library) => [library, exportsOf(join(folder, library, 'index.d.ts'))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The exports of one file of types, those that it passes on included. */
function exportsOf(path: string): Map<string, Exported> {
  const found = new Map<string, Exported>();
  /** Where what is imported here comes from: it may be passed on. */
  const sources = new Map<string, string>();
  for (const statement of statementsOf(readFileSync(path, 'utf8'))) {
    const declaration = withoutComments(statement).trim();
    const [, imported, source] = /^import (?:type )?(\{[\s\S]*\}) from '(\..+)';$/.exec(declaration) ?? [];
    if (source !== undefined) for (const name of namesIn(imported ?? '')) sources.set(name, source);
    const [, own] = /^export (?:type )?(\{[\s\S]*\});$/.exec(declaration) ?? [];
    for (const name of own === undefined ? [] : namesIn(own)) {
      const one = exportsOf(join(dirname(path), scriptless(sources.get(name) ?? ''))).get(name);
      if (one !== undefined) found.set(name, one);
    }
    const [, listed, from] = /^export (?:type )?(\*|\{[\s\S]*\})(?: from '(.+)';)$/.exec(declaration) ?? [];
    if (from !== undefined) {
      const passed = exportsOf(join(dirname(path), scriptless(from)));
      const names = listed === '*' ? [...passed.keys()] : namesIn(listed ?? '');
      for (const name of names) {
        const one = passed.get(name);
        if (one === undefined) throw new Error(`${path} passes on ${name}, which ${from} has not`);
        found.set(name, one);
      }
      continue;
    }
    const [, name] =
      /^export (?:declare )?(?:abstract )?(?:const|let|function|class|interface|type|namespace) (\w+)/.exec(
        declaration,
      ) ?? [];
    if (name === undefined) continue;
    const documented = /^\s*\/\*\*/.test(statement);
    const before = found.get(name);
    // Overloads, and a type beside a value of the same name.
    const all = before === undefined ? declaration : `${before.declaration}\n${declaration}`;
    found.set(name, { declaration: all, documented: documented || before?.documented === true });
  }
  return found;
}

const scriptless = (path: string): string => path.replace(/\.js$/, '.d.ts');

const namesIn = (list: string): string[] =>
  list
    .slice(1, -1)
    .split(',')
    .map((name) => name.trim().replace(/^type /, ''))
    .filter((name) => name !== '');

const COMMENT = /\/\*[\s\S]*?\*\//g;

function withoutComments(text: string): string {
  return text
    .replace(COMMENT, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n');
}

/** The statements of a file of types at its top level, each with the comment in front of it. */
function statementsOf(text: string): string[] {
  const found: string[] = [];
  let begun = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const skipped = skip(text, at);
    if (skipped > at) {
      at = skipped - 1;
      continue;
    }
    const sign = text[at] as string;
    if ('{(['.includes(sign)) depth++;
    if (!'})];'.includes(sign)) continue;
    if (sign !== ';') depth--;
    const body = /^\s*(?:\/\*[\s\S]*?\*\/\s*)*(?:export )?(?:declare )?(?:abstract )?(?:class|interface|namespace) /;
    const ends = depth === 0 && (sign === ';' || (sign === '}' && body.test(text.slice(begun, at))));
    if (!ends) continue;
    found.push(text.slice(begun, at + 1));
    begun = at + 1;
  }
  return found;
}

/** Behind the comment or the string that begins here, or here. */
function skip(text: string, at: number): number {
  if (text.startsWith('/*', at)) return text.indexOf('*/', at) + 2;
  if (text.startsWith('//', at)) return text.indexOf('\n', at);
  const quote = text[at];
  return quote === "'" || quote === '"' || quote === '`' ? text.indexOf(quote, at + 1) + 1 : at;
}

if (import.meta.main) {
  if (process.argv[2] !== '--write') {
    process.stderr.write('npm run interfaces -- --write\n');
    process.exitCode = 2;
  } else {
    mkdirSync(REPORTS, { recursive: true });
    for (const [library, names] of interfaces()) writeFileSync(join(REPORTS, `${library}.txt`), reportOf(names));
  }
}
