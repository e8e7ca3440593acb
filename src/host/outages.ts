import {
  type Interruption,
  isOfTransformer,
  type Outage,
  outagesOf,
  type Reliability,
  reliabilityOf,
} from '../analysis/index.ts';
import { EventKind } from '../records/index.ts';
import type { Milliseconds } from '../units/index.ts';
import { fail } from './failures.ts';
import { rowStanding } from './overview.ts';
import type { MeterStateRow, StoreReads } from './ports.ts';
import type { HostFailure } from './types.ts';

export interface OutageQuery {
  readonly from: Milliseconds;
  readonly to: Milliseconds;
}

/** Who was without supply, and who is. A relay that opened for want of credit is no outage: its meter has power. */
export interface OutageReport extends OutageQuery {
  readonly reliability: Reliability;
  /** Those that are over, by when they began. */
  readonly outages: readonly Outage[];
  /** By local unit. */
  readonly running: readonly RunningOutage[];
  /** Meters that came back and did not know for how long they had been away: their clock was not set. */
  readonly untold: number;
}

/**
 * Meters of one line that do not answer now. `transformer`: most of them, and its check meter counts nothing; `house`:
 * few of them; `unheard`: most of them, while energy flows through the transformer, so it is the line that is cut or
 * noisy and nobody is without supply; `not-known`: most of them, and the check meter is not heard either.
 */
export interface RunningOutage {
  readonly localUnit: number;
  readonly scope: 'transformer' | 'house' | 'unheard' | 'not-known';
  readonly meters: number;
  /** When the first of them was heard last. */
  readonly since: Milliseconds;
}

const MS_PER_MINUTE = 60_000;
const DAYS_MAX = 35;
const PAGE = 1_000;
/** A transformer that gave nothing for so long gives nothing now. */
const CHECKED_MINUTES = 5;

export async function readOutages(
  tx: StoreReads,
  { from, to }: OutageQuery,
  roundMs: number,
  now: Milliseconds,
): Promise<OutageReport | HostFailure> {
  if (!(from >= 0 && to > from && to - from <= DAYS_MAX * 1440 * MS_PER_MINUTE)) {
    return fail(
      'range-wrong',
      `Outages are read over more than nothing and at most ${DAYS_MAX} days: check the range.`,
      { daysMax: DAYS_MAX },
    );
  }
  const rows = await tx.meterStates();
  const metersOf = new Map<number, number>();
  for (const { localUnit } of rows) metersOf.set(localUnit, (metersOf.get(localUnit) ?? 0) + 1);
  const { interruptions, untold } = await interruptionsOf(tx, rows, { from, to });
  const outages = outagesOf(interruptions, metersOf);
  const reliability = reliabilityOf(outages, { from, to, customers: rows.length });
  return { ...{ from, to, reliability, outages, untold }, running: await runningOf(tx, rows, roundMs, now) };
}

/** What was heard before the span began was over before it. */
async function interruptionsOf(
  tx: StoreReads,
  rows: readonly MeterStateRow[],
  { from, to }: OutageQuery,
): Promise<{ readonly interruptions: Interruption[]; readonly untold: number }> {
  const unitOf = new Map(rows.map(({ svpmsn, localUnit }) => [svpmsn, localUnit]));
  const interruptions: Interruption[] = [];
  let untold = 0;
  let before: number | undefined;
  for (;;) {
    const page = await tx.events({ limit: PAGE, ...(before !== undefined && { before }) });
    for (const { kind, svpmsn, time, value, heardAt } of page) {
      const localUnit = unitOf.get(svpmsn);
      if (kind !== EventKind.powerUp || localUnit === undefined || heardAt < from) continue;
      if (time === 0) untold += 1;
      const ended = 1000 * time;
      const began = ended - 1000 * value;
      if (time === 0 || value === 0 || began >= to || ended <= from) continue;
      interruptions.push({ svpmsn, localUnit, from: began as Milliseconds, to: ended as Milliseconds });
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE || last.heardAt < from) return { interruptions, untold };
    before = last.number;
  }
}

async function runningOf(
  tx: StoreReads,
  rows: readonly MeterStateRow[],
  roundMs: number,
  now: Milliseconds,
): Promise<RunningOutage[]> {
  const lines = Map.groupBy(rows, ({ localUnit }) => localUnit);
  const running: RunningOutage[] = [];
  for (const [localUnit, meters] of [...lines].sort(([a], [b]) => a - b)) {
    // One that was never heard was never supplied, as far as anybody knows.
    const dark = meters.filter(
      (row) => row.heardAt !== undefined && rowStanding(row, now, roundMs).why.some((why) => DARK.has(why)),
    );
    if (dark.length === 0) continue;
    const since = Math.min(...dark.map(({ heardAt }) => heardAt as number)) as Milliseconds;
    const scope = isOfTransformer(dark.length, meters.length) ? await scopeOf(tx, localUnit, now) : 'house';
    running.push({ localUnit, scope, meters: dark.length, since });
  }
  return running;
}

const DARK: ReadonlySet<string> = new Set(['last-gasp', 'silent']);

async function scopeOf(tx: StoreReads, localUnit: number, now: Milliseconds): Promise<RunningOutage['scope']> {
  const to = Math.floor(now / MS_PER_MINUTE) - 1;
  const told = await tx.checkMinutes({ localUnit, from: Math.max(0, to - CHECKED_MINUTES + 1), to });
  if (told.length === 0) return 'not-known';
  return told.every(({ energy }) => energy === 0) ? 'transformer' : 'unheard';
}
