import type { MilliwattHours, Svpmsn } from '../units/index.ts';

/** What this package speaks. A peer of another version is refused with a sentence before anything else is said. */
export const BACKHAUL_VERSION = 1;

/** Local units of one area unit, numbered from 0. */
export const LOCAL_UNITS_PER_AREA_MAX = 256;

/** No line carries polls faster. */
export const ROUND_MS_MIN = 1_000;

/**
 * A message and the local unit that it is for or from. An area unit routes by the number; where a message concerns
 * the area unit itself (its hello), the number is 0.
 */
export interface Envelope {
  readonly localUnit: number;
  readonly message: BackhaulMessage;
}

export type BackhaulMessage =
  | Hello
  | HelloRefused
  | Carry
  | Carried
  | AddressMap
  | AddressMapAnswer
  | MonitoringKeys
  | MonitoringKeysAnswer
  | MonitoringKeysWanted
  | Time
  | PollPlan
  | Collect
  | PollResult
  | AttentionReport
  | CheckMeterMinute
  | LineHealth
  | Voice;

export const UNIT_KINDS = ['host', 'area-unit', 'local-unit'] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];

/** First on every connection, from both sides. Its layout holds in all versions. */
export interface Hello {
  readonly type: 'hello';
  readonly version: number;
  readonly kind: UnitKind;
  /** Number of the unit: of the host, of the area, or of the local unit in its area. u32 */
  readonly id: number;
}

/** The versions do not agree. Its layout holds in all versions. */
export interface HelloRefused {
  readonly type: 'hello-refused';
  /** The version that the refusing side speaks. */
  readonly version: number;
  readonly sentence: string;
}

export const CARRY_PRIORITIES = ['value', 'control', 'monitoring', 'bulk'] as const;
export type CarryPriority = (typeof CARRY_PRIORITIES)[number];

/** Host to local unit: give these exchange frames to that meter, in order, and bring what it says. */
export interface Carry {
  readonly type: 'carry';
  /** Names the carry in its `carried`; the host's own. u32 */
  readonly ticket: number;
  readonly svpmsn: Svpmsn;
  readonly priority: CarryPriority;
  /** M1, or every frame of M3. */
  readonly frames: readonly Uint8Array[];
}

export const CARRY_OUTCOMES = ['answered', 'no-answer', 'unknown-meter', 'refused'] as const;
export type CarryOutcome = (typeof CARRY_OUTCOMES)[number];

/**
 * What became of a carry. `no-answer` says nothing about what the meter did: the frame may have arrived.
 * `refused`: the local unit had no room, or the frames were none for that meter.
 */
export interface Carried {
  readonly type: 'carried';
  readonly ticket: number;
  readonly svpmsn: Svpmsn;
  readonly outcome: CarryOutcome;
  /** M2, or every part of M4 in order, or the meter's refusal; empty unless answered. */
  readonly frames: readonly Uint8Array[];
}

/** One meter of a line. The address is not yet checked: 0 to 255 is right, and u16 can be said. */
export interface AddressMapEntry {
  readonly svpmsn: Svpmsn;
  readonly modemAddress: number;
}

/** Host to local unit: the meters on its line, all of them. */
export interface AddressMap {
  readonly type: 'address-map';
  /** Rises with every change. u32 */
  readonly version: number;
  readonly entries: readonly AddressMapEntry[];
}

export const ADDRESS_MAP_REFUSALS = [
  'too-many-meters',
  'address-out-of-range',
  'address-doubled',
  'svpmsn-doubled',
  'version-old',
] as const;
export type AddressMapRefusal = (typeof ADDRESS_MAP_REFUSALS)[number];

/** Taken, or refused whole: then the old map stays. */
export interface AddressMapAnswer {
  readonly type: 'address-map-answer';
  /** Of the map that is answered. */
  readonly version: number;
  /** Absent when it was taken. */
  readonly refusal?: AddressMapRefusal;
  /** For a person; empty when it was taken. */
  readonly sentence: string;
}

/** Names one key: n and the terminal. */
export interface KeyReference {
  readonly svpmsn: Svpmsn;
  readonly n: number;
}

/** A monitoring KT, wrapped (RFC 3394) with the local unit's transport key: 24 or 40 bytes, opaque here. */
export interface WrappedKey extends KeyReference {
  readonly wrapped: Uint8Array;
}

/** Host to local unit: keys of purpose 2, and of no other. */
export interface MonitoringKeys {
  readonly type: 'monitoring-keys';
  /** Names the message in its answer; the host's own. u32 */
  readonly ticket: number;
  readonly entries: readonly WrappedKey[];
}

