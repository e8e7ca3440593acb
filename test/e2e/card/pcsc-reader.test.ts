import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { PcscReader } from '../../../src/adapters/pcsc-reader.ts';
import { toHex } from '../../../src/bytes/index.ts';
import { ATRS, command, pattern } from '../../../src/card/contact/card.testing.ts';
import { lacks, Pcscd } from './pcscd.ts';

const READ = new URL('./read.ts', import.meta.url).pathname;

for (const [name, ...parts] of [['t0'], ['t0', '77'], ['t1']] as const) {
  const how = parts.length === 0 ? '' : ', in parts and with lengths that it corrects';
  test(`a PC/SC reader reads a card of ${name}${how}, and says when it is pulled`, { skip: lacks }, async (t) => {
    const pcscd = await Pcscd.start(t);
    const card = await pcscd.insert(t, ATRS[name], ...parts);
    const commands = [command(0x10, 0), command(0x40, 0, pattern(200), 256), command(0x20, 256, undefined, 256)];
    const reading = pcscd.start(t, process.execPath, [READ, ...commands.map(toHex)]);
    await reading.said('read');
    assert.equal(
      await pcscd.run(process.execPath, [READ]),
      'Virtual PCD 00 00\nexchange-broken: Another program uses the card: end it first.\n',
    );
    assert.match(await card.pull(), /^resets \d+, runs 3$/);
    assert.deepEqual(await reading.ended(), [
      'Virtual PCD 00 00',
      'exchange-broken: The card has no power any more: open it again.',
      toHex(ATRS[name]),
      '9000',
      `${toHex(pattern(200))}9000`,
      `${toHex(pattern(256))}9000`,
      'read',
      'card-removed: The card was pulled: insert it again.',
      'no-card: There is no card in Virtual PCD 00 00: insert one.',
    ]);
  });
}

test('an empty reader, and a machine without a PC/SC service, are told apart', { skip: lacks }, async (t) => {
  const pcscd = await Pcscd.start(t);
  const empty = await pcscd.run(process.execPath, [READ]);
  assert.equal(empty, 'Virtual PCD 00 00\nno-card: There is no card in Virtual PCD 00 00: insert one.\n');
  const script = `mkdir -p /run/pcscd; mount -t tmpfs none /run/pcscd; exec "${process.execPath}" "${READ}"`;
  const { stdout } = await promisify(execFile)('unshare', ['-m', 'sh', '-c', script]);
  assert.match(stdout, /^reader-missing: No PC\/SC service answers \(\w+\): start pcscd\.\n$/);
});

test('without its driver a reader says in one sentence what to install', async () => {
  assert.deepEqual(await PcscReader.find({ driver: 'a-driver-that-nobody-installed' }), {
    reason: 'driver-missing',
    sentence: 'Reading a card needs the package pcsc-mini: run npm install pcsc-mini.',
  });
});
