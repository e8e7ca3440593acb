import { chargeRate, type ModeTable, rateAt } from '../tariff/index.ts';
import { allocate, type Percent, type UnixSeconds } from '../units/index.ts';
import { fillMissing, type TransformerMinutes } from './check-minutes.ts';

/**
 * The price of energy is counted in 10⁻¹³ token, in which it is whole: a milliwatt-hour is a hundredth of the 0.1 Wh
 * of a charge unit.
 */
export const PRICE_UNITS_PER_TOKEN = 10_000_000_000_000n;

/** Interest is counted in tokens × days × hundredths of a percent; a year of interest has 365 days, also a leap year. */
export const INTEREST_UNITS_PER_TOKEN = 10_000n * 365n;

/** Energies in milliwatt-hours, prices in price units. */
export interface StepBought {
  readonly percent: Percent;
  readonly energy: bigint;
  readonly priceUnits: bigint;
}

export interface TransformerBought {
  readonly localUnit: number;
  readonly energy: bigint;
  /** How much of it stands for minutes that are missing, and how many they are. */
  readonly estimated: bigint;
  readonly missing: number;
  readonly priceUnits: bigint;
}

/** What came through the transformers, and what it costs by the bulk tariff. Both lists have the same sums. */
export interface Bought {
  readonly energy: bigint;
  readonly priceUnits: bigint;
  /** In the order of the table: the cheapest first. */
  readonly steps: readonly StepBought[];
  /** In the order given. */
  readonly transformers: readonly TransformerBought[];
}

/**
 * Prices minutes of transformers by the charge of the tariff, minute by minute, exactly. A check meter knows no phase
 * angle: the surcharge is that of band 0.
 * @param firstMinute the unix minute of the first value of every transformer
 */
export function priceBought(table: ModeTable, firstMinute: number, minutes: readonly TransformerMinutes[]): Bought {
  const count = Math.max(0, ...minutes.map(({ energies }) => energies.length));
  const stepOf = stepsOf(table, firstMinute, count);
  const rates = table.steps.map((percent) => BigInt(chargeRate(table, percent as Percent, 0)));
  const price = (energies: readonly bigint[]) => sum(energies.map((energy, i) => energy * (rates[i] as bigint)));
  const byStep = table.steps.map(() => 0n);
  const transformers = minutes.map(({ localUnit, energies }): TransformerBought => {
    const filled = fillMissing(energies, firstMinute);
    // Below 2⁵³ in a month of minutes below 2³².
    const own = table.steps.map(() => 0);
    filled.energies.forEach((energy, i) => {
      const step = stepOf[i] as number;
      own[step] = (own[step] as number) + energy;
    });
    const exact = own.map(BigInt);
    exact.forEach((energy, i) => {
      byStep[i] = (byStep[i] as bigint) + energy;
    });
    const { estimated, missing } = filled;
    return { localUnit, energy: sum(exact), estimated, missing, priceUnits: price(exact) };
  });
  const steps = table.steps.map((percent, i): StepBought => {
    const energy = byStep[i] as bigint;
    return { percent: percent as Percent, energy, priceUnits: energy * (rates[i] as bigint) };
  });
  return { energy: sum(byStep), priceUnits: price(byStep), steps, transformers };
}

/** Whole tokens of what is due, and what is left of it for the next period. */
export interface Due {
  readonly tokens: bigint;
  readonly left: bigint;
}

/** Rounds down: what is left below a token is carried into the next period, so over the years nothing is lost. */
export function due(units: bigint, unitsPerToken: bigint): Due {
  return { tokens: units / unitsPerToken, left: units % unitsPerToken };
}

/** Sums of the ledger from its beginning up to an instant, in tokens. */
export interface BookSums {
  readonly issued: bigint;
  readonly stored: bigint;
  readonly refunded: bigint;
  readonly spent: bigint;
  readonly inFlight: bigint;
  /** In purses. */
  readonly purses: bigint;
  /** Emergency credit that was taken and is not paid. */
  readonly owed: bigint;
  readonly fees: bigint;
  readonly tax: bigint;
  readonly fixedCharges: bigint;
}

/** What the meters of a transformer used by their load profiles. */
export interface MeteredUse {
  readonly localUnit: number;
  readonly deciWattHours: bigint;
  /** Minutes of meters without a value, which are not estimated: what flowed in them counts as unexplained. */
  readonly missing: number;
}

