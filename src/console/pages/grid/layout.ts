/**
 * Where everything of the grid lies, in cells: a meter is one cell, a local unit a square of 16 × 16 of them by modem
 * address, and the local units lie around their area unit in a spiral, so that few stand close and many fill a field.
 */

/** Meters along one side of a local unit's square: 16 × 16 are its 256 addresses. */
export const SIDE = 16;
/** From one square to the next, with the way between them. */
export const PITCH = 20;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What one looks at: the middle of the picture in cells, and how many pixels a cell has. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The square of a spiral around the middle, which is number 0: `1` lies right of it, and they go on clockwise. */
export function spiral(index: number): Point {
  if (index === 0) return { x: 0, y: 0 };
  const ring = Math.ceil((Math.sqrt(index + 1) - 1) / 2);
  const side = 2 * ring;
  const along = index - (side - 1) ** 2;
  const quarter = Math.floor(along / side);
  const step = along % side;
  switch (quarter) {
    case 0:
      return { x: ring, y: -ring + 1 + step };
    case 1:
      return { x: ring - 1 - step, y: ring };
    case 2:
      return { x: -ring, y: ring - 1 - step };
    default:
      return { x: -ring + 1 + step, y: -ring };
  }
}

/** The upper left corner of the n-th local unit, from 0; its area unit is the square in the middle. */
export function cornerOf(nth: number): Point {
  const { x, y } = spiral(nth + 1);
  return { x: x * PITCH - SIDE / 2, y: y * PITCH - SIDE / 2 };
}

/** The upper left corner of a meter's cell. */
export function cellOf(nth: number, address: number): Point {
  const { x, y } = cornerOf(nth);
  return { x: x + (address % SIDE), y: y + Math.floor(address / SIDE) };
}

/** The area unit stands in the middle of everything. */
export const AREA: Point = { x: 0, y: 0 };

/** The point at which lines of a local unit begin: the middle of its square. */
export const middleOf = (nth: number): Point => {
  const { x, y } = cornerOf(nth);
  return { x: x + SIDE / 2, y: y + SIDE / 2 };
};

/** The rings of a spiral that hold so many local units around the one in the middle. */
const ringsOf = (count: number): number => Math.max(1, Math.ceil((Math.sqrt(count + 1) - 1) / 2));

/** A cell has at most so many pixels: then its meter's number and balance are written in it. */
export const SCALE_MAX = 120;

/** All of it, as large as it fits. */
export function wholeView(localUnits: number, { width, height }: Size): View {
  const across = (2 * ringsOf(localUnits) + 1) * PITCH;
  return { x: 0, y: 0, scale: Math.min(SCALE_MAX, Math.max(0.5, Math.min(width, height) / across)) };
}

/** One local unit, as large as it fits. */
export function unitView(nth: number, { width, height }: Size): View {
  return { ...middleOf(nth), scale: Math.min(SCALE_MAX, Math.min(width, height) / PITCH) };
}

/** Nearer or farther, with the point under the hand staying there. */
export function zoom(view: View, factor: number, at: Point, size: Size, least: number): View {
  const scale = Math.min(SCALE_MAX, Math.max(least, view.scale * factor));
  const { x, y } = toCells(view, at, size);
  return {
    x: x - (at.x - size.width / 2) / scale,
    y: y - (at.y - size.height / 2) / scale,
    scale,
  };
}

/** @param by pixels that the hand moved */
export const pan = (view: View, by: Point): View => ({
  ...view,
  x: view.x - by.x / view.scale,
  y: view.y - by.y / view.scale,
});

export const toCells = ({ x, y, scale }: View, at: Point, { width, height }: Size): Point => ({
  x: x + (at.x - width / 2) / scale,
  y: y + (at.y - height / 2) / scale,
});

export const toPixels = ({ x, y, scale }: View, at: Point, { width, height }: Size): Point => ({
  x: (at.x - x) * scale + width / 2,
  y: (at.y - y) * scale + height / 2,
});

/** What lies under a point: the area unit, a local unit's square, a cell of one, or nothing. */
export type Hit =
  | { readonly kind: 'area' }
  | { readonly kind: 'cell'; readonly nth: number; readonly address: number }
  | undefined;

export function hit(at: Point, localUnits: number): Hit {
  const square = { x: Math.round(at.x / PITCH), y: Math.round(at.y / PITCH) };
  const inside = { x: at.x - square.x * PITCH + SIDE / 2, y: at.y - square.y * PITCH + SIDE / 2 };
  if (inside.x < 0 || inside.y < 0 || inside.x >= SIDE || inside.y >= SIDE) return undefined;
  if (square.x === 0 && square.y === 0) return { kind: 'area' };
  const nth = nthAt(square);
  if (nth >= localUnits) return undefined;
  return { kind: 'cell', nth, address: Math.floor(inside.y) * SIDE + Math.floor(inside.x) };
}

/** The other way round than `spiral`: which local unit has a square. */
function nthAt({ x, y }: Point): number {
  const ring = Math.max(Math.abs(x), Math.abs(y));
  const side = 2 * ring;
  const first = (side - 1) ** 2;
  const index =
    x === ring && y > -ring
      ? y + ring - 1
      : y === ring
        ? side + (ring - 1 - x)
        : x === -ring
          ? 2 * side + (ring - 1 - y)
          : 3 * side + (x + ring - 1);
  return first + index - 1;
}
