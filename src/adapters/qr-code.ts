import { create } from 'qrcode';

/** Square modules; row by row. */
export interface QrCode {
  /** ISO/IEC 18004: 1 to 40. A side has 17 + 4 × version modules. */
  readonly version: number;
  readonly correction: 'L' | 'M';
  readonly size: number;
  isDark(row: number, column: number): boolean;
}

/**
 * The code of a text of digits, capitals and ` $%*+-./:`, with 15 % of errors corrected, or 7 % where it would be
 * larger than `versionMax` otherwise; `undefined` when it is larger all the same.
 */
export function qrCode(text: string, versionMax: number): QrCode | undefined {
  for (const correction of ['M', 'L'] as const) {
    const made = created(text, correction, versionMax);
    if (made !== undefined) return made;
  }
  return undefined;
}

/** Version 40 with the least correction holds no more characters. */
const CHARACTERS_MAX = { M: 3_391, L: 4_296 } as const;

function created(text: string, correction: 'L' | 'M', versionMax: number): QrCode | undefined {
  if (text.length > CHARACTERS_MAX[correction]) return undefined;
  const { version, modules } = create([{ data: text, mode: 'alphanumeric' }], { errorCorrectionLevel: correction });
  if (version > versionMax) return undefined;
  return { version, correction, size: modules.size, isDark: (row, column) => modules.get(row, column) !== 0 };
}
