import { type Static, Type } from 'typebox';
import type { Alarm, EnergySoFar, Grid, Meter, Overview, Street, Totalled } from '../../host/index.ts';
import { svpmsnText } from '../../units/index.ts';
import { METER_STATES, type MeterState, STATE_REASONS } from '../../words/index.ts';
import { ProviderId } from './cards.ts';
import {
  Amount,
  Id,
  Instant,
  instantText,
  LocalUnit,
  MeterNumber,
  Milliseconds,
  maybe,
  Name,
  Named,
  OneOf,
  SignedAmount,
  same,
} from './common.ts';
import { LineSchema, lineJson } from './lines.ts';
import { BooksSchema, totalsJson } from './orders.ts';

const Count = Type.Integer({ minimum: 0 });
const WattHours = Type.String({ pattern: '^[0-9]+\\.[0-9]{3}$', description: 'Wh.' });

const Energy = Type.Object(
  {
    energyWh: WattHours,
    minutes: Type.Integer({ description: 'Minutes of check meters that stand in it.' }),
    beforeWh: WattHours,
    beforeMinutes: Type.Integer(),
  },
  { description: 'Through the transformers so far; `before…` is the same stretch of the day before.' },
);

export const AlarmSchema = Type.Object(
  {
    kind: OneOf(['frozen', 'tampered', 'dark', 'suspicion']),
    why: Type.Array(Type.String(), { description: 'Codes, as `why` of a meter; of a suspicion its kind.' }),
    meter: Type.Optional(MeterNumber),
    localUnit: LocalUnit,
    since: Type.Optional(Instant),
  },
  { $id: 'Alarm' },
);
export type AlarmJson = Static<typeof AlarmSchema>;

export const OverviewSchema = Type.Object(
  {
    asOf: Instant,
    zone: Type.String(),
    day: Type.String({ description: 'The running day in the zone of the utility; `today` is of it.' }),
    books: Type.Optional(Named(BooksSchema)),
    today: Type.Optional(
      Type.Object(
        {
          issued: SignedAmount,
          stored: SignedAmount,
          refunded: Amount,
          spent: Amount,
          found: SignedAmount,
          closed: Amount,
        },
        { description: 'What the ledger moved since the day began; what is in flight stands in `books`.' },
      ),
    ),
    cards: Type.Optional(
      Type.Array(
        Type.Object({
          provider: ProviderId,
          inFlight: Amount,
          onCards: Amount,
          inMeters: SignedAmount,
          spent: Amount,
        }),
        { description: 'Value of each provider on purse cards and in meters without a line, as far as they told.' },
      ),
    ),
    meters: Type.Object(
      {
        count: Count,
        stale: Count,
        byState: Type.Unsafe<Record<MeterState, number>>(
          Type.Object(Object.fromEntries(METER_STATES.map((state) => [state, Count]))),
        ),
      },
      { description: 'How they stand, as last known.' },
    ),
    energy: Type.Optional(
      Type.Object(
        { today: Energy, hour: Energy },
        { description: 'By the check meters; absent where none has told anything since yesterday.' },
      ),
    ),
    alarms: Type.Optional(
      Type.Object({
        count: Type.Object({ frozen: Count, tampered: Count, dark: Count, suspicion: Count }),
        items: Type.Array(Named(AlarmSchema), { description: 'The most urgent first; at most 200.' }),
      }),
    ),
    lines: Type.Optional(
      Type.Object(
        {
          count: Count,
          silent: Type.Integer({ description: 'Of which no health came for two rounds.' }),
          mapRefused: Count,
          suspicions: Count,
          frames: Count,
          retries: Count,
          garbled: Count,
        },
        { description: 'Of all local units, by their last report.' },
      ),
    ),
    orders: Type.Object({ unsettled: Count, oldestMs: Type.Optional(Milliseconds) }),
    last: Type.Object(
      { posting: Type.Optional(Count), event: Type.Optional(Count) },
      { description: 'Numbers of the newest, which count all that there ever were.' },
    ),
  },
  { $id: 'Overview', description: 'Everything at one glance; what the role or the key may not read is absent.' },
);
export type OverviewJson = Static<typeof OverviewSchema>;

const Columns = Type.Object(
  {
    number: Type.Array(Type.Integer(), {
      description: 'SVPMSN as a number: in hex with six digits it is that of a meter.',
    }),
    localUnit: Type.Array(Type.Integer()),
    address: Type.Array(Type.Integer()),
    state: Type.Array(Type.Integer(), { description: 'A place in `states`.' }),
    stale: Type.Array(Type.Integer(), { description: '1: what is known is old.' }),
    balance: Type.Array(Type.Union([Amount, Type.Null()]), {
      description: 'As last told; null before the first time.',
    }),
  },
  { description: 'One entry a meter in each, by local unit and address.' },
);

