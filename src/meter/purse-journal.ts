import { equalConstantTime } from '../bytes/index.ts';
import { type SipKey, sipHash24 } from '../crypto/index.ts';
import { assert, U32_MAX } from '../units/index.ts';
import { CARD_ROW_BYTES, CARD_ROWS, getCardRow, type KeptCard } from './card-rows.ts';
import {
  byteAt,
  bytesAt,
  getU16,
  getU24,
  getU32,
  getU40,
  type Nvm,
  putU16,
  putU24,
  putU32,
  putU40,
  u32At,
} from './nvm.ts';
import {
  emptyPurse,
  FrozenReason,
  getPurse,
  getReceipt,
  PURSE_RECORD_BYTES,
  type PurseReading,
  type PurseRecord,
  putPurse,
  RECEIPT_ROW_BYTES,
  RECEIPT_ROWS,
  type Receipt,
  tagOfRecord,
  tokensOut,
} from './purse.ts';

/**
 * How the purse lies in the meter's memory: receipts, a ring of slots for the record, a ring of use rows, and the cards.
 * `wear.test.ts` has the budget that their numbers come from.
 */
export const PURSE_SLOTS = 8;
export const USE_ROWS = 32;
const USE_BYTES_BEFORE_SUPPLIES = 12;
/** Energy u16, bands u8. */
export const USE_BYTES_A_SUPPLY = 3;
const ROW_HEAD_BYTES = 8;
const ROW_TAG_BYTES = 8;
const SUPPLIES_MAX_BYTES = 4 * USE_BYTES_A_SUPPLY;
export const USE_ROW_BYTES = ROW_HEAD_BYTES + USE_BYTES_BEFORE_SUPPLIES + SUPPLIES_MAX_BYTES + ROW_TAG_BYTES;
const SLOTS_AT = RECEIPT_ROWS * RECEIPT_ROW_BYTES;
const ROWS_AT = SLOTS_AT + PURSE_SLOTS * PURSE_RECORD_BYTES;
const CARDS_AT = ROWS_AT + USE_ROWS * USE_ROW_BYTES;
export const PURSE_BYTES = CARDS_AT + CARD_ROWS * CARD_ROW_BYTES;

/** In the chip itself: which commit was the last, in a ring of cells {sequence u32, tag in short u32, check u32}. */
const CELLS = 64;
const CELL_BYTES = 12;
/** Behind the cells: why the value is frozen, or erased. */
const FREEZE_AT = CELLS * CELL_BYTES;
export const CELLS_BYTES = FREEZE_AT + 1;
const NOT_FROZEN = 0xff;

/**
 * The journalled purse. Every change is one commit in the meter's memory, and the chip keeps the sequence of the last
 * one with a part of its tag: what was edited, or put back from an older copy, or comes from a commit that the chip
 * never took over and went on without, is found at the next start and freezes the value.
 */
export interface PurseJournal {
  readonly nvm: Nvm;
  readonly base: number;
  readonly memory: Nvm;
  readonly cellsAt: number;
  readonly supplyCount: number;
  readonly recordKey: SipKey;
  purse: PurseRecord;
  slot: number;
  /** Of the record in the slot: use rows name the record that they follow by it. */
  recordTag: number;
  /** Spent and carried since the record, as in the newest use row. */
  spent: number;
  remainder: number;
  /** What the newest use row says of its minute, for the profile to take over after a power cut. */
  lastUse: MinuteOfUse | undefined;
}

export interface MinuteOfUse {
  readonly minute: number;
  /** One for each supply; `bands` is the byte of the profile's bands that the minute lies in. */
  readonly supplies: readonly { readonly energy: number; readonly bands: number }[];
}

/** An empty purse as the first commit of a new chip. */
export function beginJournal(journal: PurseJournal): void {
  journal.memory.write(journal.cellsAt + FREEZE_AT, Uint8Array.of(NOT_FROZEN), 0, 1);
  writeCell(journal, 0, 0);
  journal.purse = {
    ...emptyPurse(),
    receiptsDigest: receiptsDigest(journal, 0),
    cardsDigest: cardsDigest(journal, 0),
  };
  commit(journal, journal.purse);
}

