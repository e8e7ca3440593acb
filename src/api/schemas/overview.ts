import { type Static, Type } from 'typebox';
import { METER_STATES, type MeterState, STATE_REASONS } from '../../words/index.ts';
import {
  Amount,
  Id,
  Instant,
  LocalUnit,
  MeterNumber,
  Milliseconds,
  Name,
  Named,
  OneOf,
  SignedAmount,
} from './common.ts';
import { LineSchema } from './lines.ts';
import { BooksSchema } from './orders.ts';

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
        { issued: SignedAmount, stored: Amount, refunded: Amount, spent: Amount, found: SignedAmount, closed: Amount },
        { description: 'What the ledger moved since the day began; what is in flight stands in `books`.' },
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
              inFlight: Type.Optional(Amount),
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
