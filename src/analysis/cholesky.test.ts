import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choleskyRoot, dot, solveBackward, solveForward, solveSymmetric } from './cholesky.ts';
import { seeded } from './line-year.testing.ts';

const near = (a: ArrayLike<number>, b: ArrayLike<number>, within = 1e-9) => {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i++) assert.ok(Math.abs((a[i] as number) - (b[i] as number)) < within, `${i}`);
};

test('a symmetric system is solved', () => {
  // 4x + 2y = 8, 2x + 3y = 8
  near(solveSymmetric([Float64Array.of(4), Float64Array.of(2, 3)], Float64Array.of(8, 8)), [1, 2], 1e-12);
});

test('of every size up to nine the root times itself is the matrix and its noise, and both triangles are solved', () => {
  const random = seeded(7);
  for (let size = 1; size <= 9; size++) {
    const columns = Array.from({ length: size + 2 }, () => Float64Array.from({ length: size }, () => random() - 0.5));
    const product = (i: number, j: number) =>
      columns.reduce((sum, column) => sum + (column[i] as number) * (column[j] as number), 0);
    // Whole rows: what stands above the diagonal is not read.
    const matrix = Array.from({ length: size }, (_, i) =>
      Float64Array.from({ length: size }, (__, j) => (j > i ? Number.NaN : product(i, j))),
    );
    const root = choleskyRoot(matrix, 0.5);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) {
        const wanted = product(i, j) + (i === j ? 0.5 : 0);
        near([dot(root[i] as Float64Array, root[j] as Float64Array, j + 1)], [wanted]);
      }
    }
    const x = Float64Array.from({ length: size }, () => random());
    const times = (at: (row: number, column: number) => number) =>
      x.map((_, row) => x.reduce((sum, value, column) => sum + at(row, column) * value, 0));
    const entry = (row: number, column: number) => root[row]?.[column] ?? 0;
    near(solveForward(root, times(entry)), x);
    near(
      solveBackward(
        root,
        times((row, column) => entry(column, row)),
      ),
      x,
    );
  }
});

test('a matrix that rounding made indefinite is solved with finite numbers', () => {
  const same = [Float64Array.of(1), Float64Array.of(1, 1 - 1e-17), Float64Array.of(1, 1, 1)];
  for (const value of solveSymmetric(same, Float64Array.of(1, 1, 1))) assert.ok(Number.isFinite(value));
  assert.ok(choleskyRoot([Float64Array.of(0)])[0]?.every(Number.isFinite));
});
