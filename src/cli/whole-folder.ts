import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { lockFile } from '../storage/index.ts';
import { WrongUse } from './usage.ts';

const FOLDER_OWNER_ONLY = 0o700;
/** Held while a folder is filled: by it, one that was cut short is told from one that somebody is at. */
const FILLING_FILE = 'being-written.lock';

/**
 * Makes a folder and what is in it whole or not at all: it is filled beside its place, under its name and `.new`, and
 * gets its name when everything is on the disk. What a process that was killed left there is taken away.
 * @param path no folder yet, or an empty one
 * @throws WrongUse when something is there, or somebody else fills it
 */
export async function fillFolder<T>(path: string, fill: (beside: string) => Promise<T>): Promise<T> {
  const place = resolve(path);
  const beside = `${place}.new`;
  if (existsSync(place) && !(statSync(place).isDirectory() && readdirSync(place).length === 0)) {
    throw new WrongUse(`${path} is there already, and not empty: name a folder that is not there yet.`);
  }
  if (!existsSync(dirname(place))) {
    throw new WrongUse(`${path} cannot be made, because there is no folder ${dirname(path)}: make that first.`);
  }
  clear(beside);
  mkdirSync(beside, FOLDER_OWNER_ONLY);
  const lock = lockFile(join(beside, FILLING_FILE));
  try {
    const filled = await fill(beside);
    lock?.close();
    rmSync(join(beside, FILLING_FILE), { force: true });
    for (const name of readdirSync(beside)) flush(join(beside, name));
    flush(beside);
    renameSync(beside, place);
    flush(dirname(place));
    return filled;
  } catch (error) {
    if (lock?.isOpen) lock.close();
    rmSync(beside, { recursive: true, force: true });
    throw error;
  }
}

/** @throws WrongUse when what is there is none of this, or somebody is at it */
function clear(beside: string): void {
  if (!existsSync(beside)) return;
  const mark = join(beside, FILLING_FILE);
  if (!existsSync(mark)) {
    throw new WrongUse(`${beside} is in the way, and was not left by this program: move it away.`);
  }
  const lock = lockFile(mark);
  if (lock === undefined) throw new WrongUse(`${beside} is being written by another process: wait for that one.`);
  lock.close();
  rmSync(beside, { recursive: true, force: true });
}

function flush(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
