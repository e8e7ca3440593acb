import { readFileSync, statSync } from 'node:fs';
import { WrongUse } from './usage.ts';

/**
 * The bytes of a file that a person named. What it is and how long it is are asked before it is opened: a device has
 * no end, and a pipe may never begin.
 * @param what what the file should be, for the sentence: `load file`
 * @throws WrongUse
 */
export function readNamedFile(path: string, what: string, bytesMax: number): Buffer {
  const refuse = (why: string, remedy: string) =>
    new WrongUse(`The ${what} ${path} cannot be read (${why}): ${remedy}.`);
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) throw refuse('it is a folder', 'name a file in it');
    if (!stat.isFile()) throw refuse('it is no plain file', 'copy what it gives into a file, and name that');
    // What has to fit less is no list that goes on in another file: it is something else.
    if (stat.size > bytesMax && bytesMax < MEBIBYTE) {
      throw refuse(`it has ${stat.size} bytes, and ${bytesMax} are allowed`, 'name another file');
    }
    if (stat.size > bytesMax) {
      throw refuse(
        `it has ${mebibytes(stat.size)} MiB, and ${mebibytes(bytesMax)} are allowed`,
        'cut it into shorter files',
      );
    }
    return readFileSync(path);
  } catch (error) {
    if (error instanceof WrongUse) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw refuse(REASONS[code] ?? code, 'check the path');
  }
}

interface Fault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
}

/** What a file's contents are checked by, as TypeBox compiles it. */
interface Check<T> {
  Check(value: unknown): value is T;
  Errors(value: unknown): readonly Fault[];
}

/**
 * What a JSON file that a person named says.
 * @param what what the file should be, for the sentence: `terminal file`
 * @throws WrongUse with the place that is wrong
 */
export function parseNamedFile<T>(text: string, { path, what }: NamedFile, check: Check<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WrongUse(`The ${what} ${path} is no JSON: correct it where an editor marks it.`);
  }
  if (check.Check(value)) return value;
  const [first] = check.Errors(value);
  const where = first === undefined || first.instancePath === '' ? 'the file itself' : first.instancePath;
  // Of a name that no schema has the check says that a schema is false.
  const why = first?.keyword === 'boolean' ? 'is not known here' : (first?.message ?? 'is none');
  throw new WrongUse(`The ${what} ${path} is wrong at ${where}: it ${why}.`);
}

interface NamedFile {
  readonly path: string;
  readonly what: string;
}

export const MEBIBYTE = 1024 * 1024;

/** Rounded up: a file that is too long by one byte does not look as if it were not. */
export const mebibytes = (bytes: number): number => Math.ceil(bytes / MEBIBYTE);

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'you may not read it',
  ELOOP: 'its links lead in a circle',
};
