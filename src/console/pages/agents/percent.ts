const HUNDREDTHS_MAX = 10_000;

/** Hundredths of a percent of what somebody wrote, `1.5` or `1,5`; undefined when it is no such share. */
export function parsePercent(text: string): number | undefined {
  const [, whole, fraction = ''] = /^\s*(\d{1,3})(?:[.,](\d{1,2}))?\s*%?\s*$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const hundredths = Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
  return hundredths > HUNDREDTHS_MAX ? undefined : hundredths;
}

/** `1.5` of 150 */
export const percentText = (hundredths: number): string => String(hundredths / 100);
