import { createWriteStream, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CannotGoOn } from './failure.ts';
import { OWNER_ONLY } from './folder-files.ts';

/** Room for whoever is no administrator, on the disk of a folder. */
export function freeBytesIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

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
    throw cannotWrite(path, error);
  }
}

/** What comes in pieces, into a file that a person named, whole or not at all, or to standard output. @throws CannotGoOn */
export async function writePieces(pieces: AsyncIterable<string>, path: string | undefined): Promise<void> {
  if (path === undefined) {
    await pipeline(Readable.from(pieces), process.stdout, { end: false });
    return;
  }
  const beside = `${path}.new`;
  try {
    await pipeline(Readable.from(pieces), createWriteStream(beside, { mode: OWNER_ONLY }));
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw isOfFiles(error) ? cannotWrite(path, error) : error;
  }
}

const isOfFiles = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

/** What is said of a file that a person named. */
export function cannotWrite(path: string, error: unknown): CannotGoOn {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new CannotGoOn(`${path} cannot be written (${code}): make room, or name another file.`, { cause: error });
}
