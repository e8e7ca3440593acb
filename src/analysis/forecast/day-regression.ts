import { dayFeatures, FEATURE_DAYS_BACK, type FeatureDays } from './day-features.ts';
import { predicted, type RidgeFit, RidgeSums } from './ridge.ts';

/** As if one observation said that a feature means nothing. */
const PENALTY = 1;

/**
 * A regression for each step of the day by calendar, temperature and what the days before were; fitted on all days whose
 * values are known.
 * @param targets scaled, `NaN` where not known
 */
export function fitRegression(of: FeatureDays, targets: readonly Float64Array[]): RidgeFit[] {
  const sums: RidgeSums[] = [];
  for (let day = FEATURE_DAYS_BACK; day < targets.length; day++) {
    const target = targets[day] as Float64Array;
    for (const [step, features] of dayFeatures(of, day).entries()) {
      const value = target[step] as number;
      if (Number.isNaN(value)) continue;
      sums[step] ??= new RidgeSums(features.length);
      sums[step].add(features, value);
    }
  }
  return Array.from({ length: of.stepsPerDay }, (_, step) => sums[step]?.solve(PENALTY) ?? NOTHING);
}

/** The day after the last whose demand is known. */
export function regressedDay(fits: readonly RidgeFit[], of: FeatureDays): Float64Array {
  const features = dayFeatures(of, of.demand.length);
  return Float64Array.from(fits, (fit, step) => predicted(fit, features[step] as Float64Array));
}

const NOTHING: RidgeFit = { slopes: new Float64Array(0), constant: 0 };
