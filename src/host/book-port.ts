import type { Milliseconds } from '../units/index.ts';

/**
 * The keys that seal the books. None of them ever stands in the database: whoever can write there, and has no key,
 * cannot make a row, a chain or a head that an audit takes for the host's.
 */
export interface BookKeys extends RowKeys {
  /** By which the published half of the signing key is found. */
  readonly kid: string;
  /** Ed25519 (RFC 8032), 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
}

/** What an audit of the rows takes beside the published key. Each has 32 bytes. */
export interface RowKeys {
  /** Of the seal that each row bears. */
  readonly rows: Uint8Array;
  /** Of the state of a lane: how many rows there are, what their seals sum to, where the chain of postings ends. */
  readonly lanes: Uint8Array;
}

/** A place of the books that is not as the host left it. */
export interface BookFinding {
  readonly table: string;
  /** Its key, or the first and the last of those in doubt; nothing where the whole table is. */
  readonly row: string | undefined;
  /** What is wrong, in one clause for a person. */
  readonly what: string;
}

/** The published half. */
export interface BookVerifier {
  /** Whether the key of that name signed these bytes; `undefined` where no such key was published. */
  signed(kid: string, bytes: Uint8Array, signature: Uint8Array): boolean | undefined;
}

/**
 * What the books were at an instant, signed: each day has one, and so has each restored database. A head names the one
 * before it, so that a copy of the newest, kept anywhere else, proves all that was written before it.
 */
export interface Head {
  readonly at: Milliseconds;
  /** `HeadBody` as JSON; these very bytes are signed. */
  readonly body: string;
  readonly kid: string;
  /** Base64url. */
  readonly signature: string;
}

export interface HeadBody {
  readonly version: 1;
  /** From 1 on. */
  readonly number: number;
  /** Unix milliseconds. */
  readonly at: number;
  /** SHA-256 of body and signature of the head before, 64 hex digits; of the first one, empty. */
  readonly previous: string;
  /** The database had been put back to an older copy: heads that were signed after that copy are of another branch. */
  readonly restored: boolean;
  readonly lanes: readonly HeadLane[];
}

/** Each connection that writes has a lane of its own, so that none waits for another. */
export interface HeadLane {
  readonly id: number;
  /** Transactions that changed something. */
  readonly commits: number;
  /** Postings in its chain. */
  readonly postings: number;
  /** Where its chain ends: 64 hex digits, or empty before the first posting. */
  readonly tip: string;
  /** SHA-256 of its state, 64 hex digits. */
  readonly state: string;
}
