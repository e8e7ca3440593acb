import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { lockFile } from '../../storage/index.ts';
import { DATABASE_FILE, HOST_FILE, holdsOurs, LOCK_FILE } from '../folder-files.ts';
import { parseHostFile } from '../host-folder.ts';
import { MEBIBYTE, readNamedFile } from '../read-file.ts';
import { type Check, type Finding, fine, found, type Subject } from './check.ts';

/** Below this a busy day may not find room. */
const FREE_BYTES_LOW = 1024 * MEBIBYTE;
/** Below this nothing is begun: the books keep aside about as much while they write. */
const FREE_BYTES_NONE = 32 * MEBIBYTE;
const PROBE = Buffer.alloc(65_536);

/** Whether the data folder can be written, durably, and how much room there is. */
export const folderCheck: Check = {
  name: 'folder',
  async of({ options: { data } }) {
    if (!existsSync(data)) {
      const above = nearestAbove(data);
      return [
        found('folder-missing', `There is no folder ${data} yet: the first start makes it in ${resolve(above)}.`),
        ...roomIn(above),
      ];
    }
    if (!statSync(data).isDirectory()) {
      return [found('folder-unusable', `${data} is a file where a folder should be: name another folder with --data.`)];
    }
    const names = readdirSync(data);
    if (names.length > 0 && !holdsOurs(names)) {
      return [
        found(
          'folder-foreign',
          `${data} holds files that are not Wattpurse's: name an empty or a new folder with --data.`,
        ),
      ];
    }
    return roomIn(data);
  },
};

function roomIn(folder: string): Finding[] {
  const refused = writeProbe(folder);
  if (refused !== undefined) return [refused];
  const { bavail, bsize, ffree, files } = statfsSync(folder);
  const free = bavail * bsize;
  const says = `${folder} can be written, and ${bytesText(free)} are free`;
  if (free < FREE_BYTES_NONE || (files > 0 && ffree === 0)) {
    const what = free < FREE_BYTES_NONE ? `only ${bytesText(free)} are free` : 'no file more can be made';
    return [found('disk-full', `The disk of ${folder} is full, ${what}: make room before the host stops by itself.`)];
  }
  if (free < FREE_BYTES_LOW) return [found('disk-nearly-full', `${says}: make room before a busy day needs more.`)];
  return [fine(`${says}.`)];
}

/** Writes what nobody finds, as far as the disk confirms it. */
function writeProbe(folder: string): Finding | undefined {
  const path = join(folder, `doctor.${process.pid}.probe`);
  let file: number | undefined;
  try {
    file = openSync(path, 'wx', 0o600);
    rmSync(path);
    writeSync(file, PROBE);
    fsyncSync(file);
    return undefined;
  } catch (error) {
    const { code = 'unknown', message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      return found('disk-full', `The disk of ${folder} is full (${code}): make room, and start the host again.`);
    }
    if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
      const why = code === 'EROFS' ? 'its file system is mounted read-only' : 'this user may not write there';
      return found(
        'folder-read-only',
        `${folder} cannot be written, because ${why} (${code}): mount it for writing, or give it to the user of the host.`,
      );
    }
    return found('folder-unusable', `${folder} cannot be used (${message}): check the disk before anything is sold.`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Whether another process has the folder, and whether that is the host that is meant. */
export const inUseCheck: Check = {
  name: 'process',
  async of({ options, processes, isDemo }: Subject) {
    const { data, database, listen } = options;
    const [holder] = processes.ofFolder();
    const at = `${listen.host}:${listen.port}`;
    if (holder !== undefined && processes.isOfFolder(listen.port)) {
      return [fine(`The host runs: process ${holder.pid} has ${data} and listens at ${at}.`)];
    }
    // In PostgreSQL the books are open to several hosts; the folder then holds keys and a mark alone.
    if (database !== undefined) return [fine(`No host of ${data} listens at ${at} on this machine.`)];
    if (!isLocked(data)) return [fine(`No other process has ${data}.`)];
    // What the system does not show, the host itself tells.
    if (holder === undefined && (await isAlive(at))) return [fine(`A host runs at ${at}, and ${data} is in use.`)];
    const who = holder === undefined ? 'another process' : `process ${holder.pid} (${holder.command})`;
    const what = isDemo ? 'demo' : 'host';
    return [
      found(
        'folder-in-use',
        `${data} is in use by ${who}, which does not listen at ${at}: end it before a ${what} is started here, or say with --listen where it listens.`,
      ),
    ];
  },
};

function isLocked(data: string): boolean {
  const path = join(data, LOCK_FILE);
  if (!existsSync(path)) return false;
  try {
    const lock = lockFile(path);
    lock?.close();
    return lock === undefined;
  } catch {
    // A folder that cannot be written is told of by its own check.
    return false;
  }
}

const ANSWERS_WITHIN_MS = 3_000;

async function isAlive(at: string): Promise<boolean> {
  try {
    const answer = await fetch(`http://${at}/health`, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
    return ((await answer.json()) as { status?: unknown }).status === 'alive';
  } catch {
    return false;
  }
}

/** Whether the zone of the utility is there to be read. */
export const hostFileCheck: Check = {
  name: 'utility',
  async of({ options: { data, zone }, isDemo }) {
    const path = join(data, HOST_FILE);
    if (isDemo || !existsSync(path)) return [];
    const kept = parseHostFile(readNamedFile(path, 'file', MEBIBYTE).toString('utf8'));
    if (kept === undefined) {
      return [found('host-file-wrong', `${path} is not what this version wrote: put the file back from a copy.`)];
    }
    if (zone !== undefined && zone !== kept.zone) {
      return [found('host-file-wrong', `The utility in ${data} lives in ${kept.zone}: leave --zone out.`)];
    }
    return [fine(`The utility lives in ${kept.zone}.`)];
  },
};

export const holdsDatabase = (data: string): boolean => existsSync(join(data, DATABASE_FILE));

function nearestAbove(path: string): string {
  const above = dirname(path);
  return existsSync(above) || above === path ? above : nearestAbove(above);
}

function bytesText(bytes: number): string {
  const mebibytes = bytes / MEBIBYTE;
  return mebibytes < 1024 ? `${Math.floor(mebibytes)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}
