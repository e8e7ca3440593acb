import { crc16X25, crc32, fromHex, Reader, toHex, Writer } from '../../bytes/index.ts';
import {
  CardMaster,
  CHIP_KEY_BYTES,
  ChipBatchKey,
  exportCardMaster,
  exportChipBatchKey,
  hasPurpose,
  keyBytesOf,
  keyNameFromByte,
  Purpose,
  suiteOf,
} from '../../crypto/index.ts';
import { assert, CSN_BYTES, type Csn, csn, isRegion, U32_MAX } from '../../units/index.ts';
import type { CardOutputs } from '../state.ts';
import { commitSlot, newestOf, type Row, SLOT_WRITING, type SlotReading } from '../two-slots.ts';
import {
  decodeMasterLogRow,
  encodeMasterLogRow,
  encodePin,
  isPin,
  MASTER_LOG_RECORD_BYTES,
  type MasterEvent,
  type MasterLogRow,
  PIN_BYTES,
  PIN_TRIES,
} from './messages.ts';

const MASTER_MARK = 0x4d;
const KEY_FIELD_BYTES = 32;
/** mark u8 | CSN 7 | scope u8 | utility u16 | n u8 | KH, zeros behind a short one 32 | KM 32 | CRC-32 */
const HEAD_BYTES = 1 + CSN_BYTES + 4 + KEY_FIELD_BYTES + CHIP_KEY_BYTES + 4;
/** sequence u32 | tries left u8 | PIN 8 | given u32 | issued u32 | lines u32 | CRC-32 | state u8 */
export const MASTER_SLOT_BYTES = 30;
const CRC_AT = MASTER_SLOT_BYTES - 5;
const SLOT_WHOLE = 0x5a;
const LOG_ROW_BYTES = MASTER_LOG_RECORD_BYTES + 2;
/** The last so many lines are kept, and the row that the next one is written to while all of them still hold. */
export const MASTER_LOG_KEPT = 32;
const LOG_ROWS = MASTER_LOG_KEPT + 1;

export const masterSlotAt = (slot: number): number => HEAD_BYTES + slot * MASTER_SLOT_BYTES;
const LOG_AT = masterSlotAt(2);
const logRowAt = (number: number): number => LOG_AT + (number % LOG_ROWS) * LOG_ROW_BYTES;
export const MASTER_NVM_BYTES = LOG_AT + LOG_ROWS * LOG_ROW_BYTES;

/** What changes in a master card, as one slot holds it. */
export interface MasterState {
  readonly sequence: number;
  readonly triesLeft: number;
  readonly pin: Uint8Array;
  readonly given: number;
  readonly issued: number;
  /** Lines of the log, ever. */
  readonly lines: number;
}

/** What a master card is made with. */
export interface MasterIssue {
  readonly csn: Csn;
  readonly master: CardMaster;
  readonly batch: ChipBatchKey;
  /** 4 to 8 digits. */
  readonly pin: string;
}

/** The memory of a new master card. @throws Error when the PIN is none */
export function personaliseMasterCard({ csn: id, master, batch, pin }: MasterIssue): Uint8Array {
  const pinBytes = encodePin(pin);
  assert(pinBytes !== undefined, 'a PIN has 4 to 8 digits');
  const kh = exportCardMaster(master);
  const head = new Writer(HEAD_BYTES).u8(MASTER_MARK).bytes(fromHex(id)).u8(master.scope).u16(master.utility);
  head
    .u8(master.n)
    .bytes(kh)
    .bytes(new Uint8Array(KEY_FIELD_BYTES - kh.length))
    .bytes(exportChipBatchKey(batch));
  const nvm = new Uint8Array(MASTER_NVM_BYTES);
  nvm.set(head.u32(crc32(head.done())).done());
  const first = { sequence: 1, triesLeft: PIN_TRIES, pin: pinBytes, given: 0, issued: 0, lines: 0 };
  nvm.set(encodeMasterSlot(first), masterSlotAt(0));
  return nvm;
}

/** What stands in a master card from the workshop on; `undefined` where it is damaged, or none. */
export function readMasterHead(
  nvm: Uint8Array,
): { readonly csn: Csn; readonly master: CardMaster; readonly batch: ChipBatchKey } | undefined {
  const reader = new Reader(nvm.slice(0, HEAD_BYTES));
  if (nvm.length !== MASTER_NVM_BYTES || reader.u8() !== MASTER_MARK) return undefined;
  const id = csn(toHex(reader.view(CSN_BYTES)));
  const scope = reader.u8();
  const utility = reader.u16();
  const n = keyNameFromByte(reader.u8());
  const kh = reader.view(KEY_FIELD_BYTES);
  const batch = new ChipBatchKey(reader.view(CHIP_KEY_BYTES));
  if (reader.u32() !== crc32(nvm, 0, HEAD_BYTES - 4) || !hasPurpose(n, Purpose.value)) return undefined;
  if (scope !== 0 && !isRegion(scope)) return undefined;
  try {
    return { csn: id, master: new CardMaster(n, scope, utility, kh.slice(0, keyBytesOf(suiteOf(n)))), batch };
  } catch {
    return undefined; // The suite is none that a card serves.
  }
}

