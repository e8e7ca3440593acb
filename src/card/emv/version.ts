import { concat } from '../../bytes/index.ts';
import type { EmvCardKey, EmvCryptogramKey, EmvPadding } from '../../crypto/index.ts';

/**
 * How a card makes its cryptograms. 10: with its master key, over the card's own results, filled with zeros, answered
 * with a code (ARPC method 1). 18: with the common session key, over all of the issuer's data, filled with a bit and
 * zeros, answered with a status (ARPC method 2). EMV leaves this to the schemes; these two are the ones in the field.
 */
export const CRYPTOGRAM_VERSIONS = [10, 18] as const;
export type CryptogramVersion = (typeof CRYPTOGRAM_VERSIONS)[number];

/** Issuer application data here: 06, key index, version, then the card's verification results, 03 and three bytes. */
export const ISSUER_DATA_BYTES = 7;
const RESULTS_AT = 3;

export function versionOf(issuerData: Uint8Array): CryptogramVersion | undefined {
  if (issuerData.length !== ISSUER_DATA_BYTES || issuerData[0] !== ISSUER_DATA_BYTES - 1) return undefined;
  return CRYPTOGRAM_VERSIONS.find((version) => version === issuerData[2]);
}

/** What goes into a cryptogram, Book 2 §8.1.1, table 26. */
export interface CryptogramInput {
  /** 9F02, 9F03, 9F1A, 95, 5F2A, 9A, 9C, 9F37: 29 bytes, as CDOL1 of these cards asks for them. */
  readonly sale: Uint8Array;
  readonly interchangeProfile: Uint8Array;
  readonly counter: number;
  readonly issuerData: Uint8Array;
}

/** The key and the data of a cryptogram. */
export function cryptogramParts(
  version: CryptogramVersion,
  card: EmvCardKey,
  { sale, interchangeProfile, counter, issuerData }: CryptogramInput,
): { readonly key: EmvCryptogramKey; readonly data: Uint8Array; readonly padding: EmvPadding } {
  const common = concat(sale, interchangeProfile, Uint8Array.of(counter >> 8, counter));
  if (version === 10) {
    return { key: card.direct(), data: concat(common, issuerData.subarray(RESULTS_AT)), padding: 'zeros' };
  }
  return { key: card.session(counter), data: concat(common, issuerData), padding: 'one-then-zeros' };
}

/** CSU, Book 3, Annex C10: byte 2, bit 8 says that the issuer approves. */
export const CardStatus = {
  approved: Uint8Array.of(0, 0x80, 0, 0),
  declined: Uint8Array.of(0, 0, 0, 0),
} as const;

/** Two characters as they stand in field 39 and in 8A. */
export const codeBytes = (code: string): Uint8Array => Uint8Array.from(code, (character) => character.charCodeAt(0));
