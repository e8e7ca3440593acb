import { equalConstantTime, fromHex, Reader, Writer } from '../bytes/index.ts';
import { type CardKey, PAIR_TAG_BYTES, type PairKey, pairTag } from '../crypto/index.ts';
import {
  type Csn,
  type Region,
  type Svpmsn,
  svpmsn,
  type Tokens,
  tokens,
  U16_MAX,
  type UnixSeconds,
  unixSeconds,
} from '../units/index.ts';

/**
 * What a meter tells its provider over the card, when the card leaves it. Its tag is under a key of its
 * own from Kpair: who can derive that, and nobody else, knows that this meter said it of itself.
 */
export interface MeterReport {
  readonly meter: Svpmsn;
  /** Rises from each report of the meter to the next, whichever card carries it. */
  readonly sequence: number;
  /** Of the meter's clock, 0 while it is not set. */
  readonly time: UnixSeconds;
  /** All that was ever measured, in 0.1 of the region's unit (0.1 Wh, 0.1 l), at most 2⁴⁸ − 1. */
  readonly register: number;
  readonly balance: Tokens;
  /** All tokens ever used, and all ever taken from cards, at most 2⁴⁸ − 1 each. */
  readonly used: Tokens;
  readonly fromCards: Tokens;
  readonly owed: Tokens;
  /** As in a receipt of value. */
  readonly flags: number;
  /** DTC of the last debit of this card that was credited, 0 for none. */
  readonly debitCounter: number;
  /** The newest that the provider could not see in the rest, the last one first, at most REPORTED_EVENTS_MAX. */
  readonly events: readonly ReportedEvent[];
}

export interface ReportedEvent {
  /** As in a meter's event, 1 to 255. */
  readonly kind: number;
  /** Whole minutes before the report's time; 65,535 for that and all that is longer ago. */
  readonly minutesBefore: number;
}

export const REPORTED_EVENTS_MAX = 4;
export const MINUTES_BEFORE_MAX = U16_MAX;
const BODY_BYTES = 43 + 3 * REPORTED_EVENTS_MAX;
export const REPORT_BYTES = BODY_BYTES + PAIR_TAG_BYTES;

/** The card and region that a report is for: what is known beside Kpair, and stands in no byte of it. */
export interface ReportSubject {
  readonly csn: Csn;
  readonly region: Region;
}

/**
 * meter u24 | sequence u32 | time u32 | register u48 | balance u32 | used u48 | from cards u48 | owed u32 | flags u16 |
 * DTC u32 | four times {kind u8 | minutes before u16}, 0 where there is none | tag 8
 * @throws RangeError when a figure or the number of events does not fit
 */
export function sealMeterReport(pair: PairKey, subject: ReportSubject, report: MeterReport): Uint8Array {
  if (report.events.length > REPORTED_EVENTS_MAX) throw new RangeError('a report has four events at most');
  const writer = new Writer(REPORT_BYTES).u24(report.meter).u32(report.sequence).u32(report.time);
  writer.u48(report.register).u32(report.balance).u48(report.used).u48(report.fromCards);
  writer.u32(report.owed).u16(report.flags).u32(report.debitCounter);
  for (const { kind, minutesBefore } of report.events) writer.u8(kind).u16(minutesBefore);
  const body = writer.bytes(new Uint8Array(3 * (REPORTED_EVENTS_MAX - report.events.length))).done();
  return writer.bytes(tagOf(pair, subject, report.meter, body)).done();
}

/**
 * The provider's side: what its meter said, or `undefined` where one bit differs from what it sealed for this card and
 * region. The key is KC of that region; whoever has another has a report that says nothing.
 */
export function openMeterReport(key: CardKey, bytes: Uint8Array): MeterReport | undefined {
  const { csn, scope } = key;
  if (scope === 0 || bytes.length !== REPORT_BYTES) return undefined;
  const meter = svpmsn(new Reader(bytes).u24());
  return isReportOf(key.pairKey(meter), { csn, region: scope }, bytes) ? readReport(bytes) : undefined;
}

/** Whether the tag of these REPORT_BYTES is right: a report of the meter that it names, over this card and region. */
export function isReportOf(pair: PairKey, subject: ReportSubject, bytes: Uint8Array): boolean {
  const body = bytes.subarray(0, BODY_BYTES);
  const tag = tagOf(pair, subject, svpmsn(new Reader(bytes).u24()), body);
  return equalConstantTime(tag, bytes.subarray(BODY_BYTES));
}

/** What stands in front, for who keeps reports and reads no more of them. */
export function reportHead(bytes: Uint8Array): Pick<MeterReport, 'meter' | 'sequence' | 'time'> {
  const reader = new Reader(bytes);
  return { meter: svpmsn(reader.u24()), sequence: reader.u32(), time: unixSeconds(reader.u32()) };
}

function readReport(bytes: Uint8Array): MeterReport | undefined {
  const reader = new Reader(bytes, 11);
  const figures = {
    register: reader.u48(),
    balance: tokens(reader.u32()),
    used: tokens(reader.u48()),
    fromCards: tokens(reader.u48()),
    owed: tokens(reader.u32()),
    flags: reader.u16(),
    debitCounter: reader.u32(),
  };
  const events: ReportedEvent[] = [];
  let ended = false;
  for (let i = 0; i < REPORTED_EVENTS_MAX; i++) {
    const event = { kind: reader.u8(), minutesBefore: reader.u16() };
    if (event.kind !== 0 && !ended) events.push(event);
    // Behind the last event there is nothing: a report has one form.
    else if (event.kind !== 0 || event.minutesBefore !== 0) return undefined;
    else ended = true;
  }
  return { ...reportHead(bytes), ...figures, events };
}

/** No nonce: the provider was not there. A report that is shown again is known by its sequence. */
const tagOf = (pair: PairKey, { csn, region }: ReportSubject, meter: Svpmsn, body: Uint8Array): Uint8Array =>
  pairTag(pair, 'CRPT', new Writer(11).bytes(fromHex(csn)).u8(region).u24(meter).done(), body);
