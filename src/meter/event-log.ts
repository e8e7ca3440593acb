import { crc32 } from '../bytes/index.ts';
import {
  decodeEvent,
  EVENT_BYTES,
  EventKind,
  type EventRecord,
  encodeEvent,
  isRecordFailure,
} from '../records/index.ts';
import type { SupplyIndex } from '../units/index.ts';
import { EVENT_ROW_BYTES, EVENTS_KEPT } from './layout.ts';
import { getU32, putU32 } from './nvm.ts';
import { clockTold, type EventLog, keepState, type Meter } from './state.ts';

interface About {
  readonly supply?: SupplyIndex;
  readonly detail?: number;
  readonly value?: number;
}

/**
 * Writes an event into the ring; the oldest gives way. What the seal has seen does not, until the local unit has kept
 * it: an event behind it takes the row that is next, so that nobody washes evidence out of the log. In a log of
 * nothing but such evidence the oldest stays and the newest is not written.
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
  row.set(encodeEvent(event));
  putU32(row, EVENT_BYTES, crc32(row, 0, EVENT_BYTES));
  meter.nvm.write(eventAddress(meter, sequence), row, 0, EVENT_ROW_BYTES);
  meter.events.next = sequence + 1;
}

/** Sequences are never used again; those whose rows hold evidence are left out. */
export function nextSequence(meter: Meter): number {
  const { next } = meter.events;
  for (let sequence = next; sequence < next + EVENTS_KEPT; sequence++) {
    if (!isEvidence(meter, rowOf(meter, sequence))) return sequence;
  }
  return next;
}

/** Covers, bypasses, voltages, modems and the like; lost keys, memories and value; cards that were refused. */
const isOfSeal = (kind: EventKind): boolean =>
  (kind >= EventKind.coverOpened && kind <= EventKind.counterAhead) ||
  (kind >= EventKind.keysErased && kind <= EventKind.valueFrozen) ||
  kind === EventKind.cardRefused;

/** Of a meter that nobody ever read over a line nobody will keep an event. */
const isEvidence = (meter: Meter, held: EventRecord | undefined): boolean =>
  held !== undefined &&
  meter.kept.heardAt !== 0 &&
  held.sequence >= meter.kept.eventsKeptBefore &&
  held.sequence < meter.events.next &&
  isOfSeal(held.kind);

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
  let newest = 0;
  for (let row = 0; row < EVENTS_KEPT; row++) {
    const event = eventAt(meter, meter.layout.events + row * EVENT_ROW_BYTES);
    if (event !== undefined && event.sequence % EVENTS_KEPT === row && event.sequence > newest) newest = event.sequence;
  }
  return { next: newest + 1 };
}

const rowOf = (meter: Meter, sequence: number): EventRecord | undefined =>
  eventAt(meter, eventAddress(meter, sequence));

const eventAddress = (meter: Meter, sequence: number): number =>
  meter.layout.events + (sequence % EVENTS_KEPT) * EVENT_ROW_BYTES;

function eventAt(meter: Pick<Meter, 'nvm'>, at: number): EventRecord | undefined {
  const { bytes } = meter.nvm;
  if (crc32(bytes, at, at + EVENT_BYTES) !== getU32(bytes, at + EVENT_BYTES)) return undefined;
  const event = decodeEvent(bytes.subarray(at, at + EVENT_BYTES));
  return isRecordFailure(event) ? undefined : event;
}
