import type { OfflineMeterJson } from '../../../api/index.ts';
import type { MeterState } from '../../../words/index.ts';

/** How a meter without a line stood when it reported; undefined where it never did. */
export function standingOf({
  reportedAt,
  flags,
  doubt,
}: Pick<OfflineMeterJson, 'reportedAt' | 'flags' | 'doubt'>): MeterState | undefined {
  if (reportedAt === undefined) return undefined;
  const has = (flag: OfflineMeterJson['flags'][number]) => flags.includes(flag);
  if (doubt !== undefined || has('tamper')) return 'tampered';
  if (has('relayOpen')) return has('creditExhausted') ? 'off' : 'blocked';
  if (has('emergencyCredit')) return 'emergency';
  if (has('lastToken')) return 'last-token';
  return has('lowBalance') ? 'low' : 'supplied';
}
