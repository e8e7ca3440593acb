/** Hundredths of a percent of what somebody wrote, `7.25` or `7,25`; undefined when it is no share of a whole. */
export function parseBasisPoints(text: string): number | undefined {
  const [, whole, part = ''] = /^\s*(\d{1,3})(?:[.,](\d{1,2}))?\s*$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const points = Number(whole) * 100 + Number(part.padEnd(2, '0'));
  return points <= 10_000 ? points : undefined;
}

/** `7.25` of 725. */
export const basisPointsText = (points: number): string =>
  points % 100 === 0 ? String(points / 100) : (points / 100).toFixed(2).replace(/0$/, '');
