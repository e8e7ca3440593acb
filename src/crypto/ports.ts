/**
 * A hardware token that keeps master keys and gives none of them out: what it computes with them. A call that it cannot
 * serve rejects with a KeyTokenError. Sizes in bytes.
 */
export interface KeyToken {
  /** Of all secret keys in it. */
  labels(): Promise<readonly string[]>;
  /** Takes a key in; from then on nobody reads it, and it does nothing but what its type says. */
  put(key: KeyForToken): Promise<void>;
  /** AES-CMAC (RFC 4493) under a key of type `aes`: 16. */
  cmac(label: string, message: Uint8Array): Promise<Uint8Array>;
  /** Each block of 8 under a key of type `triple-des` by itself: as long as `blocks`. */
  encrypt(label: string, blocks: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

export interface KeyForToken {
  readonly label: string;
  readonly type: 'aes' | 'triple-des';
  /** 16, or 32 of `aes`. */
  readonly bytes: Uint8Array;
}

export type KeyTokenFailure =
  | 'driver-missing'
  | 'module-missing'
  | 'token-missing'
  | 'pin-wrong'
  | 'key-open'
  | 'failed';

/** What a token does not do, in one sentence that says what to do. */
export class KeyTokenError extends Error {
  override readonly name = 'KeyTokenError';
  readonly reason: KeyTokenFailure;

  constructor(reason: KeyTokenFailure, sentence: string) {
    super(sentence);
    this.reason = reason;
  }
}
