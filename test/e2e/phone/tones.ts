/** A note of some pitch at 8 kHz. */
export const note = (hertz: number, ms: number): Int16Array =>
  Int16Array.from({ length: 8 * ms }, (_, i) => 8_000 * Math.sin((2 * Math.PI * hertz * i) / 8_000));
