import {
  type BookSums,
  deferred,
  type MeteredUse,
  type Settlement,
  type SettlementInputs,
  settle,
  type TransformerMinutes,
} from '../analysis/index.ts';
import { toHex } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';
import { ENERGY_MAX, MINUTES_PER_DAY } from '../records/index.ts';
import { type Milliseconds, SUPPLIES_MAX, type SupplyIndex } from '../units/index.ts';
import { fail, isFailure, tariffUnknown } from './failures.ts';
import { addSum, energyBought, type Revenue, revenueOf, totalled } from './ledger.ts';
import type { Store, StoreReads } from './ports.ts';
import { paidBy, SELLER } from './remittances.ts';
import {
  bulkTable,
  energiesOf,
  minutesDigest,
  minutesOf,
  type Period,
  parsePeriod,
  periodOf,
  settledId,
  settledMinutes,
  transformersOf,
} from './settlement-minutes.ts';
import { correctionOf } from './settlement-versions.ts';
import type {
  Closing,
  ClosingInputs,
  Decimals,
  HostFailure,
  Meter,
  Remittance,
  RevenueText,
  SettlementTerms,
  TimedSum,
} from './types.ts';
import { type Act, witnessed } from './witness.ts';

export interface CloseRequest {
  /** `2026-03`, of the utility's zone. */
  readonly month: string;
  readonly terms: SettlementTerms;
}

/** A closing with what follows from its inputs. */
export interface ClosedPeriod {
  readonly closing: Closing;
  readonly settlement: Settlement;
  /** What was paid to the seller by now, for whatever month, the newest first; what was reversed is among it. */
  readonly remittances: readonly Remittance[];
  /** Of all months until this one what is not paid yet: what is paid counts for the oldest. */
  readonly stillDue: bigint;
  /** What in the books is not as it was when the month was closed, one sentence each. */
  readonly faults: readonly string[];
}

/**
 * Closes a calendar month that is over: once, in order, and never again; what becomes known later counts in the next.
 * The row keeps all that it follows from, so that anybody can compute it anew.
 */
export async function closePeriod(
  store: Store,
  { month, terms }: CloseRequest,
  zone: string,
  now: Milliseconds,
  act?: Act,
): Promise<Closing | HostFailure> {
  const period = parsePeriod(month, zone);
  if (isFailure(period)) return period;
  const fault = termsFault(terms);
  if (fault !== undefined) return fault;
  const opened = await store.read(async (tx) => {
    const last = await lastClosing(tx);
    const misplaced = misplacedPeriod(period, last, zone, now);
    if (misplaced !== undefined) return misplaced;
    const tariff = await tx.tariff(terms.tariff, period.from);
    if (tariff === undefined) return tariffUnknown(terms.tariff);
    const correction = last && (await correctionOf(tx, last));
    return { last, correction, tariff, units: await transformersOf(tx), meters: await tx.meters() };
  });
  if (isFailure(opened)) return opened;
  const { last, correction, tariff, units, meters } = opened;
  const corrected = correction?.corrected ?? 0n;
  const minutes: TransformerMinutes[] = [];
  for (const unit of units) minutes.push(await minutesOf(store, period, unit));
  const metered = await meteredUse(store, period, meters);
  const { begin, days, revenue } = bookSums(await store.read((tx) => tx.ledgerByTime(period.days)), period.days.length);
  const inputs: ClosingInputs = {
    previous: last?.digest ?? '',
    zone,
    terms,
    tariff: { version: tariff.version, definition: tariff.definition },
    transformers: minutes.map(({ localUnit, energies }) => ({ localUnit, digest: minutesDigest(energies) })),
    metered: metered.map((use) => ({ ...use, deciWattHours: String(use.deciWattHours) })),
    // What was posted late counts from here on: a month begins with what the one before ended with.
    begin: last?.inputs.end ?? decimals(begin),
    end: decimals(days.at(-1) as BookSums),
    revenue: { begin: last?.inputs.revenue.end ?? revenueText(revenue.begin), end: revenueText(revenue.end) },
    balances: days.map((sums) => String(deferred(sums))),
    priceCarried: String(correction?.left ?? last?.priceLeft ?? 0n),
    corrected: String(corrected),
    interestCarried: String(last?.interestLeft ?? 0n),
  };
  const given = settlementInputs(inputs, period, minutes);
  if (isFailure(given)) return given;
  const { price, interest } = settle(given);
  const row: Omit<Closing, 'digest'> = {
    month,
    closedAt: now,
    inputs,
    price: price.tokens,
    priceOfAll: (last?.priceOfAll ?? 0n) + corrected + price.tokens,
    priceLeft: price.left,
    interestLeft: interest.left,
  };
  const closing: Closing = { ...row, digest: closingDigest(row) };
  return store.transaction(async (tx) => {
    // Another may have closed it while this one read.
    const misplaced = misplacedPeriod(period, await lastClosing(tx), zone, now);
    if (misplaced !== undefined) return misplaced;
    const correctedBy = last && (await correctionOf(tx, last));
    if (correctedBy?.corrected !== correction?.corrected || correctedBy?.left !== correction?.left) {
      return fail('changed-meanwhile', `The month before ${month} was corrected meanwhile: close ${month} again.`, {
        month,
      });
    }
    return witnessed(tx, act, async () => {
      await tx.settledMinutes.put(minutes.map((each) => settledMinutes(month, each)));
      await tx.closings.append([closing]);
      const owed = closing.price + corrected;
      if (owed !== 0n) await tx.post([energyBought(owed, { at: now, month })]);
      return closing;
    });
  });
}

