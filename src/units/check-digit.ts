/**
 * Damm's check digit, by a quasigroup of order 10 in which no element but 0 meets itself as 0: every wrong digit and
 * every pair of neighbours that changed places gives another digit than 0 over the whole.
 */
export function checkDigitOf(digits: string): number {
  return [...digits].reduce((interim, digit) => (QUASIGROUP[interim] as readonly number[])[Number(digit)] as number, 0);
}

// Totally anti-symmetric: H. M. Damm, 2004.
const QUASIGROUP: readonly (readonly number[])[] = [
  [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
  [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
  [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
  [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
  [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
  [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
  [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
  [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
  [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
  [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];
