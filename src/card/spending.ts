import { equalBytes, Reader } from '../bytes/index.ts';
import type { PairKey } from '../crypto/index.ts';
import { type Region, svpmsn, tokens } from '../units/index.ts';
import { response } from './apdu.ts';
import { isReportOf, reportHead } from './meter-report.ts';
import { keepReport, reportOf } from './report-file.ts';
import type { PendingRecord } from './slot.ts';
import {
  encodeDebitRecord,
  encodeSpendSecond,
  type Insertion,
  openAcknowledge,
  openDebit,
  SPEND_NONCE_BYTES,
} from './spending-messages.ts';
import { type Card, type CardOutputs, commit, debitRow, type WholeRegion } from './state.ts';
import { StatusWord } from './status-word.ts';

/** A meter that the card talks to, from OPEN until its report, a wrong tag, another OPEN, or the end of power. */
export interface SpendSession {
  readonly region: WholeRegion;
  readonly pair: PairKey;
  readonly insertion: Insertion;
  /** One debit a session; and only what was handed over in a session can be acknowledged in it. */
  handedOver: boolean;
  /** Nothing is to be taken any more; the meter may still leave its report. */
  acknowledged: boolean;
}

/** OPEN, P1 01: the meter names itself and puts in its nonce. A card with a pending record serves its meter alone. */
export function openSpend(card: Card, region: WholeRegion, data: Uint8Array): Uint8Array {
  const reader = new Reader(data);
  const meter = svpmsn(reader.u24());
  const meterNonce = reader.rest().slice();
  const { balance, debitCounter, pending } = region.purse;
  card.spend = undefined;
  if (pending !== undefined && pending.meter !== meter) return response(StatusWord.conditionsNotSatisfied);
  const cardNonce = new Uint8Array(SPEND_NONCE_BYTES);
  card.randomness.fill(cardNonce);
  const insertion = { csn: card.csn, region: region.region, meter, meterNonce, cardNonce };
  const pair = region.key.pairKey(meter);
  card.spend = { region, pair, insertion, handedOver: false, acknowledged: false };
  const status = { balance, debitCounter, pendingAmount: pending?.amount ?? tokens(0) };
  return response(StatusWord.done, encodeSpendSecond(pair, insertion, status));
}

/**
 * DEBIT: the amount leaves the balance and becomes pending, in one commit, and its record goes to the meter. Amount 0
 * asks for the record that is pending already, under the nonces of this session.
 */
export function debit(card: Card, region: Region, data: Uint8Array, out: CardOutputs): Uint8Array {
  const session = sessionOf(card, region);
  if (session === undefined || session.acknowledged) return response(StatusWord.conditionsNotSatisfied);
  const { pair, insertion } = session;
  const amount = openDebit(pair, insertion, data);
  if (amount === undefined) return endedBy(card);
  const { balance, debitCounter, pending } = session.region.purse;
  let record: PendingRecord | undefined;
  if (amount === 0) record = pending;
  else if (pending === undefined && !session.handedOver && amount <= balance) {
    record = { meter: insertion.meter, counter: debitCounter + 1, amount };
    const changed = { balance: tokens(balance - amount), debitCounter: record.counter, pending: record };
    commit(card, session.region, changed, [debitRow(region, record)], out);
  }
  if (record === undefined) return response(StatusWord.conditionsNotSatisfied);
  session.handedOver = true;
  return response(
    StatusWord.done,
    encodeDebitRecord(pair, insertion, { debitCounter: record.counter, amount: record.amount }),
  );
}

/** ACK: the meter has it for good, and nothing is pending any more. */
export function acknowledge(card: Card, region: Region, data: Uint8Array, out: CardOutputs): Uint8Array {
  const session = sessionOf(card, region);
  if (session === undefined || !session.handedOver || session.acknowledged) {
    return response(StatusWord.conditionsNotSatisfied);
  }
  const taken = openAcknowledge(session.pair, session.insertion, data);
  if (taken === undefined) return endedBy(card);
  // The issuer may have released the record since, or the meter names another: nothing is cleared for that.
  if (session.region.purse.pending?.counter !== taken) {
    card.spend = undefined;
    return response(StatusWord.conditionsNotSatisfied);
  }
  commit(card, session.region, { pending: undefined }, [], out);
  session.acknowledged = true;
  return response(StatusWord.done);
}

/**
 * REPORT: what the meter has to say to its provider, once nothing is on its way between the two. An older one than the
 * region has of this meter is refused, so that nobody puts one back; the same one again is good and changes nothing.
 */
export function report(card: Card, region: Region, data: Uint8Array, out: CardOutputs): Uint8Array {
  const session = sessionOf(card, region);
  if (session === undefined || session.handedOver !== session.acknowledged || session.region.purse.pending) {
    return response(StatusWord.conditionsNotSatisfied);
  }
  card.spend = undefined;
  const { meter, sequence } = reportHead(data);
  if (meter !== session.insertion.meter || !isReportOf(session.pair, session.insertion, data)) {
    return response(StatusWord.securityStatusNotSatisfied);
  }
  const kept = reportOf(card, region);
  const last = kept === undefined ? undefined : reportHead(kept);
  if (kept === undefined || last?.meter !== meter || last.sequence < sequence) keepReport(card, region, data, out);
  else if (!equalBytes(kept, data)) return response(StatusWord.conditionsNotSatisfied);
  return response(StatusWord.done);
}

const sessionOf = ({ spend }: Card, region: Region): SpendSession | undefined =>
  spend?.region.region === region ? spend : undefined;

/** A wrong tag ends the session: each guess costs a new one. */
function endedBy(card: Card): Uint8Array {
  card.spend = undefined;
  return response(StatusWord.securityStatusNotSatisfied);
}
