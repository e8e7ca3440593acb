interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** The whole number that somebody typed; undefined where it is none, or is out of its bounds. */
export function wholeWithin(text: string, { least, most }: Bounds): number | undefined {
  const typed = text.trim();
  if (!/^[0-9]{1,9}$/.test(typed)) return undefined;
  const value = Number(typed);
  return value >= least && value <= most ? value : undefined;
}
