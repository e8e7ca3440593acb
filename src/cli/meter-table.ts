import { IN_FLIGHT_LOOK, type MeterState, STATE_LOOKS, TONES } from '../words/index.ts';
import { type Paint, widthOf } from './screen-text.ts';
import type { MeterRow } from './snapshot.ts';

interface Column {
  readonly title: string;
  readonly width: number;
  readonly right?: boolean;
  /** Terminals narrower than this do without. */
  readonly from: number;
  readonly text: (meter: MeterRow, paint: Paint) => string;
}

/** The most important first where there is little room; each is at most as wide as it says. */
const COLUMNS: readonly Column[] = [
  { title: 'meter', width: 6, from: 0, text: ({ text }) => text },
  { title: 'state', width: 12, from: 20, text: stateText },
  { title: 'balance', width: 7, right: true, from: 30, text: ({ balance }) => String(balance) },
  { title: '', width: 1, from: 30, text: ({ buzzing }, paint) => (buzzing ? paint(TONES.low.terminal, '♪') : '') },
  { title: 'on its way', width: 10, from: 40, text: onItsWay },
  { title: 'heard', width: 8, right: true, from: 50, text: heardText },
  { title: 'power', width: 7, right: true, from: 62, text: ({ watts }) => `${watts} W` },
  { title: 'rate', width: 5, right: true, from: 62, text: ({ percent }) => `${percent} %` },
  { title: '', width: 30, from: 70, text: noteText },
];

export function headerOf(columns: number, paint: Paint): string {
  return paint(
    'dim',
    laidOut(columns, ({ title }) => title),
  );
}

export function rowOf(meter: MeterRow, columns: number, paint: Paint): string {
  return laidOut(columns, ({ text }) => text(meter, paint));
}

/** Those that the screen has no room for, by state: `and 26 more: 24 supplied, 2 low`. */
export function restText(hidden: readonly MeterRow[]): string {
  if (hidden.length === 0) return '';
  const counts = new Map<MeterState, number>();
  for (const { state } of hidden) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = [...counts].map(([state, count]) => `${count} ${STATE_LOOKS[state].short}`);
  return `and ${hidden.length} more: ${parts.join(', ')}`;
}

function laidOut(columns: number, textOf: (column: Column) => string): string {
  return COLUMNS.filter(({ from }) => columns >= from)
    .map((column) => {
      const text = textOf(column);
      const gap = ' '.repeat(Math.max(0, column.width - widthOf(text)));
      return column.right === true ? gap + text : text + gap;
    })
    .join(' ')
    .trimEnd();
}

function stateText({ state }: MeterRow, paint: Paint): string {
  const { character, short, tone } = STATE_LOOKS[state];
  return paint(TONES[tone].terminal, `${character} ${short}`);
}

/** `⇄` it is being talked to, `→ 500` tokens are under way to it, `←` it calls. */
function onItsWay({ talking, inFlight, calling }: MeterRow, paint: Paint): string {
  const order = inFlight > 0n ? `→ ${inFlight}` : '';
  const parts = [talking ? '⇄' : ' ', order, calling ? '←' : ''].filter((part) => part !== '');
  const text = parts.join(' ').trimEnd();
  return text === '' ? '' : paint(IN_FLIGHT_LOOK.terminal, text);
}

function heardText({ heardAgo, stale }: MeterRow, paint: Paint): string {
  const text = agoText(heardAgo);
  if (!stale) return text;
  const { character, tone } = STATE_LOOKS.stale;
  return paint(TONES[tone].terminal, `${character} ${text}`);
}

function agoText(ms: number | undefined): string {
  if (ms === undefined) return 'never';
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return '<1 min';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

function noteText({ owed, why }: MeterRow): string {
  return [owed > 0 ? `owes ${owed}` : '', why].filter((part) => part !== '').join(', ');
}
