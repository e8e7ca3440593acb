import type { CardProviderJson } from '../../../api/index.ts';
import { CARD_WORDS } from '../../../words/index.ts';
import { useWords } from '../../locale.tsx';
import { useRead } from '../../reads.ts';

interface Providers {
  /** Undefined until it is known. */
  readonly items: readonly CardProviderJson[] | undefined;
  /** `Town Gas, Gas`; its id while nothing else is known of it. */
  readonly nameOf: (id: string) => string;
}

/** For whom cards carry value here. */
export function useProviders(): Providers {
  const { regions } = useWords(CARD_WORDS);
  const { data } = useRead<{ readonly items: readonly CardProviderJson[] }>('/card-providers');
  const nameOf = (id: string) => {
    const provider = data?.items.find((each) => each.id === id);
    return provider === undefined ? id : `${provider.name} · ${regions[provider.region]}`;
  };
  return { items: data?.items, nameOf };
}
