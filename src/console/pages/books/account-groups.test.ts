import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grouped, groupOf } from './account-groups.ts';

const account = (name: string, debit: string, credit: string) => ({
  ...{ account: name, debit, credit, lines: 1 },
  balance: String(BigInt(debit) - BigInt(credit)),
});

test('each account is read in one group, and its sums are exact however large', () => {
  const large = '9007199254740993';
  const found = grouped([account('cash', large, '0'), account('card', '1', '0'), account('prepaid', '0', '10')]);
  assert.deepEqual(
    found.map(({ group, debit, balance }) => [group, debit, balance]),
    [
      ['value', 0n, -10n],
      ['money', BigInt(large) + 1n, BigInt(large) + 1n],
    ],
  );
});

test('a float, arrears and an account that is new are owed', () => {
  assert.deepEqual(['float:kiosk', 'arrears', 'refunds-payable', 'something-new'].map(groupOf), [
    ...['owed', 'owed', 'owed', 'owed'],
  ]);
  assert.deepEqual(['tax', 'energy-revenue:200', 'value-on-cards:1-2'].map(groupOf), ['revenue', 'revenue', 'value']);
  assert.deepEqual(['card-fees:1-2', 'cards-payable:1-2'].map(groupOf), ['owed', 'owed']);
});
