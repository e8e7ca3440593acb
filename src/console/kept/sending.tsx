import { Anchor, Group, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { Link, useLocation } from 'react-router';
import { fill, WORK_WORDS } from '../../words/index.ts';
import { Refusal } from '../ask.ts';
import { awaySince } from '../live.ts';
import { useWords } from '../locale.tsx';
import { SESSION_KEY, useSession } from '../session.tsx';
import { useSignal } from '../signal.ts';
import { sendWork, showWorkOf, workHere } from './work.ts';

/** While something waits and nobody says that the network is back. */
const AGAIN_MS = 15_000;

/** Sends what waits whenever it may go, on whatever page its person is; and says there that something waits. */
export function Sending(): ReactNode {
  const { person } = useSession();
  const words = useWords(WORK_WORDS);
  const client = useQueryClient();
  const { pathname } = useLocation();
  const since = useSignal(awaySince);
  const waiting = useSignal(workHere).filter(({ state }) => state === 'waiting').length;
  useEffect(() => void showWorkOf(person.login), [person.login]);
  useEffect(() => {
    if (waiting === 0) return;
    const send = async () => {
      try {
        await sendWork(person.login);
        await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
      } catch (error) {
        if (error instanceof Refusal && error.code === 'away') return;
        await client.invalidateQueries({ queryKey: SESSION_KEY });
      }
    };
    const now = () => void send();
    // While the host is known to be away it is asked now and then.
    if (since === undefined) now();
    const timer = setInterval(now, AGAIN_MS);
    window.addEventListener('online', now);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', now);
    };
  }, [client, person.login, waiting, since]);
  if (waiting === 0 || pathname.startsWith('/field')) return null;
  return (
    <Group className="surface" role="status" p="sm" mb="md" gap="xs" style={{ borderStyle: 'dashed' }}>
      <Text size="sm">{fill(words.waitsHere, waiting)}</Text>
      <Anchor component={Link} to="/field" size="sm">
        {words.show}
      </Anchor>
    </Group>
  );
}
