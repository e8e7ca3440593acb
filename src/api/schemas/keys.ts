import { type Static, Type } from 'typebox';
import { type KeyUse, SUITE_NAMES } from '../../host/index.ts';
import { svpmsnText } from '../../units/index.ts';
import { MeterNumber, OneOf } from './common.ts';

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
