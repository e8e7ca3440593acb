import { crc16X25, Reader, Writer } from '../bytes/index.ts';
import { assert, isRegion, type Region } from '../units/index.ts';
import { REPORT_ROW_BYTES, REPORT_ROWS, REPORTS_MAX, reportRowAt } from './layout.ts';
import { REPORT_BYTES, reportHead } from './meter-report.ts';
import { type Card, type CardOutputs, write } from './state.ts';

/**
 * The last reports of meters, one a region. A row is report | CRC-16 over report and state | state u8: 0 while it is
 * empty or being written, else the region in bits 0 to 2 and, above, a count by which the newer of two is known.
 */
interface HeldReport {
  readonly row: number;
  readonly region: Region;
  readonly turn: number;
  readonly bytes: Uint8Array;
}

const STATE_AT = REPORT_ROW_BYTES - 1;
const EMPTY = 0;
const TURNS = 4;

/** The region's report as its meter gave it, if there is one. */
export const reportOf = (card: Card, region: Region): Uint8Array | undefined =>
  newestReports(card).find((held) => held.region === region)?.bytes;

/**
 * Takes a report in place of the region's last one, which stays until this one is whole: a cut at any byte leaves the
 * one or the other. Where all rows have reports of other regions, that with the earliest time gives way, before.
 */
export function keepReport(card: Card, region: Region, bytes: Uint8Array, out: CardOutputs): void {
  const held = newestReports(card);
  // What a newer one has followed must not come to hold later.
  for (const { row } of wholeReports(card)) if (held.every((other) => other.row !== row)) empty(card, row, out);
  const before = held.find((other) => other.region === region);
  if (before === undefined && held.length === REPORTS_MAX) {
    const timeOf = (report: HeldReport): number => reportHead(report.bytes).time;
    const oldest = held.reduce((a, b) => (timeOf(b) < timeOf(a) ? b : a));
    empty(card, oldest.row, out);
    held.splice(held.indexOf(oldest), 1);
  }
  const row = Array.from({ length: REPORT_ROWS }, (_, i) => i).find((i) => held.every((other) => other.row !== i));
  assert(row !== undefined, 'five rows hold at most four reports');
  const state = region | ((((before?.turn ?? 0) + 1) % TURNS) << 3);
  if (card.nvm[reportRowAt(row) + STATE_AT] !== EMPTY) empty(card, row, out);
  const body = new Writer(REPORT_ROW_BYTES).bytes(bytes).u16(checkOf(bytes, state)).done();
  write(card, reportRowAt(row), body, out);
  write(card, reportRowAt(row) + STATE_AT, Uint8Array.of(state), out);
}

const empty = (card: Card, row: number, out: CardOutputs): void =>
  write(card, reportRowAt(row) + STATE_AT, Uint8Array.of(EMPTY), out);

/** Of each region the one that was taken last. */
function newestReports(card: Card): HeldReport[] {
  const newest = new Map<Region, HeldReport>();
  for (const held of wholeReports(card)) {
    const other = newest.get(held.region);
    if (other === undefined || (held.turn - other.turn + TURNS) % TURNS === 1) newest.set(held.region, held);
  }
  return [...newest.values()];
}

function wholeReports(card: Card): HeldReport[] {
  return Array.from({ length: REPORT_ROWS }, (_, row) => {
    const at = reportRowAt(row);
    const bytes = card.nvm.slice(at, at + REPORT_BYTES);
    const state = card.nvm[at + STATE_AT] as number;
    const region = state & 0x07;
    if (!isRegion(region) || new Reader(card.nvm, at + REPORT_BYTES).u16() !== checkOf(bytes, state)) return [];
    return [{ row, region, turn: state >> 3, bytes }];
  }).flat();
}

function checkOf(bytes: Uint8Array, state: number): number {
  const whole = new Uint8Array(REPORT_BYTES + 1);
  whole.set(bytes);
  whole[REPORT_BYTES] = state;
  return crc16X25(whole);
}
