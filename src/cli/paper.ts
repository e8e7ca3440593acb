import type { ApiServices } from '../api/index.ts';

/** Tables on A4. The library that draws fonts is loaded with the first of them: nothing else waits for it. */
export const paper: NonNullable<ApiServices['paper']> = async (...asked) =>
  (await import('../adapters/sheet-pdf.ts')).sheetPdf(...asked);
