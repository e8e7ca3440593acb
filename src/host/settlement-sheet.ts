import type { BookSums } from '../analysis/index.ts';
import { assertNever } from '../units/index.ts';
import { csvRow } from './csv.ts';
import type { Revenue } from './ledger.ts';
import { paidBy } from './remittances.ts';
import type { ClosedPeriod } from './settlement.ts';
import type { Difference } from './settlement-documents.ts';
import type { SettledClaim } from './settlement-exchange.ts';
import { fixed, plain, type TableSection, type TableSheet } from './table-sheet.ts';
import type { ClosingInputs, Remittance } from './types.ts';

/** A closing as people read it. @param claims that were made for this month, and what was answered */
export function settlementSheet(closed: ClosedPeriod, claims: readonly SettledClaim[]): TableSheet {
  const { closing, settlement, remittances, stillDue, faults } = closed;
  const { month, inputs } = closing;
  return {
    title: `Settlement ${month}`,
    sections: [
      ...(faults.length === 0
        ? []
        : [
            plain(
              'Not as it was closed',
              faults.map((fault) => [fault, '']),
            ),
          ]),
      ...boughtSections(closed),
      plain('To the seller, tokens', [
        ['for this month', String(closing.price)],
        ...(inputs.corrected === '0'
          ? []
          : [['counter-entry: the month before was corrected by', inputs.corrected] as const]),
        ['for all months that were closed', String(closing.priceOfAll)],
        ['paid by now', String(paidBy(remittances))],
        ['still due until this month', String(stillDue)],
      ]),
      ...(remittances.length === 0 ? [] : [paymentsSection(remittances)]),
      plain('Bought and sold, kWh', [
        ['through the transformers', kwh(settlement.bought.energy)],
        ['by the meters', kwh(settlement.sold.energy)],
        ['minutes that meters did not tell', String(settlement.sold.missing)],
        [`lost (${percent(settlement.losses.basisPoints)} %)`, kwh(settlement.losses.energy)],
        [
          `of it technical, held to be ${percent(BigInt(inputs.terms.technicalBasisPoints))} % of what came through`,
          kwh(settlement.losses.technical),
        ],
        ['of it unexplained', kwh(settlement.losses.unexplained)],
      ]),
      booksSection(inputs.begin, inputs.end),
      revenueSection(inputs),
      plain('Result, tokens', [
        ['spent, charged and taken as fees', String(settlement.margin + closing.price)],
        ['price of what was bought', String(-closing.price)],
        ['margin', String(settlement.margin)],
        ['prepaid and not spent when the month began', String(settlement.deferred.begin)],
        ['prepaid and not spent when it ended', String(settlement.deferred.end)],
        [
          `interest on it at ${percent(BigInt(inputs.terms.interestBasisPoints))} % a year`,
          String(settlement.interest.tokens),
        ],
      ]),
      ...claims.map(claimSection),
      plain('Proof', [
        ['closed at', new Date(closing.closedAt).toISOString()],
        ['version of the bulk tariff', String(inputs.tariff.version)],
        ['digest', closing.digest],
        ['digest of the month before', inputs.previous === '' ? 'none' : inputs.previous],
      ]),
    ],
  };
}

