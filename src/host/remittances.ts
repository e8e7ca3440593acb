import { civilDayAt, dateText } from '../tariff/index.ts';
import type { Milliseconds } from '../units/index.ts';
import { amountText } from '../words/index.ts';
import { providerBy } from './card-lookup.ts';
import { fail, isFailure, textFault } from './failures.ts';
import { type LedgerReader, remitted } from './ledger.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { termsOf } from './terms.ts';
import { cashGiven } from './tills.ts';
import type { Account, HostFailure, Particulars, PaymentMethod, Remittance } from './types.ts';

/** The seller of energy, as a payee; the others are providers of cards, by their ids. */
export const SELLER = 'seller';

/** Money that is to leave, or has come. */
export interface Remitting {
  readonly payee: string;
  /** Minor units of the currency, 1 to 2⁵³ - 1; below zero where it came from the payee. */
  readonly amount: number;
  readonly method: PaymentMethod;
  /** `2026-04-03`, today at the latest. */
  readonly paidOn: string;
  readonly reference: string;
}

/** What a payee was ever owed, what was paid of it, less what came back, and what is still due: below zero the payee owes it. */
export interface PayeeAccount {
  readonly owed: bigint;
  readonly paid: bigint;
  readonly due: bigint;
}

/** By what it is judged whether money may go, and when. */
export interface RemittingAt {
  readonly ledger: LedgerReader;
  readonly zone: string;
  readonly now: Milliseconds;
}

const REFERENCE_MAX = 64;
/** Money that the utility itself sends: cash out of a till, or through its bank. */
const METHODS: readonly PaymentMethod[] = ['cash', 'bank-transfer', 'direct-debit'];

export const remittanceIdOf = ({ payee, reference }: Pick<Remitting, 'payee' | 'reference'>): string =>
  `${payee} ${reference}`;

export async function payeeAccount(
  tx: StoreReads,
  payee: string,
  ledger: LedgerReader,
): Promise<PayeeAccount | HostFailure> {
  if (payee === SELLER) return sellerAccount(tx);
  const provider = await providerBy(tx, payee);
  return isFailure(provider) ? provider : ledger.provider(tx, payee);
}

/** By the last month that was closed. */
export async function sellerAccount(tx: StoreReads): Promise<PayeeAccount> {
  const [last] = await tx.closings.page({ limit: 1 });
  const owed = last?.priceOfAll ?? 0n;
  const paid = paidBy(await tx.remittances.where('payee', SELLER));
  return { owed, paid, due: owed - paid };
}

/** What remittances come to that stand. */
export const paidBy = (remittances: readonly Remittance[]): bigint =>
  remittances.reduce((sum, { amount, reversedAt }) => (reversedAt === undefined ? sum + amount : sum), 0n);

/** Why money may not be booked as gone, or come. */
export async function remittanceFault(
  tx: StoreReads,
  asked: Remitting,
  { ledger, zone, now }: RemittingAt,
): Promise<HostFailure | undefined> {
  const { payee, amount, method, paidOn, reference } = asked;
  const wrong = (sentence: string, particulars?: Particulars) => fail('remittance-wrong', sentence, particulars);
  const account = await payeeAccount(tx, payee, ledger);
  if (isFailure(account)) return account;
  if (!Number.isSafeInteger(amount) || amount === 0)
    return wrong(`An amount is a whole number above 0, not ${amount}.`, { leastSum: 1 });
  if (!METHODS.includes(method)) return wrong(`Such money goes as ${METHODS.join(', ')}, not as ${method}.`);
  const fault = textFault('remittance-wrong', 'A reference', reference, REFERENCE_MAX);
  if (fault !== undefined) return fault;
  const today = dateText(civilDayAt(zone, now));
  if (!isDate(paidOn) || paidOn > today) return wrong(`It is paid on a date until ${today}, not on "${paidOn}".`);
  const [known] = await tx.remittances.of([remittanceIdOf(asked)]);
  if (known !== undefined) {
    return fail(
      'remittance-known',
      `"${reference}" of ${payee} is booked already: each payment has its own reference.`,
      { about: reference },
    );
  }
  const { due } = account;
  const most = amount > 0 ? due : -due;
  if (BigInt(Math.abs(amount)) <= most) return undefined;
  const [who, whom] = amount > 0 ? ['To', 'due'] : ['From', 'owed back'];
  const { currency } = await termsOf(tx);
  const money = (minorUnits: number) => `${amountText(minorUnits, currency.exponent)} ${currency.code}`;
  return wrong(
    `${who} "${payee}" ${money(Math.max(0, Number(most)))} is ${whom}: ${money(Math.abs(amount))} is more than that.`,
    { about: payee, mostSum: most > 0n ? most : 0n },
  );
}

/** Books money that left, or came, in the name of whoever asked for it. */
export async function remit(
  tx: StoreTransaction,
  asked: Remitting,
  by: string,
  context: RemittingAt,
): Promise<Remittance | HostFailure> {
  const fault = await remittanceFault(tx, asked, context);
  if (fault !== undefined) return fault;
  const { payee, method, paidOn, reference } = asked;
  const amount = BigInt(asked.amount);
  const at = context.now;
  const made: Remittance = {
    ...{ id: remittanceIdOf(asked), payee, amount, method, paidOn, reference, by, at, reversedAt: undefined },
  };
  await tx.remittances.put([made]);
  await tx.post([remitted('remitted', { account: accountOf(payee), method, amount }, { at, order: made.id })]);
  if (method === 'cash') await cashGiven(tx, by, amount);
  return made;
}

export async function remittanceBy(tx: StoreReads, id: string): Promise<Remittance | HostFailure> {
  const [found] = await tx.remittances.of([id]);
  return found ?? fail('remittance-unknown', `No payment "${id}" to a payee is booked: check its id.`);
}

/** What was booked never happened, or was sent back: its counter-entry is posted, once. */
export async function reverseRemittance(
  tx: StoreTransaction,
  id: string,
  now: Milliseconds,
): Promise<Remittance | HostFailure> {
  const found = await reversibleRemittance(tx, id);
  if (isFailure(found)) return found;
  const { payee, method, amount, by } = found;
  const reversed: Remittance = { ...found, reversedAt: now };
  await tx.remittances.put([reversed]);
  const back = { account: accountOf(payee), method, amount: -amount };
  await tx.post([remitted('remittance-reversed', back, { at: now, order: id })]);
  if (method === 'cash') await cashGiven(tx, by, -amount);
  return reversed;
}

export async function reversibleRemittance(tx: StoreReads, id: string): Promise<Remittance | HostFailure> {
  const found = await remittanceBy(tx, id);
  if (isFailure(found) || found.reversedAt === undefined) return found;
  return fail('remittance-reversed', `Payment "${id}" was reversed already.`);
}

/** Where what is paid to a payee stands. */
const accountOf = (payee: string): Account => (payee === SELLER ? 'seller' : `${REMITTED_TO}${payee}`);

/** Whose account that is, if it is a payee's. */
export function payeeOf(account: Account): string | undefined {
  if (account === 'seller') return SELLER;
  return account.startsWith(REMITTED_TO) ? account.slice(REMITTED_TO.length) : undefined;
}

const REMITTED_TO = 'remitted-to:' as const;

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(text);
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(text);
}
