import { monthAt } from '../tariff/index.ts';
import type { Tokens } from '../units/index.ts';
import { fail } from './failures.ts';
import type { StoreReads } from './ports.ts';
import type { Dues, HostFailure, Meter, PaymentMethod, Terms, TradeParts } from './types.ts';

/** Where nothing was published: a token is a hundredth, and all of a payment is energy. */
export const FIRST_TERMS: Terms = {
  currency: { code: 'EUR', number: 978, exponent: 2 },
  taxBasisPoints: 0,
  fixedChargePerMonth: 0,
  recoveryPercentMax: 0,
  fees: {},
};

const BASIS_POINTS = 10_000n;
const TAX_MAX = 10_000;
const AMOUNT_MAX = 1_000_000_000;

export async function termsOf(tx: StoreReads): Promise<Terms> {
  return (await tx.terms.page({ limit: 1 }))[0]?.terms ?? FIRST_TERMS;
}

/** Why terms cannot be published, in one sentence. */
export function termsFault({
  currency,
  taxBasisPoints,
  fixedChargePerMonth,
  recoveryPercentMax,
  fees,
}: Terms): string | undefined {
  const whole = (value: number, most: number) => Number.isSafeInteger(value) && value >= 0 && value <= most;
  if (!/^[A-Z]{3}$/.test(currency.code)) return `A currency has three capital letters, not "${currency.code}".`;
  if (!whole(currency.number, 999)) return `A currency's number is 0 to 999, not ${currency.number}.`;
  if (!whole(currency.exponent, 4)) return `A currency's exponent is 0 to 4, not ${currency.exponent}.`;
  if (!whole(taxBasisPoints, TAX_MAX)) return `Tax is 0 to ${TAX_MAX} hundredths of a percent, not ${taxBasisPoints}.`;
  if (!whole(recoveryPercentMax, 100)) return `Recovery takes 0 to 100 percent, not ${recoveryPercentMax}.`;
  const amounts = [fixedChargePerMonth, ...Object.values(fees).map(({ fixed }) => fixed)];
  const wrong = amounts.find((amount) => !whole(amount, AMOUNT_MAX));
  if (wrong !== undefined) return `A charge or a fee is a whole amount from 0 to ${AMOUNT_MAX}, not ${wrong}.`;
  const share = Object.values(fees).find(({ basisPoints }) => !whole(basisPoints, TAX_MAX));
  return share && `A fee's share is 0 to ${TAX_MAX} hundredths of a percent, not ${share.basisPoints}.`;
}

/** The month in which a meter comes has its charge too. */
export const firstDues = ({ svpmsn, enrolledAt }: Pick<Meter, 'svpmsn' | 'enrolledAt'>, zone: string): Dues => ({
  id: String(svpmsn),
  arrears: 0n,
  fixedCharge: 0n,
  chargedMonth: monthAt(zone, enrolledAt) - 1,
});

/** Dues with the fixed charges of all months that have begun counted in. */
export function duesUntil(before: Dues, month: number, { fixedChargePerMonth }: Terms): Dues {
  if (month <= before.chargedMonth) return before;
  const months = BigInt(month - before.chargedMonth);
  return { ...before, fixedCharge: before.fixedCharge + months * BigInt(fixedChargePerMonth), chargedMonth: month };
}

/**
 * What a payment is made of: recovery of what is due, up to its share of the payment; of the rest tax, which is
 * contained in it; then the fee, the fixed charge, and what is left is energy. Nothing is lost: the parts sum to it.
 */
export function splitPayment(
  paid: number,
  method: PaymentMethod,
  { terms, dues }: { readonly terms: Terms; readonly dues: Dues },
): TradeParts | HostFailure {
  const whole = BigInt(paid);
  const recovery = (whole * BigInt(terms.recoveryPercentMax)) / 100n;
  const fixedDue = withTax(dues.fixedCharge, terms);
  const fixedGross = least(fixedDue, recovery);
  const arrears = least(dues.arrears, recovery - fixedGross);
  const { fixed, basisPoints } = terms.fees[method] ?? { fixed: 0, basisPoints: 0 };
  // Rounds down: a share of a token is the payer's.
  const fee = BigInt(fixed) + (whole * BigInt(basisPoints)) / BASIS_POINTS;
  const net = withoutTax(whole - arrears, terms);
  // Rounds down here too: what a token of tax leaves of a charge stays due.
  const fixedCharge = least(withoutTax(fixedGross, terms), dues.fixedCharge);
  const energy = net - fee - fixedCharge;
  if (energy < 1n) {
    return fail(
      'amount-wrong',
      `Of ${paid} nothing is left for energy after charges, fees and tax: pay more than ${whole - energy + 1n}.`,
      { paid, leastSum: whole - energy + 2n },
    );
  }
  return { paid: whole, energy, fixedCharge, arrears, fee, tax: whole - arrears - net };
}

/** What of dues is paid with value that is left: all of it, if it is enough; it is no energy, and bears no fee. */
export function settleWith(value: bigint, { terms, dues }: { readonly terms: Terms; readonly dues: Dues }): TradeParts {
  const fixedGross = least(withTax(dues.fixedCharge, terms), value);
  const fixedCharge = least(withoutTax(fixedGross, terms), dues.fixedCharge);
  const arrears = least(dues.arrears, value - fixedGross);
  return { paid: fixedGross + arrears, energy: 0n, fixedCharge, arrears, fee: 0n, tax: fixedGross - fixedCharge };
}

/** Dues after a payment, or before one that was given back. */
export const settleDues = (
  dues: Dues,
  { arrears, fixedCharge }: Pick<TradeParts, 'arrears' | 'fixedCharge'>,
  sign: 1n | -1n,
): Dues => ({
  ...dues,
  arrears: dues.arrears - sign * arrears,
  fixedCharge: dues.fixedCharge - sign * fixedCharge,
});

/**
 * The books had forgotten this sale and its meter holds what it was: then that is its energy, and what differs is put
 * on the arrears, to either side, so that nobody pays twice.
 */
export function withFound(split: TradeParts, found: Tokens): TradeParts {
  const energy = BigInt(found);
  return { ...split, energy, arrears: split.arrears + split.energy - energy };
}

/** Rounds down what is without tax, so that tax is never less than its share. */
const withoutTax = (gross: bigint, { taxBasisPoints }: Terms): bigint =>
  (gross * BASIS_POINTS) / (BASIS_POINTS + BigInt(taxBasisPoints));

/** The least whole amount that contains so much beside its tax. */
const withTax = (net: bigint, { taxBasisPoints }: Terms): bigint =>
  (net * (BASIS_POINTS + BigInt(taxBasisPoints)) + BASIS_POINTS - 1n) / BASIS_POINTS;

export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
