import {
  keepPreviousData,
  type UseQueryResult,
  useInfiniteQuery,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { Refusal, read } from './ask.ts';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

interface ReadOptions {
  readonly query?: Query;
  /** Read anew when something happens in the books, and now and then without a sign. */
  readonly live?: boolean;
  readonly enabled?: boolean;
}

/** Without a sign from the live feed, which not every role hears. */
const LIVE_MS = 15_000;

const keyOf = (path: string, { query, live }: ReadOptions) => [live === true ? 'live' : 'still', path, query ?? {}];

interface Awaited<T> extends ReadOptions {
  /** Read again and again, quickly, until it is so. */
  readonly until?: (data: T) => boolean;
}

const AWAITED_MS = 1_000;

/** What the API answers at a path: `useRead<MeterJson>('/meters/0a1b2c', { live: true })`. */
export function useRead<T>(path: string, options: Awaited<T> = {}): UseQueryResult<T, Refusal> {
  const { query, live = false, enabled = true, until } = options;
  return useQuery<T, Refusal>({
    queryKey: keyOf(path, options),
    queryFn: ({ signal }) => read<T>(path, query, signal),
    placeholderData: keepPreviousData,
    enabled,
    ...(live && { refetchInterval: LIVE_MS }),
    ...(until !== undefined && {
      refetchInterval: ({ state: { data } }) => (data !== undefined && until(data) ? false : AWAITED_MS),
    }),
  });
}

/** What the API answers at one path to several questions, each by itself: one may be refused and the others not. */
export const useReads = <T>(path: string, queries: readonly Query[]): readonly UseQueryResult<T, Refusal>[] =>
  useQueries({
    queries: queries.map((query) => ({
      queryKey: keyOf(path, { query }),
      queryFn: ({ signal }: { readonly signal: AbortSignal }) => read<T>(path, query, signal),
    })),
  }) as readonly UseQueryResult<T, Refusal>[];

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** A list that comes page by page: what was shown stays, and `fetchNextPage` adds to it. */
export function usePages<T>(path: string, options: ReadOptions = {}) {
  const { query = {}, live = false, enabled = true } = options;
  const pages = useInfiniteQuery({
    queryKey: [...keyOf(path, options), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      read<Page<T>>(path, { ...query, ...(pageParam !== '' && { cursor: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    enabled,
    ...(live && { refetchInterval: LIVE_MS }),
  });
  return { ...pages, items: pages.data?.pages.flatMap(({ items }) => items) };
}

interface Unpressed<T> {
  readonly data: T | undefined;
  readonly dataUpdatedAt: number;
  /** Why the host did not answer when it was last asked, also while it is asked again. */
  readonly error: Error | null;
  readonly refetch: () => void;
}

export const isForNow = (error: Error | null): boolean => error !== null && againMsOf(error) !== undefined;

const againMsOf = (error: Error): number | undefined => (error instanceof Refusal ? error.againMs : undefined);

/** What stands before every page, where nobody presses a button: it is asked again by itself until the host answers. */
export function useUntilAnswered<T>(options: {
  readonly queryKey: readonly string[];
  readonly queryFn: () => Promise<T>;
  readonly staleTime?: number;
  readonly networkMode?: 'always';
  readonly refetchInterval?: number;
}): Unpressed<T> {
  const client = useQueryClient();
  const { queryKey, refetchInterval = false } = options;
  const { data, dataUpdatedAt, failureReason } = useQuery<T>({
    ...options,
    refetchInterval: ({ state }) => (state.data === undefined ? false : refetchInterval),
    retry: (_, error) => againMsOf(error) !== undefined,
    retryDelay: (_, error) => againMsOf(error) ?? 0,
  });
  return { data, dataUpdatedAt, error: failureReason, refetch: () => void client.resetQueries({ queryKey }) };
}
