/** The whole part of the square root. */
export function squareRoot(value: bigint): bigint {
  if (value < 2n) return value < 0n ? 0n : value;
  let root = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** The nearest whole number to a quotient, halves away from zero. The divisor is above 0. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  return dividend < 0n ? -((-2n * dividend + divisor) / (2n * divisor)) : (2n * dividend + divisor) / (2n * divisor);
}

/**
 * The angle of (x, y) in tenths of a degree, above -1800 to 1800, the nearest one; 0 for (0, 0).
 * Rotation by halved tangents in whole numbers, so that every machine gives the same angle.
 */
export function angleDeciDegrees(x: bigint, y: bigint): number {
  if (x === 0n && y === 0n) return 0;
  // Scaled to 40 bits, the vector stays exact in a double through the growth of 1.65 and every shift.
  const shift = BigInt(Math.max(bitLength(x), bitLength(y)) - 40);
  let horizontal = Number(shift > 0n ? x >> shift : x << -shift);
  let vertical = Number(shift > 0n ? y >> shift : y << -shift);
  let angle = 0;
  if (horizontal < 0) {
    angle = vertical < 0 ? -HALF_TURN : HALF_TURN;
    horizontal = -horizontal;
    vertical = -vertical;
  }
  for (let step = 0; step < ARC_TANGENTS.length; step++) {
    const divisor = 2 ** step;
    const x1 = Math.floor(horizontal / divisor);
    const y1 = Math.floor(vertical / divisor);
    const arc = ARC_TANGENTS[step] as number;
    if (vertical > 0) {
      horizontal += y1;
      vertical -= x1;
      angle += arc;
    } else if (vertical < 0) {
      horizontal -= y1;
      vertical += x1;
      angle -= arc;
    }
  }
  const tenths = Math.round(angle / 100_000);
  return tenths === -1800 ? 1800 : tenths + 0;
}

const bitLength = (value: bigint): number => (value < 0n ? -value : value).toString(2).length;

const HALF_TURN = 180_000_000;
/** arctan(2^-i) in millionths of a degree. */
const ARC_TANGENTS = [
  45_000_000, 26_565_051, 14_036_243, 7_125_016, 3_576_334, 1_789_911, 895_174, 447_614, 223_811, 111_906, 55_953,
  27_976, 13_988, 6_994, 3_497, 1_749, 874, 437, 219, 109, 55, 27, 14, 7, 3, 2, 1,
];
