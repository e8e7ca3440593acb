import { LEDGER_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { useProviders } from '../cards/providers.ts';
import { accountName, kindName } from './account-name.ts';

/** What accounts are called, those of a provider of cards by its name. */
export function useAccountName(): (account: string) => string {
  const words = useWords(LEDGER_WORDS);
  const { nameOf } = useProviders();
  return (account) => accountName(account, words, nameOf);
}

/** What postings book. */
export function useKindName(): (kind: string) => string {
  const words = useWords(LEDGER_WORDS);
  return (kind) => kindName(kind, words);
}
