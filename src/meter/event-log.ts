import { crc32 } from '../bytes/index.ts';
import {
  decodeEvent,
  EVENT_BYTES,
  type EventKind,
  type EventRecord,
  encodeEvent,
  isRecordFailure,
} from '../records/index.ts';
import type { SupplyIndex } from '../units/index.ts';
import { EVENT_ROW_BYTES, EVENTS_KEPT } from './layout.ts';
import { getU32, putU32 } from './nvm.ts';
import { clockTold, type EventLog, type Meter } from './state.ts';

interface About {
  readonly supply?: SupplyIndex;
  readonly detail?: number;
  readonly value?: number;
}

/** Writes an event into the ring; the oldest gives way. */
export function recordEvent(meter: Meter, kind: EventKind, about: About = {}): void {
  writeEvent(meter, nextEvent(meter, kind, about));
}

/** The event that comes next, before it is written: a state that names it can be kept first. */
export const nextEvent = (meter: Meter, kind: EventKind, about: About): EventRecord => ({
  sequence: meter.events.next,
  time: clockTold(meter),
  kind,
  supply: about.supply ?? 0,
  detail: about.detail ?? 0,
  value: about.value ?? 0,
});

export function writeEvent(meter: Meter, event: EventRecord): void {
  const { sequence } = event;
  const row = new Uint8Array(EVENT_ROW_BYTES);
  row.set(encodeEvent(event));
  putU32(row, EVENT_BYTES, crc32(row, 0, EVENT_BYTES));
  meter.nvm.write(eventAddress(meter, sequence), row, 0, EVENT_ROW_BYTES);
  meter.events.next = sequence + 1;
}

/** The events from a sequence on that are still held, the oldest first, at most `limit`. */
export function eventsFrom(meter: Meter, from: number, limit: number): EventRecord[] {
  const events: EventRecord[] = [];
  for (let sequence = Math.max(from, oldestEvent(meter)); sequence < meter.events.next; sequence++) {
    if (events.length === limit) break;
    const event = eventAt(meter, eventAddress(meter, sequence));
    if (event?.sequence === sequence) events.push(event);
  }
  return events;
}

export const oldestEvent = (meter: Meter): number => Math.max(1, meter.events.next - EVENTS_KEPT);

/** After a start: the ring itself says where it was. A torn event is one that never was. */
export function findEvents(meter: Pick<Meter, 'nvm' | 'layout'>): EventLog {
  let newest = 0;
  for (let row = 0; row < EVENTS_KEPT; row++) {
    const event = eventAt(meter, meter.layout.events + row * EVENT_ROW_BYTES);
    if (event !== undefined && event.sequence % EVENTS_KEPT === row && event.sequence > newest) newest = event.sequence;
  }
  return { next: newest + 1, keptBefore: 1 };
}

const eventAddress = (meter: Meter, sequence: number): number =>
  meter.layout.events + (sequence % EVENTS_KEPT) * EVENT_ROW_BYTES;

function eventAt(meter: Pick<Meter, 'nvm'>, at: number): EventRecord | undefined {
  const { bytes } = meter.nvm;
  if (crc32(bytes, at, at + EVENT_BYTES) !== getU32(bytes, at + EVENT_BYTES)) return undefined;
  const event = decodeEvent(bytes.subarray(at, at + EVENT_BYTES));
  return isRecordFailure(event) ? undefined : event;
}
