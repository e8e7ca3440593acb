import type { ReceiptSheet, SheetRow } from '../host/index.ts';
import type { Milliseconds } from '../units/index.ts';
import { type Language, RECEIPT_WORDS } from '../words/index.ts';
import { type Document, pdfBytes } from './pdf/document.ts';
import { fontOf, letterFault, type PaperFailure, registerFonts, type Weight } from './pdf/letters.ts';
import { type QrCode, qrCode } from './qr-code.ts';

/** What goes on the paper of a receipt, and into it. */
export interface ReceiptPaper {
  readonly sheet: ReceiptSheet;
  readonly language: Language;
  readonly issuedAt: Milliseconds;
  /** Of the signed receipt: attached as `receipt.txt`. */
  readonly text: string;
  /** The same for a QR code. */
  readonly qrText: string;
  /** Name of the key that signed it. */
  readonly kid: string;
}

/**
 * A receipt as a PDF of one page, as wide as A6 and as long as it takes: its rows, a QR code that proves them without
 * a network, and the signed receipt attached. The same receipt always gives the same bytes.
 */
export async function receiptPdf(paper: ReceiptPaper): Promise<Uint8Array | PaperFailure> {
  const { sheet, language, issuedAt, text } = paper;
  const fault = letterFault(textsOf(paper), 'The receipt');
  if (fault !== undefined) return { ...fault, sentence: `${fault.sentence} It is proved without paper too.` };
  const head = { title: titleOf(sheet), author: sheet.issuer[0] ?? '', language, createdAt: issuedAt };
  return pdfBytes(head, { autoFirstPage: false }, (document) => {
    registerFonts(document);
    const blocks = blocksOf(document, paper);
    const height = blocks.reduce((sum, block) => sum + block.height, 2 * MARGIN);
    document.addPage({ size: [PAGE_WIDTH, Math.max(height, PAGE_HEIGHT_MIN)], margin: 0 });
    let y = MARGIN;
    for (const block of blocks) {
      block.draw(y);
      y += block.height;
    }
    // Not deflated, so that the receipt can be found in the file as it is.
    document.compress = false;
    document.file(Buffer.from(text), { name: 'receipt.txt', type: 'text/plain', creationDate: new Date(issuedAt) });
    document.compress = true;
  });
}

/** Points, 72 to the inch. A6. */
const PAGE_WIDTH = 297.64;
const PAGE_HEIGHT_MIN = 419.53;
const MARGIN = 20;
const WIDTH = PAGE_WIDTH - 2 * MARGIN;
const SIZE = 9;
const SMALL = 7;
/** Of a value beside its label. */
const VALUE_AT = 104;
const LINE_GAP = 1.5;
const BETWEEN_ROWS = 2.5;
/** 53 mm: with version 24 a module is 0.47 mm wide, which a telephone reads from paper. */
const QR_SIDE = 150;
const QR_VERSION_MAX = 24;

/** Something on the page whose height is known before there is one. */
interface Block {
  readonly height: number;
  draw(y: number): void;
}

function blocksOf(document: Document, { sheet, language, qrText, kid }: ReceiptPaper): Block[] {
  const words = RECEIPT_WORDS[language];
  const code = qrCode(qrText, QR_VERSION_MAX);
  const proof = (code === undefined ? words.proofTooLong : words.proof).replace('{}', kid);
  return [
    line(document, sheet.title, { weight: 'bold', size: 17 }),
    ...sheet.issuer.map((text, i) => line(document, text, i === 0 ? { weight: 'bold', size: 10.5 } : {})),
    ...sheet.sections.flatMap(({ title, rows, note }) => [
      rule(document),
      ...(title === undefined ? [] : [line(document, title, { weight: 'bold' })]),
      ...rows.map((row) => rowBlock(document, row)),
      ...(note === undefined ? [] : [line(document, note)]),
    ]),
    rule(document),
    ...(code === undefined ? [] : [qrBlock(document, code)]),
    line(document, proof, { size: SMALL }),
  ];
}

interface Style {
  readonly weight?: Weight;
  readonly size?: number;
}

function line(document: Document, text: string, style: Style = {}): Block {
  const { height, draw } = cell(document, text, WIDTH, style);
  return { height: height + BETWEEN_ROWS, draw: (y) => draw(MARGIN, y) };
}

function rowBlock(document: Document, { type, label, value }: SheetRow): Block {
  const isFact = type === 'fact';
  const isTotal = type === 'total';
  const style: Style = isTotal ? { weight: 'bold', size: 12 } : {};
  const above = isTotal ? 3 : 0;
  // An amount is short: what is left of its line is for the label.
  const valueWidth = isFact ? WIDTH - VALUE_AT : Math.ceil(styled(document, value, style).widthOfString(value)) + 1;
  const labelCell = cell(document, label, (isFact ? VALUE_AT : WIDTH - valueWidth) - 6, style);
  const valueCell = cell(document, value, valueWidth, style, isFact ? 'left' : 'right');
  return {
    height: above + Math.max(labelCell.height, valueCell.height) + BETWEEN_ROWS,
    draw(y) {
      labelCell.draw(MARGIN, y + above);
      valueCell.draw(MARGIN + WIDTH - valueWidth, y + above);
    },
  };
}

/** A text that is wrapped within its width. */
function cell(document: Document, text: string, width: number, style: Style, align: 'left' | 'right' = 'left') {
  const options = { width, align, lineGap: LINE_GAP };
  return {
    height: styled(document, text, style).heightOfString(text, options),
    draw: (x: number, y: number) => void styled(document, text, style).text(text, x, y, options),
  };
}

const styled = (document: Document, text: string, { weight = 'regular', size = SIZE }: Style): Document =>
  document.font(fontOf(text, weight, 'embedded')).fontSize(size);

function rule(document: Document): Block {
  const draw = (y: number) =>
    document
      .moveTo(MARGIN, y + 4)
      .lineTo(MARGIN + WIDTH, y + 4)
      .lineWidth(0.5)
      .stroke('black');
  return { height: 11, draw };
}

/** One path for all modules, so that no reader paints seams between them; the white around it is wider than four. */
function qrBlock(document: Document, { size, isDark }: QrCode): Block {
  const module = QR_SIDE / size;
  return {
    height: QR_SIDE + 14,
    draw(y) {
      const [left, top] = [MARGIN + (WIDTH - QR_SIDE) / 2, y + 4];
      for (let row = 0; row < size; row++) {
        for (let from = 0, to = 0; from < size; from = to + 1) {
          for (to = from; to < size && isDark(row, to); ) to += 1;
          if (to > from) document.rect(left + from * module, top + row * module, (to - from) * module, module);
        }
      }
      document.fill('black');
    },
  };
}

const titleOf = ({ title, sections }: ReceiptSheet): string => `${title} ${sections[0]?.rows[0]?.value ?? ''}`.trim();

const textsOf = ({ sheet: { title, issuer, sections }, kid }: ReceiptPaper): string[] => [
  title,
  ...issuer,
  ...sections.flatMap((section) => section.rows.flatMap(({ label, value }) => [label, value])),
  kid,
];
