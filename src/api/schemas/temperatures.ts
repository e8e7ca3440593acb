import { type Static, Type } from 'typebox';
import type { GivenTemperatures } from '../../host/index.ts';
import { milliseconds } from '../../units/index.ts';
import { Instant, instantText, Strict } from './common.ts';

const HOURS_MAX = 10_000;
const [COLDEST, WARMEST] = [-90, 65];

const GIVEN = {
  from: Instant,
  celsius: Type.Array(Type.Union([Type.Number({ minimum: COLDEST, maximum: WARMEST }), Type.Null()]), {
    ...{ minItems: 1, maxItems: HOURS_MAX },
    description: '°C of each hour, the first from `from` on; `null` leaves what is there.',
  }),
};

/** How warm it was, or is expected to be, as it is given. */
export const TemperaturesBody = Strict(GIVEN);

export const TemperaturesSchema = Type.Object(GIVEN, {
  $id: 'Temperatures',
  description: 'Of the air where the utility is, hour by hour; `null` where nobody gave one.',
});
export type TemperaturesJson = Static<typeof TemperaturesSchema>;

export const temperaturesOf = ({ from, celsius }: TemperaturesJson): GivenTemperatures => ({
  from: milliseconds(Date.parse(from)),
  celsius,
});

export const temperaturesJson = ({ from, celsius }: GivenTemperatures): TemperaturesJson => ({
  from: instantText(from),
  celsius: [...celsius],
});
