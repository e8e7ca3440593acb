import type { HostFailure } from './types.ts';

/**
 * Makes of a password what may be stored, and says whether a password was that one. Both take time and memory on
 * purpose; who serves too many at once refuses with `log-in-busy`.
 */
export interface PasswordHash {
  /** A text that holds all that `verify` needs; never twice the same. */
  hash(password: string): Promise<string | HostFailure>;
  verify(password: string, hash: string): Promise<boolean | HostFailure>;
}
