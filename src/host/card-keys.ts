import type { KeyName, KeyStore, Purpose } from '../crypto/index.ts';
import { isCsn, type Region, type Svpmsn } from '../units/index.ts';
import { orKeyFailure } from './card-desk.ts';
import { keyFault, type NewCard, type NewOfflineMeter } from './cards.ts';
import { isFailure } from './failures.ts';
import type { CardProvider, HostFailure } from './types.ts';

/**
 * Why a meter without a line is of no use here: whatever has keys that this host does not hold would be asked in vain
 * for ever. Of what is no name of such a key nothing is said: it is refused for that.
 */
export async function offlineKeyMissing(
  keys: Pick<KeyStore, 'terminalKey'>,
  { n, svpmsn }: NewOfflineMeter,
): Promise<HostFailure | undefined> {
  if (keyFault(n) !== undefined) return undefined;
  const key = await orKeyFailure(keys.terminalKey(n as KeyName<typeof Purpose.value>, svpmsn as Svpmsn));
  return isFailure(key) ? key : undefined;
}

/**
 * The same of a card.
 * @param providers of its regions, in their order
 */
export async function cardKeyMissing(
  keys: Pick<KeyStore, 'cardKey'>,
  { csn, regions }: NewCard,
  providers: readonly (CardProvider | undefined)[],
): Promise<HostFailure | undefined> {
  if (!isCsn(csn) || regions.some(({ n }) => keyFault(n) !== undefined)) return undefined;
  for (const [i, { region, n }] of regions.entries()) {
    const utility = providers[i]?.utility;
    if (utility === undefined || providers[i]?.region !== region) continue;
    const named = { utility, n: n as KeyName<typeof Purpose.value>, csn, scope: region as Region };
    const key = await orKeyFailure(keys.cardKey(named));
    if (isFailure(key)) return key;
  }
  return undefined;
}
