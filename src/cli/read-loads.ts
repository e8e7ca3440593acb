import { gunzipSync } from 'node:zlib';
import { type LoadSeries, parseLoadCsv } from '../simulation/index.ts';
import { MEBIBYTE, mebibytes, readNamedFile } from './read-file.ts';
import { WrongUse } from './usage.ts';

/** Unpacked: ten years by the minute with a few columns beside. */
export const LOAD_BYTES_MAX = 128 * MEBIBYTE;

/**
 * Recorded loads, plain CSV or gzip. What a record lacks is told on standard error, once all of them can be used: a
 * house that uses nothing for a week should surprise nobody.
 * @throws WrongUse naming file, line and column
 */
export function readLoads(paths: readonly string[]): LoadSeries[] {
  const loads = paths.map((path) => {
    const parsed = parseLoadCsv(textOf(path), path);
    if ('reason' in parsed) throw new WrongUse(parsed.sentence);
    return parsed;
  });
  const lacking = loads.filter(({ missingMinutes }) => missingMinutes > 0);
  for (const sentence of new Set(lacking.map(playedText))) process.stderr.write(`${sentence}\n`);
  return loads;
}

/** `kitchen.csv: 4,900 of 204,948 minutes are missing and are played as 0 W.` */
function playedText({ name, missingMinutes, milliwatts }: LoadSeries): string {
  const n = (value: number) => value.toLocaleString('en-US');
  const are = missingMinutes === 1 ? 'is' : 'are';
  return `${name}: ${n(missingMinutes)} of ${n(milliwatts.length)} minutes ${are} missing and ${are} played as 0 W.`;
}

function textOf(path: string): string {
  const bytes = readNamedFile(path, 'load file', LOAD_BYTES_MAX);
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (packed ? unpacked(bytes, path) : bytes).toString('utf8');
}

function unpacked(bytes: Buffer, path: string): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: LOAD_BYTES_MAX });
  } catch (error) {
    const tooLong = error instanceof RangeError;
    throw new WrongUse(
      tooLong
        ? `The load file ${path} has more than ${mebibytes(LOAD_BYTES_MAX)} MiB when it is unpacked: cut it into shorter files.`
        : `The load file ${path} is not a whole gzip file: copy it again.`,
    );
  }
}
