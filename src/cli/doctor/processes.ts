import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE, LOCK_FILE, MARK_FILE } from '../folder-files.ts';

/** Another process of this machine. */
export interface Other {
  readonly pid: number;
  /** As it was called. */
  readonly command: string;
}

const PROCESSES = '/proc';
/** In the tables of sockets. */
const LISTENS = '0A';
const COMMAND_CHARACTERS = 120;

/**
 * Who has what on this machine at the moment of asking, as far as the system shows it to who asks: that of Linux does, of
 * one's own processes.
 */
export class Processes {
  readonly #files: ReadonlySet<string>;

  /** @param folder of a host or a demo */
  constructor(folder: string) {
    this.#files = new Set([DATABASE_FILE, LOCK_FILE, MARK_FILE].map((name) => join(real(folder), name)));
  }

  /** Those that have the books of the folder open. */
  ofFolder(): readonly Other[] {
    return others((file) => this.#files.has(file));
  }

  /** The one that listens there; nothing where nobody does, or it is not shown. */
  listening(port: number): Other | undefined {
    const sockets = new Set(listeningSockets(port).map((inode) => `socket:[${inode}]`));
    return sockets.size === 0 ? undefined : others((file) => sockets.has(file))[0];
  }

  /** Whether the one that listens there has the books of the folder. */
  isOfFolder(port: number): boolean {
    const listening = this.listening(port);
    return listening !== undefined && this.ofFolder().some(({ pid }) => pid === listening.pid);
  }
}

/** Processes that have a file open. */
function others(isIt: (file: string) => boolean): Other[] {
  const found: Other[] = [];
  for (const name of entries(PROCESSES)) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const folder = join(PROCESSES, name, 'fd');
    if (entries(folder).some((fd) => isIt(link(join(folder, fd))))) found.push({ pid, command: commandOf(name) });
  }
  return found;
}

/** `proc(5)`: local address in hexadecimal at place 1, state at 3, inode at 9. UDP has no state of its own for it. */
function listeningSockets(port: number): string[] {
  const digits = port.toString(16).toUpperCase().padStart(4, '0');
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) =>
    text(join(PROCESSES, 'net', table))
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const fields = line.trim().split(/\s+/);
        const isOpen = table.startsWith('udp') || fields[3] === LISTENS;
        return fields[1]?.endsWith(`:${digits}`) === true && isOpen ? [fields[9] ?? ''] : [];
      }),
  );
}

const commandOf = (pid: string): string =>
  text(join(PROCESSES, pid, 'cmdline'))
    .split('\0')
    .join(' ')
    .trim()
    .slice(0, COMMAND_CHARACTERS);

/** Processes come and go while they are looked at, and those of others are closed. */
const orElse = <T>(look: () => T, otherwise: T): T => {
  try {
    return look();
  } catch {
    return otherwise;
  }
};
const entries = (folder: string): string[] => orElse(() => readdirSync(folder), []);
const link = (path: string): string => orElse(() => readlinkSync(path), '');
const text = (path: string): string => orElse(() => readFileSync(path, 'utf8'), '');
const real = (path: string): string => orElse(() => realpathSync(path), path);
