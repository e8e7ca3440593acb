import { type Static, Type } from 'typebox';
import type { ControlCommand, MeterPolicy, NumberedTariff, Office } from '../../host/index.ts';
import { RelayAction, Result, type SupplyPolicy } from '../../records/index.ts';
import type { TariffDefinition } from '../../tariff/index.ts';
import { assertNever, svpmsnText, tokens } from '../../units/index.ts';
import { Amount, Instant, instantText, MeterNumber, maybe, Name, nameOf, OneOf, Strict } from './common.ts';

const CommandState = OneOf(['waiting', 'awaiting-local-unit', 'done', 'refused']);

export const CommandSchema = Type.Object(
  {
    meter: MeterNumber,
    slot: Type.String({ description: 'Of two in one slot only the later is sent.' }),
    number: Type.Integer({ description: 'Rises with every command.' }),
    state: CommandState,
    result: Type.Optional(Type.String({ description: 'What the meter answered.' })),
    orderedAt: Instant,
    settledAt: Type.Optional(Instant),
  },
  { $id: 'Command' },
);
export type CommandJson = Static<typeof CommandSchema>;

const Minute = Type.Integer({ minimum: 0, maximum: 1439, description: 'Local minute of the day.' });
const u16 = { minimum: 0, maximum: 65_535 };

export const Policy = Strict({
  emergencyCredit: Amount,
  lowBalance: Amount,
  friendlyHours: Type.Optional(Strict({ from: Minute, to: Minute })),
  noCutOnWeekends: Type.Boolean(),
  noCutOnHolidays: Type.Boolean(),
  reconnection: OneOf(['at-once', 'by-key-press']),
  buzzer: Strict({
    lowBalance: Type.Boolean(),
    everyMinutes: Type.Integer({ minimum: 1, maximum: 1440 }),
    seconds: Type.Integer({ minimum: 1, maximum: 60 }),
    quietInFriendlyHours: Type.Boolean(),
  }),
  loadControlBelowPercent: Type.Integer({ minimum: 0, maximum: 1000 }),
  supplies: Type.Array(
    Strict({
      load: Type.Optional(
        Strict({ watts: Type.Integer({ minimum: 1, maximum: 16_777_215 }), delaySeconds: Type.Integer(u16) }),
      ),
      overCurrent: Type.Optional(
        Strict({
          deciAmperes: Type.Integer({ minimum: 1, maximum: 65_535 }),
          delaySeconds: Type.Integer(u16),
          recloseCount: Type.Integer({ minimum: 0, maximum: 255 }),
          recloseWaitSeconds: Type.Integer(u16),
        }),
      ),
    }),
    { minItems: 1, maxItems: 4 },
  ),
  flow: Type.Optional(
    Strict(
      {
        steady: Type.Optional(
          Strict({
            minutes: Type.Integer({ minimum: 1, maximum: 10_080 }),
            pauseMinutes: Type.Integer({ minimum: 1, maximum: 1440 }),
          }),
        ),
        burst: Type.Optional(
          Strict({
            quanta: Type.Integer({ minimum: 1, maximum: 4_294_967_295, description: 'In 0.1 of the unit.' }),
            minutes: Type.Integer({ minimum: 1, maximum: 1440 }),
          }),
        ),
        leakClearedBy: OneOf(['key-press', 'technician']),
        frostBelow: Type.Optional(Type.Integer({ minimum: -32_767, maximum: 32_767, description: 'In 0.1 °C.' })),
        fullStop: OneOf(['allowed', 'not-in-frost', 'never']),
      },
      { description: 'Of a meter of gas, water or heat, which has one supply: what its valve does.' },
    ),
  ),
});

/** What is known of a policy, in the form in which it is ordered. */
export const policyJson = (policy: SupplyPolicy): Static<typeof Policy> => {
  const { version: _, emergencyCredit, lowBalance, friendlyHours, supplies, flow, ...rest } = policy;
  return {
    ...rest,
    emergencyCredit: String(emergencyCredit),
    lowBalance: String(lowBalance),
    ...(friendlyHours !== null && { friendlyHours }),
    supplies: supplies.map(({ load, overCurrent }) => ({
      ...(load !== null && { load }),
      ...(overCurrent !== null && { overCurrent }),
    })),
    ...maybe('flow', flow, ({ steady, burst, leakClearedBy, frostBelow, fullStop }) => ({
      ...(steady !== null && { steady }),
      ...(burst !== null && { burst }),
      leakClearedBy,
      ...(frostBelow !== null && { frostBelow }),
      fullStop,
    })),
  };
};

export const MeterPolicySchema = Type.Object(
  {
    meter: MeterNumber,
    inForce: Type.Optional(
      Type.Object(
        {
          version: Type.Integer(),
          toldAt: Instant,
          policy: Type.Optional(Policy),
        },
        { description: 'As the meter told: its version, and what it says where it was ordered from here.' },
      ),
    ),
    ordered: Type.Optional(
      Type.Object(
        {
          version: Type.Integer(),
          policy: Policy,
          state: CommandState,
          result: Type.Optional(Type.String({ description: 'What the meter answered.' })),
          orderedAt: Instant,
          settledAt: Type.Optional(Instant),
        },
        { description: 'What it was last ordered, until it is in force.' },
      ),
    ),
  },
  { $id: 'MeterPolicy', description: 'By which supply rules a meter goes, and by which it is to go.' },
);
export type MeterPolicyJson = Static<typeof MeterPolicySchema>;

