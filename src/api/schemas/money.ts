import { type Static, Type } from 'typebox';
import {
  type Agreement,
  type Contract,
  type Dues,
  type Instrument,
  type IssuedReceipt,
  orderOfPayment,
  type PaymentAnswered,
  parseSignedReceipt,
  placeOfPurse,
  type Quote,
  receiptQrText,
  type Terms,
  type Traded,
  type TradeParts,
} from '../../host/index.ts';
import { regionText, svpmsnText } from '../../units/index.ts';
import {
  bytesOf,
  hexOf,
  Id,
  Instant,
  instantText,
  Line,
  MeterNumber,
  maybe,
  Name,
  OneOf,
  Strict,
  same,
} from './common.ts';
import { OrderSchema, orderJson } from './orders.ts';
import { SaleTargetFields } from './sale-target.ts';

const METHODS = ['cash', 'card', 'bank-transfer', 'direct-debit', 'wallet', 'payment-service'] as const;
const ALL_METHODS = [...METHODS, 'voucher'] as const;
export const Method = OneOf(ALL_METHODS, 'How the money comes in.');
/** What somebody may say of money that they took themselves: a voucher pays by its number alone. */
export const TakenMethod = OneOf(METHODS, 'How the money came in: cash where nothing is said.');

/** Of money: minor units of the currency of the terms, of which one is a token. */
export const Money = Type.String({ pattern: '^(0|[1-9][0-9]{0,18})$', description: 'Minor units of the currency.' });
export const SignedMoney = Type.String({
  pattern: '^(0|-?[1-9][0-9]{0,18})$',
  description: 'Minor units of the currency.',
});

const Parts = {
  paid: Money,
  energy: Type.String({ description: 'Whole tokens for the meter.' }),
  fixedCharge: Money,
  arrears: Type.String({ description: 'Recovered; negative where something was put on them.' }),
  fee: Money,
  tax: Money,
};

const partsJson = ({ paid, energy, fixedCharge, arrears, fee, tax }: TradeParts) => ({
  paid: String(paid),
  energy: String(energy),
  fixedCharge: String(fixedCharge),
  arrears: String(arrears),
  fee: String(fee),
  tax: String(tax),
});

export const NewPurchase = Strict({
  meter: MeterNumber,
  paid: Money,
  method: Type.Optional(TakenMethod),
});

export const PurchaseSchema = Type.Object(
  {
    ...Parts,
    method: Method,
    at: Instant,
    paidOutAt: Type.Optional(Instant),
    order: OrderSchema,
  },
  { $id: 'Purchase', description: 'A sale for money: what the payment was made of, and the order of its tokens.' },
);
export type PurchaseJson = Static<typeof PurchaseSchema>;

export const purchaseJson = ({ order, trade }: Traded): PurchaseJson => ({
  ...partsJson(trade),
  method: trade.method,
  at: instantText(trade.at),
  ...maybe('paidOutAt', trade.paidOutAt, instantText),
  order: orderJson(order),
});

export const DuesSchema = Type.Object(
  { meter: MeterNumber, arrears: SignedMoney, fixedCharge: Money },
  { $id: 'Dues', description: 'What a meter owes beside its energy; fixed charges are without tax.' },
);
export type DuesJson = Static<typeof DuesSchema>;

export const duesJson = (meter: string, { arrears, fixedCharge }: Dues): DuesJson => ({
  meter,
  arrears: String(arrears),
  fixedCharge: String(fixedCharge),
});

const Share = Type.Integer({ minimum: 0, maximum: 10_000, description: 'Hundredths of a percent.' });
const Charge = Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'Minor units of the currency.' });
const Fee = Strict({ fixed: Charge, basisPoints: Share });
export const Currency = Strict({
  code: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217.' }),
  number: Type.Integer({ minimum: 0, maximum: 999, description: 'ISO 4217.' }),
  exponent: Type.Integer({ minimum: 0, maximum: 4, description: 'Decimal digits of the minor unit.' }),
});

