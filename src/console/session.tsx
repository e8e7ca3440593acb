import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { Operation, Reach, SessionJson, UtilityJson } from '../api/index.ts';
import { change, Refusal, read, rememberCsrf } from './ask.ts';
import { tellTime } from './time.ts';

/** Who is logged in, what the host's own table lets them do, and the utility that they are in. */
export interface Session {
  readonly person: SessionJson['person'];
  readonly utility: UtilityJson;
  /** How far somebody reaches with an operation; undefined when they may not use it. */
  readonly may: (operation: Operation) => Reach | undefined;
  readonly logOut: () => Promise<void>;
}

const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('a page was shown to nobody');
  return session;
}

export const useMay = (operation: Operation): Reach | undefined => useSession().may(operation);

export const SESSION_KEY = ['session'] as const;

type Known = { readonly session: SessionJson; readonly utility: UtilityJson } | 'nobody' | 'password-one-time';

async function whoIsThere(): Promise<Known> {
  try {
    const session = await read<SessionJson>('/session');
    rememberCsrf(session.csrfToken);
    if (session.person.oneTimeUntil !== undefined) return 'password-one-time';
    const utility = await read<UtilityJson>('/utility');
    tellTime(utility);
    return { session, utility };
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'log-in-needed') throw error;
    rememberCsrf(undefined);
    return 'nobody';
  }
}

interface GateProps {
  /** What is shown while it is not known who is there. */
  readonly waiting: ReactNode;
  /** What is shown when the host does not answer. */
  readonly away: (retry: () => void) => ReactNode;
  readonly logIn: (isExpired: boolean) => ReactNode;
  readonly choosePassword: ReactNode;
  readonly children: ReactNode;
}

/** Lets in whoever is logged in. A session that ends leaves the address as it is, so that a new one goes on there. */
export function SessionGate({ waiting, away, logIn, choosePassword, children }: GateProps): ReactNode {
  const client = useQueryClient();
  const { data, isError, refetch } = useQuery({
    queryKey: SESSION_KEY,
    queryFn: whoIsThere,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const session = useMemo<Session | undefined>(() => {
    if (data === undefined || typeof data === 'string') return undefined;
    const { operations, person } = data.session;
    return {
      ...{ person, utility: data.utility },
      may: (operation) => operations[operation],
      async logOut() {
        await change('/session', { method: 'DELETE' });
        client.clear();
        client.setQueryData<Known>(SESSION_KEY, 'nobody');
      },
    };
  }, [data, client]);
  if (data === undefined) return isError ? away(() => void refetch()) : waiting;
  if (data === 'password-one-time') return choosePassword;
  if (session === undefined) return logIn(client.getQueryData(['session-was']) !== undefined);
  client.setQueryData(['session-was'], true);
  return <SessionContext value={session}>{children}</SessionContext>;
}
