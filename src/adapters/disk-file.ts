import { closeSync, fdatasyncSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DiskFile } from './nvm-journal.ts';

const OWNER_ONLY = 0o600;

/** A file that is there, on a disk of this machine. @throws Error of node:fs, with its `code` and `path` */
export function openDiskFile(path: string): DiskFile {
  const descriptor = openSync(path, 'r+');
  /** Node knows the descriptor only; people know the file. */
  const named = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      throw Object.assign(error as Error, { path });
    }
  };
  return {
    read: (position, length) =>
      named(() => {
        const bytes = new Uint8Array(length);
        let read = 0;
        while (read < length) {
          const count = readSync(descriptor, bytes, read, length - read, position + read);
          if (count === 0) break;
          read += count;
        }
        return bytes.subarray(0, read);
      }),
    write: (position, bytes) => named(() => writeAll(descriptor, position, bytes)),
    sync: () => named(() => fdatasyncSync(descriptor)),
    close: () => closeSync(descriptor),
  };
}

/** A file that is whole and kept when this returns, or not there, or what it was. @throws Error of node:fs */
export function writeKept(path: string, content: Uint8Array): void {
  const beside = `${path}.new`;
  try {
    const descriptor = openSync(beside, 'w', OWNER_ONLY);
    try {
      writeAll(descriptor, 0, content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, path);
    // The name is in the folder, which is a file of its own.
    const folder = openSync(dirname(path), 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch (error) {
    rmSync(beside, { force: true });
    throw Object.assign(error as Error, { path });
  }
}

function writeAll(descriptor: number, position: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written, bytes.length - written, position + written);
  }
}
