import { monthAt } from '../tariff/index.ts';
import { type Milliseconds, type Svpmsn, svpmsnText } from '../units/index.ts';
import { amountFault, fail, findMeter, isFailure, tradeUnknown } from './failures.ts';
import { move } from './ledger.ts';
import { oweAgain } from './owing.ts';
import type { MeterToSell, StoreReads, StoreTransaction } from './ports.ts';
import { duesUntil, firstDues, settleDues, splitPayment, termsFault, termsOf, withFound } from './terms.ts';
import { floatGivenBack, Tills } from './tills.ts';
import { UNOCCUPIED } from './types/tenancies.ts';
import type {
  Dues,
  HostFailure,
  NumberedOrder,
  PaymentMethod,
  Terms,
  TermsVersion,
  Trade,
  TradeParts,
} from './types.ts';
import { sellPriced } from './vending.ts';
import { announce, purchaseHappened } from './webhooks.ts';

/** Money for a meter, whatever it is for in the end. */
export interface Purchase {
  readonly meter: number;
  /** Minor units of the currency, 1 to u32. */
  readonly paid: number;
  readonly method: PaymentMethod;
  /** The payment's own; the same id twice is the same purchase. */
  readonly orderId: string;
  /** Whoever takes the money, as the audit log names them; nobody where a program does. */
  readonly by?: string;
  /** Where an agent sells: out of its float. */
  readonly vend?: { readonly agent: string; readonly reference: string };
}

/** An order with what its payment was made of. */
export interface Traded {
  readonly order: NumberedOrder;
  readonly trade: Trade;
}

/** Sells for money, as one group: dues are recovered, fee and tax taken, and the rest is energy. */
export async function tradeAll(
  tx: StoreTransaction,
  purchases: readonly Purchase[],
  zone: string,
  now: Milliseconds,
): Promise<(Traded | HostFailure)[]> {
  const terms = await termsOf(tx);
  const month = monthAt(zone, now);
  const before = new Map<string, Trade>();
  const dues = await duesOf(tx, purchases);
  const changed = new Map<string, Dues>();
  /** What those paid who have left, as it differs from what it brought them. */
  const owing: (Pick<TradeParts, 'arrears'> & {
    readonly at: Milliseconds;
    readonly order: string;
    readonly meter: MeterToSell;
  })[] = [];
  const trades = new Map<string, Trade>();
  const tills = await Tills.of(tx, purchases);
  const wishes = purchases.map((purchase) => ({ ...purchase, source: purchase.method }));
  const answers = await sellPriced(
    tx,
    wishes,
    {
      prepare: async (known) => {
        for (const trade of await tx.trades.of(known)) if (trade !== undefined) before.set(trade.id, trade);
      },
      fault: ({ paid }) => amountFault(paid),
      price: (purchase, meter, found, gone) => {
        const { orderId, paid, method } = purchase;
        const refused = tills.fault(purchase);
        if (refused !== undefined) return refused;
        const id = String(meter.svpmsn);
        const due = duesUntil(changed.get(id) ?? dues.get(id) ?? firstDues(meter, zone), month, terms);
        // Whoever bought it has left: it pays nothing of what is due there now.
        const theirs = gone === undefined ? due : { ...due, arrears: 0n, fixedCharge: 0n };
        const split = splitPayment(paid, method, { terms, dues: theirs });
        if ('reason' in split) return split;
        const parts = found ? withFound(split, found) : split;
        // What its meter had no room for, or voided, is given back in this same step.
        if (found !== 0 && gone?.leftAt !== undefined) owing.push({ ...parts, at: gone.leftAt, order: orderId, meter });
        else if (found !== 0) changed.set(id, settleDues(due, parts, 1n));
        trades.set(orderId, { ...parts, id: orderId, svpmsn: meter.svpmsn, method, at: now, paidOutAt: undefined });
        tills.sold(purchase, { svpmsn: meter.svpmsn, purse: undefined }, now);
        return { account: tills.accountOf(purchase), parts };
      },
      isSame: ({ id }, { paid, method }) => {
        const trade = trades.get(id) ?? before.get(id);
        return trade !== undefined && trade.paid === BigInt(paid) && trade.method === method;
      },
    },
    now,
  );
  if (changed.size > 0) await tx.dues.put([...changed.values()]);
  for (const { arrears, at, order, meter } of owing) {
    if (arrears === 0n) continue;
    const due = { svpmsn: meter.svpmsn, at, order, arrears: -arrears, fixedCharge: 0n };
    await oweAgain(tx, { ...due, first: (of) => firstDues(of, zone) }, now);
  }
  if (trades.size > 0) {
    // Of an order that is new, or claimed, there is none yet.
    await tx.trades.add([...trades.values()]);
    await tills.put(tx);
    await tx.receiptsDue.add([...trades.keys()].map((id) => ({ id })));
    const happened = trades.values().map((trade) => purchaseHappened('purchase.sold', trade));
    const ended = answers.values().flatMap((order) => endedAtOnce(order, trades));
    await announce(tx, happened, now);
    await announce(tx, ended, now);
    // What its meter had no room for, or voided, before these books knew of it is an agent's again at once.
    for (const order of answers) {
      const trade = isFailure(order) || order.state !== 'refunded' ? undefined : trades.get(order.id);
      const back = trade === undefined ? [] : await floatGivenBack(tx, trade, now);
      if (back.length > 0) await tx.post(back);
    }
  }
  return answers.map((order) => {
    if (isFailure(order)) return order;
    return { order, trade: (trades.get(order.id) ?? before.get(order.id)) as Trade };
  });
}

