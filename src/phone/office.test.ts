import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cheapHoursOf } from './office.ts';

const day = (...spans: [number, number, number][]) => ({
  spans: spans.map(([from, to, percent]) => ({ from, to, percent })),
});

test('the cheapest stretch is told that is now, later today, or tomorrow', () => {
  const days = [
    day([0, 360, 50], [360, 720, 100], [720, 800, 50], [800, 1440, 200]),
    day([0, 300, 50], [300, 1440, 100]),
  ];
  const at = (minute: number) => cheapHoursOf(days, minute);
  assert.deepEqual(at(0), { when: 'now', from: '00:00', to: '06:00' });
  assert.deepEqual(at(359), { when: 'now', from: '00:00', to: '06:00' });
  assert.deepEqual(at(360), { when: 'today', from: '12:00', to: '13:20' });
  assert.deepEqual(at(800), { when: 'tomorrow', from: '00:00', to: '05:00' });
});

test('stretches that follow each other at one price are one, and one price all day is no cheap hour', () => {
  const days = [day([0, 100, 50], [100, 400, 50], [400, 1440, 100])];
  assert.deepEqual(cheapHoursOf(days, 5), { when: 'now', from: '00:00', to: '06:40' });
  assert.equal(cheapHoursOf([day([0, 700, 100], [700, 1440, 100])], 5), 'same');
  assert.equal(cheapHoursOf([], 5), 'same');
  // What is over today is no reason to wait for.
  assert.equal(cheapHoursOf([day([0, 100, 50], [100, 1440, 100]), day([0, 1440, 100])], 100), 'same');
});
