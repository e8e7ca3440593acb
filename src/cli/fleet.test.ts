import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runIn } from './in-process.testing.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-fleet-'));
after(() => rmSync(scratch, { recursive: true }));

const WRONG_USES: readonly (readonly [readonly string[], RegExp])[] = [
  [['now'], /^fleet takes no "now"/],
  [['--meters', '0'], /^--meters must be a whole number from 1 to 65536, not "0"/],
  [['--meters', '65537'], /^--meters must be a whole number from 1 to 65536/],
  [['--line', '300'], /^--line must be a whole number from 1200 to 128000/],
  [['--loss', '0.6'], /^--loss must be a share of frames from 0 to 0\.5, as 0\.05, not "0\.6"/],
  [['--loss', 'much'], /^--loss must be a share/],
  [['--loss', '-1'], /^--loss must be a share/],
  [['--suite', '3des'], /^--suite is one of aes128, aes256, 3des-xo|^--suite is one of 3des-xo, aes128, aes256/],
  [['--meter', '4'], /^There is no option --meter: --meters was probably meant/],
];

test('each wrong use of a fleet is one sentence', async () => {
  for (const [args, sentence] of WRONG_USES) {
    const { code, err, out } = await runIn(scratch, 'fleet', ...args);
    assert.deepEqual([code, out], [2, ''], args.join(' '));
    assert.match(err, sentence, args.join(' '));
  }
});

test('a fleet ends with its figures as text, as JSON and as a page that asks nobody for anything', async () => {
  const { code, out } = await runIn(scratch, 'fleet', '--meters', '3', '--line', '9600', '--report', 'day.html');
  assert.equal(code, 0, out);
  assert.match(out, /^3 meters on 1 line of 9,600 bit\/s lived a day on suite aes128/);
  assert.match(out, /4,320 minutes came, 0 of them marked/);
  assert.match(out, /Everything arrived at every meter\.\nThe books and the meters agree/);
  assert.match(out, /by meter [\d,-]+ bytes in the meter, 2,[\d]{3} of them its profile and [\d,-]+ the rest;/);
  const page = readFileSync(join(scratch, 'day.html'), 'utf8');
  assert.equal(page.match(/<svg/g)?.length, 5);
  assert.ok(!/<script|https?:\/\/(?!www\.w3\.org)/.test(page));
  assert.ok(page.includes('Everything arrived at every meter.'));

  const strange = await runIn(scratch, 'fleet', '--meters', '3', '--stranger', '--json');
  const report = JSON.parse(strange.out) as {
    failures: unknown[];
    samples: unknown[];
    memoryBytes: number;
    heap: object;
  };
  assert.deepEqual([strange.code, report.failures.length], [1, 1]);
  assert.ok(report.samples.length > 50 && report.memoryBytes > 1e7);
  assert.deepEqual(Object.keys(report.heap).sort(), ['books', 'homes', 'lines', 'meters', 'profiles']);
  assert.equal(existsSync(join(scratch, 'undefined')), false);
});
