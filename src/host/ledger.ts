import { assert, type Milliseconds, type Svpmsn } from '../units/index.ts';
import { type CardTotals, cardsHold, cardTotals, providerAccount } from './card-books.ts';
import type { StoreReads } from './ports.ts';
import type { Account, LedgerSum, Line, PaymentMethod, Posting, PostingKind, TradeParts } from './types.ts';

/** Double entry: every posting's lines sum to zero, or it is a bug. */
export function assertBalanced(posting: Posting): void {
  let sum = 0n;
  for (const { amount } of posting.lines) sum += amount;
  assert(sum === 0n, `a posting sums to zero (${posting.kind} of ${posting.svpmsn ?? 'no meter'}: ${sum})`);
}

/** What a posting is about. */
interface Occasion {
  readonly at: Milliseconds;
  readonly svpmsn?: Svpmsn;
  readonly order?: string;
}

const MOVES = {
  stored: { debit: 'prepaid', credit: 'value-in-meters' },
  found: { debit: 'found-in-meters', credit: 'value-in-meters' },
  closed: { debit: 'value-in-meters', credit: 'closed-purses' },
  debt: { debit: 'arrears', credit: 'debts-taken-over' },
} as const satisfies Partial<Record<PostingKind, { debit: Account; credit: Account }>>;

/** A posting that moves one amount between two accounts. */
export function move(kind: keyof typeof MOVES, amount: bigint, occasion: Occasion): Posting {
  const { debit, credit } = MOVES[kind];
  return posting(kind, occasion, [
    { account: debit, amount },
    { account: credit, amount: -amount },
  ]);
}

/** What a sale brings in, on the account of its payment, and what for: each part is a line of its own. */
export const sold = (account: Account, parts: TradeParts, occasion: Occasion): Posting =>
  posting('sold', occasion, [{ account, amount: parts.paid }, ...inParts(parts, -1n)]);

/** A sale that never was in the meter: all of it is to be given back. */
export const refunded = (parts: TradeParts, occasion: Occasion): Posting =>
  posting('refunded', occasion, [...inParts(parts, 1n), { account: 'refunds-payable', amount: -parts.paid }]);

/** A trade turns out to have been made of other parts: what its energy was less, or more, is put on the arrears. */
export const repriced = (before: TradeParts, after: TradeParts, occasion: Occasion): Posting =>
  posting('sold', occasion, [
    { account: 'prepaid', amount: before.energy - after.energy },
    { account: 'arrears', amount: before.arrears - after.arrears },
  ]);

/** Dues of a household are paid with what was left in its purse. */
export const paidWithRest = (parts: TradeParts, occasion: Occasion): Posting =>
  posting('closed', occasion, [{ account: 'value-moved', amount: parts.paid }, ...inParts(parts, -1n)]);

/** Somebody without a meter pays what they owe. */
export const duesPaid = (account: Account, parts: TradeParts, occasion: Omit<Occasion, 'svpmsn'>): Posting =>
  posting('dues-paid', occasion, [{ account, amount: parts.paid }, ...inParts(parts, -1n)]);

/** What was left in the purse of a household that moved out is given to it. */
export const restPaidOut = (account: Account, amount: bigint, occasion: Occasion): Posting =>
  posting('paid-out', occasion, [
    { account: 'value-moved', amount },
    { account, amount: -amount },
  ]);

/** What was to be given back is given. */
export const paidOut = (account: Account, amount: bigint, occasion: Occasion): Posting =>
  posting('paid-out', occasion, [
    { account: 'refunds-payable', amount },
    { account, amount: -amount },
  ]);

/** An agent pays into its float; negative where it is paid back. */
export const floatMoved = (float: Account, method: PaymentMethod, amount: bigint, occasion: Occasion): Posting =>
  posting('float', occasion, [
    { account: method, amount },
    { account: float, amount: -amount },
  ]);

/** An agent is given what a sale earns it; negative where it gives that back. It concerns the agent, and no meter. */
export const commissioned = (float: Account, amount: bigint, occasion: Omit<Occasion, 'svpmsn'>): Posting =>
  posting('commission', occasion, [
    { account: 'commissions', amount },
    { account: float, amount: -amount },
  ]);

