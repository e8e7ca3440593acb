import { isSealed, openReceipt } from '../adapters/receipt-jose.ts';
import {
  parseReceiptQr,
  parseSignedReceipt,
  RECEIPT_QR_PREFIX,
  type ReceiptFailure,
  type SignedReceipt,
} from '../host/index.ts';
import { MEBIBYTE, readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';

/** A PDF has some 50 kB. */
const RECEIPT_BYTES_MAX = MEBIBYTE;
const KEYS_BYTES_MAX = MEBIBYTE;

/** The text of a file of keys. @throws WrongUse */
export const readKeys = (path: string): string => readNamedFile(path, 'key file', KEYS_BYTES_MAX).toString('utf8');

/** What was read of a file. */
export interface ReceiptFile {
  readonly receipt: SignedReceipt | ReceiptFailure;
  /** It is a PDF, in which anything may be drawn beside the receipt that is in it. */
  readonly isPaper: boolean;
}

/**
 * The signed receipt in a file: its text, that of its QR code, a PDF that was printed of it, or a text that is sealed.
 * @param secret path of the subscriber's private key, for one that is sealed
 * @throws WrongUse when there is none to be read
 */
export async function readReceipt(path: string, secret: string | undefined): Promise<ReceiptFile> {
  const bytes = readNamedFile(path, 'receipt file', RECEIPT_BYTES_MAX);
  const isPaper = bytes.toString('latin1', 0, 5) === '%PDF-';
  // Only ends of lines are cut off: a code may end in a blank.
  const text = isPaper ? attachedTo(bytes, path) : bytes.toString('utf8').replace(/^[\r\n]+|[\r\n]+$/g, '');
  const opened = isSealed(text) ? await unsealed(text, path, secret) : text;
  if (typeof opened !== 'string') return { receipt: opened, isPaper };
  const isCode = opened.startsWith(RECEIPT_QR_PREFIX);
  return { receipt: isCode ? parseReceiptQr(opened) : parseSignedReceipt(opened), isPaper };
}

function attachedTo(pdf: Buffer, path: string): string {
  const [, attached] = ATTACHED.exec(pdf.toString('latin1')) ?? [];
  if (attached !== undefined) return attached;
  throw new WrongUse(
    `In the PDF ${path} no receipt can be found: save receipt.txt, which is attached to it, and name that.`,
  );
}

/** The signed receipt as it lies in a PDF that nobody has written anew. */
const ATTACHED = /stream\r?\n([\w.-]+(?:~[\w-]*){4})\r?\nendstream/;

async function unsealed(text: string, path: string, secret: string | undefined): Promise<string | ReceiptFailure> {
  if (secret === undefined) {
    throw new WrongUse(`The receipt ${path} is sealed: name the subscriber's private key with --open.`);
  }
  return openReceipt(text, readKeys(secret));
}
