import { type Milliseconds, type Randomness, voucherDigits } from '../units/index.ts';
import { agentBy } from './agents.ts';
import { csvRow } from './csv.ts';
import { amountFault, fail, isFailure } from './failures.ts';
import { vouchersSold, vouchersVoided } from './ledger.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { cashGiven, floatOf } from './tills.ts';
import type { Account, Agent, HostFailure, PaymentMethod, Voucher, VoucherBatch } from './types.ts';

/** Two people make so many at once; who needs more makes another batch. */
export const VOUCHERS_PER_BATCH_MAX = 5_000;

/** What is to be made. */
export type NewBatch = Pick<VoucherBatch, 'count' | 'value' | 'expiresAt'> & { readonly batch: string };

/** Some vouchers of a batch that follow each other, by their places from 1 on. */
export interface VoucherRange {
  readonly batch: string;
  readonly first: number;
  readonly last: number;
}

/** Vouchers go to whoever hands them on: an agent pays out of its float, anybody else as they do. */
export type VoucherSale = VoucherRange &
  (
    | { readonly agent: string; readonly method?: undefined }
    | { readonly agent?: undefined; readonly method: Exclude<PaymentMethod, 'voucher'> }
  );

/** What is known of a number outside of the books. */
export interface VoucherNumbers {
  /** Under a key that the books do not have: 64 hex digits. */
  hashOf(number: string): string;
}

/** A voucher with its number, as it is told once: to whoever prints it. */
export interface PrintedVoucher {
  readonly serial: string;
  readonly number: string;
}

export interface PrintedBatch {
  readonly batch: VoucherBatch;
  readonly vouchers: readonly PrintedVoucher[];
}

/** What was done with a range. */
export interface VouchersChanged extends VoucherRange {
  readonly vouchers: readonly Voucher[];
}

const ID_FORM = /^[a-z0-9][a-z0-9.-]{0,23}$/;
const PLACE_DIGITS = 5;
const DRAWN_DIGITS = 15;
const BASIS_POINTS = 10_000n;

export const serialOf = (batch: string, place: number): string =>
  `${batch}.${String(place).padStart(PLACE_DIGITS, '0')}`;

export async function batchBy(tx: StoreReads, id: string): Promise<VoucherBatch | HostFailure> {
  const [found] = await tx.voucherBatches.of([id]);
  return found ?? fail('voucher-unknown', `There is no batch "${id}" of vouchers: check its id.`, { about: id });
}

export async function voucherBy(tx: StoreReads, serial: string): Promise<Voucher | HostFailure> {
  const [found] = await tx.vouchers.of([serial]);
  return found ?? fail('voucher-unknown', `There is no voucher ${serial}: check its serial number.`, { about: serial });
}

/** Why such vouchers may not be made. */
export async function batchFault(
  tx: StoreReads,
  { batch, count, value, expiresAt }: NewBatch,
  now: Milliseconds,
): Promise<HostFailure | undefined> {
  if (!ID_FORM.test(batch)) {
    const rule = 'The id of a batch has 1 to 24 small letters, digits, dots and hyphens, no dot or hyphen first.';
    return fail('voucher-wrong', rule, { charactersMin: 1, charactersMax: 24 });
  }
  if (!Number.isSafeInteger(count) || count < 1 || count > VOUCHERS_PER_BATCH_MAX) {
    return fail('voucher-wrong', `A batch has 1 to ${VOUCHERS_PER_BATCH_MAX} vouchers, not ${count}.`, {
      least: 1,
      most: VOUCHERS_PER_BATCH_MAX,
    });
  }
  if (!Number.isSafeInteger(expiresAt) || expiresAt <= now) {
    return fail('voucher-wrong', 'Vouchers expire at an instant that is still to come.');
  }
  const [before] = await tx.voucherBatches.of([batch]);
  if (before !== undefined) {
    return fail('voucher-known', `There is a batch "${batch}" of vouchers already: give this one another id.`, {
      about: batch,
    });
  }
  return amountFault(value);
}

/** Two people agreed: they may be printed, once. */
export async function makeBatch(
  tx: StoreTransaction,
  asked: NewBatch,
  by: string,
  now: Milliseconds,
): Promise<VoucherBatch | HostFailure> {
  const fault = await batchFault(tx, asked, now);
  if (fault !== undefined) return fault;
  const { batch: id, count, value, expiresAt } = asked;
  const batch: VoucherBatch = { id, count, value, expiresAt, by, approvedAt: now, printedAt: undefined };
  await tx.voucherBatches.put([batch]);
  return batch;
}

