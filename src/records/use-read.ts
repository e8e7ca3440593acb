import { Reader, Writer } from '../bytes/index.ts';
import { SUPPLIES_MAX, type SupplyIndex, type Tokens, tokens } from '../units/index.ts';
import { compressProfile, decompressProfile } from './compression.ts';
import { failure, isRecordFailure, type RecordFailure } from './failure.ts';
import { decodePolicy, encodePolicy, type SupplyPolicy } from './policy.ts';
import { type DayProfile, PROFILE_DAYS_KEPT } from './profile.ts';
import { type AnswerHead, readHead, writeHead } from './results.ts';
import { areFlags } from './status.ts';
import { decodeTotals, encodeTotals, isSupply, TOTALS_BYTES, type Totals } from './totals.ts';
import { decodeVoltages, encodeVoltages, type VoltageDay } from './voltage.ts';

/** One profile, or one day of voltages, that is asked for: UTC day, supply. */
export interface ProfileSelector {
  readonly day: number;
  readonly supply: SupplyIndex;
}
const PROFILE_SELECTORS_MAX = PROFILE_DAYS_KEPT * SUPPLIES_MAX;

/**
 * M3 of 0x30, use and log read (FIG. 3): sections u8, bit 0 totals, 1 mode table, 2 supply policy, 3 cards,
 * 4 voltages, others 0 | count u8, 0 to 28 | count x (day u16 | supply u8), rising by day, then supply; where bit 4 is
 * set, then the days of voltages: count u8, 1 to 28 | the same again. Info is always in the answer. A meter from before
 * there were voltages answers a request with bit 4 as one that is not understood: they are asked for by themselves.
 */
export interface UseRequest {
  readonly totals: boolean;
  readonly modeTable: boolean;
  readonly policy: boolean;
  readonly cards?: true;
  readonly profiles: readonly ProfileSelector[];
  /** Not empty. */
  readonly voltages?: readonly ProfileSelector[];
}

export function encodeUseRequest(request: UseRequest): Uint8Array {
  const { totals, modeTable, policy, cards = false, voltages } = request;
  const sections = (totals ? 1 : 0) | (modeTable ? 2 : 0) | (policy ? 4 : 0) | (cards ? 8 : 0);
  const writer = new Writer().u8(sections | (voltages === undefined ? 0 : 16));
  writeSelectors(writer, request.profiles);
  if (voltages !== undefined) writeSelectors(writer, voltages);
  return writer.done();
}

function writeSelectors(writer: Writer, selectors: readonly ProfileSelector[]): void {
  writer.u8(selectors.length);
  for (const { day, supply } of selectors) writer.u16(day).u8(supply);
}

export function decodeUseRequest(bytes: Uint8Array): UseRequest | RecordFailure {
  const reader = new Reader(bytes);
  const sections = reader.u8();
  if (reader.ok() && sections > 31) return failure('reserved-bits-set');
  const profiles = readSelectors(reader);
  if (isRecordFailure(profiles)) return profiles;
  const voltages = (sections & 16) === 0 ? undefined : readSelectors(reader);
  if (isRecordFailure(voltages)) return voltages;
  if (!reader.ended()) return failure('length-wrong');
  if (voltages?.length === 0) return failure('field-out-of-range');
  const asked = { totals: (sections & 1) !== 0, modeTable: (sections & 2) !== 0, policy: (sections & 4) !== 0 };
  const cards = (sections & 8) !== 0 && { cards: true as const };
  return { ...asked, ...cards, profiles, ...(voltages !== undefined && { voltages }) };
}

function readSelectors(reader: Reader): ProfileSelector[] | RecordFailure {
  const count = reader.u8();
  if (!reader.ok() || reader.left < 3 * count) return failure('length-wrong');
  if (count > PROFILE_SELECTORS_MAX) return failure('field-out-of-range');
  const selectors: ProfileSelector[] = [];
  let last = -1;
  for (let i = 0; i < count; i++) {
    const day = reader.u16();
    const supply = reader.u8();
    if (!isSupply(supply)) return failure('field-out-of-range');
    if (rank(day, supply) <= last) return failure('order-wrong');
    last = rank(day, supply);
    selectors.push({ day, supply });
  }
  return selectors;
}

