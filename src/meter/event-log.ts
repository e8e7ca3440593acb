import { crc32 } from '../bytes/index.ts';
import { CHAIN_LINK_BYTES, chainLink } from '../crypto/index.ts';
import {
  decodeEvent,
  EVENT_BYTES,
  EVENT_LINK_BYTES,
  EventKind,
  type EventRecord,
  type EventRun,
  encodeEvent,
  isRecordFailure,
} from '../records/index.ts';
import type { SupplyIndex } from '../units/index.ts';
import { EVENT_ROW_BYTES, EVENTS_KEPT } from './layout.ts';
import { bytesAt, getU32, putU32 } from './nvm.ts';
import { clockTold, type EventLog, keepState, type Meter } from './state.ts';

interface About {
  readonly supply?: SupplyIndex;
  readonly detail?: number;
  readonly value?: number;
}

/**
 * Writes an event into the ring; the oldest gives way. What the seal has seen does not, until the local unit has kept
 * it: an event behind it takes the row that is next, so that nobody washes evidence out of the log. In a log of
 * nothing but such evidence the oldest stays and the newest is not written. Each names the link of the one that was
 * written before it, so that none can be changed, left out or put elsewhere and nobody see it.
 */
export function recordEvent(meter: Meter, kind: EventKind, about: About = {}): void {
  writeEvent(meter, nextEvent(meter, kind, about));
}

/** The event that comes next, before it is written: a state that names it can be kept first. */
export const nextEvent = (meter: Meter, kind: EventKind, about: About): EventRecord => ({
  sequence: nextSequence(meter),
  time: clockTold(meter),
  kind,
  supply: about.supply ?? 0,
  detail: about.detail ?? 0,
  value: about.value ?? 0,
});

export function writeEvent(meter: Meter, event: EventRecord): void {
  const { sequence } = event;
  if (isEvidence(meter, rowOf(meter, sequence))) return;
  const row = new Uint8Array(EVENT_ROW_BYTES);
  const record = encodeEvent(event);
  row.set(record);
  row.set(meter.events.link, EVENT_BYTES);
  putU32(row, CRC_AT, crc32(row, 0, CRC_AT));
  meter.nvm.write(eventAddress(meter, sequence), row, 0, EVENT_ROW_BYTES);
  meter.events.next = sequence + 1;
  meter.events.link = chainLink(meter.events.link, record);
}

const CRC_AT = EVENT_BYTES + EVENT_LINK_BYTES;

/** Sequences are never used again; those whose rows hold evidence are left out. */
export function nextSequence(meter: Meter): number {
  const { next } = meter.events;
  for (let sequence = next; sequence < next + EVENTS_KEPT; sequence++) {
    if (!isEvidence(meter, rowOf(meter, sequence))) return sequence;
  }
  return next;
}

/** Covers, bypasses, voltages, modems and the like; lost keys, memories and value; clocks set; cards refused. */
const isOfSeal = (kind: EventKind): boolean =>
  (kind >= EventKind.coverOpened && kind <= EventKind.counterAhead) ||
  (kind >= EventKind.keysErased && kind <= EventKind.valueFrozen) ||
  kind === EventKind.clockSet ||
  kind === EventKind.cardRefused;

/** What comes with every power cut: the first of each is kept, and no number of them crowds out the rest. */
const isOfCuts = (kind: EventKind): boolean => kind === EventKind.profileGap || kind === EventKind.clockLost;

/** Of a meter that nobody ever read over a line nobody will keep an event. */
const isEvidence = (meter: Meter, held: EventRecord | undefined): boolean =>
  isUnread(meter, held) && (isOfSeal(held.kind) || (isOfCuts(held.kind) && isFirstOfKind(meter, held)));

const isUnread = (meter: Meter, held: EventRecord | undefined): held is EventRecord =>
  held !== undefined &&
  meter.kept.heardAt !== 0 &&
  held.sequence >= meter.kept.eventsKeptBefore &&
  held.sequence < meter.events.next;

