import { fromHex, Reader, toHex, Writer } from '../bytes/index.ts';
import {
  beginTaking,
  type CardRow,
  openTicket,
  REPORTED_EVENTS_MAX,
  type Taking,
  type TakingOutcome,
  type TakingRefusal,
  takingAmount,
  takingReceive,
  takingReport,
  takingStored,
} from '../card/index.ts';
import { Suite } from '../crypto/index.ts';
import { CardRefusal } from '../records/index.ts';
import { assertNever, CSN_BYTES, type Csn, csn, tokens, type UnixSeconds, unixSeconds } from '../units/index.ts';
import { BUS_NONCE_BYTES, BUS_TAG_BYTES, BusLabel, BusReply, busTag, CardStore, SamReply, SvmRequest } from './bus.ts';
import type { Sam } from './sam.ts';
import { freshNonce, verified } from './sam-bus.ts';
import { keyAboveFloor } from './sam-keys.ts';
import { readClockSet } from './sam-memory.ts';
import { hasPlaceFor } from './svm-cards.ts';

/**
 * The SAM's conversation with the card in the slot. It opens the ticket, for it has the key, and speaks the meter's side
 * of the spending protocol; the CPU carries commands and responses. What the purse keeps of cards it believes under the
 * SVM's tag alone, and the card hears of a credit only when the SVM has said, under a tag, that it is durable.
 *
 * A card with a pending record is met again after it, for what was asked for; and after a taking once more: that nothing
 * is pending any more is shown by the next status alone, and from then on the card's row may be forgotten.
 */
export interface CardConversation {
  readonly nonce: Uint8Array;
  /** What the CPU says of it. */
  readonly clock: UnixSeconds;
  /** How much is to be taken yet beside what is pending. */
  wanted: number;
  /** How often the card was met. */
  meetings: number;
  csn: Csn | undefined;
  refusal: CardRefusal | undefined;
  reported: boolean;
  /** The line has brought an epoch since it began: nothing more is taken in it. */
  isPast: boolean;
  state:
    | { readonly name: 'awaiting-table' }
    | { readonly name: 'awaiting-card'; readonly table: CardTable; readonly taking: Taking }
    | {
        readonly name: 'awaiting-stored';
        readonly table: CardTable;
        readonly taking: Taking;
        readonly asked: Asked;
        readonly nonce: Uint8Array;
      }
    | {
        readonly name: 'awaiting-figures';
        readonly table: CardTable;
        readonly taking: Taking;
        readonly nonce: Uint8Array;
      };
}

interface CardTable {
  epoch: number;
  room: number;
  /** The SVM's, for the next thing that it is to store. */
  nonce: Uint8Array;
  readonly cards: Map<Csn, CardRow & { readonly settled: boolean }>;
}

type Asked =
  | { readonly what: typeof CardStore.epoch; readonly epoch: number }
  | { readonly what: typeof CardStore.credit; readonly amount: number; readonly row: CardRow }
  | { readonly what: typeof CardStore.settled; readonly row: CardRow };

/** For what is pending, for what is wanted, and for the sight of nothing pending. */
const MEETINGS_MAX = 3;
const CARD_TOLD_BYTES = 18;

/** A card was put in. The table comes first, whatever the card says. */
export function beginCard(sam: Sam, body: Uint8Array): Uint8Array | undefined {
  if (body.length !== 8) return undefined;
  const reader = new Reader(body);
  sam.card = {
    nonce: freshNonce(sam),
    clock: unixSeconds(reader.u32()),
    wanted: reader.u32(),
    meetings: 0,
    csn: undefined,
    refusal: undefined,
    reported: false,
    isPast: false,
    state: { name: 'awaiting-table' },
  };
  return new Writer(2 + BUS_NONCE_BYTES).u8(SamReply.toSvm).u8(SvmRequest.cards).bytes(sam.card.nonce).done();
}

export function takeCards(sam: Sam, svmReply: Uint8Array): Uint8Array | undefined {
  const { card } = sam;
  if (card?.state.name !== 'awaiting-table') return undefined;
  if (svmReply[0] === BusReply.frozen) return over(sam, card, CardRefusal.frozen);
  const told = verified(sam, BusLabel.cards, card.nonce, svmReply);
  if (told === undefined) return undefined;
  const reader = new Reader(told);
  const head = { epoch: reader.u32(), room: reader.u32(), nonce: reader.view(BUS_NONCE_BYTES).slice() };
  const cards: CardTable['cards'] = new Map();
  for (let left = (told.length - 8 - BUS_NONCE_BYTES) / CARD_TOLD_BYTES; left > 0; left--) {
    const id = csn(toHex(reader.view(CSN_BYTES)));
    const row = { debitCounter: reader.u32(), ticketVersion: reader.u16(), taken: tokens(reader.u32()) };
    cards.set(id, { csn: id, ...row, settled: reader.u8() === 1 });
  }
  return meet(sam, card, { ...head, cards });
}

