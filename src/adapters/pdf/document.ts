import PDFDocument from 'pdfkit';
import type { Milliseconds } from '../../units/index.ts';

export type Document = InstanceType<typeof PDFDocument>;

/** What a reader shows of a document before its pages. */
export interface DocumentHead {
  readonly title: string;
  readonly author?: string;
  readonly language: string;
  readonly createdAt: Milliseconds;
}

/** Draws a document and gives its bytes: the same drawing always gives the same. */
export async function pdfBytes(
  { title, author, language, createdAt }: DocumentHead,
  options: Pick<PDFKit.PDFDocumentOptions, 'size' | 'margin' | 'bufferPages' | 'autoFirstPage'>,
  draw: (document: Document) => void,
): Promise<Uint8Array> {
  const document = new PDFDocument({
    ...options,
    lang: language,
    displayTitle: true,
    pdfVersion: '1.7',
    info: { Title: title, ...(author !== undefined && { Author: author }), CreationDate: new Date(createdAt) },
  });
  const chunks: Uint8Array[] = [];
  const ended = new Promise<void>((done, failed) => {
    document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    document.on('end', done);
    document.on('error', failed);
  });
  draw(document);
  document.end();
  await ended;
  return new Uint8Array(Buffer.concat(chunks));
}
