import { crc16X25, crc32, Reader, toHex, Writer } from '../bytes/index.ts';
import { CardKey, exportCardKey, hasPurpose, keyBytesOf, keyNameFromByte, Purpose, suiteOf } from '../crypto/index.ts';
import { TXID_BYTES } from '../exchange/index.ts';
import { assert, CSN_BYTES, type Csn, csn, type Randomness, REGIONS, type Region } from '../units/index.ts';
import type { FileId } from './files.ts';
import {
  CARD_HEAD_BYTES,
  CARD_NVM_BYTES,
  DEBIT_ROW_BYTES,
  debitRowAt,
  LOAD_ROW_BYTES,
  LOADS_KEPT,
  loadRowAt,
  REGION_HEAD_BYTES,
  regionHeadAt,
  SLOT_BYTES,
  slotAt,
} from './layout.ts';
import type { LoadSession } from './loading.ts';
import { decodeSlot, EMPTY_PURSE, encodeSlot, type RegionPurse } from './slot.ts';
import type { SpendSession } from './spending.ts';
import { commitSlot, newestOf, type Row } from './two-slots.ts';

/** Where a card writes what it does, in this order: what must survive is stored before anybody hears of it. */
export interface CardOutputs {
  /** These bytes to this address of the non-volatile memory, in rising order, before whatever follows. */
  store(address: number, bytes: Uint8Array): void;
  /** The response APDU. */
  respond(response: Uint8Array): void;
}

/** A card with power: what it read from its memory, and what it forgets without power. */
export interface Card {
  readonly csn: Csn;
  readonly randomness: Randomness;
  /** The memory as it stands; `store` keeps it beyond the power. */
  readonly nvm: Uint8Array;
  readonly issuerKey: CardKey;
  readonly regions: ReadonlyMap<Region, CardRegion>;
  currentFolder: 'master' | 'purse';
  currentFile: FileId | undefined;
  challenge: Uint8Array | undefined;
  issuerAuthenticated: boolean;
  wrongAuthentications: number;
  load: LoadSession | undefined;
  spend: SpendSession | undefined;
}

/** A region with its provider's key. Without a purse it is damaged: it says so, and its value waits for a person. */
export interface CardRegion {
  readonly region: Region;
  readonly utility: number;
  readonly key: CardKey;
  slot: number;
  purse: RegionPurse | undefined;
}

/** A region whose value is whole. */
export type WholeRegion = CardRegion & { purse: RegionPurse };

/** What was done with an LTC: told for ever after to the host that asks. */
export const LoadKind = { credited: 0, voided: 1, full: 2, closed: 3, released: 4 } as const;
export type LoadKind = (typeof LoadKind)[keyof typeof LoadKind];

export interface LoadRow {
  readonly counter: number;
  readonly txid: Uint8Array;
  readonly amount: number;
  readonly kind: LoadKind;
}

const CARD_MARK = 0x57;
const REGION_PRESENT = 0x01;
const KEY_FIELD_BYTES = 32;

/** What a card is made with. */
export interface CardIssue {
  /** The issuer's key of the card as a whole (scope 0); it names the card. */
  readonly issuerKey: CardKey;
  /** One for each region that the card has; the keys are of this card. */
  readonly regions: readonly { readonly utility: number; readonly key: CardKey }[];
}

/** The memory of a new card, with empty regions. @throws Error when a key is another card's, or a region comes twice */
export function personaliseCard({ issuerKey, regions }: CardIssue): Uint8Array {
  assert(issuerKey.scope === 0, 'the key of the card as a whole is its issuer’s');
  const nvm = new Uint8Array(CARD_NVM_BYTES);
  const head = new Writer(CARD_HEAD_BYTES).u8(CARD_MARK).bytes(issuerKey.subject.subarray(0, CSN_BYTES));
  nvm.set(withCheck(writeKey(head, issuerKey)));
  for (const { utility, key } of regions) {
    assert(key.csn === issuerKey.csn && key.scope !== 0, 'a region has a key of this card and of itself');
    const at = regionHeadAt(key.scope);
    assert(nvm[at] !== REGION_PRESENT, 'a card has each region once');
    nvm.set(withCheck(writeKey(new Writer(REGION_HEAD_BYTES).u8(REGION_PRESENT).u16(utility), key)), at);
    nvm.set(encodeSlot(EMPTY_PURSE), slotAt(key.scope, 0));
  }
  return nvm;
}

const writeKey = (writer: Writer, key: CardKey): Writer => {
  const bytes = exportCardKey(key);
  return writer
    .u8(key.n)
    .bytes(bytes)
    .bytes(new Uint8Array(KEY_FIELD_BYTES - bytes.length));
};

function withCheck(writer: Writer): Uint8Array {
  const body = writer.done();
  return writer.u32(crc32(body)).done();
}

/** Why a memory is no card's. */
export type CardMemoryFailure = { readonly reason: 'memory-length-wrong' | 'memory-damaged' };

/**
 * A card that has just got its power: nobody is authenticated, no session is open, the master file is selected.
 * @param memory CARD_NVM_BYTES, which the caller keeps up to date by `store`
 */
