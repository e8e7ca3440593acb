import { createHash } from 'node:crypto';
import { concat, equalConstantTime, fromHex } from '../bytes/index.ts';
import { assert, U16_MAX } from '../units/index.ts';
import { cbcMac, TripleDesKey } from './triple-des.ts';

/*
 * The keys of application cryptograms of payment cards, EMV 4.3 Book 2, Annex A1: the issuer's master key, each card's
 * from it, and the one of a single transaction. All are two-key triple-DES; the odd parity that A1.4.1 sets is left
 * away, because DES does not look at it.
 */

/** ARQC, TC and AAC, and an ARPC of method 1. */
export const CRYPTOGRAM_BYTES = 8;
/** An ARPC of method 2. */
export const SHORT_ARPC_BYTES = 4;

/** How an issuer derives its cards' keys: A1.4.1, or A1.4.2, which differs for numbers of more than 16 digits. */
export type EmvDerivation = 'a' | 'b';

/** ISO/IEC 9797-1, padding method 1 (zeros) or 2 (one bit, then zeros). */
export type EmvPadding = 'zeros' | 'one-then-zeros';

/** IMK-AC: what an issuer derives the keys of all its cards from. Its bytes cannot be read back. */
export class EmvIssuerKey {
  readonly #key: TripleDesKey;

  /** @throws RangeError when it is not 16 bytes */
  constructor(bytes: Uint8Array) {
    this.#key = keyOf(bytes);
  }

  /**
   * MK-AC of one card.
   * @param pan 12 to 19 digits
   * @param sequence of the card among those with its number, 0 to 99; 0 where it has none
   */
  cardKey(derivation: EmvDerivation, pan: string, sequence: number): EmvCardKey {
    assert(/^\d{12,19}$/.test(pan), 'the number of a card is 12 to 19 digits');
    assert(Number.isInteger(sequence) && sequence >= 0 && sequence <= 99, 'a sequence number is 0 to 99');
    const digits = `${pan}${String(sequence).padStart(2, '0')}`;
    // A1.4.2: for 16 digits and fewer option B is option A.
    const block = fromHex(derivation === 'a' || pan.length <= 16 ? digits.padStart(16, '0').slice(-16) : dense(digits));
    const inverted = block.map((byte) => byte ^ 0xff);
    return new EmvCardKey(pair(this.#key, block, inverted));
  }
}

/** MK-AC: what one payment card shares with its issuer. Its bytes cannot be read back. */
export class EmvCardKey {
  readonly #key: TripleDesKey;
  readonly #direct: EmvCryptogramKey;

  /** @throws RangeError when it is not 16 bytes */
  constructor(bytes: Uint8Array) {
    this.#key = keyOf(bytes);
    this.#direct = new EmvCryptogramKey(bytes);
  }

  /** The common session key of the transaction with this counter (ATC): A1.3.1, with R = ATC, then zeros. */
  session(counter: number): EmvCryptogramKey {
    assert(Number.isInteger(counter) && counter >= 0 && counter <= U16_MAX, 'a transaction counter is two bytes');
    const left = Uint8Array.of(counter >>> 8, counter, 0xf0, 0, 0, 0, 0, 0);
    const right = Uint8Array.of(counter >>> 8, counter, 0x0f, 0, 0, 0, 0, 0);
    return new EmvCryptogramKey(pair(this.#key, left, right));
  }

  /** For cards whose cryptograms are made with the master key itself, as those of version 10 are. */
  direct(): EmvCryptogramKey {
    return this.#direct;
  }
}

/** What a cryptogram and the answer to it are made with. Its bytes cannot be read back. */
export class EmvCryptogramKey {
  readonly #key: TripleDesKey;
  /** K1 and K2 as keys of single DES: EDE with one key three times is that. */
  readonly #first: TripleDesKey;
  readonly #second: TripleDesKey;

  /** @throws RangeError when it is not 16 bytes */
  constructor(bytes: Uint8Array) {
    this.#key = keyOf(bytes);
    const [first, second] = [bytes.subarray(0, 8), bytes.subarray(8)];
    this.#first = new TripleDesKey(concat(first, first));
    this.#second = new TripleDesKey(concat(second, second));
  }

  /** A1.2.1: ISO/IEC 9797-1 MAC algorithm 3 over single DES, all 8 bytes. */
  cryptogram(data: Uint8Array, padding: EmvPadding): Uint8Array {
    const tag = cbcMac(this.#first, padding === 'zeros' ? data : concat(data, Uint8Array.of(0x80)));
    this.#second.decryptBlock(tag, 0, tag, 0);
    this.#first.encryptBlock(tag, 0, tag, 0);
    return tag;
  }

  /** ARPC of method 1, Book 2 §8.2.1. @param code ARC, the two bytes of the issuer's response code */
  responseToCode(cryptogram: Uint8Array, code: Uint8Array): Uint8Array {
    assert(cryptogram.length === CRYPTOGRAM_BYTES && code.length === 2, 'an ARPC answers 8 bytes with a code of 2');
    const block = cryptogram.slice();
    for (let i = 0; i < 2; i++) block[i] = (block[i] as number) ^ (code[i] as number);
    this.#key.encryptBlock(block, 0, block, 0);
    return block;
  }

  /** ARPC of method 2, Book 2 §8.2.2. @param status CSU, 4 bytes @param proprietary 0 to 8 bytes */
  responseToStatus(cryptogram: Uint8Array, status: Uint8Array, proprietary: Uint8Array): Uint8Array {
    assert(cryptogram.length === CRYPTOGRAM_BYTES && status.length === 4, 'an ARPC answers 8 bytes with a status of 4');
    assert(proprietary.length <= 8, 'proprietary authentication data are at most 8 bytes');
    return this.cryptogram(concat(cryptogram, status, proprietary), 'one-then-zeros').slice(0, SHORT_ARPC_BYTES);
  }

  /** Whether a cryptogram of 8 bytes is that of these data. */
  verifies(data: Uint8Array, padding: EmvPadding, cryptogram: Uint8Array): boolean {
    return equalConstantTime(this.cryptogram(data, padding), cryptogram);
  }
}

/** EMV 4.3 Book 2, A1.4.2: the first 16 decimal digits of the SHA-1; where it has fewer, A to F as 0 to 5 behind them. */
function dense(digits: string): string {
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  const hash = createHash('sha1').update(fromHex(even)).digest('hex');
  const decimals = hash.replace(/\D/g, '');
  const letters = hash.replace(/\d/g, '').replace(/[a-f]/g, (letter) => String(Number.parseInt(letter, 16) - 10));
  return `${decimals}${letters}`.slice(0, 16);
}

function keyOf(bytes: Uint8Array): TripleDesKey {
  if (bytes.length !== 16) throw new RangeError(`a key of a payment card is 16 bytes, not ${bytes.length}`);
  return new TripleDesKey(bytes);
}

function pair(key: TripleDesKey, left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = concat(left, right);
  key.encryptBlock(bytes, 0, bytes, 0);
  key.encryptBlock(bytes, 8, bytes, 8);
  return bytes;
}
