import { keyNameFromByte, Purpose, purposeOf } from '../crypto/index.ts';
import { ATTENTION_EMERGENCIES, AttentionReason, EventKind, type EventRecord, MeterFlag } from '../records/index.ts';
import type { MeterState, StateReason } from '../words/index.ts';
import type { Knowledge, Purse } from './types.ts';

/** How a meter stands, as far as the host knows. */
export interface MeterStanding {
  readonly state: MeterState;
  /** Empty where the state says it all. */
  readonly why: readonly StateReason[];
  /** Nothing was heard of it for longer than its polls can explain: it may stand otherwise. */
  readonly stale: boolean;
}

/** What it follows from. */
export interface StandingFacts {
  readonly purse: Pick<Purse, 'state' | 'freeze'>;
  /** Whoever lived there has left: its purse is closed until somebody moves in. */
  readonly isUnoccupied?: boolean;
  readonly known: Pick<Knowledge, 'flags' | 'alarms'> | undefined;
  /** Milliseconds since it was heard last; nothing where it never was. */
  readonly silentMs: number | undefined;
  /** From one poll of it to the next. */
  readonly roundMs: number;
}

/** A poll or two may get lost on a line with noise. */
const STALE_ROUNDS = 3;
/** After so many nobody knows whether there is power. */
export const DARK_ROUNDS = 6;

/** Reads off facts how a meter stands, the most urgent first: what comes later in the list may be true as well. */
export function standingOf({ purse, isUnoccupied = false, known, silentMs, roundMs }: StandingFacts): MeterStanding {
  const { flags = 0, alarms = 0 } = known ?? {};
  const stale = silentMs === undefined || silentMs > STALE_ROUNDS * roundMs;
  const stands = (state: MeterState, ...why: StateReason[]): MeterStanding => ({ state, why, stale });
  if (purse.freeze !== undefined) return stands('frozen', purse.freeze);
  const broken = named(alarms, ALARM_NAMES);
  if (broken.length > 0) return stands('tampered', ...broken);
  if (flags & MeterFlag.tamper) return stands('tampered', 'tamper');
  if (silentMs === undefined) return stands('dark', 'never-heard');
  if (alarms & AttentionReason.lastGasp) return stands('dark', 'last-gasp');
  if (silentMs > DARK_ROUNDS * roundMs) return stands('dark', 'silent');
  if (purse.state === 'closed') return stands('off', isUnoccupied ? 'nobody-lives' : 'purse-closed');
  const exhausted: StateReason[] = flags & MeterFlag.creditExhausted ? ['credit-exhausted'] : [];
  if (flags & MeterFlag.relayOpen) {
    const held = named(flags, HELD_NAMES);
    if (held.length > 0) return stands('blocked', ...held, ...exhausted);
    return exhausted.length > 0 ? stands('off', ...exhausted) : stands('blocked', 'awaits-key');
  }
  if (flags & MeterFlag.emergencyCredit) return stands('emergency', ...exhausted);
  if (flags & MeterFlag.lastToken) return stands('last-token');
  return stands(flags & MeterFlag.lowBalance ? 'low' : 'supplied');
}

/** Beside what meters call for: the key of value is erased, until there is one again. Bits of `AttentionReason` end at 15. */
const KEYS_ERASED = 1 << 16;
/** And what the chain of its events shows. */
const EVENTS_MISSING = 1 << 17;
const EVENTS_CHANGED = 1 << 18;

/** Whether the meter told that no key for value is left in it: nothing that is sold reaches it before it has one. */
export const holdsNoValueKey = ({ alarms = 0 }: Pick<Knowledge, 'alarms'>): boolean => (alarms & KEYS_ERASED) !== 0;

const ALARM_NAMES: readonly (readonly [number, StateReason])[] = [
  [AttentionReason.voltageWhileOpen, 'voltage-while-open'],
  [AttentionReason.coverOpened, 'cover-opened'],
  [AttentionReason.bypass, 'bypass'],
  [AttentionReason.magneticField, 'magnetic-field'],
  [KEYS_ERASED, 'keys-erased'],
  [EVENTS_CHANGED, 'events-changed'],
  [EVENTS_MISSING, 'events-missing'],
];
const HELD_NAMES: readonly (readonly [number, StateReason])[] = [
  [MeterFlag.overCurrent, 'over-current'],
  [MeterFlag.byCommand, 'by-command'],
  [MeterFlag.loadLimit, 'load-limit'],
];

