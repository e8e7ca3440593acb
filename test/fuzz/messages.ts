import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ADDRESS_MAP_REFUSALS,
  type BackhaulMessage,
  CARRY_OUTCOMES,
  CARRY_PRIORITIES,
  decodeEnvelope,
  ROUND_MS_MIN,
  SUSPICION_KINDS,
  UNIT_KINDS,
  VOICE_BYTES_MAX,
} from '../../src/backhaul/index.ts';
import { fromHex } from '../../src/bytes/index.ts';
import {
  emptyDayProfile,
  encodeAttention,
  encodeEventAnswer,
  encodeEventRequest,
  encodeMonitoringStatus,
  encodeUseAnswer,
  encodeUseRequest,
  MeterFlag,
  Result,
} from '../../src/records/index.ts';
import type { SeededRandom } from '../../src/simulation/index.ts';
import {
  milliwattHours,
  type Svpmsn,
  svpmsn,
  tokens,
  U16_MAX,
  U24_MAX,
  U32_MAX,
  UNIX_MS_MAX,
  unixSeconds,
} from '../../src/units/index.ts';

/** The meters that messages speak of; nobody knows the last. */
export const KNOWN_METERS: readonly Svpmsn[] = [0x10_0000, 0x10_0007, 0x10_000e].map(svpmsn);
const METERS: readonly Svpmsn[] = [...KNOWN_METERS, svpmsn(0), svpmsn(U24_MAX)];

