import {
  CompactEncrypt,
  CompactSign,
  type CryptoKey,
  compactDecrypt,
  compactVerify,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import type { ReceiptFailure, ReceiptKey, ReceiptKeys, ReceiptSealer, ReceiptSigner } from '../host/index.ts';
import { type Milliseconds, UNIX_MS_MAX } from '../units/index.ts';

/** Signs, verifies, seals and opens receipts by the library jose, over the engine's WebCrypto. Keys are JWKs as JSON. */

/** RFC 8037: the only signature that counts. */
const SIGNATURE = 'EdDSA';
const SIGNATURE_CURVE = 'Ed25519';
/** RFC 7518 §4.6 and §5.3, RFC 8037 §3.2: the only seal that is opened. */
const AGREEMENT = 'ECDH-ES';
const ENCRYPTION = 'A256GCM';
/** `cty` of a sealed receipt. */
const CONTENT = 'wattpurse-receipt';

/** @param jwk the private key (`crv` Ed25519, with `kid` and `d`) */
export async function receiptSigner(jwk: string): Promise<ReceiptSigner | ReceiptFailure> {
  const parsed = parseJwk(jwk);
  const { kid } = parsed ?? {};
  if (parsed === undefined || !isSignatureKey(parsed) || parsed.d === undefined || !isKid(kid)) {
    return keysWrong(
      'The key to sign with is no private JWK of Ed25519 with a kid of 1 to 64 letters, digits and . _ -.',
    );
  }
  const key = await imported(parsed, SIGNATURE);
  if (key === undefined) return keysWrong('The key to sign with is damaged.');
  return {
    sign: (payload, typ) => new CompactSign(payload).setProtectedHeader({ alg: SIGNATURE, kid, typ }).sign(key),
  };
}

/**
 * The keys that a utility published: a JWKS (RFC 7517 §5). A key may say by `exp`, in Unix seconds, when it was
 * replaced: what it signed before stays proved. Keys of other kinds are passed over; a secret one is refused, because
 * whoever reads it can sign.
 */
export async function parseReceiptKeys(jwks: string): Promise<ReceiptKeys | ReceiptFailure> {
  const list = (parseJson(jwks) as { readonly keys?: unknown } | null | undefined)?.keys;
  if (!Array.isArray(list)) return keysWrong('The file of published keys is no JWKS: it must be {"keys":[…]}.');
  const keys = new Map<string, ReceiptKey>();
  for (const item of list as unknown[]) {
    const jwk = asJwk(item);
    if (jwk?.d !== undefined || jwk?.k !== undefined) {
      return keysWrong(
        'The file of published keys holds a secret one: publish the public half, and sign with another.',
      );
    }
    if (jwk === undefined || !isSignatureKey(jwk)) continue;
    const { kid, exp } = jwk as JWK & { readonly exp?: unknown };
    if (!isKid(kid) || keys.has(kid)) {
      return keysWrong('A published key has no kid of its own of 1 to 64 letters, digits and . _ -.');
    }
    const expiresAt = exp === undefined ? undefined : 1000 * Number(exp);
    if (expiresAt !== undefined && !(Number.isInteger(exp) && expiresAt >= 0 && expiresAt <= UNIX_MS_MAX)) {
      return keysWrong(`The published key "${kid}" has an exp that is no time in Unix seconds.`);
    }
    const key = await imported(jwk, SIGNATURE);
    if (key === undefined) return keysWrong(`The published key "${kid}" is damaged.`);
    keys.set(kid, {
      expiresAt: expiresAt as Milliseconds | undefined,
      signed: (jws) =>
        compactVerify(jws, key, { algorithms: [SIGNATURE] }).then(
          () => true,
          () => false,
        ),
    });
  }
  if (keys.size === 0) return keysWrong(`The file of published keys has none on the curve ${SIGNATURE_CURVE}.`);
  return { find: (kid) => keys.get(kid) };
}

export const receiptSealer: ReceiptSealer = {
  async seal(text, recipient) {
    const jwk = parseJwk(recipient);
    const key =
      jwk === undefined || !isAgreementKey(jwk) || jwk.d !== undefined ? undefined : await imported(jwk, AGREEMENT);
    if (key === undefined) return keysWrong('The key to seal for is no public JWK on the curve X25519 or P-256.');
    const kid = jwk?.kid === undefined ? {} : { kid: jwk.kid };
    return new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader({ alg: AGREEMENT, enc: ENCRYPTION, ...kid, cty: CONTENT })
      .encrypt(key);
  },
};

/** Whether a text is a compact JWE: five fields between dots. */
export const isSealed = (text: string): boolean => /^[\w-]+(\.[\w-]*){4}$/.test(text);

/**
 * The text of a sealed receipt.
 * @param recipient the subscriber's private key, a JWK on the curve X25519 or P-256
 */
export async function openReceipt(sealed: string, recipient: string): Promise<string | ReceiptFailure> {
  const jwk = parseJwk(recipient);
  const key =
    jwk === undefined || !isAgreementKey(jwk) || jwk.d === undefined ? undefined : await imported(jwk, AGREEMENT);
  if (key === undefined) return keysWrong('The key to open with is no private JWK on the curve X25519 or P-256.');
  try {
    const { plaintext } = await compactDecrypt(sealed, key, {
      keyManagementAlgorithms: [AGREEMENT],
      contentEncryptionAlgorithms: [ENCRYPTION],
      // A compressed text could be much longer than what was sent.
      maxDecompressedLength: 0,
    });
    return new TextDecoder().decode(plaintext);
  } catch {
    const sentence = 'The sealed receipt cannot be opened: it was sealed for another key, or changed.';
    return { reason: 'seal-wrong', sentence };
  }
}

/** A new key to sign receipts with: the private JWK, and the public one to be published. */
export const drawSigningKey = (kid: string): Promise<DrawnKey> => drawn(kid, SIGNATURE, SIGNATURE_CURVE);

/** A new key of a subscriber, for whom receipts can be sealed. */
export const drawSubscriberKey = (kid: string, curve: 'X25519' | 'P-256' = 'X25519'): Promise<DrawnKey> =>
  drawn(kid, AGREEMENT, curve);

export interface DrawnKey {
  readonly secret: string;
  readonly published: string;
}

async function drawn(kid: string, algorithm: string, crv: string): Promise<DrawnKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { crv, extractable: true });
  const json = async (key: CryptoKey) => JSON.stringify({ ...(await exportJWK(key)), kid, alg: algorithm });
  return { secret: await json(privateKey), published: await json(publicKey) };
}

const keysWrong = (sentence: string): ReceiptFailure => ({ reason: 'keys-wrong', sentence });

const isKid = (kid: unknown): kid is string => typeof kid === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(kid);

const isSignatureKey = ({ kty, crv, use, alg }: JWK): boolean =>
  kty === 'OKP' && crv === SIGNATURE_CURVE && (use ?? 'sig') === 'sig' && (alg ?? SIGNATURE) === SIGNATURE;

const isAgreementKey = ({ kty, crv }: JWK): boolean =>
  (kty === 'OKP' && crv === 'X25519') || (kty === 'EC' && crv === 'P-256');

/** The key, or `undefined` for one that is damaged. */
async function imported({ kty, crv, x, y, d }: JWK, algorithm: string): Promise<CryptoKey | undefined> {
  try {
    // What else a JWK says of its use is passed over: it must not widen it.
    const key = await importJWK(JSON.parse(JSON.stringify({ kty, crv, x, y, d })) as JWK, algorithm);
    return key instanceof Uint8Array ? undefined : key;
  } catch {
    return undefined;
  }
}

const parseJwk = (json: string): JWK | undefined => asJwk(parseJson(json));

const asJwk = (value: unknown): JWK | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JWK) : undefined;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
