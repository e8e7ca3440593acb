import { type Equation, equationsOf } from './books-text.ts';
import { clockText, dateText } from './clock-text.ts';
import { headerOf, restText, rowOf } from './meter-table.ts';
import { type News, summedUp } from './news.ts';
import { asManyAsFit, clip, colored, fitting, type Paint, plain, widthOf } from './screen-text.ts';
import type { LineRow, Snapshot } from './snapshot.ts';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** What stands on the screen beside the snapshot. */
export interface Watched {
  /** The newest last. */
  readonly news: readonly News[];
  /** For each line, the share of time that it is on the air: 0 to 1. */
  readonly busy: readonly number[];
}

const GOOD = 43;
const WRONG = 170;
const UNDER_WAY = 226;
const AWAY = 245;

/** From this many rows on there is room for empty lines between the parts, and for an equation on two. */
const AIRY_ROWS = 20;
const NEWS_ROWS_MAX = 10;
/** A table needs its header, a meter, and the count of the others. */
const TABLE_ROWS_MIN = 3;
const KEYS = ['q quit', 'b buy', '+ faster', '- slower', 's steal or stop', 'l cut or mend line 1'];

/**
 * One screen of the demo as lines of text, never more and never longer than fit. Where there is little room the table
 * of meters gives way first, then what happened, then the lines; the books and the key that ends it stay.
 */
export function screenOf(snapshot: Snapshot, { news, busy }: Watched, size: ScreenSize, color: boolean): string[] {
  const paint = color ? colored : plain;
  const { columns, rows } = size;
  const keys = paint('dim', asManyAsFit(columns, KEYS, ' · '));
  const lines = snapshot.lines.map((line, i) => lineText(line, busy[i] ?? 0, columns, paint));
  const head = [titleText(snapshot, columns, paint), ...booksText(snapshot, size, paint)];
  const gap = rows >= AIRY_ROWS ? [''] : [];
  let left = rows - head.length - gap.length - 1;
  const shownLines = left > lines.length ? [...gap, ...lines] : [];
  left -= shownLines.length;
  const newsRows = Math.min(left, NEWS_ROWS_MAX, Math.max(2, Math.floor(rows / 4)));
  const latest = summedUp(news)
    .slice(newsRows > 0 ? -newsRows : Number.POSITIVE_INFINITY)
    .map((piece) => newsText(piece, snapshot.zoneMinutes));
  // Rows that no news has taken yet are for meters.
  left -= latest.length;
  const tableRows = left - 2 * gap.length >= TABLE_ROWS_MIN ? left - 2 * gap.length : 0;
  const table = tableRows === 0 ? [] : [...gap, ...tableOf(snapshot, tableRows, columns, paint), ...gap];
  return [
    ...head,
    ...shownLines,
    ...table,
    ...latest,
    ...new Array<string>(Math.max(0, left - table.length)).fill(''),
    ...gap,
    keys,
  ]
    .slice(-rows)
    .map((line) => clip(line, columns));
}

function titleText({ now, zoneMinutes, speed, pages }: Snapshot, columns: number, paint: Paint): string {
  const clock = clockText(now, zoneMinutes);
  const name = paint('bold', 'WATTPURSE');
  const day = `${dateText(now, zoneMinutes)} ${clock}`;
  const fast = paint('dim', `${speed} times real time`);
  const short = paint('dim', `${speed}×`);
  const withPages = pages === undefined ? [] : [`${day}  ${fast}`, `${day}  ${short}`, `${clock}  ${short}`];
  return fitting(
    columns,
    ...withPages.map((time) => `${name}  ${time}  ${pages}`),
    `${name}  ${day}  ${fast}`,
    `${name}  ${clock}  ${short}`,
    `${clock}  ${short}`,
    clock,
  );
}

function booksText({ books, contradictions }: Snapshot, size: ScreenSize, paint: Paint): string[] {
  const inColor = (text: string) => text.replace(/(?<=in flight )[1-9]\d*/, (amount) => paint(UNDER_WAY, amount));
  const equations = equationsOf(books).flatMap((equation) => {
    const holds = equation.holds && books.balanced && contradictions.length === 0;
    // First, so that it stays where the line is cut.
    const mark = holds ? paint(GOOD, '✓') : paint(WRONG, '✗ NOT EQUAL:');
    return equationText(equation, { mark, holds }, size).map(inColor);
  });
  const [first, ...others] = contradictions;
  if (first === undefined) return equations;
  const more = others.length === 0 ? '' : `and ${others.length} more: `;
  return [...equations, paint(WRONG, `✗ ${more}${first}`)];
}

/** On one line, or cut at its equals sign; an equation that has lost a term would seem to hold without it. */
function equationText(
  { text, left, right }: Equation,
  { mark, holds }: { readonly mark: string; readonly holds: boolean },
  { columns, rows }: ScreenSize,
): string[] {
  const fits = (line: string) => widthOf(line) <= columns;
  const whole = [`${mark} ${text}`, `${mark} ${left} = ${right}`];
  const line = whole.find(fits);
  if (line !== undefined) return [line];
  const wrapped = [`${mark} ${left}`, `  = ${right}`];
  if (rows >= AIRY_ROWS && wrapped.every(fits)) return wrapped;
  return [
    holds
      ? fitting(columns, `${mark} ${left} adds up`, `${mark} books add up`)
      : clip(`${mark} ${left} = ${right}`, columns),
  ];
}

function lineText(line: LineRow, busy: number, columns: number, paint: Paint): string {
  const name = `line ${line.number}`;
  const bar = (width: number) => paint(UNDER_WAY, '▮'.repeat(Math.ceil(width * busy)).padEnd(width, '▯'));
  const share = `${Math.round(100 * busy)} %`.padStart(5);
  const cut = line.cut ? paint(AWAY, '  CUT: nothing arrives') : '';
  const carried = `${line.meters} meters  ${line.frames} frames  ${line.retries} repeated`;
  return fitting(
    columns,
    `${name}  ${bar(10)} ${share} on the air  ${carried}${cut}`,
    `${name}  ${bar(10)} ${share} on the air${line.cut ? paint(AWAY, '  CUT') : ''}`,
    `${name} ${line.cut ? paint(AWAY, 'CUT') : share}`,
  );
}

function tableOf({ meters }: Snapshot, rows: number, columns: number, paint: Paint): string[] {
  const all = meters.length <= rows - 1;
  const shown = all ? meters : meters.slice(0, rows - 2);
  const table = [headerOf(columns, paint), ...shown.map((meter) => rowOf(meter, columns, paint))];
  return all ? table : [...table, paint('dim', restText(meters.slice(shown.length)))];
}

function newsText({ at, who, text }: News, zoneMinutes: number): string {
  return `${clockText(at, zoneMinutes)}  ${who.padEnd(6)}  ${text}`;
}
