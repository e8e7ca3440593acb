import type { TableSection, TableSheet } from '../host/index.ts';
import type { Milliseconds } from '../units/index.ts';
import { type Document, pdfBytes } from './pdf/document.ts';
import { fontOf, letterFault, type PaperFailure, registerFonts, type Weight } from './pdf/letters.ts';

export type { PaperFailure };

/**
 * Tables on A4, as many pages as they take, each with its number. The same sheet always gives the same bytes.
 * @param what for the sentence when it cannot be printed: `The statement`
 */
export async function sheetPdf(
  sheet: TableSheet,
  what: string,
  createdAt: Milliseconds,
): Promise<Uint8Array | PaperFailure> {
  const { title, sections } = sheet;
  const texts = [title, ...sections.flatMap((section) => [section.title, ...section.heads, ...section.rows.flat()])];
  const fault = letterFault(texts, what);
  if (fault !== undefined) return fault;
  const options = { size: 'A4', margin: 0, bufferPages: true };
  return pdfBytes({ title, language: 'en', createdAt }, options, (document) => {
    // What is plain Latin needs no font in the file.
    if (texts.some((text) => fontOf(text, 'regular', 'plain') !== 'Helvetica')) registerFonts(document);
    drawSheet(document, sheet);
  });
}

function drawSheet(document: Document, { title, sections }: TableSheet): void {
  let y = MARGIN;
  const room = (height: number) => {
    if (y + height <= BOTTOM) return;
    document.addPage();
    y = MARGIN;
  };
  styled(document, title, 20, 'bold').text(title, MARGIN, y, { lineBreak: false });
  y += 38;
  for (const section of sections) {
    const widths = widthsOf(document, section);
    // A title does not stand alone at the end of a page.
    room(HEAD_HEIGHT + 2 * ROW_HEIGHT);
    drawHead(document, section, widths, y);
    y += HEAD_HEIGHT;
    for (const row of section.rows) {
      const height = rowHeight(document, row, widths);
      room(height);
      drawRow(document, row, widths, y);
      y += height;
    }
    y += AFTER_SECTION;
  }
  const { count } = document.bufferedPageRange();
  for (let page = 0; page < count; page++) {
    document.switchToPage(page);
    const text = `${title}   ${page + 1} / ${count}`;
    const options = { width: WIDTH, align: 'right', lineBreak: false } as const;
    styled(document, text, SMALL).text(text, MARGIN, PAGE_HEIGHT - 34, options);
  }
}

/** Points, 72 to the inch. */
const PAGE_WIDTH = 595.28;
const PAGE_HEIGHT = 841.89;
const MARGIN = 52;
const WIDTH = PAGE_WIDTH - 2 * MARGIN;
const BOTTOM = PAGE_HEIGHT - 56;
const SIZE = 9;
const SMALL = 7.5;
const ROW_HEIGHT = 14;
const HEAD_HEIGHT = 19;
const AFTER_SECTION = 13;
const BETWEEN_COLUMNS = 14;
/** Numbers that leave it less run into the margin. */
const NAME_WIDTH_MIN = 90;

const styled = (document: Document, text: string, size = SIZE, weight: Weight = 'regular'): Document =>
  document.font(fontOf(text, weight, 'plain')).fontSize(size);

/** Of each column; that of the names has what the numbers leave. */
function widthsOf(document: Document, { heads, rows }: TableSection): number[] {
  const columns = Math.max(1, heads.length, ...rows.map((row) => row.length - 1));
  const numbers = Array.from({ length: columns }, (_, i) => {
    const widthOf = (text: string, size?: number) => styled(document, text, size).widthOfString(text);
    const values = rows.map((row) => widthOf(row[i + 1] ?? ''));
    return Math.ceil(Math.max(widthOf(heads[i] ?? '', SMALL), ...values)) + BETWEEN_COLUMNS;
  });
  return [Math.max(NAME_WIDTH_MIN, WIDTH - numbers.reduce((sum, width) => sum + width, 0)), ...numbers];
}

function drawHead(document: Document, { title, heads }: TableSection, widths: readonly number[], y: number): void {
  styled(document, title, 10.5, 'bold').text(title, MARGIN, y, { lineBreak: false });
  document.fillColor('#555555');
  eachNumber(heads, widths, (head, x, width) =>
    styled(document, head, SMALL).text(head, x, y + 2.5, { width, align: 'right', lineBreak: false }),
  );
  document.fillColor('black');
  document
    .moveTo(MARGIN, y + 14)
    .lineTo(MARGIN + WIDTH, y + 14)
    .lineWidth(0.5)
    .stroke('black');
}

function rowHeight(document: Document, row: readonly string[], widths: readonly number[]): number {
  const [name = ''] = row;
  const height = styled(document, name).heightOfString(name, { width: widths[0] as number });
  return Math.max(ROW_HEIGHT, height + 3.5);
}

function drawRow(document: Document, row: readonly string[], widths: readonly number[], y: number): void {
  const [name = '', ...numbers] = row;
  styled(document, name).text(name, MARGIN, y, { width: widths[0] as number });
  eachNumber(numbers, widths, (text, x, width) =>
    styled(document, text).text(text, x, y, { width, align: 'right', lineBreak: false }),
  );
}

function eachNumber(
  texts: readonly string[],
  [first = 0, ...widths]: readonly number[],
  draw: (text: string, x: number, width: number) => void,
): void {
  let x = MARGIN + first;
  widths.forEach((width, i) => {
    draw(texts[i] ?? '', x, width);
    x += width;
  });
}