/**
 * Info of FIG. 3, after the head 9 (result, Balance, timer): owed u32 | flags u16 | tableVersion u32 |
 * nextTableVersion u32, 0 if none waits | policyVersion u32 | lastDay u16, the last complete UTC day of the profile,
 * 0 if none | daysHeld u8, how many complete days up to it are held, 0 to 7 | nextEvent u32. 25 bytes.
 */
export interface Info {
  readonly owed: Tokens;
  readonly flags: number;
  readonly tableVersion: number;
  readonly nextTableVersion: number;
  readonly policyVersion: number;
  readonly lastDay: number;
  readonly daysHeld: number;
  readonly nextEvent: number;
}

/** What a meter says of the cards that it took value from: all tokens ever taken, and the epoch of its hot list. */
export interface CardsTold {
  readonly fromCards: Tokens;
  readonly epoch: number;
}

/**
 * M4 of 0x30: head 9 | Info 25 | sections, each kind u8 | length u16 | bytes:
 * - 1 totals of one supply, 213 bytes; by rising supply
 * - 2 the mode table, bytes of the tariff, not empty; at most one
 * - 3 the supply policy; at most one
 * - 4 a profile: day u16 | supply u8 | compressed profile; rising by day, then supply
 * - 5 cards: from cards u64 | epoch u32; at most one
 * - 6 voltages: day u16 | supply u8 | voltages of a day; rising by day, then supply
 *
 * Kinds rise. What is not held is left out, and the result is then 12.
 */
export interface UseAnswer {
  readonly head: AnswerHead;
  readonly info: Info;
  readonly totals: readonly Totals[];
  readonly modeTable: Uint8Array | null;
  readonly policy: SupplyPolicy | null;
  readonly profiles: readonly DayProfile[];
  readonly cards?: CardsTold;
  /** Where any were asked for and are held. */
  readonly voltages?: readonly VoltageDay[];
}

export function encodeUseAnswer(answer: UseAnswer): Uint8Array {
  const { info } = answer;
  const writer = writeHead(answer.head, 4096).u32(info.owed).u16(info.flags).u32(info.tableVersion);
  writer.u32(info.nextTableVersion).u32(info.policyVersion).u16(info.lastDay).u8(info.daysHeld).u32(info.nextEvent);
  for (const totals of answer.totals) writer.u8(Section.totals).u16(TOTALS_BYTES).bytes(encodeTotals(totals));
  if (answer.modeTable !== null) {
    writer.u8(Section.modeTable).u16(answer.modeTable.length).bytes(answer.modeTable);
  }
  if (answer.policy !== null) {
    const bytes = encodePolicy(answer.policy);
    writer.u8(Section.policy).u16(bytes.length).bytes(bytes);
  }
  for (const { day, supply, energies, bands } of answer.profiles) {
    const bytes = compressProfile(energies, bands);
    writer
      .u8(Section.profile)
      .u16(3 + bytes.length)
      .u16(day)
      .u8(supply)
      .bytes(bytes);
  }
  if (answer.cards !== undefined) {
    writer.u8(Section.cards).u16(CARDS_BYTES).u64(answer.cards.fromCards).u32(answer.cards.epoch);
  }
  for (const { day, supply, volts } of answer.voltages ?? []) {
    const bytes = encodeVoltages(volts);
    writer
      .u8(Section.voltages)
      .u16(3 + bytes.length)
      .u16(day)
      .u8(supply)
      .bytes(bytes);
  }
  return writer.done();
}

