import type { AlarmJson, LossAlarmJson } from '../../../api/index.ts';

/** That energy is missing at a transformer, and since when. */
export interface Loss {
  /** What it comes to as a load that never ends; undefined while no whole day of it was judged. */
  readonly watts: number | undefined;
  readonly since: string | undefined;
}

const HOURS = 24;
const FAINTEST = 0.12;
const STRONGEST = 0.36;
/** From here on a tint is as strong as it gets: a kettle that is never switched off. */
const STRONGEST_WATTS = 2_000;

/**
 * Where energy is missing, by local unit: on days that were judged as wholes, and in minutes of which no day was judged
 * yet.
 */
export function lossesOf(
  judged: readonly LossAlarmJson[],
  alarms: readonly Pick<AlarmJson, 'kind' | 'localUnit' | 'since'>[],
): ReadonlyMap<number, Loss> {
  const losses = new Map<number, Loss>();
  for (const { kind, localUnit, since } of alarms) {
    if (kind === 'suspicion') losses.set(localUnit, { watts: undefined, since });
  }
  for (const { localUnit, unexplainedMilliwattHours, days, raisedAt } of judged) {
    losses.set(localUnit, { watts: Number(unexplainedMilliwattHours) / 1_000 / (days * HOURS), since: raisedAt });
  }
  return losses;
}

/** How strong the tint of a transformer is, of 1: the more is missing the stronger, and never too faint to be seen. */
export const tintOf = ({ watts = 0 }: Loss): number =>
  FAINTEST + (STRONGEST - FAINTEST) * Math.min(1, Math.max(0, watts) / STRONGEST_WATTS);
