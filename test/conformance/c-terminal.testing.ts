import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
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

/**
 * Builds the terminal of `examples/terminal`, with warnings as errors, as a maker would, or one that is broken on purpose.
 * @returns the folder with its programs
 */
export function buildCTerminal(change?: Change, target: 'terminal' | 'vectors' = 'terminal'): string {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-c-'));
  cpSync(SOURCE, folder, { recursive: true });
  if (change !== undefined) {
    const path = join(folder, change.file);
    const source = readFileSync(path, 'utf8');
    if (source.split(change.from).length !== 2) throw new Error(`${change.file} has not "${change.from}" once`);
    writeFileSync(
      path,
      source.replace(change.from, () => change.to),
    );
  }
  const built = join(folder, 'built');
  const { status, stderr } = spawnSync('sh', ['-c', 'mkdir "$OUT" && exec make "OUT=$OUT" "$OUT/$TARGET"'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, OUT: built, TARGET: target },
  });
  if (status !== 0) throw new Error(`make failed:\n${stderr}`);
  return built;
}