/** One value a line: the digits of amounts and energies as they are kept, in tokens and milliwatt-hours. RFC 4180 */
export function settlementCsv({ closing, settlement, remittances, stillDue }: ClosedPeriod): string {
  const { bought, sold, losses, deferred, interest } = settlement;
  const revenue = revenueIn(closing.inputs.revenue);
  const lines: (readonly [string, string, string, string | number | bigint])[] = [
    ['bought', 'energy', 'mWh', bought.energy],
    ['bought', 'price', 'token', closing.price],
    ['bought', 'correction of the month before', 'token', closing.inputs.corrected],
    ['bought', 'price of all months', 'token', closing.priceOfAll],
    ['bought', 'left for the next month', '1e-13 token', closing.priceLeft],
  ];
  bought.steps.forEach((step, i) => {
    lines.push([`step ${step.percent} %`, 'energy', 'mWh', step.energy]);
    lines.push([`step ${step.percent} %`, 'share of the price', 'token', settlement.priceOfSteps[i] as bigint]);
  });
  bought.transformers.forEach(({ localUnit, energy, estimated, missing }, i) => {
    const part = `transformer ${localUnit}`;
    lines.push(
      [part, 'energy', 'mWh', energy],
      [part, 'estimated', 'mWh', estimated],
      [part, 'missing', 'min', missing],
    );
    lines.push([part, 'share of the price', 'token', settlement.priceOfTransformers[i] as bigint]);
  });
  for (const { localUnit, deciWattHours, missing } of closing.inputs.metered) {
    lines.push([`meters of ${localUnit}`, 'energy', 'mWh', 100n * BigInt(deciWattHours)]);
    lines.push([`meters of ${localUnit}`, 'missing', 'min', missing]);
  }
  lines.push(
    ['sold', 'energy', 'mWh', sold.energy],
    ['losses', 'energy', 'mWh', losses.energy],
    ['losses', 'technical', 'mWh', losses.technical],
    ['losses', 'unexplained', 'mWh', losses.unexplained],
    ['losses', 'share', '0.01 %', losses.basisPoints],
    ...Object.entries(closing.inputs.begin).map(([name, sum]) => ['books at the begin', name, 'token', sum] as const),
    ...Object.entries(closing.inputs.end).map(([name, sum]) => ['books at the end', name, 'token', sum] as const),
    ...revenue.steps.map(({ percent: step, tokens }) => ['spent', `at ${step} %`, 'token', tokens] as const),
    ['spent', 'not told by a profile yet', 'token', revenue.unread],
    ['result', 'margin', 'token', settlement.margin],
    ['result', 'deferred at the begin', 'token', deferred.begin],
    ['result', 'deferred at the end', 'token', deferred.end],
    ['result', 'interest', 'token', interest.tokens],
    ['paid to the seller', 'by now', 'token', paidBy(remittances)],
    ['paid to the seller', 'still due until this month', 'token', stillDue],
    ...remittances.map(
      ({ paidOn, reference, amount, reversedAt }) =>
        [`payment of ${paidOn}`, reference, reversedAt === undefined ? 'token' : 'token, reversed', amount] as const,
    ),
  );
  const rows = lines.map(([part, item, unit, value]) =>
    csvRow([closing.month, part, item, unit, typeof value === 'string' ? BigInt(value) : value]),
  );
  return ['month,part,item,unit,value\r\n', ...rows].join('');
}

/** What went to the seller, and what came back, until now. */
function paymentsSection(remittances: readonly Remittance[]): TableSection {
  return {
    title: 'Payments to the seller, tokens',
    heads: ['reference', 'booked', 'amount'],
    rows: remittances.map(({ paidOn, reference, amount, at, reversedAt }) => [
      paidOn,
      reference,
      new Date(at).toISOString().slice(0, 10),
      reversedAt === undefined
        ? String(amount)
        : `(${amount}), reversed ${new Date(reversedAt).toISOString().slice(0, 10)}`,
    ]),
  };
}

function boughtSections({ closing, settlement }: ClosedPeriod): TableSection[] {
  const { bought, priceOfSteps, priceOfTransformers } = settlement;
  const metered = new Map(
    closing.inputs.metered.map(({ localUnit, deciWattHours }) => [localUnit, BigInt(deciWattHours)]),
  );
  return [
    {
      title: 'Bought by the bulk tariff',
      heads: ['kWh', 'tokens'],
      rows: [
        ...bought.steps.map((step, i) => [`${step.percent} %`, kwh(step.energy), String(priceOfSteps[i])]),
        ['in all', kwh(bought.energy), String(closing.price)],
      ],
    },
    {
      title: 'Bought by transformer',
      heads: ['kWh', 'of it estimated', 'minutes missing', 'meters, kWh', 'tokens'],
      rows: bought.transformers.map(({ localUnit, energy, estimated, missing }, i) => [
        unitText(localUnit),
        ...[kwh(energy), kwh(estimated), String(missing), kwh(100n * (metered.get(localUnit) ?? 0n))],
        String(priceOfTransformers[i]),
      ]),
    },
  ];
}

