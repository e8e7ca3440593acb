import { concat, fromHex } from '../bytes/index.ts';
import { assert, type Csn, isRegion, type Region, type Svpmsn, U16_MAX } from '../units/index.ts';
import { AesKey } from './aes.ts';
import { ccmOpen, ccmSeal } from './ccm.ts';
import { cmac, kdf } from './cmac.ts';
import { type KeyName, keyBytesOf, keyNameText, Purpose, purposeOf, Suite, suiteOf } from './names.ts';
import { aesOf, TerminalKey } from './terminal-key.ts';

/** Of the authentication between a card and whoever holds its key, and of a challenge. */
export const CARD_TAG_BYTES = 16;
/** Of each message between card and meter. */
export const PAIR_TAG_BYTES = 8;

/** A key of a card belongs to one of its regions, or, as 0, to the card as a whole: its issuer's. */
export type CardKeyScope = Region | 0;

/** Which key of a card: whose KH it comes from, of which name, for which card, and for what in it. */
export interface NamedCardKey {
  readonly utility: number;
  readonly n: KeyName<typeof Purpose.value>;
  readonly csn: Csn;
  readonly scope: CardKeyScope;
}

/** What a tag under a card's own key says: that the card, the outside, or both in turn, hold it. */
export type CardTag = 'CINT' | 'CEXT' | 'CMUO' | 'CMUI';
/** The messages between a card and a meter, and the meter's report: no key of one of them opens another. */
export type PairTag = 'CAUT' | 'CM2C' | 'CC2M' | 'CACK' | 'CRPT';

let bytesOf: (key: CardKey) => Uint8Array;
let pairBytesOf: (key: PairKey) => Uint8Array;
let keyOf: (key: PairKey) => AesKey;

/**
 * KC of one region of one card: the secret that the card shares with the region's provider. Suites `aes128` and
 * `aes256`. Nothing that prints, copies or serialises an object sees its bytes.
 */
export class CardKey {
  readonly n: KeyName<typeof Purpose.value>;
  readonly csn: Csn;
  readonly scope: CardKeyScope;
  /** CSN 7 | region, as it stands in derivations, in M1 and before the frames. */
  readonly subject: Uint8Array;
  readonly #bytes: Uint8Array;
  readonly #key: AesKey;
  #debit: AesKey | undefined;

  static {
    bytesOf = (key) => key.#bytes;
  }

  constructor(n: KeyName<typeof Purpose.value>, csn: Csn, scope: CardKeyScope, bytes: Uint8Array) {
    const suite = suiteOf(n);
    if (purposeOf(n) !== Purpose.value || (suite !== Suite.aes128 && suite !== Suite.aes256)) {
      throw new RangeError(`a card's key is one of purpose value in an AES suite, not ${keyNameText(n)}`);
    }
    if (scope !== 0 && !isRegion(scope)) throw new RangeError(`a card has regions 1 to 6, not ${scope}`);
    if (bytes.length !== keyBytesOf(suite)) {
      throw new RangeError(`KC of ${keyNameText(n)} is ${keyBytesOf(suite)} bytes, not ${bytes.length}`);
    }
    this.n = n;
    this.csn = csn;
    this.scope = scope;
    this.subject = concat(fromHex(csn), Uint8Array.of(scope));
    this.#bytes = new Uint8Array(bytes);
    this.#key = new AesKey(this.#bytes);
  }

