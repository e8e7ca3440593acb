import { Reader, Writer } from '../bytes/index.ts';
import { assertNever, milliwattHours, type Svpmsn, svpmsn, U32_MAX, UNIX_MS_MAX } from '../units/index.ts';
import {
  ADDRESS_MAP_REFUSALS,
  type BackhaulMessage,
  CARRY_OUTCOMES,
  CARRY_PRIORITIES,
  type Envelope,
  type KeyReference,
  type PollResult,
  ROUND_MS_MIN,
  SUSPICION_KINDS,
  UNIT_KINDS,
  VOICE_BYTES_MAX,
} from './message.ts';

/*
 * Byte for byte, big-endian. Every message: type u8 | local unit u8 | body. The transport says where it ends.
 * A list of names is written as the index of the name, from 0. "frames": count u8 | count x (length u8 | bytes).
 * "blob": length u16 | bytes. "text": length u16 | UTF-8. "time": Unix milliseconds,
 * u64, within the seconds that a u32 holds.
 *
 *   type  message                 body
 *   0x01  hello                   version u16 | kind u8 | id u32
 *   0x02  hello-refused           version u16 | sentence text
 *   0x10  carry                   ticket u32 | SVPMSN u24 | priority u8 | frames, 1 to 255
 *   0x11  carried                 ticket u32 | SVPMSN u24 | outcome u8 | frames, none unless answered
 *   0x20  address-map             version u32 | count u16 | count x (SVPMSN u24 | modem address u16)
 *   0x21  address-map-answer      version u32 | 0, or 1 + refusal u8 | sentence text
 *   0x22  monitoring-keys         ticket u32 | count u16 |
 *                                 count x (SVPMSN u24 | n u8 | length u8, 24 or 40 | wrapped key)
 *   0x23  monitoring-keys-answer  ticket u32 | taken u16 | count u16 | count x (SVPMSN u24 | n u8)
 *   0x24  monitoring-keys-wanted  count u16 | count x SVPMSN u24
 *   0x30  time                    time
 *   0x31  poll-plan               roundMs u32, at least 1000 | profiles u8, 0 or 1 | supplies u8, 1 to 4 |
 *                                 table version u32 | slewAboveMs u32
 *   0x32  collect                 SVPMSN u24 | eventsFrom u32 | use blob
 *   0x40  poll-result             SVPMSN u24 | time | clock offset ms i32 | present u8, bit 0 status, 1 use, 2 events |
 *                                 the present ones as blobs
 *   0x41  attention               SVPMSN u24 | reasons u16 | counter u32 | time
 *   0x42  check-meter             minute u32 | energy u64, mWh
 *   0x43  line-health             from time | to time | frames u32 | bytes u32 | airtime ms u32 | retries u32 |
 *                                 garbled u32 | count u16 | count x (kind u8 | address u8 | SVPMSN u24 | since time)
 *   0x50  voice                   SVPMSN u24 | sound blob, at most 480 bytes
 */

const TypeByte = {
  hello: 0x01,
  'hello-refused': 0x02,
  carry: 0x10,
  carried: 0x11,
  'address-map': 0x20,
  'address-map-answer': 0x21,
  'monitoring-keys': 0x22,
  'monitoring-keys-answer': 0x23,
  'monitoring-keys-wanted': 0x24,
  time: 0x30,
  'poll-plan': 0x31,
  collect: 0x32,
  'poll-result': 0x40,
  attention: 0x41,
  'check-meter': 0x42,
  'line-health': 0x43,
  voice: 0x50,
} as const satisfies Record<BackhaulMessage['type'], number>;

export interface EnvelopeFailure {
  readonly reason: 'length-wrong' | 'type-unknown' | 'field-out-of-range';
}

/** @throws RangeError when a field does not fit: that is a bug of the caller */
export function encodeEnvelope({ localUnit, message }: Envelope): Uint8Array {
  const writer = new Writer(128).u8(TypeByte[message.type]).u8(localUnit);
  writeBody(writer, message);
  return writer.done();
}

/** Any bytes to an envelope or the reason why they are none. Byte fields are copies: the caller may reuse its buffer. */
export function decodeEnvelope(bytes: Uint8Array): Envelope | EnvelopeFailure {
  const reader = new Reader(bytes);
  const type = reader.u8();
  const localUnit = reader.u8();
  if (!reader.ok()) return { reason: 'length-wrong' };
  const read = READERS[type];
  if (read === undefined) return { reason: 'type-unknown' };
  const message = read(reader);
  if (!reader.ended()) return { reason: 'length-wrong' };
  return message === undefined ? { reason: 'field-out-of-range' } : { localUnit, message };
}

