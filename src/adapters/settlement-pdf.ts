import PDFDocument from 'pdfkit';
import type { SettlementSection, SettlementSheet } from '../host/index.ts';
import type { Milliseconds } from '../units/index.ts';

/**
 * A closing on A4, as many pages as it takes, each with its number. All its letters are plain Latin, so the fonts are
 * those that every reader has. The same sheet always gives the same bytes.
 */
export async function settlementPdf(sheet: SettlementSheet, closedAt: Milliseconds): Promise<Uint8Array> {
  const document = new PDFDocument({
    size: 'A4',
    margin: 0,
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    pdfVersion: '1.7',
    info: { Title: sheet.title, CreationDate: new Date(closedAt) },
  });
  const chunks: Uint8Array[] = [];
  const ended = new Promise<void>((done, failed) => {
    document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    document.on('end', done);
    document.on('error', failed);
  });
  let y = MARGIN;
  const room = (height: number) => {
    if (y + height <= BOTTOM) return;
    document.addPage();
    y = MARGIN;
  };
  document.font('Helvetica-Bold').fontSize(20).text(sheet.title, MARGIN, y, { lineBreak: false });
  y += 38;
  for (const section of sheet.sections) {
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
    const text = `${sheet.title}   ${page + 1} / ${count}`;
    document
      .font('Helvetica')
      .fontSize(SMALL)
      .text(text, MARGIN, PAGE_HEIGHT - 34, { width: WIDTH, align: 'right', lineBreak: false });
  }
  document.end();
  await ended;
  return new Uint8Array(Buffer.concat(chunks));
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

type Document = InstanceType<typeof PDFDocument>;

/** Of each column; that of the names has what the numbers leave. */
function widthsOf(document: Document, { heads, rows }: SettlementSection): number[] {
  const columns = Math.max(1, heads.length, ...rows.map((row) => row.length - 1));
  const numbers = Array.from({ length: columns }, (_, i) => {
    const head = document
      .font('Helvetica')
      .fontSize(SMALL)
      .widthOfString(heads[i] ?? '');
    document.fontSize(SIZE);
    return Math.ceil(Math.max(head, ...rows.map((row) => document.widthOfString(row[i + 1] ?? '')))) + BETWEEN_COLUMNS;
  });
  return [WIDTH - numbers.reduce((sum, width) => sum + width, 0), ...numbers];
}

function drawHead(document: Document, { title, heads }: SettlementSection, widths: readonly number[], y: number): void {
  document.font('Helvetica-Bold').fontSize(10.5).text(title, MARGIN, y, { lineBreak: false });
  document.font('Helvetica').fontSize(SMALL).fillColor('#555555');
  eachNumber(heads, widths, (head, x, width) =>
    document.text(head, x, y + 2.5, { width, align: 'right', lineBreak: false }),
  );
  document.fillColor('black');
  document
    .moveTo(MARGIN, y + 14)
    .lineTo(MARGIN + WIDTH, y + 14)
    .lineWidth(0.5)
    .stroke('black');
}

function rowHeight(document: Document, row: readonly string[], widths: readonly number[]): number {
  const height = document
    .font('Helvetica')
    .fontSize(SIZE)
    .heightOfString(row[0] ?? '', { width: widths[0] as number });
  return Math.max(ROW_HEIGHT, height + 3.5);
}

function drawRow(document: Document, row: readonly string[], widths: readonly number[], y: number): void {
  const [name = '', ...numbers] = row;
  document
    .font('Helvetica')
    .fontSize(SIZE)
    .text(name, MARGIN, y, { width: widths[0] as number });
  eachNumber(numbers, widths, (text, x, width) =>
    document.text(text, x, y, { width, align: 'right', lineBreak: false }),
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
