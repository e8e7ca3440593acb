import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, importJWK } from 'jose';
import { combine, split } from 'shamir-secret-sharing';

/**
 * A secret of which two of three custodians hold enough (Shamir 1979, over GF(256), by the library
 * shamir-secret-sharing), and a lock that anybody can close and only that secret opens (RFC 7516, RFC 8037, by jose).
 */

export const CUSTODIANS = 3;
export const CUSTODIANS_NEEDED = 2;
/** Of the secret, a private key of X25519; a share has a byte more, its place. */
const SECRET_BYTES = 32;
export const SHARE_BYTES = SECRET_BYTES + 1;

/** RFC 7518 §4.6 and §5.3: the only lock that is opened. */
const AGREEMENT = 'ECDH-ES';
const ENCRYPTION = 'A256GCM';

export interface Custody {
  /** What locks are closed with: 32 bytes, base64url. */
  readonly lock: string;
  /** What opens them, one for each custodian. The whole secret is kept nowhere. */
  readonly shares: readonly Uint8Array[];
}

export async function drawCustody(): Promise<Custody> {
  const { d, x } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const secret = Uint8Array.from(Buffer.from(d as string, 'base64url'));
  const shares = await split(secret, CUSTODIANS, CUSTODIANS_NEEDED);
  secret.fill(0);
  return { lock: x as string, shares };
}

/** @param lock of `drawCustody` */
export async function lockAway(lock: string, content: Uint8Array): Promise<string> {
  const key = await importJWK({ kty: 'OKP', crv: 'X25519', x: lock }, AGREEMENT);
  return new CompactEncrypt(content).setProtectedHeader({ alg: AGREEMENT, enc: ENCRYPTION }).encrypt(key);
}

/** What was locked away, or nothing where these shares are not of that lock, or what was locked is damaged. */
export async function unlock(
  lock: string,
  shares: readonly Uint8Array[],
  locked: readonly string[],
): Promise<Uint8Array[] | undefined> {
  try {
    const secret = await combine(shares.map((share) => Uint8Array.from(share)));
    const d = Buffer.from(secret).toString('base64url');
    secret.fill(0);
    const key = await importJWK({ kty: 'OKP', crv: 'X25519', x: lock, d }, AGREEMENT);
    const options = { keyManagementAlgorithms: [AGREEMENT], contentEncryptionAlgorithms: [ENCRYPTION] };
    return await Promise.all(locked.map(async (text) => (await compactDecrypt(text, key, options)).plaintext));
  } catch {
    // Another secret is another key; what those libraries say of it helps nobody.
    return undefined;
  }
}

/** A number that no other ceremony has: 8 bytes. */
export const drawCeremony = (): Uint8Array => Uint8Array.from(randomBytes(8));