function writeBody(writer: Writer, message: BackhaulMessage): void {
  switch (message.type) {
    case 'hello':
      writer.u16(message.version).u8(UNIT_KINDS.indexOf(message.kind)).u32(message.id);
      return;
    case 'hello-refused':
      writeText(writer.u16(message.version), message.sentence);
      return;
    case 'carry':
      if (message.frames.length === 0) throw new RangeError('a carry has at least one frame');
      writer.u32(message.ticket).u24(message.svpmsn).u8(CARRY_PRIORITIES.indexOf(message.priority));
      writeFrames(writer, message.frames);
      return;
    case 'carried':
      if ((message.outcome === 'answered') !== message.frames.length > 0) {
        throw new RangeError('frames are carried back if and only if the meter answered');
      }
      writer.u32(message.ticket).u24(message.svpmsn).u8(CARRY_OUTCOMES.indexOf(message.outcome));
      writeFrames(writer, message.frames);
      return;
    case 'address-map':
      writer.u32(message.version).u16(message.entries.length);
      for (const { svpmsn, modemAddress } of message.entries) writer.u24(svpmsn).u16(modemAddress);
      return;
    case 'address-map-answer': {
      const { refusal } = message;
      writer.u32(message.version).u8(refusal === undefined ? 0 : 1 + ADDRESS_MAP_REFUSALS.indexOf(refusal));
      writeText(writer, message.sentence);
      return;
    }
    case 'monitoring-keys':
      writer.u32(message.ticket).u16(message.entries.length);
      for (const { svpmsn, n, wrapped } of message.entries) {
        if (!isWrappedLength(wrapped.length)) throw new RangeError('a wrapped key is 24 or 40 bytes');
        writer.u24(svpmsn).u8(n).u8(wrapped.length).bytes(wrapped);
      }
      return;
    case 'monitoring-keys-answer':
      writer.u32(message.ticket).u16(message.taken).u16(message.refused.length);
      for (const { svpmsn, n } of message.refused) writer.u24(svpmsn).u8(n);
      return;
    case 'monitoring-keys-wanted':
      writer.u16(message.svpmsns.length);
      for (const svpmsn of message.svpmsns) writer.u24(svpmsn);
      return;
    case 'time':
      writeTime(writer, message.unixMs);
      return;
    case 'poll-plan':
      if (message.roundMs < ROUND_MS_MIN) throw new RangeError(`a round lasts at least ${ROUND_MS_MIN} ms`);
      writer
        .u32(message.roundMs)
        .u8(message.profiles ? 1 : 0)
        .u8(message.supplies)
        .u32(message.tableVersion)
        .u32(message.slewAboveMs);
      return;
    case 'collect':
      writer.u24(message.svpmsn).u32(message.eventsFrom);
      writeBlob(writer, message.use);
      return;
    case 'poll-result':
      writePollResult(writer, message);
      return;
    case 'attention':
      writeTime(writer.u24(message.svpmsn).u16(message.reasons).u32(message.counter), message.atMs);
      return;
    case 'check-meter':
      writer.u32(message.minute).u64(message.energy);
      return;
    case 'line-health':
      writeTime(writeTime(writer, message.fromMs), message.toMs).u32(message.frames).u32(message.bytes);
      writer.u32(message.airtimeMs).u32(message.retries).u32(message.garbled).u16(message.suspicions.length);
      for (const { kind, address, svpmsn, sinceMs } of message.suspicions) {
        writeTime(writer.u8(SUSPICION_KINDS.indexOf(kind)).u8(address).u24(svpmsn), sinceMs);
      }
      return;
    case 'voice':
      if (message.sound.length > VOICE_BYTES_MAX) throw new RangeError('that is too much speech for one message');
      writeBlob(writer.u24(message.svpmsn), message.sound);
      return;
    default:
      assertNever(message);
  }
}

