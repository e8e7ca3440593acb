import { concat, fromHex } from '../bytes/index.ts';
import { isRegion, type Region } from '../units/index.ts';
import {
  DEBIT_ROW_BYTES,
  DEBITS_KEPT,
  debitRowAt,
  ISSUER_DATA_AT,
  ISSUER_DATA_BYTES,
  LOAD_ROW_BYTES,
  LOADS_KEPT,
  loadRowAt,
} from './layout.ts';
import { isWhole } from './loading.ts';
import { type Card, readRow, type WholeRegion } from './state.ts';
import { encodeTlv } from './tlv.ts';

/**
 * The application's identifier, ISO/IEC 7816-4:2005 §8.2.1.2: category F, proprietary without registration, and then
 * the letters WATTPURSE.
 */
export const PURSE_AID = fromHex('f0574154545055525345');
export const FileId = {
  master: 0x3f00,
  directory: 0x2f00,
  serialNumber: 0x2f02,
  purse: 0x5750,
  issuerData: 0x0001,
  /** 0110 + region, and 0120 + region. */
  loads: 0x0110,
  debits: 0x0120,
} as const;
export type FileId = number;

/** An elementary file that is there: bytes as they lie, or records by their number, the newest first. */
export type ElementaryFile =
  | {
      readonly type: 'transparent';
      readonly id: FileId;
      readonly shortId: number;
      readonly bytes: Uint8Array;
      readonly updatedAt: number | undefined;
    }
  | {
      readonly type: 'cyclic';
      readonly id: FileId;
      readonly shortId: number;
      readonly recordBytes: number;
      readonly records: number;
      /** `undefined` where the record's check sum is wrong. */
      readonly record: (number: number) => Uint8Array | undefined;
    };

/** Short identifiers, ISO/IEC 7816-4:2005 §5.3.1.1: those of the logs are these and the region. */
const ShortId = { serialNumber: 0x02, directory: 0x1e, issuerData: 0x01, loads: 0x08, debits: 0x10 } as const;

export const shortIdOfLoads = (region: Region): number => ShortId.loads + region;
export const shortIdOfDebits = (region: Region): number => ShortId.debits + region;

/** The elementary file of that identifier in the current folder. */
export function fileById(card: Card, id: FileId): ElementaryFile | undefined {
  return card.currentFolder === 'master' ? masterFile(card, id) : purseFile(card, id);
}

/** The elementary file of that short identifier in the current folder. */
export function fileByShortId(card: Card, shortId: number): ElementaryFile | undefined {
  if (card.currentFolder === 'master') {
    if (shortId === ShortId.serialNumber) return masterFile(card, FileId.serialNumber);
    return shortId === ShortId.directory ? masterFile(card, FileId.directory) : undefined;
  }
  if (shortId === ShortId.issuerData) return purseFile(card, FileId.issuerData);
  return purseFile(card, (shortId >= ShortId.debits ? FileId.debits : FileId.loads) + (shortId & 0x07));
}

function masterFile(card: Card, id: FileId): ElementaryFile | undefined {
  const transparent = { type: 'transparent', id, updatedAt: undefined } as const;
  if (id === FileId.serialNumber) {
    return { ...transparent, shortId: ShortId.serialNumber, bytes: encodeTlv(0x5a, fromHex(card.csn)) };
  }
  if (id !== FileId.directory) return undefined;
  // Application template, ISO/IEC 7816-4:2005 §8.2.1.1: the identifier and a label for people.
  const label = encodeTlv(0x50, new TextEncoder().encode('Wattpurse'));
  return { ...transparent, shortId: ShortId.directory, bytes: encodeTlv(0x61, encodeTlv(0x4f, PURSE_AID), label) };
}

