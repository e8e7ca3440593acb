import { civilDayAt, dateText, startsOfDays } from '../tariff/index.ts';
import { assert, type Milliseconds, type Svpmsn } from '../units/index.ts';
import { METER_STATES, type MeterState } from '../words/index.ts';
import type { CardTotals } from './card-books.ts';
import type { DayLedger } from './day-ledger.ts';
import type { Books, LedgerReader, Totalled } from './ledger.ts';
import { lineViews } from './lines.ts';
import type { CheckSum, MeterStateRow, StoreReads } from './ports.ts';
import type { LineView } from './services.ts';
import { type MeterStanding, standingOf } from './standing.ts';

/** A whole utility at one glance. It costs what there is now, whatever there was before. */
export interface Overview {
  readonly asOf: Milliseconds;
  readonly zone: string;
  /** The running civil day. */
  readonly day: string;
  readonly books: Omit<Books, 'meters'>;
  /** What the ledger moved since the day began. */
  readonly today: Totalled;
  /** Of each provider whose value was ever on its way to a card, as far as cards and meters without a line told. */
  readonly cards: readonly CardTotals[];
  readonly meters: {
    readonly count: number;
    readonly stale: number;
    readonly byState: Readonly<Record<MeterState, number>>;
  };
  /** Nothing where no check meter has told anything since yesterday. */
  readonly energy: { readonly today: EnergySoFar; readonly hour: EnergySoFar } | undefined;
  readonly alarms: {
    readonly count: Readonly<Record<Alarm['kind'], number>>;
    /** The most urgent first, at most `ALARMS_MAX`. */
    readonly items: readonly Alarm[];
  };
  readonly lines: {
    readonly count: number;
    readonly silent: number;
    readonly mapRefused: number;
    readonly suspicions: number;
    readonly frames: number;
    readonly retries: number;
    readonly garbled: number;
  };
  readonly orders: { readonly unsettled: number; readonly oldestMs: number | undefined };
  /** Numbers of the newest. */
  readonly last: { readonly posting: number | undefined; readonly event: number | undefined };
}

/** Through all transformers, in mWh, and in the same stretch of the day before. */
export interface EnergySoFar {
  readonly energy: bigint;
  readonly minutes: number;
  readonly before: bigint;
  readonly beforeMinutes: number;
}

export interface Alarm {
  readonly kind: 'frozen' | 'tampered' | 'dark' | 'suspicion';
  readonly why: readonly string[];
  readonly svpmsn: Svpmsn | undefined;
  readonly localUnit: number;
  readonly since: Milliseconds | undefined;
}

const ALARMS_MAX = 200;
const ALARM_STATES = ['frozen', 'tampered', 'dark'] as const;
/** Local units tell of their line each round. */
const SILENT_ROUNDS = 2;
const MS_PER_HOUR = 3_600_000;
const MS_PER_MINUTE = 60_000;

interface Readers {
  readonly ledger: LedgerReader;
  readonly day: DayLedger;
  readonly energy: EnergySums;
  readonly zone: string;
  readonly roundMs: number;
}

export async function readOverview(tx: StoreReads, readers: Readers, now: Milliseconds): Promise<Overview> {
  const { zone, roundMs } = readers;
  const day = dateText(civilDayAt(zone, now));
  const yesterday = dateText(civilDayAt(zone, now) - 1);
  const [before, begin] = startsOfDays(zone, yesterday, day) ?? [];
  assert(before !== undefined && begin !== undefined, 'a day has a beginning');
  const stands = (await tx.meterStates()).map((row) => ({ row, standing: rowStanding(row, now, roundMs) }));
  const views = await lineViews(tx, now);
  const [posting] = await tx.postings({ limit: 1 });
  const [event] = await tx.events({ limit: 1 });
  const oldest = await tx.oldestUnsettled();
  return {
    ...{ asOf: now, zone, day },
    books: await readers.ledger.total(tx),
    today: await readers.day.since(begin, tx),
    cards: await readers.ledger.cards(tx),
    meters: {
      count: stands.length,
      stale: stands.filter(({ standing }) => standing.stale).length,
      byState: Object.fromEntries(
        METER_STATES.map((state) => [state, stands.filter(({ standing }) => standing.state === state).length]),
      ) as Record<MeterState, number>,
    },
    energy: await readers.energy.read(tx, { before, begin, now }),
    alarms: await alarmsOf(tx, stands, views, now),
    lines: linesOf(views, roundMs),
    orders: {
      unsettled: await tx.unsettledOrders(),
      oldestMs: oldest === undefined ? undefined : Math.max(0, now - oldest),
    },
    last: { posting: posting?.sequence, event: event?.number },
  };
}

/** How a meter stands by the little that a list of all of them needs. */
export const rowStanding = (row: MeterStateRow, now: Milliseconds, roundMs: number): MeterStanding =>
  standingOf({
    purse: row,
    known: row,
    silentMs: row.heardAt === undefined ? undefined : Math.max(0, now - row.heardAt),
    roundMs,
  });

