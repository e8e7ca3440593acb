import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { pathOf, Refusal, read } from '../ask.ts';
import { useSession } from '../session.tsx';
import { keepTime } from '../time.ts';
import { isFieldDevice, keepFor, keptFor } from './here.ts';
import { fromStore, type KeptSession, type Seen } from './store.ts';

/** What was seen longer ago is not shown any more, and is gone when somebody next looks at something. */
export const SEEN_MAX_MS = 14 * 86_400_000;
/** An answer that takes longer is not waited for where there is one of before. */
const PATIENCE_MS = 8_000;
const LIVE_MS = 15_000;

const WORKER = '/field-worker.js';
const SCOPE = '/field';

/** What the host says, or said when it was last asked from this phone. */
export interface Told<T> {
  readonly data: T;
  /** When it was told, on the clock of the phone, if the host does not answer now. */
  readonly keptAt?: number;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;
interface ToldOptions {
  readonly query?: Query;
  readonly live?: boolean;
  readonly enabled?: boolean;
}

/** As `useRead`, where there may be no network: what was last told then, with when that was. */
export function useTold<T>(path: string, options: ToldOptions = {}): UseQueryResult<Told<T>, Refusal> {
  const { query, live = false, enabled = true } = options;
  const { person } = useSession();
  const whole = pathOf(path, query);
  return useQuery<Told<T>, Refusal>({
    queryKey: [live ? 'live' : 'still', 'told', person.login, whole],
    queryFn: ({ signal }) => told<T>(person.login, whole, signal),
    networkMode: 'always',
    enabled,
    ...(live && { refetchInterval: LIVE_MS }),
  });
}

async function told<T>(person: string, path: string, signal: AbortSignal): Promise<Told<T>> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const before: Seen | undefined = await fromStore((kept) => kept.get('seen', [person, path]));
  const kept = before !== undefined && Date.now() - before.at < SEEN_MAX_MS ? before : undefined;
  try {
    const data = await read<T>(path, {}, kept === undefined ? signal : AbortSignal.any([signal, patience]));
    // Whoever logged out meanwhile leaves nothing behind.
    if (keptFor() === person) await fromStore((kept) => kept.put('seen', { person, path, at: Date.now(), data }));
    return { data };
  } catch (error) {
    if (signal.aborted || kept === undefined) throw error;
    const isAway = patience.aborted || (error instanceof Refusal && error.code === 'away');
    if (!isAway) throw error;
    return { data: kept.data as T, keptAt: kept.at };
  }
}

/** Meters of which something is kept, by number, with when it was told. */
export async function metersSeen(person: string): Promise<readonly Seen[]> {
  const range = IDBKeyRange.bound([person, '/meters/'], [person, '/meters/~']);
  const seen = await fromStore((kept) => kept.getAll('seen', range));
  return (seen ?? []).filter(({ path, at }) => /^\/meters\/[0-9a-f]{6}$/.test(path) && Date.now() - at < SEEN_MAX_MS);
}

/** From now on the page opens for this person without a host. Says whether the browser can do that here. */
export async function keepHere(kept: Omit<KeptSession, 'at'>): Promise<boolean> {
  const { login } = kept.session.person;
  if (keptFor() !== login) await forgetSeen();
  keepFor(login);
  keepTime();
  const isStored = await fromStore(async (db) => {
    await db.put('session', { ...kept, at: Date.now() }, 'session');
    for (const { person, path, at } of await db.getAll('seen')) {
      if (Date.now() - at >= SEEN_MAX_MS) await db.delete('seen', [person, path]);
    }
    return true;
  });
  // There is no worker where the address is not HTTPS.
  if (isStored !== true || navigator.serviceWorker === undefined) return false;
  try {
    await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
    return true;
  } catch {
    return false;
  }
}

/** Who was last there, if that is not too long ago. */
export async function keptSession(): Promise<KeptSession | undefined> {
  if (keptFor() === '') return undefined;
  const kept = await fromStore((db) => db.get('session', 'session'));
  return kept !== undefined && Date.now() - kept.at < SEEN_MAX_MS ? kept : undefined;
}

/** Nobody is let in any more by what is kept; what they saw is still there for them. */
export async function forgetSession(): Promise<void> {
  if (isFieldDevice()) await fromStore((kept) => kept.delete('session', 'session'));
}

/** What was seen is gone, and the page does not open without a host. Work that waits for its person stays. */
export async function forgetSeen(): Promise<void> {
  if (!isFieldDevice()) return;
  keepFor('');
  await fromStore((kept) => Promise.all([kept.clear('session'), kept.clear('seen')]));
  const worker = await navigator.serviceWorker?.getRegistration(SCOPE);
  await worker?.unregister();
  if ('caches' in window) {
    for (const name of await caches.keys()) if (name.startsWith('wattpurse-field-')) await caches.delete(name);
  }
}
