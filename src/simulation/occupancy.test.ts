import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPresence, type Rhythm, somebodyUp, staysUntil } from './occupancy.ts';
import { seededRandom } from './random.ts';

const exact: Rhythm = { wake: 400, sleep: 1400, outChance: 1, leave: 520, return: 990, spreadMinutes: 0 };

test('somebody is up from waking to leaving and from coming home to sleeping', () => {
  const day = drawPresence(exact, seededRandom(1));
  assert.deepEqual(
    [399, 400, 519, 520, 989, 990, 1399, 1400].map((minute) => somebodyUp(day, minute)),
    [false, true, true, false, false, true, true, false],
  );
  assert.equal(staysUntil(day, 450), 520);
  assert.equal(staysUntil(day, 1000), 1400);
});

test('where nobody goes out the day has no gap', () => {
  const day = drawPresence({ ...exact, outChance: 0 }, seededRandom(1));
  for (let minute = 400; minute < 1400; minute += 1) assert.ok(somebodyUp(day, minute));
  assert.equal(staysUntil(day, 450), 1400);
});

test('however far the times spread, a day stays in order', () => {
  const random = seededRandom('order');
  for (let i = 0; i < 2000; i += 1) {
    const { wake, leave, return: home, sleep } = drawPresence({ ...exact, spreadMinutes: 400 }, random);
    assert.ok(0 <= wake && wake <= leave && leave <= home && home <= sleep);
  }
});
