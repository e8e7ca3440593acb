import { type Static, Type } from 'typebox';
import type { Approval, Books, NumberedOrder, NumberedPosting, Revival, Totalled } from '../../host/index.ts';
import { assertNever, type Region, regionText, type Svpmsn, svpmsnText } from '../../units/index.ts';
import {
  Amount,
  CardNumber,
  Id,
  Instant,
  instantText,
  MeterNumber,
  maybe,
  OneOf,
  RegionName,
  SignedAmount,
  same,
} from './common.ts';

export const OrderSchema = Type.Object(
  {
    id: Id,
    number: Type.Integer({ description: 'Of all orders, as they came.' }),
    meter: MeterNumber,
    operation: OneOf(['credit', 'close']),
    amount: Amount,
    source: Type.String(),
    txid: Type.String({ description: 'The name of the transaction on the line, 16 hex digits.' }),
    state: OneOf(['waiting', 'outstanding', 'voiding', 'stored', 'refunded', 'closed', 'found']),
    why: Type.Optional(OneOf(['full', 'voided'])),
    counter: Type.Optional(Type.Integer({ description: 'TC, once it is on its way.' })),
    orderedAt: Instant,
    settledAt: Type.Optional(Instant),
  },
  { $id: 'Order' },
);
export type OrderJson = Static<typeof OrderSchema>;

export const orderJson = (order: NumberedOrder): OrderJson => ({
  id: order.id,
  number: order.sequence,
  meter: svpmsnText(order.svpmsn),
  operation: order.op,
  amount: String(order.amount),
  source: order.source,
  txid: order.txid,
  state: order.state,
  ...maybe('why', order.why, same),
  ...maybe('counter', order.counter, same),
  orderedAt: instantText(order.orderedAt),
  ...maybe('settledAt', order.settledAt, instantText),
});

const Proposed = Type.Union([
  Type.Object({ type: Type.Literal('void'), order: Id }),
  Type.Object({ type: Type.Literal('manual-credit'), meter: MeterNumber, amount: Amount }),
  Type.Object({ type: Type.Literal('key-change'), meter: MeterNumber, purpose: OneOf(['value', 'control']) }),
  Type.Object({ type: Type.Literal('revival'), meter: MeterNumber }),
  Type.Object({ type: Type.Literal('card-void'), order: Id }),
  Type.Object({ type: Type.Literal('card-credit'), card: CardNumber, region: RegionName, amount: Amount }),
  Type.Object({ type: OneOf(['card-closing', 'card-release']), card: CardNumber, region: RegionName }),
  Type.Object({ type: Type.Literal('card-recovery'), card: CardNumber }),
  Type.Object({
    ...{ type: Type.Literal('remittance'), payee: Type.String(), amount: Amount, method: Type.String() },
    ...{ paidOn: Type.String(), reference: Type.String() },
  }),
  Type.Object({ type: Type.Literal('remittance-reversal'), remittance: Id }),
  Type.Object({
    ...{ type: Type.Literal('voucher-batch'), batch: Type.String(), count: Type.Integer(), value: Amount },
    expiresAt: Instant,
  }),
  Type.Object({
    ...{ type: Type.Literal('voucher-void'), batch: Type.String(), first: Type.Integer(), last: Type.Integer() },
  }),
]);

export const ApprovalSchema = Type.Object(
  {
    id: Id,
    proposal: Proposed,
    why: Type.String(),
    state: OneOf(['waiting', 'approved', 'refused']),
    askedBy: Type.String(),
    askedAt: Instant,
    decidedBy: Type.Optional(Type.String()),
    decidedAt: Type.Optional(Instant),
  },
  { $id: 'Approval', description: 'What needs two people: one asks, another approves.' },
);
export type ApprovalJson = Static<typeof ApprovalSchema>;

export const approvalJson = (approval: Approval): ApprovalJson => ({
  id: approval.id,
  proposal: proposedJson(approval.proposal),
  why: approval.why,
  state: approval.state,
  askedBy: approval.askedBy,
  askedAt: instantText(approval.askedAt),
  ...maybe('decidedBy', approval.decidedBy, same),
  ...maybe('decidedAt', approval.decidedAt, instantText),
});

