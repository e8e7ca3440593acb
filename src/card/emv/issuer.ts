import { concat, Reader, toHex } from '../../bytes/index.ts';
import type { EmvIssuerKey } from '../../crypto/index.ts';
import { assertNever } from '../../units/index.ts';
import { type DataObject, decodeTlv, encodeTlv, findObject, tagBytes } from '../tlv.ts';
import { Tag } from './tags.ts';
import { CardStatus, codeBytes, cryptogramParts, versionOf } from './version.ts';

/** A sale as it reaches the bank of a card. */
export interface EmvAsked {
  readonly pan: string;
  readonly sequence: number | undefined;
  /** Fields 4 and 49, which the chip must have signed. */
  readonly amount: number;
  readonly currency: number;
  /** Field 55. */
  readonly data: Uint8Array;
}

export type EmvVerdict =
  | {
      readonly outcome: 'genuine';
      /** Field 55 of the answer: what tells the card that its own bank gave this code. */
      readonly answer: (code: string, isApproved: boolean) => Uint8Array;
    }
  | {
      readonly outcome: 'refused';
      readonly reason:
        | 'data-wrong'
        | 'version-unknown'
        /** The chip signed another amount or currency than is asked for. */
        | 'sale-differs'
        | 'cryptogram-wrong'
        /** No transaction of a card has the counter of an earlier one. */
        | 'counter-repeated';
    };

/** What stands in CDOL1 of our cards, in its order, with its lengths. */
const SALE: readonly (readonly [tag: number, length: number])[] = [
  [Tag.amountAuthorised, 6],
  [Tag.amountOther, 6],
  [Tag.terminalCountryCode, 2],
  [Tag.terminalVerificationResults, 5],
  [Tag.transactionCurrencyCode, 2],
  [Tag.transactionDate, 3],
  [Tag.transactionType, 1],
  [Tag.unpredictableNumber, 4],
];
export const SALE_DOL: Uint8Array = concat(
  ...SALE.map(([tag, length]) => concat(tagBytes(tag), Uint8Array.of(length))),
);
export const SALE_BYTES: number = SALE.reduce((sum, [, length]) => sum + length, 0);

/** The bank that issued a card: it knows whether a cryptogram is that card's, and proves to the card who answers. */
export class EmvIssuer {
  readonly #key: EmvIssuerKey;
  /** The highest counter of each card. */
  readonly #counters = new Map<string, number>();

  constructor(key: EmvIssuerKey) {
    this.#key = key;
  }

  /** What is genuine is remembered, and not genuine a second time. */
  judge({ pan, sequence = 0, amount, currency, data }: EmvAsked): EmvVerdict {
    const objects = decodeTlv(data);
    if ('reason' in objects || sequence > SEQUENCE_MAX) return refuse('data-wrong');
    const sale = SALE.map(([tag, length]) => objectOf(objects, tag, length));
    const [cryptogram, counted, profile] = [
      objectOf(objects, Tag.applicationCryptogram, 8),
      objectOf(objects, Tag.applicationTransactionCounter, 2),
      objectOf(objects, Tag.applicationInterchangeProfile, 2),
    ];
    const issuerData = findObject(objects, Tag.issuerApplicationData)?.value;
    if (cryptogram === undefined || counted === undefined || profile === undefined || sale.includes(undefined)) {
      return refuse('data-wrong');
    }
    const version = versionOf(issuerData ?? new Uint8Array(0));
    if (issuerData === undefined || version === undefined) return refuse('version-unknown');
    const [signedAmount, , , , signedCurrency] = sale as readonly Uint8Array[];
    if (!isDecimal(signedAmount, amount) || !isDecimal(signedCurrency, currency)) return refuse('sale-differs');
    const card = this.#key.cardKey(version === 10 ? 'a' : 'b', pan, sequence);
    const counter = new Reader(counted).u16();
    const input = { sale: concat(...(sale as Uint8Array[])), interchangeProfile: profile, counter, issuerData };
    const { key, data: signed, padding } = cryptogramParts(version, card, input);
    if (!key.verifies(signed, padding, cryptogram)) return refuse('cryptogram-wrong');
    const name = `${pan} ${sequence}`;
    if (counter <= (this.#counters.get(name) ?? 0)) return refuse('counter-repeated');
    this.#counters.set(name, counter);
    return {
      outcome: 'genuine',
      answer: (code, isApproved) => {
        switch (version) {
          case 10: {
            const bytes = codeBytes(code);
            return authentication(key.responseToCode(cryptogram, bytes), bytes);
          }
          case 18: {
            const status = isApproved ? CardStatus.approved : CardStatus.declined;
            return authentication(key.responseToStatus(cryptogram, status, new Uint8Array(0)), status);
          }
          default:
            return assertNever(version);
        }
      },
    };
  }
}

/** Of the cards with one number: tag 5F34 has two digits, and field 23 of an acquirer's message three. */
const SEQUENCE_MAX = 99;

const authentication = (response: Uint8Array, rest: Uint8Array): Uint8Array =>
  encodeTlv(Tag.issuerAuthenticationData, concat(response, rest));

const refuse = (reason: Extract<EmvVerdict, { outcome: 'refused' }>['reason']): EmvVerdict => ({
  outcome: 'refused',
  reason,
});

function objectOf(objects: readonly DataObject[], tag: number, length: number): Uint8Array | undefined {
  const value = findObject(objects, tag)?.value;
  return value?.length === length ? value : undefined;
}

const isDecimal = (bytes: Uint8Array | undefined, value: number): boolean =>
  bytes !== undefined && /^\d+$/.test(toHex(bytes)) && Number(toHex(bytes)) === value;
