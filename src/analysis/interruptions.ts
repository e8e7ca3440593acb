import type { Milliseconds, Svpmsn } from '../units/index.ts';

/** That a meter had no supply, as it told itself when it had one again. */
export interface Interruption {
  readonly svpmsn: Svpmsn;
  /** Area unit × 256 + local unit. */
  readonly localUnit: number;
  readonly from: Milliseconds;
  readonly to: Milliseconds;
}

/**
 * Interruptions that belong together. `transformer`: of most meters on its line at once, so it is the utility's;
 * `house`: of less than half of them, which a main switch explains as well as a fuse on the pole.
 */
export interface Outage {
  readonly localUnit: number;
  readonly scope: 'transformer' | 'house';
  /** Of the first meter that went, and of the last that came back. */
  readonly from: Milliseconds;
  readonly to: Milliseconds;
  readonly interruptions: readonly Interruption[];
}

/** How long and how often those who are supplied went without, of what is the utility's. IEEE 1366. */
export interface Reliability {
  readonly customers: number;
  /** Interruptions of customers that began in the span and were longer than five minutes. */
  readonly interruptions: number;
  /** All that these customers went without in the span. */
  readonly customerMinutes: number;
  /** Interruptions a customer. */
  readonly saifi: number;
  /** Minutes a customer. */
  readonly saidiMinutes: number;
  /** Minutes an interruption; 0 where there was none. */
  readonly caidiMinutes: number;
}

const MS_PER_MINUTE = 60_000;
/** Clocks of meters differ, and each tells whole minutes alone. */
const TOGETHER_MS = 3 * MS_PER_MINUTE;
/** An interruption that is no longer is a momentary one. */
const SUSTAINED_MS = 5 * MS_PER_MINUTE;
/** A line of one meter tells nothing of its transformer. */
const METERS_MIN = 2;

/** @param metersOf how many meters hang on each line */
export function outagesOf(interruptions: readonly Interruption[], metersOf: ReadonlyMap<number, number>): Outage[] {
  const sorted = interruptions.toSorted((a, b) => a.localUnit - b.localUnit || a.from - b.from);
  const groups: Interruption[][] = [];
  for (const each of sorted) {
    const group = groups.at(-1);
    const first = group?.[0];
    const isTogether = first?.localUnit === each.localUnit && each.from - first.from <= TOGETHER_MS;
    if (group !== undefined && isTogether) group.push(each);
    else groups.push([each]);
  }
  const outages = groups.flatMap((group) => {
    const [{ localUnit }] = group as [Interruption];
    const meters = new Set(group.map(({ svpmsn }) => svpmsn)).size;
    return isOfTransformer(meters, metersOf.get(localUnit) ?? 0)
      ? [outageOf('transformer', group)]
      : group.map((each) => outageOf('house', [each]));
  });
  return outages.sort((a, b) => a.from - b.from || a.localUnit - b.localUnit);
}

/** Whether so many of a line's meters without supply are too many for anything but their transformer. */
export const isOfTransformer = (dark: number, all: number): boolean => dark >= METERS_MIN && 2 * dark >= all;

function outageOf(scope: Outage['scope'], interruptions: readonly Interruption[]): Outage {
  const [{ localUnit }] = interruptions as [Interruption];
  const from = Math.min(...interruptions.map((each) => each.from)) as Milliseconds;
  const to = Math.max(...interruptions.map((each) => each.to)) as Milliseconds;
  return { localUnit, scope, from, to, interruptions };
}

/** Of the transformers' outages alone: what a household switches off itself nobody failed to supply. */
export function reliabilityOf(
  outages: readonly Outage[],
  { from, to, customers }: { readonly from: number; readonly to: number; readonly customers: number },
): Reliability {
  const sustained = outages
    .filter(({ scope }) => scope === 'transformer')
    .flatMap(({ interruptions }) => interruptions)
    .filter((each) => each.to - each.from > SUSTAINED_MS && each.from < to && each.to > from);
  const begun = sustained.filter((each) => each.from >= from).length;
  const spent = sustained.reduce((sum, each) => sum + Math.min(each.to, to) - Math.max(each.from, from), 0);
  const customerMinutes = spent / MS_PER_MINUTE;
  const perCustomer = (amount: number) => (customers === 0 ? 0 : amount / customers);
  return {
    ...{ customers, interruptions: begun, customerMinutes },
    ...{ saifi: perCustomer(begun), saidiMinutes: perCustomer(customerMinutes) },
    caidiMinutes: begun === 0 ? 0 : customerMinutes / begun,
  };
}