const BOOK_WORDS: Readonly<Record<keyof BookSums, string>> = {
  issued: 'issued',
  stored: 'stored in meters',
  refunded: 'refunded',
  spent: 'spent',
  inFlight: 'in flight',
  purses: 'in purses',
  owed: 'emergency credit',
  fees: 'fees',
  tax: 'tax',
  fixedCharges: 'fixed charges',
};

function booksSection(begin: Record<keyof BookSums, string>, end: typeof begin): TableSection {
  const rows = (Object.keys(BOOK_WORDS) as (keyof BookSums)[]).map((name) => [
    BOOK_WORDS[name],
    begin[name],
    String(BigInt(end[name]) - BigInt(begin[name])),
    end[name],
  ]);
  return { title: 'Books, tokens', heads: ['before', 'in the month', 'at its end'], rows };
}

/** What was spent in the month, by tariff step. A month may take back from one step what an earlier one gave it. */
function revenueSection({ revenue }: ClosingInputs): TableSection {
  const { steps, unread } = revenueIn(revenue);
  return {
    title: 'Spent by tariff step, tokens',
    heads: ['in the month'],
    rows: [
      ...steps.map(({ percent: step, tokens }) => [`${step} %`, String(tokens)]),
      ['in minutes that no profile told yet', String(unread)],
      ['in all', String(steps.reduce((sum, { tokens }) => sum + tokens, unread))],
    ],
  };
}

/** What the books gained between two sums. */
function revenueIn({ begin, end }: ClosingInputs['revenue']): Revenue {
  const gained = new Map<number, bigint>();
  for (const { percent: step, tokens } of end.steps) gained.set(step, BigInt(tokens));
  for (const { percent: step, tokens } of begin.steps) gained.set(step, (gained.get(step) ?? 0n) - BigInt(tokens));
  return {
    steps: [...gained].sort(([a], [b]) => a - b).map(([step, tokens]) => ({ percent: step, tokens })),
    unread: BigInt(end.unread) - BigInt(begin.unread),
  };
}

function claimSection({ claim, answer }: SettledClaim): TableSection {
  const title = `${claim.replaces === undefined ? 'Claim' : 'Corrected claim'} of ${claim.reseller} to ${claim.seller}`;
  if (answer === undefined) return plain(title, [['not answered yet', claim.price]]);
  const { verdict, differences } = answer;
  if (verdict === 'acknowledged') return plain(title, [['acknowledged', claim.price]]);
  return {
    title: `${title}: disputed`,
    heads: ['claimed', 'by the seller'],
    rows: differences.map((each) => [differenceText(each), each.claimed, each.own]),
  };
}

function differenceText(difference: Difference): string {
  switch (difference.kind) {
    case 'price':
      return 'price, tokens';
    case 'unit-charge':
      return 'unit charge, milli-tokens per kWh';
    case 'step':
      return `step ${difference.percent} %, mWh`;
    case 'transformer':
      return `transformer ${unitText(difference.localUnit)} that one side lacks, mWh`;
    case 'energy':
      return `transformer ${unitText(difference.localUnit)}, mWh`;
    case 'minutes':
      return `  ${minuteText(difference.from)} to ${minuteText(difference.to)} UTC, mWh`;
    default:
      return assertNever(difference);
  }
}

/** Area unit and local unit. */
const unitText = (localUnit: number): string => `${localUnit >> 8}/${localUnit & 0xff}`;

const minuteText = (minute: number): string => new Date(minute * 60_000).toISOString().slice(0, 16).replace('T', ' ');

/** Exact: a milliwatt-hour is the sixth place. */
const kwh = (milliwattHours: bigint): string => fixed(milliwattHours, 6);
const percent = (basisPoints: bigint): string => fixed(basisPoints, 2);
