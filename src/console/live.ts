import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { CallJson, DemoTimeJson, EventJson, PostingJson, Reach, TrafficEventJson } from '../api/index.ts';
import { create } from './signal.ts';
import { hearStream } from './stream.ts';

/** What a page hears while it is open, by the name of the event. */
interface LiveData {
  readonly posting: PostingJson;
  readonly 'meter-event': EventJson;
  readonly traffic: TrafficEventJson;
  readonly call: CallJson;
  readonly now: DemoTimeJson;
  readonly reset: object;
}

export type LiveEvent = {
  readonly [K in keyof LiveData]: { readonly kind: K; readonly data: LiveData[K] };
}[keyof LiveData];

const KINDS = ['posting', 'meter-event', 'traffic', 'call', 'now', 'reset'] as const;

/** More often than this no list is read anew, however much happens. */
const REFRESH_MS = 2_000;

/** Since when the host does not answer; undefined while it does. */
export const awaySince = create<number | undefined>(undefined);

type Hearer = (event: LiveEvent) => void;
const hearers = new Set<Hearer>();

/** Calls for each live event while the component is shown. */
export function useLive(hear: Hearer): void {
  useEffect(() => {
    hearers.add(hear);
    return () => void hearers.delete(hear);
  }, [hear]);
}

/**
 * Listens while somebody is logged in who may, and reads anew what the lists of the pages show when something happened.
 * What passes on the lines is told to those alone who see all meters, and calls to those who see calls.
 */
export function useLiveFeed(reach: Reach | undefined, calls: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (reach === undefined) return;
    let refresh: ReturnType<typeof setTimeout> | undefined;
    const refreshSoon = () => {
      refresh ??= setTimeout(() => {
        refresh = undefined;
        void client.invalidateQueries({ predicate: ({ queryKey }) => isLive(queryKey) });
      }, REFRESH_MS);
    };
    const heard = (kind: LiveEvent['kind']) => (data: string) => {
      const event = { kind, data: JSON.parse(data) } as LiveEvent;
      for (const hear of hearers) hear(event);
      if (kind !== 'traffic' && kind !== 'now') refreshSoon();
    };
    const close = hearStream({
      address: `/api/v1/events?traffic=${reach === 'all'}&calls=${calls}`,
      hear: Object.fromEntries(KINDS.map((kind) => [kind, heard(kind)])),
      opened: (isMissing) => {
        if (isMissing) void client.invalidateQueries();
        awaySince.set(undefined);
      },
      failed: () => {
        if (awaySince.value === undefined) awaySince.set(Date.now());
        // Who is there may have changed meanwhile.
        void client.invalidateQueries({ queryKey: ['session'] });
      },
    });
    return () => {
      close();
      clearTimeout(refresh);
      awaySince.set(undefined);
    };
  }, [client, reach, calls]);
}

/** Queries whose key begins with `live` are read anew when something happened: `['live', 'meters', number]`. */
const isLive = (key: QueryKey): boolean => key[0] === 'live';
