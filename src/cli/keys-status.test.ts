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

const DAY_MS = 86_400_000;
const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-key-status-'));
const said = process.env.WATTPURSE_PASSPHRASE;
process.env.WATTPURSE_PASSPHRASE = 'status of a test';
after(() => {
  rmSync(scratch, { recursive: true });
  if (said === undefined) delete process.env.WATTPURSE_PASSPHRASE;
  else process.env.WATTPURSE_PASSPHRASE = said;
});
const status = (...words: readonly string[]) => runIn(scratch, 'keys', 'status', ...words);

test('the command line says what the timer of a host waits for, and until when it rests', async () => {
  const folder = join(scratch, 'u');
  const begun = await HostFolder.open({ data: folder, database: undefined });
  begun.zone(undefined);
  let now = Date.now() - 400 * DAY_MS;
  const ports = { store: begun.store, keys: await begun.keys(), clock: { now: () => milliseconds(now) } };
  const host = createHost(
    { ...ports, randomness: systemRandomness, grid: { send: () => undefined } },
    { zone: 'UTC', metersMax: 256, rotation: { value: { everyMs: 365 * DAY_MS, metersAtOnce: 9, refusedMax: 0 } } },
  );
  assert.ok('id' in (await host.addSubscriber({ id: 'house', name: 'House', contact: '' })));
  const enrolment = { svpmsn: 10, subscriber: 'house', localUnit: 0, modemAddress: 7, suite: Suite.aes128 };
  assert.ok('svpmsn' in (await host.enrol(enrolment)));
  const live = async (ms: number) => {
    for (let step = 0; step < 4; step++) {
      now += ms;
      await host.rotateDueKeys();
    }
  };
  await live(60_000);
  const [resting] = await host.keyRotations();
  assert.equal(resting?.state, 'resting');
  now = Date.now();
  await live(1_000);
  await begun.close();

  const text = await status('--data', folder);
  assert.deepEqual([text.code, text.err], [0, '']);
  assert.match(text.out, /^value aes128, generation 0: the next is due, and there is none: make it with "wattpurse/m);
  assert.match(text.out, /^ {2}1 of 1 have it \(\d{4}-\d\d-\d\d\)$/m);
  assert.match(text.out, /^ {2}next due \d{4}-\d\d-\d\d, overdue for 3[45] days$/m);
  const rows = JSON.parse((await status('--data', folder, '--json')).out);
  const row = rows.find(({ suite }: { suite: string }) => suite === 'aes128');
  assert.deepEqual([row.purpose, row.state, row.generation, row.meters.there], ['value', 'wants-key', 0, 1]);
  assert.ok(row.overdueSeconds > 34 * 86_400);
});

test('a host that rotates nothing by itself is said to, and a wrong use is one sentence', async () => {
  const folder = join(scratch, 'none');
  const begun = await HostFolder.open({ data: folder, database: undefined });
  begun.zone(undefined);
  await begun.keys();
  await begun.close();
  const none = await status('--data', folder);
  assert.deepEqual([none.code, none.err], [0, '']);
  assert.match(none.out, /^No host has rotated keys by itself: see "rotation" of its configuration\.\n$/);
  for (const [words, sentence] of [
    [[], /^keys status needs --data/],
    [['now', '--data', folder], /^keys status takes no further word/],
    [['--data', 'x'], /x holds neither a demo nor a host/],
  ] as const) {
    const refused = await status(...words);
    assert.deepEqual([refused.code, refused.out], [2, '']);
    assert.match(refused.err, sentence);
  }
});
