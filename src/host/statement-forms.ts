import { svpmsnText } from '../units/index.ts';
import { csvRow } from './csv.ts';
import type { Statement, StatementBalance, StatementEntry } from './statement.ts';

/** Amounts are decimal texts of whole tokens, energies of watt-hours, and charges of tokens with 11 places. */
export const statementJson = (statement: Statement) => ({
  meter: svpmsnText(statement.svpmsn),
  subscriber: statement.subscriber.id,
  zone: statement.zone,
  currency: { code: statement.currency.code, exponent: statement.currency.exponent },
  from: statement.from,
  to: statement.to,
  begin: instantText(statement.begin),
  end: instantText(statement.end),
  asOf: instantText(statement.asOf),
  opening: balanceJson(statement.opening),
  entries: statement.entries.map(entryJson),
  spent: String(statement.spent),
  onEmergencyCredit: String(statement.lent),
  closing: balanceJson(statement.closing),
  days: statement.days.map((day) => ({
    date: day.date,
    profile: day.profile,
    minutes: day.minutes,
    missingMinutes: day.missing,
    uncertainMinutes: day.uncertain,
    energyWh: wattHours(day.energy),
    used: String(day.used),
    spent: String(day.spent),
    balance: balanceJson(day.balance),
  })),
  steps: statement.steps.map((step) => ({
    supply: step.supply,
    tariff: step.tariff,
    version: step.version,
    unitCharge: String(step.unitCharge),
    percent: step.percent,
    surchargePercent: step.surcharge,
    minutes: step.minutes,
    watts: step.watts,
    energyWh: wattHours(step.energy),
    charge: chargeText(step.chargeUnits),
    used: String(step.used),
  })),
  used: String(statement.used),
  energyWh: wattHours(statement.energy),
  differences: statement.differences.map(({ kind, tokens, energy, missing }) => ({
    kind,
    tokens: String(tokens),
    ...(energy !== undefined && { energyWh: wattHours(energy) }),
    ...(missing > 0 && { unknownMinutes: missing }),
  })),
});
export type StatementJson = ReturnType<typeof statementJson>;

/**
 * A statement for a spreadsheet: a line for each balance, movement, day, price and difference. Within the lines `entry`
 * and `spent` the accounts sum from `opening` to `closing`; `used` of the steps, or of the days, sums to that of `used`.
 */
export function statementCsv(statement: Statement): string {
  const { opening, entries, spent, lent, closing, days, steps, differences, coverage } = statement;
  const energyOf = (energy: number | undefined) => (energy === undefined ? {} : { energy_wh: wattHours(energy) });
  const onEnergy = { in_flight: 0n, purse: lent - spent, emergency_credit: lent, arrears: 0n, refunds: 0n };
  const lines: Line[] = [
    { line: 'opening', item: statement.from, at: instantText(statement.begin), ...balanceCells(opening) },
    ...entries.map(
      (entry): Line => ({
        ...{ line: 'entry', item: entry.kind, at: instantText(entry.at), order: entry.order, receipt: entry.receipt },
        ...balanceCells(entry.change),
      }),
    ),
    { line: 'spent', tokens: spent, ...onEnergy },
    { line: 'closing', item: statement.to, at: instantText(statement.end), ...balanceCells(closing) },
    ...days.map(
      (day): Line => ({
        ...{ line: 'day', item: day.date, minutes: day.minutes, unknown_minutes: day.missing + day.uncertain },
        ...(day.profile !== 'none' && { energy_wh: wattHours(day.energy), used: day.used }),
        ...{ tokens: day.spent, ...balanceCells(day.balance) },
      }),
    ),
    ...steps.map(
      (step): Line => ({
        ...{ line: 'step', item: step.tariff, version: step.version, supply: step.supply, minutes: step.minutes },
        ...{ watts: step.watts, unit_charge: step.unitCharge, percent: step.percent, surcharge: step.surcharge },
        ...{ energy_wh: wattHours(step.energy), charge: chargeText(step.chargeUnits), used: step.used },
      }),
    ),
    {
      ...{ line: 'used', minutes: coverage.minutes, unknown_minutes: coverage.missing + coverage.uncertain },
      ...{ energy_wh: wattHours(statement.energy), used: statement.used },
    },
    ...differences.map(
      ({ kind, tokens, energy, missing }): Line => ({
        ...{ line: 'difference', item: kind, tokens, unknown_minutes: missing },
        ...energyOf(energy),
      }),
    ),
  ];
  return [COLUMNS, ...lines.map((line) => COLUMNS.map((column) => line[column]))].map(csvRow).join('');
}

const COLUMNS = [
  ...(['line', 'item', 'at', 'order', 'receipt', 'in_flight', 'purse', 'emergency_credit', 'arrears'] as const),
  ...(['refunds', 'tokens', 'used', 'minutes', 'unknown_minutes', 'watts', 'energy_wh', 'charge', 'supply'] as const),
  ...(['version', 'unit_charge', 'percent', 'surcharge'] as const),
] as const;
type Line = { readonly [column in (typeof COLUMNS)[number]]?: string | number | bigint | undefined };

const balanceCells = ({ inFlight, purse, owed, arrears, refunds }: StatementBalance): Line => ({
  ...{ in_flight: inFlight, purse, emergency_credit: owed, arrears, refunds },
});

const balanceJson = ({ inFlight, purse, owed, arrears, refunds }: StatementBalance) => ({
  inFlight: String(inFlight),
  purse: String(purse),
  emergencyCredit: String(owed),
  arrears: String(arrears),
  refunds: String(refunds),
});

const entryJson = ({ at, kind, order, receipt, trade, change }: StatementEntry) => ({
  at: instantText(at),
  kind,
  ...(order !== undefined && { order }),
  ...(receipt !== undefined && { receipt }),
  ...(trade !== undefined && {
    trade: {
      method: trade.method,
      paid: String(trade.paid),
      energy: String(trade.energy),
      fixedCharge: String(trade.fixedCharge),
      arrears: String(trade.arrears),
      fee: String(trade.fee),
      tax: String(trade.tax),
    },
  }),
  change: balanceJson(change),
});

const instantText = (at: number): string => new Date(at).toISOString();
const wattHours = (deciWattHours: number): string => `${Math.floor(deciWattHours / 10)}.${deciWattHours % 10}`;
const chargeText = (units: bigint): string =>
  `${units / UNITS_PER_TOKEN}.${String(units % UNITS_PER_TOKEN).padStart(11, '0')}`;

const UNITS_PER_TOKEN = 100_000_000_000n;
