import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { type Feeder, feederOf, type LoadPhases, type NetworkFile, type SequenceOhms } from './network.ts';

const DATA = new URL('../../../shared/data/', import.meta.url);

/** Whether the test that needs these files is skipped, and what to do about it. */
export function skipWithout(...files: readonly string[]): string | false {
  const missing = files.find((file) => !existsSync(new URL(file, DATA)));
  return missing === undefined ? false : `Put ${missing} into ../shared/data to run this test.`;
}

export const PROFILES = 'feeder_eulv_loadprofiles_100x1min_kW.csv.gz';
export const PUBLISHED = 'feeder_eulv_transformer_vs_sum_1min.csv.gz';
export const NETWORK = 'feeder_eulv_network_and_reference.zip';

/** A packed CSV of numbers, with the names of its columns. */
export function numbersWithNames(file: string): { readonly names: string[]; readonly rows: number[][] } {
  const [header = '', ...lines] = gunzipSync(readFileSync(new URL(file, DATA)))
    .toString()
    .trim()
    .split('\n');
  return { names: header.split(','), rows: lines.map((line) => line.split(',').map(Number)) };
}

/** The same without its names. */
export const numbersIn = (file: string): number[][] => numbersWithNames(file).rows;

/** Watts of the 100 measured households in each minute of a day. */
export function measuredHouseholds(): Float64Array[] {
  const rows = numbersIn(PROFILES);
  return Array.from({ length: 100 }, (_, house) =>
    Float64Array.from(rows, (row) => Math.round(1000 * (row[house + 1] as number))),
  );
}

/** The European low voltage feeder as a network file; meters bear the numbers of its loads, from 1. */
export function europeanFeeder(): NetworkFile {
  const rowsOf = (name: string) => rowsIn(zipped(NETWORK, name));
  const codes = rowsOf('LineCodes.csv').map(({ Name, R1, X1, R0, X0 }): [string, SequenceOhms] => [
    Name as string,
    { r1: Number(R1), x1: Number(X1), r0: Number(R0), x0: Number(X0) },
  ]);
  const [transformer] = rowsOf('Transformer.csv');
  const volts = 1000 * Number(transformer?.kV_sec);
  const base = volts ** 2 / (1e6 * Number(transformer?.MVA));
  const [r, x] = [Number(transformer?.['% resistance']), Number(transformer?.['%XHL'])].map(
    (each) => (each / 100) * base,
  );
  // Source.csv: 11 kV, 1.05 of it, a short circuit of 3 kA; the delta lets nothing of the zero sequence through.
  const grid = (11_000 / Math.sqrt(3) / 3_000) * (volts / 11_000) ** 2;
  return {
    source: {
      node: '1',
      volts: (1.05 * volts) / Math.sqrt(3),
      ohms: { r1: r as number, x1: (x as number) + grid, r0: r as number, x0: x as number },
    },
    cables: Object.fromEntries(codes),
    lines: rowsOf('Lines.csv').map(({ Bus1, Bus2, Length, LineCode }) => ({
      ...{ from: Bus1 as string, to: Bus2 as string, cable: LineCode as string, metres: Number(Length) },
    })),
    loads: rowsOf('Loads.csv').map(({ Name, Bus, phases, PF }) => ({
      ...{ meter: Number(Name?.replace('LOAD', '')), node: Bus as string, phases: phases as LoadPhases },
      powerFactor: Number(PF),
    })),
  };
}

/** The same, ready to be reckoned with. */
export const readyFeeder = (): Feeder => feederOf(europeanFeeder()) as Feeder;

/** Rows by the names of their columns; the first row that begins with one names them. */
function rowsIn(text: string): Record<string, string>[] {
  const lines = text.split('\n').map((line) => line.split(',').map((cell) => cell.trim()));
  const names = lines.findIndex(([first = '']) => first.toLowerCase() === 'name');
  const header = lines[names] ?? (lines[1] as string[]);
  return lines
    .slice(names + 1)
    .filter(([first = '', second = '']) => first !== '' && second !== '' && !first.startsWith('#'))
    .map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i] ?? ''])));
}

/** The text of one file of a zip archive. */
function zipped(archive: string, name: string): string {
  const bytes = readFileSync(new URL(archive, DATA));
  const central = 'PK\x01\x02';
  for (let at = bytes.indexOf(central, 0, 'latin1'); at >= 0; at = bytes.indexOf(central, at + 4, 'latin1')) {
    if (bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28)) !== name) continue;
    const local = bytes.readUInt32LE(at + 42);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    return inflateRawSync(bytes.subarray(from, from + bytes.readUInt32LE(at + 20))).toString();
  }
  throw new Error(`There is no ${name} in ${archive}.`);
}
