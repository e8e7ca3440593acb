import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VPCD_PORT } from '../../../src/adapters/virtual-card.ts';
import { lacks, Pcscd } from './pcscd.ts';

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
