import { hash } from 'node:crypto';
import type { BookKeys, Head, HeadBody, Numbered, Store, StoreFailure } from '../host/ports.ts';
import type { Milliseconds } from '../units/index.ts';
import { stateDigest } from './lane.ts';
import type { FoundLane } from './lanes.ts';

/** With what a store seals its books. */
export interface SealSettings {
  /** Asked when the first row is to be written. */
  readonly keys: () => Promise<BookKeys>;
  /** Is given each head that was signed, to keep it outside of the database. */
  readonly keep?: (head: Numbered<Head>) => void;
}

export const BOOKS_SEALED: StoreFailure = {
  reason: 'store-failed',
  sentence:
    'These books are sealed, and not with the key that is at hand: whoever writes them needs their own keyring.',
};

/** 64 hex digits. */
export const headDigest = ({ body, signature }: Head): string => hash('sha256', `${body}\n${signature}`, 'hex');

/**
 * Signs a head over the lanes as they are at one instant, and keeps it. What was written since that instant is not in it.
 * A head that another host signed meanwhile stands in its place, but not where it has to say that the books were put back.
 */
export async function signedHead(
  store: Pick<Store, 'read' | 'transaction'>,
  lanesNow: () => Promise<readonly FoundLane[]>,
  keys: BookKeys,
  { now, restored = false }: { readonly now: Milliseconds; readonly restored?: boolean },
): Promise<Numbered<Head> | undefined> {
  const lanes = await lanesNow();
  const [last] = await store.read((tx) => tx.heads.page({ limit: 1 }));
  const number = (last?.number ?? 0) + 1;
  const body: HeadBody = {
    version: 1,
    number,
    at: now,
    previous: last === undefined ? '' : headDigest(last),
    restored,
    lanes: lanes.flatMap(({ id, state }) =>
      state === undefined
        ? []
        : [
            {
              id,
              commits: state.commits,
              postings: state.postings,
              tip: Buffer.from(state.tip).toString('hex'),
              state: stateDigest(state),
            },
          ],
    ),
  };
  const text = JSON.stringify(body);
  const signature = Buffer.from(keys.sign(Buffer.from(text))).toString('base64url');
  const head: Head = { at: now, body: text, kid: keys.kid, signature };
  const isKept = await store.transaction(async (tx) => {
    const [newest] = await tx.heads.page({ limit: 1 });
    if (newest?.number !== last?.number) return false;
    await tx.heads.append([head]);
    return true;
  });
  if (isKept) return { ...head, number };
  return restored ? signedHead(store, lanesNow, keys, { now, restored }) : undefined;
}