/** A closed month, computed anew from what its row and its minutes say. */
export async function closedPeriod(store: Store, month: string): Promise<ClosedPeriod | HostFailure> {
  const list = await store.read(closings);
  const place = list.findIndex((closing) => closing.month === month);
  const closing = list[place];
  if (closing === undefined) {
    return fail('period-wrong', `The month ${month} is not closed here: the list of periods has those that are.`, {
      month,
    });
  }
  const { inputs } = closing;
  const period = parsePeriod(month, inputs.zone);
  if (isFailure(period)) return period;
  const minutes = await store.read(async (tx) => {
    const ids = inputs.transformers.map(({ localUnit }) => settledId(month, localUnit));
    const rows = await tx.settledMinutes.of(ids);
    return inputs.transformers.map(({ localUnit }, i): TransformerMinutes => {
      return { localUnit, energies: energiesOf(rows[i]?.energies ?? new Uint8Array(0)) };
    });
  });
  const given = settlementInputs(inputs, period, minutes);
  if (isFailure(given)) return given;
  const settlement = settle(given);
  const remittances = await store.read((tx) =>
    tx.remittances.inOrder('payee', SELLER, 'at', { falling: true, limit: Number.MAX_SAFE_INTEGER }),
  );
  const left = closing.priceOfAll - paidBy(remittances);
  // Below zero it is paid for later months, if there are any.
  const stillDue = left < 0n && place > 0 ? 0n : left;
  const faults = faultsOf(closing, list[place + 1], minutes, settlement);
  return { closing, settlement, remittances, stillDue, faults };
}

/** The newest first. */
export async function closings(tx: StoreReads): Promise<Closing[]> {
  const rows = await tx.closings.page({ limit: Number.MAX_SAFE_INTEGER });
  return rows.map(({ number: _, ...closing }) => closing);
}

function faultsOf(
  closing: Closing,
  before: Closing | undefined,
  minutes: readonly TransformerMinutes[],
  { price, interest }: Settlement,
): string[] {
  const { month, inputs, digest, ...row } = closing;
  const faults = minutes
    .filter(({ energies }, i) => minutesDigest(energies) !== inputs.transformers[i]?.digest)
    .map(({ localUnit }) => `The minutes of transformer ${localUnit} are not those by which ${month} was closed.`);
  const same =
    row.price === price.tokens &&
    row.priceLeft === price.left &&
    row.interestLeft === interest.left &&
    row.priceOfAll === (before?.priceOfAll ?? 0n) + BigInt(inputs.corrected) + price.tokens;
  if (!same) faults.push(`The amounts of ${month} do not follow from what it was closed by.`);
  if (closingDigest(closing) !== digest || inputs.previous !== (before?.digest ?? '')) {
    faults.push(`The closing of ${month} was changed, or the one before it.`);
  }
  return faults;
}

const lastClosing = async (tx: StoreReads): Promise<Closing | undefined> => (await tx.closings.page({ limit: 1 }))[0];

function misplacedPeriod(
  { month, count, to }: Period,
  last: Closing | undefined,
  zone: string,
  now: Milliseconds,
): HostFailure | undefined {
  if (last !== undefined && month <= last.month) {
    return fail(
      'period-closed',
      `The month ${month} is closed, and stays so: what became known later counts in the next.`,
      { month },
    );
  }
  if (now < to)
    return fail('period-open', `The month ${month} is not over: close it from ${new Date(to).toISOString()} on.`, {
      month,
      from: to,
    });
  if (last === undefined || periodOf(count - 1, zone).month === last.month) return undefined;
  return fail('period-wrong', `After ${last.month} the next month is closed, not ${month}.`, { month: last.month });
}

const BASIS_POINTS_MAX = 10_000;

