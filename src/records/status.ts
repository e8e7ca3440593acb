import { Reader, Writer } from '../bytes/index.ts';
import { type Tokens, tokens, type UnixSeconds, unixSeconds } from '../units/index.ts';
import { failure, type RecordFailure } from './failure.ts';
import { METER_FLAGS_ALL } from './results.ts';

/**
 * M2 of purpose 1, control, 18 bytes: clock u32 | tableVersion u32 | nextTableVersion u32, 0 if none waits |
 * policyVersion u32 | flags u16.
 */
export interface ControlStatus {
  readonly clock: UnixSeconds;
  readonly tableVersion: number;
  readonly nextTableVersion: number;
  readonly policyVersion: number;
  readonly flags: number;
}

export function encodeControlStatus(status: ControlStatus): Uint8Array {
  const writer = new Writer(18).u32(status.clock).u32(status.tableVersion).u32(status.nextTableVersion);
  return writer.u32(status.policyVersion).u16(status.flags).done();
}

export function decodeControlStatus(bytes: Uint8Array): ControlStatus | RecordFailure {
  const reader = new Reader(bytes);
  const clock = unixSeconds(reader.u32());
  const tableVersion = reader.u32();
  const nextTableVersion = reader.u32();
  const policyVersion = reader.u32();
  const flags = reader.u16();
  if (!reader.ended()) return failure('length-wrong');
  if (!areFlags(flags)) return failure('reserved-bits-set');
  return { clock, tableVersion, nextTableVersion, policyVersion, flags };
}

/**
 * M2 of purpose 2, monitoring, 24 bytes: clock u32 | flags u16 | Balance u32 | owed u32 | tableVersion u32 |
 * nextEvent u32, the sequence that the next event will have | lastDay u16, the last complete UTC day of the load
 * profile, 0 if none. A poll that brings nothing new ends here.
 */
export interface MonitoringStatus {
  readonly clock: UnixSeconds;
  readonly flags: number;
  readonly balance: Tokens;
  readonly owed: Tokens;
  readonly tableVersion: number;
  readonly nextEvent: number;
  readonly lastDay: number;
}

export function encodeMonitoringStatus(status: MonitoringStatus): Uint8Array {
  const writer = new Writer(24).u32(status.clock).u16(status.flags).u32(status.balance).u32(status.owed);
  return writer.u32(status.tableVersion).u32(status.nextEvent).u16(status.lastDay).done();
}

export function decodeMonitoringStatus(bytes: Uint8Array): MonitoringStatus | RecordFailure {
  const reader = new Reader(bytes);
  const clock = unixSeconds(reader.u32());
  const flags = reader.u16();
  const balance = tokens(reader.u32());
  const owed = tokens(reader.u32());
  const tableVersion = reader.u32();
  const nextEvent = reader.u32();
  const lastDay = reader.u16();
  if (!reader.ended()) return failure('length-wrong');
  if (!areFlags(flags)) return failure('reserved-bits-set');
  return { clock, flags, balance, owed, tableVersion, nextEvent, lastDay };
}

/**
 * M2 of purpose 3, maintenance, 11 bytes: clock u32 | flags u16 | held u8, bit p set while the meter holds a key of
 * purpose p (a dismantled meter has lost value and control) | for each purpose 0 to 3 one byte: floor in bits 7..4,
 * active generation in bits 3..0, both of the suite of this session; the generation is 0 where no key is held.
 */
export interface MaintenanceStatus {
  readonly clock: UnixSeconds;
  readonly flags: number;
  readonly held: number;
  readonly keys: readonly { readonly floor: number; readonly active: number }[];
}

/** @throws RangeError for the generation of a key that is not held */
export function encodeMaintenanceStatus(status: MaintenanceStatus): Uint8Array {
  if (!namesOnlyHeld(status)) throw new RangeError('a key that is not held has no active generation');
  const writer = new Writer(11).u32(status.clock).u16(status.flags).u8(status.held);
  for (let purpose = 0; purpose < 4; purpose++) {
    const { floor, active } = status.keys[purpose] ?? { floor: 0, active: 0 };
    writer.u8((floor << 4) | active);
  }
  return writer.done();
}

export function decodeMaintenanceStatus(bytes: Uint8Array): MaintenanceStatus | RecordFailure {
  const reader = new Reader(bytes);
  const clock = unixSeconds(reader.u32());
  const flags = reader.u16();
  const held = reader.u8();
  const keys = Array.from({ length: 4 }, () => {
    const byte = reader.u8();
    return { floor: byte >> 4, active: byte & 15 };
  });
  if (!reader.ended()) return failure('length-wrong');
  if (!areFlags(flags) || held > 15) return failure('reserved-bits-set');
  const status = { clock, flags, held, keys };
  return namesOnlyHeld(status) ? status : failure('not-canonical');
}

const namesOnlyHeld = ({ held, keys }: MaintenanceStatus): boolean =>
  keys.every(({ active }, purpose) => active === 0 || (held & (1 << purpose)) !== 0);

/** The reason bits of an attention (message 6). The first four are emergencies. */
export const AttentionReason = {
  voltageWhileOpen: 1 << 0,
  coverOpened: 1 << 1,
  bypass: 1 << 2,
  magneticField: 1 << 3,
  lastGasp: 1 << 4,
  valueRequested: 1 << 5,
  lowBalance: 1 << 6,
  lastToken: 1 << 7,
  creditExhausted: 1 << 8,
  overCurrent: 1 << 9,
  reverseEnergy: 1 << 10,
  memoryDamaged: 1 << 11,
  foreignModem: 1 << 12,
  cardInserted: 1 << 13,
  clockJumped: 1 << 14,
  profileGap: 1 << 15,
} as const;
/** Before everything else on the line: within 60 s at the host. */
export const ATTENTION_EMERGENCIES =
  AttentionReason.voltageWhileOpen |
  AttentionReason.coverOpened |
  AttentionReason.bypass |
  AttentionReason.magneticField;

/**
 * The first 6 bytes of message 6: reasons u16, at least one bit | counter u32, higher than in every attention before.
 * The tag of 8 bytes that follows is the exchange's.
 */
export interface Attention {
  readonly reasons: number;
  readonly counter: number;
}
export const ATTENTION_BYTES = 6;

export const encodeAttention = (attention: Attention): Uint8Array =>
  new Writer(ATTENTION_BYTES).u16(attention.reasons).u32(attention.counter).done();

export function decodeAttention(bytes: Uint8Array): Attention | RecordFailure {
  const reader = new Reader(bytes);
  const attention = { reasons: reader.u16(), counter: reader.u32() };
  if (!reader.ended()) return failure('length-wrong');
  return attention.reasons !== 0 ? attention : failure('field-out-of-range');
}

export const areFlags = (flags: number): boolean => (flags & ~METER_FLAGS_ALL) === 0;
