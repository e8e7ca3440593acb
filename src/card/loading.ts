import {
  Command,
  createTerminal,
  decodeFrame,
  Message,
  type Terminal,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
  ValueResult,
} from '../exchange/index.ts';
import { isRegion, milliseconds, type Svpmsn, tokens, U32_MAX } from '../units/index.ts';
import {
  type CardCommand,
  CardOp,
  type CardReceipt,
  type CardStatus,
  decodeCardCommand,
  encodeCardReceipt,
  encodeCardStatus,
  type RegionTotals,
  type TookOff,
} from './added-value.ts';
import { response } from './apdu.ts';
import { reportOf } from './report-file.ts';
import { LOADED_MAX, type RegionPurse } from './slot.ts';
import {
  type Card,
  type CardOutputs,
  type CardRegion,
  commit,
  LoadKind,
  type LoadRow,
  loadRow,
  readLoadRow,
  type WholeRegion,
} from './state.ts';
import { StatusWord } from './status-word.ts';
import { takeTicket } from './ticket-file.ts';

/** The card as the terminal of an exchange 0x18, between its M1 and the next one. In memory without power it is not. */
export interface LoadSession {
  readonly terminal: Terminal;
  readonly route: Svpmsn;
  readonly region: WholeRegion;
}

/** Nh stands before the CSN and the region in M1. */
const SUBJECT_AT = 16;
const REGION_AT = SUBJECT_AT + 7;
/** A card has no clock, and slows nobody down: a wrong tag ends the session, and one guess costs a whole exchange. */
const NO_TIME = milliseconds(0);

/** OPEN, P1 00: M1 of an exchange 0x18 comes in, and M2, or a refusal, goes out. */
export function openLoad(card: Card, data: Uint8Array): Uint8Array {
  const frame = decodeFrame(data);
  if ('reason' in frame || frame.message !== Message.first || frame.h !== Command.addedValue) {
    return response(StatusWord.incorrectData);
  }
  const region = regionOf(card, frame.body);
  if (region === undefined) return response(StatusWord.referencedDataNotFound);
  if (!isWhole(region)) return response(StatusWord.memoryFailure);
  const { svpmsn: route } = frame;
  if (card.load?.route !== route || card.load.region !== region) {
    card.load = { terminal: terminalFor(card, region, route), route, region };
  }
  const { terminal } = card.load;
  const outcome = terminalReceive(terminal, data, NO_TIME);
  switch (outcome.type) {
    case 'status-wanted':
      return response(StatusWord.done, terminalStatus(terminal, encodeCardStatus(statusOf(region))));
    case 'again':
      return response(StatusWord.done, outcome.frames[0]);
    case 'refuse':
      return response(StatusWord.done, outcome.frame);
    default:
      // The M1 of a session that has had its M3.
      return response(StatusWord.conditionsNotSatisfied);
  }
}

/** CREDIT: M3 comes in, its command is carried out once, and M4, or a refusal, goes out. */
export function creditLoad(card: Card, data: Uint8Array, out: CardOutputs): Uint8Array {
  const { load } = card;
  if (load === undefined) return response(StatusWord.conditionsNotSatisfied);
  const frame = decodeFrame(data);
  if ('reason' in frame || frame.message !== Message.third) return response(StatusWord.incorrectData);
  const outcome = terminalReceive(load.terminal, data, NO_TIME);
  switch (outcome.type) {
    case 'command': {
      const command = decodeCardCommand(outcome.proof.command);
      if ('reason' in command) {
        card.load = undefined;
        return response(StatusWord.incorrectData);
      }
      const receipt = carryOut(card, load.region, command, out);
      return response(StatusWord.done, terminalAnswer(load.terminal, encodeCardReceipt(receipt))[0]);
    }
    case 'again':
      return response(StatusWord.done, outcome.frames[0]);
    case 'refuse':
      card.load = undefined;
      return response(StatusWord.done, outcome.frame);
    default:
      return response(StatusWord.incorrectData);
  }
}

export const statusOf = ({ purse }: WholeRegion): CardStatus => ({
  lastCounter: purse.loadCounter,
  ...totalsOf(purse),
});

export const isWhole = (region: CardRegion): region is WholeRegion => region.purse !== undefined;

