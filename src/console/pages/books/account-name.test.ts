import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEDGER_WORDS } from '../../../words/index.ts';
import { accountName, kindName } from './account-name.ts';

const name = (account: string, language: 'en' | 'ko' = 'en') =>
  accountName(account, LEDGER_WORDS[language], (provider) => `<${provider}>`);

test('an account has a name in words, with whose it is, and one that nobody knows keeps its own', () => {
  assert.deepEqual(
    ['prepaid', 'energy-revenue', 'energy-revenue:200', 'float:corner-shop', 'value-on-cards:1-2'].map((each) =>
      name(each),
    ),
    [
      ...['Sold, on its way to meters', 'Energy, step not told yet', 'Energy at 200%', 'Float of corner-shop'],
      'Value on cards: <1-2>',
    ],
  );
  assert.equal(name('float:corner-shop', 'ko'), '예치금: corner-shop');
  assert.deepEqual(
    ['elsewhere', 'elsewhere:1', 'constructor'].map((each) => name(each)),
    [...['elsewhere', 'elsewhere:1', 'constructor']],
  );
});

test('a kind of posting has a word', () => {
  assert.deepEqual(
    ['card-handed', 'unheard'].map((kind) => kindName(kind, LEDGER_WORDS.en)),
    ['From card to meter', 'unheard'],
  );
});
