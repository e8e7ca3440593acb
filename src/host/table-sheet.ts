/** What people read as tables: the first column of each names the row, and the others are numbers. */
export interface TableSheet {
  readonly title: string;
  readonly sections: readonly TableSection[];
}

export interface TableSection {
  readonly title: string;
  /** Of the columns after the first. */
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table of names and one value each. */
export const plain = (title: string, rows: readonly (readonly string[])[]): TableSection => ({
  title,
  heads: [],
  rows,
});

/** Exact: as many decimals as a unit has places. */
export function fixed(value: bigint, places: number): string {
  const digits = String(value < 0n ? -value : value).padStart(places + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