/** What is committed beside the record: a receipt, or the row of a card into the free place, with what it sets free. */
export type CommittedRow =
  | { readonly type: 'receipt'; readonly bytes: Uint8Array }
  | { readonly type: 'card'; readonly bytes: Uint8Array; readonly setsFree: number };

/**
 * X3 in the order of its bytes: the next slot is made invalid, the row written, the slot's body and CRC, and at
 * last its first byte, which makes it valid. The old slot holds until then. Read back before anyone is answered: when
 * the memory did not keep what was written, nothing has happened but that the value is frozen.
 */
export function commit(journal: PurseJournal, changed: PurseRecord, row?: CommittedRow): void {
  const { nvm, purse } = journal;
  assertMayFollow(purse, { ...changed, used: changed.used + journal.spent });
  const slot = (journal.slot + 1) % PURSE_SLOTS;
  const at = slotAddress(journal, slot);
  nvm.write(at, ZERO, 0, 1);
  let kept = true;
  if (row !== undefined) {
    const address =
      row.type === 'receipt' ? receiptAddress(journal, changed.lastCounter) : cardAddress(journal, purse.freeCardRow);
    nvm.write(address, row.bytes, 0, row.bytes.length);
    kept = holds(nvm, address, row.bytes);
  }
  const next: PurseRecord = {
    ...changed,
    sequence: purse.sequence + 1,
    used: changed.used + journal.spent,
    remainder: journal.remainder,
    receiptsDigest: row?.type === 'receipt' ? receiptsDigest(journal, changed.lastCounter) : purse.receiptsDigest,
    freeCardRow: row?.type === 'card' ? row.setsFree : purse.freeCardRow,
    cardsDigest: row?.type === 'card' ? cardsDigest(journal, row.setsFree) : purse.cardsDigest,
  };
  putPurse(RECORD, next, journal.recordKey);
  nvm.write(at + 1, RECORD, 1, PURSE_RECORD_BYTES - 1);
  if (kept) nvm.write(at, RECORD, 0, 1);
  if (!kept || !holds(nvm, at, RECORD)) {
    freeze(journal, FrozenReason.memoryDamaged);
    return;
  }
  journal.recordTag = tagOfRecord(RECORD);
  writeCell(journal, next.sequence, journal.recordTag);
  journal.purse = next;
  journal.slot = slot;
  journal.spent = 0;
}

/** What no request may come to, whoever sent it: a mistake of this program, found before a byte is written. */
function assertMayFollow(before: PurseRecord, next: PurseRecord): void {
  assert(next.lastCounter >= before.lastCounter && next.drawNumber >= before.drawNumber, 'no count of a purse falls');
  const fallen = SUMS.find((sum) => next[sum] < before[sum]);
  assert(fallen === undefined, 'no sum of a purse falls');
  assert(next.balance >= 0 && next.balance <= U32_MAX && next.owed >= 0, 'a purse holds what its record has room for');
  assert(tokensOut(next) >= 0, 'nothing is used that did not leave the purse');
}

const SUMS = ['credited', 'fromCards', 'used', 'closed'] as const;

/** In the chip itself: what was edited may be put back, and only a person says that the value is good again. */
export function freeze(journal: PurseJournal, reason: FrozenReason): void {
  journal.purse.frozen = reason;
  const { memory, cellsAt } = journal;
  // The first reason stays.
  if (byteAt(memory, cellsAt + FREEZE_AT) === NOT_FROZEN)
    memory.write(cellsAt + FREEZE_AT, Uint8Array.of(reason), 0, 1);
}

/** Of a byte that the power cut off in its middle only that it was being written is known. */
function frozenBefore({ memory, cellsAt }: PurseJournal): FrozenReason {
  const kept = byteAt(memory, cellsAt + FREEZE_AT);
  if (kept === NOT_FROZEN) return FrozenReason.none;
  return REASONS.has(kept) ? (kept as FrozenReason) : FrozenReason.memoryDamaged;
}

const REASONS: ReadonlySet<number> = new Set([
  FrozenReason.memoryDamaged,
  FrozenReason.memoryEdited,
  FrozenReason.memoryRolledBack,
]);

const ZERO = new Uint8Array(1);
const RECORD = new Uint8Array(PURSE_RECORD_BYTES);

