import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../bytes/index.ts';
import { bankOf, ISSUES, walk } from './bench.testing.ts';
import { EmvTestCard } from './index.ts';

for (const issue of ISSUES) {
  const { pan, version, authentication, format } = issue;
  test(`a card of ${pan.length} digits and version ${version} pays, answered ${authentication}, format ${format}`, () => {
    const { end, asked } = walk(new EmvTestCard(issue));
    assert.equal(end.outcome, 'approved', JSON.stringify(end));
    assert.deepEqual([asked?.pan, asked?.expiry, asked?.sequence], [pan, '2912', 1]);
    assert.equal(asked?.track2, `${pan}=2912201`);
    assert.ok(asked !== undefined && asked.data.length <= 255 && !toHex(asked.data).includes(pan));
  });
  test(`its bank declines to a card of ${pan.length} digits, version ${version}, ${authentication}, format ${format}`, () => {
    const { end } = walk(new EmvTestCard(issue), { bank: bankOf('51') });
    assert.deepEqual(end, {
      outcome: 'declined',
      by: 'bank',
      reverse: false,
      sentence: 'The bank of the card declines: nothing was paid.',
    });
  });
}