/** Vouchers are sold: from now on they are good for what stands on them. @param account where the money comes in */
export const vouchersSold = (
  account: Account,
  { value, commission }: { readonly value: bigint; readonly commission: bigint },
  occasion: Omit<Occasion, 'svpmsn'>,
): Posting =>
  posting('vouchers-sold', occasion, [
    { account, amount: value - commission },
    ...(commission === 0n ? [] : [{ account: 'commissions', amount: commission } as const]),
    { account: 'voucher', amount: -value },
  ]);

/** What vouchers were good for that are no more goes back to where it came from, or is kept. */
export const vouchersVoided = (
  value: bigint,
  to: readonly { readonly account: Account; readonly amount: bigint }[],
  occasion: Omit<Occasion, 'svpmsn'>,
): Posting =>
  posting('vouchers-void', occasion, [
    { account: 'voucher', amount: value },
    ...to.map(({ account, amount }) => ({ account, amount: -amount })),
  ]);

/** A till held so much more than it should, or less. */
export const cashDiffers = (difference: bigint, occasion: Occasion): Posting =>
  posting('cash-up', occasion, [
    { account: 'cash', amount: difference },
    { account: 'cash-differences', amount: -difference },
  ]);

/** What is owed to the seller for a month that was closed; negative where a correction gave back more than it cost. */
export const energyBought = (
  amount: bigint,
  { at, month }: { readonly at: Milliseconds; readonly month: string },
): Posting =>
  posting('bought', { at, order: month }, [
    { account: 'energy-bought', amount },
    { account: 'seller', amount: -amount },
  ]);

/** Money goes to whoever is settled with; negative where it comes from them, or never went. */
export const remitted = (
  kind: 'remitted' | 'remittance-reversed',
  { account, method, amount }: { readonly account: Account; readonly method: PaymentMethod; readonly amount: bigint },
  occasion: Omit<Occasion, 'svpmsn'>,
): Posting =>
  posting(kind, occasion, [
    { account, amount },
    { account: method, amount: -amount },
  ]);

/** Money that was paid and taken back, when its value is in the meter or on its way: it is owed from now on. */
export const returned = (method: PaymentMethod, amount: bigint, occasion: Occasion): Posting =>
  posting('returned', occasion, [
    { account: 'arrears', amount },
    { account: method, amount: -amount },
  ]);

function inParts({ energy, fixedCharge, arrears, fee, tax }: TradeParts, sign: 1n | -1n): Line[] {
  const lines: Line[] = [];
  const add = (account: Account, amount: bigint) => {
    if (amount !== 0n) lines.push({ account, amount: sign * amount });
  };
  add('prepaid', energy);
  add('fixed-charges', fixedCharge);
  add('arrears', arrears);
  add('fees', fee);
  add('tax', tax);
  return lines;
}

/** A sale of which all is energy. */
export const allEnergy = (amount: bigint): TradeParts => ({
  paid: amount,
  energy: amount,
  fixedCharge: 0n,
  arrears: 0n,
  fee: 0n,
  tax: 0n,
});

/**
 * Energy that was spent since the last posting: paid out of the purse, or owed for.
 * `owed` may fall with nothing spent, when a credit repays emergency credit out of its own value.
 */
export function spending(change: { readonly spent: bigint; readonly owed: bigint }, occasion: Occasion): Posting {
  return posting(
    'spent',
    occasion,
    [
      { account: 'value-in-meters', amount: change.spent - change.owed } as const,
      { account: 'emergency-credit', amount: change.owed } as const,
      { account: UNREAD, amount: -change.spent } as const,
    ].filter(({ amount }) => amount !== 0n),
  );
}

/** What was spent goes to other steps of the tariff than it stood at, out of what no profile told yet. */
export function dividing(
  { before, after }: { readonly before: ReadonlyMap<number, bigint>; readonly after: ReadonlyMap<number, bigint> },
  occasion: Occasion,
): Posting[] {
  const steps = [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => a - b);
  const moved = steps.map((step) => ({ step, tokens: (after.get(step) ?? 0n) - (before.get(step) ?? 0n) }));
  const lines: Line[] = [
    { account: UNREAD, amount: moved.reduce((sum, { tokens }) => sum + tokens, 0n) },
    ...moved.map(({ step, tokens }): Line => ({ account: `${STEP_PREFIX}${step}`, amount: -tokens })),
  ];
  const moving = lines.filter(({ amount }) => amount !== 0n);
  return moving.length === 0 ? [] : [posting('divided', occasion, moving)];
}

const UNREAD = 'energy-revenue';
const STEP_PREFIX = 'energy-revenue:' as const;

