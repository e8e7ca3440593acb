import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { CannotGoOn } from './failure.ts';
import { OWNER_ONLY } from './folder-files.ts';

/** Writes a small file whole or not at all, for its owner alone. @throws Error of node:fs, with its `code` and `path` */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const beside = `${path}.new`;
  try {
    writeFileSync(beside, content, { mode: OWNER_ONLY });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw Object.assign(error as Error, { path });
  }
}

/** The same for a file that a person named. @throws CannotGoOn */
export function writeNamed(path: string, content: string | Uint8Array): void {
  try {
    writeWhole(path, content);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CannotGoOn(`${path} cannot be written (${code}): make room, or name another file.`, { cause: error });
  }
}
