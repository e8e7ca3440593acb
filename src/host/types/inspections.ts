import type { Milliseconds, Svpmsn } from '../../units/index.ts';

/** What somebody finds who looks at a meter. The first and the last stand alone. */
export const INSPECTION_FINDINGS = [
  'in-order',
  'seal-broken',
  'cover-open',
  'wire-around',
  'damaged',
  'not-reached',
] as const;
export type InspectionFinding = (typeof INSPECTION_FINDINGS)[number];

/** Somebody looked at a meter. It is never changed: who finds something else writes another. */
export interface Inspection {
  /** Meter and place among its inspections: `0a1b2c-00001`. */
  readonly id: string;
  readonly svpmsn: Svpmsn;
  /** When they looked, as they say who had no network then. */
  readonly inspectedAt: Milliseconds;
  /** Login of a person, or name of an API key. */
  readonly by: string;
  readonly findings: readonly InspectionFinding[];
  /** What was seen there; it may be empty. */
  readonly note: string;
}
