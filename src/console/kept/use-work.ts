import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { fill, WORK_WORDS } from '../../words/index.ts';
import { Refusal, refusalOf } from '../ask.ts';
import { useWords } from '../locale.tsx';
import { say } from '../parts/notices.tsx';
import { loadReasons, useReason } from '../reasons.ts';
import { SESSION_KEY, useSession } from '../session.tsx';
import type { Task, Work } from './store.ts';
import { dropWork, keepWork, sendWork, workAt } from './work.ts';

/** What became of it at once: the host did it, or it waits on this phone. */
export type Outcome = 'sent' | 'waiting';

/**
 * Does something from the technician's page: it is kept on the phone first, then sent, and where no host answers it
 * waits and is sent later. A double click keeps it once. What is refused while one looks is told in the form, and is off
 * the list; else it stands there with its reason.
 */
export function useWork<V = void>(
  taskOf: (what: V) => Task,
  done?: (outcome: Outcome, what: V) => void,
): UseMutationResult<Outcome, Refusal, V> {
  const { person } = useSession();
  const words = useWords(WORK_WORDS);
  const reasonOf = useReason();
  const client = useQueryClient();
  const isShown = useShown();
  const isAsked = useRef(false);
  const working = useMutation<Outcome, Refusal, V>({
    networkMode: 'always',
    async mutationFn(what) {
      const work = await keepWork(person.login, taskOf(what)).catch((error: unknown) => {
        // Sent without being kept it might be done twice.
        throw error instanceof DOMException ? new Refusal('not-kept', words.keepsNothing) : error;
      });
      const outcome = await outcomeOf(person.login, work);
      if (outcome === 'sent') return outcome;
      const why = outcome.why && refusalOf(outcome.why);
      if (outcome.state === 'waiting') {
        await loadReasons();
        say(outcome.isTried || why === undefined ? words.kept : fill(words.notYet, reasonOf(why)));
        return 'waiting';
      }
      if (isShown.current) await dropWork(outcome);
      throw why ?? new Refusal('refused', '');
    },
    onSuccess(outcome, what) {
      if (outcome === 'sent')
        void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
      done?.(outcome, what);
    },
    onSettled() {
      isAsked.current = false;
    },
  });
  const mutate: typeof working.mutate = (...of) => {
    if (isAsked.current) return;
    isAsked.current = true;
    working.mutate(...of);
  };
  return { ...working, mutate };
}

/** The piece of work itself where it was refused, or waits. */
async function outcomeOf(person: string, { number }: Work): Promise<'sent' | Work> {
  // Why it stopped stands beside what waits.
  await sendWork(person).catch(() => undefined);
  const work = await workAt(number);
  // What went off the list meanwhile was sent before, or by another page.
  return work === undefined || work.state === 'sent' ? 'sent' : work;
}

function useShown() {
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  return isShown;
}
