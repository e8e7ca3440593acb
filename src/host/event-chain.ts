import { CHAIN_LINK_BYTES, chainLink } from '../crypto/index.ts';
import { type EventAnswer, encodeEvent } from '../records/index.ts';
import type { Knowledge } from './types.ts';

type Followed = Pick<Knowledge, 'linkedEvent' | 'eventLink'>;

/** What an answer with events shows of the meter's chain, and as far as it was followed. */
export interface ChainFollowed extends Followed {
  /** Events were written that nobody read: the meter had more than it can keep, or they were taken away. */
  readonly missing: boolean;
  /** An event is not what it was, or not where it was; or a meter that had a chain tells none. */
  readonly changed: boolean;
}

/**
 * Follows the chain of a meter's events from the link that was kept. What was followed before is not asked of an older
 * answer that was long on its way; where nothing was kept, the first link is believed.
 */
export function followChain(known: Followed, { events, chain }: EventAnswer): ChainFollowed {
  let { linkedEvent, eventLink } = known;
  let missing = false;
  let changed = false;
  if (chain === undefined) {
    const isNews = linkedEvent !== undefined && (events.at(-1)?.sequence ?? 0) > linkedEvent;
    return { linkedEvent, eventLink, missing, changed: isNews };
  }
  const begins = new Map(chain.map(({ index, before }) => [index, before]));
  let link: Uint8Array = FIRST_LINK;
  for (const [index, event] of events.entries()) {
    const before = begins.get(index) ?? link;
    link = chainLink(before, encodeEvent(event));
    const { sequence } = event;
    if (linkedEvent === undefined || eventLink === undefined) {
      changed ||= sequence === 1 && !isSame(before, FIRST_LINK);
    } else if (sequence <= linkedEvent) {
      changed ||= sequence === linkedEvent && !isSame(link, eventLink);
      continue;
    } else if (!isSame(before, eventLink)) {
      if (sequence === linkedEvent + 1) changed = true;
      else missing = true;
    }
    linkedEvent = sequence;
    eventLink = link;
  }
  return { linkedEvent, eventLink, missing, changed };
}

const FIRST_LINK = new Uint8Array(CHAIN_LINK_BYTES);
const isSame = (one: Uint8Array, other: Uint8Array): boolean => one.every((byte, i) => byte === other[i]);