/**
 * X12: one row for all supplies, from the `use` request of the bus: sequence u32 | record it follows u32 | minute u32 |
 * spent u24 | remainder u40 | for each supply energy u16, bands u8 | tag 8. With one supply 23 bytes lie under the tag,
 * because the 24th would cost SipHash a block more. `false` when the request spends what is not there.
 */
export function commitUseRow(journal: PurseJournal, request: Uint8Array): boolean {
  const { purse } = journal;
  const spent = getU24(request, 5);
  if (spent < journal.spent || spent > tokensOut(purse)) return false;
  const sequence = purse.sequence + 1;
  const row = ROW;
  const tagAt = ROW_HEAD_BYTES - 1 + request.length;
  putU32(row, 0, sequence);
  putU32(row, 4, journal.recordTag);
  for (let i = 1; i < request.length; i++) row[ROW_HEAD_BYTES - 1 + i] = request[i] as number;
  sipHash24(journal.recordKey, row, 0, tagAt, row, tagAt);
  journal.nvm.write(rowAddress(journal, sequence), row, 0, tagAt + ROW_TAG_BYTES);
  writeCell(journal, sequence, getU32(row, tagAt));
  purse.sequence = sequence;
  journal.spent = spent;
  journal.remainder = getU40(request, 8);
  return true;
}

const ROW = new Uint8Array(USE_ROW_BYTES);

export const useRequestBytes = (supplyCount: number): number =>
  1 + USE_BYTES_BEFORE_SUPPLIES + USE_BYTES_A_SUPPLY * supplyCount;

/** The body of a `use` request, in place: the CPU sends one each minute and allocates nothing. */
export function putUse(request: Uint8Array, minute: number, spent: number, remainder: number): void {
  putU32(request, 1, minute);
  putU24(request, 5, spent);
  putU40(request, 8, remainder);
}

export const useOfSupplyAt = (index: number): number => 1 + USE_BYTES_BEFORE_SUPPLIES + USE_BYTES_A_SUPPLY * index;

export function putUseOfSupply(request: Uint8Array, index: number, energy: number, bands: number): void {
  const at = useOfSupplyAt(index);
  putU16(request, at, energy);
  request[at + 2] = bands;
}

/**
 * Finds the commit that the chip knows, or the one after it, which the power cut off between the memory and the chip.
 * Nothing else is believed.
 */
export function recover(journal: PurseJournal): void {
  journal.lastUse = newestRow(journal);
  const known = readCell(journal);
  const records: HeldRecord[] = [];
  let edited = false;
  for (let slot = 0; slot < PURSE_SLOTS; slot++) {
    const reading = readSlot(journal, slot);
    if (reading.type === 'edited') edited = true;
    if (reading.type === 'valid') records.push({ ...reading, slot });
  }
  const newest = known === undefined ? undefined : newestCommit(journal, known, records);
  if (newest === undefined) {
    const why = records.length === 0 ? FrozenReason.memoryDamaged : FrozenReason.memoryRolledBack;
    // A chip that knows of no commit is blank, or its memory is gone: nothing is written to it.
    if (known === undefined) journal.purse.frozen = why;
    else freeze(journal, edited ? FrozenReason.memoryEdited : why);
    return;
  }
  const { record, row } = newest;
  journal.purse = record.purse;
  journal.slot = record.slot;
  journal.recordTag = record.tag;
  journal.remainder = row?.remainder ?? record.purse.remainder;
  journal.spent = row?.spent ?? 0;
  if (row !== undefined) journal.purse.sequence = row.sequence;
  if (!receiptsHold(journal) || !cardsHold(journal)) {
    freeze(journal, FrozenReason.memoryEdited);
    return;
  }
  journal.purse.frozen = frozenBefore(journal);
  if (journal.purse.sequence !== known?.sequence) {
    writeCell(journal, journal.purse.sequence, row?.tag ?? record.tag);
  }
}

interface HeldRecord {
  readonly purse: PurseRecord;
  readonly tag: number;
  readonly slot: number;
}

interface UseRow extends MinuteOfUse {
  readonly sequence: number;
  readonly tag: number;
  readonly recordTag: number;
  readonly spent: number;
  readonly remainder: number;
}

interface Cell {
  readonly sequence: number;
  readonly tag: number;
}