/** From the start with the card that is in the slot. */
function meet(sam: Sam, card: CardConversation, table: CardTable): Uint8Array {
  card.meetings += 1;
  const { taking, command } = beginTaking({
    svpmsn: sam.svpmsn,
    region: sam.region,
    now: unixSeconds(Math.max(card.clock, readClockSet(sam.memory))),
    get epoch() {
      return table.epoch;
    },
    // What cannot be kept is not taken.
    get room() {
      return tokens(hasPlace(card, table) ? table.room : 0);
    },
    rowOf: (id) => table.cards.get(id),
    pairOf: (ticket) => {
      const key = keyAboveFloor(sam, ticket.n);
      return key !== undefined && key.suite >= Suite.aes128 ? openTicket(key, ticket) : undefined;
    },
    randomness: sam.randomness,
  });
  card.state = { name: 'awaiting-card', table, taking };
  return toCard(card, command);
}

const hasPlace = ({ csn: id }: CardConversation, { cards }: CardTable): boolean =>
  id !== undefined && hasPlaceFor([...cards.values()], id);

/** What the card answered, as the CPU brought it. */
export function cardResponse(sam: Sam, response: Uint8Array): Uint8Array | undefined {
  const { card } = sam;
  if (card?.state.name !== 'awaiting-card') return undefined;
  if (card.isPast) return over(sam, card, CardRefusal.epochPast);
  const { table, taking } = card.state;
  const outcome = takingReceive(taking, response);
  if ('known' in taking.state) card.csn = taking.state.known.csn;
  return goOn(sam, card, { table, taking }, outcome);
}

interface Meeting {
  readonly table: CardTable;
  readonly taking: Taking;
}

function goOn(sam: Sam, card: CardConversation, { table, taking }: Meeting, outcome: TakingOutcome): Uint8Array {
  switch (outcome.type) {
    case 'send':
      card.state = { name: 'awaiting-card', table, taking };
      return toCard(card, outcome.command);
    case 'store-epoch':
      return askStore(sam, card, { table, taking }, { what: CardStore.epoch, epoch: outcome.epoch });
    case 'store-credit':
      return askStore(
        sam,
        card,
        { table, taking },
        { what: CardStore.credit, amount: outcome.amount, row: outcome.row },
      );
    case 'amount-wanted':
      return chooseAmount(sam, card, { table, taking }, outcome);
    case 'report-wanted':
      return leaveReport(sam, card, { table, taking });
    case 'done':
      return card.meetings < MEETINGS_MAX ? meet(sam, card, table) : over(sam, card, card.refusal);
    case 'refused':
      return over(sam, card, refusalOf(card, table, outcome.refusal), outcome.status);
    default:
      return assertNever(outcome);
  }
}

/** Nothing is pending. What is wanted is taken once; then the card's row may be forgotten, should another need it. */
function chooseAmount(
  sam: Sam,
  card: CardConversation,
  meeting: Meeting,
  offered: Extract<TakingOutcome, { type: 'amount-wanted' }>,
): Uint8Array {
  const { table, taking } = meeting;
  const amount = tokens(Math.min(card.wanted, offered.most));
  if (card.wanted > 0 && offered.balance > 0 && amount === 0) {
    card.refusal = table.room === 0 || !hasPlace(card, table) ? fullness(card, table) : CardRefusal.limitReached;
  }
  card.wanted = 0;
  if (amount > 0) return goOn(sam, card, meeting, takingAmount(taking, amount));
  const row = table.cards.get(offered.csn);
  if (row === undefined || row.settled) return lastWord(sam, card, meeting);
  return askStore(sam, card, meeting, { what: CardStore.settled, row });
}

/** The request for the SVM, tagged over the nonce that it gave last. */
function askStore(sam: Sam, card: CardConversation, { table, taking }: Meeting, asked: Asked): Uint8Array {
  const { nonce } = table;
  card.state = { name: 'awaiting-stored', table, taking, asked, nonce };
  const body = new Writer(22).u8(asked.what);
  if (asked.what === CardStore.epoch) body.u32(asked.epoch).bytes(new Uint8Array(CSN_BYTES + 10));
  else {
    const { row } = asked;
    body.u32(asked.what === CardStore.credit ? asked.amount : 0).bytes(fromHex(row.csn));
    body.u32(row.debitCounter).u16(row.ticketVersion).u32(row.taken);
  }
  const bytes = body.done();
  return new Writer(2 + bytes.length + BUS_TAG_BYTES)
    .u8(SamReply.toSvm)
    .u8(SvmRequest.cardStore)
    .bytes(bytes)
    .bytes(busTag(sam.pairKey, BusLabel.cardStore, nonce, bytes))
    .done();
}

