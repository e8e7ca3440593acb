import { Reader, Writer } from '../bytes/index.ts';
import { SUPPLIES_MAX, type Tokens, tokens } from '../units/index.ts';
import { failure, type RecordFailure } from './failure.ts';
import { FLOW_RULES_BYTES, type FlowRules, readFlowRules, writeFlowRules } from './flow-rules.ts';
import { MINUTES_PER_DAY } from './profile.ts';

/** What a meter may do to a supply when no line tells it. Goes out under control, command 0x23. */
export interface SupplyPolicy {
  /** Must rise with every change; a meter refuses a policy that is not newer than its own. */
  readonly version: number;
  /** Tokens that may be owed before credit counts as exhausted; 0: none. */
  readonly emergencyCredit: Tokens;
  /** The warning sounds when the balance is at or below it; 0: only at the last token. */
  readonly lowBalance: Tokens;
  /** Local minutes of the day in which no credit cuts nothing: from inclusive, to exclusive, over midnight if from > to. */
  readonly friendlyHours: { readonly from: number; readonly to: number } | null;
  readonly noCutOnWeekends: boolean;
  readonly noCutOnHolidays: boolean;
  readonly reconnection: 'at-once' | 'by-key-press';
  readonly buzzer: BuzzerPolicy;
  /** The load-control output is on while the tariff's percentage is below it; 0: never. */
  readonly loadControlBelowPercent: number;
  /** Element 0 is supply 1. */
  readonly supplies: readonly SupplyLimits[];
  /** Of a meter of gas, water or heat, which has one supply. */
  readonly flow?: FlowRules;
}

/** The buzzer at low balance. At the last token it always sounds, before the relay opens. */
export interface BuzzerPolicy {
  readonly lowBalance: boolean;
  /** Minutes from one warning to the next, 1 to 1440. */
  readonly everyMinutes: number;
  /** Length of a warning, 1 to 60. */
  readonly seconds: number;
  /** Silent at low balance in the friendly hours. */
  readonly quietInFriendlyHours: boolean;
}

export interface SupplyLimits {
  /** Null: no limit. At most 16,777,215 W. */
  readonly load: { readonly watts: number; readonly delaySeconds: number } | null;
  readonly overCurrent: {
    /** In 0.1 A, 1 to 65535. */
    readonly deciAmperes: number;
    readonly delaySeconds: number;
    /** How often the relay closes by itself after over-current before it waits for a command; 0: never. */
    readonly recloseCount: number;
    readonly recloseWaitSeconds: number;
  } | null;
}

/** Humane and safe for a dwelling of 63 A: nobody is cut at night, at a weekend or on a holiday. */
export const DEFAULT_SUPPLY_POLICY: SupplyPolicy = {
  version: 1,
  emergencyCredit: tokens(500),
  lowBalance: tokens(1000),
  friendlyHours: { from: 18 * 60, to: 9 * 60 },
  noCutOnWeekends: true,
  noCutOnHolidays: true,
  reconnection: 'at-once',
  buzzer: { lowBalance: true, everyMinutes: 60, seconds: 3, quietInFriendlyHours: true },
  loadControlBelowPercent: 100,
  supplies: [
    { load: null, overCurrent: { deciAmperes: 630, delaySeconds: 5, recloseCount: 3, recloseWaitSeconds: 60 } },
  ],
};

export const POLICY_BYTES_MAX = 22 + 12 * SUPPLIES_MAX;

/**
 * 22 bytes and 12 for each supply: version u32 | emergencyCredit u32 | lowBalance u32 | from u16 | to u16, both 0xFFFF
 * without friendly hours | bits u8: 0 no cut on weekends, 1 no cut on holidays, 2 reconnection by key press,
 * 3 buzzer at low balance, 4 quiet in friendly hours | everyMinutes u16 (1 to 1440) | seconds u8 (1 to 60) |
 * loadControlBelowPercent u16 (0 to 1000) - then for each supply watts u24 | delay u16 | deciAmperes u16 | delay u16 |
 * recloseCount u8 | recloseWait u16. watts or deciAmperes 0: no limit, and what belongs to it is 0 too.
 * The number of supplies, 1 to 4, follows from the length; behind a single one there may be flow rules of 13 bytes.
 */
