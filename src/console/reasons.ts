import { useContext } from 'react';
import type { UtilityJson } from '../api/index.ts';
import { Refusal } from './ask.ts';
import { createFormat } from './format.ts';
import { useLocale } from './locale.tsx';
import { SessionContext } from './session.tsx';
import { create, useSignal } from './signal.ts';

/** Words that are asked for when the first refusal is shown in another language than the host's. */
const words = create<typeof import('./refusals.ts') | undefined>(undefined);
let loading: Promise<void> | undefined;

/** Where they cannot be had the host's own sentence stands, and they are asked for at the next refusal. */
export function loadReasons(): Promise<void> {
  loading ??= import('./refusals.ts').then(words.set, () => {
    loading = undefined;
  });
  return loading;
}

/** Before anybody is logged in nothing is refused that names money. No currency of ISO 4217 has this code. */
const NOWHERE: Pick<UtilityJson, 'zone' | 'currency'> = {
  zone: 'UTC',
  currency: { code: 'XTS', number: 963, exponent: 0 },
};

/** Why something was not answered or not done: in English in the host's own sentence; or that nobody answers. */
export function useReason(): (error: Error) => string {
  const { language, words: shared } = useLocale();
  const utility = useContext(SessionContext)?.utility ?? NOWHERE;
  useSignal(words);
  return (error) => {
    if (!(error instanceof Refusal)) return error.message;
    if (error.code === 'away') return shared.away;
    if (language === 'en') return error.message;
    if (words.value === undefined) void loadReasons();
    return words.value?.refusalIn(language, error, createFormat(language, utility)) ?? error.message;
  };
}