/** All that a settlement follows from. */
export interface SettlementInputs {
  /** Of the bulk tariff in force when the period began: it holds for the whole of it. */
  readonly table: ModeTable;
  readonly firstMinute: number;
  readonly minutes: readonly TransformerMinutes[];
  readonly metered: readonly MeteredUse[];
  readonly begin: BookSums;
  readonly end: BookSums;
  /** What was prepaid and not spent at the end of each day of the period, in tokens. */
  readonly balances: readonly bigint[];
  /** Hundredths of a percent of the energy bought that lines and transformers are held to lose. */
  readonly technicalBasisPoints: number;
  /** Hundredths of a percent a year. */
  readonly interestBasisPoints: number;
  /** Left over from the period before: price units, interest units. */
  readonly priceCarried: bigint;
  readonly interestCarried: bigint;
}

/** Energies in milliwatt-hours, amounts in tokens. */
export interface Settlement {
  readonly bought: Bought;
  /** What the seller is to be paid, and what is left below a token. */
  readonly price: Due;
  /** What each step of the bulk tariff has of the price, and each transformer: they sum to it. */
  readonly priceOfSteps: readonly bigint[];
  readonly priceOfTransformers: readonly bigint[];
  /** By the meters. */
  readonly sold: { readonly energy: bigint; readonly missing: number };
  readonly losses: {
    /** Bought and not sold; below zero where meters told more than their transformers. */
    readonly energy: bigint;
    readonly technical: bigint;
    readonly unexplained: bigint;
    /** Of the energy bought; towards zero. */
    readonly basisPoints: bigint;
  };
  /** What the books gained in the period. */
  readonly flows: Omit<BookSums, 'inFlight' | 'purses' | 'owed'>;
  /** Value of what was spent, fixed charges and fees, without the price of what was bought. */
  readonly margin: bigint;
  /** Prepaid and not spent: on its way, or in purses. */
  readonly deferred: { readonly begin: bigint; readonly end: bigint };
  /** What the prepaid balances of the period are worth at the rate. */
  readonly interest: Due;
}

export function settle(inputs: SettlementInputs): Settlement {
  const { table, firstMinute, minutes, metered, begin, end } = inputs;
  const bought = priceBought(table, firstMinute, minutes);
  const price = due(bought.priceUnits + inputs.priceCarried, PRICE_UNITS_PER_TOKEN);
  const sold = 100n * sum(metered.map(({ deciWattHours }) => deciWattHours));
  const lost = bought.energy - sold;
  // Rounds down: a milliwatt-hour in doubt is unexplained.
  const technical = (bought.energy * BigInt(inputs.technicalBasisPoints)) / BASIS_POINTS;
  const flows = {
    issued: end.issued - begin.issued,
    stored: end.stored - begin.stored,
    refunded: end.refunded - begin.refunded,
    spent: end.spent - begin.spent,
    fees: end.fees - begin.fees,
    tax: end.tax - begin.tax,
    fixedCharges: end.fixedCharges - begin.fixedCharges,
  };
  const balanceDays = sum(inputs.balances) * BigInt(inputs.interestBasisPoints);
  return {
    bought,
    price,
    priceOfSteps: shares(price.tokens, bought.steps),
    priceOfTransformers: shares(price.tokens, bought.transformers),
    sold: { energy: sold, missing: metered.reduce((all, { missing }) => all + missing, 0) },
    losses: {
      energy: lost,
      technical,
      unexplained: lost - technical,
      basisPoints: bought.energy === 0n ? 0n : (lost * BASIS_POINTS) / bought.energy,
    },
    flows,
    margin: flows.spent + flows.fixedCharges + flows.fees - price.tokens,
    deferred: { begin: deferred(begin), end: deferred(end) },
    interest: due(balanceDays + inputs.interestCarried, INTEREST_UNITS_PER_TOKEN),
  };
}

/** What was prepaid and not spent. */
export const deferred = ({ inFlight, purses }: Pick<BookSums, 'inFlight' | 'purses'>): bigint => inFlight + purses;

/** The shares of a price; where nothing has a price, what was carried over falls to the first. */
function shares(tokens: bigint, parts: readonly { readonly priceUnits: bigint }[]): bigint[] {
  const weights = parts.map(({ priceUnits }) => priceUnits);
  if (weights.some((weight) => weight > 0n)) return allocate(tokens, weights);
  return weights.map((_, i) => (i === 0 ? tokens : 0n));
}

/** Of each minute, which step of the table holds. */
function stepsOf(table: ModeTable, firstMinute: number, count: number): Uint8Array {
  const steps = new Uint8Array(count);
  for (let i = 0; i < count; ) {
    const { stepIndex, until } = rateAt(table, ((firstMinute + i) * 60) as UnixSeconds);
    // A rate always ends on a whole minute.
    const end = Math.min(count, until / 60 - firstMinute);
    steps.fill(stepIndex, i, end);
    i = end;
  }
  return steps;
}

const sum = (parts: readonly bigint[]): bigint => parts.reduce((all, part) => all + part, 0n);

const BASIS_POINTS = 10_000n;