const named = (bits: number, names: readonly (readonly [number, StateReason])[]): StateReason[] =>
  names.flatMap(([bit, name]) => (bits & bit ? [name] : []));

/** What begins an alarm that stands until its other event ends it. */
const CHANGES: ReadonlyMap<number, { readonly alarm: number; readonly on: boolean }> = new Map([
  [EventKind.coverOpened, { alarm: AttentionReason.coverOpened, on: true }],
  [EventKind.coverClosed, { alarm: AttentionReason.coverOpened, on: false }],
  [EventKind.bypassBegun, { alarm: AttentionReason.bypass, on: true }],
  [EventKind.bypassEnded, { alarm: AttentionReason.bypass, on: false }],
  [EventKind.voltageWhileOpenBegun, { alarm: AttentionReason.voltageWhileOpen, on: true }],
  [EventKind.voltageWhileOpenEnded, { alarm: AttentionReason.voltageWhileOpen, on: false }],
  [EventKind.magneticFieldBegun, { alarm: AttentionReason.magneticField, on: true }],
  [EventKind.magneticFieldEnded, { alarm: AttentionReason.magneticField, on: false }],
]);

function changeOfKeys({ kind, detail }: EventRecord): { readonly alarm: number; readonly on: boolean } | undefined {
  const isErased = kind === EventKind.keysErased && (detail & (1 << Purpose.value)) !== 0;
  const isGiven = kind === EventKind.keyChanged && purposeOf(keyNameFromByte(detail)) === Purpose.value;
  return isErased || isGiven ? { alarm: KEYS_ERASED, on: isErased } : undefined;
}

type Alarms = Pick<Knowledge, 'alarms' | 'alarmsAt'>;

/** The alarms that stand after events, in the order in which the meter had them; `alarmsAt` is when the first came. */
export function alarmsAfter(
  before: Alarms,
  events: readonly EventRecord[],
  now: NonNullable<Alarms['alarmsAt']>,
): Alarms {
  let alarms = before.alarms ?? 0;
  for (const event of events) {
    const change = CHANGES.get(event.kind) ?? changeOfKeys(event);
    if (change !== undefined) alarms = change.on ? alarms | change.alarm : alarms & ~change.alarm;
  }
  return standing(before, alarms, now);
}

/** Events that are missing or changed are an alarm of its own, until a person has cleared the meter's tamper. */
export function alarmsOfEvents(
  before: Alarms,
  { missing, changed }: { readonly missing: boolean; readonly changed: boolean },
  now: NonNullable<Alarms['alarmsAt']>,
): Alarms {
  const found = (missing ? EVENTS_MISSING : 0) | (changed ? EVENTS_CHANGED : 0);
  return standing(before, (before.alarms ?? 0) | found, now);
}

export const areEventsDoubted = ({ alarms = 0 }: Pick<Knowledge, 'alarms'>): boolean =>
  (alarms & (EVENTS_MISSING | EVENTS_CHANGED)) !== 0;

export const eventsSettled = (before: Alarms, now: NonNullable<Alarms['alarmsAt']>): Alarms =>
  standing(before, (before.alarms ?? 0) & ~(EVENTS_MISSING | EVENTS_CHANGED), now);

/** An attention is shown at once; that its power went holds until the meter is heard again. */
export const alarmsRaised = (before: Alarms, reasons: number, now: NonNullable<Alarms['alarmsAt']>): Alarms =>
  standing(before, (before.alarms ?? 0) | (reasons & (ATTENTION_EMERGENCIES | AttentionReason.lastGasp)), now);

/** Whoever speaks has power. */
export const alarmsHeard = (before: Alarms, now: NonNullable<Alarms['alarmsAt']>): Alarms =>
  standing(before, (before.alarms ?? 0) & ~AttentionReason.lastGasp, now);

function standing(before: Alarms, alarms: number, now: NonNullable<Alarms['alarmsAt']>): Alarms {
  if (alarms === 0) return { alarms: before.alarms === undefined ? undefined : 0, alarmsAt: undefined };
  return { alarms, alarmsAt: before.alarmsAt ?? now };
}
