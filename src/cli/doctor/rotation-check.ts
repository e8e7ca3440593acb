import { rotationOverdueMs } from '../../host/index.ts';
import type { StandingRotation } from '../../storage/index.ts';
import { rotationOf } from '../host-rotation.ts';
import { type Check, type Finding, fine, found } from './check.ts';

const MS_PER_DAY = 86_400_000;

/** Whether each key that the host has to rotate by itself was rotated in time. */
export const rotationCheck: Check = {
  name: 'rotation',
  async of({ books, now, configuration }) {
    const timings = configuration && rotationOf(configuration.configuration);
    const contents = (await books().catch(() => undefined))?.contents;
    if (timings === undefined || contents === undefined) return [];
    const at = Math.max(now, contents.facts.get('instant-reserved') ?? 0);
    const rows = contents.rotations.filter(({ purpose }) => timings[purpose] !== undefined);
    const findings = rows.flatMap((row) => findingOf(row, at) ?? []);
    return findings.length > 0 ? findings : [fine('No key of meters is due to be rotated.')];
  },
};

function findingOf(row: StandingRotation, now: number): Finding | undefined {
  const { id, state, generation, counts, dueAt } = row;
  const key = `The key ${id}`;
  if (state === 'stopped') {
    const many = counts?.refused === 1 ? '1 meter' : `${counts?.refused ?? 0} meters`;
    return found(
      'rotation-stopped',
      `${key} is given to no more meters, because ${many} said no to generation ${generation}: see which with "wattpurse keys rotate ${row.purpose} --dry-run".`,
    );
  }
  if (rotationOverdueMs(row, now) < MS_PER_DAY) return undefined;
  const since = new Date(dueAt ?? 0).toISOString().slice(0, 10);
  const overdue = (what: string) => found('rotation-overdue', `${key} ${what}.`);
  switch (state) {
    case 'giving':
    case 'raising': {
      const { meters = 0, there = 0 } = counts ?? {};
      return overdue(
        `has been on its way for more than 30 days, and ${there} of ${meters} meters have generation ${generation}: let more be ordered at once, or in more hours`,
      );
    }
    case 'wants-raise':
      return overdue(
        `is due since ${since}, and meters hold two: raise the floor with "wattpurse keys rotate ${row.purpose} --raise", or take the newer one back with "--back-out"`,
      );
    case 'spent':
      return overdue(
        `is due since ${since}, and has had all its generations: meters of another suite have to take over`,
      );
    default:
      return overdue(
        `is due since ${since}, and no newer one was made or given: make it with "wattpurse keys add ${row.purpose}", and start the host again`,
      );
  }
}
