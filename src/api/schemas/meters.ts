import { type Static, Type } from 'typebox';
import {
  type Knowledge,
  type MeterView,
  type NumberedEvent,
  type Purse,
  SUITE_NAMES,
  type Subscriber,
  type UseBucket,
} from '../../host/index.ts';
import { AttentionReason, EventKind, MeterFlag } from '../../records/index.ts';
import { svpmsnText } from '../../units/index.ts';
import { METER_STATES, STATE_REASONS } from '../../words/index.ts';
import {
  Amount,
  bitNames,
  Id,
  Instant,
  instantText,
  knownOf,
  Line,
  LocalUnit,
  MeterNumber,
  Milliseconds,
  maybe,
  Name,
  Named,
  nameOf,
  OneOf,
  Strict,
  Supply,
  same,
  wattHoursText,
} from './common.ts';

export const SubscriberSchema = Type.Object({ id: Id, name: Name, contact: Type.String() }, { $id: 'Subscriber' });
export type SubscriberJson = Static<typeof SubscriberSchema>;

export const NewSubscriber = Strict({
  id: Id,
  name: Name,
  contact: Type.Optional(Line(0, 128)),
});

export const SubscriberChangeBody = Strict({ name: Type.Optional(Name), contact: Type.Optional(Line(0, 128)) });

export const subscriberJson = ({ id, name, contact }: Subscriber): SubscriberJson => ({ id, name, contact });

export const PurseSchema = Type.Object(
  {
    state: OneOf(['open', 'closing', 'closed']),
    lastCounter: Type.Optional(Type.Integer({ description: 'Of the last receipt that is booked.' })),
    awaitsReceipts: Type.Boolean({ description: 'After a restore: the meter is asked for its receipts first.' }),
    freeze: Type.Optional(Type.String({ description: 'Why no value goes to the meter until a person decides.' })),
    frozenAt: Type.Optional(Instant),
    credited: Type.Optional(Amount),
    closed: Type.Optional(Amount),
    spent: Type.Optional(Amount),
    owed: Amount,
  },
  {
    $id: 'Purse',
    description:
      'What the books know of the purse of a meter. All that was ever credited, closed and spent, and in how many transactions, is not told to a household that came after another.',
  },
);
export type PurseJson = Static<typeof PurseSchema>;

export const MeterSchema = Type.Object(
  {
    number: MeterNumber,
    subscriber: Id,
    localUnit: LocalUnit,
    modemAddress: Type.Integer({ minimum: 0, maximum: 255 }),
    suite: OneOf(SUITE_NAMES),
    supplies: Supply,
    tariff: Type.Optional(Name),
    enrolledAt: Instant,
    generations: Type.Object(
      { value: Type.Integer(), control: Type.Integer(), monitoring: Type.Integer() },
      { description: 'Of its keys.' },
    ),
    purse: Named(PurseSchema),
    state: OneOf(METER_STATES, 'How it stands, as far as is known; the most urgent that is true.'),
    why: Type.Array(OneOf(STATE_REASONS), { description: 'Codes; empty where the state says it all.' }),
    stale: Type.Boolean({ description: 'Nothing was heard for three rounds of polls: it may stand otherwise.' }),
    staleSince: Type.Optional({ ...Instant, description: 'Where it is stale, when it was heard last, or enrolled.' }),
    known: Type.Object(
      {
        balance: Type.Optional(Amount),
        owed: Type.Optional(Amount),
        flags: Type.Optional(Type.Array(Type.String())),
        attention: Type.Optional(Type.Array(Type.String())),
        clockOffsetMs: Type.Optional(
          Type.Integer({ description: 'The clock of the meter minus that of its local unit.' }),
        ),
        tableVersion: Type.Optional(Type.Integer()),
        nextTableVersion: Type.Optional(Type.Integer()),
        policyVersion: Type.Optional(Type.Integer()),
      },
      { description: 'What receipts and polls have told.' },
    ),
    agesMs: Type.Object(
      {
        heard: Type.Optional(Milliseconds),
        balance: Type.Optional(Milliseconds),
        flags: Type.Optional(Milliseconds),
        info: Type.Optional(Milliseconds),
        policy: Type.Optional(Milliseconds),
        profile: Type.Optional(Milliseconds),
        attention: Type.Optional(Milliseconds),
      },
      { description: 'How old that is; absent for what was never told.' },
    ),
  },
  { $id: 'Meter' },
);
export type MeterJson = Static<typeof MeterSchema>;