export const meterPolicyJson = ({ svpmsn, inForce, ordered }: MeterPolicy): MeterPolicyJson => ({
  meter: svpmsnText(svpmsn),
  ...maybe('inForce', inForce, ({ version, toldAt, policy }) => ({
    ...{ version, toldAt: instantText(toldAt) },
    ...maybe('policy', policy, policyJson),
  })),
  ...maybe('ordered', ordered, ({ version, policy, state, result, orderedAt, settledAt }) => ({
    ...{ version, policy: policyJson(policy), state, orderedAt: instantText(orderedAt) },
    ...maybe('result', result, (told) => nameOf(told, Result)),
    ...maybe('settledAt', settledAt, instantText),
  })),
});

const RELAY_ACTIONS = {
  open: RelayAction.open,
  close: RelayAction.close,
  'clear-tamper': RelayAction.clearTamper,
  'clear-over-current': RelayAction.clearOverCurrent,
} as const;

export const NewCommand = Type.Union([
  Strict({ type: Type.Literal('clock-set') }),
  Strict({ type: Type.Literal('clock-slew'), seconds: Type.Integer({ minimum: -60, maximum: 60 }) }),
  Strict({
    type: Type.Literal('relay'),
    supply: Type.Integer({ minimum: 0, maximum: 4, description: '0: all of them.' }),
    action: OneOf(Object.keys(RELAY_ACTIONS) as (keyof typeof RELAY_ACTIONS)[]),
  }),
  Strict({ type: Type.Literal('supply-policy'), policy: Policy }),
]);

/** What the host is asked for. Ranges that a schema cannot say, it says itself. */
export function controlRequest(command: Static<typeof NewCommand>): Parameters<Office['command']>[1] {
  switch (command.type) {
    case 'clock-set':
    case 'clock-slew':
      return command;
    case 'relay':
      return { ...command, action: RELAY_ACTIONS[command.action] };
    case 'supply-policy': {
      const { emergencyCredit, lowBalance, friendlyHours = null, supplies, flow, ...rest } = command.policy;
      return {
        type: 'supply-policy',
        policy: {
          ...rest,
          emergencyCredit: tokens(Number(emergencyCredit)),
          lowBalance: tokens(Number(lowBalance)),
          friendlyHours,
          supplies: supplies.map(({ load = null, overCurrent = null }) => ({ load, overCurrent })),
          ...maybe('flow', flow, ({ steady = null, burst = null, frostBelow = null, ...others }) => ({
            ...{ steady, burst, frostBelow, ...others },
          })),
        },
      };
    }
    default:
      return assertNever(command);
  }
}

export const commandJson = (command: ControlCommand): CommandJson => ({
  meter: svpmsnText(command.svpmsn),
  slot: command.slot,
  number: command.sequence,
  state: command.state,
  ...maybe('result', command.result, (result) => nameOf(result, Result)),
  orderedAt: instantText(command.orderedAt),
  ...maybe('settledAt', command.settledAt, instantText),
});

const Percent = Type.Integer({ minimum: 0, maximum: 1000 });
const TimeOfDay = Type.String({ pattern: '^[0-9]{2}:[0-9]{2}$' });
const MonthDay = Type.String({ pattern: '^[0-9]{2}-[0-9]{2}$' });
const DAYS = [
  ...(['weekdays', 'weekend', 'holidays'] as const),
  ...(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const),
];

export const Definition = Strict(
  {
    unitCharge: Type.String({ pattern: '^(0|[1-9][0-9]{0,9})$', description: 'Milli-tokens per kWh at 100 %.' }),
    seasons: Type.Optional(Type.Record(Type.String(), Strict({ from: MonthDay, to: MonthDay }))),
    holidays: Type.Optional(Type.Array(Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }))),
    surcharge: Type.Optional(
      Strict({
        percents: Type.Array(Percent, { minItems: 4, maxItems: 4 }),
        limits: Type.Array(Type.Integer({ minimum: 1, maximum: 90 }), { minItems: 3, maxItems: 3 }),
      }),
    ),
    bands: Type.Array(
      Strict({
        name: Name,
        season: Type.Optional(Name),
        months: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 12 }))),
        days: Type.Optional(Type.Array(OneOf(DAYS))),
        from: TimeOfDay,
        to: TimeOfDay,
        percent: Percent,
      }),
      { maxItems: 255 },
    ),
    otherwise: Type.Optional(Percent),
  },
  { description: 'A minute of the year belongs to at most one band; what belongs to none costs `otherwise`.' },
);

export const NewTariff = Strict({ definition: Definition, validFrom: Type.Optional(Instant) });

/** Which version of a tariff something is. */
export const Edition = Type.Integer({
  description: 'Which of the versions of its tariff it is, from 1: what people say.',
});

export const TariffSchema = Type.Object(
  {
    name: Name,
    version: Type.Integer({ description: 'As meters hold it: it rises over all tariffs.' }),
    edition: Edition,
    validFrom: Instant,
    publishedAt: Instant,
    definition: Definition,
  },
  { $id: 'Tariff' },
);
export type TariffJson = Static<typeof TariffSchema>;

export const tariffDefinition = ({ unitCharge, ...rest }: Static<typeof Definition>): TariffDefinition =>
  ({ ...rest, unitCharge: Number(unitCharge) }) as unknown as TariffDefinition;

export const tariffJson = ({
  name,
  version,
  edition,
  validFrom,
  publishedAt,
  definition,
}: NumberedTariff): TariffJson => ({
  name,
  version,
  edition,
  validFrom: instantText(validFrom),
  publishedAt: instantText(publishedAt),
  definition: { ...definition, unitCharge: String(definition.unitCharge) } as unknown as TariffJson['definition'],
});
