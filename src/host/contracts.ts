import { civilDayAt, monthAt } from '../tariff/index.ts';
import type { Milliseconds } from '../units/index.ts';
import { amountFault, fail, findMeter, isFailure, orStoreFailure, textFault, unoccupiedFault } from './failures.ts';
import { orderOfPayment } from './payment-order.ts';
import type { Payments } from './payments.ts';
import type { HostPorts, StoreReads, StoreTransaction } from './ports.ts';
import type { Contract, HostFailure, Payment } from './types.ts';

export type Agreement = Pick<Contract, 'threshold' | 'paid' | 'port' | 'account' | 'perDayMax' | 'perMonthMax'> & {
  readonly meter: number;
};

const PAGE = 500;
/** After a refusal: an account that is empty is not asked every minute. */
const AFTER_REFUSAL_MS = 6 * 3_600_000;

/** A new agreement takes the place of an older one; what was begun under that goes on. */
export async function agree(
  tx: StoreTransaction,
  agreement: Agreement,
  ports: HostPorts['payments'],
  now: Milliseconds,
): Promise<Contract | HostFailure> {
  const { meter, threshold, paid, port, account, perDayMax, perMonthMax } = agreement;
  const found = await findMeter(tx, meter);
  if (isFailure(found)) return found;
  const fault =
    unoccupiedFault(found.meter) ??
    amountFault(threshold) ??
    amountFault(paid) ??
    amountFault(perDayMax) ??
    amountFault(perMonthMax) ??
    textFault('name-wrong', "An account's reference", account.type === 'mandate' ? account.reference : account.token);
  if (fault !== undefined) return fault;
  if (ports?.get(port) === undefined) {
    return fail('payment-port-unknown', `Nobody takes money here as "${port}": choose another way to pay.`);
  }
  if (ports.get(port)?.method === 'voucher') {
    return fail('payment-port-unknown', 'A voucher pays once, and not by itself: choose another way to pay.');
  }
  if (paid > perDayMax || paid > perMonthMax) {
    return fail('amount-wrong', `One transfer of ${paid} is above a limit of this contract: raise the limit.`, {
      paid,
    });
  }
  const id = String(meter);
  const [before] = await tx.contracts.of([id]);
  const terms = { threshold, paid, port, account, perDayMax, perMonthMax };
  const begun = before ?? { count: await countBefore(tx, id), day: 0, paidThatDay: 0, month: 0, paidThatMonth: 0 };
  const { count, day, paidThatDay, month, paidThatMonth } = begun;
  const contract: Contract = {
    ...{ id, svpmsn: found.meter.svpmsn, ...terms, agreedAt: now },
    ...{ count, day, paidThatDay, month, paidThatMonth },
  };
  await tx.contracts.put([contract]);
  return contract;
}

export async function endContract(tx: StoreTransaction, meter: number): Promise<Contract | HostFailure> {
  const [contract] = await tx.contracts.of([String(meter)]);
  if (contract === undefined) return contractUnknown(meter);
  await tx.contracts.delete([contract.id]);
  return contract;
}

export const contractUnknown = (meter: number): HostFailure =>
  fail('contract-unknown', `Meter ${meter} has no contract for automatic transfer.`);

/** Begins the transfers that are due. Each is begun once: its id is stored before anybody is asked for money. */
export async function transferAll(
  { store, clock }: HostPorts,
  payments: Payments,
  zone: string,
): Promise<readonly Payment[]> {
  const begun: Payment[] = [];
  for (let after: string | undefined, more = true; more; ) {
    const page = await store.read((tx) =>
      tx.contracts.page({ limit: PAGE, ...(after === undefined ? {} : { after }) }),
    );
    for (const { id } of page) {
      const due = await orStoreFailure(store.transaction((tx) => beginIfDue(tx, id, zone, clock.now())));
      if (due === undefined || 'reason' in due) continue;
      const { contract, payment } = due;
      const { svpmsn: meter, paid, port, account: instrument } = contract;
      const answer = await payments.pay({ id: payment, meter, paid, port, instrument });
      if (!isFailure(answer)) begun.push(answer);
    }
    after = page.at(-1)?.id;
    more = page.length === PAGE;
  }
  return begun;
}

/** What its payments have in common, and what those of one number have. */
const allOf = (id: string): string => `auto:${id}:`;
const numberedOf = ({ id, count }: Pick<Contract, 'id' | 'count'>): string => `${allOf(id)}${count}:`;

/**
 * The amount is part of what a payment is: books that were put back may count one number twice, under another
 * agreement, and then two payments are two for the bank and for the meter.
 */
const paymentOf = (contract: Pick<Contract, 'id' | 'count' | 'paid'>): string =>
  `${numberedOf(contract)}${contract.paid}`;

/** The one that was begun last, of whatever amount was agreed then. */
async function lastOf(tx: StoreReads, contract: Contract): Promise<Payment | undefined> {
  const after = numberedOf(contract);
  const [payment] = await tx.payments.page({ after, limit: 1 });
  return payment?.id.startsWith(after) === true ? payment : undefined;
}

/** Payments that were made under contracts which ended: none of their numbers is used again. */
async function countBefore(tx: StoreReads, id: string): Promise<number> {
  let [count, after] = [0, allOf(id)];
  for (;;) {
    const page = await tx.payments.page({ after, limit: PAGE });
    const own = page.filter((payment) => payment.id.startsWith(allOf(id)));
    for (const payment of own) count = Math.max(count, Number(payment.id.split(':')[2]));
    if (own.length < PAGE) return count;
    after = own.at(-1)?.id ?? after;
  }
}

/** The payment that is to be made, if one is. One that was begun and never asked for is asked for now. */
async function beginIfDue(
  tx: StoreTransaction,
  id: string,
  zone: string,
  now: Milliseconds,
): Promise<{ readonly contract: Contract; readonly payment: string } | undefined> {
  const [contract] = await tx.contracts.of([id]);
  if (contract === undefined) return undefined;
  const payment = await lastOf(tx, contract);
  if (contract.count > 0 && payment === undefined) return { contract, payment: paymentOf(contract) };
  if (payment?.state === 'declined' || payment?.state === 'reversed' || payment?.state === 'returned') {
    if (now < payment.at + AFTER_REFUSAL_MS) return undefined;
  } else if (payment !== undefined && !(await isKnownStored(tx, payment))) return undefined;
  const [known] = await tx.knowledgeOf([contract.svpmsn]);
  if (known?.balance === undefined || known.balance > contract.threshold) return undefined;
  const day = civilDayAt(zone, now);
  const month = monthAt(zone, now);
  const thatDay = (contract.day === day ? contract.paidThatDay : 0) + contract.paid;
  const thatMonth = (contract.month === month ? contract.paidThatMonth : 0) + contract.paid;
  if (thatDay > contract.perDayMax || thatMonth > contract.perMonthMax) return undefined;
  const next: Contract = {
    ...contract,
    ...{ count: contract.count + 1, day, paidThatDay: thatDay, month, paidThatMonth: thatMonth },
  };
  await tx.contracts.put([next]);
  return { contract: next, payment: paymentOf(next) };
}

/** Its value is in the meter, and the balance that is known is one of after that. */
async function isKnownStored(tx: StoreReads, { id, svpmsn }: Payment): Promise<boolean> {
  const [order] = await tx.ordersOf([orderOfPayment(id)]);
  const [known] = svpmsn === undefined ? [] : await tx.knowledgeOf([svpmsn]);
  return order?.state === 'stored' && (known?.balanceAt ?? 0) >= (order.settledAt ?? Number.POSITIVE_INFINITY);
}
