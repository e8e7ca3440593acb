import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HostFolder } from './host-folder.ts';
import { runIn } from './in-process.testing.ts';
import { env, layKeys } from './running.testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattpurse-bulk-'));
after(() => rmSync(folder, { recursive: true }));

Object.assign(process.env, env);
const run = (...args: readonly string[]) => runIn(folder, ...args);
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

before(async () => {
  // As the first start of a host leaves it.
  for (const name of ['host', 'other']) {
    const host = await HostFolder.open({ data: join(folder, name), database: undefined });
    host.zone('Europe/Berlin');
    await host.close();
    await layKeys(join(folder, name));
  }
});

for (const [args, sentence] of [
  [['export'], /^export is followed by subscribers, .*, cards, offline-meters, card-values, ledger, use, not ""\.$/m],
  [['export', 'use'], /^export use takes --from and --to, dates of its time\.$/m],
  [['export', 'ledger', '--by', 'day'], /^export ledger takes neither --by nor --from nor --to\.$/m],
  [['export', 'use', '--by', 'year'], /^--by is one of hour, day, month, season, not "year"\.$/m],
  [
    ['import', 'ledger', 'x'],
    /^import is followed by subscribers, .*, card-providers, cards, offline-meters, not "ledger"\.$/m,
  ],
  [['import', 'meters'], /^import meters takes one file\.$/m],
  [
    ['import', 'meters', 'none.csv'],
    /^The table none\.csv cannot be read \(there is no such file\): check the path\.$/m,
  ],
  [['import', 'meters', 'x', '--dry'], /^There is no option --dry: /],
  [['export', 'meters', '--data', 'none'], /^none holds neither a demo nor a host /],
] as const) {
  test(`${args.join(' ')} is wrong use, in one sentence`, async () => {
    const { code, out, err } = await run(...args);
    assert.deepEqual([code, out, err.trimEnd().split('\n').length], [2, '', 1]);
    assert.match(err, sentence);
  });
}

test('a utility moves to another host by its tables: tried first, then taken in, and the same when they go out again', async () => {
  write('subscribers.csv', 'id,name,contact\r\nkim,"Kim, ""A""",\'+49 30\r\n');
  write('meters.csv', 'number,subscriber,local_unit,modem_address,suite\n0a1b2c,kim,1,7,aes128\n');
  const tried = await run('import', 'subscribers', 'subscribers.csv', '--dry-run', '--data', 'host');
  assert.deepEqual([tried.code, tried.out], [0, '1 line: 1 would be new, 0 are there already; nothing was changed.\n']);
  assert.equal((await run('export', 'subscribers', '--data', 'host')).out, 'id,name,contact\r\n');

  const early = await run('import', 'meters', 'meters.csv', '--data', 'host');
  assert.deepEqual([early.code, early.out], [1, '']);
  assert.deepEqual(early.err.trim().split('\n'), [
    'line 2, subscriber: There is no subscriber "kim": add the subscriber first.',
    '1 line of 1 is wrong: nothing was changed.',
  ]);

  write('card-providers.csv', 'utility,region,name,account,ticket_limit,ticket_days\n1,gas,Gas,IBAN,500,30\n');
  write('cards.csv', 'number,subscriber,regions\n04a1b2c3d4e5f6,kim,1-2:32\n');
  write('offline-meters.csv', 'number,provider,subscriber,key\n8a0001,1-2,kim,32\n');
  for (const kind of ['subscribers', 'meters', 'card-providers', 'cards', 'offline-meters']) {
    const { code, out } = await run('import', kind, `${kind}.csv`, '--data', 'host');
    assert.deepEqual([code, out], [0, '1 line: 1 new, 0 were there already.\n']);
    assert.equal((await run('export', kind, '--data', 'host', '--out', `out-${kind}.csv`)).code, 0);
    assert.equal((await run('import', kind, `out-${kind}.csv`, '--data', 'other')).code, 0);
    const again = await run('export', kind, '--data', 'other');
    assert.equal(again.out, readFileSync(join(folder, `out-${kind}.csv`), 'utf8'));
  }
  assert.equal(
    readFileSync(join(folder, 'out-subscribers.csv'), 'utf8'),
    readFileSync(join(folder, 'subscribers.csv'), 'utf8'),
  );
  const report = await run('import', 'meters', 'out-meters.csv', '--json', '--data', 'host');
  assert.deepEqual(JSON.parse(report.out), { rows: 1, added: 0, known: 1, faults: [], kept: true });
  const audit = await run('audit', '--json', '--data', 'other');
  const { rowsProved, findings } = JSON.parse(audit.out);
  assert.deepEqual([audit.code, rowsProved, findings], [0, true, []], 'what was taken in is sealed');
});

test('a file that cannot be written is named, and leaves none beside it', async () => {
  const { code, err } = await run('export', 'subscribers', '--data', 'host', '--out', 'nowhere/out.csv');
  assert.equal(code, 1);
  assert.match(err, /^nowhere\/out\.csv cannot be written \(ENOENT\): /);
  assert.ok(!existsSync(join(folder, 'nowhere')));
});

test('a demo is not given meters that nobody lives with, and its use can be had', async () => {
  // A process of its own lives faster: the runner of the tests follows each promise of this one.
  const life = ['demo', '--once', '--data', 'demo', '--days', '1', '--meters', '1'];
  execFileSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...life], { cwd: folder, stdio: 'ignore' });
  const refused = await run('import', 'meters', 'meters.csv', '--data', 'demo');
  assert.equal(refused.code, 2);
  assert.match(refused.err, /^demo holds a demo, which makes its own people and meters: /);
  const use = await run('export', 'use', '--from', '2026-03-02', '--to', '2026-03-02', '--data', 'demo');
  assert.match(use.out, /^meter,supply,day,start,energy_wh,missing_minutes,uncertain_minutes\r\n0a1b2c,1,2026-03-02,/);
  const wrong = await run('export', 'use', '--from', '2026-03-02', '--to', '2026-02-02', '--data', 'demo');
  assert.deepEqual([wrong.code, wrong.out], [1, '']);
});