function isFirstOfKind(meter: Meter, { kind, sequence }: EventRecord): boolean {
  for (let row = 0; row < EVENTS_KEPT; row++) {
    const other = rowOf(meter, row);
    if (isUnread(meter, other) && other.kind === kind && other.sequence < sequence) return false;
  }
  return true;
}

/** The local unit has kept the events before a sequence. */
export function keepEventsBefore(meter: Meter, sequence: number): void {
  const before = Math.min(sequence, meter.events.next);
  if (before <= meter.kept.eventsKeptBefore) return;
  meter.kept.eventsKeptBefore = before;
  keepState(meter);
}

/** The events from a sequence on that are still held, the oldest first, at most `limit`. */
export function eventsFrom(meter: Meter, from: number, limit: number): EventRecord[] {
  return heldEvents(meter)
    .filter(({ sequence }) => sequence >= from)
    .slice(0, limit);
}

/** Where the chain of events begins, and where it begins again because an event between two of them is gone. */
export function eventRuns(meter: Meter, events: readonly EventRecord[]): EventRun[] {
  const runs: EventRun[] = [];
  let link: Uint8Array | undefined;
  for (const [index, event] of events.entries()) {
    const before = linkBefore(meter, event.sequence);
    if (link === undefined || !isSameLink(link, before)) runs.push({ index, before });
    link = chainLink(before, encodeEvent(event));
  }
  return runs;
}

function linkBefore({ nvm, layout }: Pick<Meter, 'nvm' | 'layout'>, sequence: number): Uint8Array {
  const at = layout.events + (sequence % EVENTS_KEPT) * EVENT_ROW_BYTES + EVENT_BYTES;
  return bytesAt(nvm, at, EVENT_LINK_BYTES).slice();
}

const isSameLink = (one: Uint8Array, other: Uint8Array): boolean => one.every((byte, i) => byte === other[i]);

/** Every event before this one has given way. */
export function oldestEvent(meter: Meter): number {
  const [first] = heldEvents(meter);
  return Math.min(Math.max(1, meter.events.next - EVENTS_KEPT), first?.sequence ?? Number.POSITIVE_INFINITY);
}

function heldEvents(meter: Meter): EventRecord[] {
  const events: EventRecord[] = [];
  for (let row = 0; row < EVENTS_KEPT; row++) {
    const event = rowOf(meter, row);
    const isIn = event !== undefined && event.sequence % EVENTS_KEPT === row && event.sequence < meter.events.next;
    if (isIn && (event.sequence >= meter.events.next - EVENTS_KEPT || isEvidence(meter, event))) events.push(event);
  }
  return events.sort((a, b) => a.sequence - b.sequence);
}

/** After a start: the ring itself says where it was. A torn event is one that never was. */
export function findEvents(meter: Pick<Meter, 'nvm' | 'layout'>): EventLog {
  let newest: EventRecord | undefined;
  for (let row = 0; row < EVENTS_KEPT; row++) {
    const event = eventAt(meter, meter.layout.events + row * EVENT_ROW_BYTES);
    if (event === undefined || event.sequence % EVENTS_KEPT !== row) continue;
    if (newest === undefined || event.sequence > newest.sequence) newest = event;
  }
  if (newest === undefined) return { next: 1, link: new Uint8Array(CHAIN_LINK_BYTES) };
  return { next: newest.sequence + 1, link: chainLink(linkBefore(meter, newest.sequence), encodeEvent(newest)) };
}

const rowOf = (meter: Meter, sequence: number): EventRecord | undefined =>
  eventAt(meter, eventAddress(meter, sequence));

const eventAddress = (meter: Meter, sequence: number): number =>
  meter.layout.events + (sequence % EVENTS_KEPT) * EVENT_ROW_BYTES;

function eventAt(meter: Pick<Meter, 'nvm'>, at: number): EventRecord | undefined {
  const row = bytesAt(meter.nvm, at, EVENT_ROW_BYTES);
  if (crc32(row, 0, CRC_AT) !== getU32(row, CRC_AT)) return undefined;
  const event = decodeEvent(row.subarray(0, EVENT_BYTES));
  return isRecordFailure(event) ? undefined : event;
}
