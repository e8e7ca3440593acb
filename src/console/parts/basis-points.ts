const WHOLE = 10_000;

/** Hundredths of a percent of what somebody wrote, `7.25`, `7,25` or `7.25 %`; undefined when it is no share of a whole. */
export function parseBasisPoints(text: string): number | undefined {
  const [, whole, part = ''] = /^\s*(\d{1,3})(?:[.,](\d{1,2}))?\s*%?\s*$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const points = Number(whole) * 100 + Number(part.padEnd(2, '0'));
  return points <= WHOLE ? points : undefined;
}

/** `7.25` of 725. */
export const basisPointsText = (points: number): string => String(points / 100);
