import { type Static, Type } from 'typebox';
import {
  type CardBooks,
  type CardBooksThen,
  type CardCharge,
  type CardMonth,
  type CardOrder,
  type CardPassed,
  type CardProvider,
  type CardSlot,
  type CardStep,
  type CardTicket,
  type CardView,
  type OfflineMeter,
  placeOfPurse,
  type Recovery,
  type RegionView,
  regionOfProvider,
  worthOf,
} from '../../host/index.ts';
import { EventKind, MeterFlag } from '../../records/index.ts';
import { Region, regionText, svpmsnText } from '../../units/index.ts';
import {
  Amount,
  bitNames,
  CardNumber,
  hexOf,
  Id,
  Instant,
  instantText,
  MeterNumber,
  maybe,
  Name,
  nameOf,
  OneOf,
  RegionName,
  SignedAmount,
  Strict,
  same,
} from './common.ts';
import { Method, Money, TakenMethod } from './money.ts';
import { Month } from './settlement.ts';

export const ProviderId = Type.String({ pattern: '^[0-9]{1,5}-[1-6]$', description: 'Utility number and region.' });
const KeyName = Type.Integer({ minimum: 0, maximum: 255, description: 'n: the name of the key, of purpose value.' });
const TicketLimit = Type.String({ pattern: '^[1-9][0-9]{0,9}$', description: 'Whole tokens.' });
const TicketDays = Type.Integer({ minimum: 1, maximum: 3_660 });
const Bytes = (most: number) => Type.String({ pattern: `^([0-9a-f]{2}){1,${most}}$`, description: 'Hex.' });

export const regionOf = (name: keyof typeof Region): Region => Region[name];

export const CardProviderSchema = Type.Object(
  {
    id: ProviderId,
    utility: Type.Integer(),
    region: RegionName,
    name: Name,
    account: Name,
    ticketLimit: Amount,
    ticketDays: TicketDays,
    createdAt: Instant,
  },
  { $id: 'CardProvider', description: 'Whose the value in a region of cards is, and the terms of its tickets.' },
);
export type CardProviderJson = Static<typeof CardProviderSchema>;
export const providerJson = (provider: CardProvider): CardProviderJson => ({
  ...{ id: provider.id, utility: provider.utility, region: regionText(provider.region), name: provider.name },
  ...{ account: provider.account, ticketLimit: String(provider.ticketLimit), ticketDays: provider.ticketDays },
  createdAt: instantText(provider.createdAt),
});
export const NewCardProvider = Strict({
  utility: Type.Integer({ minimum: 0, maximum: 65_535 }),
  region: RegionName,
  name: Name,
  account: Name,
  ticketLimit: TicketLimit,
  ticketDays: TicketDays,
});
export const CardProviderChange = Strict({
  ticketLimit: Type.Optional(TicketLimit),
  ticketDays: Type.Optional(TicketDays),
});

const UnitCharge = Type.String({
  pattern: '^[1-9][0-9]{0,9}$',
  description: 'Milli-tokens per m³ of gas and water, and per kWh of heat and electricity, as in the table of a meter.',
});
export const NewCardCharge = Strict({ unitCharge: UnitCharge, validFrom: Type.Optional(Instant) });
export const CardChargeSchema = Type.Object(
  { provider: ProviderId, unitCharge: UnitCharge, validFrom: Instant, publishedAt: Instant },
  { $id: 'CardCharge', description: 'What a unit of what a provider gives costs from an instant on.' },
);
export type CardChargeJson = Static<typeof CardChargeSchema>;
export const cardChargeJson = ({ provider, unitCharge, validFrom, publishedAt }: CardCharge): CardChargeJson => ({
  ...{ provider, unitCharge: String(unitCharge) },
  ...{ validFrom: instantText(validFrom), publishedAt: instantText(publishedAt) },
});

/** What a thousand of the unit of a region is called; of pay-TV nothing is counted. */
const THOUSANDS: Readonly<Partial<Record<Region, string>>> = {
  [Region.electricity]: 'kWh',
  [Region.gas]: 'm³',
  [Region.water]: 'm³',
  [Region.hotWater]: 'm³',
  [Region.heat]: 'kWh',
};
const Worth = Type.Object(
  { unitCharge: UnitCharge, quantity: Type.String({ description: 'To the third place.' }), unit: Type.String() },
  { description: 'What the value buys at the unit charge that held when it was sold; surcharges are not in it.' },
);
function worthJson(region: Region, amount: number, unitCharge: number) {
  const worth = worthOf(amount, unitCharge);
  const quantity = `${worth / 1_000n}.${String(worth % 1_000n).padStart(3, '0')}`;
  return { unitCharge: String(unitCharge), quantity, unit: THOUSANDS[region] ?? '' };
}