function newestCommit(
  journal: PurseJournal,
  known: Cell,
  records: readonly HeldRecord[],
): { readonly record: HeldRecord; readonly row?: UseRow } | undefined {
  const after = records.find(({ purse }) => purse.sequence === known.sequence + 1);
  if (after !== undefined) return { record: after };
  const current = records.find(({ purse, tag }) => purse.sequence === known.sequence && tag === known.tag);
  const rowAfter = readRow(journal, known.sequence + 1);
  const rowKnown = readRow(journal, known.sequence);
  for (const row of [rowAfter, rowKnown?.tag === known.tag ? rowKnown : undefined]) {
    const record = row && records.find(({ purse, tag }) => tag === row.recordTag && purse.sequence < row.sequence);
    if (row !== undefined && record !== undefined) return { record, row };
  }
  return current === undefined ? undefined : { record: current };
}

/**
 * The newest use row, also when a draw or a credit came after it, and when the purse is frozen: its minute is the last
 * one of the profile.
 */
function newestRow(journal: PurseJournal): MinuteOfUse | undefined {
  let newest: UseRow | undefined;
  for (let place = 0; place < USE_ROWS; place++) {
    const row = readRow(journal, u32At(journal.nvm, rowAddress(journal, place)));
    if (row !== undefined && (newest === undefined || row.sequence > newest.sequence)) newest = row;
  }
  return newest;
}

/** Of all records and rows that are whole, whatever their age. */
export function sequencesOf(journal: PurseJournal): readonly number[] {
  const records = Array.from({ length: PURSE_SLOTS }, (_, slot) => {
    const reading = readSlot(journal, slot);
    return reading.type === 'valid' ? reading.purse.sequence : undefined;
  });
  const rows = Array.from(
    { length: USE_ROWS },
    (_, place) => readRow(journal, u32At(journal.nvm, rowAddress(journal, place)))?.sequence,
  );
  return [...records, ...rows].filter((sequence) => sequence !== undefined);
}

const readSlot = (journal: PurseJournal, slot: number): PurseReading =>
  getPurse(bytesAt(journal.nvm, slotAddress(journal, slot), PURSE_RECORD_BYTES), journal.recordKey);

function readRow(journal: PurseJournal, sequence: number): UseRow | undefined {
  const at = rowAddress(journal, sequence);
  const bytes = bytesAt(journal.nvm, at, USE_ROW_BYTES);
  const tagAt = ROW_HEAD_BYTES - 1 + useRequestBytes(journal.supplyCount);
  const tag = new Uint8Array(ROW_TAG_BYTES);
  sipHash24(journal.recordKey, bytes, 0, tagAt, tag, 0);
  const kept = bytes.subarray(tagAt, tagAt + ROW_TAG_BYTES);
  if (!equalConstantTime(tag, kept) || getU32(bytes, 0) !== sequence) return undefined;
  return {
    sequence,
    tag: getU32(bytes, tagAt),
    recordTag: getU32(bytes, 4),
    minute: getU32(bytes, 8),
    spent: getU24(bytes, 12),
    remainder: getU40(bytes, 15),
    supplies: Array.from({ length: journal.supplyCount }, (_, i) => ({
      energy: getU16(bytes, 20 + USE_BYTES_A_SUPPLY * i),
      bands: bytes[22 + USE_BYTES_A_SUPPLY * i] as number,
    })),
  };
}

/** The sequence of the last commit as the chip knows it, also of a purse that is frozen; `undefined` in a blank chip. */
export const lastCommit = (journal: PurseJournal): number | undefined => readCell(journal)?.sequence;

/** The receipt of a TC, while the ring has it. */
export function receiptOf(journal: PurseJournal, counter: number): Receipt | undefined {
  const { lastCounter } = journal.purse;
  if (counter === 0 || counter > lastCounter || counter <= lastCounter - (RECEIPT_ROWS - 1)) return undefined;
  const receipt = getReceipt(bytesAt(journal.nvm, receiptAddress(journal, counter), RECEIPT_ROW_BYTES));
  return receipt.counter === counter ? receipt : undefined;
}

/** Whether the receipts are those that the record was committed with. */
export function receiptsHold(journal: PurseJournal): boolean {
  const { lastCounter, receiptsDigest: kept } = journal.purse;
  return equalConstantTime(receiptsDigest(journal, lastCounter), kept);
}

