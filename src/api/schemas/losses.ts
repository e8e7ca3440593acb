import { type Static, Type } from 'typebox';
import {
  type Evidence,
  type LineBalance,
  LOSS_ALARM_STATES,
  LOSS_FINDINGS,
  LOSS_PATTERNS,
  type LossAlarm,
  type LossAlarmStep,
  type LossSuspects,
  NOT_KNOWN_REASONS,
  NOT_PLACED_REASONS,
  type PlacedLoad,
  raisedFrom,
  SUSPECT_EVENTS,
} from '../../host/index.ts';
import { assertNever, type Svpmsn, svpmsnText } from '../../units/index.ts';
import { Id, Instant, instantText, LocalUnit, MeterNumber, maybe, OneOf, Strict, same } from './common.ts';

const MS_PER_DAY = 86_400_000;
const DateText = Type.String({ format: 'date' });
const MilliwattHours = Type.String({ pattern: '^-?[0-9]+$' });
const HIDDEN = 'Absent for whoever may not read the use of meters.';

export const LineBalanceSchema = Type.Object(
  {
    localUnit: LocalUnit,
    date: Type.String({ format: 'date', description: 'A day in UTC, as meters keep them.' }),
    judgedAt: Instant,
    verdict: OneOf(['balanced', 'loss', 'gain', 'not-known']),
    why: Type.Optional(OneOf(NOT_KNOWN_REASONS)),
    confidencePercent: Type.Integer({ description: 'At least so surely the day is what the verdict says.' }),
    minutes: Type.Integer({ description: 'How many minutes of the day were compared.' }),
    unknownMinutes: Type.Integer({ description: 'That meters do not know: left out, or estimated.' }),
    learnedDays: Type.Integer({ description: 'From which the technical loss was learned.' }),
    raisedFromWatts: Type.Optional(Type.Integer({ description: 'A constant load beyond this is raised.' })),
    gaveMilliwattHours: MilliwattHours,
    technicalMilliwattHours: Type.String({
      ...{ pattern: '^-?[0-9]+$' },
      description: 'What the lines are held to lose; with what meters are wrong by, where that is not told apart.',
    }),
    apparentMilliwattHours: Type.Optional(
      Type.String({
        ...{ pattern: '^-?[0-9]+$' },
        description: 'What else is held to seem lost, below zero gained: above all what meters are wrong by.',
      }),
    ),
    networkMilliwattHours: Type.Optional(
      Type.String({ description: 'Of the technical loss what the flow in the described network says.' }),
    ),
    bandMilliwattHours: Type.Object(
      { low: MilliwattHours, high: MilliwattHours },
      { description: 'Between these the loss of an honest day lies.' },
    ),
    countedMilliwattHours: Type.Optional(Type.String({ description: HIDDEN })),
    estimatedMilliwattHours: Type.Optional(Type.String({ description: HIDDEN })),
    lossMilliwattHours: Type.Optional(Type.String({ description: HIDDEN })),
    unexplainedMilliwattHours: Type.Optional(Type.String({ description: HIDDEN })),
    hours: Type.Optional(
      Type.Array(
        Type.Object({
          gaveMilliwattHours: MilliwattHours,
          countedMilliwattHours: MilliwattHours,
          estimatedMilliwattHours: MilliwattHours,
          minutes: Type.Integer(),
        }),
        { description: `The 24 hours of the day in UTC. ${HIDDEN}` },
      ),
    ),
  },
  { $id: 'LineBalance', description: 'What a day of a transformer came to, judged once.' },
);
export type LineBalanceJson = Static<typeof LineBalanceSchema>;

/** Why a meter is where it is among the suspects. */
const EvidenceSchema = Type.Object(
  {
    kind: OneOf(['pattern', 'dropped', 'event', 'visit']),
    pattern: Type.Optional(OneOf(LOSS_PATTERNS, 'How what is missing goes with what the meter counts, or used to.')),
    missingMilliwattHours: Type.Optional(MilliwattHours),
    deviationMilliwattHours: Type.Optional(MilliwattHours),
    droppedPercent: Type.Optional(Type.Integer({ description: 'Below what it used to count.' })),
    neighboursPercent: Type.Optional(Type.Integer({ description: 'How what its neighbours count has changed.' })),
    event: Type.Optional(OneOf(SUSPECT_EVENTS)),
    found: Type.Optional(OneOf(['theft', 'nothing'], 'By the last visit to this meter.')),
  },
  { description: 'Fields of a pattern, a drop, an event or a visit, as the kind says.' },
);

const SuspectsSchema = Type.Object(
  {
    date: DateText,
    isPlaced: Type.Boolean({ description: 'Whether the data tell a place; if not, only where to look first.' }),
    constantWatts: Type.Integer({ description: 'A load that no meter sees and that is the same all day.' }),
    constantPercent: Type.Integer({ description: 'How likely that is.' }),
    constantPlace: Type.Optional(
      Type.Object(
        {
          isPlaced: Type.Boolean(),
          reason: Type.Optional(
            OneOf(
              NOT_PLACED_REASONS,
              '`no-network`: the lines are not described; `no-history`: fewer than three balanced days with voltages before; `no-voltages`: fewer than eight meters told any; `not-told`: no few places stand out.',
            ),
          ),
          near: Type.Optional(
            Type.Array(
              Type.Object({
                meter: MeterNumber,
                phase: OneOf(['A', 'B', 'C']),
                likelihoodPercent: Type.Integer({ description: 'Never 100.' }),
              }),
              { description: 'Meters beside which the load is, the likeliest first, at most five.' },
            ),
          ),
        },
        { description: 'Where that load is, by voltage; present where it is more likely than not that there is one.' },
      ),
    ),
    meters: Type.Array(
      Type.Object({
        meter: MeterNumber,
        likelihoodPercent: Type.Integer({ description: 'Given those before it; never 100.' }),
        evidence: Type.Array(EvidenceSchema),
      }),
      { description: 'The most likely first, at most eight.' },
    ),
  },
  { description: 'Where the energy of a day may be lost. Absent where too little of the day is known.' },
);

