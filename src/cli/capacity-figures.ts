/**
 * What was measured, each figure with the command that measures it anew. Nothing else of a capacity is a number that
 * somebody wrote down. The machine is that of `docs/reference/benchmarks.md`: two cores.
 */
export interface MeasuredFigure {
  readonly value: number;
  readonly unit: string;
  /** Measures it anew. */
  readonly source: string;
}

const figure = (value: number, unit: string, source: string): MeasuredFigure => ({ value, unit, source });

export const CORES_MEASURED = 2;

export const FIGURES = {
  /** Sales for money over HTTP, one by one, each durable in sealed books before it is answered; both cores. */
  topUps: figure(7_047, 'a second on a machine', 'npm run bench -- top-ups-http'),
  /** Polls with a day’s profile that a host keeps, in groups, in sealed books; the lower of two runs. */
  profiles: figure(2_994, 'a second of a core', 'npm run bench -- reports-sqlite'),
  /** What the books grow by. */
  profileBytes: figure(4_147, 'bytes', 'npm run bench -- reports-sqlite'),
  topUpBytes: figure(336.8, 'bytes', 'npm run bench -- reports-sqlite'),
} as const;

/** A line of 256 meters until the day of each has come, with some who buy meanwhile: seconds on the air. */
export const COLLECTION: readonly { readonly bitsPerSecond: number; readonly seconds: MeasuredFigure }[] = [
  { bitsPerSecond: 1_200, seconds: figure(1_581, 's', 'wattpurse fleet --meters 256 --line 1200') },
  { bitsPerSecond: 9_600, seconds: figure(193, 's', 'wattpurse fleet --meters 256 --line 9600') },
  { bitsPerSecond: 128_000, seconds: figure(14.4, 's', 'wattpurse fleet --meters 256 --line 128000') },
];
