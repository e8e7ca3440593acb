import type { DayBalance, NetworkFile, NotKnownReason, PlacedLoad, Suspect, Suspects } from '../../analysis/index.ts';
import type { Milliseconds, Svpmsn } from '../../units/index.ts';

/** A UTC day of one transformer, as it was judged, once. */
export interface LineBalance {
  /** Of the local unit and the day: days of one unit stand beside each other. */
  readonly id: string;
  /** Area unit × 256 + local unit. */
  readonly localUnit: number;
  /** Since 1970-01-01 UTC. */
  readonly day: number;
  readonly judgedAt: Milliseconds;
  readonly verdict: DayBalance['verdict'];
  /** Why nothing can be said. */
  readonly why: NotKnownReason | undefined;
  readonly figures: Omit<DayBalance, 'day' | 'verdict' | 'reason'>;
}

/** What lies behind the transformer of a local unit, as an engineer wrote it down. */
export interface LineNetwork {
  /** The local unit as text. */
  readonly id: string;
  readonly localUnit: number;
  readonly file: NetworkFile;
}

/** Of an alarm, in the order in which it lives: somebody read it, somebody was there, and it has a finding. */
export const LOSS_ALARM_STATES = ['new', 'seen', 'visited', 'closed'] as const;
export type LossAlarmState = (typeof LOSS_ALARM_STATES)[number];

/**
 * What was found: somebody took energy; something was broken; it is to be so from now on, as a lamp that nobody
 * meters; or nothing at all. The last two are learned as what the line loses.
 */
export const LOSS_FINDINGS = ['theft', 'fault', 'expected', 'nothing'] as const;
export type LossFinding = (typeof LOSS_FINDINGS)[number];

/** What somebody made of an alarm. */
export interface LossAlarmStep {
  readonly state: LossAlarmState;
  readonly at: Milliseconds;
  /** Login of a person, or name of an API key. */
  readonly by: string;
  readonly note: string;
  /** Of a closing. */
  readonly finding?: LossFinding;
  /** Of a closing: the meter at which it was found, or at which there was nothing. */
  readonly meter?: Svpmsn;
}

/** A loss on one transformer that goes on until somebody closes it: it never ends by itself. */
export interface LossAlarm {
  /** Of the local unit and the first day. */
  readonly id: string;
  readonly localUnit: number;
  readonly state: LossAlarmState;
  readonly raisedAt: Milliseconds;
  /** UTC days of which it is known that energy was lost: the first, the last, and how many. */
  readonly firstDay: number;
  readonly lastDay: number;
  readonly days: number;
  /** Milliwatt-hours beyond the technical loss, in all these days. */
  readonly unexplained: number;
  /** Percent: of the surest day. */
  readonly confidence: number;
  /** What became of it, the oldest first. */
  readonly steps: readonly LossAlarmStep[];
  /** Where it may be lost, as far as the latest day tells of which that could be reckoned. */
  readonly suspects: LossSuspects | undefined;
}

/** The meters at which energy of one day may have been lost, the most likely first. */
export interface LossSuspects extends Pick<Suspects, 'constant' | 'isPlaced'> {
  /** UTC. */
  readonly day: number;
  readonly ranked: readonly Omit<Suspect, 'score'>[];
  /** Where a constant load is, by voltage, or why that cannot be told; where it is likely that there is one. */
  readonly place?: PlacedLoad;
}
