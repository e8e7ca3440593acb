import { type Static, Type } from 'typebox';
import { Amount, Id, Instant, MeterNumber, OneOf, SignedAmount } from './common.ts';
import { Policy } from './control.ts';

export const RELAY_REASONS = ['no-credit', 'over-current', 'tamper', 'command', 'load-limit', 'awaits-key'] as const;
const Reasons = Type.Array(OneOf(RELAY_REASONS));

export const CutOffSchema = Type.Object(
  {
    number: Type.Integer({ description: 'Of the event, among all events.' }),
    meter: MeterNumber,
    supply: Type.Integer(),
    at: Type.Optional(
      Type.String({ format: 'date-time', description: "By the meter's clock; absent where that was not set." }),
    ),
    heardAt: Instant,
    reasons: Reasons,
    balance: Type.Optional(
      Type.Object(
        { purse: SignedAmount, emergencyCredit: SignedAmount, inFlight: SignedAmount, at: Type.Optional(Instant) },
        { description: 'As the books had it; `at` is when something was last posted before.' },
      ),
    ),
    before: Type.Optional(
      Type.Object(
        {
          start: Instant,
          energy: Type.Array(Type.Integer(), {
            description: '0.1 Wh a minute, up to that of the cut. -1: missing. -2: not measured by itself.',
          }),
          percents: Type.Array(Type.Object({ minute: Type.Integer(), percent: Type.Integer() }), {
            description: 'From that minute on.',
          }),
          charges: Type.Array(Type.String(), {
            description: 'Tokens, exact, of each minute; empty for one that is not known.',
          }),
          energyWh: Type.String(),
          charge: Type.String({ description: 'Tokens, exact.' }),
          unknownMinutes: Type.Integer(),
        },
        { description: 'The six hours before.' },
      ),
    ),
    rules: Type.Optional(
      Type.Object(
        { version: Type.Integer(), policy: Type.Optional(Policy) },
        { description: 'The supply policy that the meter had; what it says only where these books know it.' },
      ),
    ),
    notices: Type.Array(
      Type.Object({
        kind: OneOf(['low-balance', 'last-token', 'emergency-credit-begun', 'cut-deferred', 'value-requested']),
        at: Type.Optional(Instant),
        heardAt: Instant,
        tokens: Amount,
      }),
      {
        description:
          'What the meter told and sounded since the supply was last closed, the oldest first. At `last-token` its buzzer sounds until credit comes.',
      },
    ),
    ended: Type.Optional(
      Type.Object({
        at: Type.Optional(Instant),
        heardAt: Instant,
        by: OneOf(['credit', 'command', 'load-fell', 're-closed', 'key-press', 'emergency-credit', 'unknown']),
        order: Type.Optional(Id),
      }),
    ),
    unknown: Type.Array(OneOf(['time', 'balance', 'minutes', 'rules', 'notices', 'end']), {
      description: 'What cannot be told; an `end` that is not known may not have come.',
    }),
  },
  { $id: 'CutOff', description: 'That a relay opened, and all that explains it.' },
);
export type CutOffJson = Static<typeof CutOffSchema>;