const CARD_STATES = ['active', 'lost', 'blocked', 'replaced'] as const;
export const CardState = OneOf(CARD_STATES, 'There is no way back to active.');
const FREEZES = [
  ...(['card-behind-host', 'gap-longer-than-ring', 'amount-differs', 'txid-twice', 'debits-behind'] as const),
  'debits-differ',
] as const;

const RegionOfCard = Type.Object({
  region: RegionName,
  provider: ProviderId,
  n: KeyName,
  loaded: Type.String({ description: 'Tokens ever loaded, as booked.' }),
  balance: Type.Optional(Amount),
  pending: Type.Optional(
    Type.Object({ meter: MeterNumber, amount: Amount }, { description: 'Handed over, and not acknowledged.' }),
  ),
  handed: Type.String({ description: 'Tokens that went to meters, as the card told.' }),
  toldAt: Type.Optional(Instant),
  frozen: Type.Optional(OneOf(FREEZES, 'Why nothing goes there until a person has looked.')),
  exposure: Type.Optional(
    Type.String({ description: 'Tokens that meters may take under tickets that nobody can call back, at most.' }),
  ),
});

export const CardSchema = Type.Object(
  {
    number: CardNumber,
    subscriber: Id,
    state: CardState,
    issuedAt: Instant,
    endedAt: Type.Optional(Instant),
    replacedBy: Type.Optional(CardNumber),
    regions: Type.Array(RegionOfCard),
  },
  { $id: 'Card', description: 'A purse card, with what it told when it was last at a desk.' },
);
export type CardJson = Static<typeof CardSchema>;
export const cardJson = ({ card, purses }: CardView, regions: readonly RegionView[] = []): CardJson => ({
  ...{ number: card.id, subscriber: card.subscriber, state: card.state, issuedAt: instantText(card.issuedAt) },
  ...maybe('endedAt', card.endedAt, instantText),
  ...maybe('replacedBy', card.replacedBy, same),
  regions: purses.map((purse) => ({
    ...{ region: regionText(purse.region), provider: purse.provider, n: purse.n, loaded: String(purse.credited) },
    ...(purse.toldAt !== undefined && { balance: String(purse.balance) }),
    ...maybe('pending', purse.pendingMeter, (meter) => ({
      ...{ meter: svpmsnText(meter), amount: String(purse.pending) },
    })),
    handed: String(purse.handed),
    ...maybe('toldAt', purse.toldAt, instantText),
    ...maybe('frozen', purse.freeze, same),
    ...maybe('exposure', regions.find((region) => region.purse.id === purse.id)?.exposure, String),
  })),
});
export const NewCard = Strict({
  number: CardNumber,
  subscriber: Id,
  regions: Type.Array(Strict({ region: RegionName, provider: ProviderId, n: KeyName }), { minItems: 1, maxItems: 6 }),
});

export const CardOrderSchema = Type.Object(
  {
    id: Id,
    card: CardNumber,
    region: RegionName,
    provider: ProviderId,
    operation: OneOf(['credit', 'close', 'release']),
    amount: Amount,
    source: Type.String(),
    state: OneOf(
      ['waiting', 'outstanding', 'voiding', 'stored', 'refunded', 'closed', 'found', 'lost'],
      'Until the card is at a desk or in a meter with a line an order waits. Lost: it went down with the card, and is given to the next one.',
    ),
    why: Type.Optional(OneOf(['full', 'voided'])),
    counter: Type.Optional(Type.Integer({ description: 'LTC, once it is on its way.' })),
    method: Type.Optional(Method),
    paid: Type.Optional(Money),
    fee: Type.Optional(Money),
    tax: Type.Optional(Money),
    orderedAt: Instant,
    settledAt: Type.Optional(Instant),
    paidOutAt: Type.Optional(Instant),
    worth: Type.Optional(Worth),
  },
  { $id: 'CardOrder', description: 'Value for a region of a card, or off it.' },
);
export type CardOrderJson = Static<typeof CardOrderSchema>;
export function cardOrderJson(order: CardOrder): CardOrderJson {
  const { card, region } = placeOfPurse(order.purse);
  const { method, paid, fee, tax } = order;
  return {
    ...{ id: order.id, card, region: regionText(region), provider: order.provider, operation: order.op },
    ...{ amount: String(order.amount), source: order.source, state: order.state },
    ...maybe('why', order.why, same),
    ...maybe('counter', order.counter, same),
    ...(method !== undefined && { method, paid: String(paid), fee: String(fee), tax: String(tax) }),
    orderedAt: instantText(order.orderedAt),
    ...maybe('worth', order.unitCharge, (unitCharge) => worthJson(region, order.amount, unitCharge)),
    ...maybe('settledAt', order.settledAt, instantText),
    ...maybe('paidOutAt', order.paidOutAt, instantText),
  };
}
export const NewCardOrder = Strict({ region: RegionName, paid: Money, method: Type.Optional(TakenMethod) });

