import type { Milliseconds, Randomness } from '../units/index.ts';
import { fail, textFault } from './failures.ts';
import type { NewApiKey } from './people-services.ts';
import type { StoreTransaction } from './ports.ts';
import { drawToken, tokenHash } from './secrets.ts';
import type { ApiKey, HostFailure } from './types.ts';
import type { Act } from './witness.ts';

/** By it a key is found in a file where it should not be. */
const PREFIX = 'wpk';
const ID_DIGITS = 12;
const FORM = new RegExp(`^${PREFIX}_([0-9a-f]{${ID_DIGITS}})_[0-9a-f]{64}$`);

/** The id of a key, or `undefined` for a text that is none. */
export const apiKeyId = (key: string): string | undefined => FORM.exec(key)?.[1];

/** @returns the row, and the key, which stands in no row */
export function drawApiKey(
  act: Act,
  { name, role, scopes, expiresAt }: NewApiKey,
  randomness: Randomness,
): { readonly apiKey: ApiKey; readonly key: string } | HostFailure {
  const fault = textFault('api-key-wrong', "An API key's name", name);
  if (fault !== undefined) return fault;
  if (role === 'subscriber') {
    return fail('api-key-wrong', 'An API key has no role of subscriber: a subscriber logs in.');
  }
  if (expiresAt !== undefined && expiresAt <= act.at) {
    return fail('api-key-wrong', 'An API key ends at an instant that is to come, not at one that has been.');
  }
  const id = drawToken(randomness).slice(0, ID_DIGITS);
  const key = `${PREFIX}_${id}_${drawToken(randomness)}`;
  const apiKey: ApiKey = {
    id,
    hash: tokenHash(key),
    name,
    role,
    scopes: [...new Set(scopes)].sort(),
    createdBy: act.by,
    createdAt: act.at,
    expiresAt,
    revokedAt: undefined,
  };
  return { apiKey, key };
}

export async function revokeApiKey(tx: StoreTransaction, act: Act, id: string): Promise<ApiKey | HostFailure> {
  const [found] = await tx.apiKeys.of([id]);
  if (found === undefined) return fail('api-key-unknown', `There is no API key "${id}": check its id.`, { about: id });
  if (found.revokedAt !== undefined) return found;
  const revoked: ApiKey = { ...found, revokedAt: act.at };
  await tx.apiKeys.put([revoked]);
  return revoked;
}

export function opens(found: ApiKey, key: string, now: Milliseconds): boolean {
  if (found.revokedAt !== undefined || (found.expiresAt !== undefined && now >= found.expiresAt)) return false;
  // How much of two hashes is equal leads nobody to a key.
  return found.hash === tokenHash(key);
}
