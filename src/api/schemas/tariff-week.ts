import { type Static, Type } from 'typebox';
import type { PreviewSide, PreviewStep, TariffPreview, TariffWeek } from '../../host/index.ts';
import { svpmsnText } from '../../units/index.ts';
import {
  chargeText,
  Instant,
  instantText,
  MeterNumber,
  maybe,
  Name,
  OneOf,
  Strict,
  Supply,
  same,
  wattHoursText,
} from './common.ts';
import { Definition, Edition } from './control.ts';
import { Month } from './settlement.ts';
import { LocalDate } from './statement.ts';

const UnitCharge = Type.String({ pattern: '^[0-9]+$', description: 'Milli-tokens per kWh at 100 %.' });
const WattHours = Type.String({ pattern: '^[0-9]+\\.[0-9]$', description: 'Wh.' });
const Charge = Type.String({ pattern: '^[0-9]+\\.[0-9]{11}$', description: 'Tokens, exact.' });

export const TariffWeekSchema = Type.Object(
  {
    meter: MeterNumber,
    supply: Supply,
    zone: Type.String(),
    table: Type.Optional(
      Type.Object(
        {
          tariff: Name,
          version: Type.Integer(),
          edition: Edition,
          from: Instant,
          unitCharge: UnitCharge,
          surchargePercents: Type.Array(Type.Integer(), { description: 'Of the four bands of phase angle.' }),
          source: OneOf(
            ['told', 'assumed'],
            'Told by the meter itself; or assumed, because it never told: what its tariff has in force.',
          ),
        },
        { description: 'In force when the week begins; absent where there is none.' },
      ),
    ),
    days: Type.Array(
      Type.Object({
        date: LocalDate,
        start: Instant,
        holiday: Type.Boolean(),
        season: Type.Optional(Type.String({ description: 'As the definition names it.' })),
        spans: Type.Array(
          Type.Object({
            from: Type.Integer({ description: 'Minute of the civil day as clocks show it, 0 to 1439.' }),
            to: Type.Integer({ description: 'Not included; 1440 is the end of the day.' }),
            percent: Type.Integer(),
            band: Type.Optional(Type.String({ description: 'As the definition names it; absent where none holds.' })),
            version: Type.Integer(),
          }),
        ),
      }),
      { description: 'Seven civil days; no day where there is no table.' },
    ),
    next: Type.Optional(
      Type.Object(
        { tariff: Name, version: Type.Integer(), edition: Edition, from: Instant, unitCharge: UnitCharge },
        { description: 'The table that comes next, and when.' },
      ),
    ),
  },
  { $id: 'TariffWeek', description: 'What a kilowatt-hour costs in each minute of a civil week.' },
);
export type TariffWeekJson = Static<typeof TariffWeekSchema>;

export const NewPreview = Strict({
  definition: Definition,
  meter: MeterNumber,
  month: Type.Optional(Month),
});

const Side = Type.Object({
  tokens: Type.String({ pattern: '^[0-9]+$', description: 'Whole tokens that would be taken; the rest is below one.' }),
  charge: Charge,
  steps: Type.Array(
    Type.Object({
      supply: Supply,
      percent: Type.Integer(),
      surchargePercent: Type.Integer(),
      minutes: Type.Integer(),
      energyWh: WattHours,
      charge: Charge,
    }),
    { description: 'By step and surcharge.' },
  ),
  bands: Type.Array(
    Type.Object({
      band: Type.Optional(Type.String({ description: 'As the definition names it; absent for what belongs to none.' })),
      minutes: Type.Integer(),
      energyWh: WattHours,
      charge: Charge,
    }),
    { description: 'By band of the definition.' },
  ),
});

export const TariffPreviewSchema = Type.Object(
  {
    meter: MeterNumber,
    month: Month,
    from: Instant,
    to: Instant,
    minutes: Type.Integer({ description: 'Those that are known, over all supplies: both sides are of them alone.' }),
    unknownMinutes: Type.Integer(),
    energyWh: WattHours,
    asItWas: Side,
    asItWouldBe: Side,
  },
  { $id: 'TariffPreview', description: 'A month of a household under another tariff. Nothing of it is stored.' },
);
export type TariffPreviewJson = Static<typeof TariffPreviewSchema>;

export const tariffWeekJson = ({ svpmsn, supply, zone, table, days, next }: TariffWeek): TariffWeekJson => ({
  meter: svpmsnText(svpmsn),
  ...{ supply, zone },
  ...maybe('table', table, (held) => ({
    ...heldJson(held),
    surchargePercents: [...held.table.surcharges],
    source: held.told ? ('told' as const) : ('assumed' as const),
  })),
  days: days.map(({ date, start, holiday, season, spans }) => ({
    ...{ date, start: instantText(start), holiday },
    ...maybe('season', season, same),
    spans: spans.map(({ from, to, percent, band, version }) => ({
      from,
      to,
      percent,
      ...maybe('band', band, same),
      version,
    })),
  })),
  ...maybe('next', next, heldJson),
});

const heldJson = ({ tariff, table, edition, from }: NonNullable<TariffWeek['table']>) => ({
  tariff,
  version: table.version,
  edition,
  from: instantText(from * 1000),
  unitCharge: String(table.unitCharge),
});

export const previewJson = (preview: TariffPreview): TariffPreviewJson => ({
  meter: svpmsnText(preview.svpmsn),
  month: preview.month,
  ...{ from: instantText(preview.from), to: instantText(preview.to) },
  ...{ minutes: preview.minutes, unknownMinutes: preview.unknown, energyWh: wattHoursText(preview.energy) },
  asItWas: sideJson(preview.asItWas),
  asItWouldBe: sideJson(preview.asItWouldBe),
});

const sideJson = ({ tokens, chargeUnits, steps, bands }: PreviewSide) => ({
  tokens: String(tokens),
  charge: chargeText(chargeUnits),
  steps: steps.map(({ supply, percent, surcharge, ...sum }) => ({
    ...{ supply, percent, surchargePercent: surcharge },
    ...sumJson(sum),
  })),
  bands: bands.map(({ band, ...sum }) => ({ ...maybe('band', band, same), ...sumJson(sum) })),
});

const sumJson = ({ minutes, energy, chargeUnits }: Pick<PreviewStep, 'minutes' | 'energy' | 'chargeUnits'>) => ({
  minutes,
  energyWh: wattHoursText(energy),
  charge: chargeText(chargeUnits),
});
