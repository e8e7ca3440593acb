import { createPrivateKey, createPublicKey, hash, hkdfSync, type KeyObject, sign, verify } from 'node:crypto';
import type { BookKeys, BookVerifier } from '../host/index.ts';

/** The keys that seal the books, by the Ed25519 and HKDF of node:crypto. */

const SECRET_BYTES = 32;
/** RFC 8410 §7: what stands before the 32 bytes of a private key of Ed25519 in PKCS #8. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const CURVE = 'Ed25519';
const KID = /^[A-Za-z0-9._-]{1,64}$/;

/** What others may know: a JWKS (RFC 7517 §5) of one key. */
export interface PublishedBookKeys extends BookKeys {
  readonly published: string;
}

/**
 * All of a utility's keys for its books, from one secret (RFC 5869).
 * @param secret 32 bytes. @throws RangeError for any other length
 */
export function bookKeys(secret: Uint8Array): PublishedBookKeys {
  if (secret.length !== SECRET_BYTES) throw new RangeError(`a secret of books is ${SECRET_BYTES} bytes`);
  const derived = (use: string) => new Uint8Array(hkdfSync('sha256', secret, '', `wattpurse books: ${use}`, 32));
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519, derived('heads')]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  // RFC 7638: a key is named by its thumbprint.
  const kid = Buffer.from(hash('sha256', `{"crv":"${CURVE}","kty":"OKP","x":"${x}"}`, 'buffer')).toString('base64url');
  return {
    rows: derived('rows'),
    lanes: derived('lanes'),
    kid,
    sign: (bytes) => sign(null, bytes, key),
    published: JSON.stringify({ keys: [{ kty: 'OKP', crv: CURVE, x, kid, alg: 'EdDSA', use: 'sig' }] }),
  };
}

/** The keys of a JWKS by which heads of books are verified; keys of other kinds are passed over. `undefined` for what is none. */
export function parseBookVerifier(jwks: string): BookVerifier | undefined {
  const keys = new Map<string, KeyObject>();
  for (const jwk of keysOf(jwks)) {
    const { kty, crv, x, kid } = (jwk ?? {}) as Readonly<Record<string, unknown>>;
    if (kty !== 'OKP' || crv !== CURVE || typeof x !== 'string' || typeof kid !== 'string' || !KID.test(kid)) continue;
    try {
      keys.set(kid, createPublicKey({ key: { kty, crv, x }, format: 'jwk' }));
    } catch {
      return undefined;
    }
  }
  if (keys.size === 0) return undefined;
  return {
    signed(kid, bytes, signature) {
      const key = keys.get(kid);
      return key === undefined ? undefined : verify(null, bytes, key, signature);
    },
  };
}

function keysOf(jwks: string): readonly unknown[] {
  try {
    const keys = (JSON.parse(jwks) as { readonly keys?: unknown } | null)?.keys;
    return Array.isArray(keys) ? keys : [];
  } catch {
    return [];
  }
}
