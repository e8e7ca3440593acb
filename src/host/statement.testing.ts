import assert from 'node:assert/strict';
import type { Statement } from './index.ts';

/** Every sum that a statement promises, to the token. */
export function assertAddsUp(of: Statement): void {
  for (const account of ['inFlight', 'purse', 'owed', 'arrears', 'refunds'] as const) {
    const moved = of.entries.reduce((sum, { change }) => sum + change[account], 0n);
    const spent = { purse: of.lent - of.spent, owed: of.lent, inFlight: 0n, arrears: 0n, refunds: 0n }[account];
    assert.equal(of.opening[account] + moved + spent, of.closing[account], account);
    assert.equal(of.days.at(-1)?.balance[account], of.closing[account], account);
  }
  const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
  assert.equal(sum(of.days.map(({ spent }) => spent)), of.spent);
  assert.equal(sum(of.days.map(({ used }) => used)), of.used);
  assert.equal(sum(of.steps.map(({ used }) => used)), of.used);
  assert.equal(of.used + sum(of.differences.map(({ tokens }) => tokens)), of.spent);
}
