import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { Operation, Reach, SessionJson, UtilityJson } from '../api/index.ts';
import { change, Refusal, read, rememberCsrf } from './ask.ts';
import { isFieldDevice, isInField, isLeaving, keptFor, oweLeaving } from './kept/here.ts';
import { useUntilAnswered } from './reads.ts';
import { goOnInKeptTime, tellTime } from './time.ts';

/** Who is logged in, what the host's own table lets them do, and the utility that they are in. */
export interface Session {
  readonly person: SessionJson['person'];
  readonly utility: UtilityJson;
  /** No host says so now: it is who was last there, on a page that opens without network. */
  readonly isKept: boolean;
  readonly operations: SessionJson['operations'];
  /** How far somebody reaches with an operation; undefined when they may not use it. */
  readonly may: (operation: Operation) => Reach | undefined;
  readonly logOut: () => Promise<void>;
}

/** What is done on this page in somebody's name ends as they leave. */
export const whenLeaving = new Set<() => void>();

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('a page was shown to nobody');
  return session;
}

export const useMay = (operation: Operation): Reach | undefined => useSession().may(operation);

export const SESSION_KEY = ['session'] as const;

type Known =
  | { readonly session: Omit<SessionJson, 'csrfToken'>; readonly utility: UtilityJson; readonly isKept: boolean }
  | 'nobody'
  | 'password-one-time';

async function whoIsThere(): Promise<Known> {
  try {
    // As long as the host has not heard that somebody left, nobody is let in by what they left open.
    if (!(await hasLeft())) return 'nobody';
    const session = await read<SessionJson>('/session');
    rememberCsrf(session.csrfToken);
    if (isFieldDevice() && keptFor() !== session.person.login) await (await import('./kept/seen.ts')).forgetSeen();
    if (session.person.oneTimeUntil !== undefined) return 'password-one-time';
    const utility = await read<UtilityJson>('/utility');
    tellTime(utility);
    return { session, utility, isKept: false };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.code === 'away' && isInField() && isFieldDevice()) {
      const kept = await (await import('./kept/seen.ts')).keptSession();
      if (kept !== undefined) {
        goOnInKeptTime();
        return { ...kept, isKept: true };
      }
    }
    if (error.code !== 'log-in-needed') throw error;
    rememberCsrf(undefined);
    if (isFieldDevice()) await (await import('./kept/seen.ts')).forgetSession();
    return 'nobody';
  }
}

/**
 * Tells the host that somebody left here, if it has not heard of it. The token of their session is asked for: a page
 * that was opened without network has none.
 * @throws Refusal why the host does not know it yet
 */
export async function leaveAtLast(): Promise<void> {
  if (!isLeaving()) return;
  try {
    rememberCsrf((await read<SessionJson>('/session')).csrfToken);
    await change('/session', { method: 'DELETE' });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'log-in-needed') throw error;
  }
  rememberCsrf(undefined);
  oweLeaving(false);
}

/** Whether the host knows of everybody who left here. */
export async function hasLeft(): Promise<boolean> {
  try {
    await leaveAtLast();
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return false;
  }
}

/** Somebody came in: whoever left before is no more owed to the host. */
export function cameIn(client: QueryClient): Promise<void> {
  oweLeaving(false);
  return client.invalidateQueries({ queryKey: SESSION_KEY });
}

/** Leaves, also where no host takes it: then it is told again when one answers. What was seen here is gone at once. */
async function logOutOf(person: string): Promise<void> {
  oweLeaving(true);
  if (isFieldDevice()) {
    // Whoever comes next finds the form, also where no host gives it any more.
    await import('./log-in.tsx').catch(() => undefined);
    await (await import('./kept/seen.ts')).forgetSeen();
    await (await import('./kept/work.ts')).forgetSent(person);
  }
  await hasLeft();
}

interface GateProps {
  /** What is shown while it is not known who is there. */
  readonly waiting: ReactNode;
  /** What is shown when the host does not say who is there; it is asked again by itself. */
  readonly away: (error: Error, retry: () => void) => ReactNode;
  readonly logIn: (isExpired: boolean) => ReactNode;
  readonly choosePassword: ReactNode;
  readonly children: ReactNode;
}

/** Lets in whoever is logged in. A session that ends leaves the address as it is, so that a new one goes on there. */
export function SessionGate({ waiting, away, logIn, choosePassword, children }: GateProps): ReactNode {
  const client = useQueryClient();
  const { data, error, refetch } = useUntilAnswered({
    queryKey: SESSION_KEY,
    queryFn: whoIsThere,
    staleTime: Number.POSITIVE_INFINITY,
    networkMode: 'always',
  });
  const session = useMemo<Session | undefined>(() => {
    if (data === undefined || typeof data === 'string') return undefined;
    const { operations, person } = data.session;
    return {
      ...{ person, utility: data.utility, isKept: data.isKept, operations },
      may: (operation) => operations[operation],
      async logOut() {
        for (const end of whenLeaving) end();
        await logOutOf(person.login);
        // The question who is there is kept, since the gate hears of its answer.
        client.setQueryData<Known>(SESSION_KEY, 'nobody');
        client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
      },
    };
  }, [data, client]);
  if (data === undefined) return error !== null ? away(error, refetch) : waiting;
  if (data === 'password-one-time') return choosePassword;
  if (session === undefined) return logIn(client.getQueryData(['session-was']) !== undefined);
  client.setQueryData(['session-was'], true);
  return <SessionContext value={session}>{children}</SessionContext>;
}
