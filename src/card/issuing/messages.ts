import { concat, fromHex, Reader, toHex, Writer } from '../../bytes/index.ts';
import {
  type CardKeyPassage,
  type CardKeyScope,
  type CardMaster,
  hasPurpose,
  type KeyName,
  keyNameFromByte,
  Purpose,
} from '../../crypto/index.ts';
import { CSN_BYTES, type Csn, csn, isRegion } from '../../units/index.ts';
import { CHALLENGE_BYTES } from '../authentication.ts';
import { encodeTlv } from '../tlv.ts';

/** The programs' names, as the purse's: category F, proprietary, and the letters WATTBLANK and WATTMASTER. */
export const BLANK_AID = fromHex('f057415454424c414e4b');
export const MASTER_AID = fromHex('f0574154544d4153544552');
/** Of both programs: their commands and messages. */
export const ISSUING_VERSION = 1;

/** INS of a blank card's own commands, in class 80. */
export const BlankInstruction = { storeKey: 0x60, finish: 0x62 } as const;
/** INS of a master card's own commands, in class 80. */
export const MasterInstruction = { derive: 0x64, confirm: 0x66, counts: 0x68 } as const;
/** INS of the interindustry commands that only a master card has, ISO/IEC 7816-4:2005 §7.5.6 and §7.5.7. */
export const PinInstruction = { verify: 0x20, change: 0x24 } as const;

/** P2 of VERIFY and CHANGE REFERENCE DATA: the master card's one PIN. */
export const PIN_REFERENCE = 0x01;
export const PIN_BYTES = 8;
export const PIN_TRIES = 3;
const PIN_FILL = 0xff;

/** A PIN as it travels and lies: its 4 to 8 digits in ASCII, then FF. `undefined` where it is none. */
export const encodePin = (pin: string): Uint8Array | undefined =>
  /^\d{4,8}$/.test(pin) ? concat(new TextEncoder().encode(pin), filler(PIN_BYTES - pin.length)) : undefined;

/** Whether bytes are a PIN as `encodePin` makes it. */
export const isPin = (bytes: Uint8Array): boolean =>
  /^(3\d){4,8}(ff)*$/.test(toHex(bytes)) && bytes.length === PIN_BYTES;

const filler = (count: number): Uint8Array => new Uint8Array(count).fill(PIN_FILL);

/** FCI of a program that has no files to select: its name, its CSN, its version. */
export const programInformation = (aid: Uint8Array, id: Csn): Uint8Array =>
  encodeTlv(
    0x6f,
    encodeTlv(0x84, aid),
    encodeTlv(0xa5, encodeTlv(0x5a, fromHex(id)), encodeTlv(0xc1, Uint8Array.of(ISSUING_VERSION))),
  );

/** The key of one scope of one card, as a master card gives it out for a blank one: the passage and its seal. */
export interface SealedKey {
  readonly n: KeyName<typeof Purpose.value>;
  readonly scope: CardKeyScope;
  readonly utility: number;
  readonly nonce: Uint8Array;
  readonly sealed: Uint8Array;
}

export type IssuingFailure = { readonly reason: 'body-wrong' };
const BODY_WRONG: IssuingFailure = { reason: 'body-wrong' };

/** 20 before the seal of 24, or 40 in aes256. */
export const SEALED_KEY_BYTES = { least: 44, most: 60 } as const;

/** n u8 | scope u8 | utility u16 | nonce 16 | seal */
export const encodeSealedKey = ({ n, scope, utility, nonce, sealed }: SealedKey): Uint8Array =>
  new Writer(SEALED_KEY_BYTES.most).u8(n).u8(scope).u16(utility).bytes(nonce).bytes(sealed).done();