export const NewTerms = Strict({
  currency: Currency,
  taxBasisPoints: Share,
  fixedChargePerMonth: Charge,
  recoveryPercentMax: Type.Integer({ minimum: 0, maximum: 100 }),
  fees: Strict(Object.fromEntries(ALL_METHODS.map((method) => [method, Type.Optional(Fee)]))),
});
export const TermsSchema = Type.Object(
  { ...NewTerms.properties },
  { $id: 'Terms', description: 'What becomes of a payment, from when they are published until the next are.' },
);
export type TermsJson = Static<typeof TermsSchema>;

export const termsOf = (json: TermsJson): Terms => json as Terms;
export const termsJson = (terms: Terms): TermsJson => terms as TermsJson;

export const QuoteSchema = Type.Object(
  { meter: MeterNumber, ...Parts, due: Strict({ arrears: SignedMoney, fixedCharge: Money }), currency: Currency },
  { $id: 'Quote', description: 'What a payment would be made of now; nothing is sold.' },
);
export type QuoteJson = Static<typeof QuoteSchema>;

export const quoteJson = ({ svpmsn, dues, terms, ...parts }: Quote): QuoteJson => ({
  meter: svpmsnText(svpmsn),
  ...partsJson(parts),
  due: { arrears: String(dues.arrears), fixedCharge: String(dues.fixedCharge) },
  currency: terms.currency,
});

export const ReceiptSchema = Type.Object(
  {
    number: Type.String(),
    issuedAt: Instant,
    signed: Type.String({ description: 'JSON with the signature.' }),
    qr: Type.Optional(
      Type.String({ description: 'The same in the characters of a QR code; absent if it cannot be read.' }),
    ),
  },
  { $id: 'Receipt', description: '`wattpurse receipt verify` checks it off line; the last one of a purchase stands.' },
);
export type ReceiptJson = Static<typeof ReceiptSchema>;

export const receiptJson = ({ id, issuedAt, text }: IssuedReceipt): ReceiptJson => ({
  number: id,
  issuedAt: instantText(issuedAt),
  signed: text,
  ...maybe('qr', qrOf(text), same),
});

function qrOf(text: string): string | undefined {
  const signed = parseSignedReceipt(text);
  return 'reason' in signed ? undefined : receiptQrText(signed);
}

const Account = Type.Union([
  Strict({ type: Type.Literal('mandate'), reference: Line(1, 35) }),
  Strict({ type: Type.Literal('token'), token: Line(1, 128) }),
]);

/** No field of it is ever stored, logged, or part of an answer. */
const InstrumentSchema = Type.Union([
  Strict({
    type: Type.Literal('card'),
    pan: Type.String({ pattern: '^[0-9]{12,19}$' }),
    expiry: Type.String({ pattern: '^[0-9]{2}(0[1-9]|1[0-2])$', description: 'YYMM' }),
    chip: Type.Optional(
      Strict(
        {
          data: Type.String({ pattern: '^([0-9a-f]{2}){1,255}$', description: 'Field 55: BER-TLV in hex.' }),
          sequence: Type.Optional(Type.Integer({ minimum: 0, maximum: 99, description: 'Of the card, 5F34.' })),
          track2: Type.Optional(
            Type.String({
              pattern: '^(?=.{1,37}$)[0-9]{12,19}=[0-9]{7,24}$',
              description: 'Equivalent of its stripe.',
            }),
          ),
        },
        { description: 'Where its chip was read: the payment then waits for what the chip says to its bank.' },
      ),
    ),
  }),
  Strict({ type: Type.Literal('wallet'), number: Type.String({ pattern: '^[0-9]{6,15}$' }) }),
  ...Account.anyOf,
]);

export const NewPayment = Strict({ ...SaleTargetFields, paid: Money, port: Name, instrument: InstrumentSchema });
export function instrumentOf(json: Static<typeof InstrumentSchema>): Instrument {
  if (json.type !== 'card') return json;
  const { chip, ...card } = json;
  return chip === undefined ? card : { ...card, chip: { ...chip, data: bytesOf(chip.data) } };
}