export interface MonitoringKeysAnswer {
  readonly type: 'monitoring-keys-answer';
  readonly ticket: number;
  /** How many keys were taken: all but those that were refused. */
  readonly taken: number;
  /** Keys that did not open, were of another purpose, or of a meter that is not on the map. */
  readonly refused: readonly KeyReference[];
}

/** Local unit to host: of these meters it lacks the key that they serve, or call under. Said again until it has it. */
export interface MonitoringKeysWanted {
  readonly type: 'monitoring-keys-wanted';
  readonly svpmsns: readonly Svpmsn[];
}

/** The host's clock as the message leaves it. */
export interface Time {
  readonly type: 'time';
  /** Unix milliseconds, up to `UNIX_MS_MAX` as in every message. */
  readonly unixMs: number;
}

/** How a local unit polls. */
export interface PollPlan {
  readonly type: 'poll-plan';
  /** From one poll of a meter to its next, at least `ROUND_MS_MIN`; on a slow line a round takes as long as it takes. */
  readonly roundMs: number;
  /** Whether each complete day of the load profile is fetched. */
  readonly profiles: boolean;
  /** The most supplies that a meter of this line has, 1 to 4. */
  readonly supplies: number;
  /** Mode table that meters should hold, 0 for any; a meter with another brings its Info. */
  readonly tableVersion: number;
  /** A meter's clock that is off by more is slewed, up to 60 s a day; the host sets what is further off. */
  readonly slewAboveMs: number;
}

/** Host to local unit: poll this meter next. */
export interface Collect {
  readonly type: 'collect';
  readonly svpmsn: Svpmsn;
  /** Sequence of the first event wanted; 0 for what the plan brings. */
  readonly eventsFrom: number;
  /** M3 of 0x30, opaque here; empty for what the plan brings. */
  readonly use: Uint8Array;
}

/** What one poll of a meter brought. */
export interface PollResult {
  readonly type: 'poll-result';
  readonly svpmsn: Svpmsn;
  readonly atMs: number;
  /** The meter's clock less the local unit's; clipped to i32. A meter tells whole seconds: good to a second. */
  readonly clockOffsetMs: number;
  /** M2 of purpose 2. Absent in the suites whose M2 carries no status. */
  readonly status?: Uint8Array;
  /** M4 of 0x30. */
  readonly use?: Uint8Array;
  /** M4 of 0x32. */
  readonly events?: Uint8Array;
}

/** An authentic attention of a meter. It is an alarm; the facts follow in a poll result. */
export interface AttentionReport {
  readonly type: 'attention';
  readonly svpmsn: Svpmsn;
  /** Reason bits, u16. */
  readonly reasons: number;
  readonly counter: number;
  readonly atMs: number;
}

/** 60 ms of speech. */
export const VOICE_BYTES_MAX = 480;

/**
 * Speech of whoever stands at a meter, or for them, where its line is fast enough; it is worth nothing later and kept by
 * nobody. From a meter one of no sound says that somebody could speak there.
 */
export interface Voice {
  readonly type: 'voice';
  readonly svpmsn: Svpmsn;
  /** ITU-T G.711 µ-law at 8 kHz, at most `VOICE_BYTES_MAX`. */
  readonly sound: Uint8Array;
}

/** Energy through the transformer in one minute, from the local unit's own meter. */
export interface CheckMeterMinute {
  readonly type: 'check-meter';
  /** Unix minute. */
  readonly minute: number;
  readonly energy: MilliwattHours;
}

export const SUSPICION_KINDS = ['doubled-address', 'doubled-id', 'no-answer'] as const;
export type SuspicionKind = (typeof SUSPICION_KINDS)[number];

export interface Suspicion {
  readonly kind: SuspicionKind;
  /** Modem address at which it was noticed. */
  readonly address: number;
  /** The meter that is meant; for a doubled address the one that spoke, where it could be understood. */
  readonly svpmsn: Svpmsn;
  /** First noticed; for a silent meter when it was last heard, 0 when it was not heard since the unit began. */
  readonly sinceMs: number;
}

/** What the line carried in a stretch of time, and what looks wrong on it. */
export interface LineHealth {
  readonly type: 'line-health';
  readonly fromMs: number;
  readonly toMs: number;
  readonly frames: number;
  readonly bytes: number;
  readonly airtimeMs: number;
  readonly retries: number;
  readonly garbled: number;
  readonly suspicions: readonly Suspicion[];
}