export function decodeSealedKey(bytes: Uint8Array): SealedKey | IssuingFailure {
  const reader = new Reader(bytes);
  const n = keyNameFromByte(reader.u8());
  const scope = reader.u8();
  const utility = reader.u16();
  const nonce = reader.view(CHALLENGE_BYTES).slice();
  const sealed = reader.rest().slice();
  if (bytes.length !== SEALED_KEY_BYTES.least && bytes.length !== SEALED_KEY_BYTES.most) return BODY_WRONG;
  if (!hasPurpose(n, Purpose.value) || !isScope(scope)) return BODY_WRONG;
  return { n, scope, utility, nonce, sealed };
}

const isScope = (value: number): value is CardKeyScope => value === 0 || isRegion(value);

/** The passage of a key that a blank card drew the challenge for. */
export const passageOf = (
  { n, scope, utility, nonce }: Pick<SealedKey, 'n' | 'scope' | 'utility' | 'nonce'>,
  challenge: Uint8Array,
): CardKeyPassage => ({ n, scope, utility, nonce, challenge });

/** What DERIVE and CONFIRM of a master card are about: a card and 16 bytes, a challenge or a proof. */
export const aboutCard = (id: Csn, sixteen: Uint8Array): Uint8Array => concat(fromHex(id), sixteen);
export const ABOUT_CARD_BYTES = CSN_BYTES + CHALLENGE_BYTES;

export function splitAboutCard(data: Uint8Array): { readonly id: Csn; readonly sixteen: Uint8Array } {
  return { id: csn(toHex(data.subarray(0, CSN_BYTES))), sixteen: data.slice(CSN_BYTES) };
}

/** What a master card tells whoever holds it. */
export interface MasterCounts extends Pick<CardMaster, 'n' | 'scope' | 'utility'> {
  readonly triesLeft: number;
  /** Keys given out, and cards of which it is proved that they hold theirs. */
  readonly given: number;
  readonly issued: number;
}

export const MASTER_COUNTS_BYTES = 13;

/** scope u8 | utility u16 | n u8 | tries left u8 | given u32 | issued u32 */
export const encodeMasterCounts = ({ scope, utility, n, triesLeft, given, issued }: MasterCounts): Uint8Array =>
  new Writer(MASTER_COUNTS_BYTES).u8(scope).u16(utility).u8(n).u8(triesLeft).u32(given).u32(issued).done();

export function decodeMasterCounts(bytes: Uint8Array): MasterCounts | IssuingFailure {
  const reader = new Reader(bytes);
  const scope = reader.u8();
  const utility = reader.u16();
  const n = keyNameFromByte(reader.u8());
  const counts = { triesLeft: reader.u8(), given: reader.u32(), issued: reader.u32() };
  if (!reader.ended() || !isScope(scope) || !hasPurpose(n, Purpose.value)) return BODY_WRONG;
  return counts.triesLeft > PIN_TRIES ? BODY_WRONG : { n, scope, utility, ...counts };
}

/** What a line of a master card's log tells: its key went out, or the card has proved that it holds it. */
export const MasterEvent = { given: 0, issued: 1 } as const;
export type MasterEvent = (typeof MasterEvent)[keyof typeof MasterEvent];

export interface MasterLogRow {
  /** Counts every line from 1. */
  readonly number: number;
  readonly csn: Csn;
  readonly event: MasterEvent;
}

export const MASTER_LOG_SHORT_ID = 0x01;
export const MASTER_LOG_RECORD_BYTES = 12;

/** number u32 | CSN 7 | event u8 */
export const encodeMasterLogRow = ({ number, csn: id, event }: MasterLogRow): Uint8Array =>
  new Writer(MASTER_LOG_RECORD_BYTES).u32(number).bytes(fromHex(id)).u8(event).done();

export function decodeMasterLogRow(bytes: Uint8Array): MasterLogRow | IssuingFailure {
  const reader = new Reader(bytes);
  const number = reader.u32();
  const id = toHex(reader.view(CSN_BYTES));
  const event = reader.u8();
  if (!reader.ended() || event > MasterEvent.issued) return BODY_WRONG;
  return { number, csn: csn(id), event: event as MasterEvent };
}
