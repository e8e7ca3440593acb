import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { MeterJson } from '../../../api/index.ts';
import { METER_STATES, type MeterState } from '../../../words/index.ts';
import { type Refusal, read } from '../../ask.ts';

export interface Wanted {
  readonly state: MeterState | undefined;
  readonly localUnit: string | undefined;
  readonly search: string | undefined;
}

interface Answer {
  readonly items: readonly MeterJson[];
  readonly next?: string;
}

/** Where a list goes on: within a state, and with which states after it. */
export interface Place {
  readonly states: readonly MeterState[];
  readonly cursor: string | undefined;
}

interface Part {
  readonly items: readonly MeterJson[];
  readonly next: Place | undefined;
}

const ROWS = 50;
const EVERY_MS = 15_000;

/**
 * Gathers at least so many rows, state after state: the host lists by number, and of each state by itself.
 * @param ask a page of one state
 */
export async function gather(
  place: Place,
  ask: (state: MeterState, cursor: string | undefined) => Promise<Answer>,
  rows = ROWS,
): Promise<Part> {
  const items: MeterJson[] = [];
  let [states, cursor] = [place.states, place.cursor];
  while (states.length > 0 && items.length < rows) {
    const found = await ask(states[0] as MeterState, cursor);
    items.push(...found.items);
    cursor = found.next;
    if (cursor === undefined) states = states.slice(1);
  }
  return { items, next: states.length === 0 ? undefined : { states, cursor } };
}

/** Meters with the most urgent state first. States that `counts` knows none of are not asked for. */
export function useMeters(wanted: Wanted, counts: Readonly<Record<MeterState, number>> | undefined) {
  const { state, localUnit, search } = wanted;
  const states = METER_STATES.filter((each) => (state === undefined ? (counts?.[each] ?? 1) > 0 : each === state));
  const pages = useInfiniteQuery<Part, Refusal, { readonly pages: readonly Part[] }, readonly unknown[], Place>({
    queryKey: ['still', '/meters', 'urgent', states.join(' '), localUnit, search],
    queryFn: ({ pageParam, signal }) =>
      gather(pageParam, (of, cursor) =>
        read<Answer>('/meters', { state: of, localUnit, search, cursor, limit: ROWS }, signal),
      ),
    initialPageParam: { states, cursor: undefined },
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
  });
  return { ...pages, items: pages.data?.pages.flatMap(({ items }) => items) };
}
