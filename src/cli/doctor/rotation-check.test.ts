import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Suite } from '../../crypto/index.ts';
import type { KeyRotation } from '../../host/index.ts';
import { milliseconds } from '../../units/index.ts';
import { copied, DAY_MS, examined, FREE, finds, isWell, lived, scratch } from './doctor.testing.ts';

const COUNTS = { meters: 9, there: 5, can: 1, underWay: 0, silent: 0, erased: 0, refused: 3, both: 5 };

async function kept(data: string, row: Partial<KeyRotation>): Promise<void> {
  const now = milliseconds(Date.now());
  await lived(data, now, (_, folder) =>
    folder.store.transaction((tx) =>
      tx.keyRotations.put([
        {
          ...{ id: 'value aes128', purpose: 'value', suite: Suite.aes128, state: 'resting', generation: 4 },
          ...{ beganAt: now, givenAt: undefined, dueAt: now, withheld: false, nextAt: now, after: -1 },
          ...{ walk: { ...COUNTS, ordered: 0, raising: 0 }, counts: COUNTS, countedAt: now, ...row },
        },
      ]),
    ),
  );
}

test('a rotation that stopped, or is overdue, is found with what it waits for, and one in time is not', async () => {
  const data = copied('rotated');
  const path = join(scratch, 'rotated.json');
  writeFileSync(path, JSON.stringify({ rotation: { value: { everyDays: 540 } } }));
  const words = ['--data', data, ...FREE, '--configuration', path];
  const ago = (days: number) => milliseconds(Date.now() - days * DAY_MS);
  const told = await examined(...words);
  assert.ok(told.findings.some(({ check, sentence }) => check === 'rotation' && /^No key of meters/.test(sentence)));

  await kept(data, { state: 'stopped' });
  await finds('rotation-stopped', /The key value aes128 .* because 3 meters said no to generation 4/, ...words);
  await kept(data, { state: 'wants-key', dueAt: ago(2) });
  await finds('rotation-overdue', /is due since .*: make it with "wattpurse keys add value"/, ...words);
  await kept(data, { state: 'wants-raise', dueAt: ago(2) });
  await finds('rotation-overdue', /meters hold two: raise the floor/, ...words);
  await kept(data, { state: 'spent', dueAt: ago(2) });
  await finds('rotation-overdue', /has had all its generations/, ...words);
  await kept(data, { state: 'giving', beganAt: ago(32), dueAt: ago(-500) });
  await finds('rotation-overdue', /5 of 9 meters have generation 4/, ...words);

  // In time, or not what this configuration has the host do.
  await kept(data, { state: 'giving', beganAt: ago(29), dueAt: ago(-500) });
  await isWell(...words);
  await kept(data, { state: 'wants-key', dueAt: ago(0.5) });
  await isWell(...words);
  await kept(data, { state: 'stopped' });
  await isWell('--data', data, ...FREE);
  writeFileSync(path, JSON.stringify({ rotation: { control: { everyDays: 540 } } }));
  await isWell(...words);
});
