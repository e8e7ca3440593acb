/** What one benchmark found. The limit was measured in the same run on the same machine. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The limit, in the same unit as the value. */
  readonly limit: number;
  readonly limitHow: string;
  /** How many times better than the limit the value is: above 1 it is better, whatever the unit. */
  readonly ratio: number;
  /** What must be reached; empty where the figure is for information only. */
  readonly goal: string;
  readonly met: boolean;
}

/** What one name on the command line runs, in a process of its own. */
export type Benchmark = () => Promise<readonly Figure[]>;

/** A figure of which less is better: a time, or bytes. */
export const lessIsBetter = (figure: Omit<Figure, 'ratio' | 'met'>, met: (ratio: number) => boolean = always): Figure =>
  finished(figure, figure.limit / figure.value, met);

/** A figure of which more is better: a rate. */
export const moreIsBetter = (figure: Omit<Figure, 'ratio' | 'met'>, met: (ratio: number) => boolean = always): Figure =>
  finished(figure, figure.value / figure.limit, met);

const finished = (figure: Omit<Figure, 'ratio' | 'met'>, ratio: number, met: (ratio: number) => boolean): Figure => ({
  ...figure,
  value: rounded(figure.value),
  limit: rounded(figure.limit),
  ratio: rounded(ratio),
  met: met(ratio),
});

const always = (): boolean => true;

/** Four digits: no figure of a shared machine has more. */
export const rounded = (value: number): number => Number(value.toPrecision(4));
