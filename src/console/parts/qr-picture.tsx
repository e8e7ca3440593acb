import { create } from 'qrcode';
import type { ReactNode } from 'react';

interface QrPictureProps {
  /** Digits, capitals and ` $%*+-./:` alone. */
  readonly text: string;
  /** What it is, for whoever cannot see it. */
  readonly label: string;
}

/** ISO/IEC 18004 wants four modules of quiet around a code. */
const QUIET = 4;

/** A QR code that scales, dark on white in every theme: cameras know no other. */
export function QrPicture({ text, label }: QrPictureProps): ReactNode {
  const { modules } = create([{ data: text, mode: 'alphanumeric' }], { errorCorrectionLevel: 'M' });
  const side = modules.size + 2 * QUIET;
  const path = Array.from({ length: modules.size }, (_, row) =>
    Array.from({ length: modules.size }, (_, column) =>
      modules.get(row, column) !== 0 ? `M${column + QUIET} ${row + QUIET}h1v1h-1z` : '',
    ).join(''),
  ).join('');
  return (
    <svg
      className="qr-picture"
      viewBox={`0 0 ${side} ${side}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={`M0 0h${side}v${side}h-${side}z`} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