/** One reader for each type byte; `undefined` for a field out of its range. The caller checks the length. */
const READERS: { readonly [type: number]: (reader: Reader) => BackhaulMessage | undefined } = {
  [TypeByte.hello](reader) {
    const version = reader.u16();
    const kind = UNIT_KINDS[reader.u8()];
    const id = reader.u32();
    return kind && { type: 'hello', version, kind, id };
  },
  [TypeByte['hello-refused']](reader) {
    const version = reader.u16();
    const sentence = readText(reader);
    return sentence === undefined ? undefined : { type: 'hello-refused', version, sentence };
  },
  [TypeByte.carry](reader) {
    const ticket = reader.u32();
    const id = readSvpmsn(reader);
    const priority = CARRY_PRIORITIES[reader.u8()];
    const frames = readFrames(reader);
    if (priority === undefined || frames.length === 0) return undefined;
    return { type: 'carry', ticket, svpmsn: id, priority, frames };
  },
  [TypeByte.carried](reader) {
    const ticket = reader.u32();
    const id = readSvpmsn(reader);
    const outcome = CARRY_OUTCOMES[reader.u8()];
    const frames = readFrames(reader);
    if (outcome === undefined || (outcome === 'answered') !== frames.length > 0) return undefined;
    return { type: 'carried', ticket, svpmsn: id, outcome, frames };
  },
  [TypeByte['address-map']](reader) {
    const version = reader.u32();
    const entries = readList(reader, () => ({ svpmsn: readSvpmsn(reader), modemAddress: reader.u16() }));
    return { type: 'address-map', version, entries };
  },
  [TypeByte['address-map-answer']](reader) {
    const version = reader.u32();
    const code = reader.u8();
    const sentence = readText(reader);
    if (code > ADDRESS_MAP_REFUSALS.length || sentence === undefined) return undefined;
    const refusal = ADDRESS_MAP_REFUSALS[code - 1];
    return { type: 'address-map-answer', version, ...(refusal && { refusal }), sentence };
  },
  [TypeByte['monitoring-keys']](reader) {
    const ticket = reader.u32();
    let fits = true;
    const entries = readList(reader, () => {
      const reference = readReference(reader);
      const length = reader.u8();
      fits &&= isWrappedLength(length);
      return { ...reference, wrapped: reader.view(length).slice() };
    });
    return fits ? { type: 'monitoring-keys', ticket, entries } : undefined;
  },
  [TypeByte['monitoring-keys-answer']](reader) {
    const ticket = reader.u32();
    const taken = reader.u16();
    return { type: 'monitoring-keys-answer', ticket, taken, refused: readList(reader, () => readReference(reader)) };
  },
  [TypeByte['monitoring-keys-wanted']]: (reader) => ({
    type: 'monitoring-keys-wanted',
    svpmsns: readList(reader, () => readSvpmsn(reader)),
  }),
  [TypeByte.time](reader) {
    const unixMs = readTime(reader);
    return unixMs === undefined ? undefined : { type: 'time', unixMs };
  },
  [TypeByte['poll-plan']](reader) {
    const roundMs = reader.u32();
    const profiles = reader.u8();
    const supplies = reader.u8();
    const tableVersion = reader.u32();
    const slewAboveMs = reader.u32();
    if (roundMs < ROUND_MS_MIN || profiles > 1 || supplies < 1 || supplies > 4) return undefined;
    return { type: 'poll-plan', roundMs, profiles: profiles === 1, supplies, tableVersion, slewAboveMs };
  },
  [TypeByte.collect]: (reader) => ({
    type: 'collect',
    svpmsn: readSvpmsn(reader),
    eventsFrom: reader.u32(),
    use: readBlob(reader),
  }),
  [TypeByte['poll-result']]: readPollResult,
  [TypeByte.attention](reader) {
    const id = readSvpmsn(reader);
    const reasons = reader.u16();
    const counter = reader.u32();
    const atMs = readTime(reader);
    return atMs === undefined ? undefined : { type: 'attention', svpmsn: id, reasons, counter, atMs };
  },
  [TypeByte['check-meter']]: (reader) => ({
    type: 'check-meter',
    minute: reader.u32(),
    energy: milliwattHours(reader.u64()),
  }),
  [TypeByte['line-health']](reader) {
    const fromMs = readTime(reader);
    const toMs = readTime(reader);
    const [frames, bytes, airtimeMs, retries, garbled] = [0, 1, 2, 3, 4].map(() => reader.u32()) as [
      number,
      number,
      number,
      number,
      number,
    ];
    let known = true;
    const suspicions = readList(reader, () => {
      const kind = SUSPICION_KINDS[reader.u8()];
      const address = reader.u8();
      const id = readSvpmsn(reader);
      const sinceMs = readTime(reader);
      known &&= kind !== undefined && sinceMs !== undefined;
      return { kind: kind ?? 'no-answer', address, svpmsn: id, sinceMs: sinceMs ?? 0 };
    });
    if (!known || fromMs === undefined || toMs === undefined) return undefined;
    return { type: 'line-health', fromMs, toMs, frames, bytes, airtimeMs, retries, garbled, suspicions };
  },
  [TypeByte.voice](reader) {
    const id = readSvpmsn(reader);
    const sound = readBlob(reader);
    return sound.length > VOICE_BYTES_MAX ? undefined : { type: 'voice', svpmsn: id, sound };
  },
};

