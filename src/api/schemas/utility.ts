import { type Static, Type } from 'typebox';
import type { HostByName, Terms } from '../../host/index.ts';
import { Instant, instantText } from './common.ts';
import { Currency } from './money.ts';

export const UtilitySchema = Type.Object(
  {
    zone: Type.String({ description: 'IANA name of its time zone.' }),
    now: Instant,
    currency: Currency,
  },
  { $id: 'Utility', description: 'Where and when the utility is, and what it counts money in.' },
);
export type UtilityJson = Static<typeof UtilitySchema>;

export const utilityJson = ({ zone, now }: ReturnType<HostByName['here']>, { currency }: Terms): UtilityJson => ({
  ...{ zone, now: instantText(now), currency },
});
