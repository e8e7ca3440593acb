import type { Suite } from '../../crypto/index.ts';
import type { Milliseconds } from '../../units/index.ts';
import type { RotatedPurpose } from '../key-change.ts';

/** How the rotation of a key by the host's own timer stands, the most urgent first. */
export const ROTATION_STATES = [
  /** More meters said no than may: nothing more is ordered before somebody has looked. */
  'stopped',
  /** Meters are given the newest key. */
  'giving',
  /** Those that hold two keys give the older one up. */
  'raising',
  /** It is due, and meters still hold two keys of the one before: people raise the floor, or take the key back. */
  'wants-raise',
  /** It is due, and the key store has no newer key: people make it. */
  'wants-key',
  /** It is due, and this purpose and suite has had all its generations. */
  'spent',
  /** People took the newest key back: it is given to nobody until they give it themselves, or make another. */
  'withheld',
  /** All that can have it; until the floor is raised there is a way back. */
  'given',
  /** Nothing is to be done before the next is due. */
  'resting',
] as const;
export type RotationState = (typeof ROTATION_STATES)[number];

/** Meters of one suite, as a walk over all of them found them. */
export interface RotationCounts {
  readonly meters: number;
  /** Have the newest key. */
  readonly there: number;
  /** Can take a step, and were not ordered yet. */
  readonly can: number;
  readonly underWay: number;
  readonly silent: number;
  readonly erased: number;
  readonly refused: number;
  /** Of those that have it and are heard: hold the one before as well. */
  readonly both: number;
}

/** What a walk has found until now. */
export interface RotationWalk extends RotationCounts {
  /** Meters that it ordered. */
  readonly ordered: number;
  /** Of those that can or are under way: as many give an older key up. */
  readonly raising: number;
  /** In the first walk of all: when the oldest key in use was given. */
  readonly oldestAt?: number;
}

/** The timer of one purpose and suite: what is due, and how far the walk over the meters has come. */
export interface KeyRotation {
  /** `value aes128` */
  readonly id: string;
  readonly purpose: RotatedPurpose;
  readonly suite: Suite;
  readonly state: RotationState;
  /** The newest that was begun with. */
  readonly generation: number;
  /** When that was; before the first that these books know of, how old the oldest key in use is. Nothing before it was counted. */
  readonly beganAt: Milliseconds | undefined;
  /** Since when all that can take it have it. */
  readonly givenAt: Milliseconds | undefined;
  /** When the next is. */
  readonly dueAt: Milliseconds | undefined;
  /** People took this generation back. */
  readonly withheld: boolean;
  /** The next step of the walk. */
  readonly nextAt: Milliseconds;
  /** The meter that was looked at last in the walk that goes on; -1 before its first. */
  readonly after: number;
  readonly walk: RotationWalk;
  /** What the last whole walk of this generation found; before there is one nothing is ordered. */
  readonly counts: RotationCounts | undefined;
  readonly countedAt: Milliseconds | undefined;
}
