import { type Static, Type } from 'typebox';
import type { CheckMinute, LineDay, LineView } from '../../host/index.ts';
import { svpmsnText } from '../../units/index.ts';
import { Instant, instantText, LocalUnit, MeterNumber, Milliseconds, maybe, same, wattHoursText } from './common.ts';

export const LineSchema = Type.Object(
  {
    localUnit: LocalUnit,
    health: Type.Optional(
      Type.Object(
        {
          from: Instant,
          to: Instant,
          frames: Type.Integer(),
          bytes: Type.Integer(),
          airtimeMs: Type.Integer(),
          retries: Type.Integer(),
          garbled: Type.Integer(),
        },
        { description: 'What the line carried, as last told.' },
      ),
    ),
    mapRefusal: Type.Optional(Type.String({ description: 'Why the unit did not take its address map.' })),
    agesMs: Type.Object({
      health: Type.Optional(Milliseconds),
      check: Type.Optional(Milliseconds),
      mapRefusal: Type.Optional(Milliseconds),
    }),
    suspicions: Type.Array(
      Type.Object({
        kind: Type.String(),
        address: Type.Integer(),
        meter: MeterNumber,
        stands: Type.Boolean({ description: 'Whether the last report still named it.' }),
        sinceMs: Type.Optional(Milliseconds),
        namedMs: Milliseconds,
      }),
    ),
  },
  { $id: 'Line', description: 'A local unit and its power line.' },
);
export type LineJson = Static<typeof LineSchema>;

export const CheckMinuteSchema = Type.Object(
  { minute: Instant, energyMilliwattHours: Type.String({ pattern: '^[0-9]+$' }) },
  { $id: 'CheckMinute', description: 'Energy through a transformer in one minute.' },
);
export type CheckMinuteJson = Static<typeof CheckMinuteSchema>;

export const lineJson = ({ line, age, suspicions }: LineView): LineJson => ({
  localUnit: line.localUnit,
  ...maybe('health', line.health, ({ fromMs, toMs, frames, bytes, airtimeMs, retries, garbled }) => ({
    from: instantText(fromMs),
    to: instantText(toMs),
    ...{ frames, bytes, airtimeMs, retries, garbled },
  })),
  ...maybe('mapRefusal', line.mapRefusal, same),
  agesMs: {
    ...maybe('health', age.health, same),
    ...maybe('check', age.check, same),
    ...maybe('mapRefusal', age.mapRefusal, same),
  },
  suspicions: suspicions.map(({ suspicion, stands, age: { since, named } }) => ({
    kind: suspicion.kind,
    address: suspicion.address,
    meter: svpmsnText(suspicion.svpmsn),
    stands,
    ...maybe('sinceMs', since, same),
    namedMs: named,
  })),
});

export const checkMinuteJson = ({ minute, energy }: CheckMinute): CheckMinuteJson => ({
  minute: instantText(minute * 60_000),
  energyMilliwattHours: String(energy),
});

export const LineDaySchema = Type.Object(
  {
    localUnit: LocalUnit,
    date: Type.String({ format: 'date' }),
    hours: Type.Array(
      Type.Object({
        start: Instant,
        gaveMilliwattHours: Type.String({ pattern: '^[0-9]+$' }),
        gaveMinutes: Type.Integer({ description: 'Minutes that the transformer told.' }),
        countedWh: Type.Optional(Type.String({ description: 'Of all meters together.' })),
      }),
      { description: 'From midnight to midnight: 23 or 25 where clocks are moved.' },
    ),
    meters: Type.Optional(
      Type.Array(
        Type.Object({
          meter: MeterNumber,
          energyWh: Type.String(),
          unknownMinutes: Type.Integer({ description: 'That have been and are not known, of all its supplies.' }),
        }),
        { description: 'Absent, as what they counted, for whoever may not read the use of meters.' },
      ),
    ),
  },
  { $id: 'LineDay', description: 'What a transformer gave in a day, and what its meters counted.' },
);
export type LineDayJson = Static<typeof LineDaySchema>;

export const lineDayJson = ({ localUnit, date, hours, meters }: LineDay, mayCount: boolean): LineDayJson => ({
  ...{ localUnit, date },
  hours: hours.map(({ start, gave, gaveMinutes, counted }) => ({
    ...{ start: instantText(start), gaveMilliwattHours: String(gave), gaveMinutes },
    ...(mayCount && { countedWh: wattHoursText(counted) }),
  })),
  ...(mayCount && {
    meters: meters.map(({ svpmsn, energy, unknownMinutes }) => ({
      ...{ meter: svpmsnText(svpmsn), energyWh: wattHoursText(energy), unknownMinutes },
    })),
  }),
});