/** A sale that these books had forgotten, and that its meter has decided already. */
function endedAtOnce(order: NumberedOrder | HostFailure, made: ReadonlyMap<string, Trade>) {
  const trade = isFailure(order) ? undefined : made.get(order.id);
  if (isFailure(order) || trade === undefined) return [];
  return order.state === 'stored' || order.state === 'refunded'
    ? [purchaseHappened(`purchase.${order.state}`, trade)]
    : [];
}

/** They hold for what is paid from now on. The currency never changes once something was sold. */
export async function publishTerms(
  tx: StoreTransaction,
  terms: Terms,
  zone: string,
  now: Milliseconds,
): Promise<TermsVersion | HostFailure> {
  const fault = termsFault(terms);
  if (fault !== undefined) return fail('terms-wrong', fault);
  const before = await termsOf(tx);
  const same = JSON.stringify(before.currency) === JSON.stringify(terms.currency);
  if (!same && (await tx.orders({ limit: 1 })).length > 0) {
    return fail(
      'terms-wrong',
      `The books are in ${before.currency.code}, and that does not change after the first sale.`,
    );
  }
  // What has begun until now is charged by the terms that held.
  const month = monthAt(zone, now);
  const meters = await tx.meters();
  const dues = await tx.dues.of(meters.map(({ svpmsn }) => String(svpmsn)));
  await tx.dues.put(meters.map((meter, i) => duesUntil(dues[i] ?? firstDues(meter, zone), month, before)));
  const version: TermsVersion = { at: now, terms };
  await tx.terms.append([version]);
  return version;
}

/** What a meter's subscriber owes from before. */
export interface Debt {
  readonly meter: number;
  /** Minor units of the currency, 1 to u32. */
  readonly amount: number;
  /** Of whoever books it: a bill, a contract. */
  readonly reference: string;
}

/** Books what a subscriber owes from before: it is recovered from payments, up to its share of them. */
export async function bookDebt(
  tx: StoreTransaction,
  debt: Debt,
  zone: string,
  now: Milliseconds,
): Promise<Dues | HostFailure> {
  const found = await findMeter(tx, debt.meter);
  if (isFailure(found)) return found;
  const fault = amountFault(debt.amount);
  if (fault !== undefined) return fault;
  const amount = BigInt(debt.amount);
  const { svpmsn, subscriber } = found.meter;
  if (subscriber === UNOCCUPIED) {
    return fail(
      'meter-unoccupied',
      `Nobody lives at meter ${svpmsnText(svpmsn)}: book it where whoever owes it lives.`,
      { about: svpmsnText(svpmsn) },
    );
  }
  const [before = firstDues(found.meter, zone)] = await tx.dues.of([String(svpmsn)]);
  const dues: Dues = { ...before, arrears: before.arrears + amount };
  await tx.dues.put([dues]);
  await tx.post([move('debt', amount, { at: now, svpmsn, order: debt.reference })]);
  return dues;
}

export interface Quote extends TradeParts {
  readonly svpmsn: Svpmsn;
  readonly terms: Terms;
  /** Before it is paid. */
  readonly dues: Dues;
}

/** What a payment would be made of now; nothing is sold. */
export async function quote(
  tx: StoreReads,
  { meter: number, paid, method }: Omit<Purchase, 'orderId'>,
  zone: string,
  now: Milliseconds,
): Promise<Quote | HostFailure> {
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  const { meter, purse } = found;
  const fault = amountFault(paid);
  if (fault !== undefined) return fault;
  if (purse.freeze !== undefined || purse.state !== 'open') {
    return fail('meter-frozen', `Meter ${svpmsnText(meter.svpmsn)} takes no value now: nothing can be bought for it.`, {
      about: svpmsnText(meter.svpmsn),
    });
  }
  const terms = await termsOf(tx);
  const [before = firstDues(meter, zone)] = await tx.dues.of([String(meter.svpmsn)]);
  const dues = duesUntil(before, monthAt(zone, now), terms);
  const parts = splitPayment(paid, method, { terms, dues });
  return isFailure(parts) ? parts : { ...parts, svpmsn: meter.svpmsn, terms, dues };
}

/** What a meter owes beside its energy, with the charges of all months that have begun. */
export async function duesNow(
  tx: StoreReads,
  number: number,
  zone: string,
  now: Milliseconds,
): Promise<Dues | HostFailure> {
  const found = await findMeter(tx, number);
  if (isFailure(found)) return found;
  const [before = firstDues(found.meter, zone)] = await tx.dues.of([String(found.meter.svpmsn)]);
  return duesUntil(before, monthAt(zone, now), await termsOf(tx));
}

export async function tradeOf(tx: StoreReads, orderId: string): Promise<Traded | HostFailure> {
  const [trade] = await tx.trades.of([orderId]);
  const [order] = await tx.ordersOf([orderId]);
  return trade === undefined || order === undefined ? tradeUnknown(orderId) : { order, trade };
}

async function duesOf(tx: StoreReads, purchases: readonly Purchase[]): Promise<Map<string, Dues>> {
  const ids = [...new Set(purchases.map(({ meter }) => String(meter)))];
  return new Map((await tx.dues.of(ids)).flatMap((dues) => (dues === undefined ? [] : [[dues.id, dues]])));
}