function termsFault({ tariff, technicalBasisPoints, interestBasisPoints }: SettlementTerms): HostFailure | undefined {
  const whole = (value: number) => Number.isInteger(value) && value >= 0 && value <= BASIS_POINTS_MAX;
  const wrong = [technicalBasisPoints, interestBasisPoints].find((value) => !whole(value));
  if (wrong === undefined && typeof tariff === 'string') return undefined;
  return fail(
    'terms-wrong',
    `Technical losses and interest are 0 to ${BASIS_POINTS_MAX} hundredths of a percent, not ${wrong}.`,
    { least: 0, most: BASIS_POINTS_MAX },
  );
}

/** Energy of all load profiles by local unit. What a meter without a profile used is missing in all its minutes. */
async function meteredUse(store: Store, period: Period, meters: readonly Meter[]): Promise<MeteredUse[]> {
  const { firstMinute, minutes } = period;
  const uses = new Map<number, { deciWattHours: bigint; missing: number }>();
  for (const { svpmsn, supplies, localUnit } of meters) {
    const use = uses.get(localUnit) ?? { deciWattHours: 0n, missing: 0 };
    uses.set(localUnit, use);
    for (let supply = 1; supply <= Math.min(supplies, SUPPLIES_MAX); supply++) {
      const days = await store.read((tx) =>
        tx.profiles({
          svpmsn,
          supply: supply as SupplyIndex,
          fromDay: Math.floor(firstMinute / MINUTES_PER_DAY),
          toDay: Math.floor((firstMinute + minutes - 1) / MINUTES_PER_DAY),
        }),
      );
      let [energy, known] = [0, 0];
      for (const { day, energies } of days) {
        const before = day * MINUTES_PER_DAY - firstMinute;
        for (const value of energies.subarray(Math.max(0, -before), Math.max(0, minutes - before))) {
          if (value > ENERGY_MAX) continue;
          energy += value;
          known += 1;
        }
      }
      use.deciWattHours += BigInt(energy);
      use.missing += minutes - known;
    }
  }
  return [...uses].sort(([a], [b]) => a - b).map(([localUnit, use]) => ({ localUnit, ...use }));
}

/** What the books were before the first edge, and at the end of each stretch after it. */
function bookSums(
  sums: readonly TimedSum[],
  edges: number,
): {
  readonly begin: BookSums;
  readonly days: BookSums[];
  readonly revenue: { readonly begin: Revenue; readonly end: Revenue };
} {
  const all = new Map<string, bigint>();
  let revenueBefore = revenueOf(all);
  const states = Array.from({ length: edges }, (_, stretch) => {
    for (const sum of sums) {
      if (sum.stretch === stretch) addSum(all, sum);
    }
    if (stretch === 0) revenueBefore = revenueOf(all);
    const { issued, stored, refunded, spent, inFlight, valueInMeters, owed } = totalled((key) => all.get(key) ?? 0n);
    const credit = (account: 'fees' | 'tax' | 'fixed-charges') => -(all.get(account) ?? 0n);
    return {
      ...{ issued, stored, refunded, spent, inFlight, purses: valueInMeters, owed },
      ...{ fees: credit('fees'), tax: credit('tax'), fixedCharges: credit('fixed-charges') },
    };
  });
  const [begin, ...days] = states as [BookSums, ...BookSums[]];
  return { begin, days, revenue: { begin: revenueBefore, end: revenueOf(all) } };
}

const revenueText = ({ steps, unread }: Revenue): RevenueText => ({
  steps: steps.map(({ percent, tokens }) => ({ percent, tokens: String(tokens) })),
  unread: String(unread),
});

function settlementInputs(
  inputs: ClosingInputs,
  period: Period,
  minutes: readonly TransformerMinutes[],
): SettlementInputs | HostFailure {
  const table = bulkTable(inputs.tariff.definition, inputs.zone, period);
  if ('reason' in table) return table;
  return {
    table,
    firstMinute: period.firstMinute,
    minutes,
    metered: inputs.metered.map((use) => ({ ...use, deciWattHours: BigInt(use.deciWattHours) })),
    begin: sumsOf(inputs.begin),
    end: sumsOf(inputs.end),
    balances: inputs.balances.map(BigInt),
    technicalBasisPoints: inputs.terms.technicalBasisPoints,
    interestBasisPoints: inputs.terms.interestBasisPoints,
    priceCarried: BigInt(inputs.priceCarried),
    interestCarried: BigInt(inputs.interestCarried),
  };
}

const decimals = (sums: BookSums): Decimals<BookSums> =>
  Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, String(sum)])) as unknown as Decimals<BookSums>;

const sumsOf = (sums: Decimals<BookSums>): BookSums =>
  Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, BigInt(sum)])) as unknown as BookSums;

function closingDigest(row: Omit<Closing, 'digest'>): string {
  const { month, closedAt, inputs, price, priceOfAll, priceLeft, interestLeft } = row;
  const amounts = [price, priceOfAll, priceLeft, interestLeft].map(String);
  return toHex(sha256(new TextEncoder().encode(JSON.stringify([month, closedAt, inputs, amounts]))));
}
