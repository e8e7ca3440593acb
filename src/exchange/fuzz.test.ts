import { test } from 'node:test';
import { fuzz } from './fuzz.testing.ts';

test('20,000 frames that no key holder made throw nothing, apply nothing and confirm nothing', () => {
  fuzz(1, 20_000);
});
