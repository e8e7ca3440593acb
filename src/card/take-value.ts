import type { PairKey } from '../crypto/index.ts';
import {
  assert,
  assertNever,
  type Csn,
  type Randomness,
  type Region,
  type Svpmsn,
  type Tokens,
  tokens,
  type UnixSeconds,
} from '../units/index.ts';
import { decodeResponseApdu } from './apdu.ts';
import { OpenMode, PurseInstruction } from './card.ts';
import { purseCommand, selectPurse } from './card-pipe.ts';
import { type MeterReport, sealMeterReport } from './meter-report.ts';
import {
  type DebitRecord,
  encodeAcknowledge,
  encodeDebit,
  type Insertion,
  openDebitRecord,
  openSpendSecond,
  SPEND_NONCE_BYTES,
  type SpendStatus,
  spendFirst,
} from './spending-messages.ts';
import { StatusWord } from './status-word.ts';
import { decodeTicket, type Ticket } from './ticket.ts';

/**
 * What a meter keeps of a card that it has taken value from, beside its purse. A row may be dropped once the card has
 * shown, in a status with a right tag, that nothing is pending: the nonces guard what the row guarded, but the limit
 * of the card's ticket begins anew, so the row that was used longest ago goes first.
 */
export interface CardRow {
  readonly csn: Csn;
  /** Of the last debit that was credited. */
  readonly debitCounter: number;
  readonly ticketVersion: number;
  /** Under that version, in all. */
  readonly taken: Tokens;
}

/** The meter as it stands when a card is put in. */
export interface TakingMeter {
  readonly svpmsn: Svpmsn;
  readonly region: Region;
  /** The latest second that the meter is sure has come. */
  readonly now: UnixSeconds;
  /** Of its hot list, the greatest that a ticket has brought. */
  readonly epoch: number;
  /** The most that its purse has room for. */
  readonly room: Tokens;
  readonly rowOf: (csn: Csn) => CardRow | undefined;
  /** Opens a ticket with the meter's key of that name, where the keys are (`openTicket`). */
  readonly pairOf: (ticket: Ticket) => PairKey | undefined;
  readonly randomness: Randomness;
}

/** One insertion of a card into a meter, without reader or memory of its own. A card that is pulled ends it. */
export interface Taking {
  readonly meter: TakingMeter;
  state:
    | { readonly name: 'awaiting-selection' }
    | { readonly name: 'awaiting-ticket' }
    | { readonly name: 'awaiting-epoch-stored'; readonly known: Known }
    | { readonly name: 'awaiting-status'; readonly known: Known; readonly meterNonce: Uint8Array }
    | { readonly name: 'awaiting-amount'; readonly met: Met; readonly most: Tokens }
    | { readonly name: 'awaiting-record'; readonly met: Met; readonly asked: Tokens }
    | { readonly name: 'awaiting-credit-stored'; readonly met: Met; readonly record: DebitRecord }
    | { readonly name: 'awaiting-acknowledged'; readonly met: Met; readonly last: number; readonly credited: Tokens }
    | { readonly name: 'awaiting-report'; readonly met: Met; readonly last: number; readonly credited: Tokens }
    | { readonly name: 'awaiting-report-taken'; readonly credited: Tokens }
    | { readonly name: 'ended' };
}

/** A report but for what the insertion knows. */
export type OwnReport = Omit<MeterReport, 'meter' | 'debitCounter'>;

interface Known {
  readonly csn: Csn;
  readonly ticket: Ticket;
  readonly pair: PairKey;
  readonly row: CardRow | undefined;
}

interface Met extends Known {
  readonly insertion: Insertion;
  readonly status: SpendStatus;
}

export type TakingRefusal =
  | 'card-unintelligible'
  | 'card-refused'
  | 'no-ticket'
  | 'ticket-foreign'
  | 'ticket-old'
  | 'ticket-expired'
  | 'epoch-past'
  | 'card-false'
  | 'limit-reached'
  | 'purse-full';

export type TakingOutcome =
  /** Give this command to the card, and its response to `takingReceive`. */
  | { readonly type: 'send'; readonly command: Uint8Array }
  /** Make the epoch durable, then `takingStored`. */
  | { readonly type: 'store-epoch'; readonly epoch: number }
  /** The card is genuine and nothing is pending: give `takingAmount` how much is wanted, from 0 to `most`. */
  | { readonly type: 'amount-wanted'; readonly csn: Csn; readonly balance: Tokens; readonly most: Tokens }
  /** Make the credit and the card's row durable in one commit, then `takingStored`. */
  | { readonly type: 'store-credit'; readonly amount: Tokens; readonly row: CardRow }
  /** Nothing is pending any more: give `takingReport` what the provider is to hear over this card, if anything. */
  | { readonly type: 'report-wanted' }
  /** Over: nothing is pending on the card, and so much was credited in this insertion. */
  | { readonly type: 'done'; readonly credited: Tokens }
  /** Over; what was stored stays stored, also where the card then refused the acknowledgement. */
  | { readonly type: 'refused'; readonly refusal: TakingRefusal; readonly status?: number };

