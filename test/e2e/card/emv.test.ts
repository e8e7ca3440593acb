import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VPCD_PORT } from '../../../src/adapters/virtual-card.ts';
import { lacks, Pcscd } from './pcscd.ts';

const MAIN = new URL('../../../src/cli/main.ts', import.meta.url).pathname;
const TILL = new URL('./till.ts', import.meta.url).pathname;
const EXAMPLE = new URL('../../../examples/emv-payment.ts', import.meta.url).pathname;

test('a payment card in a PC/SC reader pays, and pays again', { skip: lacks }, async (t) => {
  const pcscd = await Pcscd.start(t);
  const card = pcscd.start(t, process.execPath, [EXAMPLE, 'card', String(VPCD_PORT)]);
  await card.said('the card is in; Ctrl-C pulls it');
  for (let n = 0; n < 2; n++) {
    const said = await pcscd.run(process.execPath, [EXAMPLE, 'pcsc']);
    assert.equal(said, "approved **** 1111\nthe chip agrees\n{ outcome: 'done' }\n");
  }
});

test('a payment card in a PC/SC reader pays at a host by the command line, and its value is in the meter', {
  skip: lacks,
}, async (t) => {
  const pcscd = await Pcscd.start(t);
  const till = pcscd.start(t, process.execPath, [TILL]);
  const [url = '', key = ''] = (await till.saidFirst()).split(' ');
  const card = pcscd.start(t, process.execPath, [EXAMPLE, 'card', String(VPCD_PORT)]);
  await card.said('the card is in; Ctrl-C pulls it');
  const wish = ['--host', url, '--meter', '000003', '--paid', '5000', '--port', 'acquirer'];
  const pay = [process.execPath, MAIN, 'card', 'pay', '--reader', '', ...wish];
  const said = await pcscd.run('env', [`WATTPURSE_API_KEY=${key}`, ...pay]);
  assert.match(
    said,
    /^Paid 5000 by \*{4} 1111, approval \S+: the value is on its way to meter 000003 \(payment \S+\)\.\n$/,
  );
  till.endInput();
  assert.equal((await till.ended()).at(-1), 'stored 5000');
});
