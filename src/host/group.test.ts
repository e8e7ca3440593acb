import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grouped } from './group.ts';

test('what comes while a step is under way goes with the next, in order, and each gets its own answer', async () => {
  const steps: (readonly number[])[] = [];
  const double = grouped(async (inputs: readonly number[]) => {
    steps.push(inputs);
    await new Promise(setImmediate);
    return inputs.map((input) => 2 * input);
  }, 3);
  assert.deepEqual(await Promise.all([1, 2, 3, 4, 5, 6].map(double)), [2, 4, 6, 8, 10, 12]);
  assert.deepEqual(steps, [[1], [2, 3, 4], [5, 6]]);
  assert.equal(await double(7), 14);
});

test('what comes while a step gathers goes with it, also when nothing was under way', async () => {
  const steps: (readonly number[])[] = [];
  const run = async (inputs: readonly number[]) => {
    steps.push(inputs);
    return inputs;
  };
  const same = grouped(run, 10, () => new Promise((resolve) => setImmediate(resolve)));
  const first = same(1);
  await Promise.resolve();
  assert.deepEqual(await Promise.all([first, same(2), same(3)]), [1, 2, 3]);
  assert.deepEqual(steps, [[1, 2, 3]]);
});

test('an error of one input is its own, and those beside it are served', async () => {
  const inverse = grouped(async (inputs: readonly number[]) => {
    await new Promise(setImmediate);
    if (inputs.includes(0)) throw new Error('nothing divides by 0');
    return inputs.map((input) => 1 / input);
  }, 10);
  const answers = await Promise.allSettled([1, 2, 0, 4].map(inverse));
  assert.deepEqual(
    answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : String(answer.reason))),
    [1, 0.5, 'Error: nothing divides by 0', 0.25],
  );
  assert.equal(await inverse(5), 0.2);
});