export function resetCard(memory: Uint8Array, randomness: Randomness): Card | CardMemoryFailure {
  if (memory.length !== CARD_NVM_BYTES) return { reason: 'memory-length-wrong' };
  const nvm = new Uint8Array(memory);
  const head = nvm.subarray(0, CARD_HEAD_BYTES);
  if (head[0] !== CARD_MARK || !checkHolds(head)) return { reason: 'memory-damaged' };
  const id = csn(toHex(head.subarray(1, 1 + CSN_BYTES)));
  const issuerKey = readKey(id, 0, head.subarray(1 + CSN_BYTES));
  if (issuerKey === undefined) return { reason: 'memory-damaged' };
  const regions = new Map<Region, CardRegion>();
  for (const region of REGIONS) {
    const found = readRegion(nvm, id, region);
    if (found === 'damaged') return { reason: 'memory-damaged' };
    if (found !== undefined) regions.set(region, found);
  }
  return {
    ...{ csn: id, randomness, nvm, issuerKey, regions },
    ...{ currentFolder: 'master', currentFile: undefined },
    ...{ challenge: undefined, issuerAuthenticated: false, wrongAuthentications: 0 },
    ...{ load: undefined, spend: undefined },
  };
}

/** Its key is written once, in the workshop: damage to it leaves nothing that could be told or done. */
function readRegion(nvm: Uint8Array, id: Csn, region: Region): CardRegion | 'damaged' | undefined {
  const at = regionHeadAt(region);
  const head = nvm.subarray(at, at + REGION_HEAD_BYTES);
  if (head[0] === 0) return undefined;
  if (head[0] !== REGION_PRESENT || !checkHolds(head)) return 'damaged';
  const utility = new Reader(head, 1).u16();
  const key = readKey(id, region, head.subarray(3));
  return key === undefined ? 'damaged' : { region, utility, key, ...newestSlot(nvm, region) };
}

const checkHolds = (head: Uint8Array): boolean =>
  new Reader(head, head.length - 4).u32() === crc32(head, 0, head.length - 4);

/** n u8 | key 32 */
function readKey(id: Csn, scope: Region | 0, bytes: Uint8Array): CardKey | undefined {
  const n = keyNameFromByte(bytes[0] as number);
  if (!hasPurpose(n, Purpose.value)) return undefined;
  try {
    return new CardKey(n, id, scope, bytes.subarray(1, 1 + keyBytesOf(suiteOf(n))));
  } catch {
    return undefined; // The suite is none that a card serves.
  }
}

/** The slot of the last commit; no purse where nobody can say which that is. */
function newestSlot(nvm: Uint8Array, region: Region): { slot: number; purse: RegionPurse | undefined } {
  const reading = (slot: number) => decodeSlot(nvm.slice(slotAt(region, slot), slotAt(region, slot) + SLOT_BYTES));
  const newest = newestOf(reading(0), reading(1));
  return { slot: newest?.slot ?? 0, purse: newest?.state };
}

/** Every byte that a card ever writes goes through here. */
export function write(card: Card, address: number, bytes: Uint8Array, out: CardOutputs): void {
  assert(address >= 0 && address + bytes.length <= card.nvm.length, 'a card writes into its own memory');
  out.store(address, bytes);
  card.nvm.set(bytes, address);
}

/** The next state of a region, as one commit with the rows that go with it. */
export function commit(
  card: Card,
  region: WholeRegion,
  changed: Partial<RegionPurse>,
  rows: readonly Row[],
  out: CardOutputs,
): void {
  const purse = { ...region.purse, ...changed, sequence: region.purse.sequence + 1 };
  const slot = 1 - region.slot;
  const next = { address: slotAt(region.region, slot), bytes: encodeSlot(purse) };
  commitSlot(card.nvm, next, rows, (address, bytes) => write(card, address, bytes, out));
  region.slot = slot;
  region.purse = purse;
}

/** What a card keeps of a load, and where in its memory. */
export function loadRow(region: Region, { counter, txid, amount, kind }: LoadRow): Row {
  const writer = new Writer(LOAD_ROW_BYTES).u32(counter).bytes(txid).u32(amount).u8(kind);
  return { address: loadRowAt(region, counter), bytes: withCheck16(writer) };
}

/** The row of an LTC, while it is kept and whole. */
export function readLoadRow(card: Card, { region, purse }: WholeRegion, counter: number): LoadRow | undefined {
  if (counter < 1 || counter > purse.loadCounter || counter <= purse.loadCounter - LOADS_KEPT) return undefined;
  const row = readRow(card, loadRowAt(region, counter), LOAD_ROW_BYTES);
  if (row === undefined) return undefined;
  const reader = new Reader(row);
  const found = { counter: reader.u32(), txid: reader.view(TXID_BYTES).slice(), amount: reader.u32() };
  return { ...found, kind: reader.u8() as LoadKind };
}

export interface DebitRow {
  readonly counter: number;
  readonly meter: number;
  readonly amount: number;
}

export function debitRow(region: Region, { counter, meter, amount }: DebitRow): Row {
  const writer = new Writer(DEBIT_ROW_BYTES).u32(counter).u24(meter).u32(amount);
  return { address: debitRowAt(region, counter), bytes: withCheck16(writer) };
}

function withCheck16(writer: Writer): Uint8Array {
  const body = writer.done();
  return writer.u16(crc16X25(body)).done();
}

/** A row as it lies in its log, if its check sum is right. */
export function readRow(card: Card, at: number, length: number): Uint8Array | undefined {
  const row = card.nvm.slice(at, at + length);
  return new Reader(row, length - 2).u16() === crc16X25(row, 0, length - 2) ? row : undefined;
}
