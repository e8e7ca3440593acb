import { type Static, Type } from 'typebox';
import type { PayeeAccount, Remittance } from '../../host/index.ts';
import { Amount, Id, Instant, instantText, Line, maybe, Name, OneOf, SignedAmount, Strict } from './common.ts';

export const Payee = Type.String({
  pattern: '^(seller|[0-9]{1,5}-[1-6])$',
  description: '`seller`, or the id of a provider of cards.',
});
const Direction = OneOf(['paid', 'received'], 'Whether the money went to the payee, or came from it.');
const RemittanceMethod = OneOf(['cash', 'bank-transfer', 'direct-debit']);
const PaidOn = Type.String({ format: 'date', description: 'As the bank has it.' });
const Reference = Line(1, 64);

export const NewRemittance = Strict({
  payee: Payee,
  amount: Amount,
  method: Type.Optional(RemittanceMethod),
  paidOn: PaidOn,
  reference: Reference,
  why: Name,
});
export const TakenRemittance = Strict({
  payee: Payee,
  amount: Amount,
  method: Type.Optional(RemittanceMethod),
  paidOn: PaidOn,
  reference: Reference,
});

export const RemittanceSchema = Type.Object(
  {
    id: Id,
    payee: Payee,
    direction: Direction,
    amount: Amount,
    method: RemittanceMethod,
    paidOn: PaidOn,
    reference: Reference,
    by: Type.String(),
    at: Instant,
    reversedAt: Type.Optional(Instant),
  },
  { $id: 'Remittance', description: 'Money that went to the seller or to a provider of cards, or came from them.' },
);
export type RemittanceJson = Static<typeof RemittanceSchema>;
export const remittanceJson = (remittance: Remittance): RemittanceJson => {
  const { id, payee, amount, method, paidOn, reference, by, at, reversedAt } = remittance;
  return {
    ...{ id, payee, direction: amount > 0n ? 'paid' : 'received', amount: String(amount > 0n ? amount : -amount) },
    ...{ method: method as RemittanceJson['method'], paidOn, reference, by, at: instantText(at) },
    ...maybe('reversedAt', reversedAt, instantText),
  };
};

/** Fields of how the utility stands with a payee. */
export const PayeeAccountFields = {
  owed: SignedAmount,
  paid: SignedAmount,
  due: Type.String({ description: 'owed - paid: below zero the payee owes it.' }),
};
export const payeeAccountJson = ({ owed, paid, due }: PayeeAccount) => ({
  ...{ owed: String(owed), paid: String(paid), due: String(due) },
});
export const PayeeAccountSchema = Type.Object(PayeeAccountFields, {
  $id: 'PayeeAccount',
  description: 'What a payee was ever owed, what was paid of it less what came back, and what is still due.',
});
export type PayeeAccountJson = Static<typeof PayeeAccountSchema>;
