import type { Milliseconds } from '../units/index.ts';
import type { ReceiptFailure } from './receipt-document.ts';

/** Who signs receipts: a key of the utility, and the standard by which signatures are made. */
export interface ReceiptSigner {
  /**
   * The payload as a compact JWS (RFC 7515 §7.1) by Ed25519. Its header has `alg`, `kid` and `typ`, in this order and
   * no more.
   */
  sign(payload: Uint8Array, typ: string): Promise<string>;
}

/** The keys that a utility published, those that it signs with no more among them. */
export interface ReceiptKeys {
  find(kid: string): ReceiptKey | undefined;
}

export interface ReceiptKey {
  /** Nothing that was issued later is signed with it. */
  readonly expiresAt: Milliseconds | undefined;
  /** Whether the key signed this compact JWS. No input makes it reject. */
  signed(jws: string): Promise<boolean>;
}

/** Closes a receipt so that its subscriber alone can read it (JWE). */
export interface ReceiptSealer {
  /**
   * @param text of a signed receipt
   * @param recipient the subscriber's public key, a JWK on the curve X25519 or P-256
   */
  seal(text: string, recipient: string): Promise<string | ReceiptFailure>;
}