/** A card was put in: the first command. */
export function beginTaking(meter: TakingMeter): { readonly taking: Taking; readonly command: Uint8Array } {
  return { taking: { meter, state: { name: 'awaiting-selection' } }, command: selectPurse() };
}

/** The card's response to the command that was sent last. */
export function takingReceive(taking: Taking, bytes: Uint8Array): TakingOutcome {
  const answer = decodeResponseApdu(bytes);
  if ('reason' in answer) return refused(taking, 'card-unintelligible');
  const { data, status } = answer;
  const { state } = taking;
  // A card that keeps no report has given its value all the same.
  if (state.name === 'awaiting-report-taken') return done(taking, state.credited);
  if (status !== StatusWord.done) {
    const noTicket = state.name === 'awaiting-ticket' && status === StatusWord.referencedDataNotFound;
    return refused(taking, noTicket ? 'no-ticket' : 'card-refused', status);
  }
  switch (state.name) {
    case 'awaiting-selection':
      return askTicket(taking);
    case 'awaiting-ticket':
      return receiveTicket(taking, data);
    case 'awaiting-status':
      return receiveStatus(taking, state.known, state.meterNonce, data);
    case 'awaiting-record':
      return receiveRecord(taking, state.met, state.asked, data);
    case 'awaiting-acknowledged':
      return wantReport(taking, state.met, state.last, state.credited);
    case 'awaiting-epoch-stored':
    case 'awaiting-amount':
    case 'awaiting-credit-stored':
    case 'awaiting-report':
    case 'ended':
      throw new Error(`no response is awaited in ${state.name}`);
    default:
      return assertNever(state);
  }
}

/** What was to be stored is durable: the card hears of it only now. */
export function takingStored(taking: Taking): TakingOutcome {
  const { state } = taking;
  if (state.name === 'awaiting-epoch-stored') return meet(taking, state.known);
  assert(state.name === 'awaiting-credit-stored', 'something was to be stored');
  return confirm(taking, state.met, state.record, state.record.amount);
}

/** How much of what was offered is wanted; 0 for nothing. */
export function takingAmount(taking: Taking, amount: Tokens): TakingOutcome {
  const { state } = taking;
  assert(state.name === 'awaiting-amount' && amount <= state.most, 'an amount was wanted, and no more than that');
  if (amount > 0) return ask(taking, state.met, amount);
  return wantReport(taking, state.met, state.met.row?.debitCounter ?? 0, tokens(0));
}

/** What the meter has to say to its provider: it leaves on the card. `undefined` where it has said it, or will yet. */
export function takingReport(taking: Taking, report: OwnReport | undefined): TakingOutcome {
  const { state, meter } = taking;
  assert(state.name === 'awaiting-report', 'a report was wanted');
  if (report === undefined) return done(taking, state.credited);
  const { pair, insertion } = state.met;
  const sealed = sealMeterReport(pair, insertion, { ...report, meter: meter.svpmsn, debitCounter: state.last });
  taking.state = { name: 'awaiting-report-taken', credited: state.credited };
  return send(purseCommand(PurseInstruction.report, sealed, { p2: meter.region, silent: true }));
}

function askTicket(taking: Taking): TakingOutcome {
  const { svpmsn, region } = taking.meter;
  taking.state = { name: 'awaiting-ticket' };
  const id = Uint8Array.of(svpmsn >>> 16, svpmsn >>> 8, svpmsn);
  return send(purseCommand(PurseInstruction.ticket, id, { p2: region }));
}

/**
 * The ticket is the provider's word to this meter: whose it is, how new, how long, and what it says of others. Which card
 * it is, the meter has from it too: one of another number proves nothing under its pair key.
 */
