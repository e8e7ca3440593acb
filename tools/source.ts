/**
 * Reads TypeScript closely enough to tell code from what is only written in comments, strings, templates and
 * regular expressions. Not a parser: just what the checks of the project itself need.
 */

/** An import of one file by another. */
export interface Import {
  /** The text between the quotes. */
  specifier: string;
  /** Whether it leaves nothing behind when types are stripped. */
  typeOnly: boolean;
  /** Whether it is looked for when code comes by, and not before the file begins. */
  deferred: boolean;
  /** From 1. */
  line: number;
}

export interface Source {
  /** The text in its full length, everything that is not code blanked; quotes stay, line breaks too. */
  code: string;
  /** The text in its full length, everything that is not a comment blanked; line breaks stay. */
  comments: string;
  strings: readonly { text: string; at: number }[];
}

/** Splits a source text into code, comments and strings. Text that ends early inside one of them is no error. */
export function readSource(text: string): Source {
  const kinds = new Uint8Array(text.length);
  const strings: { text: string; at: number }[] = [];
  /** One number per open template: how many braces are open in the code inside its `${`. */
  const templates: number[] = [];
  let lastCode = '';
  let at = 0;

  const mark = (from: number, to: number, kind: number) => kinds.fill(kind, from, Math.min(to, text.length));
  const until = (found: number) => (found < 0 ? text.length : found);

  /** The rest of a template's text from `from`, up to its end or to the next `${`. */
  const template = (from: number): number => {
    let end = from;
    while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) end += text[end] === '\\' ? 2 : 1;
    mark(from, end, OTHER);
    strings.push({ text: text.slice(from, end), at: from });
    if (text.startsWith('${', end)) {
      templates.push(0);
      return end + 2;
    }
    lastCode = '`';
    return end + 1;
  };

  while (at < text.length) {
    const character = text[at] as string;
    if (text.startsWith('//', at) || (at === 0 && text.startsWith('#!'))) {
      const end = until(text.indexOf('\n', at));
      mark(at, end, COMMENT);
      at = end;
    } else if (text.startsWith('/*', at)) {
      const closed = text.indexOf('*/', at + 2);
      const end = closed < 0 ? text.length : closed + 2;
      mark(at, end, COMMENT);
      at = end;
    } else if (character === "'" || character === '"') {
      const end = endOfString(text, at);
      mark(at + 1, end, OTHER);
      strings.push({ text: text.slice(at + 1, end), at });
      lastCode = character;
      at = end + 1;
    } else if (character === '`') {
      at = template(at + 1);
    } else if (character === '}' && templates.at(-1) === 0) {
      templates.pop();
      at = template(at + 1);
    } else if (character === '/' && regexMayStart(lastCode)) {
      const end = endOfRegex(text, at);
      mark(at + 1, end, OTHER);
      lastCode = '/';
      at = end + 1;
    } else {
      const inside = templates.length - 1;
      if (inside >= 0 && character === '{') templates[inside] = (templates[inside] as number) + 1;
      if (inside >= 0 && character === '}') templates[inside] = (templates[inside] as number) - 1;
      const word = /[\w$]+/y;
      word.lastIndex = at;
      const [token] = word.exec(text) ?? [character];
      if (token.trim() !== '') lastCode = token;
      at += token.length;
    }
  }
  const only = (wanted: number) =>
    text
      .split('')
      .map((character, i) => (character === '\n' || kinds[i] === wanted ? character : ' '))
      .join('');
  return { code: only(CODE), comments: only(COMMENT), strings };
}

const CODE = 0;
const COMMENT = 1;
const OTHER = 2;

/** The place of the closing quote, or of the end of the line if there is none. */
function endOfString(text: string, from: number): number {
  let end = from + 1;
  while (end < text.length && text[end] !== text[from] && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
  return end;
}

/** The place of the closing slash; a slash inside `[…]` does not close. */
function endOfRegex(text: string, from: number): number {
  let inClass = false;
  let end = from + 1;
  while (end < text.length && text[end] !== '\n' && (inClass || text[end] !== '/')) {
    if (text[end] === '[') inClass = true;
    if (text[end] === ']') inClass = false;
    end += text[end] === '\\' ? 2 : 1;
  }
  return end;
}

/** After a value a slash divides; after an operator or one of these words it opens a regular expression. */
function regexMayStart(lastCode: string): boolean {
  return !/^([\w$]+|[)\]}'"`/])$/.test(lastCode) || WORDS_BEFORE_A_VALUE.has(lastCode);
}

const WORDS_BEFORE_A_VALUE = new Set([
  ...['await', 'case', 'delete', 'do', 'else', 'in', 'instanceof', 'new', 'of', 'return', 'throw', 'typeof', 'void'],
  'yield',
]);

/**
 * Every import of a source: declarations, re-exports, `import()` in code and in types, and files named by
 * `new URL('./worker.ts', import.meta.url)`.
 */
export function importsOf({ code, strings }: Source): Import[] {
  const textAt = new Map(strings.map(({ text, at }) => [at, text]));
  const imports: Import[] = [];
  for (const { pattern, typeOnly, deferred = false } of IMPORT_FORMS) {
    for (const match of code.matchAll(pattern)) {
      const quote = match.index + match[0].length - 1;
      const specifier = textAt.get(quote);
      if (specifier === undefined) continue;
      imports.push({ specifier, typeOnly: typeOnly(match), deferred, line: lineOf(code, quote) });
    }
  }
  return imports.sort((a, b) => a.line - b.line);
}

const IMPORT_FORMS: readonly {
  pattern: RegExp;
  typeOnly: (match: RegExpMatchArray) => boolean;
  deferred?: boolean;
}[] = [
  {
    pattern: /(?<![.\w$])(?:import|export)\s+(?<type>type\s+(?!from\b))?(?<names>[\w$*\s,{}]*?)\bfrom\s*['"]/g,
    typeOnly: ({ groups }) => groups?.type !== undefined || onlyTypesNamed(groups?.names ?? ''),
  },
  { pattern: /(?<![.\w$])import\s*['"]/g, typeOnly: () => false },
  { pattern: /(?<![.\w$])import\s*\(\s*['"]/g, typeOnly: () => false, deferred: true },
  {
    pattern: /\bnew\s+URL\s*\(\s*['"](?=[^'"\n]*['"]\s*,\s*import\.meta\.url)/g,
    typeOnly: () => false,
    deferred: true,
  },
];

/** `{ type A, type B }`, every one of them a type. */
function onlyTypesNamed(names: string): boolean {
  const [, listed] = names.match(/^\s*\{(.*)\}\s*$/s) ?? [];
  const each = (listed ?? '').split(',').filter((name) => name.trim() !== '');
  return each.length > 0 && each.every((name) => /^\s*type\s/.test(name));
}

/** The line, from 1, in which the character at `at` stands. */
export function lineOf(text: string, at: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) line++;
  return line;
}
