import { type Static, Type } from 'typebox';
import {
  type BalanceHistory,
  type Minutes,
  type Outlook,
  READING_REASONS,
  type StatementBalance,
  VOLTAGE_REASONS,
  type Voltages,
} from '../../host/index.ts';
import { svpmsnText } from '../../units/index.ts';
import {
  Amount,
  Id,
  Instant,
  instantText,
  MeterNumber,
  maybe,
  OneOf,
  SignedAmount,
  Supply,
  same,
  wattHoursText,
} from './common.ts';
import { LocalDate } from './statement.ts';

const Place = Type.Integer({ minimum: 0, description: 'Minutes from `start` on.' });

export const MinutesSchema = Type.Object(
  {
    meter: MeterNumber,
    supply: Supply,
    zone: Type.String(),
    asOf: Instant,
    days: Type.Array(
      Type.Object({
        date: LocalDate,
        start: Instant,
        energy: Type.Array(Type.Integer(), {
          description:
            '0.1 Wh in each minute from `start` on: 1,440 of them, or 1,380 or 1,500 where clocks change, or as many as have been. -1: missing. -2: not measured by itself.',
        }),
        percents: Type.Array(
          Type.Object({
            minute: Place,
            percent: Type.Integer(),
            version: Type.Integer({ description: 'Of the table; 0 before the first.' }),
          }),
          { description: 'The step of the tariff that the meter had in force, from that minute on.' },
        ),
        bands: Type.Array(
          Type.Object({
            minute: Place,
            band: Type.Integer({ minimum: 0, maximum: 3 }),
            surchargePercent: Type.Integer(),
          }),
          {
            description:
              'The band of phase angle and its surcharge, from that minute on; no entry before the first minute that is known.',
          },
        ),
        checks: Type.Array(
          Type.Object({
            minute: Place,
            minutes: Type.Integer({ minimum: 1 }),
            reason: OneOf(
              READING_REASONS,
              '`missing`: not recorded; `untimed`: its energy is in other minutes; `impossible`: more than a meter can measure; `differs`: told otherwise before, the newer value is kept; `doubled`: another supply of the line told the very same day.',
            ),
            estimatedWh: Type.Optional(
              Type.String({ description: 'What is held for these minutes together. It is charged to nobody.' }),
            ),
          }),
          { description: 'What validation found in these minutes; none for a day that is as it should be.' },
        ),
      }),
    ),
  },
  { $id: 'Minutes', description: 'The load of a meter by minute, in days of the zone of the utility.' },
);
export type MinutesJson = Static<typeof MinutesSchema>;

export const VoltagesSchema = Type.Object(
  {
    meter: MeterNumber,
    supply: Supply,
    zone: Type.String(),
    asOf: Instant,
    days: Type.Array(
      Type.Object({
        date: LocalDate,
        start: Instant,
        millivolts: Type.Array(Type.Integer(), {
          description:
            'The mean of each quarter of an hour from `start` on: 96 of them, or 92 or 100 where clocks change, or as many as have been. -1: not known. A day comes after its end in UTC.',
        }),
        checks: Type.Array(
          Type.Object({
            minute: Place,
            minutes: Type.Integer({ minimum: 1 }),
            reason: OneOf(
              VOLTAGE_REASONS,
              '`missing`: not measured, or less than half of the quarter was; `impossible`: below 40 V or above 400 V; `differs`: told otherwise before, the newer value is kept.',
            ),
          }),
          { description: 'What validation found; none for a day that is as it should be.' },
        ),
      }),
    ),
  },
  {
    $id: 'Voltages',
    description: 'The voltage of a supply by quarter of an hour, in days of the zone of the utility.',
  },
);
export type VoltagesJson = Static<typeof VoltagesSchema>;

const Accounts = {
  inFlight: SignedAmount,
  purse: SignedAmount,
  emergencyCredit: SignedAmount,
  arrears: SignedAmount,
  refunds: SignedAmount,
};

export const BalanceSchema = Type.Object(
  {
    meter: MeterNumber,
    zone: Type.String(),
    from: LocalDate,
    to: LocalDate,
    begin: Instant,
    end: Instant,
    asOf: Instant,
    opening: Type.Object(Accounts),
    points: Type.Array(
      Type.Object({
        posting: Type.Integer(),
        at: Instant,
        why: Type.String({ description: 'The kind of the posting: `sold`, `stored`, `spent`, `refunded`, …' }),
        order: Type.Optional(Id),
        change: Type.Object(Accounts),
        balance: Type.Object(Accounts, { description: 'After it.' }),
      }),
      { description: 'The oldest first.' },
    ),
    closing: Type.Object(Accounts),
  },
  {
    $id: 'BalanceHistory',
    description: 'The balance of a meter over time: opening + changes = closing, account by account.',
  },
);
export type BalanceJson = Static<typeof BalanceSchema>;

