import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseHostOptions } from './host-options.ts';
import { runIn } from './in-process.testing.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-units-'));
after(() => rmSync(scratch, { recursive: true }));
const unit = (...more: string[]) => ['local-unit', '--key', 'lu.json', '--area-unit', '127.0.0.1:1', ...more];
const meter = (...more: string[]) => ['meter', 'run', 'm.wpm', '--line', '127.0.0.1:1', ...more];

/** What a person may get wrong, and what the one sentence must name. */
const WRONG_USES: readonly (readonly [readonly string[], RegExp])[] = [
  [['area-unit'], /^area-unit takes the number of its area, 0 to 255/],
  [
    ['area-unit', '256', '--host', '127.0.0.1:1', '--listen', '127.0.0.1:0'],
    /^NUMBER must be a whole number from 0 to 255/,
  ],
  [['area-unit', '0', '--listen', '127.0.0.1:0'], /^area-unit needs --host/],
  [
    ['area-unit', '0', '--host', 'nowhere', '--listen', '127.0.0.1:0'],
    /^--host must be a machine and a port, .* not "nowhere"/,
  ],
  [['area-unit', '0', '--host', '127.0.0.1:0', '--listen', '127.0.0.1:0'], /^--host must be a machine and a port/],
  [
    ['area-unit', '0', '--host', '10.0.0.1:1', '--listen', '127.0.0.1:0'],
    /^What goes to 10\.0\.0\.1 leaves this machine: .* --certificates/,
  ],
  [
    ['area-unit', '0', '--host', 'ours.example:1', '--listen', '127.0.0.1:0'],
    /^What goes to ours\.example leaves this machine/,
  ],
  [
    ['area-unit', '0', '--host', '127.0.0.1:1', '--listen', '127.0.0.1:0', '--certificates', 'none'],
    /^none\/certificate\.pem cannot be used/,
  ],
  [['area-unit', '0', '--hosts', 'x'], /^There is no option --hosts: --host was probably meant/],
  [['local-unit'], /^local-unit needs --key/],
  [unit('--line', '127.0.0.1:0'), /^The key of a local unit lu\.json cannot be read \(there is no such file\)/],
  [['local-unit', 'key'], /^local-unit key takes the file/],
  [
    ['local-unit', 'key', 'lu.json', '--number', '65536', '--data', 'u'],
    /^--number must be a whole number from 0 to 65535/,
  ],
  [['local-unit', 'key', 'lu.json', '--number', '0', '--data', 'u'], /u holds no host that was ever started/],
  [['local-unit', 'elsewhere'], /^local-unit takes no "elsewhere"/],
  [['meter'], /^meter takes personalise, commission, replace, move-out, move-in, retire, revive, run/],
  [['meter', 'make'], /^meter takes personalise, commission, replace, move-out, move-in, retire, revive, run/],
  [
    ['meter', 'personalise', 'm.wpm', '--number', '12', '--data', 'u'],
    /^--number is six hex digits, as 0A1B2C, not "12"/,
  ],
  [
    ['meter', 'personalise', 'm.wpm', '--number', '000012', '--suite', '3des', '--data', 'u'],
    /^--suite is aes128, aes256 or 3des-xo/,
  ],
  [['meter', 'run'], /^meter run takes the file/],
  [meter(), /^meter needs --address/],
  [meter('--address', '256'), /^--address must be a whole number from 0 to 255/],
  [meter('--address', '0'), /^The meter file m\.wpm cannot be used \(there is no such file\)/],
  [meter('--address', '0', '--load', 'none.csv'), /^The load file none\.csv cannot be read/],
];

test('each wrong use of a unit or a meter is one sentence, and nothing is begun', async () => {
  for (const [args, sentence] of WRONG_USES) {
    const { code, err, out } = await runIn(scratch, ...args);
    assert.match(err, sentence, args.join(' '));
    assert.deepEqual([code === 0, out, err.trim().includes('\n')], [false, '', false], args.join(' '));
  }
  // Also a host whose area units would be told in the clear begins nothing.
  const far = await runIn(scratch, 'host', '--data', 'u', '--area-units', '10.0.0.1:80');
  assert.match(far.err, /^What goes to 10\.0\.0\.1 leaves this machine/);
  for (const name of ['u', 'm.wpm', 'lu.json']) assert.equal(existsSync(join(scratch, name)), false);
  const host = ['--data', 'u'];
  assert.throws(() => parseHostOptions([...host, '--area-units', '1']), /^WrongUse: --area-units must be an address/);
  assert.throws(
    () => parseHostOptions([...host, '--certificates', 'c']),
    /^WrongUse: --certificates are for area units/,
  );
});

test('a file that is no meter’s, and one that is cut short, is refused', async () => {
  const refusal = async (name: string) => (await runIn(scratch, 'meter', 'run', name, ...LINE)).err;
  writeFileSync(join(scratch, 'foreign'), 'not a meter at all');
  writeFileSync(join(scratch, 'short'), Buffer.from('57504d4601010000ff', 'hex'));
  writeFileSync(join(scratch, 'newer'), Buffer.from('57504d4604010000ff', 'hex'));
  assert.match(await refusal('foreign'), /it is no meter of this version/);
  assert.match(await refusal('newer'), /it is no meter of this version/);
  assert.match(await refusal('short'), /it is cut short/);
  for (const text of ['{}', '{"version":1,"localUnit":70000,"transport":"00"}', 'no JSON']) {
    writeFileSync(join(scratch, 'wrong.json'), text);
    const { err } = await runIn(
      scratch,
      'local-unit',
      '--key',
      'wrong.json',
      '--area-unit',
      'x:1',
      '--line',
      '127.0.0.1:0',
    );
    assert.match(err, /^wrong\.json is no key of a local unit/);
  }
});
const LINE = ['--line', '127.0.0.1:1', '--address', '0'];