export const CardTicketSchema = Type.Object(
  {
    card: CardNumber,
    region: RegionName,
    meter: MeterNumber,
    version: Type.Integer(),
    limit: Amount,
    expiresAt: Instant,
    epoch: Type.Integer(),
    issuedAt: Instant,
    takenAt: Type.Optional(Instant),
  },
  { $id: 'CardTicket', description: 'That one card may be spent in one meter, up to a limit and until a day.' },
);
export type CardTicketJson = Static<typeof CardTicketSchema>;
export function ticketJson(ticket: CardTicket): CardTicketJson {
  const { card, region } = placeOfPurse(ticket.purse);
  return {
    ...{ card, region: regionText(region), meter: svpmsnText(ticket.meter), version: ticket.version },
    ...{ limit: String(ticket.limit), expiresAt: instantText(ticket.expiry * 1000), epoch: ticket.epoch },
    issuedAt: instantText(ticket.issuedAt),
    ...maybe('takenAt', ticket.takenAt, instantText),
  };
}

export const RecoverySchema = Type.Object(
  {
    region: RegionName,
    recovered: Type.String({ description: 'Tokens that were given to the card in its place.' }),
    now: Type.String({ description: 'Tokens that no meter can take from the old card any more.' }),
    later: Type.String({ description: 'Tokens that meters may still take under tickets of the old card.' }),
    laterFrom: Type.Optional(Instant),
  },
  { $id: 'CardRecovery', description: 'What of the value of a card that ended may be given back, and when.' },
);
export type RecoveryJson = Static<typeof RecoverySchema>;
export const recoveryJson = ({ purse, recovered, now, later, laterFrom }: Recovery): RecoveryJson => ({
  region: regionText(placeOfPurse(purse).region),
  ...{ recovered: String(recovered), now: String(now), later: String(later) },
  ...maybe('laterFrom', laterFrom, instantText),
});

const FLAGS = Object.keys(MeterFlag) as (keyof typeof MeterFlag)[];

export const OfflineMeterSchema = Type.Object(
  {
    number: MeterNumber,
    region: RegionName,
    provider: ProviderId,
    subscriber: Id,
    standing: OneOf(
      ['offline', 'line'],
      'Without a line it tells by cards alone; with one it is a meter as any other too.',
    ),
    n: KeyName,
    enrolledAt: Instant,
    epoch: Type.Integer({ description: 'Of its hot list, as tickets have it from now on.' }),
    epochThere: Type.Integer({ description: 'The greatest that is known to have come to the meter.' }),
    reportedAt: Type.Optional(Instant),
    fromCards: Amount,
    spent: Amount,
    balance: Amount,
    owed: Amount,
    register: Type.String({ description: 'All that it measured, in 0.1 of the unit of its region.' }),
    flags: Type.Array(OneOf(FLAGS)),
    events: Type.Array(Type.Object({ kind: Type.String(), at: Type.Optional(Instant) }), {
      description: 'The last one first; without an instant where its clock was not set.',
    }),
    doubt: Type.Optional(OneOf(['counts-behind'], 'It told less than before.')),
  },
  { $id: 'OfflineMeter', description: 'A meter that takes value from cards.' },
);
export type OfflineMeterJson = Static<typeof OfflineMeterSchema>;
export const offlineMeterJson = (meter: OfflineMeter): OfflineMeterJson => ({
  ...{ number: meter.id, region: regionText(regionOfProvider(meter.provider)), provider: meter.provider },
  ...{ subscriber: meter.subscriber, standing: meter.line ? 'line' : 'offline', n: meter.n },
  enrolledAt: instantText(meter.enrolledAt),
  ...{ epoch: meter.epoch, epochThere: meter.epochThere },
  ...maybe('reportedAt', meter.reportedAt, instantText),
  ...{ fromCards: String(meter.fromCards), spent: String(meter.spent), balance: String(meter.balance) },
  ...{ owed: String(meter.owed), register: String(meter.register) },
  flags: bitNames(meter.flags, MeterFlag) as (keyof typeof MeterFlag)[],
  events: meter.events.map(({ kind, minutesBefore }) => ({
    kind: nameOf(kind, EventKind),
    ...(meter.toldAt > 0 && { at: instantText(Math.max(0, meter.toldAt - 60 * minutesBefore) * 1000) }),
  })),
  ...maybe('doubt', meter.doubt, same),
});
export const NewOfflineMeter = Strict({ number: MeterNumber, provider: ProviderId, subscriber: Id, n: KeyName });
export const OfflineMeterChange = Strict({ subscriber: Id });

