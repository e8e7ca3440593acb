import { dateText, type OffsetChange, offsetTable } from '../tariff/index.ts';
import { assertNever, type Milliseconds, svpmsnText } from '../units/index.ts';
import { amountText } from '../words/index.ts';
import { yearOf } from './calendar.ts';
import type { Statement, StatementBalance, StatementDay, StatementDifference, StatementEntry } from './statement.ts';
import { fixed, plain, type TableSection, type TableSheet } from './table-sheet.ts';
import type { TradeParts } from './types.ts';

/** A statement as people read it. Amounts are whole tokens. */
export function statementSheet(statement: Statement): TableSheet {
  const { svpmsn, subscriber, currency, zone, asOf, used, spent, differences } = statement;
  const timeOf = localTimes(statement);
  return {
    title: `Statement ${statement.from} to ${statement.to}`,
    sections: [
      plain('Of', [
        ['meter', svpmsnText(svpmsn)],
        ['subscriber', `${subscriber.name} (${subscriber.id})`],
        [`days in ${zone}, both included`, `${statement.from} to ${statement.to}`],
        ['as the books were on', timeOf(asOf)],
        ['a token is', `${amountText(1, currency.exponent)} ${currency.code}`],
      ]),
      balanceSection(statement),
      ...movementSections(statement, timeOf),
      {
        title: 'Days',
        heads: ['minutes', 'unknown', 'kWh', 'used', 'spent', 'purse', 'emergency credit'],
        rows: statement.days.map(dayRow),
      },
      {
        title: 'Energy and its price',
        heads: ['minutes', 'mean W', 'kWh', 'tokens'],
        rows: [
          ...statement.steps.map((step) => [
            priceText(step, statement),
            ...[String(step.minutes), String(step.watts), kwh(step.energy), String(step.used)],
          ]),
          ['used in all', String(statement.coverage.minutes), '', kwh(statement.energy), String(used)],
        ],
      },
      plain('From used to spent, tokens', [
        ['used by minutes and prices', String(used)],
        ...differences.map((difference) => [differenceText(difference), signed(difference.tokens)]),
        ['spent, as the meter told', String(spent)],
      ]),
    ],
  };
}

const ACCOUNTS = ['inFlight', 'purse', 'owed', 'arrears', 'refunds'] as const;
const ACCOUNT_HEADS = ['in flight', 'in the purse', 'emergency credit', 'arrears', 'to give back'];

const KIND_WORDS: Readonly<Record<StatementEntry['kind'], string>> = {
  sold: 'sold',
  stored: 'stored in the meter',
  refunded: 'never stored, to be given back',
  found: 'found in the meter',
  'from-card': 'taken from a card',
  closed: 'left in the purse when it was closed',
  debt: 'arrears booked',
  'paid-out': 'given back',
  returned: 'payment taken back by whoever paid',
};

function balanceSection({ opening, entries, spent, lent, closing }: Statement): TableSection {
  const kinds = [...new Set(entries.map(({ kind }) => kind))];
  const moved = kinds.map((kind) => {
    const own = entries.filter((entry) => entry.kind === kind);
    return [
      KIND_WORDS[kind],
      ...ACCOUNTS.map((account) => signed(own.reduce((sum, { change }) => sum + change[account], 0n))),
    ];
  });
  return {
    title: 'Balance, tokens',
    heads: ACCOUNT_HEADS,
    rows: [
      ['when the first day began', ...amountsOf(opening)],
      ...moved,
      ['spent on energy', '', signed(lent - spent), signed(lent), '', ''],
      ['when the last day ended', ...amountsOf(closing)],
    ],
  };
}

const amountsOf = (balance: StatementBalance): string[] => ACCOUNTS.map((account) => String(balance[account]));

const PARTS = ['paid', 'energy', 'fixedCharge', 'arrears', 'fee', 'tax'] as const satisfies (keyof TradeParts)[];