/** What is booked of energy, whether or not it is known at which step it was spent. */
const isRevenue = (account: Account): boolean => account === UNREAD || account.startsWith(STEP_PREFIX);

/** Energy that was spent, in tokens: by the percentage of the tariff step, rising, and in minutes not told yet. */
export interface Revenue {
  readonly steps: readonly { readonly percent: number; readonly tokens: bigint }[];
  readonly unread: bigint;
}

/** @param sums of accounts, each account at most once */
export function revenueOf(sums: Iterable<readonly [account: string, amount: bigint]>): Revenue {
  const steps: { percent: number; tokens: bigint }[] = [];
  let unread = 0n;
  for (const [account, amount] of sums) {
    if (account === UNREAD) unread = -amount;
    else if (account.startsWith(STEP_PREFIX) && amount !== 0n) {
      steps.push({ percent: Number(account.slice(STEP_PREFIX.length)), tokens: -amount });
    }
  }
  return { steps: steps.sort((a, b) => a.percent - b.percent), unread };
}

function posting(kind: PostingKind, { at, svpmsn, order }: Occasion, lines: readonly Line[]): Posting {
  // A copy is as long as it is; what was filled one by one has room for seventeen.
  return { kind, at, svpmsn, order, lines: lines.slice() };
}

/** Whole tokens. All of it comes from ledger lines. */
export interface Totalled {
  /** Sold. */
  readonly issued: bigint;
  /** Ever stored in meters out of what was sold. */
  readonly stored: bigint;
  /** Sold, and neither stored nor refunded yet. */
  readonly inFlight: bigint;
  readonly refunded: bigint;
  /** In meters and never sold by these books: to be explained by a person. */
  readonly found: bigint;
  /** Ever taken from cards. */
  readonly fromCards: bigint;
  readonly closed: bigint;
  readonly spent: bigint;
  readonly owed: bigint;
  /** In purses, as far as receipts and polls have told. */
  readonly valueInMeters: bigint;
}

export interface Books extends Totalled {
  /** issued = stored + in flight + refunded, stored + found + from cards + owed = spent + value in meters + closed, and so on cards; lines sum to zero. */
  readonly balanced: boolean;
  /** Its parts sum to what was spent. */
  readonly revenue: Revenue;
  /** By number; what concerns no meter is in none of them, and counts where all lines sum to zero. */
  readonly meters: readonly (Totalled & { readonly svpmsn: Svpmsn; readonly revenue: Revenue })[];
}

/**
 * The books, summed from ledger lines. Because the ledger is append only, a sum over the lines up to one is true
 * for ever: each call reads only what was appended since the last.
 */
export class LedgerReader {
  #last = 0;
  readonly #sums = new Map<Svpmsn | undefined, Map<string, bigint>>();
  /** Of all meters together. */
  readonly #all = new Map<string, bigint>();
  /** Of what concerns cards: of no meter, or of a meter that took from them. */
  readonly #cards = new Map<string, bigint>();
  /** Meters of which the equations do not hold. */
  readonly #wrong = new Set<Svpmsn>();

