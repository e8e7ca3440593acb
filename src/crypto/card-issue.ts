import { concat, fromHex } from '../bytes/index.ts';
import type { Csn } from '../units/index.ts';
import { AesKey } from './aes.ts';
import { CardKey, type CardKeyScope, deriveCardKey, exportCardKey } from './card-key.ts';
import { ccmOpen, ccmSeal } from './ccm.ts';
import { kdf } from './cmac.ts';
import { type KeyName, keyBytesOf, keyNameText, Purpose, purposeOf, Suite, suiteOf } from './names.ts';

/** Of the key of a batch of chips, and of each chip: no shorter than any key that is wrapped under it. */
export const CHIP_KEY_BYTES = 32;

let masterBytesOf: (master: CardMaster) => Uint8Array;
let batchBytesOf: (batch: ChipBatchKey) => Uint8Array;
let chipBytesOf: (chip: ChipKey) => Uint8Array;
let chipKeyOf: (chip: ChipKey) => AesKey;

/** KH of a card's issuer, or of one region's provider: what a master card holds. Its bytes are seen by nobody. */
export class CardMaster {
  readonly n: KeyName<typeof Purpose.value>;
  readonly scope: CardKeyScope;
  readonly utility: number;
  readonly #kh: Uint8Array;

  static {
    masterBytesOf = (master) => master.#kh;
  }

  /** @throws RangeError when KH, its name, the scope or the utility number does not fit */
  constructor(n: KeyName<typeof Purpose.value>, scope: CardKeyScope, utility: number, kh: Uint8Array) {
    this.n = n;
    this.scope = scope;
    this.utility = utility;
    this.#kh = new Uint8Array(kh);
    // What no card's key could be derived from is refused here, and not when the first card is issued.
    this.cardKey(NO_CARD);
  }

  /** KC of this scope of one card. */
  cardKey(csn: Csn): CardKey {
    return deriveCardKey(this.#kh, this.n, csn, this.scope, this.utility);
  }

  /** `value aes128 generation 0 of utility 1, region 2`: which key it is, never what it is. */
  toString(): string {
    const whose = this.scope === 0 ? 'issuer of cards' : `region ${this.scope}`;
    return `${keyNameText(this.n)} of utility ${this.utility}, ${whose}`;
  }
}

const NO_CARD = '00000000000000' as Csn;

/** KM: what the maker of a batch of chips shares with the master cards that may issue them. */
export class ChipBatchKey {
  readonly #bytes: Uint8Array;
  readonly #key: AesKey;

  static {
    batchBytesOf = (batch) => batch.#bytes;
  }

  /** @throws RangeError when it is not 32 bytes */
  constructor(bytes: Uint8Array) {
    this.#bytes = checked(bytes, 'the key of a batch of chips');
    this.#key = new AesKey(this.#bytes);
  }

  /** KX = KDF(KM, "CX01", CSN): the transport key of one chip. */
  chipKey(csn: Csn): ChipKey {
    return new ChipKey(csn, kdf(this.#key, 'CX01', fromHex(csn)));
  }
}

/** KX: the transport key that one blank card has from its maker, until it is issued. */
export class ChipKey {
  readonly csn: Csn;
  readonly #bytes: Uint8Array;
  readonly #key: AesKey;

  static {
    chipBytesOf = (chip) => chip.#bytes;
    chipKeyOf = (chip) => chip.#key;
  }

  /** @throws RangeError when it is not 32 bytes */
  constructor(csn: Csn, bytes: Uint8Array) {
    this.csn = csn;
    this.#bytes = checked(bytes, 'the transport key of a chip');
    this.#key = new AesKey(this.#bytes);
  }
}

/** A copy of KH's bytes: only for making a master card. */
export const exportCardMaster = (master: CardMaster): Uint8Array => masterBytesOf(master).slice();
/** A copy of KM's bytes: only for making a master card, and for the file that goes to the maker of chips. */
export const exportChipBatchKey = (batch: ChipBatchKey): Uint8Array => batchBytesOf(batch).slice();
/** A copy of KX's bytes: only for making a chip. */
export const exportChipKey = (chip: ChipKey): Uint8Array => chipBytesOf(chip).slice();

/** What a key that travels to a blank card is bound to, beside the chip that it is for. */
export interface CardKeyPassage {
  readonly n: KeyName<typeof Purpose.value>;
  readonly scope: CardKeyScope;
  readonly utility: number;
  /** 16 bytes that the blank card drew for this one key. */
  readonly challenge: Uint8Array;
  /** 16 bytes that the master card drew for it. */
  readonly nonce: Uint8Array;
}

/**
 * KC as it travels from a master card to a blank one: AES-CCM under KDF(KX, "CW01", challenge | nonce | CSN | scope |
 * n | utility), which no other passage has, with the context beside. 24 bytes, or 40 for a key of aes256.
 */
export function sealCardKey(chip: ChipKey, passage: CardKeyPassage, key: CardKey): Uint8Array {
  const context = contextOf(chip, passage);
  return ccmSeal(new AesKey(kdf(chipKeyOf(chip), 'CW01', context)), PASSAGE_NONCE, [context], exportCardKey(key));
}

/** What `sealCardKey` sealed for this chip in this passage; `undefined` for anything else. */
export function openCardKey(chip: ChipKey, passage: CardKeyPassage, sealed: Uint8Array): CardKey | undefined {
  const { n, scope } = passage;
  const suite = suiteOf(n);
  if (purposeOf(n) !== Purpose.value || (suite !== Suite.aes128 && suite !== Suite.aes256)) return undefined;
  const context = contextOf(chip, passage);
  const bytes = ccmOpen(new AesKey(kdf(chipKeyOf(chip), 'CW01', context)), PASSAGE_NONCE, [context], sealed);
  return bytes?.length === keyBytesOf(suite) ? new CardKey(n, chip.csn, scope, bytes) : undefined;
}

/** The key of a passage is its own, so no nonce comes twice under it. */
const PASSAGE_NONCE = new Uint8Array(13);

const contextOf = ({ csn }: ChipKey, { challenge, nonce, scope, n, utility }: CardKeyPassage): Uint8Array =>
  concat(challenge, nonce, fromHex(csn), Uint8Array.of(scope, n, utility >>> 8, utility));

function checked(bytes: Uint8Array, what: string): Uint8Array {
  if (bytes.length !== CHIP_KEY_BYTES) throw new RangeError(`${what} is ${CHIP_KEY_BYTES} bytes, not ${bytes.length}`);
  return new Uint8Array(bytes);
}
