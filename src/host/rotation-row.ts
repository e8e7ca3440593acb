import { SUITE_NAMES, type Suite } from '../crypto/index.ts';
import type { Milliseconds } from '../units/index.ts';
import type { RotatedPurpose } from './key-change.ts';
import type { RotationTimings } from './key-timer.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { KeyRotation } from './types.ts';

const DAY_MS = 86_400_000;
/** A rotation that goes on for longer is behind: meters are silent, or too few may be ordered at once. */
const GIVEN_WITHIN_MS = 30 * DAY_MS;

/** Three purposes in four suites. */
const ROWS_MAX = 12;

export const rotationId = (purpose: RotatedPurpose, suite: Suite): string => `${purpose} ${SUITE_NAMES[suite]}`;

export const BEFORE_FIRST = -1;
export const NOTHING_COUNTED: KeyRotation['walk'] = {
  ...{ meters: 0, there: 0, can: 0, underWay: 0, silent: 0, erased: 0, refused: 0, both: 0 },
  ...{ ordered: 0, raising: 0 },
};

/** A key of which the timer knows nothing yet. */
export const firstRow = (purpose: RotatedPurpose, suite: Suite, now: Milliseconds): KeyRotation => ({
  ...{ id: rotationId(purpose, suite), purpose, suite, state: 'resting', generation: 0, withheld: false },
  ...{ beganAt: undefined, givenAt: undefined, dueAt: undefined },
  ...{ nextAt: now, after: BEFORE_FIRST, walk: NOTHING_COUNTED, counts: undefined, countedAt: undefined },
});

/**
 * People took a step by hand. The timer counts anew before it orders anything, and does not give what they took back.
 */
export async function noticeHand(
  tx: StoreTransaction,
  { purpose, suite, step }: { purpose: RotatedPurpose; suite: Suite; step: 'give' | 'raise' | 'back-out' },
  { generation, now }: { readonly generation: number; readonly now: Milliseconds },
): Promise<void> {
  const [before] = await tx.keyRotations.of([rotationId(purpose, suite)]);
  const isBack = step === 'back-out';
  if (before === undefined && !isBack) return;
  const row = before ?? { ...firstRow(purpose, suite, now), generation, beganAt: now };
  const withheld = isBack || (row.withheld && step !== 'give');
  const anew = { nextAt: now, after: BEFORE_FIRST, walk: NOTHING_COUNTED, counts: undefined };
  await tx.keyRotations.put([{ ...row, ...anew, withheld, state: isBack ? 'withheld' : row.state }]);
}

/** Those that a host rotates by itself, by purpose and suite; of any host where no timings are named. */
export async function rotationsOf(tx: StoreReads, timings?: RotationTimings): Promise<KeyRotation[]> {
  const rows = await tx.keyRotations.page({ limit: ROWS_MAX });
  return timings === undefined ? rows : rows.filter(({ purpose }) => timings[purpose] !== undefined);
}

/** For how long a rotation has been due, or goes on too long; 0 where it is in time. */
export function rotationOverdueMs(
  { state, beganAt, dueAt }: Pick<KeyRotation, 'state' | 'beganAt' | 'dueAt'>,
  now: number,
): number {
  const goesOn = state === 'giving' || state === 'raising' || state === 'stopped';
  const by = goesOn && beganAt !== undefined ? beganAt + GIVEN_WITHIN_MS : dueAt;
  return by === undefined ? 0 : Math.max(0, now - by);
}
