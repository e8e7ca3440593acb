import type { TrafficJson } from '../../../api/index.ts';
import { AREA, cellOf, middleOf, type Point } from './layout.ts';
import { placeOf, type Scene } from './scene.ts';

/** Something on its way between the area unit and a meter. */
export interface Dot {
  readonly meter: string;
  readonly from: Point;
  readonly via: Point;
  readonly to: Point;
  /** It carries value, and is shown in the bright colour. */
  readonly isValue: boolean;
  /** When it set out, on the browser's clock. */
  readonly startedAt: number;
  readonly isEnd: boolean;
}

/** Motion shows a cause and is over soon. */
export const TRAVEL_MS = 300;
/** A pass that nobody answers rests where it waits, and is forgotten after so long. */
const REST_MS = 20_000;
/** More at once say no more. */
const DOTS_MAX = 400;

/** What moves over the grid at the moment, by meter: one exchange at a time speaks with each. */
export class Traffic {
  readonly #dots = new Map<string, Dot>();

  heard(scene: Scene, { meter, pass, from, command }: TrafficJson, now: number): void {
    const place = placeOf(scene, meter);
    if (place === undefined) return;
    const { x, y } = cellOf(scene.plan, place.nth, place.slot);
    const cell = { x: x + 0.5, y: y + 0.5 };
    const isToMeter = from === 'host';
    const via = middleOf(scene.plan, place.nth);
    const isValue = VALUE_COMMANDS.has(command);
    this.#dots.delete(meter);
    if (this.#dots.size >= DOTS_MAX) return;
    this.#dots.set(meter, {
      ...{ meter, via, isValue, startedAt: now },
      from: isToMeter ? AREA : cell,
      to: isToMeter ? cell : AREA,
      isEnd: pass === 'end',
    });
  }

  /** Those that are to be seen now; whoever arrived at the end is gone. */
  at(now: number): readonly Dot[] {
    for (const [meter, { startedAt, isEnd }] of this.#dots) {
      const age = now - startedAt;
      if (age > REST_MS || (isEnd && age > TRAVEL_MS)) this.#dots.delete(meter);
    }
    return [...this.#dots.values()];
  }

  /** Whether anything still moves: while nothing does, nothing is painted anew. */
  isMoving(now: number): boolean {
    return [...this.#dots.values()].some(({ startedAt, isEnd }) => now - startedAt <= TRAVEL_MS || isEnd);
  }
}

const VALUE_COMMANDS: ReadonlySet<string> = new Set(['valueStore', 'void', 'closePurse']);

/** Where a dot is: over its local unit to its end, or at its end at once where motion is not wanted. */
export function positionOf({ from, via, to, startedAt }: Dot, now: number, isStill: boolean): Point {
  const share = isStill ? 1 : Math.min(1, (now - startedAt) / TRAVEL_MS);
  return share < 0.5 ? between(from, via, share * 2) : between(via, to, share * 2 - 1);
}

const between = (a: Point, b: Point, share: number): Point => ({
  x: a.x + (b.x - a.x) * share,
  y: a.y + (b.y - a.y) * share,
});