export function decodeUseAnswer(bytes: Uint8Array): UseAnswer | RecordFailure {
  const reader = new Reader(bytes);
  const head = readHead(reader);
  const info: Info = {
    owed: tokens(reader.u32()),
    flags: reader.u16(),
    tableVersion: reader.u32(),
    nextTableVersion: reader.u32(),
    policyVersion: reader.u32(),
    lastDay: reader.u16(),
    daysHeld: reader.u8(),
    nextEvent: reader.u32(),
  };
  if (!reader.ok()) return failure('length-wrong');
  if (!areFlags(info.flags)) return failure('reserved-bits-set');
  if (head === undefined || info.daysHeld > PROFILE_DAYS_KEPT) return failure('field-out-of-range');
  const sections = readSections(reader);
  return isRecordFailure(sections) ? sections : { head, info, ...sections };
}

const Section = { totals: 1, modeTable: 2, policy: 3, profile: 4, cards: 5, voltages: 6 } as const;
const CARDS_BYTES = 12;

const rank = (day: number, supply: number): number => day * 8 + supply;

function readSections(reader: Reader): Omit<UseAnswer, 'head' | 'info'> | RecordFailure {
  const totals: Totals[] = [];
  const profiles: DayProfile[] = [];
  let modeTable: Uint8Array | null = null;
  let policy: SupplyPolicy | null = null;
  let cards: CardsTold | undefined;
  const voltages: VoltageDay[] = [];
  let last = -1;
  while (reader.left > 0) {
    const kind = reader.u8();
    const body = reader.view(reader.u16());
    if (!reader.ok()) return failure('length-wrong');
    let place: number;
    if (kind === Section.totals) {
      const decoded = decodeTotals(body);
      if (isRecordFailure(decoded)) return decoded;
      totals.push(decoded);
      place = decoded.supply;
    } else if (kind === Section.modeTable) {
      if (body.length === 0) return failure('length-wrong');
      modeTable = body.slice();
      place = 0;
    } else if (kind === Section.policy) {
      const decoded = decodePolicy(body);
      if (isRecordFailure(decoded)) return decoded;
      policy = decoded;
      place = 0;
    } else if (kind === Section.profile) {
      const decoded = readProfile(body);
      if (isRecordFailure(decoded)) return decoded;
      // Decoding a day costs work: a body cannot hold more of them than a meter keeps.
      if (profiles.push(decoded) > PROFILE_SELECTORS_MAX) return failure('field-out-of-range');
      place = rank(decoded.day, decoded.supply);
    } else if (kind === Section.cards) {
      const fields = new Reader(body);
      cards = { fromCards: tokens(fields.u64()), epoch: fields.u32() };
      if (!fields.ended()) return failure('length-wrong');
      place = 0;
    } else if (kind === Section.voltages) {
      const decoded = readVoltages(body);
      if (isRecordFailure(decoded)) return decoded;
      if (voltages.push(decoded) > PROFILE_SELECTORS_MAX) return failure('field-out-of-range');
      place = rank(decoded.day, decoded.supply);
    } else return failure('format-unknown');
    const order = kind * 0x10_0000 + place;
    if (order <= last) return failure('order-wrong');
    last = order;
  }
  const further = { ...(cards !== undefined && { cards }), ...(voltages.length > 0 && { voltages }) };
  return { totals, modeTable, policy, profiles, ...further };
}

function readProfile(bytes: Uint8Array): DayProfile | RecordFailure {
  const reader = new Reader(bytes);
  const day = reader.u16();
  const supply = reader.u8();
  const compressed = reader.rest();
  if (!reader.ok()) return failure('length-wrong');
  if (!isSupply(supply)) return failure('field-out-of-range');
  const decoded = decompressProfile(compressed);
  return isRecordFailure(decoded) ? decoded : { day, supply, ...decoded };
}

function readVoltages(bytes: Uint8Array): VoltageDay | RecordFailure {
  const reader = new Reader(bytes);
  const day = reader.u16();
  const supply = reader.u8();
  const coded = reader.rest();
  if (!reader.ok()) return failure('length-wrong');
  if (!isSupply(supply)) return failure('field-out-of-range');
  const volts = decodeVoltages(coded);
  return isRecordFailure(volts) ? volts : { day, supply, volts };
}
