import { Temporal } from 'temporal-polyfill';
import type { SupplyIndex, UnixSeconds } from '../units/index.ts';
import { compileTariff } from './compile.ts';
import { DEFAULT_SURCHARGE, type TariffBand, type TariffDefinition, type TariffSurcharge } from './definition.ts';
import type { ModeTable, OffsetChange } from './table.ts';
import { offsetTable } from './zone.ts';

export const UTC: readonly OffsetChange[] = [{ from: 0 as UnixSeconds, minutes: 0 }];

/** A table of one flat rate, unless told otherwise. */
export function modeTable(
  definition: Partial<TariffDefinition>,
  surcharge: Partial<TariffSurcharge> = {},
  offsets: readonly OffsetChange[] = UTC,
): ModeTable {
  const table = compileTariff(
    { unitCharge: 25_000, bands: [], otherwise: 100, surcharge: { ...DEFAULT_SURCHARGE, ...surcharge }, ...definition },
    { supply: 1 as SupplyIndex, version: 1, validFrom: 0 as UnixSeconds, offsets },
  );
  if ('reason' in table) throw new Error(table.sentence);
  return table;
}

const zones = new Map<string, readonly OffsetChange[]>();

/** The offsets of a zone from 2020 to 2069, computed once. */
export function zoneOffsets(zone: string): readonly OffsetChange[] {
  const known = zones.get(zone);
  if (known !== undefined) return known;
  const offsets = offsetTable(zone, 2020, 50);
  if ('reason' in offsets) throw new Error(offsets.sentence);
  zones.set(zone, offsets);
  return offsets;
}

/** `2025-06-02T14:00` in a zone, as Unix seconds, by an implementation of civil time that is not ours. */
export function instant(text: string, zone = 'UTC'): UnixSeconds {
  return (Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds / 1000) as UnixSeconds;
}

export function zoned(at: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(zone);
}

const NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** Every band that holds at a local time, by the words of the definition alone. */
export function bandsAt(definition: TariffDefinition, at: Temporal.ZonedDateTime): readonly TariffBand[] {
  const date = at.toPlainDate().toString();
  const monthDay = date.slice(5);
  const clock = at.toPlainTime().toString({ smallestUnit: 'minute' });
  const holiday = definition.holidays?.includes(date) ?? false;
  const kinds: string[] = holiday
    ? ['holidays']
    : [at.dayOfWeek < 6 ? 'weekdays' : 'weekend', NAMES[at.dayOfWeek - 1] as string];
  return definition.bands.filter((band) => {
    if (band.months !== undefined && !band.months.includes(at.month)) return false;
    if (band.days !== undefined && !band.days.some((day) => kinds.includes(day))) return false;
    if (clock < band.from || clock >= band.to) return false;
    if (band.season === undefined) return true;
    const season = definition.seasons?.[band.season];
    if (season === undefined) throw new Error(`no season ${band.season}`);
    return season.from <= season.to
      ? monthDay >= season.from && monthDay <= season.to
      : monthDay >= season.from || monthDay <= season.to;
  });
}

export function percentAt(definition: TariffDefinition, at: Temporal.ZonedDateTime): number {
  const bands = bandsAt(definition, at);
  if (bands.length > 1) throw new Error(`overlap at ${at}`);
  return bands[0]?.percent ?? (definition.otherwise as number);
}
