import type { CardReceipt, MeterReport } from '../card/index.ts';
import { type Milliseconds, svpmsnText } from '../units/index.ts';
import { cardMove } from './card-books.ts';
import { bookArrived, handedBy } from './card-meters.ts';
import { settleHandover } from './offline-handover.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { CardFreeze, CardPurse, OfflineMeter } from './types.ts';

/**
 * Takes in what a meter told over a card: what was spent in one without a line goes to its provider's revenue, and what
 * one with a line took is in its purse. Reports
 * come late, again, and out of their order, over whichever card: one that is not newer than the last says nothing.
 * @returns why the card that brought it cannot be the one that the meter took from
 */
export async function takeMeterReport(
  tx: StoreTransaction,
  purse: CardPurse,
  { report, receipt }: { readonly report: MeterReport; readonly receipt: CardReceipt },
  now: Milliseconds,
): Promise<CardFreeze | undefined> {
  const [meter] = await tx.offlineMeters.of([svpmsnText(report.meter)]);
  if (meter === undefined || meter.provider !== purse.provider || report.sequence <= meter.sequence) return undefined;
  // The meter has credited a debit that this card does not know of: another of its number made it.
  if (report.debitCounter > receipt.debitCounter) return 'debits-behind';
  const fromCards = BigInt(report.fromCards);
  const told = {
    ...{ sequence: report.sequence, reportedAt: now, toldAt: report.time, flags: report.flags, events: report.events },
    ...{ balance: BigInt(report.balance), owed: BigInt(report.owed), register: BigInt(report.register) },
    // What a card lays down in a slot through which it is loaded may be older than the ticket that comes there.
    handedThen: await handedBy(tx, meter),
    epochThere: meter.line ? meter.epochThere : await epochSeen(tx, purse, meter),
  };
  if (meter.line) {
    await tx.offlineMeters.put([await bookArrived(tx, { ...meter, ...told }, { fromCards, at: now }, now)]);
    return undefined;
  }
  const gone = fromCards - told.balance;
  const isBehind = fromCards < meter.fromCards || report.used < meter.spent;
  // What is in the purse of a meter beside value of cards was not spent there either.
  const spent = gone > meter.spent ? gone : meter.spent;
  const heard: OfflineMeter = {
    ...meter,
    ...told,
    ...(isBehind ? { doubt: 'counts-behind' } : { fromCards, spent }),
  };
  await tx.offlineMeters.put([heard]);
  await tx.post(cardMove('card-spent', heard.spent - meter.spent, { at: now, provider: meter.provider, of: meter.id }));
  return undefined;
}

/**
 * A card that has made no debit since its meter reported has handed over before it all that it tells. It is called when
 * the books have heard the card too.
 */
export async function reportHeard(
  tx: StoreTransaction,
  { provider }: Pick<CardPurse, 'provider'>,
  { report, receipt }: { readonly report: MeterReport; readonly receipt: CardReceipt },
): Promise<void> {
  const [meter] = await tx.offlineMeters.of([svpmsnText(report.meter)]);
  if (meter?.sequence !== report.sequence || meter.provider !== provider) return;
  if (report.debitCounter !== receipt.debitCounter) return;
  const settled = await settleHandover(tx, meter);
  await tx.offlineMeters.put([{ ...settled, handedThen: await handedBy(tx, settled) }]);
}

/**
 * The epoch that is known to be there: the report is newer than all that came before, and this card had told that it
 * had a ticket of that epoch for this meter before it went there.
 */
async function epochSeen(tx: StoreReads, purse: CardPurse, { svpmsn, epochThere }: OfflineMeter): Promise<number> {
  const tickets = await tx.cardTickets.where('purse', purse.id);
  const taken = tickets.filter(({ meter, takenAt }) => meter === svpmsn && takenAt !== undefined);
  return Math.max(epochThere, ...taken.map(({ epoch }) => epoch));
}
