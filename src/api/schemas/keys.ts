import { type Static, Type } from 'typebox';
import { type KeyRotation, type KeyUse, ROTATION_STATES, rotationOverdueMs, SUITE_NAMES } from '../../host/index.ts';
import { svpmsnText } from '../../units/index.ts';
import { Instant, instantText, MeterNumber, OneOf } from './common.ts';

/** Meters that are behind are named up to here; how many there are, the generations say. */
const BEHIND_MAX = 200;

export const KeyUseSchema = Type.Object(
  {
    purpose: OneOf(['value', 'control', 'monitoring']),
    suite: OneOf(SUITE_NAMES),
    generations: Type.Array(Type.Object({ generation: Type.Integer(), meters: Type.Integer() }), {
      description: 'In use, the newest first, and by how many meters.',
    }),
    behind: Type.Array(Type.Object({ meter: MeterNumber, generation: Type.Integer() }), {
      description: `Meters that use an older one than the newest, by number; at most ${BEHIND_MAX}.`,
    }),
  },
  { $id: 'KeyUse', description: 'How far the changes of one key have come, over all meters of a suite.' },
);
export type KeyUseJson = Static<typeof KeyUseSchema>;

export const keyUseJson = ({ purpose, suite, generations, behind }: KeyUse): KeyUseJson => ({
  ...{ purpose, suite: SUITE_NAMES[suite], generations: generations.map((each) => ({ ...each })) },
  behind: behind.slice(0, BEHIND_MAX).map(({ svpmsn, generation }) => ({ meter: svpmsnText(svpmsn), generation })),
});

const Count = (description: string) => Type.Integer({ description });
export const KeyRotationSchema = Type.Object(
  {
    purpose: OneOf(['value', 'control', 'monitoring']),
    suite: OneOf(SUITE_NAMES),
    state: OneOf(ROTATION_STATES),
    generation: Type.Integer({ description: 'The newest that a rotation began with.' }),
    beganAt: Type.Optional(Instant),
    givenAt: Type.Optional({ ...Instant, description: 'Since when all that can take it have it.' }),
    dueAt: Type.Optional({ ...Instant, description: 'When the next is.' }),
    overdueSeconds: Type.Integer({ description: 'For how long it has been due, or goes on too long.' }),
    countedAt: Type.Optional(Instant),
    meters: Type.Optional(
      Type.Object(
        {
          meters: Count('All of the suite.'),
          there: Count('Have the newest key.'),
          can: Count('Can take a step, and were not ordered yet.'),
          underWay: Count('Were ordered, and did not answer yet.'),
          silent: Count('Were not heard for long.'),
          erased: Count('Lost their keys, because they were opened.'),
          refused: Count('Said no.'),
          both: Count('Hold the key before as well.'),
        },
        { description: 'As the last whole walk over them found them.' },
      ),
    ),
  },
  { $id: 'KeyRotation', description: 'How the host’s own timer stands with one key.' },
);
export type KeyRotationJson = Static<typeof KeyRotationSchema>;

export const keyRotationJson = (row: KeyRotation, now: number): KeyRotationJson => ({
  ...{ purpose: row.purpose, suite: SUITE_NAMES[row.suite], state: row.state, generation: row.generation },
  ...(row.beganAt !== undefined && { beganAt: instantText(row.beganAt) }),
  ...(row.givenAt !== undefined && { givenAt: instantText(row.givenAt) }),
  ...(row.dueAt !== undefined && { dueAt: instantText(row.dueAt) }),
  overdueSeconds: Math.floor(rotationOverdueMs(row, now) / 1000),
  ...(row.countedAt !== undefined && { countedAt: instantText(row.countedAt) }),
  ...(row.counts && { meters: { ...row.counts } }),
});
