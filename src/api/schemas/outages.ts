import { type Static, Type } from 'typebox';
import type { OutageReport } from '../../host/index.ts';
import { Instant, instantText, LocalUnit, OneOf } from './common.ts';

export const OutagesSchema = Type.Object(
  {
    from: Instant,
    to: Instant,
    reliability: Type.Object(
      {
        customers: Type.Integer(),
        interruptions: Type.Integer({ description: 'Of customers, that began in the span.' }),
        customerMinutes: Type.Number(),
        saifi: Type.Number({ description: 'Interruptions a customer.' }),
        saidiMinutes: Type.Number({ description: 'Minutes a customer.' }),
        caidiMinutes: Type.Number({ description: 'Minutes an interruption.' }),
      },
      { description: 'Of outages of transformers that were longer than five minutes, as IEEE 1366 has it.' },
    ),
    outages: Type.Array(
      Type.Object({
        localUnit: LocalUnit,
        scope: OneOf(['transformer', 'house']),
        from: Instant,
        to: Instant,
        meters: Type.Integer(),
      }),
      { description: 'Those that are over, as meters told them when they had power again.' },
    ),
    running: Type.Array(
      Type.Object({
        localUnit: LocalUnit,
        scope: OneOf(['transformer', 'house', 'unheard', 'not-known']),
        meters: Type.Integer(),
        since: Type.Unsafe<string>({ ...Instant, description: 'When the first of these meters was heard last.' }),
      }),
      { description: 'Meters that do not answer now, by line.' },
    ),
    untold: Type.Integer({ description: 'Meters that came back without a clock that could tell since when.' }),
  },
  { $id: 'Outages', description: 'Who was without supply, and who is.' },
);
export type OutagesJson = Static<typeof OutagesSchema>;

export const outagesJson = ({ from, to, reliability, outages, running, untold }: OutageReport): OutagesJson => ({
  ...{ from: instantText(from), to: instantText(to), reliability, untold },
  outages: outages.map(({ localUnit, scope, interruptions, ...span }) => ({
    ...{ localUnit, scope, from: instantText(span.from), to: instantText(span.to) },
    meters: new Set(interruptions.map(({ svpmsn }) => svpmsn)).size,
  })),
  running: running.map(({ since, ...outage }) => ({ ...outage, since: instantText(since) })),
});
