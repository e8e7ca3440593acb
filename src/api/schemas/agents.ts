import { type Static, Type } from 'typebox';
import {
  type Agent,
  type AgentMember,
  type CardProvider,
  type CardPurse,
  type Dues,
  differenceOf,
  expectedOf,
  type IssuedCard,
  type MeterView,
  placeOfPurse,
  type Shift,
  type Subscriber,
  type Terms,
  type VendView,
} from '../../host/index.ts';
import { regionText, svpmsnText } from '../../units/index.ts';
import { CardOrderSchema, cardOrderJson } from './cards.ts';
import {
  CardNumber,
  Id,
  Instant,
  instantText,
  MeterNumber,
  maybe,
  Name,
  OneOf,
  RegionName,
  Strict,
  same,
} from './common.ts';
import { Currency, Money, PurchaseSchema, purchaseJson, SignedMoney, TakenMethod } from './money.ts';
import { SaleTargetFields } from './sale-target.ts';

export const AgentId = Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{0,31}$' });
const Commission = Type.Integer({
  minimum: 0,
  maximum: 10_000,
  description: 'Of what is paid for each sale, in hundredths of a percent.',
});

export const AgentSchema = Type.Object(
  {
    id: AgentId,
    name: Name,
    commissionBasisPoints: Commission,
    float: Money,
    createdAt: Instant,
    closedAt: Type.Optional(Instant),
  },
  { $id: 'Agent', description: 'A shop or a kiosk that sells out of a float that it paid in before.' },
);
export type AgentJson = Static<typeof AgentSchema>;

export const agentJson = ({ id, name, commissionBasisPoints, balance, createdAt, closedAt }: Agent): AgentJson => ({
  ...{ id, name, commissionBasisPoints, float: String(balance) },
  createdAt: instantText(createdAt),
  ...maybe('closedAt', closedAt, instantText),
});

export const NewAgent = Strict({ id: AgentId, name: Name, commissionBasisPoints: Commission });
export const AgentChange = Strict({
  commissionBasisPoints: Type.Optional(Commission),
  closed: Type.Optional(Type.Boolean({ description: 'A closed agent sells no more, and its float is paid back.' })),
});
export const FloatMove = Strict({
  direction: OneOf(['pay-in', 'pay-back']),
  amount: Money,
  method: TakenMethod,
  reference: Id,
});

export const AgentMemberSchema = Type.Object(
  { id: Id, agent: AgentId },
  { $id: 'AgentMember', description: 'Who sells for an agent: a login, or `key:` and the id of an API key.' },
);
export type AgentMemberJson = Static<typeof AgentMemberSchema>;
export const memberJson = ({ id, agent }: AgentMember): AgentMemberJson => ({ id, agent });

export const Reference = Type.String({
  pattern: '^[A-Za-z0-9._-]{8,64}$',
  description: 'The Idempotency-Key under which it was, or would have been, sold.',
});
export const NewVend = Strict({ ...SaleTargetFields, paid: Money, method: Type.Optional(TakenMethod) });

export const VendSchema = Type.Object(
  {
    reference: Reference,
    agent: AgentId,
    ...SaleTargetFields,
    outcome: OneOf(
      ['sold', 'stored', 'reversing', 'reversed'],
      'On its way to meter or card; there; they decide whether it is; not there, and the money is in the float.',
    ),
    paid: Money,
    commission: Money,
    at: Instant,
    confirmedAt: Type.Optional(Instant),
    reversedAt: Type.Optional(Instant),
    purchase: Type.Optional(PurchaseSchema),
    cardOrder: Type.Optional(CardOrderSchema),
  },
  {
    $id: 'Vend',
    description: 'A sale by an agent; without a purchase or a card order it was reversed before it came.',
  },
);
export type VendJson = Static<typeof VendSchema>;

