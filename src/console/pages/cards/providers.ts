import type { UseQueryResult } from '@tanstack/react-query';
import type { CardProviderJson } from '../../../api/index.ts';
import { CARD_WORDS } from '../../../words/index.ts';
import type { Refusal } from '../../ask.ts';
import { useWords } from '../../locale.tsx';
import { useRead } from '../../reads.ts';

interface Providers {
  readonly read: UseQueryResult<{ readonly items: readonly CardProviderJson[] }, Refusal>;
  /** `Town Gas, Gas`; its id while nothing else is known of it. */
  readonly nameOf: (id: string) => string;
}

/** For whom cards carry value here. */
export function useProviders(): Providers {
  const { regions } = useWords(CARD_WORDS);
  const read = useRead<{ readonly items: readonly CardProviderJson[] }>('/card-providers');
  const nameOf = (id: string) => {
    const provider = read.data?.items.find((each) => each.id === id);
    return provider === undefined ? id : `${provider.name} · ${regions[provider.region]}`;
  };
  return { read, nameOf };
}