export function encodeMasterSlot({ sequence, triesLeft, pin, given, issued, lines }: MasterState): Uint8Array {
  assert(pin.length === PIN_BYTES, 'a PIN has its eight bytes');
  const body = new Writer(MASTER_SLOT_BYTES).u32(sequence).u8(triesLeft).bytes(pin).u32(given).u32(issued).u32(lines);
  return body.u32(checkOf(body.done())).u8(SLOT_WHOLE).done();
}

/** As a slot of the purse: a cut leaves one that says that it is being written, or one whose CRC fits. */
export function decodeMasterSlot(bytes: Uint8Array): SlotReading<MasterState> {
  const reader = new Reader(bytes);
  const state = {
    ...{ sequence: reader.u32(), triesLeft: reader.u8(), pin: reader.view(PIN_BYTES).slice() },
    ...{ given: reader.u32(), issued: reader.u32(), lines: reader.u32() },
  };
  const check = reader.u32();
  if (reader.u8() === SLOT_WRITING) return { type: 'torn' };
  const isWhole = reader.ended() && check === checkOf(bytes.subarray(0, CRC_AT));
  return isWhole && state.triesLeft <= PIN_TRIES && isPin(state.pin) ? { type: 'valid', state } : { type: 'damaged' };
}

const checkOf = (body: Uint8Array): number => crc32(Uint8Array.of(...body, SLOT_WHOLE));

/** The slot of the last commit; `undefined` where nobody can say which that is. */
export function newestMasterSlot(nvm: Uint8Array): { readonly slot: number; readonly state: MasterState } | undefined {
  const reading = (slot: number) =>
    decodeMasterSlot(nvm.slice(masterSlotAt(slot), masterSlotAt(slot) + MASTER_SLOT_BYTES));
  return newestOf(reading(0), reading(1));
}

/** A memory with one of its two slots in force. */
export interface MasterMemory {
  readonly nvm: Uint8Array;
  slot: number;
  state: MasterState;
}

/** The next state, and the line of the log that goes with it, as one commit. */
export function commitMaster(
  memory: MasterMemory,
  changed: Partial<Pick<MasterState, 'triesLeft' | 'pin' | 'given' | 'issued'>>,
  line: Omit<MasterLogRow, 'number'> | undefined,
  out: Pick<CardOutputs, 'store'>,
): void {
  const { nvm, state } = memory;
  const lines = state.lines + (line === undefined ? 0 : 1);
  assert(state.sequence < U32_MAX, 'a master card counts its commits in four bytes');
  const next = { ...state, ...changed, lines, sequence: state.sequence + 1 };
  const slot = 1 - memory.slot;
  const rows = line === undefined ? [] : [logRow({ number: lines, ...line })];
  commitSlot(nvm, { address: masterSlotAt(slot), bytes: encodeMasterSlot(next) }, rows, (address, bytes) => {
    out.store(address, bytes);
    nvm.set(bytes, address);
  });
  memory.slot = slot;
  memory.state = next;
}

function logRow(line: MasterLogRow): Row {
  const row = encodeMasterLogRow(line);
  return { address: logRowAt(line.number), bytes: new Writer(LOG_ROW_BYTES).bytes(row).u16(crc16X25(row)).done() };
}

/** How many lines can be read. */
export const keptLines = ({ state }: MasterMemory): number => Math.min(state.lines, MASTER_LOG_KEPT);

/** A line by its record number, 1 being the newest; `undefined` where its check sum is wrong. */
export function masterLine({ nvm, state }: MasterMemory, record: number): MasterLogRow | undefined {
  const number = state.lines - record + 1;
  const row = nvm.slice(logRowAt(number), logRowAt(number) + LOG_ROW_BYTES);
  if (new Reader(row, MASTER_LOG_RECORD_BYTES).u16() !== crc16X25(row, 0, MASTER_LOG_RECORD_BYTES)) return undefined;
  const line = decodeMasterLogRow(row.subarray(0, MASTER_LOG_RECORD_BYTES));
  return 'reason' in line || line.number !== number ? undefined : line;
}

/** What the log says last of a card, while it is kept. */
export function lastEventOf(memory: MasterMemory, id: Csn): MasterEvent | undefined {
  for (let record = 1; record <= keptLines(memory); record++) {
    const line = masterLine(memory, record);
    if (line?.csn === id) return line.event;
  }
  return undefined;
}
