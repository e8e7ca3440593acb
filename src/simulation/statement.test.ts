import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAddsUp } from '../host/statement.testing.ts';
import { powerLineConditions } from '../line/index.ts';
import { BEGINS_MS, DAY_MS, HOUR_MS, openSmall } from './small-utility.testing.ts';

test('every statement of every meter of a lived utility adds up, and whole days leave nothing unexplained', async () => {
  const utility = await openSmall({ conditions: { ...powerLineConditions(1_200), frameLost: 0.02 }, farthestM: 800 });
  // Midnight UTC of the third day, when the profiles of the second UTC day were collected.
  await utility.runUntil(BEGINS_MS + 2 * DAY_MS + 6 * HOUR_MS);
  const periods = [
    ['2026-03-02', '2026-03-02'],
    ['2026-03-03', '2026-03-03'],
    ['2026-03-03', '2026-03-04'],
    ['2026-03-04', '2026-03-04'],
    ['2026-02-27', '2026-03-04'],
  ] as const;
  let lent = 0;
  for (const { svpmsn } of utility.houses) {
    for (const [from, to] of periods) {
      const of = await utility.host.statement({ meter: svpmsn, from, to });
      assert.ok(!('reason' in of));
      assertAddsUp(of);
      const kinds = of.differences.map(({ kind }) => kind);
      assert.ok(
        !kinds.includes('unexplained'),
        `${svpmsn} ${from} ${to}: ${of.differences.map(({ tokens }) => tokens)}`,
      );
      if (of.days.some(({ balance }) => balance.owed > 0n)) lent += 1;
      // A day whose minutes are known is explained to the token; of today nothing was collected after nine.
      if (to < '2026-03-04' && of.coverage.missing === 0) assert.ok(!kinds.includes('without-minutes'));
      if (to === '2026-03-04') assert.ok(kinds.includes('without-minutes'));
    }
    const [first, second, both] = await Promise.all(
      [periods[0], periods[1], ['2026-03-02', '2026-03-03']].map(([from = '', to = '']) =>
        utility.host.statement({ meter: svpmsn, from, to }),
      ),
    );
    assert.ok(first && second && both && !('reason' in first) && !('reason' in second) && !('reason' in both));
    assert.deepEqual([first.opening, second.closing], [both.opening, both.closing]);
    assert.deepEqual(first.closing, second.opening);
    assert.equal(first.spent + second.spent, both.spent);
  }
  assert.ok(lent > 0, 'somebody lived on emergency credit');
});