export const LossAlarmSchema = Type.Object(
  {
    id: Id,
    localUnit: LocalUnit,
    state: OneOf(LOSS_ALARM_STATES),
    raisedAt: Instant,
    firstDate: DateText,
    lastDate: DateText,
    days: Type.Integer({ description: 'Of which it is known that energy was lost.' }),
    unexplainedMilliwattHours: MilliwattHours,
    confidencePercent: Type.Integer({ description: 'Of the surest day.' }),
    steps: Type.Array(
      Type.Object({
        state: OneOf(LOSS_ALARM_STATES),
        at: Instant,
        by: Type.String(),
        note: Type.String(),
        finding: Type.Optional(OneOf(LOSS_FINDINGS)),
        meter: Type.Optional(MeterNumber),
      }),
      { description: 'What became of it, the oldest first.' },
    ),
    suspects: Type.Optional(SuspectsSchema),
  },
  { $id: 'LossAlarm', description: 'A loss on one transformer, until somebody closes it with a finding.' },
);
export type LossAlarmJson = Static<typeof LossAlarmSchema>;

export const LossAlarmChangeBody = Strict({
  state: OneOf(['seen', 'visited', 'closed']),
  finding: Type.Optional(OneOf(LOSS_FINDINGS)),
  meter: Type.Optional(MeterNumber),
  note: Type.Optional(Type.String({ maxLength: 1_000 })),
});

const dateOf = (day: number): string => instantText(day * MS_PER_DAY).slice(0, 10);

/** @param mayCount whether the use of meters may be read */
export function lineBalanceJson(row: LineBalance, mayCount: boolean): LineBalanceJson {
  const { localUnit, day, judgedAt, verdict, why, figures } = row;
  const { confidence: confidencePercent, minutes, unknownMinutes, learnedDays, technical, band, hours } = figures;
  const watts = raisedFrom(figures);
  return {
    ...{ localUnit, date: dateOf(day), judgedAt: instantText(judgedAt), verdict },
    ...maybe('why', why, same),
    ...{ confidencePercent, minutes, unknownMinutes, learnedDays },
    ...(verdict !== 'not-known' && { raisedFromWatts: Math.ceil(watts) }),
    gaveMilliwattHours: String(figures.gave),
    technicalMilliwattHours: String(technical),
    ...maybe('apparentMilliwattHours', figures.apparent, String),
    ...maybe('networkMilliwattHours', figures.lines, String),
    bandMilliwattHours: { low: String(band.low), high: String(band.high) },
    ...(mayCount && {
      countedMilliwattHours: String(figures.counted),
      estimatedMilliwattHours: String(figures.estimated),
      lossMilliwattHours: String(figures.loss),
      unexplainedMilliwattHours: String(figures.unexplained),
      hours: hours.map((hour) => ({
        gaveMilliwattHours: String(hour.gave),
        countedMilliwattHours: String(hour.counted),
        estimatedMilliwattHours: String(hour.estimated),
        minutes: hour.minutes,
      })),
    }),
  };
}

export const lossAlarmJson = (alarm: LossAlarm): LossAlarmJson => ({
  ...{ id: alarm.id, localUnit: alarm.localUnit, state: alarm.state, raisedAt: instantText(alarm.raisedAt) },
  ...{ firstDate: dateOf(alarm.firstDay), lastDate: dateOf(alarm.lastDay), days: alarm.days },
  unexplainedMilliwattHours: String(alarm.unexplained),
  confidencePercent: alarm.confidence,
  steps: alarm.steps.map(stepJson),
  ...maybe('suspects', alarm.suspects, suspectsJson),
});

type SuspectsJson = NonNullable<LossAlarmJson['suspects']>;

const suspectsJson = ({ day, isPlaced, constant, ranked, place }: LossSuspects): SuspectsJson => ({
  ...{ date: dateOf(day), isPlaced, constantWatts: constant.watts, constantPercent: constant.likelihood },
  ...maybe('constantPlace', place, placeJson),
  meters: ranked.map(({ meter, likelihood, evidence }) => ({
    ...{ meter: svpmsnText(meter as Svpmsn), likelihoodPercent: likelihood, evidence: evidence.map(evidenceJson) },
  })),
});

function placeJson(place: PlacedLoad): NonNullable<SuspectsJson['constantPlace']> {
  if (!place.isPlaced) return place;
  const near = place.places.map(({ meter, phase, likelihood }) => ({
    ...{ meter: svpmsnText(meter as Svpmsn), phase, likelihoodPercent: likelihood },
  }));
  return { isPlaced: true, near };
}

function evidenceJson(evidence: Evidence): SuspectsJson['meters'][number]['evidence'][number] {
  switch (evidence.kind) {
    case 'pattern': {
      const { kind, pattern, energy, deviation } = evidence;
      return { kind, pattern, missingMilliwattHours: String(energy), deviationMilliwattHours: String(deviation) };
    }
    case 'dropped':
      return { kind: 'dropped', droppedPercent: evidence.percent, neighboursPercent: evidence.neighbours };
    case 'event':
    case 'visit':
      return evidence;
    default:
      return assertNever(evidence);
  }
}

const stepJson = ({ state, at, by, note, finding, meter }: LossAlarmStep): LossAlarmJson['steps'][number] => ({
  ...{ state, at: instantText(at), by, note },
  ...maybe('finding', finding, same),
  ...maybe('meter', meter, svpmsnText),
});
