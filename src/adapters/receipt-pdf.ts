import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import PDFDocument from 'pdfkit';
import type { ReceiptSheet, SheetRow } from '../host/index.ts';
import type { Milliseconds } from '../units/index.ts';
import { type Language, RECEIPT_WORDS } from '../words/index.ts';
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

export interface PaperFailure {
  readonly reason: 'letter-unknown';
  readonly sentence: string;
}

/**
 * A receipt as a PDF of one page, as wide as A6 and as long as it takes: its rows, a QR code that proves them without
 * a network, and the signed receipt attached. The same receipt always gives the same bytes.
 */
export async function receiptPdf(paper: ReceiptPaper): Promise<Uint8Array | PaperFailure> {
  const { sheet, language, issuedAt, text } = paper;
  const fault = letterFault(paper);
  if (fault !== undefined) return fault;
  const document = new PDFDocument({
    autoFirstPage: false,
    lang: language,
    displayTitle: true,
    pdfVersion: '1.7',
    info: { Title: titleOf(sheet), Author: sheet.issuer[0] ?? '', CreationDate: new Date(issuedAt) },
  });
  const chunks: Uint8Array[] = [];
  const ended = new Promise<void>((done, failed) => {
    document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    document.on('end', done);
    document.on('error', failed);
  });
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
  document.end();
  await ended;
  return new Uint8Array(Buffer.concat(chunks));
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

type Document = InstanceType<typeof PDFDocument>;

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
  document.font(FONTS[weight][NANUM_GOTHIC.test(text) ? 'nanum' : 'helvetica']).fontSize(size);

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

type Weight = 'regular' | 'bold';

/** One font draws a whole text: the first is embedded, so that it looks the same everywhere; the second all readers have. */
const FONTS: Readonly<Record<Weight, Readonly<Record<'nanum' | 'helvetica', string>>>> = {
  regular: { nanum: 'nanum', helvetica: 'Helvetica' },
  bold: { nanum: 'nanum-bold', helvetica: 'Helvetica-Bold' },
};

/** The letters that Nanum Gothic has and a receipt may have: Hangul, and Latin without accents. */
const NANUM_GOTHIC = /^[ -~가-힣ㄱ-ㅣ¢£¥€₩§©®°±²³µ¶·¹º¼½¾¿ÆÐ×ØÞßæð÷øþŒœ–—‘’“”„•…※]*$/;
/** What PDF draws without a font file. PDF 32000-1 annex D.2 */
const WINDOWS_1252 = /^[ -~\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]*$/;

/** A text with a letter that the fonts do not have, or not in one of them. */
function letterFault({ sheet, kid }: ReceiptPaper): PaperFailure | undefined {
  const { title, issuer, sections } = sheet;
  const rows = sections.flatMap((section) => section.rows.flatMap(({ label, value }) => [label, value]));
  const text = [title, ...issuer, ...rows, kid].find((each) => !NANUM_GOTHIC.test(each) && !WINDOWS_1252.test(each));
  if (text === undefined) return undefined;
  const letter = [...text].find((each) => !NANUM_GOTHIC.test(each)) ?? '';
  const code = (letter.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  const sentence = `The receipt cannot be printed: no font at hand has the ${letter} (U+${code}) of "${text}" with its other letters. It is proved without paper too.`;
  return { reason: 'letter-unknown', sentence };
}

/** Nanum Gothic, under the SIL Open Font License 1.1. */
function registerFonts(document: Document): void {
  nanumGothic ??= { regular: fontFile('400Regular'), bold: fontFile('700Bold') };
  document.registerFont(FONTS.regular.nanum, nanumGothic.regular);
  document.registerFont(FONTS.bold.nanum, nanumGothic.bold);
}

let nanumGothic: Readonly<Record<Weight, Buffer>> | undefined;

/** The blank is the last glyph of these files, and empty: the library reads the head of it that is not there. */
const EMPTY_GLYPH_HEAD = Buffer.alloc(10);

const fontFile = (weight: string): Buffer => {
  const url = import.meta.resolve(`@expo-google-fonts/nanum-gothic/${weight}/NanumGothic_${weight}.ttf`);
  return Buffer.concat([readFileSync(fileURLToPath(url)), EMPTY_GLYPH_HEAD]);
};
