/**
 * Makes of the sources what a package has, in `dist`: JavaScript of every room but the console, and the types of the
 * rooms that are libraries. `npm pack` runs it; a checkout needs none of it.
 */
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** The rooms that a package exports as `wattpurse/<room>`. */
export const LIBRARIES: readonly string[] = Object.keys(
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: Record<string, unknown> }).exports,
)
  .filter((path) => path !== './package.json')
  .map((path) => path.slice(2));

/** Relative imports of sources, wherever they stand: `from './a.ts'`, `import('./a.ts')`, `new URL('./a.ts', …)`. */
const toScripts = (text: string): string => text.replace(/(['"])(\.{1,2}\/[^'"\n]+)\.ts\1/g, '$1$2.js$1');

/** Writes the types of the libraries below `folder`, one file for each source. @throws Error with what tsc says */
export function writeTypes(folder: string): void {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(
    process.execPath,
    [compiler, '-p', 'tsconfig.library.json', '--outDir', folder],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`tsc failed:\n${stdout}`);
  for (const path of globSync('**/*.d.ts', { cwd: folder })) {
    const file = join(folder, path);
    writeFileSync(file, toScripts(readFileSync(file, 'utf8')));
  }
}

function writeScripts(folder: string): void {
  const sources = globSync('src/**/*.ts', { cwd: root }).filter(
    (path) => !/\.(test|testing)\.ts$/.test(path) && !path.startsWith('src/console/'),
  );
  for (const path of sources) {
    const target = join(folder, path.replace(/^src\//, '').replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, toScripts(stripTypeScriptTypes(readFileSync(join(root, path), 'utf8'))));
  }
}

if (import.meta.main) {
  const dist = join(root, 'dist');
  // The console's pages lie there too, and are built on their own.
  for (const name of globSync('*', { cwd: dist })) {
    if (name !== 'console') rmSync(join(dist, name), { recursive: true });
  }
  writeScripts(dist);
  writeTypes(dist);
}
