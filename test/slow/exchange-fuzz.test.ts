import { test } from 'node:test';
import { fuzz } from '../../src/exchange/fuzz.testing.ts';

test('1,000,000 frames that no key holder made throw nothing, apply nothing and confirm nothing', () => {
  fuzz(2, 1_000_000);
});