/** Draws the numbers of a batch and tells them. They are told this once: a batch whose numbers were lost is made void. */
export async function printBatch(
  tx: StoreTransaction,
  id: string,
  { numbers, randomness }: { readonly numbers: VoucherNumbers; readonly randomness: Randomness },
  now: Milliseconds,
): Promise<PrintedBatch | HostFailure> {
  const found = await batchBy(tx, id);
  if (isFailure(found)) return found;
  if (found.printedAt !== undefined) {
    const way = 'Numbers are told once: have what is lost made void, and another batch made.';
    return fail('voucher-settled', `Batch "${id}" was printed already. ${way}`, { about: id });
  }
  const { value, expiresAt } = found;
  const drawn = new Map<string, PrintedVoucher & { readonly hash: string }>();
  while (drawn.size < found.count) {
    const number = voucherDigits(drawDigits(randomness));
    const hash = numbers.hashOf(number);
    // Of a quadrillion numbers two are seldom the same.
    if (drawn.has(hash) || (await tx.vouchers.where('hash', hash)).length > 0) continue;
    drawn.set(hash, { serial: serialOf(id, drawn.size + 1), number, hash });
  }
  const batch: VoucherBatch = { ...found, printedAt: now };
  await tx.voucherBatches.put([batch]);
  await tx.vouchers.add(
    [...drawn.values()].map(({ serial, hash }): Voucher => {
      const unsold = { soldAt: undefined, agent: undefined, method: undefined, paid: 0 } as const;
      const nobodys = { payment: undefined, redeemedAt: undefined } as const;
      return { id: serial, hash, batch: id, value, expiresAt, state: 'printed', ...unsold, ...nobodys };
    }),
  );
  return { batch, vouchers: [...drawn.values()].map(({ serial, number }) => ({ serial, number })) };
}

/** For whoever prints them; a number in fours, as it is read. @param expiresAt as an instant is written */
export const voucherCsv = ({ batch: { value }, vouchers }: PrintedBatch, expiresAt: string): string =>
  [
    csvRow(['serial', 'number', 'value', 'expiresAt']),
    ...vouchers.map(({ serial, number }) =>
      csvRow([serial, number.replaceAll(/(\d{4})(?=\d)/g, '$1 '), value, expiresAt]),
    ),
  ].join('');

/** Each of ten digits as often as any other: bytes from 250 on are left out. */
function drawDigits(randomness: Randomness): string {
  let digits = '';
  const bytes = new Uint8Array(DRAWN_DIGITS);
  while (digits.length < DRAWN_DIGITS) {
    randomness.fill(bytes);
    for (const byte of bytes) if (byte < 250 && digits.length < DRAWN_DIGITS) digits += String(byte % 10);
  }
  return digits;
}

/** They are good for what stands on them from now on, and whoever takes them has paid for them. */
export async function sellVouchers(
  tx: StoreTransaction,
  sale: VoucherSale,
  by: string,
  now: Milliseconds,
): Promise<VouchersChanged | HostFailure> {
  const range = await rangeOf(tx, sale);
  if (isFailure(range)) return range;
  const wrong = range.find(({ state, expiresAt }) => state !== 'printed' || expiresAt <= now);
  if (wrong !== undefined) return settled(wrong, wrong.state === 'printed' ? 'has expired' : `is ${wrong.state}`);
  const to = sale.agent === undefined ? undefined : await agentBy(tx, sale.agent);
  if (to !== undefined && isFailure(to)) return to;
  const value = sumOf(range, (voucher) => voucher.value);
  // Rounded down for each, in the utility's favour by less than a minor unit, so that each can be taken back alone.
  const sold = range.map((voucher): Voucher => {
    const paid = voucher.value - (to === undefined ? 0 : commissionOf(voucher.value, to));
    return { ...voucher, state: 'sold', soldAt: now, agent: to?.id, method: sale.method, paid };
  });
  const paid = sumOf(sold, (voucher) => voucher.paid);
  if (to !== undefined) {
    const fault = floatFault(to, paid);
    if (fault !== undefined) return fault;
    await tx.agents.put([{ ...to, balance: to.balance - paid }]);
  }
  if (sale.method === 'cash') await cashGiven(tx, by, -paid);
  await tx.vouchers.put(sold);
  const account: Account = sale.agent === undefined ? sale.method : floatOf(sale.agent);
  await tx.post([vouchersSold(account, { value, commission: value - paid }, { at: now, order: nameOf(sale) })]);
  return { ...placesOf(sale), vouchers: sold };
}

/** What was lost or stolen pays with nothing, until it is found again. */
export async function blockVouchers(
  tx: StoreTransaction,
  asked: VoucherRange & { readonly blocked: boolean },
): Promise<VouchersChanged | HostFailure> {
  const range = await rangeOf(tx, asked);
  if (isFailure(range)) return range;
  const wrong = range.find(({ state, payment }) => !(state === 'sold' || state === 'blocked') || payment !== undefined);
  if (wrong !== undefined) return settled(wrong, wrong.payment === undefined ? `is ${wrong.state}` : 'was paid with');
  const changed = range.map((voucher): Voucher => ({ ...voucher, state: asked.blocked ? 'blocked' : 'sold' }));
  await tx.vouchers.put(changed);
  return { ...placesOf(asked), vouchers: changed };
}

