import { type Static, Type } from 'typebox';
import type { Voucher, VoucherBatch, VoucherSale, VouchersChanged } from '../../host/index.ts';
import { AgentId } from './agents.ts';
import { Instant, instantText, maybe, Name, OneOf, Strict, same } from './common.ts';
import { Method, Money, TakenMethod } from './money.ts';

const PLACE_MAX = 5_000;
export const BatchId = Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,23}$' });
export const Serial = Type.String({
  pattern: '^[a-z0-9][a-z0-9.-]{0,23}\\.[0-9]{5}$',
  description: 'The batch, and the place of the voucher in it.',
});
const Place = Type.Integer({ minimum: 1, maximum: PLACE_MAX });
const Range = { batch: BatchId, first: Place, last: Place };

export const NewVoucherBatch = Strict({
  batch: BatchId,
  count: Place,
  value: Type.String({ pattern: '^[1-9][0-9]{0,9}$', description: 'Of each: minor units of the currency.' }),
  expiresAt: Instant,
  why: Name,
});
export const VoucherVoid = Strict({ ...Range, why: Name });
export const VoucherBlock = Strict({ ...Range, blocked: Type.Boolean() });
export const NewVoucherSale = Strict({
  ...Range,
  agent: Type.Optional(AgentId),
  method: Type.Optional(TakenMethod),
});
/** `cash` where nothing is said of anybody else. */
export const voucherSaleOf = ({ agent, method = 'cash', ...range }: Static<typeof NewVoucherSale>): VoucherSale =>
  agent === undefined ? { ...range, method } : { ...range, agent };

export const VoucherNumber = Strict({
  number: Type.String({ minLength: 1, maxLength: 32, description: 'Sixteen digits, in fours or not.' }),
});

export const VoucherBatchSchema = Type.Object(
  {
    id: BatchId,
    count: Place,
    value: Money,
    expiresAt: Instant,
    by: Type.String({ description: 'Who asked for it.' }),
    approvedAt: Instant,
    printedAt: Type.Optional(Instant),
  },
  {
    $id: 'VoucherBatch',
    description: 'Vouchers that two people agreed to; their numbers are told once, to be printed.',
  },
);
export type VoucherBatchJson = Static<typeof VoucherBatchSchema>;

export const voucherBatchJson = (batch: VoucherBatch): VoucherBatchJson => ({
  ...{ id: batch.id, count: batch.count, value: String(batch.value), expiresAt: instantText(batch.expiresAt) },
  ...{ by: batch.by, approvedAt: instantText(batch.approvedAt) },
  ...maybe('printedAt', batch.printedAt, instantText),
});

export const VoucherSchema = Type.Object(
  {
    serial: Serial,
    batch: BatchId,
    value: Money,
    expiresAt: Instant,
    state: OneOf(['printed', 'sold', 'blocked', 'void'], 'It pays where it is sold.'),
    soldAt: Type.Optional(Instant),
    agent: Type.Optional(AgentId),
    method: Type.Optional(Method),
    payment: Type.Optional(Type.String({ description: 'The payment that it is in, or was taken for.' })),
    redeemedAt: Type.Optional(Instant),
  },
  { $id: 'Voucher', description: 'A number on paper that pays once; the number is kept nowhere.' },
);
export type VoucherJson = Static<typeof VoucherSchema>;

export const voucherJson = (voucher: Voucher): VoucherJson => ({
  ...{ serial: voucher.id, batch: voucher.batch, value: String(voucher.value) },
  ...{ expiresAt: instantText(voucher.expiresAt), state: voucher.state },
  ...maybe('soldAt', voucher.soldAt, instantText),
  ...maybe('agent', voucher.agent, same),
  ...maybe('method', voucher.method, same),
  ...maybe('payment', voucher.payment, same),
  ...maybe('redeemedAt', voucher.redeemedAt, instantText),
});

export const VouchersChangedSchema = Type.Object(
  {
    ...Range,
    value: Type.String({ description: 'Of all of them: minor units.' }),
    state: VoucherSchema.properties.state,
  },
  { $id: 'VouchersChanged', description: 'What was done with some vouchers that follow each other.' },
);
export type VouchersChangedJson = Static<typeof VouchersChangedSchema>;

export const vouchersChangedJson = ({ batch, first, last, vouchers }: VouchersChanged): VouchersChangedJson => ({
  ...{ batch, first, last, value: String(vouchers.reduce((sum, { value }) => sum + BigInt(value), 0n)) },
  state: (vouchers[0] as Voucher).state,
});
