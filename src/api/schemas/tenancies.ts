import { type Static, Type } from 'typebox';
import type { PersonDues, Tenancy } from '../../host/index.ts';
import { svpmsnText } from '../../units/index.ts';
import { Amount, Id, Instant, instantText, MeterNumber, maybe, OneOf, SignedAmount, Strict, same } from './common.ts';
import { Money } from './money.ts';

export const TenancySchema = Type.Object(
  {
    id: Id,
    meter: MeterNumber,
    subscriber: Id,
    movedInAt: Instant,
    state: OneOf(['living', 'leaving', 'left'], '`leaving` until the meter told its last reading and all was settled.'),
    askedAt: Type.Optional(Instant),
    next: Type.Optional(MeterNumber),
    leftAt: Type.Optional(Instant),
    reading: Type.Optional(
      OneOf(['proved', 'last-proved'], 'Told by the meter as they left; or the balance last proved, of a dead one.'),
    ),
    readAt: Type.Optional(Instant),
    balance: Type.Optional(Amount),
    owed: Type.Optional(Amount),
    energyWh: Type.Optional(Type.String({ pattern: '^[0-9]+\\.[0-9]$', description: 'Ever imported, as last told.' })),
    energyAt: Type.Optional(Instant),
    settled: Type.Optional(SignedAmount),
    carried: Type.Optional(Amount),
    refund: Type.Optional(Amount),
    paidOutAt: Type.Optional(Instant),
  },
  {
    $id: 'Tenancy',
    description:
      'A household at a meter. `balance`, what was left in the purse, is `settled`, with which dues were paid (negative where too much of them was), and `carried` to their next meter, and `refund`; `owed` is emergency credit that was put on their arrears.',
  },
);
export type TenancyJson = Static<typeof TenancySchema>;

export const MoveOutBody = Strict({
  next: Type.Optional(MeterNumber),
  dead: Type.Optional(Type.Boolean({ description: 'The meter does not answer, and will not any more.' })),
});
export const MoveInBody = Strict({ subscriber: Id });

export const PersonDuesSchema = Type.Object(
  {
    subscriber: Id,
    arrears: SignedAmount,
    fixedCharge: Amount,
    due: Amount,
  },
  {
    $id: 'SubscriberDues',
    description:
      'What a household owes that left its meter, until it has another; `due` is all of it with tax: as much as is taken at most.',
  },
);

export const DuesPaymentBody = Strict({ paid: Money, method: OneOf(['cash', 'bank-transfer']), reference: Id });

export type SubscriberDuesJson = Static<typeof PersonDuesSchema>;

export const tenancyJson = (tenancy: Tenancy): TenancyJson => ({
  id: tenancy.id,
  meter: svpmsnText(tenancy.svpmsn),
  subscriber: tenancy.subscriber,
  movedInAt: instantText(tenancy.movedInAt),
  state: tenancy.state,
  ...maybe('askedAt', tenancy.askedAt, instantText),
  ...maybe('next', tenancy.next, svpmsnText),
  ...maybe('leftAt', tenancy.leftAt, instantText),
  ...maybe('reading', tenancy.reading, same),
  ...maybe('readAt', tenancy.readAt, instantText),
  ...maybe('balance', tenancy.balance, String),
  ...maybe('owed', tenancy.owed, String),
  ...maybe('energyWh', tenancy.register, (register) => (register / TENTHS).toFixed(1)),
  ...maybe('energyAt', tenancy.registerAt, instantText),
  ...maybe('settled', tenancy.settled, String),
  ...maybe('carried', tenancy.carried, String),
  ...maybe('refund', tenancy.refund, String),
  ...maybe('paidOutAt', tenancy.paidOutAt, instantText),
});
const TENTHS = 10;

export const personDuesJson = (subscriber: string, { arrears, fixedCharge, due }: PersonDues): SubscriberDuesJson => ({
  subscriber,
  arrears: String(arrears),
  fixedCharge: String(fixedCharge),
  due: String(due),
});