export const vendJson = ({ vend, outcome, sale, cardOrder }: VendView): VendJson => ({
  ...{ reference: vend.reference, agent: vend.agent },
  ...maybe('meter', vend.svpmsn, svpmsnText),
  ...(vend.purse !== undefined && placeJson(vend.purse)),
  outcome,
  ...{ paid: String(vend.paid), commission: String(vend.commission), at: instantText(vend.at) },
  ...maybe('confirmedAt', vend.confirmedAt, instantText),
  ...maybe('reversedAt', vend.reversedAt, instantText),
  ...maybe('purchase', sale, purchaseJson),
  ...maybe('cardOrder', cardOrder, cardOrderJson),
});

function placeJson(purse: string): Pick<VendJson, 'card' | 'region'> {
  const { card, region } = placeOfPurse(purse);
  return { card, region: regionText(region) };
}

export const LookupSchema = Type.Object(
  {
    meter: MeterNumber,
    name: Type.String({ description: 'Of the subscriber, of each word its first letter.' }),
    takesValue: Type.Boolean(),
    due: Strict({ arrears: SignedMoney, fixedCharge: Money }),
    currency: Currency,
  },
  { $id: 'VendLookup', description: 'What a customer is asked whether it is theirs, before they pay.' },
);
export type LookupJson = Static<typeof LookupSchema>;

export const lookupJson = (
  { meter, purse }: MeterView,
  { name }: Subscriber,
  { arrears, fixedCharge }: Dues,
  { currency }: Terms,
): LookupJson => ({
  meter: svpmsnText(meter.svpmsn),
  name: masked(name),
  takesValue: purse.state === 'open' && purse.freeze === undefined,
  due: { arrears: String(arrears), fixedCharge: String(fixedCharge) },
  currency,
});

export const CardLookupSchema = Type.Object(
  {
    card: CardNumber,
    region: RegionName,
    provider: Name,
    name: Type.String({ description: 'Of the subscriber, of each word its first letter.' }),
    takesValue: Type.Boolean(),
    currency: Currency,
  },
  { $id: 'VendCardLookup', description: 'The same of a card, and whose value it would be sold.' },
);
export type CardLookupJson = Static<typeof CardLookupSchema>;

export const cardLookupJson = (
  card: IssuedCard,
  { region, freeze }: CardPurse,
  provider: Pick<CardProvider, 'name'>,
  { name }: Subscriber,
  { currency }: Terms,
): CardLookupJson => ({
  ...{ card: card.id, region: regionText(region), provider: provider.name, name: masked(name) },
  takesValue: card.state === 'active' && freeze === undefined,
  currency,
});

/** `Kim Lee` is `K*** L***`: enough to find that a number was mistyped, and not to learn who lives where. */
export const masked = (name: string): string =>
  name
    .split(/\s+/u)
    .filter((word) => word !== '')
    .map((word) => `${[...word][0]}***`)
    .join(' ');

export const ShiftSchema = Type.Object(
  {
    id: Id,
    person: Type.String(),
    agent: Type.Optional(AgentId),
    openedAt: Instant,
    opening: Money,
    taken: Money,
    paidOut: Money,
    expected: SignedMoney,
    closedAt: Type.Optional(Instant),
    counted: Type.Optional(Money),
    difference: Type.Optional(SignedMoney),
  },
  {
    $id: 'Shift',
    description: 'Somebody at a till. expected = opening + taken - paidOut; difference = counted - expected.',
  },
);
export type ShiftJson = Static<typeof ShiftSchema>;

export const shiftJson = (shift: Shift): ShiftJson => ({
  ...{ id: shift.id, person: shift.person },
  ...maybe('agent', shift.agent, same),
  openedAt: instantText(shift.openedAt),
  ...{ opening: String(shift.opening), taken: String(shift.taken), paidOut: String(shift.paidOut) },
  expected: String(expectedOf(shift)),
  ...maybe('closedAt', shift.closedAt, instantText),
  ...maybe('counted', shift.counted, String),
  ...maybe('difference', differenceOf(shift), String),
});