function proposedJson(proposal: Approval['proposal']): ApprovalJson['proposal'] {
  const meter = (number: number) => svpmsnText(number as Svpmsn);
  switch (proposal.type) {
    case 'void':
      return { type: 'void', order: proposal.order };
    case 'manual-credit':
      return { type: 'manual-credit', meter: meter(proposal.meter), amount: String(proposal.amount) };
    case 'key-change':
      return { type: 'key-change', meter: meter(proposal.meter), purpose: proposal.purpose };
    case 'revival':
      return { type: 'revival', meter: meter(proposal.meter) };
    case 'card-void':
      return { type: 'card-void', order: proposal.order };
    case 'card-credit': {
      const { type, card, region, amount } = proposal;
      return { type, card, region: regionText(region as Region), amount: String(amount) };
    }
    case 'card-closing':
    case 'card-release':
      return { type: proposal.type, card: proposal.card, region: regionText(proposal.region as Region) };
    case 'card-recovery':
      return { type: 'card-recovery', card: proposal.card };
    case 'remittance': {
      const { type, payee, amount, method, paidOn, reference } = proposal;
      return { type, payee, amount: String(amount), method, paidOn, reference };
    }
    case 'remittance-reversal':
      return { type: proposal.type, remittance: proposal.remittance };
    case 'voucher-batch': {
      const { type, batch, count, value, expiresAt } = proposal;
      return { type, batch, count, value: String(value), expiresAt: instantText(expiresAt) };
    }
    case 'voucher-void': {
      const { type, batch, first, last } = proposal;
      return { type, batch, first, last };
    }
    default:
      return assertNever(proposal);
  }
}

const Totals = {
  issued: Amount,
  stored: Amount,
  inFlight: SignedAmount,
  refunded: Amount,
  found: SignedAmount,
  fromCards: Amount,
  closed: Amount,
  spent: Amount,
  owed: SignedAmount,
  valueInMeters: SignedAmount,
  revenue: Type.Object(
    {
      steps: Type.Array(Type.Object({ percent: Type.Integer(), tokens: SignedAmount })),
      unread: SignedAmount,
    },
    {
      description:
        'What was spent by step of the tariff, in percent of its charge, and in minutes that no load profile told yet; together it is what was spent.',
    },
  ),
};

export const BooksSchema = Type.Object(
  {
    ...Totals,
    balanced: Type.Boolean({
      description:
        'issued = stored + in flight + refunded; stored + found + from cards + owed = spent + value in meters + closed; all lines sum to zero.',
    }),
  },
  { $id: 'Books' },
);
export type BooksJson = Static<typeof BooksSchema>;
export const MeterBooksSchema = Type.Object({ meter: MeterNumber, ...Totals }, { $id: 'MeterBooks' });

export const totalsJson = (totals: Totalled & Pick<Books, 'revenue'>) => ({
  issued: String(totals.issued),
  stored: String(totals.stored),
  inFlight: String(totals.inFlight),
  refunded: String(totals.refunded),
  found: String(totals.found),
  fromCards: String(totals.fromCards),
  closed: String(totals.closed),
  spent: String(totals.spent),
  owed: String(totals.owed),
  valueInMeters: String(totals.valueInMeters),
  revenue: {
    steps: totals.revenue.steps.map(({ percent, tokens }) => ({ percent, tokens: String(tokens) })),
    unread: String(totals.revenue.unread),
  },
});

export const PostingSchema = Type.Object(
  {
    number: Type.Integer(),
    kind: Type.String(),
    at: Instant,
    meter: Type.Optional(MeterNumber),
    order: Type.Optional(Id),
    lines: Type.Array(
      Type.Object({
        account: Type.String(),
        amount: Type.String({ pattern: '^-?[0-9]+$', description: 'Tokens; positive is debit, negative is credit.' }),
      }),
    ),
  },
  { $id: 'Posting', description: 'One entry of the ledger; its lines sum to zero.' },
);
export type PostingJson = Static<typeof PostingSchema>;

export const postingJson = (posting: NumberedPosting): PostingJson => ({
  number: posting.sequence,
  kind: posting.kind,
  at: instantText(posting.at),
  ...maybe('meter', posting.svpmsn, svpmsnText),
  ...maybe('order', posting.order, same),
  lines: posting.lines.map(({ account, amount }) => ({ account, amount: String(amount) })),
});

export const RevivalSchema = Type.Object(
  {
    erased: Type.Boolean({ description: 'The meter told that its keys are erased.' }),
    asked: Type.Optional(
      Type.Object(
        { approval: Id, by: Type.String(), at: Instant, why: Type.String() },
        { description: 'Who asked for it, where nobody has decided yet.' },
      ),
    ),
    clearing: Type.Optional({
      ...OneOf(['awaiting-local-unit', 'waiting', 'done', 'refused']),
      description: 'The command that clears its tamper: it waits until the meter has its keys.',
    }),
  },
  { $id: 'Revival', description: 'How far the revival of a meter is whose case was opened.' },
);
export type RevivalJson = Static<typeof RevivalSchema>;

export const revivalJson = ({ isErased, asked, clearing }: Revival): RevivalJson => ({
  erased: isErased,
  ...(asked && {
    asked: { approval: asked.id, by: asked.askedBy, at: instantText(asked.askedAt), why: asked.why },
  }),
  ...(clearing && { clearing: clearing.state }),
});