/** What the SVM says of it, under the nonce that it burnt for it. */
export function cardStored(sam: Sam, svmReply: Uint8Array): Uint8Array | undefined {
  const { card } = sam;
  if (card?.state.name !== 'awaiting-stored') return undefined;
  if (svmReply[0] === BusReply.frozen) return over(sam, card, CardRefusal.frozen);
  const { table, taking, asked, nonce } = card.state;
  const told = verified(sam, BusLabel.cardStored, nonce, svmReply);
  if (told === undefined) return undefined;
  table.nonce = told.slice(1);
  const stored = told[0] === 1;
  if (asked.what === CardStore.settled) return lastWord(sam, card, { table, taking });
  if (!stored) return over(sam, card, CardRefusal.purseFull);
  if (asked.what === CardStore.epoch) table.epoch = asked.epoch;
  else {
    table.room = Math.max(0, table.room - asked.amount);
    table.cards.set(asked.row.csn, { ...asked.row, settled: false });
  }
  return goOn(sam, card, { table, taking }, takingStored(taking));
}

/** Nothing more is taken. */
function lastWord(sam: Sam, card: CardConversation, meeting: Meeting): Uint8Array {
  card.meetings = MEETINGS_MAX;
  return goOn(sam, card, meeting, takingAmount(meeting.taking, tokens(0)));
}

/**
 * The meter leaves its report, once, as soon as nothing more is to be taken: whoever has seen the value come pulls the
 * card. The purse's part comes from the SVM.
 */
function leaveReport(sam: Sam, card: CardConversation, { table, taking }: Meeting): Uint8Array {
  if (card.wanted > 0 || card.reported) {
    return goOn(sam, card, { table, taking }, takingReport(taking, undefined));
  }
  card.reported = true;
  const nonce = freshNonce(sam);
  card.state = { name: 'awaiting-figures', table, taking, nonce };
  return new Writer(2 + BUS_NONCE_BYTES).u8(SamReply.toSvm).u8(SvmRequest.figures).bytes(nonce).done();
}

/** What the CPU and, under its tag, the SVM say for the report. */
export function cardReport(sam: Sam, body: Uint8Array): Uint8Array | undefined {
  const { card } = sam;
  if (card?.state.name !== 'awaiting-figures' || body.length < OWN_WORD_BYTES) return undefined;
  const { table, taking, nonce } = card.state;
  const told = verified(sam, BusLabel.figures, nonce, body.subarray(OWN_WORD_BYTES));
  if (told === undefined) return undefined;
  const own = new Reader(body);
  const time = unixSeconds(own.u32());
  const register = own.u48();
  const flags = own.u16();
  const events = Array.from({ length: REPORTED_EVENTS_MAX }, () => ({ kind: own.u8(), minutesBefore: own.u16() }));
  const purse = new Reader(told);
  const figures = {
    sequence: purse.u32(),
    balance: tokens(purse.u32()),
    used: tokens(Math.min(purse.u64(), U48_MAX)),
    fromCards: tokens(Math.min(purse.u64(), U48_MAX)),
    owed: tokens(purse.u32()),
  };
  const report = { ...figures, time, register, flags, events: events.filter(({ kind }) => kind !== 0) };
  return goOn(sam, card, { table, taking }, takingReport(taking, report));
}

const OWN_WORD_BYTES = 12 + 3 * REPORTED_EVENTS_MAX;
const U48_MAX = 2 ** 48 - 1;

const REFUSALS: Readonly<Record<TakingRefusal, CardRefusal>> = {
  'card-unintelligible': CardRefusal.unintelligible,
  'card-refused': CardRefusal.byCard,
  'no-ticket': CardRefusal.noTicket,
  'ticket-foreign': CardRefusal.ticketForeign,
  'ticket-old': CardRefusal.ticketOld,
  'ticket-expired': CardRefusal.ticketExpired,
  'epoch-past': CardRefusal.epochPast,
  'card-false': CardRefusal.cardFalse,
  'limit-reached': CardRefusal.limitReached,
  'purse-full': CardRefusal.purseFull,
};

const refusalOf = (card: CardConversation, table: CardTable, refusal: TakingRefusal): CardRefusal =>
  refusal === 'purse-full' ? fullness(card, table) : REFUSALS[refusal];

const fullness = (card: CardConversation, table: CardTable): CardRefusal =>
  hasPlace(card, table) ? CardRefusal.purseFull : CardRefusal.tableFull;

const csnBytes = ({ csn: id }: CardConversation): Uint8Array =>
  id === undefined ? new Uint8Array(CSN_BYTES) : fromHex(id);

const toCard = (card: CardConversation, command: Uint8Array): Uint8Array =>
  new Writer(1 + CSN_BYTES + command.length).u8(SamReply.toCard).bytes(csnBytes(card)).bytes(command).done();

function over(sam: Sam, card: CardConversation, refusal: CardRefusal | undefined, status = 0): Uint8Array {
  sam.card = undefined;
  return new Writer(11)
    .u8(SamReply.cardOver)
    .bytes(csnBytes(card))
    .u8(refusal ?? 0)
    .u16(status)
    .done();
}