/** A well-formed message of any type, whose fields stand at their ends as often as not. */
export function drawMessage(random: SeededRandom): BackhaulMessage {
  const one = <T>(items: readonly T[]): T => items[random.below(items.length)] as T;
  const count = (max: number): number => one([0, 0, 1, 1, 2, max - 1, max, random.below(max + 1)]);
  const u32 = (): number => count(U32_MAX);
  const time = (): number => one([0, 1, 1_000, U32_MAX, 1.7e12, 1.8e12, UNIX_MS_MAX - 60_000, UNIX_MS_MAX]);
  const blob = (): Uint8Array => new Uint8Array(one([0, 1, 5, 24, 300, 3_000])).fill(one([0, 1, 0xff]));
  const seconds = () => unixSeconds(u32());
  const frames = (): Uint8Array[] => Array.from({ length: one([1, 1, 2, 255]) }, () => one(FRAMES));
  const head = () => ({ result: one(Object.values(Result)), balance: tokens(u32()), clock: seconds() });
  const flags = () => one([0, MeterFlag.clockUnset, 0x0fff]);

  const status = (): Uint8Array =>
    encodeMonitoringStatus({
      clock: seconds(),
      flags: flags(),
      balance: tokens(u32()),
      owed: tokens(u32()),
      tableVersion: u32(),
      nextEvent: u32(),
      lastDay: count(U16_MAX),
    });
  const use = (): Uint8Array => {
    const lastDay = count(U16_MAX);
    const info = { owed: tokens(u32()), flags: flags(), tableVersion: u32(), nextTableVersion: u32() };
    return encodeUseAnswer({
      head: head(),
      info: { ...info, policyVersion: u32(), lastDay, daysHeld: count(7), nextEvent: u32() },
      totals: [],
      modeTable: null,
      policy: null,
      profiles: random.chance(0.5) ? [] : [emptyDayProfile(lastDay, 1)],
    });
  };
  const events = (): Uint8Array => {
    const next = u32();
    const event = { time: seconds(), kind: 24, supply: 1, detail: 0, value: u32() } as const;
    const list = next > 1 ? [{ ...event, sequence: next - 1 }] : [];
    return encodeEventAnswer({ head: head(), oldest: Math.min(next, one([0, 1, next])), next, events: list });
  };

  switch (one(TYPES)) {
    case 'hello':
      return { type: 'hello', version: one([1, 1, 1, 0, U16_MAX]), kind: one(UNIT_KINDS), id: u32() };
    case 'hello-refused':
      return { type: 'hello-refused', version: count(U16_MAX), sentence: one(['', 'No.']) };
    case 'carry':
      return { type: 'carry', ticket: u32(), svpmsn: one(METERS), priority: one(CARRY_PRIORITIES), frames: frames() };
    case 'carried': {
      const outcome = one(CARRY_OUTCOMES);
      const brought = outcome === 'answered' ? frames() : [];
      return { type: 'carried', ticket: u32(), svpmsn: one(METERS), outcome, frames: brought };
    }
    case 'address-map': {
      const entries = Array.from({ length: one([0, 1, 3, 3, 257]) }, (_, i) => ({
        svpmsn: METERS[i] ?? svpmsn(i),
        modemAddress: one([i, i, i, 255, U16_MAX]),
      }));
      return { type: 'address-map', version: u32(), entries };
    }
    case 'address-map-answer':
      return { type: 'address-map-answer', version: u32(), refusal: one(ADDRESS_MAP_REFUSALS), sentence: 'So.' };
    case 'monitoring-keys': {
      const entries = METERS.map((id) => ({ svpmsn: id, n: count(255), wrapped: new Uint8Array(one([24, 40])) }));
      return { type: 'monitoring-keys', ticket: u32(), entries };
    }
    case 'monitoring-keys-answer':
      return {
        type: 'monitoring-keys-answer',
        ticket: u32(),
        taken: count(U16_MAX),
        refused: [{ svpmsn: one(METERS), n: count(255) }],
      };
    case 'monitoring-keys-wanted':
      return { type: 'monitoring-keys-wanted', svpmsns: [one(METERS), one(METERS)] };
    case 'time':
      return { type: 'time', unixMs: time() };
    case 'poll-plan': {
      const roundMs = one([ROUND_MS_MIN, ROUND_MS_MIN, 60_000, U32_MAX]);
      const plan = { profiles: random.chance(0.5), supplies: 1 + random.below(4) };
      return { type: 'poll-plan', roundMs, ...plan, tableVersion: u32(), slewAboveMs: u32() };
    }
    case 'collect':
      return { type: 'collect', svpmsn: one(METERS), eventsFrom: u32(), use: one([blob(), USE_REQUEST]) };
    case 'poll-result': {
      const bodies = {
        ...(random.chance(0.5) && { status: one([status(), blob()]) }),
        ...(random.chance(0.5) && { use: one([use(), blob()]) }),
        ...(random.chance(0.5) && { events: one([events(), blob()]) }),
      };
      const clockOffsetMs = one([0, -0x8000_0000, 0x7fff_ffff]);
      return { type: 'poll-result', svpmsn: one(METERS), atMs: time(), clockOffsetMs, ...bodies };
    }
    case 'attention':
      return { type: 'attention', svpmsn: one(METERS), reasons: count(U16_MAX), counter: u32(), atMs: time() };
    case 'check-meter':
      return { type: 'check-meter', minute: u32(), energy: milliwattHours(one([0, 1, Number.MAX_SAFE_INTEGER])) };
    case 'line-health': {
      const suspicions = Array.from({ length: one([0, 1, 300]) }, (_, i) => ({
        kind: one(SUSPICION_KINDS),
        address: i & 0xff,
        svpmsn: one(METERS),
        sinceMs: time(),
      }));
      const counters = { frames: u32(), bytes: u32(), airtimeMs: u32(), retries: u32(), garbled: u32() };
      return { type: 'line-health', fromMs: time(), toMs: time(), ...counters, suspicions };
    }
    case 'voice':
      return { type: 'voice', svpmsn: one(METERS), sound: new Uint8Array(one([0, 160, VOICE_BYTES_MAX])) };
  }
}

const published: { messages: { bytes: string }[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../vectors/backhaul.json'), 'utf8'),
);
const TYPES = published.messages.flatMap(({ bytes }) => {
  const envelope = decodeEnvelope(fromHex(bytes));
  return 'reason' in envelope ? [] : [envelope.message.type];
});

const USE_REQUEST = encodeUseRequest({
  totals: true,
  modeTable: true,
  policy: true,
  profiles: [{ day: U16_MAX, supply: 4 }],
});

/** Exchange frames that are none, that are no meter's, and first, third and refusing ones of a known meter. */
const FRAMES: readonly Uint8Array[] = [
  new Uint8Array(0),
  new Uint8Array(255),
  ...[1, 3, 5].flatMap((message) =>
    [
      encodeEventRequest({ from: U32_MAX, limit: 255 }),
      encodeAttention({ reasons: 1, counter: 0 }),
      new Uint8Array(240),
    ].map((body) => Uint8Array.of(0x10 | message, 0x30, 0xa0, 0x10, 0, 0, body.length, ...body)),
  ),
];
