/**
 * Where everything of the grid lies, in cells: a meter is one cell, a local unit a square of them, and the local units
 * lie around their area unit, few of them evenly on one ring and many in a spiral that fills a field.
 */

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

export interface Plan {
  /** Meters along one side of a local unit's square: 16 × 16 where one has 256. */
  readonly side: number;
  /** From one square to the next, with the way between them. */
  readonly pitch: number;
  /** Of each local unit its square, counted from that of the area unit in the middle. */
  readonly squares: readonly Point[];
  /** The other way round, by `x,y`. */
  readonly nthAt: ReadonlyMap<string, number>;
}

const SIDE_LEAST = 3;
const RING = 8;

/** @param most meters that the fullest of the local units has */
export function planOf(localUnits: number, most: number): Plan {
  const side = Math.max(SIDE_LEAST, Math.ceil(Math.sqrt(most)));
  const squares = Array.from({ length: localUnits }, (_, nth) =>
    spiral(1 + (localUnits < RING ? Math.floor((nth * RING) / localUnits) : nth)),
  );
  return {
    ...{ side, pitch: side + Math.max(2, Math.round(side / 4)), squares },
    nthAt: new Map(squares.map(({ x, y }, nth) => [`${x},${y}`, nth])),
  };
}

/** The square of a spiral around the middle, which is number 0: `1` lies right of it, and they go on clockwise. */
export function spiral(index: number): Point {
  if (index === 0) return { x: 0, y: 0 };
  const ring = Math.ceil((Math.sqrt(index + 1) - 1) / 2);
  const side = 2 * ring;
  // Each ring begins in the middle of its right side, so that what stands first stands beside the middle.
  const along = (index - (side - 1) ** 2 + ring - 1) % (4 * side);
  const step = along % side;
  switch (Math.floor(along / side)) {
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

/** The upper left corner of the n-th local unit, from 0. */
export function cornerOf({ squares, side, pitch }: Plan, nth: number): Point {
  const { x, y } = squares[nth] ?? AREA;
  return { x: x * pitch - side / 2, y: y * pitch - side / 2 };
}

/** The upper left corner of the cell of its meter in a slot, from 0. */
export function cellOf(plan: Plan, nth: number, slot: number): Point {
  const { x, y } = cornerOf(plan, nth);
  return { x: x + (slot % plan.side), y: y + Math.floor(slot / plan.side) };
}

/** The area unit stands in the middle of everything. */
export const AREA: Point = { x: 0, y: 0 };

/** The point at which the lines of a local unit begin: the middle of its square. */
export const middleOf = ({ squares, pitch }: Plan, nth: number): Point => {
  const { x, y } = squares[nth] ?? AREA;
  return { x: x * pitch, y: y * pitch };
};

/** A cell has at most so many pixels: then its meter's number and balance are written in it. */
export const SCALE_MAX = 120;

/** All of it, as large as it fits. */
export function wholeView({ squares, pitch }: Plan, { width, height }: Size): View {
  const xs = [0, ...squares.map(({ x }) => x)];
  const ys = [0, ...squares.map(({ y }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min(width / ((right - left + 1) * pitch), height / ((bottom - top + 1) * pitch));
  return { x: ((left + right) / 2) * pitch, y: ((top + bottom) / 2) * pitch, scale: Math.min(SCALE_MAX, scale) };
}

/** One local unit, as large as it fits. */
export const unitView = (plan: Plan, nth: number, { width, height }: Size): View => ({
  ...middleOf(plan, nth),
  scale: Math.min(SCALE_MAX, Math.min(width, height) / plan.pitch),
});

/** Nearer or farther, with the point under the hand staying there. */
export function zoom(view: View, factor: number, at: Point, size: Size, least: number): View {
  const scale = Math.min(SCALE_MAX, Math.max(least, view.scale * factor));
  const { x, y } = toCells(view, at, size);
  return { x: x - (at.x - size.width / 2) / scale, y: y - (at.y - size.height / 2) / scale, scale };
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

/** What lies under a point: the area unit, a cell of a local unit, or nothing. */
export type Hit =
  | { readonly kind: 'area' }
  | { readonly kind: 'cell'; readonly nth: number; readonly slot: number }
  | undefined;

export function hit({ side, pitch, nthAt }: Plan, at: Point): Hit {
  const square = { x: Math.round(at.x / pitch), y: Math.round(at.y / pitch) };
  const inside = { x: at.x - square.x * pitch + side / 2, y: at.y - square.y * pitch + side / 2 };
  if (inside.x < 0 || inside.y < 0 || inside.x >= side || inside.y >= side) return undefined;
  if (square.x === 0 && square.y === 0) return { kind: 'area' };
  // A number plus zero is never minus zero, which has another name in the map.
  const nth = nthAt.get(`${square.x + 0},${square.y + 0}`);
  return nth === undefined
    ? undefined
    : { kind: 'cell', nth, slot: Math.floor(inside.y) * side + Math.floor(inside.x) };
}
