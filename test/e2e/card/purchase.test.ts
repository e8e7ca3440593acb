import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lacks, Pcscd } from './pcscd.ts';

const EXAMPLE = new URL('../../../examples/card-purchase.ts', import.meta.url).pathname;

test('a purchase of gas goes through two meters with PC/SC readers and back to the books, and is stored once though its card was pulled', {
  skip: lacks,
}, async (t) => {
  const pcscd = await Pcscd.start(t);
  const said = await pcscd.run(process.execPath, [EXAMPLE, 'pcsc']);
  assert.deepEqual(said.split('\n'), [
    'sold: 500 of gas, waiting',
    'pulled while it was loaded: 500 on the card, and the order is outstanding',
    'put in again: 500 on the card, and the order is stored',
    'books: loaded 500, on cards 500, gone to meters 0, there 0, used 0',
    'the gas meter took 500, and 0 is left on the card',
    'an hour later 260 are left there',
    'books: loaded 500, on cards 0, gone to meters 500, there 260, used 240',
    'the report: 500 from cards, 260 left',
    '',
  ]);
});
