import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex, toHex } from '../../../src/bytes/index.ts';
import { ATRS, command, pattern } from '../../../src/card/contact/card.testing.ts';
import { askedByEach } from './foreign.ts';
import { lacks, Pcscd } from './pcscd.ts';

test('opensc-tool, scriptor and pyscard read the virtual card, each a command of every case', {
  skip: lacks,
}, async (t) => {
  const pcscd = await Pcscd.start(t);
  const card = await pcscd.insert(t, ATRS.t1);

  const atr = await pcscd.run('opensc-tool', ['--atr']);
  assert.equal(atr.trim(), toHex(ATRS.t1).replace(/..(?!$)/g, '$&:'));

  const commands = [
    [command(0x10, 0), ''],
    [command(0x20, 10, undefined, 10), toHex(pattern(10))],
    [command(0x30, 0, pattern(40)), ''],
    [command(0x40, 0, pattern(40), 256), toHex(pattern(40))],
  ] as const;
  const told = commands.map(([, data]) => `${data}9000`);
  const asked = await askedByEach(
    pcscd,
    commands.map(([bytes]) => toHex(bytes)),
  );
  assert.deepEqual(asked, { 'opensc-tool': told, scriptor: told, pyscard: told });

  assert.match(await card.pull(), /^resets [1-9]\d*, runs 12$/);
});

const PYTHON = `import sys
from smartcard.CardRequest import CardRequest
from smartcard.util import toBytes
service = CardRequest(timeout=10).waitforcard()
service.connection.connect()
print(bytes(service.connection.getATR()).hex())
for command in sys.argv[1:]:
    data, sw1, sw2 = service.connection.transmit(toBytes(command))
    print(bytes(data + [sw1, sw2]).hex())
`;

test('the probes of all drivers of OpenSC leave the card alive', { skip: lacks }, async (t) => {
  const pcscd = await Pcscd.start(t);
  await pcscd.insert(t, ATRS.t0);
  const everyDriver = pcscd.file('every.conf', 'app default { }\n');
  await pcscd.run('env', [`OPENSC_CONF=${everyDriver}`, 'opensc-tool', '--name']).catch((error) => {
    // No driver knows the card, which is a failure of that program and not of the card.
    assert.match(String(error), /[Uu]nsupported|Failed to connect/);
  });
  const said = await pcscd.run('opensc-tool', ['-s', '80:10:00:00']);
  assert.match(said, /SW1=0x90, SW2=0x00/);
});

test('a card that is pulled is gone for whoever reads, and one put in later is read', { skip: lacks }, async (t) => {
  const pcscd = await Pcscd.start(t);
  const first = await pcscd.insert(t, ATRS.t0);
  await first.pull();
  await assert.rejects(pcscd.run('opensc-tool', ['--atr']), /Card not present/);
  await pcscd.insert(t, ATRS.t1Crc);
  assert.equal((await pcscd.run('opensc-tool', ['--atr'])).trim(), toHex(ATRS.t1Crc).replace(/..(?!$)/g, '$&:'));
});

test('a command of any length up to 64 KiB goes through the virtual reader', { skip: lacks }, async (t) => {
  const pcscd = await Pcscd.start(t);
  await pcscd.insert(t, ATRS.t1);
  const python = pcscd.file('read.py', PYTHON);
  const sizes = [1, 255, 256, 3000, 30_000];
  for (const size of sizes) {
    const bytes = command(0x40, 0, pattern(size), size > 255 ? 65_536 : 256);
    const read = await pcscd.run('/usr/bin/python3', [python, toHex(bytes)]);
    assert.deepEqual(
      fromHex(read.trim().split('\n')[1] ?? ''),
      Uint8Array.from([...pattern(size), 0x90, 0]),
      `${size}`,
    );
  }
});
