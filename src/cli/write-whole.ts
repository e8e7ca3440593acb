import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Writes a small file whole or not at all. @throws Error of node:fs, with its `code` and `path` */
export function writeWhole(path: string, content: string | Uint8Array, mode?: number): void {
  const beside = `${path}.new`;
  try {
    writeFileSync(beside, content, { mode });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw Object.assign(error as Error, { path });
  }
}