function purseFile(card: Card, id: FileId): ElementaryFile | undefined {
  if (id === FileId.issuerData) {
    const bytes = card.nvm.slice(ISSUER_DATA_AT, ISSUER_DATA_AT + ISSUER_DATA_BYTES);
    return { type: 'transparent', id, shortId: ShortId.issuerData, bytes, updatedAt: ISSUER_DATA_AT };
  }
  const number = id & 0x0f;
  const region = isRegion(number) ? card.regions.get(number) : undefined;
  if (region === undefined || !isWhole(region)) return undefined;
  if (id === FileId.loads + number) return loadsFile(card, region, id);
  return id === FileId.debits + number ? debitsFile(card, region, id) : undefined;
}

/** LTC u32 | TXID 8 | amount u32 | kind u8 */
const loadsFile = (card: Card, { region, purse }: WholeRegion, id: FileId): ElementaryFile => {
  const rows = { at: (counter: number) => loadRowAt(region, counter), bytes: LOAD_ROW_BYTES, kept: LOADS_KEPT };
  return { ...cyclic(card, purse.loadCounter, rows), id, shortId: shortIdOfLoads(region) };
};

/** DTC u32 | meter u24 | amount u32 */
const debitsFile = (card: Card, { region, purse }: WholeRegion, id: FileId): ElementaryFile => {
  const rows = { at: (counter: number) => debitRowAt(region, counter), bytes: DEBIT_ROW_BYTES, kept: DEBITS_KEPT };
  return { ...cyclic(card, purse.debitCounter, rows), id, shortId: shortIdOfDebits(region) };
};

interface Rows {
  readonly at: (counter: number) => number;
  readonly bytes: number;
  readonly kept: number;
}

/** ISO/IEC 7816-4:2005 §5.3.4.1: in a cyclic file record 1 is the newest. The rows' check sums are the card's own. */
function cyclic(card: Card, last: number, { at, bytes, kept }: Rows) {
  const recordBytes = bytes - 2;
  const record = (number: number) => readRow(card, at(last - number + 1), bytes)?.slice(0, recordBytes);
  return { type: 'cyclic', recordBytes, records: Math.min(last, kept), record } as const;
}

/** What SELECT tells of a file: ISO/IEC 7816-4:2005 §5.3.3, as FCI template (6F) or as FCP template (62). */
export function controlInformation(
  template: 0x6f | 0x62,
  card: Card,
  file: ElementaryFile | 'master' | 'purse',
): Uint8Array {
  if (file === 'master') return encodeTlv(template, fileObjects(0x38, FileId.master));
  if (file === 'purse') {
    const regions = [...card.regions.keys()].reduce((bits, region) => bits | (1 << (region - 1)), 0);
    const proprietary = encodeTlv(
      0xa5,
      encodeTlv(0x5a, fromHex(card.csn)),
      encodeTlv(0xc1, Uint8Array.of(CARD_VERSION, regions)),
    );
    return encodeTlv(template, fileObjects(0x38, FileId.purse), encodeTlv(0x84, PURSE_AID), proprietary);
  }
  const size = file.type === 'transparent' ? file.bytes.length : file.recordBytes * file.records;
  const descriptor = file.type === 'transparent' ? 0x01 : 0x06;
  const shape = file.type === 'transparent' ? [descriptor] : [descriptor, 0x01, 0x00, file.recordBytes, file.records];
  return encodeTlv(
    template,
    encodeTlv(0x80, Uint8Array.of(size >> 8, size)),
    encodeTlv(0x82, Uint8Array.from(shape)),
    encodeTlv(0x83, Uint8Array.of(file.id >> 8, file.id)),
    encodeTlv(0x88, Uint8Array.of(file.shortId << 3)),
  );
}

/** Of the purse's program: its commands and messages. */
const CARD_VERSION = 1;

const fileObjects = (descriptor: number, id: FileId): Uint8Array =>
  concat(encodeTlv(0x82, Uint8Array.of(descriptor)), encodeTlv(0x83, Uint8Array.of(id >> 8, id)));