  /** As the terminal of an exchange (0x18) that is routed to this meter. */
  terminalKey(route: Svpmsn): TerminalKey<typeof Purpose.value> {
    return new TerminalKey(this.n, route, this.#bytes, this.subject);
  }

  /** Kpair = KDF(Kdebit, "KP01", SVPMSN): what the card shares with one meter. The meter has it from a ticket. */
  pairKey(meter: Svpmsn): PairKey {
    // Kdebit(CSN, region): in the card and at the provider, and nowhere else.
    this.#debit ??= new AesKey(kdf(this.#key, 'KD01', this.subject));
    return new PairKey(kdf(this.#debit, 'KP01', idBytes(meter)));
  }

  /** The 16 bytes that prove this key for what the label says, over challenges of 16 bytes. */
  tag(label: CardTag, challenges: Uint8Array): Uint8Array {
    return cmac(new AesKey(kdf(this.#key, label, this.subject)), challenges);
  }

  /** `value aes128 generation 0 of card 04a1b2c3d4e5f6, region 2`: which key it is, never what it is. */
  toString(): string {
    return `${keyNameText(this.n)} of card ${this.csn}, ${this.scope === 0 ? 'its issuer' : `region ${this.scope}`}`;
  }
}

/** What one card and one meter share for one region. */
export class PairKey {
  readonly #bytes: Uint8Array;
  readonly #key: AesKey;

  static {
    pairBytesOf = (key) => key.#bytes;
    keyOf = (key) => key.#key;
  }

  /** @throws RangeError when it is not 16 or 32 bytes */
  constructor(bytes: Uint8Array) {
    this.#bytes = new Uint8Array(bytes);
    this.#key = new AesKey(this.#bytes);
  }
}

/** The 8 bytes that authenticate one message: CMAC under KDF(Kpair, label, context), its first half. */
export const pairTag = (pair: PairKey, label: PairTag, context: Uint8Array, message: Uint8Array): Uint8Array =>
  cmac(new AesKey(kdf(keyOf(pair), label, context)), message).slice(0, PAIR_TAG_BYTES);

/**
 * KC = KDF(KH, "KC01", n | CSN | region | utility u16), region 0 for the key of the card's issuer.
 * @param kh 16 bytes, 32 in aes256
 * @throws RangeError when KH, its name or the utility number does not fit
 */
export function deriveCardKey(
  kh: Uint8Array,
  n: KeyName<typeof Purpose.value>,
  csn: Csn,
  scope: CardKeyScope,
  utility: number,
): CardKey {
  if (kh.length !== keyBytesOf(suiteOf(n))) {
    throw new RangeError(`KH of ${keyNameText(n)} is ${keyBytesOf(suiteOf(n))} bytes, not ${kh.length}`);
  }
  return new CardKey(n, csn, scope, kdf(new AesKey(kh), CARD_KEY_LABEL, cardKeyContext({ utility, n, csn, scope })));
}

export const CARD_KEY_LABEL = 'KC01';

/** n | CSN | region | utility u16. @throws RangeError when the utility number does not fit */
export function cardKeyContext({ utility, n, csn, scope }: NamedCardKey): Uint8Array {
  if (!Number.isInteger(utility) || utility < 0 || utility > U16_MAX) {
    throw new RangeError(`a utility number is 0 to 65535, not ${utility}`);
  }
  return concat(Uint8Array.of(n), fromHex(csn), Uint8Array.of(scope, utility >>> 8, utility));
}

/** A copy of KC's bytes: only for personalising a card. */
export const exportCardKey = (key: CardKey): Uint8Array => bytesOf(key).slice();

/** Kpair as a ticket carries it: AES-CCM under KDF(KT, "TK01", head), which no other ticket has, with the head beside. */
export const sealPairKey = (kt: TerminalKey, head: Uint8Array, pair: PairKey): Uint8Array =>
  ccmSeal(ticketKey(kt, head), TICKET_NONCE, [head], pairBytesOf(pair));

/** What `sealPairKey` sealed for this meter with this head; `undefined` for anything else. */
export function openPairKey(kt: TerminalKey, head: Uint8Array, sealed: Uint8Array): PairKey | undefined {
  const bytes = ccmOpen(ticketKey(kt, head), TICKET_NONCE, [head], sealed);
  return bytes?.length === 16 || bytes?.length === 32 ? new PairKey(bytes) : undefined;
}

function ticketKey(kt: TerminalKey, head: Uint8Array): AesKey {
  assert(kt.purpose === Purpose.value, 'a ticket is sealed under a key of purpose value');
  return new AesKey(kdf(aesOf(kt), 'TK01', head));
}

const TICKET_NONCE = new Uint8Array(13);

const idBytes = (id: Svpmsn): Uint8Array => Uint8Array.of(id >>> 16, id >>> 8, id);