function writePollResult(writer: Writer, { svpmsn, atMs, clockOffsetMs, status, use, events }: PollResult): void {
  writeTime(writer.u24(svpmsn), atMs).i32(clockOffsetMs);
  writer.u8((status ? 1 : 0) | (use ? 2 : 0) | (events ? 4 : 0));
  for (const body of [status, use, events]) if (body !== undefined) writeBlob(writer, body);
}

function readPollResult(reader: Reader): PollResult | undefined {
  const id = readSvpmsn(reader);
  const atMs = readTime(reader);
  const clockOffsetMs = reader.i32();
  const present = reader.u8();
  const status = present & 1 ? { status: readBlob(reader) } : undefined;
  const use = present & 2 ? { use: readBlob(reader) } : undefined;
  const events = present & 4 ? { events: readBlob(reader) } : undefined;
  if (present > 7 || atMs === undefined) return undefined;
  return { type: 'poll-result', svpmsn: id, atMs, clockOffsetMs, ...status, ...use, ...events };
}

function writeTime(writer: Writer, unixMs: number): Writer {
  if (unixMs > UNIX_MS_MAX) throw new RangeError(`a time of the backhaul is at most ${UNIX_MS_MAX} ms, not ${unixMs}`);
  return writer.u64(unixMs);
}

function readTime(reader: Reader): number | undefined {
  const unixMs = reader.u64();
  return unixMs <= UNIX_MS_MAX ? unixMs : undefined;
}

function writeFrames(writer: Writer, frames: readonly Uint8Array[]): void {
  writer.u8(frames.length);
  for (const frame of frames) writer.u8(frame.length).bytes(frame);
}

function readFrames(reader: Reader): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let left = reader.u8(); left > 0 && reader.ok(); left--) frames.push(reader.view(reader.u8()).slice());
  return frames;
}

function writeBlob(writer: Writer, bytes: Uint8Array): void {
  writer.u16(bytes.length).bytes(bytes);
}

const readBlob = (reader: Reader): Uint8Array => reader.view(reader.u16()).slice();

const writeText = (writer: Writer, text: string): void => writeBlob(writer, UTF8.encode(text));

function readText(reader: Reader): string | undefined {
  try {
    return UTF8_STRICT.decode(readBlob(reader));
  } catch {
    return undefined;
  }
}

const UTF8 = new TextEncoder();
// A byte order mark is kept: dropped, two byte strings would mean one message.
const UTF8_STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** As many entries as the count says, and not one after the bytes have ended. */
function readList<T>(reader: Reader, entry: () => T): T[] {
  const entries: T[] = [];
  for (let left = reader.u16(); left > 0 && reader.ok(); left--) entries.push(entry());
  return entries;
}

const readSvpmsn = (reader: Reader): Svpmsn => svpmsn(reader.u24());
const readReference = (reader: Reader): KeyReference => ({ svpmsn: readSvpmsn(reader), n: reader.u8() });
const isWrappedLength = (length: number): boolean => length === 24 || length === 40;

/** Clips to what the message's i32 can say. */
export const clippedOffset = (ms: number): number => Math.max(-0x8000_0000, Math.min(0x7fff_ffff, Math.round(ms)));
/** Clips to what a time of the backhaul can say: a clock that was set wrong stops at its ends. */
export const clippedTime = (unixMs: number): number => Math.max(0, Math.min(UNIX_MS_MAX, unixMs));
/** Counters of a report stop at the top of u32 rather than wrap. */
export const clippedCounter = (count: number): number => Math.min(U32_MAX, Math.round(count));
