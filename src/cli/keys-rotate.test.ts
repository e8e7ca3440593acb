import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { createHost } from '../host/index.ts';
import { milliseconds } from '../units/index.ts';
import { systemRandomness } from './demo-keys.ts';
import { HostFolder } from './host-folder.ts';
import { runIn } from './in-process.testing.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-rotate-'));
const said = process.env.WATTPURSE_PASSPHRASE;
process.env.WATTPURSE_PASSPHRASE = 'rotation of a test';
after(() => {
  rmSync(scratch, { recursive: true });
  if (said === undefined) delete process.env.WATTPURSE_PASSPHRASE;
  else process.env.WATTPURSE_PASSPHRASE = said;
});
const rotate = (...words: readonly string[]) => runIn(scratch, 'keys', 'rotate', ...words);

test('a rotation on the command line tells how many meters can take it, and leaves who ordered it in the audit log', async () => {
  const folder = join(scratch, 'u');
  const open = () => HostFolder.open({ data: folder, database: undefined });
  const begun = await open();
  begun.zone(undefined);
  const clock = { now: () => milliseconds(Date.now()) };
  const ports = { store: begun.store, keys: await begun.keys(), clock, randomness: systemRandomness };
  const host = createHost({ ...ports, grid: { send: () => undefined } }, { zone: 'UTC', metersMax: 256 });
  assert.ok('id' in (await host.addSubscriber({ id: 'house', name: 'House', contact: '' })));
  const enrolment = { svpmsn: 10, subscriber: 'house', localUnit: 0, modemAddress: 7, suite: Suite.aes128 };
  assert.ok('svpmsn' in (await host.enrol(enrolment)));
  await begun.close();

  const none = await rotate('value', '--data', folder, '--dry-run');
  assert.deepEqual([none.code, none.err], [0, '']);
  assert.match(none.out, /^Key of value, generation 0; 15 more after it\.\n +1 {2}have it\n +0 {2}in this stage\n$/);
  assert.equal((await runIn(scratch, 'keys', 'add', 'value', '--data', folder)).code, 0);
  const dry = JSON.parse((await rotate('value', '--data', folder, '--dry-run', '--json')).out);
  assert.deepEqual([dry.generation, dry.left, dry.meters, dry.stage], [1, 14, { silent: ['00000a'] }, []]);
  assert.equal((await rotate('value', '--data', folder, '--meters', '5')).code, 0);
  const ended = await open();
  try {
    const [entry, ...others] = await ended.store.read((tx) => tx.audit.page({ limit: 5 }));
    assert.deepEqual(
      [entry?.action, entry?.subject, entry?.detail],
      ['rotateKeys', 'keys value', '{"step":"give","meters":5}'],
    );
    assert.equal(others.length, 0, 'a dry run is nobody’s act');
  } finally {
    await ended.close();
  }
});

test('a wrong use of a rotation is one sentence, and changes nothing', async () => {
  for (const [words, sentence] of [
    [['maintenance', '--data', 'x'], /^keys rotate takes value, control or monitoring, not "maintenance"\.\n$/],
    [['value'], /^keys rotate needs --data/],
    [['value', '--data', 'x', '--suite', '3des'], /^--suite is aes128, aes256 or 3des-xo/],
    [['value', '--data', 'x', '--raise', '--back-out'], /^--raise ends a rotation and --back-out undoes it/],
    [['value', '--data', 'x', '--meters', '0'], /^--meters is how many meters this stage has/],
    [['value', '--data', 'x', '--rise'], /^There is no option --rise: --raise was probably meant/],
    [['value', '--data', 'x'], /x holds neither a demo nor a host that was ever started/],
  ] as const) {
    const refused = await rotate(...words);
    assert.deepEqual([refused.code, refused.out], [2, '']);
    assert.match(refused.err, sentence);
  }
});
