import type { LedgerWords } from '../../../words/index.ts';
import { fill } from '../../../words/index.ts';

/**
 * What an account of the ledger is called; one that nobody here knows keeps its own name.
 * @param nameOf of a provider of cards, by its id
 */
export function accountName(account: string, words: LedgerWords, nameOf: (provider: string) => string): string {
  const [of = account, ...rest] = account.split(':');
  const whose = rest.join(':');
  if (whose === '') return known(words.accounts, account) ?? account;
  const sentence = known(words.accountsOf, of);
  if (sentence === undefined) return account;
  return fill(sentence, of === 'float' || of === 'energy-revenue' ? whose : nameOf(whose));
}

/** What a posting books; a kind that nobody here knows keeps its own name. */
export const kindName = (kind: string, words: LedgerWords): string => known(words.kinds, kind) ?? kind;

const known = (names: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(names, name) ? names[name] : undefined;