export const OutlookSchema = Type.Object(
  {
    meter: MeterNumber,
    asOf: Instant,
    daysKnown: Type.Integer({
      minimum: 0,
      maximum: 7,
      description: 'Of the last 35 days, at most 7, of which 23 hours or more are known.',
    }),
    dates: Type.Array(LocalDate),
    use: Type.Optional(
      Type.Object(
        {
          energyWhPerDay: Type.String({ pattern: '^[0-9]+\\.[0-9]$', description: 'Rounded down.' }),
          tokensPerDay: Type.String({ pattern: '^[0-9]+\\.[0-9]{2}$', description: 'Rounded up to hundredths.' }),
        },
        {
          description:
            'Of 1,440 minutes, as those that are known are on the average; absent where fewer than two days are known.',
        },
      ),
    ),
    balance: Type.Optional(Type.Object({ tokens: Amount, at: Instant })),
    lasts: Type.Optional(
      Type.Object(
        {
          minutes: Type.Integer({ description: 'Rounded down.' }),
          until: Instant,
          byWeekday: Type.Boolean({
            description: 'Whether each weekday counts as itself; else all days are like the mean of the last.',
          }),
          early: Type.Optional(
            Type.String({
              format: 'date-time',
              description: 'With `late`: between them it ends in 8 of 10 cases, as the last weeks went.',
            }),
          ),
          late: Type.Optional(Instant),
        },
        {
          description:
            'How long the balance is enough by what the weekdays of the last five weeks used, from when it was told; emergency credit is not counted. Absent where nothing can be said, or where nothing is used.',
        },
      ),
    ),
  },
  { $id: 'Outlook' },
);
export type OutlookJson = Static<typeof OutlookSchema>;

export const minutesJson = ({ svpmsn, supply, zone, asOf, days }: Minutes): MinutesJson => ({
  meter: svpmsnText(svpmsn),
  ...{ supply, zone, asOf: instantText(asOf) },
  days: days.map(({ date, start, energy, percents, bands, checks }) => ({
    ...{ date, start: instantText(start), energy: [...energy], percents: [...percents] },
    bands: bands.map(({ minute, band, surcharge }) => ({ minute, band, surchargePercent: surcharge })),
    checks: checks.map(({ reason, from, minutes, estimated }) => ({
      ...{ minute: from, minutes, reason },
      ...maybe('estimatedWh', estimated, (energy) => wattHoursText(energy)),
    })),
  })),
});

export const voltagesJson = ({ svpmsn, supply, zone, asOf, days }: Voltages): VoltagesJson => ({
  meter: svpmsnText(svpmsn),
  ...{ supply, zone, asOf: instantText(asOf) },
  days: days.map(({ date, start, millivolts, checks }) => ({
    ...{ date, start: instantText(start), millivolts: [...millivolts] },
    checks: checks.map(({ reason, from, minutes }) => ({ minute: from, minutes, reason })),
  })),
});

const accountsJson = ({ inFlight, purse, owed, arrears, refunds }: StatementBalance) => ({
  inFlight: String(inFlight),
  purse: String(purse),
  emergencyCredit: String(owed),
  arrears: String(arrears),
  refunds: String(refunds),
});

export const balanceJson = (history: BalanceHistory): BalanceJson => ({
  meter: svpmsnText(history.svpmsn),
  ...{ zone: history.zone, from: history.from, to: history.to },
  ...{ begin: instantText(history.begin), end: instantText(history.end), asOf: instantText(history.asOf) },
  opening: accountsJson(history.opening),
  points: history.points.map(({ posting, at, why, order, change, balance }) => ({
    ...{ posting, at: instantText(at), why },
    ...maybe('order', order, same),
    ...{ change: accountsJson(change), balance: accountsJson(balance) },
  })),
  closing: accountsJson(history.closing),
});

export const outlookJson = ({ svpmsn, asOf, dates, use, balance, lasts }: Outlook): OutlookJson => ({
  meter: svpmsnText(svpmsn),
  asOf: instantText(asOf),
  daysKnown: dates.length,
  dates: [...dates],
  ...maybe('use', use, ({ energyPerDay, centitokensPerDay }) => ({
    energyWhPerDay: wattHoursText(energyPerDay),
    tokensPerDay: `${centitokensPerDay / 100n}.${String(centitokensPerDay % 100n).padStart(2, '0')}`,
  })),
  ...maybe('balance', balance, ({ tokens, at }) => ({ tokens: String(tokens), at: instantText(at) })),
  ...maybe('lasts', lasts, ({ minutes, until, byWeekday, band }) => ({
    ...{ minutes, until: instantText(until), byWeekday },
    ...(band && { early: instantText(band.early), late: instantText(band.late) }),
  })),
});