export const GridSchema = Type.Object(
  {
    states: Type.Array(OneOf(METER_STATES)),
    localUnits: Type.Array(Type.Object({ localUnit: LocalUnit, meters: Count }), {
      description: 'Those with meters, by number; local unit div 256 is the area unit.',
    }),
    columns: Columns,
    street: Type.Optional(
      Type.Object(
        {
          line: Type.Optional(Named(LineSchema)),
          meters: Type.Array(
            Type.Object({
              number: MeterNumber,
              address: Type.Integer(),
              subscriber: Id,
              tariff: Type.Optional(Name),
              supplies: Type.Integer(),
              state: OneOf(METER_STATES),
              why: Type.Array(OneOf(STATE_REASONS)),
              stale: Type.Boolean(),
              balance: Type.Optional(Amount),
              owed: Type.Optional(Amount),
              inFlight: SignedAmount,
              heardAt: Type.Optional(Instant),
            }),
          ),
        },
        { description: 'Of the one local unit that was asked for.' },
      ),
    ),
  },
  { $id: 'Grid' },
);
export type GridJson = Static<typeof GridSchema>;

/** Parts that somebody may read only where they may read the lists behind them. */
export type OverviewPart = 'books' | 'alarms' | 'lines';

export function overviewJson(of: Overview, may: Readonly<Record<OverviewPart, boolean>>): OverviewJson {
  const { books, today, cards, meters, energy, alarms, lines, orders, last } = of;
  return {
    asOf: instantText(of.asOf),
    zone: of.zone,
    day: of.day,
    ...(may.books && {
      books: { ...totalsJson(books), balanced: books.balanced },
      today: todayJson(today),
      cards: cards.map(cardsJson),
    }),
    meters: { count: meters.count, stale: meters.stale, byState: meters.byState },
    ...(may.lines && {
      ...maybe('energy', energy, ({ today: day, hour }) => ({ today: energyJson(day), hour: energyJson(hour) })),
      lines,
    }),
    ...(may.alarms && { alarms: { count: alarms.count, items: alarms.items.map(alarmJson) } }),
    orders: { unsettled: orders.unsettled, ...maybe('oldestMs', orders.oldestMs, same) },
    last: { ...maybe('posting', last.posting, same), ...maybe('event', last.event, same) },
  };
}

const cardsJson = ({ provider, inFlight, onCards, inMeters, spent }: Overview['cards'][number]) => ({
  ...{
    provider,
    inFlight: String(inFlight),
    onCards: String(onCards),
    inMeters: String(inMeters),
    spent: String(spent),
  },
});

const todayJson = ({ issued, stored, refunded, spent, found, closed }: Totalled) => ({
  ...{ issued: String(issued), stored: String(stored), refunded: String(refunded) },
  ...{ spent: String(spent), found: String(found), closed: String(closed) },
});

const energyJson = ({ energy, minutes, before, beforeMinutes }: EnergySoFar) => ({
  energyWh: wattHours(energy),
  minutes,
  beforeWh: wattHours(before),
  beforeMinutes,
});

const wattHours = (milliwattHours: bigint): string =>
  `${milliwattHours / 1000n}.${String(milliwattHours % 1000n).padStart(3, '0')}`;

const alarmJson = ({ kind, why, svpmsn, localUnit, since }: Alarm): AlarmJson => ({
  kind,
  why: [...why],
  ...maybe('meter', svpmsn, svpmsnText),
  localUnit,
  ...maybe('since', since, instantText),
});

export function gridJson({ cells, street }: Grid): GridJson {
  const counts = new Map<number, number>();
  for (const { localUnit } of cells) counts.set(localUnit, (counts.get(localUnit) ?? 0) + 1);
  return {
    states: [...METER_STATES],
    localUnits: [...counts].map(([localUnit, meters]) => ({ localUnit, meters })),
    columns: {
      number: cells.map(({ svpmsn }) => svpmsn),
      localUnit: cells.map(({ localUnit }) => localUnit),
      address: cells.map(({ modemAddress }) => modemAddress),
      state: cells.map(({ standing }) => METER_STATES.indexOf(standing.state)),
      stale: cells.map(({ standing }) => Number(standing.stale)),
      balance: cells.map(({ balance }) => (balance === undefined ? null : String(balance))),
    },
    ...maybe('street', street, (of) => streetJson(cells, of)),
  };
}

const streetJson = (
  cells: Grid['cells'],
  { line, meters, known, inFlight }: Street,
): NonNullable<GridJson['street']> => ({
  ...maybe('line', line, lineJson),
  meters: cells.map(({ svpmsn, modemAddress, balance, standing }, i) => {
    const { subscriber, tariff, supplies } = meters[i] as Meter;
    return {
      number: svpmsnText(svpmsn),
      address: modemAddress,
      subscriber,
      ...maybe('tariff', tariff, same),
      supplies,
      state: standing.state,
      why: [...standing.why],
      stale: standing.stale,
      ...maybe('balance', balance, String),
      ...maybe('owed', known[i]?.owed, String),
      inFlight: String(inFlight[i]),
      ...maybe('heardAt', known[i]?.heardAt, instantText),
    };
  }),
});
