/** Bands of the phase angle: two bits a minute stand beside the load profile. */
export const PHASE_BANDS = 4;

/** Lags in tenths of a degree, rising: from the first on it is band 1, from the second 2, from the third 3. */
export type PhaseBandLimits = readonly [number, number, number];

/**
 * The band of a phase angle: part 9 charges "things which temporarily use induction load" differently. Only a current
 * that lags counts; a leading one is band 0. Energy that flows back lags as the mirrored angle does.
 * @param angle tenths of a degree, -1800 to 1800, above 0 where the current lags
 */
export function phaseBand(angle: number, limits: PhaseBandLimits): number {
  const lag = angle > 900 ? 1800 - angle : angle;
  let band = 0;
  while (band < PHASE_BANDS - 1 && lag >= (limits[band] as number)) band++;
  return lag > 0 ? band : 0;
}
