import { Reader, toHex } from '../bytes/index.ts';
import { TXID_BYTES } from '../exchange/index.ts';
import {
  CSN_BYTES,
  type Csn,
  csn,
  REGIONS,
  type Region,
  type Svpmsn,
  svpmsn,
  type Tokens,
  tokens,
} from '../units/index.ts';
import { CARD_STATUS_BYTES, type CardStatus, decodeCardStatus } from './added-value.ts';
import { decodeResponseApdu, type ResponseApdu } from './apdu.ts';
import { PurseInstruction, STATUS_BYTES } from './card.ts';
import { askSerialNumber, purseCommand, selectPurse } from './card-pipe.ts';
import { shortIdOfDebits, shortIdOfLoads } from './files.ts';
import { readRecord } from './interindustry.ts';
import { DEBITS_KEPT, LOADS_KEPT } from './layout.ts';
import type { CardFailure, CardSession } from './ports.ts';
import { LoadKind } from './state.ts';
import { StatusWord } from './status-word.ts';

/** What a purse card tells whoever holds it. */
export interface CardReading {
  readonly csn: Csn;
  readonly regions: readonly RegionReading[];
}

export interface RegionReading {
  readonly region: Region;
  /** Absent where the region is damaged: its value waits for a person. */
  readonly value: RegionValue | undefined;
}

export interface RegionValue extends CardStatus {
  readonly utility: number;
  /** Name of the provider's key. */
  readonly n: number;
  /** The last of each, the newest first. */
  readonly loads: readonly KeptLoad[];
  readonly debits: readonly KeptDebit[];
}

/** What was done with an LTC. */
export interface KeptLoad {
  readonly counter: number;
  readonly txid: string;
  readonly amount: Tokens;
  readonly kind: LoadKind;
}

/** What a meter was given. */
export interface KeptDebit {
  readonly counter: number;
  readonly meter: Svpmsn;
  readonly amount: Tokens;
}

/** LTC u32 | TXID 8 | amount u32 | kind u8, as EF 0110 + region has it. */
export function decodeKeptLoad(bytes: Uint8Array): KeptLoad | { readonly reason: 'record-wrong' } {
  const reader = new Reader(bytes);
  const counter = reader.u32();
  const txid = toHex(reader.view(TXID_BYTES));
  const amount = tokens(reader.u32());
  const kind = reader.u8();
  if (!reader.ended() || kind > LoadKind.released) return { reason: 'record-wrong' };
  return { counter, txid, amount, kind: kind as LoadKind };
}

/** DTC u32 | SVPMSN | amount u32, as EF 0120 + region has it. */
export function decodeKeptDebit(bytes: Uint8Array): KeptDebit | { readonly reason: 'record-wrong' } {
  const reader = new Reader(bytes);
  const record = { counter: reader.u32(), meter: svpmsn(reader.u24()), amount: tokens(reader.u32()) };
  return reader.ended() ? record : { reason: 'record-wrong' };
}

/** What STATUS answers: utility u16 | n u8 | status, as in M2. */
export function decodeRegionStatus(
  bytes: Uint8Array,
): (CardStatus & Pick<RegionValue, 'utility' | 'n'>) | { readonly reason: 'body-wrong' } {
  const reader = new Reader(bytes);
  const head = { utility: reader.u16(), n: reader.u8() };
  const status = decodeCardStatus(bytes.slice(STATUS_BYTES - CARD_STATUS_BYTES));
  return !reader.ok() || 'reason' in status ? { reason: 'body-wrong' } : { ...head, ...status };
}

/** Reads all that is open to whoever holds the card. The sentence of a failure is for a person. */
export async function readCard(session: CardSession): Promise<CardReading | CardFailure> {
  const selected = await ask(session, selectPurse());
  if ('reason' in selected) return selected;
  if (selected.status !== StatusWord.done) return unusable('This is no purse card: put one in.');
  const named = await ask(session, askSerialNumber());
  if ('reason' in named) return named;
  if (named.data.length !== CSN_BYTES) return unusable('The card does not say its serial number: take another one.');
  const regions: RegionReading[] = [];
  for (const region of REGIONS) {
    const read = await readRegion(session, region);
    if (read !== undefined && 'reason' in read) return read;
    if (read !== undefined) regions.push(read);
  }
  return { csn: csn(toHex(named.data)), regions };
}

/** The same of one region of a card whose purse is selected; `undefined` where it has no such region. */
export async function readRegion(
  session: CardSession,
  region: Region,
): Promise<RegionReading | CardFailure | undefined> {
  const told = await ask(session, purseCommand(PurseInstruction.status, new Uint8Array(0), { p2: region }));
  if ('reason' in told) return told;
  if (told.status === StatusWord.referencedDataNotFound) return undefined;
  if (told.status === StatusWord.memoryFailure) return { region, value: undefined };
  const status = decodeRegionStatus(told.data);
  if (told.status !== StatusWord.done || 'reason' in status) {
    return unusable(`The card tells nothing of region ${region} that a card would tell: take another one.`);
  }
  const loads = await readLog(session, shortIdOfLoads(region), LOADS_KEPT, decodeKeptLoad);
  if ('reason' in loads) return loads;
  const debits = await readLog(session, shortIdOfDebits(region), DEBITS_KEPT, decodeKeptDebit);
  if ('reason' in debits) return debits;
  return { region, value: { ...status, loads: loads.records, debits: debits.records } };
}

/** The newest first. A record that is damaged is left out. */
async function readLog<T extends object>(
  session: CardSession,
  shortId: number,
  kept: number,
  decode: (bytes: Uint8Array) => T | { readonly reason: 'record-wrong' },
): Promise<{ readonly records: readonly T[] } | CardFailure> {
  const records: T[] = [];
  for (let number = 1; number <= kept; number++) {
    const told = await ask(session, readRecord(shortId, number));
    if ('reason' in told) return told;
    if (told.status === StatusWord.recordNotFound) break;
    const record = decode(told.data);
    if (told.status === StatusWord.done && !('reason' in record)) records.push(record);
  }
  return { records };
}

async function ask(session: CardSession, command: Uint8Array): Promise<ResponseApdu | CardFailure> {
  const bytes = await session.transmit(command);
  if (!(bytes instanceof Uint8Array)) return bytes;
  const answer = decodeResponseApdu(bytes);
  return 'reason' in answer ? unusable('The card answers with less than a status: take another one.') : answer;
}

const unusable = (sentence: string): CardFailure => ({ reason: 'card-unusable', sentence });
