import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';

const APPROVED = join(import.meta.dirname, 'approved');
/** Where a picture goes that is not as approved, with what differs marked. */
const DIFFERENT = join(import.meta.dirname, '..', '..', 'coverage', 'pictures');

/** Of the colour distance that is the most possible: letters are smoothed a little otherwise on another machine. */
const COLOUR_DISTANCE = 0.2;
/** Of all pixels. A number that is another stays below; a line that moved, a theme that is lost or a hole does not. */
const SHARE_MAX = 0.02;

/** The names of all pictures that were approved, in order. */
export const approvedNames = (): string[] =>
  readdirSync(APPROVED)
    .map((file) => file.replace(/\.png$/, ''))
    .sort();

/**
 * Compares a picture with the one that a person looked at and approved. With WATTPURSE_APPROVE=1 it is the approved one
 * from now on: look at it before it is committed.
 * @returns what differs, in a sentence, or `undefined`
 */
export function differenceFrom(name: string, bytes: Buffer): string | undefined {
  const path = join(APPROVED, `${name}.png`);
  if (process.env.WATTPURSE_APPROVE === '1') {
    mkdirSync(APPROVED, { recursive: true });
    writeFileSync(path, bytes);
    return undefined;
  }
  if (!existsSync(path)) return `${name} was never approved`;
  const approved = PNG.sync.read(readFileSync(path));
  const found = PNG.sync.read(bytes);
  const { width, height } = approved;
  if (found.width !== width || found.height !== height)
    return `${name} is ${found.width} × ${found.height} pixels, not ${width} × ${height}`;
  const marked = new PNG({ width, height });
  const pixels = pixelmatch(approved.data, found.data, marked.data, width, height, { threshold: COLOUR_DISTANCE });
  const share = pixels / (width * height);
  if (share <= SHARE_MAX) return undefined;
  mkdirSync(DIFFERENT, { recursive: true });
  writeFileSync(join(DIFFERENT, `${name}.png`), bytes);
  writeFileSync(join(DIFFERENT, `${name}.difference.png`), PNG.sync.write(marked));
  return `${name} differs from what was approved in ${(100 * share).toFixed(1)} % of its pixels`;
}
