/** The rules that hold over the whole tree. Each takes files as `path → text`, so that a test can feed it any tree. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { ROOMS, refusal } from './rooms.ts';
import { importsOf, lineOf, readSource, type Source } from './source.ts';

/** Every text file of the project, by its path from the root with `/`. */
export type Tree = ReadonlyMap<string, string>;

export interface Finding {
  rule: string;
  path: string;
  line: number;
  what: string;
}

export const LINES_MAX = 600;

/** Files that nothing needs to import: what a person, npm, the test runner or another package starts or opens. */
export const ENTRY_POINTS: readonly RegExp[] = [
  /^src\/[a-z]+\/index\.ts$/,
  /^src\/cli\/main\.ts$/,
  /^src\/console\/(main\.tsx|worker\/field-worker\.ts|talk\/talk-worklet\.ts)$/,
  /^tools\/(console|coverage|interfaces|lock|package|run-tests|schema)\.ts$/,
  /^tools\/(bench|figures)\/main\.ts$/,
  /^tools\/defects\/run\.ts$/,
  /^tools\/simulator\/lives\.ts$/,
  /^models\/run\.ts$/,
  /^examples\/[^/]+\.ts$/,
];

const isCode = (path: string) => /\.tsx?$/.test(path);
const isTest = (path: string) => /\.(test|testing)\.tsx?$/.test(path) || /^(test|tools)\//.test(path);
const roomOf = (path: string) => path.match(/^src\/([^/]+)\//)?.[1];

export function findings(tree: Tree): Finding[] {
  const sources = new Map<string, Source>();
  for (const [path, text] of tree) if (isCode(path)) sources.set(path, readSource(text));
  return [
    ...wrongImports(sources, tree),
    ...ambientEffects(sources),
    ...unusedFiles(sources),
    ...circles(sources),
    ...bannedCode(sources),
    ...bannedText(tree),
    ...longFiles(tree),
  ];
}

/** An import that the table of rooms does not grant, that leads nowhere, or of a package that is not declared. */
function wrongImports(sources: ReadonlyMap<string, Source>, tree: Tree): Finding[] {
  const found: Finding[] = [];
  const declarations = JSON.parse(tree.get('package.json') ?? '{}') as Record<string, Record<string, string>>;
  const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = declarations;
  for (const [path, source] of sources) {
    const room = roomOf(path);
    const add = (rule: string, line: number, what: string) => found.push({ rule, path, line, what });
    if (room !== undefined && !(room in ROOMS)) add('room', 1, `${room} is no room of tools/rooms.ts`);
    for (const { specifier, typeOnly, line } of importsOf(source)) {
      const target = resolve(path, specifier);
      if (target !== undefined) {
        const inner = target.match(/^src\/(.+)$/)?.[1];
        if (isCode(target) && !tree.has(target)) add('import', line, `${specifier} does not exist`);
        else if (isCode(target) && inner === undefined && room !== undefined && !isTest(path)) {
          add('import', line, `${specifier} lies outside src`);
        } else if (inner !== undefined && isCode(target)) {
          const why = refusal(room, inner, { typeOnly, fromTest: isTest(path) });
          if (why !== undefined) add('import', line, why);
          else if (!isTest(path) && /\.(test|testing)\.ts$/.test(target)) {
            add('import', line, `${specifier} is for tests only`);
          }
        }
      } else if (!isBuiltin(specifier)) {
        const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
        // What may be missing is loaded by name, and told of in a sentence.
        const isThere = name in devDependencies || name in optionalDependencies;
        const declared = name in dependencies || ((isTest(path) || typeOnly) && isThere);
        if (!declared) add('package', line, `${name} does not stand in package.json for this use`);
      } else if (!specifier.startsWith('node:')) {
        add('package', line, `${specifier} is written node:${specifier}`);
      }
    }
  }
  return found;
}

const isBuiltin = (specifier: string) => specifier.startsWith('node:') || builtinModules.includes(specifier);

function resolve(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
}

type Effect = 'clock' | 'timer' | 'randomness' | 'strong randomness' | 'process' | 'network' | 'output' | 'module';

/** The rooms that touch the world, and what each of them may touch. Every other room is handed what it needs. */
const EFFECTS_OF: Readonly<Record<string, readonly Effect[] | 'all'>> = {
  cli: 'all',
  adapters: 'all',
  storage: 'all',
  api: 'all',
  console: ['clock', 'timer', 'network', 'strong randomness'],
};

const EFFECTS: readonly { effect: Effect; pattern: RegExp }[] = [
  { effect: 'clock', pattern: /\bDate\s*\.\s*now\b/g },
  { effect: 'clock', pattern: /\bnew\s+Date\s*(\(\s*\)|(?!\s*[(\w$.]))/g },
  { effect: 'clock', pattern: /(?<![.\w$]|new\s+)Date\s*\(/g },
  { effect: 'clock', pattern: /(?<![.\w$])performance\b(?!\s*[:=(])/g },
  { effect: 'clock', pattern: /\bTemporal\s*\.\s*Now\b/g },
  { effect: 'timer', pattern: /(?<![\w$])(setTimeout|setInterval|setImmediate)\b/g },
  { effect: 'randomness', pattern: /\bMath\s*\.\s*random\b/g },
  {
    effect: 'strong randomness',
    pattern: /(?<![\w$])(random(Bytes|UUID|Int|Fill|FillSync)|getRandomValues|generateKey(Pair)?(Sync)?|webcrypto)\b/g,
  },
  { effect: 'process', pattern: /(?<![.\w$])process\s*(\?\.|\.|\[)/g },
  { effect: 'process', pattern: /(?<![.\w$])globalThis\b/g },
  { effect: 'network', pattern: /(?<![.\w$])(fetch\s*\(|new\s+(WebSocket|EventSource)\b)/g },
  { effect: 'output', pattern: /(?<![.\w$])console\s*\./g },
];

/** Modules of Node that only compute. `node:crypto` does too, as far as its randomness is refused above. */
const PURE_MODULES: Readonly<Record<string, readonly string[]>> = {
  'node:assert/strict': [],
  'node:buffer': [],
  'node:util': [],
  'node:zlib': [],
  'node:crypto': ['crypto'],
};

/** Clock, timers, randomness, process, files and sockets in a room that must be handed them. */
function ambientEffects(sources: ReadonlyMap<string, Source>): Finding[] {
  const found: Finding[] = [];
  for (const [path, source] of sources) {
    const room = roomOf(path);
    const allowed = room === undefined ? 'all' : (EFFECTS_OF[room] ?? []);
    if (allowed === 'all' || isTest(path)) continue;
    for (const { effect, pattern } of EFFECTS) {
      if (allowed.includes(effect)) continue;
      for (const match of source.code.matchAll(pattern)) {
        const what = `${effect}: ${match[0].trim()}`;
        found.push({ rule: 'ambient', path, line: lineOf(source.code, match.index), what });
      }
    }
    for (const { specifier, typeOnly, line } of importsOf(source)) {
      if (!isBuiltin(specifier) || typeOnly || allowed.includes('module')) continue;
      const rooms = PURE_MODULES[specifier];
      if (rooms === undefined || (rooms.length > 0 && !rooms.includes(room as string))) {
        found.push({ rule: 'ambient', path, line, what: `module: ${specifier}` });
      }
    }
  }
  return found;
}

/** Code that no entry point reaches, and, in a room, code that only tests reach. */
function unusedFiles(sources: ReadonlyMap<string, Source>): Finding[] {
  const reached = (from: readonly string[]) => {
    const seen = new Set<string>();
    const next = [...from];
    for (let path = next.pop(); path !== undefined; path = next.pop()) {
      const source = sources.get(path);
      if (source === undefined || seen.has(path)) continue;
      seen.add(path);
      for (const { specifier } of importsOf(source)) {
        const target = resolve(path, specifier);
        if (target !== undefined) next.push(target);
      }
    }
    return seen;
  };
  const paths = [...sources.keys()];
  const entries = paths.filter((path) => ENTRY_POINTS.some((entry) => entry.test(path)));
  const inUse = reached(entries);
  const inTests = reached(paths.filter((path) => /\.test\.tsx?$/.test(path)));
  return paths
    .filter((path) => !inUse.has(path) && !(isTest(path) && inTests.has(path)))
    .map((path) => ({
      rule: 'unused',
      path,
      line: 1,
      what: inTests.has(path) ? 'only tests import it' : 'nothing imports it',
    }));
}

/** Files of which each needs another before it can begin, around to the first: which of them begins is then chance. */
function circles(sources: ReadonlyMap<string, Source>): Finding[] {
  const needed = (path: string): string[] => {
    const source = sources.get(path);
    if (source === undefined) return [];
    return importsOf(source).flatMap(({ specifier, typeOnly, deferred }) =>
      typeOnly || deferred ? [] : (resolve(path, specifier) ?? []),
    );
  };
  const done = new Set<string>();
  const found: Finding[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    const from = way.indexOf(path);
    if (from >= 0) {
      found.push({ rule: 'circle', path, line: 1, what: [...way.slice(from), path].join(' needs ') });
      return;
    }
    if (done.has(path)) return;
    for (const next of needed(path)) walk(next, [...way, path]);
    done.add(path);
  };
  for (const path of sources.keys()) walk(path, []);
  return found;
}

/** What does not belong in code, however it is commented. */
const BANNED_CODE: readonly { pattern: RegExp; what: string }[] = [
  { pattern: /\bas\s+any\b/g, what: 'a cast to any: write the type' },
  { pattern: /\bdebugger\b/g, what: 'a stop for the debugger' },
  { pattern: /\b(test|it|describe|suite)\s*\.\s*only\s*\(|\bonly\s*:\s*true\b/g, what: 'a test that hides the others' },
  { pattern: /\b(test|it|describe|suite)\s*\.\s*(skip|todo)\s*\(/g, what: 'a test that never runs' },
  { pattern: /\.\s*skip\s*\(\s*\)|\bskip\s*:\s*true\b/g, what: 'a skip without its reason in a sentence' },
  { pattern: /\btodo\s*:\s*true\b/g, what: 'a test that never runs' },
];

function bannedCode(sources: ReadonlyMap<string, Source>): Finding[] {
  return [...sources].flatMap(([path, { code }]) => matches('banned', path, code, BANNED_CODE));
}

/** A word that this file may not hold itself, in two halves. */
const word = (head: string, tail: string, flags = 'g') => new RegExp(`(?<![\\w-])${head}${tail}(?![\\w-])`, flags);

/** What does not belong in any file: work left over, silenced checks, and traces of where the project was written. */
const BANNED_TEXT: readonly { pattern: RegExp; what: string }[] = [
  ...[word('TO', 'DO'), word('FIX', 'ME'), word('HA', 'CK'), word('XX', 'X')].map((pattern) => ({
    pattern,
    what: 'work left over: do it, or say plainly what is not supported',
  })),
  ...[word('@ts-', 'ignore'), word('@ts-', 'nocheck'), word('eslint-', 'disable')].map((pattern) => ({
    pattern,
    what: 'a silenced check: mend what it found',
  })),
  // A table may keep the shape that it has in its standard.
  { pattern: new RegExp(`${'biome'}-ignore(?! format: \\S)`, 'g'), what: 'a silenced check: mend what it found' },
  ...[word('Clau', 'de', 'gi'), word('Anth', 'ropic', 'gi'), word('Chat', 'GPT', 'gi'), word('Open', 'AI', 'g')].map(
    (pattern) => ({ pattern, what: 'a tool that wrote code is no part of the project' }),
  ),
  ...[word('L', 'LM', 'g'), word('sub', '-?agent', 'gi'), word('copi', 'lot', 'gi')].map((pattern) => ({
    pattern,
    what: 'a tool that wrote code is no part of the project',
  })),
  { pattern: new RegExp(`(?<![\\w.])/${'wo'}rk/`, 'g'), what: 'a path of one machine' },
  { pattern: new RegExp(`(?<![\\w.])/(${'ro'}ot|${'ho'}me|${'Us'}ers)/`, 'g'), what: 'a path of one machine' },
  {
    pattern: new RegExp(`\\b(issue|pull request) ${'#'}\\d+`, 'gi'),
    what: 'a number of a tracker: say the thing itself',
  },
  { pattern: new RegExp(`//[\\w.-]*${'regi'}stry[\\w.-]*[/:]`, 'gi'), what: 'the host of a registry' },
  { pattern: new RegExp(`\\b${'npm'}js\\.(org|com)\\b|\\b${'artifac'}tory\\b`, 'gi'), what: 'the host of a registry' },
];

function bannedText(tree: Tree): Finding[] {
  return [...tree].flatMap(([path, text]) => matches('banned', path, text, BANNED_TEXT));
}

function matches(rule: string, path: string, text: string, banned: typeof BANNED_TEXT): Finding[] {
  return banned.flatMap(({ pattern, what }) =>
    [...text.matchAll(pattern)].map((match) => ({
      rule,
      path,
      line: lineOf(text, match.index),
      what: `${match[0].trim()}: ${what}`,
    })),
  );
}

function longFiles(tree: Tree): Finding[] {
  return [...tree]
    .filter(([path]) => isCode(path))
    .map(([path, text]) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ path, lines }) => ({ rule: 'long', path, line: LINES_MAX, what: `${lines} lines, at most ${LINES_MAX}` }));
}

/** Reads the text files below `root`, without what tools and runs leave there. */
export function readTree(root: string): Tree {
  const tree = new Map<string, string>();
  const read = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!LEFT_OUT.has(entry.name)) read(path);
      } else if (entry.isFile() && TEXT_FILE.test(entry.name)) tree.set(path, readFileSync(join(root, path), 'utf8'));
    }
  };
  read('');
  return tree;
}

const LEFT_OUT = new Set(['.git', 'node_modules', 'coverage', 'dist', 'wattpurse-data']);
const TEXT_FILE = /\.(tsx?|m?js|json|md|css|html|sql|ya?ml|sh|py|pml|pv|txt|csv)$|^[^.]+$|^\.(gitignore|npmrc)$/;