interface Stands {
  readonly row: MeterStateRow;
  readonly standing: MeterStanding;
}

async function alarmsOf(
  tx: StoreReads,
  stands: readonly Stands[],
  views: readonly LineView[],
  now: Milliseconds,
): Promise<Overview['alarms']> {
  const ofState = ALARM_STATES.map((state) => stands.filter(({ standing }) => standing.state === state));
  const shown = ofState.flat().slice(0, ALARMS_MAX);
  const ids = shown.map(({ row }) => row.svpmsn);
  const [meters, purses, known] = [await tx.metersOf(ids), await tx.pursesOf(ids), await tx.knowledgeOf(ids)];
  const items = shown.map(({ row, standing }, i): Alarm => {
    const { svpmsn, localUnit } = row;
    const kind = standing.state as (typeof ALARM_STATES)[number];
    const since = {
      frozen: purses[i]?.frozenAt,
      tampered: known[i]?.alarmsAt ?? known[i]?.flagsAt,
      dark: known[i]?.heardAt ?? meters[i]?.enrolledAt,
    }[kind];
    return { kind, why: standing.why, svpmsn, localUnit, since };
  });
  const suspicions = views.flatMap(({ line, suspicions: named }) =>
    named
      .filter(({ stands: isNamed }) => isNamed)
      .map(({ suspicion, age }): Alarm => {
        const { kind, svpmsn } = suspicion;
        const since = age.since === undefined ? undefined : ((now - age.since) as Milliseconds);
        return { kind: 'suspicion', why: [kind], svpmsn, localUnit: line.localUnit, since };
      }),
  );
  const [frozen, tampered, dark] = ofState.map(({ length }) => length) as [number, number, number];
  return {
    count: { frozen, tampered, dark, suspicion: suspicions.length },
    items: [...items, ...suspicions].slice(0, ALARMS_MAX),
  };
}

function linesOf(views: readonly LineView[], roundMs: number): Overview['lines'] {
  const sum = (of: (view: LineView) => number) => views.reduce((all, view) => all + of(view), 0);
  return {
    count: views.length,
    silent: sum(({ age }) => Number(age.health === undefined || age.health > SILENT_ROUNDS * roundMs)),
    mapRefused: sum(({ line }) => Number(line.mapRefusal !== undefined)),
    suspicions: sum(({ suspicions }) => suspicions.filter(({ stands }) => stands).length),
    frames: sum(({ line }) => line.health?.frames ?? 0),
    retries: sum(({ line }) => line.health?.retries ?? 0),
    garbled: sum(({ line }) => line.health?.garbled ?? 0),
  };
}

/**
 * The day so far and its running hour beside the same stretches of the day before. Hours that are over are summed once
 * an hour, so that a look costs an hour's minutes; what a check meter tells of them later counts from the next hour on.
 */
export class EnergySums {
  #hour = -1;
  #over: readonly [Sum, Sum] = [NO_ENERGY, NO_ENERGY];

  async read(tx: StoreReads, { before, begin, now }: Days): Promise<Overview['energy']> {
    const lived = now - begin;
    const hour = Math.floor(lived / MS_PER_HOUR) * MS_PER_HOUR;
    // A day that clocks made shorter ends before its counterpart does.
    const [from, until] = [Math.min(before + hour, begin), Math.min(before + lived, begin)];
    if (this.#hour !== begin + hour) {
      const over = [await sumOf(tx, before, from), await sumOf(tx, begin, begin + hour)] as const;
      [this.#hour, this.#over] = [begin + hour, over];
    }
    const [beforeOver, todayOver] = this.#over;
    const running = await sumOf(tx, begin + hour, now + MS_PER_MINUTE);
    const then = await sumOf(tx, from, until);
    const day = beside(plus(todayOver, running), plus(beforeOver, then));
    return day.minutes + day.beforeMinutes === 0 ? undefined : { today: day, hour: beside(running, then) };
  }
}

interface Days {
  /** When the day before began, and the running one. */
  readonly before: Milliseconds;
  readonly begin: Milliseconds;
  readonly now: Milliseconds;
}

type Sum = Pick<CheckSum, 'energy' | 'minutes'>;
const NO_ENERGY: Sum = { energy: 0n, minutes: 0 };

async function sumOf(tx: StoreReads, from: number, to: number): Promise<Sum> {
  const edges = [from, to].map((at) => Math.floor(at / MS_PER_MINUTE));
  const [sum] = from < to ? await tx.checkSums(edges) : [];
  return sum ?? NO_ENERGY;
}

const plus = (a: Sum, b: Sum): Sum => ({ energy: a.energy + b.energy, minutes: a.minutes + b.minutes });
const beside = ({ energy, minutes }: Sum, before: Sum): EnergySoFar => ({
  ...{ energy, minutes, before: before.energy, beforeMinutes: before.minutes },
});
