import { type Static, Type } from 'typebox';
import { Amount, Id, Instant, MeterNumber, Name, OneOf, SignedAmount, Supply } from './common.ts';

/** `2026-03-01`, of local time. */
export const LocalDate = Type.String({ format: 'date', description: 'Of the local time of the utility.' });

const WattHours = Type.String({ pattern: '^[0-9]+\\.[0-9]$' });
const Minutes = Type.Integer({ minimum: 0 });

const Balance = (amount: typeof Amount) =>
  Type.Object({ inFlight: amount, purse: amount, emergencyCredit: amount, arrears: amount, refunds: amount });

const Trade = Type.Object({
  method: Type.String(),
  paid: Amount,
  energy: Amount,
  fixedCharge: Amount,
  arrears: SignedAmount,
  fee: Amount,
  tax: Amount,
});

export const StatementSchema = Type.Object(
  {
    meter: MeterNumber,
    subscriber: Id,
    zone: Type.String(),
    currency: Type.Object(
      { code: Type.String(), exponent: Type.Integer() },
      { description: 'A token is its minor unit.' },
    ),
    from: LocalDate,
    to: LocalDate,
    begin: Instant,
    end: Instant,
    asOf: Instant,
    opening: Balance(SignedAmount),
    entries: Type.Array(
      Type.Object({
        at: Instant,
        kind: OneOf(['sold', 'stored', 'refunded', 'found', 'from-card', 'closed', 'debt', 'paid-out', 'returned']),
        order: Type.Optional(Id),
        receipt: Type.Optional(Type.String()),
        trade: Type.Optional(Trade),
        change: Balance(SignedAmount),
      }),
      { description: 'What moved value, the oldest first.' },
    ),
    spent: SignedAmount,
    onEmergencyCredit: SignedAmount,
    closing: Balance(SignedAmount),
    days: Type.Array(
      Type.Object({
        date: LocalDate,
        profile: OneOf(['whole', 'part', 'none'], 'How much of its load profile was collected.'),
        minutes: Minutes,
        missingMinutes: Minutes,
        uncertainMinutes: Minutes,
        energyWh: WattHours,
        used: Amount,
        spent: SignedAmount,
        balance: Balance(SignedAmount),
      }),
    ),
    steps: Type.Array(
      Type.Object({
        supply: Supply,
        tariff: Type.Union([Name, Type.Literal('')]),
        version: Type.Integer({ description: '0: before the first tariff.' }),
        unitCharge: Amount,
        percent: Type.Integer(),
        surchargePercent: Type.Integer(),
        minutes: Minutes,
        watts: Type.Integer({ description: 'Mean, rounded down.' }),
        energyWh: WattHours,
        charge: Type.String({ pattern: '^[0-9]+\\.[0-9]{11}$', description: 'Tokens, exact.' }),
        used: Amount,
      }),
    ),
    used: Amount,
    energyWh: WattHours,
    differences: Type.Array(
      Type.Object({
        kind: OneOf(['used-before', 'not-told-yet', 'without-minutes', 'fractions', 'unexplained']),
        tokens: SignedAmount,
        energyWh: Type.Optional(WattHours),
        unknownMinutes: Type.Optional(Minutes),
      }),
      { description: 'Used and these together are spent.' },
    ),
  },
  { $id: 'Statement', description: 'A balance explained: opening + entries - spent = closing, for each account.' },
);
export type StatementJson = Static<typeof StatementSchema>;
