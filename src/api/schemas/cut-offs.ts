import { type Static, Type } from 'typebox';
import type { CutOff, HoursBefore } from '../../host/index.ts';
import { EventKind } from '../../records/index.ts';
import { svpmsnText } from '../../units/index.ts';
import {
  Amount,
  chargeText,
  Id,
  Instant,
  instantText,
  MeterNumber,
  maybe,
  OneOf,
  SignedAmount,
  same,
  wattHoursText,
} from './common.ts';
import { Policy, policyJson } from './control.ts';

/** By the bits of `RelayReason`. */
const RELAY_REASONS = ['no-credit', 'over-current', 'tamper', 'command', 'load-limit', 'awaits-key'] as const;
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
        by: OneOf(['credit', 'command', 're-closed', 'key-press', 'emergency-credit', 'unknown']),
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

export const cutOffJson = (of: CutOff): CutOffJson => ({
  number: of.number,
  meter: svpmsnText(of.svpmsn),
  supply: of.supply,
  ...maybe('at', of.at, instantText),
  heardAt: instantText(of.heardAt),
  reasons: RELAY_REASONS.filter((_, bit) => of.reasons & (1 << bit)),
  balance: {
    purse: String(of.balance.purse),
    emergencyCredit: String(of.balance.owed),
    inFlight: String(of.balance.inFlight),
    ...maybe('at', of.balance.at, instantText),
  },
  ...maybe('before', of.before, beforeJson),
  ...maybe('rules', of.rules, ({ version, policy }) => ({ version, ...maybe('policy', policy, policyJson) })),
  notices: of.notices.map((event) => ({
    kind: NOTICE_NAMES[event.kind] as NoticeName,
    ...maybe('at', event.time === 0 ? undefined : event.time, (seconds) => instantText(seconds * 1000)),
    heardAt: instantText(event.heardAt),
    tokens: String(event.value),
  })),
  ...maybe('ended', of.ended, ({ at, heardAt, by, order }) => ({
    ...maybe('at', at, instantText),
    heardAt: instantText(heardAt),
    by,
    ...maybe('order', order, same),
  })),
  unknown: [...of.unknown],
});

type NoticeName = CutOffJson['notices'][number]['kind'];
const NOTICE_NAMES: Readonly<Partial<Record<number, NoticeName>>> = {
  [EventKind.lowBalance]: 'low-balance',
  [EventKind.lastToken]: 'last-token',
  [EventKind.emergencyCreditBegun]: 'emergency-credit-begun',
  [EventKind.cutDeferred]: 'cut-deferred',
  [EventKind.valueRequested]: 'value-requested',
};

const beforeJson = ({ start, energy, percents, chargeUnits }: HoursBefore) => ({
  start: instantText(start),
  energy: [...energy],
  percents: [...percents],
  charges: chargeUnits.map((units) => (units === undefined ? '' : chargeText(units))),
  energyWh: wattHoursText(energy.reduce((sum, value) => sum + Math.max(0, value), 0)),
  charge: chargeText(chargeUnits.reduce<bigint>((sum, units) => sum + (units ?? 0n), 0n)),
  unknownMinutes: chargeUnits.filter((units) => units === undefined).length,
});