function receiveTicket(taking: Taking, data: Uint8Array): TakingOutcome {
  const { meter } = taking;
  const ticket = decodeTicket(data);
  if ('reason' in ticket) return refused(taking, 'card-unintelligible');
  const card = ticket.csn;
  const own = ticket.region === meter.region && ticket.meter === meter.svpmsn;
  const pair = own ? meter.pairOf(ticket) : undefined;
  if (pair === undefined) return refused(taking, 'ticket-foreign');
  const row = meter.rowOf(card);
  if (ticket.epoch < meter.epoch) return refused(taking, 'epoch-past');
  if (row !== undefined && ticket.version < row.ticketVersion) return refused(taking, 'ticket-old');
  const known = { csn: card, ticket, pair, row };
  if (ticket.epoch > meter.epoch) {
    // Before anything else: from here on whoever was blocked since is refused, also when this card is pulled.
    taking.state = { name: 'awaiting-epoch-stored', known };
    return { type: 'store-epoch', epoch: ticket.epoch };
  }
  return meet(taking, known);
}

function meet(taking: Taking, known: Known): TakingOutcome {
  const { svpmsn, region, now, randomness } = taking.meter;
  if (now >= known.ticket.expiry) return refused(taking, 'ticket-expired');
  const meterNonce = new Uint8Array(SPEND_NONCE_BYTES);
  randomness.fill(meterNonce);
  taking.state = { name: 'awaiting-status', known, meterNonce };
  const first = spendFirst(svpmsn, meterNonce);
  return send(purseCommand(PurseInstruction.open, first, { p1: OpenMode.spend, p2: region }));
}

function receiveStatus(taking: Taking, known: Known, meterNonce: Uint8Array, data: Uint8Array): TakingOutcome {
  const { svpmsn: meter, region } = taking.meter;
  const opened = openSpendSecond(known.pair, { csn: known.csn, region, meter, meterNonce }, data);
  if (opened === undefined) return refused(taking, 'card-false');
  const { insertion, status } = opened;
  const met = { ...known, insertion, status };
  if (status.pendingAmount > 0) return ask(taking, met, tokens(0));
  const most = tokens(Math.min(status.balance, leftOf(known), taking.meter.room));
  taking.state = { name: 'awaiting-amount', met, most };
  return { type: 'amount-wanted', csn: known.csn, balance: status.balance, most };
}

/** Under the limit of this version; an older version's takings do not count. */
const takenUnder = ({ ticket, row }: Known): number => (row?.ticketVersion === ticket.version ? row.taken : 0);
const leftOf = (known: Known): number => Math.max(0, known.ticket.limit - takenUnder(known));

/** Amount 0 asks for what is pending. */
function ask(taking: Taking, met: Met, asked: Tokens): TakingOutcome {
  taking.state = { name: 'awaiting-record', met, asked };
  const data = encodeDebit(met.pair, met.insertion, asked);
  return send(purseCommand(PurseInstruction.debit, data, { p2: taking.meter.region }));
}

function receiveRecord(taking: Taking, met: Met, asked: Tokens, data: Uint8Array): TakingOutcome {
  const record = openDebitRecord(met.pair, met.insertion, data);
  if (record === undefined || record.amount !== (asked === 0 ? met.status.pendingAmount : asked)) {
    return refused(taking, 'card-false');
  }
  // Credited before, and the acknowledgement was lost.
  if (met.row !== undefined && record.debitCounter <= met.row.debitCounter) {
    return confirm(taking, met, record, tokens(0));
  }
  if (record.amount > leftOf(met)) return refused(taking, 'limit-reached');
  if (record.amount > taking.meter.room) return refused(taking, 'purse-full');
  taking.state = { name: 'awaiting-credit-stored', met, record };
  const row = {
    csn: met.csn,
    debitCounter: record.debitCounter,
    ticketVersion: met.ticket.version,
    taken: tokens(takenUnder(met) + record.amount),
  };
  return { type: 'store-credit', amount: record.amount, row };
}

function confirm(taking: Taking, met: Met, { debitCounter }: DebitRecord, credited: Tokens): TakingOutcome {
  const last = Math.max(debitCounter, met.row?.debitCounter ?? 0);
  taking.state = { name: 'awaiting-acknowledged', met, last, credited };
  const data = encodeAcknowledge(met.pair, met.insertion, debitCounter);
  return send(purseCommand(PurseInstruction.acknowledge, data, { p2: taking.meter.region, silent: true }));
}

function wantReport(taking: Taking, met: Met, last: number, credited: Tokens): TakingOutcome {
  taking.state = { name: 'awaiting-report', met, last, credited };
  return { type: 'report-wanted' };
}

const send = (command: Uint8Array): TakingOutcome => ({ type: 'send', command });

function done(taking: Taking, credited: Tokens): TakingOutcome {
  taking.state = { name: 'ended' };
  return { type: 'done', credited };
}

function refused(taking: Taking, refusal: TakingRefusal, status?: number): TakingOutcome {
  taking.state = { name: 'ended' };
  return { type: 'refused', refusal, ...(status === undefined ? {} : { status }) };
}