/** The table of cards by place; what lies at `purse.freeCardRow` is none of it. */
export const cardRows = (journal: PurseJournal): readonly (KeptCard | undefined)[] =>
  Array.from({ length: CARD_ROWS }, (_, place) =>
    place === journal.purse.freeCardRow
      ? undefined
      : getCardRow(bytesAt(journal.nvm, cardAddress(journal, place), CARD_ROW_BYTES)),
  );

/** Whether the table of cards is the one that the record was committed with. */
export const cardsHold = (journal: PurseJournal): boolean =>
  equalConstantTime(cardsDigest(journal, journal.purse.freeCardRow), journal.purse.cardsDigest);

/** Over the sixteen rows that hold once `lastCounter` is the last: all but the one that the next is written to. */
const receiptsDigest = (journal: PurseJournal, lastCounter: number): Uint8Array =>
  digestOf(journal, {
    from: journal.base,
    bytes: RECEIPT_ROW_BYTES,
    rows: RECEIPT_ROWS,
    but: (lastCounter + 1) % RECEIPT_ROWS,
  });

const cardsDigest = (journal: PurseJournal, free: number): Uint8Array =>
  digestOf(journal, { from: journal.base + CARDS_AT, bytes: CARD_ROW_BYTES, rows: CARD_ROWS, but: free });

function digestOf(
  { nvm, recordKey }: PurseJournal,
  ring: { readonly from: number; readonly bytes: number; readonly rows: number; readonly but: number },
): Uint8Array {
  const data = new Uint8Array((ring.rows - 1) * ring.bytes);
  let at = 0;
  for (let row = 0; row < ring.rows; row++) {
    if (row === ring.but) continue;
    const from = ring.from + row * ring.bytes;
    data.set(bytesAt(nvm, from, ring.bytes), at);
    at += ring.bytes;
  }
  const digest = new Uint8Array(8);
  sipHash24(recordKey, data, 0, data.length, digest, 0);
  return digest;
}

const receiptAddress = ({ base }: PurseJournal, counter: number): number =>
  base + (counter % RECEIPT_ROWS) * RECEIPT_ROW_BYTES;
const slotAddress = ({ base }: PurseJournal, slot: number): number => base + SLOTS_AT + slot * PURSE_RECORD_BYTES;
const cardAddress = ({ base }: PurseJournal, place: number): number => base + CARDS_AT + place * CARD_ROW_BYTES;
const rowAddress = ({ base }: PurseJournal, sequence: number): number =>
  base + ROWS_AT + (sequence % USE_ROWS) * USE_ROW_BYTES;

function holds(nvm: Nvm, at: number, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (byteAt(nvm, at + i) !== bytes[i]) return false;
  return true;
}

const CELL = new Uint8Array(CELL_BYTES);
/**
 * Neither all zeros nor erased memory looks like a cell. The odd factors carry every bit of the two words through the
 * check, so that a cell cut twice, in its middle and in its end, does not come out whole with another sequence.
 */
const checkOf = (sequence: number, tag: number): number =>
  (Math.imul(sequence, 0x9e37_79b1) ^ Math.imul(tag, 0x85eb_ca6b) ^ 0x5a5a_5a5a) >>> 0;

function writeCell(journal: PurseJournal, sequence: number, tag: number): void {
  putU32(CELL, 0, sequence);
  putU32(CELL, 4, tag);
  putU32(CELL, 8, checkOf(sequence, tag));
  journal.memory.write(journal.cellsAt + (sequence % CELLS) * CELL_BYTES, CELL, 0, CELL_BYTES);
}

/** The highest among the cells that are whole; a torn cell is one that was not yet committed. */
function readCell({ memory, cellsAt }: PurseJournal): Cell | undefined {
  let highest: Cell | undefined;
  for (let at = cellsAt; at < cellsAt + CELLS_BYTES; at += CELL_BYTES) {
    const sequence = u32At(memory, at);
    const tag = u32At(memory, at + 4);
    if (u32At(memory, at + 8) !== checkOf(sequence, tag)) continue;
    if (highest === undefined || sequence > highest.sequence) highest = { sequence, tag };
  }
  return highest;
}
