import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantile } from './back-test.ts';
import { predicted, RidgeSums } from './ridge.ts';
import { minimise } from './simplex.ts';

test('a regression finds what its targets are made of, draws it towards nothing by its penalty, and passes over what never changes', () => {
  const sums = new RidgeSums(3);
  for (let i = 0; i < 100; i++) sums.add(Float64Array.of(i, (i * 7) % 13, 5), 3 + 2 * i - ((i * 7) % 13));
  const fit = sums.solve(1e-9);
  assert.ok(Math.abs(predicted(fit, Float64Array.of(50, 4, 5)) - 99) < 1e-6);
  assert.equal(fit.slopes[2], 0);
  const drawn = sums.solve(100);
  assert.ok((drawn.slopes[0] as number) < 1.2 && (drawn.slopes[0] as number) > 0.8);
});

test('the lowest place of a valley is found, and a flat one is its own', () => {
  const [x, y] = minimise(([a, b]) => ((a as number) - 3) ** 2 + 2 * ((b as number) + 1) ** 2, [0, 0], {
    ...{ step: 1, tries: 200 },
  });
  assert.ok(Math.abs((x as number) - 3) < 0.01 && Math.abs((y as number) + 1) < 0.01);
  assert.deepEqual(
    minimise(() => 1, [5], { step: 1, tries: 10 }),
    [5],
  );
});

test('a quantile counts one error more than there are, so that few make a wide band', () => {
  const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  assert.equal(quantile(nine, 0.9), 9);
  assert.equal(quantile([...nine, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19], 0.9), 18);
  assert.equal(quantile([4, 2], 0.9), 4);
  assert.equal(quantile([], 0.9), 0);
});
