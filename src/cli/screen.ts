import type { Happening } from '../simulation/index.ts';
import { clockText, dateText, happeningText } from './happening-text.ts';
import type { MeterRow, MeterState, Snapshot } from './snapshot.ts';

/** Colour carries state, beside a shape and a word: nothing is said by colour alone. */
const STATES: Readonly<Record<MeterState, { readonly shape: string; readonly word: string; readonly color: number }>> =
  {
    supplied: { shape: '●', word: 'supplied', color: 43 },
    low: { shape: '◕', word: 'low', color: 214 },
    emergency: { shape: '◌', word: 'emergency', color: 214 },
    stale: { shape: '▨', word: 'stale', color: 245 },
    off: { shape: '○', word: 'off', color: 245 },
    blocked: { shape: '⊖', word: 'blocked', color: 75 },
    tamper: { shape: '▲', word: 'theft', color: 170 },
  };

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** One screen of the demo as lines of text, never more than fit; the colours are ANSI where they are asked for. */
export function screenOf(
  snapshot: Snapshot,
  happenings: readonly Happening[],
  traffic: readonly number[],
  size: ScreenSize,
  color: boolean,
): string[] {
  const paint = (code: number, text: string) => (color ? `\u001b[38;5;${code}m${text}\u001b[0m` : text);
  const bold = (text: string) => (color ? `\u001b[1m${text}\u001b[0m` : text);
  const dim = (text: string) => (color ? `\u001b[2m${text}\u001b[0m` : text);
  const { books, now, zoneMinutes } = snapshot;
  const tick = (right: boolean) => (right ? paint(43, '✓') : paint(170, '✗ NOT EQUAL'));
  const issuedRight = books.issued === books.stored + books.inFlight + books.refunded;
  const spentRight = books.stored + books.owed === books.spent + books.purses;
  const flight = books.inFlight > 0n ? paint(226, String(books.inFlight)) : '0';
  const head = [
    `${bold('WATTPURSE')}  ${dateText(now, zoneMinutes)} ${clockText(now, zoneMinutes)}  ${dim(`${snapshot.speed} times real time`)}`,
    `issued ${books.issued} = stored ${books.stored} + in flight ${flight} + refunded ${books.refunded} ${tick(issuedRight)}`,
    `stored ${books.stored} + owed ${books.owed} = spent ${books.spent} + purses ${books.purses} ${tick(spentRight && books.balanced)}`,
    '',
    ...snapshot.lines.map((line, i) => {
      const busy = traffic[i] ?? 0;
      const bar = '▮'.repeat(Math.min(10, Math.ceil(10 * busy))).padEnd(10, '▯');
      const share = `${Math.round(100 * busy)} %`.padStart(5);
      const state = line.cut ? paint(245, 'line cut') : '';
      return `line ${line.localUnit + 1}  ${paint(226, bar)} ${share} on the air  ${line.meters} meters  ${line.frames} frames  ${line.retries} repeated  ${state}`;
    }),
    '',
  ];
  const foot = ['', dim('b buy · s steal or stop · l cut or mend line 1 · + faster · - slower · q quit')];
  const eventRows = Math.min(8, Math.max(3, Math.floor(size.rows / 4)));
  const latest = happenings.slice(-eventRows).map((happening) => happeningText(happening, zoneMinutes));
  const room = Math.max(1, size.rows - head.length - foot.length - eventRows - 3);
  const shown = snapshot.meters.slice(0, room);
  const table = shown.map((meter) => row(meter, paint));
  return [
    ...head,
    dim('  meter    state        balance      power  rate  heard'),
    ...table,
    dim(restText(snapshot.meters.slice(room))),
    ...latest,
    ...new Array<string>(eventRows - latest.length).fill(''),
    ...foot,
  ].map((line) => clip(line, size.columns));
}

function row(meter: MeterRow, paint: (code: number, text: string) => string): string {
  const { shape, word, color } = STATES[meter.state];
  const owed = meter.owed > 0 ? `owes ${meter.owed}` : '';
  const buzz = meter.buzzing ? paint(214, '♪') : ' ';
  return [
    `  ${meter.text}`,
    paint(color, `${shape} ${word.padEnd(9)}`),
    String(meter.balance).padStart(8),
    buzz,
    `${meter.watts} W`.padStart(8),
    `${meter.percent}%`.padStart(5),
    agoText(meter.heardAgo).padStart(6),
    owed,
  ].join(' ');
}

/** Those that the screen has no room for, by state: `  and 26 more: 24 supplied, 2 low`. */
function restText(hidden: readonly MeterRow[]): string {
  if (hidden.length === 0) return '';
  const counts = new Map<MeterState, number>();
  for (const { state } of hidden) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = [...counts].map(([state, count]) => `${count} ${STATES[state].word}`);
  return `  and ${hidden.length} more: ${parts.join(', ')}`;
}

function agoText(ms: number | undefined): string {
  if (ms === undefined) return 'never';
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return '<1 min';
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

/** Cuts a line to so many columns; colours take none. */
function clip(line: string, columns: number): string {
  let width = 0;
  let clipped = '';
  for (let i = 0; i < line.length; ) {
    if (line[i] === '\u001b') {
      const end = line.indexOf('m', i);
      clipped += line.slice(i, end + 1);
      i = end + 1;
      continue;
    }
    if (width < columns) clipped += line[i];
    width += 1;
    i += 1;
  }
  return clipped;
}
