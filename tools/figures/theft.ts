import { NETWORK, PROFILES, PUBLISHED, skipWithout } from '../../src/analysis/feeder.testing.ts';
import { FeederDay } from '../../src/analysis/stolen-day.testing.ts';
import {
  constantRaised,
  falseAlarms,
  livedDays,
  nothingPlaced,
  sharesPlaced,
  technicalByNetwork,
  technicalLearned,
  unmeteredPlaced,
} from './feeder.ts';
import { atLeast, type Figure, notFound } from './figure.ts';
import {
  areaUnderRoc,
  averagePrecision,
  cleanHouseholds,
  FILE,
  STRENGTHS,
  scoredMeters,
  THEFT_KINDS,
} from './street.ts';

/** Technical loss, and theft that is located: on one feeder by the minute, and on streets by the quarter of an hour. */
export function* theft(isQuick: boolean): Iterable<Figure> {
  const absent = skipWithout(PROFILES, PUBLISHED, NETWORK, FILE);
  if (absent !== false) {
    yield notFound('theft', 'what is promised', absent);
    return;
  }
  const times = (runs: number) => (isQuick ? Math.max(1, Math.round(runs / 20)) : runs);
  const day = new FeederDay();
  const days = livedDays(day);
  yield* technicalByNetwork(day);
  yield* technicalLearned(days, times(20));
  yield* sharesPlaced(day, times(20), false);
  yield* sharesPlaced(day, 1, true);
  yield* nothingPlaced(day, times(1_100));
  yield* constantRaised(days, times(1_100));
  yield* unmeteredPlaced(day, times(20));
  yield* falseAlarms(times(100));
  yield* theftKinds(times(3));
}

/** Four honest weeks, then two in which one meter in twenty is gone past; beside it the drop against own history. */
function theftKinds(seeds: number): Figure[] {
  const { used, refused } = cleanHouseholds();
  return THEFT_KINDS.map((kind) => {
    const scored = Array.from({ length: seeds }, (_, seed) => scoredMeters(used, kind, seed + 1));
    const mean = (figure: typeof averagePrecision, by: 'score' | 'drop') =>
      scored.reduce((sum, each) => sum + figure(each.map((one) => ({ isThief: one.isThief, by: one[by] }))), 0) / seeds;
    const [own, history] = [mean(averagePrecision, 'score'), mean(averagePrecision, 'drop')];
    const [ownArea, area] = [mean(areaUnderRoc, 'score'), mean(areaUnderRoc, 'drop')];
    return atLeast(2, {
      ...{ name: `theft-${kind.replaceAll(' ', '-').replaceAll('/', '-')}`, value: own / history, unit: 'times' },
      how: `${kind} (${STRENGTHS[kind]}): average precision ${own.toFixed(3)} against ${history.toFixed(3)} of the drop against own history, area under ROC ${ownArea.toFixed(3)} against ${area.toFixed(3)}; ${seeds} runs of ${used.length} Swiss households on three transformers, ${refused} left out`,
    });
  });
}