const Total = Type.String({ description: 'Whole tokens.' });
export const CardBooksSchema = Type.Object(
  {
    provider: ProviderId,
    issued: Total,
    recovered: Total,
    inFlight: Total,
    refunded: Total,
    loaded: Type.String({ description: 'On cards at some time, out of what was sold.' }),
    found: Total,
    onCards: Total,
    handed: Total,
    inMeters: SignedAmount,
    spent: Total,
    arrived: Type.String({ description: 'Gone on into the purses of meters with a line, as those told.' }),
    closed: Total,
    paid: Type.String({ description: 'To the provider of what is due to it, less what came back.' }),
    due: Type.String({ description: 'issued - refunded - closed - paid: below zero the provider owes it.' }),
    balanced: Type.Boolean({ description: 'Sold, loaded, on cards, handed over and spent come out even.' }),
    exposure: Type.String({ description: 'Tokens that meters may take under tickets, at most.' }),
    tickets: Type.Integer(),
    regions: Type.Integer(),
    frozen: Type.Integer(),
  },
  { $id: 'CardBooks', description: 'The value of one provider on cards and in meters without a line.' },
);
export type CardBooksJson = Static<typeof CardBooksSchema>;
export const cardBooksJson = (books: CardBooks): CardBooksJson => ({
  ...{ provider: books.provider, issued: String(books.issued), recovered: String(books.recovered) },
  ...{ inFlight: String(books.inFlight), refunded: String(books.refunded), loaded: String(books.stored) },
  ...{ found: String(books.found), onCards: String(books.onCards), handed: String(books.handed) },
  ...{ inMeters: String(books.inMeters), spent: String(books.spent), arrived: String(books.arrived) },
  ...{ closed: String(books.closed), paid: String(books.paid), due: String(books.due) },
  ...{ balanced: books.balanced, exposure: String(books.exposure), tickets: books.tickets },
  ...{ regions: books.regions, frozen: books.frozen },
});

const Stock = Type.Object({ inFlight: Total, onCards: Total, inMeters: SignedAmount });
const stockJson = (then: CardBooksThen) => ({
  ...{ inFlight: String(then.inFlight), onCards: String(then.onCards), inMeters: String(then.inMeters) },
});
export const CardMonthSchema = Type.Object(
  {
    provider: ProviderId,
    name: Name,
    account: Type.String({ description: 'Where what is due is paid to, for people.' }),
    month: Month,
    begin: Stock,
    issued: Total,
    recovered: Total,
    refunded: Total,
    loaded: Total,
    found: Total,
    handed: Total,
    spent: Total,
    arrived: Total,
    closed: Total,
    end: Stock,
    due: Type.String({ description: 'issued - refunded - closed of this month: below zero the provider owes it.' }),
    dueOfAll: Type.String({ description: 'The same of all months until its end.' }),
    paid: Type.String({ description: 'Booked in the month as paid to the provider, less what came back.' }),
    stillDue: Type.String({ description: 'dueOfAll, less all that was paid until its end.' }),
    unitCharges: Type.Array(Type.Object({ unitCharge: UnitCharge, validFrom: Instant }), {
      description: 'In force in the month, the first one first.',
    }),
    fees: SignedAmount,
    tax: SignedAmount,
    balanced: Type.Boolean({ description: 'At its end sold, loaded, on cards, handed over and spent came out even.' }),
  },
  {
    $id: 'CardMonth',
    description: 'What is due to a provider for a month, and what its value on cards did meanwhile.',
  },
);
export type CardMonthJson = Static<typeof CardMonthSchema>;
export function cardMonthJson({ provider, month, begin, end, balanced, charges }: CardMonth): CardMonthJson {
  const moved = (of: (then: CardBooksThen) => bigint) => String(of(end) - of(begin));
  return {
    ...{ provider: provider.id, name: provider.name, account: provider.account, month, begin: stockJson(begin) },
    ...{ issued: moved(({ issued }) => issued), recovered: moved(({ recovered }) => recovered) },
    ...{ refunded: moved(({ refunded }) => refunded), loaded: moved(({ stored }) => stored) },
    ...{ found: moved(({ found }) => found), handed: moved(({ handed }) => handed) },
    ...{ spent: moved(({ spent }) => spent), arrived: moved(({ arrived }) => arrived) },
    ...{ closed: moved(({ closed }) => closed), end: stockJson(end) },
    ...{ due: moved(({ due }) => due), dueOfAll: String(end.due) },
    ...{ paid: moved(({ paid }) => paid), stillDue: String(end.due - end.paid) },
    ...{ fees: moved(({ fees }) => fees), tax: moved(({ tax }) => tax), balanced },
    unitCharges: charges.map(({ unitCharge, validFrom }) => ({
      ...{ unitCharge: String(unitCharge), validFrom: instantText(validFrom) },
    })),
  };
}

