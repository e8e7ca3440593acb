import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { newKey, type Refusal } from './ask.ts';

/**
 * One change at a time, under one key until it was answered: a double click asks once, and a second try after an answer
 * that was lost does it once. What the pages show is read anew afterwards.
 */
export function useDoing<T, V = void>(
  ask: (once: string, what: V) => Promise<T>,
  done?: (answer: T, what: V) => void,
): UseMutationResult<T, Refusal, V> {
  const client = useQueryClient();
  const key = useRef('');
  if (key.current === '') key.current = newKey();
  // A page knows that it waits when it is drawn again; two clicks may come before.
  const isAsked = useRef(false);
  const doing = useMutation<T, Refusal, V>({
    mutationFn: (what) => ask(key.current, what),
    onSuccess: (answer, what) => {
      key.current = newKey();
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
      done?.(answer, what);
    },
    onError: ({ code }) => {
      if (code === 'idempotency-key-reused') key.current = newKey();
    },
    onSettled: () => {
      isAsked.current = false;
    },
  });
  const mutate: typeof doing.mutate = (...of) => {
    if (isAsked.current) return;
    isAsked.current = true;
    doing.mutate(...of);
  };
  return { ...doing, mutate };
}