export function encodePolicy(policy: SupplyPolicy): Uint8Array {
  const writer = new Writer(POLICY_BYTES_MAX).u32(policy.version).u32(policy.emergencyCredit).u32(policy.lowBalance);
  writer.u16(policy.friendlyHours?.from ?? NO_HOURS).u16(policy.friendlyHours?.to ?? NO_HOURS);
  writer.u8(
    (policy.noCutOnWeekends ? WEEKENDS : 0) |
      (policy.noCutOnHolidays ? HOLIDAYS : 0) |
      (policy.reconnection === 'by-key-press' ? BY_KEY : 0) |
      (policy.buzzer.lowBalance ? BUZZER : 0) |
      (policy.buzzer.quietInFriendlyHours ? QUIET : 0),
  );
  writer.u16(policy.buzzer.everyMinutes).u8(policy.buzzer.seconds).u16(policy.loadControlBelowPercent);
  for (const { load, overCurrent } of policy.supplies) {
    writer.u24(load?.watts ?? 0).u16(load?.delaySeconds ?? 0);
    writer.u16(overCurrent?.deciAmperes ?? 0).u16(overCurrent?.delaySeconds ?? 0);
    writer.u8(overCurrent?.recloseCount ?? 0).u16(overCurrent?.recloseWaitSeconds ?? 0);
  }
  if (policy.flow !== undefined) writeFlowRules(writer, policy.flow);
  return writer.done();
}

export function decodePolicy(bytes: Uint8Array): SupplyPolicy | RecordFailure {
  const hasFlow = bytes.length === 22 + 12 + FLOW_RULES_BYTES;
  const count = hasFlow ? 1 : (bytes.length - 22) / 12;
  if (!Number.isInteger(count) || count < 1 || count > SUPPLIES_MAX) return failure('length-wrong');
  const reader = new Reader(bytes);
  const version = reader.u32();
  const emergencyCredit = tokens(reader.u32());
  const lowBalance = tokens(reader.u32());
  const from = reader.u16();
  const to = reader.u16();
  const bits = reader.u8();
  const everyMinutes = reader.u16();
  const seconds = reader.u8();
  const loadControlBelowPercent = reader.u16();
  const supplies: SupplyLimits[] = [];
  for (let i = 0; i < count; i++) {
    const limits = readLimits(reader);
    if (limits === undefined) return failure('not-canonical');
    supplies.push(limits);
  }
  const flow = hasFlow ? readFlowRules(reader) : undefined;
  if (hasFlow && flow === undefined) return failure('not-canonical');
  if (bits > 31) return failure('reserved-bits-set');
  const noHours = from === NO_HOURS && to === NO_HOURS;
  const hoursValid = noHours || (from < MINUTES_PER_DAY && to < MINUTES_PER_DAY && from !== to);
  if (!hoursValid || !isWithin(everyMinutes, 1, 1440) || !isWithin(seconds, 1, 60) || loadControlBelowPercent > 1000) {
    return failure('field-out-of-range');
  }
  return {
    version,
    emergencyCredit,
    lowBalance,
    friendlyHours: noHours ? null : { from, to },
    noCutOnWeekends: (bits & WEEKENDS) !== 0,
    noCutOnHolidays: (bits & HOLIDAYS) !== 0,
    reconnection: bits & BY_KEY ? 'by-key-press' : 'at-once',
    buzzer: { lowBalance: (bits & BUZZER) !== 0, everyMinutes, seconds, quietInFriendlyHours: (bits & QUIET) !== 0 },
    loadControlBelowPercent,
    supplies,
    ...(flow === undefined ? {} : { flow }),
  };
}

/** Whether a local minute of the day (0 to 1439) lies in the policy's friendly hours. */
export function inFriendlyHours(policy: SupplyPolicy, minute: number): boolean {
  const hours = policy.friendlyHours;
  if (hours === null) return false;
  return hours.from < hours.to ? minute >= hours.from && minute < hours.to : minute >= hours.from || minute < hours.to;
}

/** Whether lack of credit may open the relay now; over-current, tamper, load limit and command do not ask. */
export function mayCut(
  policy: SupplyPolicy,
  local: { readonly minute: number; readonly weekend: boolean; readonly holiday: boolean },
): boolean {
  if (policy.noCutOnWeekends && local.weekend) return false;
  if (policy.noCutOnHolidays && local.holiday) return false;
  return !inFriendlyHours(policy, local.minute);
}

const NO_HOURS = 0xffff;
const WEEKENDS = 1;
const HOLIDAYS = 2;
const BY_KEY = 4;
const BUZZER = 8;
const QUIET = 16;

const isWithin = (value: number, min: number, max: number): boolean => value >= min && value <= max;

function readLimits(reader: Reader): SupplyLimits | undefined {
  const watts = reader.u24();
  const loadDelay = reader.u16();
  const deciAmperes = reader.u16();
  const currentDelay = reader.u16();
  const recloseCount = reader.u8();
  const recloseWaitSeconds = reader.u16();
  if (watts === 0 && loadDelay !== 0) return undefined;
  if (deciAmperes === 0 && (currentDelay !== 0 || recloseCount !== 0 || recloseWaitSeconds !== 0)) return undefined;
  return {
    load: watts === 0 ? null : { watts, delaySeconds: loadDelay },
    overCurrent:
      deciAmperes === 0 ? null : { deciAmperes, delaySeconds: currentDelay, recloseCount, recloseWaitSeconds },
  };
}