/** The region that M1 names, if it is one of this card. */
function regionOf(card: Card, body: Uint8Array): CardRegion | undefined {
  const region = body[REGION_AT] ?? 0;
  const found = isRegion(region) ? card.regions.get(region) : undefined;
  return found?.key.subject.every((byte, i) => byte === body[SUBJECT_AT + i]) === true ? found : undefined;
}

const terminalFor = (card: Card, { key }: WholeRegion, route: Svpmsn): Terminal => {
  const terminalKey = key.terminalKey(route);
  const { randomness } = card;
  return createTerminal({ svpmsn: route, keyOf: (n) => (n === key.n ? terminalKey : undefined), randomness });
};

/** X3 to X5 with LTC in place of TC. The one commit has the value, its receipt and the ticket that came with it. */
function carryOut(card: Card, region: WholeRegion, command: CardCommand, out: CardOutputs): CardReceipt {
  const { loadCounter } = region.purse;
  const ticket = command.ticket && takeTicket(card, region, command.ticket, out);
  const fresh = command.op !== CardOp.query && command.counter === loadCounter + 1;
  if (fresh) {
    const { kind, amount, changed } = settlementOf(region.purse, command);
    const row = { counter: command.counter, txid: command.txid, amount, kind };
    const change = { ...changed, ...ticket?.changed, loadCounter: command.counter };
    commit(card, region, change, [loadRow(region.region, row), ...(ticket?.rows ?? [])], out);
    return told(card, region, freshResult(kind), row);
  }
  if (ticket !== undefined) commit(card, region, ticket.changed, ticket.rows, out);
  const named = command.op === CardOp.query && command.counter === 0 ? loadCounter : command.counter;
  const kept = readLoadRow(card, region, named);
  if (kept !== undefined) return told(card, region, keptResult(kept.kind), kept, TOOK_OFF.get(kept.kind));
  return told(card, region, ValueResult.gap, { counter: loadCounter, txid: new Uint8Array(8), amount: 0 });
}

interface Settlement {
  readonly kind: LoadKind;
  readonly amount: number;
  readonly changed: Partial<RegionPurse>;
}

function settlementOf(purse: RegionPurse, { op, amount }: CardCommand): Settlement {
  const { balance, loaded, pending } = purse;
  switch (op) {
    case CardOp.credit:
      if (balance + amount > U32_MAX || loaded + amount > LOADED_MAX)
        return { kind: LoadKind.full, amount: 0, changed: {} };
      return {
        ...{ kind: LoadKind.credited, amount },
        changed: { balance: tokens(balance + amount), loaded: tokens(loaded + amount) },
      };
    case CardOp.close:
      return { kind: LoadKind.closed, amount: balance, changed: { balance: tokens(0) } };
    case CardOp.release:
      // Of a record that was acknowledged meanwhile, or of another, nothing is released.
      if (pending?.counter !== amount) return { kind: LoadKind.released, amount: 0, changed: {} };
      return { kind: LoadKind.released, amount: pending.amount, changed: { pending: undefined } };
    default:
      return { kind: LoadKind.voided, amount: 0, changed: {} };
  }
}

const freshResult = (kind: LoadKind): ValueResult =>
  kind === LoadKind.full || kind === LoadKind.voided ? keptResult(kind) : ValueResult.done;

function keptResult(kind: LoadKind): ValueResult {
  if (kind === LoadKind.full) return ValueResult.full;
  return kind === LoadKind.voided ? ValueResult.voided : ValueResult.alreadyDone;
}

const TOOK_OFF: ReadonlyMap<LoadKind, TookOff> = new Map([
  [LoadKind.closed, 'closed'],
  [LoadKind.released, 'released'],
]);

const told = (
  card: Card,
  region: WholeRegion,
  result: ValueResult,
  row: Omit<LoadRow, 'kind'>,
  tookOff?: TookOff,
): CardReceipt => ({
  ...{ result, tookOff, counter: row.counter, txid: row.txid, amount: tokens(row.amount) },
  ...totalsOf(region.purse),
  ...{ report: reportOf(card, region.region), clock: undefined, flags: undefined },
});

const totalsOf = ({ balance, loaded, debitCounter, pending, ticketVersion }: RegionPurse): RegionTotals => ({
  ...{ creditedTotal: loaded, balance, debitCounter },
  pending: pending && { meter: pending.meter, amount: pending.amount },
  ticketVersion,
});
