import type { EventJson, MeterJson } from '../../../api/index.ts';

/** In the order of the bits in which a meter tells them. */
export const RELAY_REASONS = ['no-credit', 'over-current', 'tamper', 'command', 'load-limit', 'awaits-key'] as const;
export type RelayReason = (typeof RELAY_REASONS)[number];

export const relayReasons = (bits: number): readonly RelayReason[] =>
  RELAY_REASONS.filter((_, bit) => (bits & (1 << bit)) !== 0);

export interface Relay {
  readonly supply: number;
  /** Undefined where nobody was told. */
  readonly isOpen: boolean | undefined;
  readonly reasons: readonly RelayReason[];
  readonly at: string | undefined;
}

/**
 * How each relay stands by the last event of it. The flags of the meter are of all supplies together: where there is
 * one, or where none is open, they say it too.
 * @param events the newest first; undefined for whoever may not read them
 */
export function relaysOf({ supplies, known }: MeterJson, events: readonly EventJson[] | undefined): readonly Relay[] {
  const isAnyOpen = known.flags?.includes('relayOpen');
  return Array.from({ length: supplies }, (_, nth): Relay => {
    const supply = nth + 1;
    const last = events?.find(
      ({ kind, supply: of }) => of === supply && (kind === 'relayOpened' || kind === 'relayClosed'),
    );
    const told = last === undefined ? undefined : last.kind === 'relayOpened';
    const isOpen = isAnyOpen === false || supplies === 1 ? (isAnyOpen ?? told) : told;
    const isOfEvent = isOpen === true && told === true;
    return {
      supply,
      isOpen,
      reasons: isOfEvent ? relayReasons(last?.detail ?? 0) : [],
      at: last !== undefined && told === isOpen ? (last.time ?? last.heardAt) : undefined,
    };
  });
}