  /** The books without their meters: it costs what was appended since the last call, however many meters there are. */
  async total(tx: Pick<StoreReads, 'ledgerSums'>): Promise<Omit<Books, 'meters'>> {
    await this.#readOn(tx);
    return {
      ...totalled((key) => this.#all.get(key) ?? 0n),
      balanced: this.#zero() && this.#wrong.size === 0,
      revenue: revenueOf(this.#all),
    };
  }

  /** What is on its way to some meters, in their order. */
  async inFlight(tx: Pick<StoreReads, 'ledgerSums'>, meters: readonly Svpmsn[]): Promise<bigint[]> {
    await this.#readOn(tx);
    return meters.map((svpmsn) => -(this.#sums.get(svpmsn)?.get('prepaid') ?? 0n));
  }

  /** Value on cards, by provider. */
  async cards(tx: Pick<StoreReads, 'ledgerSums'>): Promise<CardTotals[]> {
    await this.#readOn(tx);
    return cardTotals(this.#cards);
  }

  /** What a provider of cards was ever owed, and what was paid of it. */
  async provider(
    tx: Pick<StoreReads, 'ledgerSums'>,
    provider: string,
  ): Promise<{ readonly owed: bigint; readonly paid: bigint; readonly due: bigint }> {
    await this.#readOn(tx);
    return providerAccount(this.#cards, provider);
  }

  async books(tx: Pick<StoreReads, 'ledgerSums'>): Promise<Books> {
    await this.#readOn(tx);
    const numbers = [...this.#sums.keys()].filter((svpmsn) => svpmsn !== undefined).sort((a, b) => a - b);
    const meters = numbers.map((svpmsn) => ({
      ...{ svpmsn, ...this.#total(svpmsn) },
      revenue: revenueOf(this.#sums.get(svpmsn) as ReadonlyMap<string, bigint>),
    }));
    const all = meters.reduce<Totalled>((sum, meter) => plus(sum, meter), NOTHING);
    return { ...all, balanced: this.#zero() && meters.every(holds), revenue: revenueOf(this.#all), meters };
  }

  async #readOn(tx: Pick<StoreReads, 'ledgerSums'>): Promise<void> {
    const after = this.#last;
    const { last, sums } = await tx.ledgerSums(after);
    // Whoever read the same lines meanwhile has counted them; what came after those is read again.
    if (this.#last !== after) return this.#readOn(tx);
    this.#last = Math.max(after, last);
    for (const sum of sums) this.#add(sum);
    for (const svpmsn of new Set(sums.map((sum) => sum.svpmsn))) {
      if (svpmsn === undefined) continue;
      if (holds(this.#total(svpmsn))) this.#wrong.delete(svpmsn);
      else this.#wrong.add(svpmsn);
    }
  }

  #add(sum: LedgerSum): void {
    const sums = this.#sums.get(sum.svpmsn) ?? new Map<string, bigint>();
    this.#sums.set(sum.svpmsn, sums);
    addSum(sums, sum);
    if (sum.svpmsn !== undefined) addSum(this.#all, sum);
    if (isOfCards(sum)) addSum(this.#cards, sum);
  }

  #total(svpmsn: Svpmsn): Totalled {
    const sums = this.#sums.get(svpmsn) as ReadonlyMap<string, bigint>;
    return totalled((key) => sums.get(key) ?? 0n);
  }

  /** All lines sum to zero, and what was sold for cards comes out even. */
  #zero(): boolean {
    let sum = 0n;
    for (const sums of [this.#all, this.#sums.get(undefined) ?? []]) {
      for (const [key, amount] of sums) if (!key.includes(' ')) sum += amount;
    }
    return sum === 0n && cardTotals(this.#cards).every(cardsHold);
  }
}

/** Whether the sums of cards need it. */
export const isOfCards = ({ svpmsn, kind }: LedgerSum): boolean => svpmsn === undefined || kind === 'from-card';

/** Adds a sum to that of its account, of its account and kind, and of all that is booked of energy. */
export function addSum(sums: Map<string, bigint>, { kind, account, amount }: Omit<LedgerSum, 'svpmsn'>): void {
  const keys = [account, `${kind} ${account}`, ...(isRevenue(account) ? [ALL_REVENUE] : [])];
  for (const key of keys) sums.set(key, (sums.get(key) ?? 0n) + amount);
}

const ALL_REVENUE = 'all energy-revenue';

/** What sums of the ledger say. @param of what `addSum` made of them */
export const totalled = (
  of: (key: Account | `${PostingKind} ${Account}` | typeof ALL_REVENUE) => bigint,
): Totalled => ({
  issued: -of('sold prepaid'),
  stored: -of('stored value-in-meters'),
  inFlight: -of('prepaid'),
  refunded: of('refunded prepaid'),
  found: of('found-in-meters'),
  fromCards: -of('from-card value-in-meters'),
  closed: -of('closed-purses'),
  spent: -of(ALL_REVENUE),
  owed: of('emergency-credit'),
  valueInMeters: -of('value-in-meters'),
});

const NOTHING: Totalled = {
  issued: 0n,
  stored: 0n,
  inFlight: 0n,
  refunded: 0n,
  found: 0n,
  fromCards: 0n,
  closed: 0n,
  spent: 0n,
  owed: 0n,
  valueInMeters: 0n,
};

/** Both equations. */
export const holds = (t: Totalled): boolean =>
  t.issued === t.stored + t.inFlight + t.refunded &&
  t.stored + t.found + t.fromCards + t.owed === t.spent + t.valueInMeters + t.closed &&
  t.inFlight >= 0n;

function plus(a: Totalled, b: Totalled): Totalled {
  const keys = Object.keys(NOTHING) as (keyof Totalled)[];
  return Object.fromEntries(keys.map((key) => [key, a[key] + b[key]])) as unknown as Totalled;
}