export const ChipSaid = Strict({
  outcome: OneOf(
    ['approved', 'declined'],
    'Whether the chip agreed (TC) to what its bank approved; what was pulled before that has declined.',
  ),
});

export const PaymentSchema = Type.Object(
  {
    id: Id,
    ...SaleTargetFields,
    port: Type.String(),
    method: Method,
    paid: Money,
    at: Instant,
    state: OneOf(
      [
        ...(['asked', 'pending', 'approved', 'capturing', 'captured', 'reversing', 'reversed'] as const),
        ...(['declined', 'returned', 'stuck'] as const),
      ],
      'Its value is in the meter when it is captured; on the card, or waits for it, where it is for one.',
    ),
    approval: Type.Optional(Type.String({ description: 'The approval number AN.' })),
    shown: Type.Optional(Type.String({ description: 'Names what paid, for people.' })),
    why: Type.Optional(Type.String()),
    order: Type.String({ description: 'The order that it becomes.' }),
    chip: Type.Optional(
      Type.Object(
        {
          code: Type.String({ description: 'Field 39, for 8A.' }),
          data: Type.Optional(Type.String({ description: 'Field 55: BER-TLV in hex.' })),
        },
        { description: 'What the bank of the card says to its chip; told once, with the first answer.' },
      ),
    ),
  },
  { $id: 'Payment' },
);
export type PaymentJson = Static<typeof PaymentSchema>;

function cardPlaceJson(purse: string) {
  const { card, region } = placeOfPurse(purse);
  return { card, region: regionText(region) };
}

export const paymentJson = (payment: PaymentAnswered): PaymentJson => ({
  id: payment.id,
  ...maybe('meter', payment.svpmsn, svpmsnText),
  ...(payment.purse !== undefined && cardPlaceJson(payment.purse)),
  port: payment.port,
  method: payment.method,
  paid: String(payment.paid),
  at: instantText(payment.at),
  state: payment.state,
  ...maybe('approval', payment.approval, same),
  ...maybe('shown', payment.shown, same),
  ...maybe('why', payment.why, same),
  order: orderOfPayment(payment.id),
  ...maybe('chip', payment.chip, ({ code, data }) => ({
    code,
    ...maybe('data', data, hexOf),
  })),
});

export const PaymentPortSchema = Type.Object({ name: Type.String(), method: Method }, { $id: 'PaymentPort' });
export type PaymentPortJson = Static<typeof PaymentPortSchema>;

export const NewContract = Strict({
  threshold: Type.String({ pattern: '^[1-9][0-9]{0,9}$', description: 'Tokens: a transfer begins at this balance.' }),
  paid: Money,
  port: Name,
  account: Account,
  perDayMax: Money,
  perMonthMax: Money,
});
export const agreementOf = (meter: number, json: Static<typeof NewContract>): Agreement => ({
  meter,
  threshold: Number(json.threshold),
  paid: Number(json.paid),
  port: json.port,
  account: json.account,
  perDayMax: Number(json.perDayMax),
  perMonthMax: Number(json.perMonthMax),
});

export const ContractSchema = Type.Object(
  {
    meter: MeterNumber,
    threshold: Type.String({ description: 'Tokens.' }),
    paid: Money,
    port: Type.String(),
    account: OneOf(['mandate', 'token']),
    perDayMax: Money,
    perMonthMax: Money,
    agreedAt: Instant,
    transfers: Type.Integer({ description: 'How many were ever begun.' }),
  },
  { $id: 'Contract', description: 'Automatic transfer when the balance falls to the threshold.' },
);
export type ContractJson = Static<typeof ContractSchema>;

export const contractJson = (contract: Contract): ContractJson => ({
  meter: svpmsnText(contract.svpmsn),
  threshold: String(contract.threshold),
  paid: String(contract.paid),
  port: contract.port,
  account: contract.account.type,
  perDayMax: String(contract.perDayMax),
  perMonthMax: String(contract.perMonthMax),
  agreedAt: instantText(contract.agreedAt),
  transfers: contract.count,
});
