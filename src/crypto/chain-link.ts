import { sha256 } from './sha256.ts';

/** A link of a chain of records, and what stands before the first of them: zeros. */
export const CHAIN_LINK_BYTES = 16;

/**
 * The link of a record: the first 16 bytes of SHA-256(the link before | the record). It depends on every record of the
 * chain up to this one and on their order. It has no key: it shows what was changed behind a link that somebody keeps
 * elsewhere, and nothing to whoever may choose all of them.
 */
export function chainLink(before: Uint8Array, record: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(CHAIN_LINK_BYTES + record.length);
  bytes.set(before.subarray(0, CHAIN_LINK_BYTES));
  bytes.set(record, CHAIN_LINK_BYTES);
  return sha256(bytes).slice(0, CHAIN_LINK_BYTES);
}
