import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HostFolder } from '../host-folder.ts';
import { copied, DAY_MS, FREE, finds, isWell, run, scratch } from './doctor.testing.ts';

test('a back-up older than allowed is found, and one that was never made where somebody wants one', async () => {
  const data = copied('backed-up');
  const words = ['--data', data, ...FREE];
  await isWell(...words);
  await finds(
    'back-up-old',
    /were never backed up from here: make one with "wattpurse backup"/,
    ...words,
    '--back-up-days',
    '7',
  );
  const opened = await HostFolder.open({ data: join(scratch, data), database: undefined });
  opened.zone(undefined);
  await opened.close();
  const made = await run('backup', '--data', data, '--to', 'copy');
  assert.equal(made.code, 0, made.err);
  await isWell(...words, '--back-up-days', '1');
  const last = (daysAgo: number) =>
    writeFileSync(
      join(scratch, data, 'back-up.last'),
      JSON.stringify({ at: Date.now() - daysAgo * DAY_MS, to: '/copy' }),
    );
  last(6);
  await isWell(...words);
  await finds('back-up-old', /^The last back-up is of .*, more than 5 days ago/, ...words, '--back-up-days', '5');
  last(8);
  await finds('back-up-old', /more than 7 days ago/, ...words);
});