export const NewCardExchange = Strict({ region: RegionName });
/** M2 and M4 are longest with a report. */
export const CardFrame = Strict({ frame: Bytes(512) });
export const CardExchangeSchema = Type.Object(
  { exchange: Type.String(), frame: Bytes(512) },
  {
    $id: 'CardExchange',
    description: 'Give the frame to the card by its command OPEN, and the answer to the exchange.',
  },
);
export type CardExchangeJson = Static<typeof CardExchangeSchema>;
export const CardStepSchema = Type.Object(
  {
    frame: Type.Optional(Bytes(512)),
    receipt: Type.Optional(
      Type.Object({
        result: Type.Integer(),
        counter: Type.Integer(),
        amount: Amount,
        balance: Amount,
        more: Type.Boolean({ description: 'There is more for this region: begin again while the card is there.' }),
        frozen: Type.Optional(OneOf(FREEZES)),
      }),
    ),
    frozen: Type.Optional(OneOf(FREEZES, 'Nothing was sent: a person has to look.')),
    refused: Type.Optional(Type.Integer({ description: 'The refusal that the card gave: begin again.' })),
    ignored: Type.Optional(Type.String({ description: 'Why it is not the frame that is waited for.' })),
  },
  { $id: 'CardStep', description: 'A frame for the card by its command CREDIT, or how the exchange ended.' },
);
export type CardStepJson = Static<typeof CardStepSchema>;
export function stepJson(step: CardStep): CardStepJson {
  switch (step.type) {
    case 'send':
      return { frame: hexOf(step.frame) };
    case 'done': {
      const { result, counter, amount, balance } = step.receipt;
      const told = { result, counter, amount: String(amount), balance: String(balance), more: step.more };
      return { receipt: { ...told, ...maybe('frozen', step.purse.freeze, same) } };
    }
    case 'frozen':
      return { frozen: step.why };
    case 'refused':
      return { refused: step.refusal };
    default:
      return { ignored: step.reason };
  }
}
export const CardPassedSchema = Type.Object(
  {
    outcome: OneOf(
      ['answered', 'no-answer', 'unknown-meter', 'refused'],
      'No answer says nothing about what the card did: send the same frame again.',
    ),
    frame: Type.Optional(Bytes(512)),
  },
  { $id: 'CardPassed', description: 'What the card in a meter answered, or a refusal of that meter.' },
);
export type CardPassedJson = Static<typeof CardPassedSchema>;
export const passedJson = ({ outcome, frame }: CardPassed): CardPassedJson => ({
  outcome,
  ...maybe('frame', frame, hexOf),
});
export const CardInMeterSchema = Type.Object(
  {
    meter: MeterNumber,
    tail: Type.String({ pattern: '^[0-9a-f]{12}$', description: 'The last six bytes of the number of the card.' }),
    insertedAt: Instant,
  },
  { $id: 'CardInMeter', description: 'A card that is in a meter, as far as that told.' },
);
export const cardInMeterJson = ({ svpmsn, tail, insertedAt }: CardSlot): Static<typeof CardInMeterSchema> => ({
  ...{ meter: svpmsnText(svpmsn), tail, insertedAt: instantText(insertedAt) },
});
