import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto';
import { toBase64url } from '../bytes/index.ts';
import type { ReceiptKeys, ReceiptSigner } from '../host/index.ts';

/** RFC 8410 §7: what stands before the 32 bytes of a private key of Ed25519. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const KID = 'simulated';

/** Who signs the receipts of a life, and how they are proved: the same for the same seed. */
export function simulatedReceipts(seed: number | string): {
  readonly signer: ReceiptSigner;
  readonly keys: ReceiptKeys;
  /** What others may know, a JWKS. */
  readonly published: string;
} {
  const secret = Buffer.from(hash('sha256', `receipts of ${seed}`), 'hex');
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, secret]), format: 'der', type: 'pkcs8' });
  const published = createPublicKey(key);
  const signed = async (jws: string): Promise<boolean> => {
    const at = jws.lastIndexOf('.');
    return verify(null, Buffer.from(jws.slice(0, at)), published, Buffer.from(jws.slice(at + 1), 'base64url'));
  };
  return {
    signer: {
      async sign(payload, typ) {
        const header = toBase64url(Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: KID, typ })));
        const what = `${header}.${toBase64url(payload)}`;
        return `${what}.${toBase64url(sign(null, Buffer.from(what), key))}`;
      },
    },
    keys: { find: (kid) => (kid === KID ? { expiresAt: undefined, signed } : undefined) },
    published: JSON.stringify({ keys: [{ ...published.export({ format: 'jwk' }), kid: KID }] }),
  };
}
