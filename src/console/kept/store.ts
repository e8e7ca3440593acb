import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { SessionJson, UtilityJson } from '../../api/index.ts';
import type { Change, Refusal } from '../ask.ts';

/** Who was last there, so that their page opens where no host answers. No token of theirs is kept. */
export interface KeptSession {
  readonly session: Omit<SessionJson, 'csrfToken'>;
  readonly utility: UtilityJson;
  /** On the clock of the phone. */
  readonly at: number;
}

/** What the API last answered somebody at a path. */
export interface Seen {
  readonly person: string;
  readonly path: string;
  readonly at: number;
  readonly data: unknown;
}

export type WorkName =
  | 'closeRelay'
  | 'openRelay'
  | 'setClock'
  | 'clearTamper'
  | 'enrol'
  | 'readdress'
  | 'closePurse'
  | 'revive'
  | 'moveOut'
  | 'moveIn'
  | 'inspect'
  | 'finding';

/** Something to do, for whoever reads it and for the host. */
export interface Task {
  readonly name: WorkName;
  /** Number of the meter, or of the local unit of an alarm. */
  readonly subject: string;
  /** Number of the meter before which it was done, where it is about something else. */
  readonly before?: string;
  readonly path: string;
  readonly change: Omit<Change, 'once'>;
}

/** A task that somebody did on this phone. It is sent under its id, so that the host does it once. */
export interface Work extends Task {
  readonly id: string;
  readonly person: string;
  readonly at: number;
  /** In the order in which it was done. */
  readonly number: number;
  readonly state: 'waiting' | 'sent' | 'refused';
  /** It may have reached the host, though no answer came. */
  readonly isTried: boolean;
  /** Why it was refused, or why it still waits. */
  readonly why?: Pick<Refusal, 'code' | 'message' | 'particulars'>;
}

interface Schema extends DBSchema {
  readonly session: { readonly key: string; readonly value: KeptSession };
  readonly seen: { readonly key: [string, string]; readonly value: Seen };
  readonly work: { readonly key: number; readonly value: Work };
}

export type Kept = IDBPDatabase<Schema>;

const NAME = 'wattpurse-field';
let opened: Promise<Kept> | undefined;

/**
 * What this phone keeps. It stays when the page is closed, and is nobody's but this origin's.
 * @throws DOMException where the browser opens no store
 */
export function keptHere(): Promise<Kept> {
  opened ??= open();
  return opened;
}

/**
 * What is kept, where the page can go on without it: undefined where the store does not open, is full or damaged.
 */
export async function fromStore<T>(use: (kept: Kept) => Promise<T>): Promise<T | undefined> {
  try {
    return await use(await keptHere());
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return undefined;
  }
}

async function open(): Promise<Kept> {
  const forget = () => {
    opened = undefined;
  };
  const opening = openDB<Schema>(NAME, 1, {
    upgrade(db) {
      db.createObjectStore('session');
      db.createObjectStore('seen', { keyPath: ['person', 'path'] });
      db.createObjectStore('work', { keyPath: 'number', autoIncrement: true });
    },
    // Another page of a newer build waits for this one.
    blocking(_, __, event) {
      (event.target as IDBDatabase).close();
      forget();
    },
    terminated: forget,
  });
  // One that did not open may open later.
  opening.catch(forget);
  return opening;
}
