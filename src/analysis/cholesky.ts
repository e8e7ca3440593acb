/**
 * Least squares come down to symmetric positive definite matrices, and those to their root: the lower triangle L with
 * L·Lᵗ = matrix (Cholesky). A triangle is a list of rows; what stands above the diagonal is not read.
 */
export type Triangle = readonly Float64Array[];

/**
 * L of `matrix`, with `noise` on its diagonal beside what stands there. What rounding makes of a matrix that is hardly
 * definite any more is taken as just definite.
 */
export function choleskyRoot(matrix: Triangle, noise = 0): Float64Array[] {
  const root: Float64Array[] = [];
  for (let row = 0; row < matrix.length; row++) {
    const own = (matrix[row] as Float64Array).slice(0, row + 1);
    const diagonal = (own[row] as number) + noise;
    for (let column = 0; column < row; column++) {
      const other = root[column] as Float64Array;
      own[column] = ((own[column] as number) - dot(own, other, column)) / (other[column] as number);
    }
    const least = Math.max(Number.EPSILON * diagonal, Number.MIN_VALUE);
    own[row] = Math.sqrt(Math.max(diagonal - dot(own, own, row), least));
    root.push(own);
  }
  return root;
}

/** Solves L·x = values. */
export function solveForward(root: Triangle, values: Float64Array): Float64Array {
  const solved = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const own = root[row] as Float64Array;
    solved[row] = ((values[row] as number) - dot(own, solved, row)) / (own[row] as number);
  }
  return solved;
}

/** Solves Lᵗ·x = values. */
export function solveBackward(root: Triangle, values: Float64Array): Float64Array {
  const solved = values.slice();
  for (let row = values.length - 1; row >= 0; row--) {
    const own = root[row] as Float64Array;
    const value = (solved[row] as number) / (own[row] as number);
    solved[row] = value;
    for (let i = 0; i < row; i++) solved[i] = (solved[i] as number) - (own[i] as number) * value;
  }
  return solved;
}

/** Solves matrix·x = values. */
export function solveSymmetric(matrix: Triangle, values: Float64Array): Float64Array {
  const root = choleskyRoot(matrix);
  return solveBackward(root, solveForward(root, values));
}

/** Of the first `length` numbers. Four sums at a time, because each addition waits for the one before it. */
export function dot(a: Float64Array, b: Float64Array, length = a.length): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < length; i += 4) {
    first += (a[i] as number) * (b[i] as number);
    second += (a[i + 1] as number) * (b[i + 1] as number);
    third += (a[i + 2] as number) * (b[i + 2] as number);
    fourth += (a[i + 3] as number) * (b[i + 3] as number);
  }
  for (; i < length; i++) first += (a[i] as number) * (b[i] as number);
  return first + second + third + fourth;
}