/** Why they may not be made void. */
export async function voidFault(tx: StoreReads, asked: VoucherRange): Promise<HostFailure | undefined> {
  const range = await rangeOf(tx, asked);
  if (isFailure(range)) return range;
  const wrong = range.find(({ state, payment }) => state === 'void' || payment !== undefined);
  if (wrong === undefined) return undefined;
  return settled(wrong, wrong.payment === undefined ? 'is void' : 'was paid with');
}

/**
 * They are good for nothing for ever. What was paid for them goes back to where it came from; of those that expired it
 * stays here.
 */
export async function voidVouchers(
  tx: StoreTransaction,
  asked: VoucherRange,
  by: string,
  now: Milliseconds,
): Promise<VouchersChanged | HostFailure> {
  const fault = await voidFault(tx, asked);
  if (fault !== undefined) return fault;
  const range = await rangeOf(tx, asked);
  if (isFailure(range)) return range;
  const sold = range.filter(({ state }) => state !== 'printed');
  const lapsed = sumOf(
    sold.filter(({ expiresAt }) => expiresAt <= now),
    ({ value }) => value,
  );
  const back = new Map<Account, bigint>();
  const add = (account: Account, amount: bigint) => back.set(account, (back.get(account) ?? 0n) + amount);
  const returned = sold.filter(({ expiresAt }) => expiresAt > now);
  for (const { agent, method, paid, value } of returned) {
    add(agent === undefined ? (method ?? 'cash') : floatOf(agent), BigInt(paid));
    if (value > paid) add('commissions', BigInt(value - paid));
  }
  for (const id of new Set(returned.flatMap(({ agent }) => agent ?? []))) {
    const agent = await agentBy(tx, id);
    if (isFailure(agent)) return agent;
    await tx.agents.put([{ ...agent, balance: agent.balance + (back.get(floatOf(id)) ?? 0n) }]);
  }
  const cash = back.get('cash') ?? 0n;
  if (cash > 0n) await cashGiven(tx, by, cash);
  const voided = range.map((voucher): Voucher => ({ ...voucher, state: 'void' }));
  await tx.vouchers.put(voided);
  if (lapsed > 0n) add('vouchers-lapsed', lapsed);
  const value = sumOf(sold, (voucher) => voucher.value);
  if (value > 0n) {
    const to = [...back].map(([account, amount]) => ({ account, amount }));
    await tx.post([vouchersVoided(value, to, { at: now, order: nameOf(asked) })]);
  }
  return { ...placesOf(asked), vouchers: voided };
}

/** All of them, or why there are not. */
async function rangeOf(tx: StoreReads, { batch: id, first, last }: VoucherRange): Promise<Voucher[] | HostFailure> {
  const batch = await batchBy(tx, id);
  if (isFailure(batch)) return batch;
  if (batch.printedAt === undefined) {
    return fail('voucher-settled', `Batch "${id}" has no vouchers yet: have its numbers printed first.`, { about: id });
  }
  const { count } = batch;
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || first < 1 || last < first || last > count) {
    return fail('voucher-wrong', `Batch "${id}" has vouchers 1 to ${count}: name a first and a last of these.`, {
      about: id,
      least: 1,
      most: count,
    });
  }
  const serials = Array.from({ length: last - first + 1 }, (_, i) => serialOf(id, first + i));
  return (await tx.vouchers.of(serials)).flatMap((voucher) => voucher ?? []);
}

const commissionOf = (value: number, { commissionBasisPoints }: Agent): number =>
  Number((BigInt(value) * BigInt(commissionBasisPoints)) / BASIS_POINTS);

function floatFault({ id, balance, closedAt }: Agent, paid: bigint): HostFailure | undefined {
  if (closedAt !== undefined) return fail('agent-closed', `Agent "${id}" sells no more.`, { about: id });
  if (balance >= paid) return undefined;
  const sentence = `The float of agent "${id}" is ${balance}, and ${paid} is to be paid out of it: pay in first.`;
  return fail('float-short', sentence, { about: id, float: balance, paid });
}

const settled = ({ id }: Voucher, how: string): HostFailure =>
  fail('voucher-settled', `Voucher ${id} ${how}: nothing was changed of any. Name those that are free.`, { about: id });

const sumOf = (vouchers: readonly Voucher[], amount: (voucher: Voucher) => number): bigint =>
  vouchers.reduce((sum, voucher) => sum + BigInt(amount(voucher)), 0n);

const placesOf = ({ batch, first, last }: VoucherRange): VoucherRange => ({ batch, first, last });

/** As a posting has it: `spring.00001-00020`. */
const nameOf = ({ batch, first, last }: VoucherRange): string =>
  `${serialOf(batch, first)}-${String(last).padStart(PLACE_DIGITS, '0')}`;
