/**
 * What one benchmark found. The limit was measured in the same run on the same machine.
 * A benchmark that could not be measured has one row without numbers, whose goal, to be measured, is not met.
 */
export interface Figure {
  readonly name: string;
  readonly value: number | null;
  readonly unit: string;
  /** The limit, in the same unit as the value. */
  readonly limit: number | null;
  readonly limitHow: string;
  /** How many times better than the limit the value is: above 1 it is better, whatever the unit. */
  readonly ratio: number | null;
  /** What must be reached; `null` where the figure is for information only. */
  readonly goal: string | null;
  /** `null` where there is no goal. */
  readonly met: boolean | null;
}

/** A figure before it is compared with its limit. */
export interface Measured extends Omit<Figure, 'ratio' | 'met'> {
  readonly value: number;
  readonly limit: number;
}

/** What one name on the command line runs, in a process of its own. */
export type Benchmark = () => Promise<readonly Figure[]>;

/** A figure of which less is better: a time, or bytes. */
export const lessIsBetter = (figure: Measured, met: (ratio: number) => boolean = always): Figure =>
  finished(figure, figure.limit / figure.value, met);

/** A figure of which more is better: a rate. */
export const moreIsBetter = (figure: Measured, met: (ratio: number) => boolean = always): Figure =>
  finished(figure, figure.value / figure.limit, met);

const finished = (figure: Measured, ratio: number, met: (ratio: number) => boolean): Figure => ({
  ...figure,
  value: rounded(figure.value),
  limit: rounded(figure.limit),
  ratio: rounded(ratio),
  met: figure.goal === null ? null : met(ratio),
});

const always = (): boolean => true;

/** Four digits: no figure of a shared machine has more. */
export const rounded = (value: number): number => Number(value.toPrecision(4));
