import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runIn } from './in-process.testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattpurse-statement-'));
after(() => rmSync(folder, { recursive: true }));

const run = (...args: readonly string[]) => runIn(folder, ...args);

const METER = '0a1b2c';
const asked = (...more: readonly string[]) =>
  run('statement', '--meter', METER, '--from', '2026-03-02', '--to', '2026-03-03', '--data', 'demo', ...more);

before(async () => {
  // A process of its own lives faster: the runner of the tests follows each promise of this one.
  const life = ['demo', '--once', '--data', 'demo', '--days', '1', '--meters', '1'];
  execFileSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...life], { cwd: folder, stdio: 'ignore' });
});

for (const [args, sentence] of [
  [['--meter', METER], /^statement takes --meter, --from and --to: /],
  [['--meter', '12', '--from', 'x', '--to', 'x'], /^--meter has six hex digits, as 0a1b2c, not "12"\.$/m],
  [
    ['--meter', METER, '--from', 'x', '--to', 'x', '--form', 'html'],
    /^--form is one of text, json, csv, pdf, espi, not/,
  ],
  [['--meter', METER, '--from', 'x', '--to', 'x', '--form', 'pdf'], /^A PDF goes into a file: name it with --out\.$/m],
  [['--meter', METER, '--from', 'x', '--to', 'x', '--data', 'none'], /^none holds neither a demo nor a host /],
  [['--meters', METER], /^There is no option --meters: --meter was probably meant, /],
] as const) {
  test(`statement ${args.join(' ')} is wrong use, in one sentence`, async () => {
    const { code, out, err } = await run('statement', ...args);
    assert.deepEqual([code, out, err.trimEnd().split('\n').length], [2, '', 1]);
    assert.match(err, sentence);
    assert.ok(!existsSync(join(folder, 'none')));
  });
}

test('a meter that is unknown and days that are to come are told in the words of the host', async () => {
  const unknown = await run(
    'statement',
    '--meter',
    '000001',
    '--from',
    '2026-03-02',
    '--to',
    '2026-03-02',
    '--data',
    'demo',
  );
  assert.deepEqual([unknown.code, unknown.out], [1, '']);
  assert.match(unknown.err, /^No meter 000001 is enrolled here: /);
  const early = await run(
    'statement',
    '--meter',
    METER,
    '--from',
    '2026-03-02',
    '--to',
    '2027-01-01',
    '--data',
    'demo',
  );
  assert.match(early.err, /^2027-01-01 has not begun: a statement ends today or before\.$/m);
});

test('a statement of a demo is told in each form, to the terminal or into a file', async () => {
  const text = await asked();
  const json = await asked('--form', 'json');
  const csv = await asked('--form', 'csv');
  const xml = await asked('--form', 'espi');
  const told = JSON.parse(json.out) as { closing: { purse: string }; days: { date: string }[] };
  assert.match(text.out, new RegExp(`when the last day ended .* ${told.closing.purse} `));
  assert.deepEqual(
    told.days.map(({ date }) => date),
    ['2026-03-02', '2026-03-03'],
  );
  assert.match(csv.out, /^line,item,at,order,/);
  assert.match(xml.out, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<feed /);
  assert.equal((await asked('--form', 'pdf', '--out', 'statement.pdf')).code, 0);
  assert.equal(readFileSync(join(folder, 'statement.pdf'), 'latin1').slice(0, 8), '%PDF-1.7');
});

test('a file that cannot be written is named, and the books stay as they were', async () => {
  writeFileSync(join(folder, 'file'), '');
  const { code, err } = await asked('--out', 'file/statement.txt');
  assert.equal(code, 1);
  assert.match(err, /^file\/statement\.txt cannot be written \(ENOTDIR\): /);
});