function movementSections({ entries }: Statement, timeOf: (at: Milliseconds) => string): TableSection[] {
  const nameOf = ({ at, order, receipt }: StatementEntry) =>
    [timeOf(at), order ?? '', ...(receipt === undefined ? [] : [`receipt ${receipt}`])].join('  ');
  const trades = entries.flatMap((entry) => (entry.trade === undefined ? [] : [{ entry, trade: entry.trade }]));
  const paid: TableSection = {
    title: 'Paid, and what for',
    heads: ['paid', 'energy', 'fixed charge', 'arrears', 'fee', 'tax'],
    rows: trades.map(({ entry, trade }) => [nameOf(entry), ...PARTS.map((part) => String(trade[part]))]),
  };
  const moved: TableSection = {
    title: 'Movements, tokens',
    heads: ACCOUNT_HEADS,
    rows: entries.map((entry) => [
      `${nameOf(entry)}: ${KIND_WORDS[entry.kind]}`,
      ...ACCOUNTS.map((account) => signed(entry.change[account])),
    ]),
  };
  return [paid, moved].filter(({ rows }) => rows.length > 0);
}

function dayRow(day: StatementDay): string[] {
  const { date, profile, minutes, missing, uncertain, energy, used, spent, balance } = day;
  const unknown = missing + uncertain;
  const mark = profile === 'none' && unknown > 0 ? ' not collected' : profile === 'part' ? ' in part' : '';
  return [
    `${date}${mark}`,
    ...[String(minutes), String(unknown)],
    ...(profile === 'none' ? ['', ''] : [kwh(energy), String(used)]),
    ...[String(spent), String(balance.purse), String(balance.owed)],
  ];
}

function priceText(step: Statement['steps'][number], { coverage, steps }: Statement): string {
  if (step.version === 0) return 'before the first tariff, at no price';
  const surcharge = step.surcharge === 100 ? '' : ` x ${step.surcharge} %`;
  const supply = steps.some((each) => each.supply > 1) ? `supply ${step.supply}, ` : '';
  const price = `${step.percent} %${surcharge} of ${fixed(BigInt(step.unitCharge), 3)} tokens a kWh`;
  return coverage.minutes === 0 ? price : `${supply}${price}  (${step.tariff}, version ${step.edition})`;
}

function differenceText({ kind, energy, missing }: StatementDifference): string {
  const known = energy === undefined ? '' : ` (${kwh(energy)} kWh)`;
  switch (kind) {
    case 'used-before':
      return `used before these days, and told in them${known}`;
    case 'not-told-yet':
      return `used in them, and not told before they ended${known}`;
    case 'without-minutes':
      return `spent while ${missing} minutes are not known one by one`;
    case 'fractions':
      return 'fractions of a token, and of the minutes in which the meter spoke';
    case 'unexplained':
      return 'not explained by minutes and prices: look into the meter, its clock and its tariff';
    default:
      return assertNever(kind);
  }
}

/** Clock times of the zone in which the days are. */
function localTimes({ zone, begin, asOf }: Statement): (at: Milliseconds) => string {
  const year = yearOf(begin);
  const found = offsetTable(zone, year, yearOf(asOf) - year + 1);
  const offsets: readonly OffsetChange[] = 'reason' in found ? [] : found;
  return (at) => {
    const seconds = Math.floor(at / 1000);
    const local = seconds + 60 * (offsets.findLast(({ from }) => from <= seconds)?.minutes ?? 0);
    const minute = Math.floor((local % 86_400) / 60);
    const two = (value: number) => String(value).padStart(2, '0');
    return `${dateText(Math.floor(local / 86_400))} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
  };
}

const signed = (tokens: bigint): string => (tokens > 0n ? `+${tokens}` : tokens === 0n ? '' : String(tokens));

/** Exact: 0.1 Wh is the fourth place. */
const kwh = (deciWattHours: number): string => fixed(BigInt(deciWattHours), 4);
