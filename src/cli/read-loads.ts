import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type LoadSeries, parseLoadCsv } from '../simulation/index.ts';
import { WrongUse } from './usage.ts';

/** Larger than any household's record of years; more would not be a load file. */
const BYTES_MAX = 512 * 1024 * 1024;

/** Recorded loads, plain CSV or gzip. @throws WrongUse naming file, line and column */
export function readLoads(paths: readonly string[]): LoadSeries[] {
  return paths.map((path) => {
    const parsed = parseLoadCsv(textOf(path), basename(path));
    if ('reason' in parsed) throw new WrongUse(parsed.sentence);
    return parsed;
  });
}

function textOf(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code;
    throw new WrongUse(`The load file ${path} cannot be read (${why}): check the path.`);
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes, { maxOutputLength: BYTES_MAX }).toString('utf8');
  } catch {
    throw new WrongUse(`The load file ${path} is not a whole gzip file: copy it again.`);
  }
}