export const NewMeter = Strict({
  number: MeterNumber,
  subscriber: Id,
  localUnit: LocalUnit,
  modemAddress: Type.Integer({ minimum: 0, maximum: 255 }),
  suite: OneOf(SUITE_NAMES),
  supplies: Type.Optional(Supply),
  tariff: Type.Optional(Name),
});

export const EventSchema = Type.Object(
  {
    number: Type.Integer({ description: 'Of all events, as they came.' }),
    meter: MeterNumber,
    sequence: Type.Integer({ description: "The meter's own." }),
    kind: Type.String(),
    time: Type.Optional(Type.String({ format: 'date-time', description: "By the meter's clock, if it was ever set." })),
    heardAt: Instant,
    supply: Type.Integer({ description: '0: the whole meter.' }),
    detail: Type.Integer(),
    value: Type.Integer(),
  },
  { $id: 'MeterEvent' },
);
export type EventJson = Static<typeof EventSchema>;

export const UseBucketSchema = Type.Object(
  {
    name: Type.String({ description: '`2026-03-01 14`, `2026-03-01`, `2026-03`, `2025 winter`; of local time.' }),
    start: Instant,
    energyWh: Type.String({ pattern: '^[0-9]+\\.[0-9]$' }),
    missingMinutes: Type.Integer(),
    uncertainMinutes: Type.Integer(),
  },
  { $id: 'UseBucket' },
);
export type UseBucketJson = Static<typeof UseBucketSchema>;

export const purseJson = (purse: Purse, othersBefore = false): PurseJson => ({
  state: purse.state,
  awaitsReceipts: purse.queryWanted,
  ...maybe('freeze', purse.freeze, same),
  ...maybe('frozenAt', purse.frozenAt, instantText),
  ...(!othersBefore && {
    lastCounter: purse.lastCounter,
    credited: String(purse.credited),
    closed: String(purse.closed),
    spent: String(purse.spent),
  }),
  owed: String(purse.owed),
});

/** @param othersBefore who asks is a household that came after another: what both put in and spent is not told, nor how often */
export const meterJson = (
  { meter, purse, known, age, standing }: MeterView,
  { othersBefore = false }: { readonly othersBefore?: boolean } = {},
): MeterJson => ({
  number: svpmsnText(meter.svpmsn),
  subscriber: meter.subscriber,
  localUnit: meter.localUnit,
  modemAddress: meter.modemAddress,
  suite: SUITE_NAMES[meter.suite],
  supplies: meter.supplies,
  ...maybe('tariff', meter.tariff, same),
  enrolledAt: instantText(meter.enrolledAt),
  generations: {
    value: meter.valueGeneration,
    control: meter.controlGeneration,
    monitoring: meter.monitoringGeneration,
  },
  purse: purseJson(purse, othersBefore),
  state: standing.state,
  why: [...standing.why],
  stale: standing.stale,
  ...(standing.stale && { staleSince: instantText(known?.heardAt ?? meter.enrolledAt) }),
  known: known === undefined ? {} : knownJson(known),
  agesMs: knownOf(age),
});

const knownJson = (known: Knowledge): MeterJson['known'] =>
  knownOf({
    balance: known.balance === undefined ? undefined : String(known.balance),
    owed: known.owed === undefined ? undefined : String(known.owed),
    flags: known.flags === undefined ? undefined : bitNames(known.flags, MeterFlag),
    attention: known.attention === undefined ? undefined : bitNames(known.attention, AttentionReason),
    clockOffsetMs: known.clockOffsetMs,
    tableVersion: known.tableVersion,
    nextTableVersion: known.nextTableVersion,
    policyVersion: known.policyVersion,
  });

export const eventJson = (event: NumberedEvent): EventJson => ({
  number: event.number,
  meter: svpmsnText(event.svpmsn),
  sequence: event.sequence,
  kind: nameOf(event.kind, EventKind),
  ...maybe('time', event.time === 0 ? undefined : event.time, (seconds) => instantText(seconds * 1000)),
  heardAt: instantText(event.heardAt),
  supply: event.supply,
  detail: event.detail,
  value: event.value,
});

export const useBucketJson = (bucket: UseBucket): UseBucketJson => ({
  name: bucket.name,
  start: instantText(bucket.start * 1000),
  energyWh: wattHoursText(bucket.energy),
  missingMinutes: bucket.missingMinutes,
  uncertainMinutes: bucket.uncertainMinutes,
});
