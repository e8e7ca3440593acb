/** One line of a report: something that was promised, and what was found. */
export interface Figure {
  readonly name: string;
  /** `null` where it could not be found, and `how` says why. */
  readonly value: number | null;
  readonly unit: string;
  /** What must be reached; `null` where the figure is for information only. */
  readonly goal: string | null;
  /** `null` where there is no goal. */
  readonly met: boolean | null;
  /** What was done to find it. */
  readonly how: string;
}

/** What one name on the command line finds. @param isQuick with fewer runs, where there are many */
export type Report = (isQuick: boolean) => Promise<Iterable<Figure>>;

/** A figure that may be as large as its goal says. */
export const atMost = (most: number, figure: Omit<Figure, 'goal' | 'met'> & { readonly value: number }): Figure => ({
  ...figure,
  value: rounded(figure.value),
  goal: `at most ${most} ${figure.unit}`,
  met: figure.value <= most,
});

/** A figure that may be as small as its goal says. */
export const atLeast = (least: number, figure: Omit<Figure, 'goal' | 'met'> & { readonly value: number }): Figure => ({
  ...figure,
  value: rounded(figure.value),
  goal: `at least ${least} ${figure.unit}`,
  met: figure.value >= least,
});

/** A figure that nothing was promised of. */
export const forInformation = (figure: Omit<Figure, 'goal' | 'met'> & { readonly value: number }): Figure => ({
  ...figure,
  value: rounded(figure.value),
  goal: null,
  met: null,
});

/** A figure whose data are not there: what was promised is not shown. */
export const notFound = (name: string, goal: string, how: string): Figure => ({
  ...{ name, value: null, unit: '', goal, met: false, how },
});

/** Three digits say enough of an error. */
const rounded = (value: number): number => Number(value.toPrecision(3));
