const NUMBER = /^[0-9a-f]{6}$/;

/** The number of a meter as it was typed: `0a1b2c` of ` 0A1B2C`; undefined when it is none. */
export function meterNumberOf(text: string): string | undefined {
  const number = text.trim().toLowerCase();
  return NUMBER.test(number) ? number : undefined;
}
