import type { ApiServices } from '../api/index.ts';
import { receiptQrText, receiptSheet } from '../host/index.ts';

/** Tables on A4. The library that draws fonts is loaded with the first of them: nothing else waits for it. */
export const paper: NonNullable<ApiServices['paper']> = async (...asked) =>
  (await import('../adapters/sheet-pdf.ts')).sheetPdf(...asked);

/** Receipts on a slip, with their code and their signed text. */
export const receiptPaper: NonNullable<ApiServices['receiptPaper']> = async (signed, language) => {
  const { claims, kid, text } = signed;
  const { receiptPdf } = await import('../adapters/receipt-pdf.ts');
  return receiptPdf({
    sheet: receiptSheet(claims, language),
    language,
    issuedAt: claims.head.issuedAt,
    text,
    qrText: receiptQrText(signed),
    kid,
  });
};
