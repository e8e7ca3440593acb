import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SOURCE = resolve(import.meta.dirname, '../../examples/terminal');

/** What the machine lacks to build the terminal in C, or `false`. */
export const lacksForC: string | false = compiles()
  ? false
  : 'needs a C compiler and libcrypto: install the Debian packages gcc, make and libssl-dev';

function compiles(): boolean {
  const { status } = spawnSync('gcc', ['-x', 'c', '-fsyntax-only', '-'], {
    input: '#include <openssl/evp.h>\nint main(void) { return 0; }\n',
  });
  return status === 0 && spawnSync('make', ['--version']).status === 0;
}

/** One place in the source that a test breaks. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

let sound: string | undefined;

/** The terminal of `examples/terminal` and `vectors`, built once, with warnings as errors, as a maker would. */
export function buildCTerminal(): string {
  if (sound !== undefined) return join(sound, 'built');
  sound = mkdtempSync(join(tmpdir(), 'wattpurse-c-'));
  cpSync(SOURCE, sound, {
    recursive: true,
    filter: (path) => !/\.o$|\/(terminal|vectors)$/.test(path) || path === SOURCE,
  });
  mkdirSync(join(sound, 'built'));
  return make(sound);
}

/** The same with one line that is wrong. @throws Error when the line is not there */
export function buildBroken({ file, from, to }: Change): string {
  buildCTerminal();
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-c-'));
  cpSync(sound as string, folder, { recursive: true, preserveTimestamps: true });
  const path = join(folder, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(from).length !== 2) throw new Error(`${file} has not "${from}" once`);
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
  return make(folder, 'built/terminal');
}

function make(folder: string, target = 'all'): string {
  const { status, stderr } = spawnSync('make', ['OUT=built', target], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`make failed:\n${stderr}`);
  return join(folder, 'built');
}
