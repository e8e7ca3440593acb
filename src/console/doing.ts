import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { newKey, type Refusal } from './ask.ts';

/**
 * One change under one key until it was answered: a double click, or a second try after an answer that was lost, does
 * it once. What the pages show is read anew afterwards.
 */
export function useDoing<T, V = void>(
  ask: (once: string, what: V) => Promise<T>,
  done?: (answer: T, what: V) => void,
): UseMutationResult<T, Refusal, V> {
  const client = useQueryClient();
  const key = useRef('');
  if (key.current === '') key.current = newKey();
  return useMutation<T, Refusal, V>({
    mutationFn: (what) => ask(key.current, what),
    onSuccess: (answer, what) => {
      key.current = newKey();
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
      done?.(answer, what);
    },
    onError: ({ code }) => {
      if (code === 'idempotency-key-reused') key.current = newKey();
    },
  });
}
