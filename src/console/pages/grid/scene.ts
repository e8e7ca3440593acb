import type { GridJson } from '../../../api/index.ts';
import type { MeterState } from '../../../words/index.ts';
import { type Plan, planOf } from './layout.ts';

/** The grid as the painter wants it: by place, not by meter. */
export interface Scene {
  readonly plan: Plan;
  /** Numbers of the local units, in the order of the plan. */
  readonly localUnits: readonly number[];
  readonly counts: readonly number[];
  /** Of each cell, nth × side² + slot: the place of its meter in the columns, or -1. */
  readonly meterAt: Int32Array;
  /** By its number the cell of a meter. */
  readonly cellOfMeter: ReadonlyMap<number, number>;
  readonly columns: GridJson['columns'];
  readonly states: readonly MeterState[];
}

export function sceneOf({ localUnits, columns, states }: GridJson): Scene {
  const plan = planOf(localUnits.length, Math.max(1, ...localUnits.map(({ meters }) => meters)));
  const cells = plan.side * plan.side;
  const nthOf = new Map(localUnits.map(({ localUnit }, nth) => [localUnit, nth]));
  const taken = new Int32Array(localUnits.length);
  const meterAt = new Int32Array(localUnits.length * cells).fill(-1);
  const cellOfMeter = new Map<number, number>();
  // The columns are in the order of the addresses, so each meter takes the next slot of its local unit.
  for (let i = 0; i < columns.number.length; i++) {
    const nth = nthOf.get(columns.localUnit[i] as number);
    if (nth === undefined) continue;
    const cell = nth * cells + (taken[nth] as number);
    taken[nth] = (taken[nth] as number) + 1;
    meterAt[cell] = i;
    cellOfMeter.set(columns.number[i] as number, cell);
  }
  return {
    plan,
    localUnits: localUnits.map(({ localUnit }) => localUnit),
    counts: localUnits.map(({ meters }) => meters),
    ...{ meterAt, cellOfMeter, columns, states },
  };
}

export const meterIn = ({ meterAt, plan: { side } }: Scene, nth: number, slot: number): number =>
  meterAt[nth * side * side + slot] ?? -1;

/** `stale` where what is known of a meter that seems well is old: who knows what it is like. */
export function stateOf({ columns, states }: Scene, meter: number): MeterState | 'stale' {
  const state = states[columns.state[meter] as number] as MeterState;
  const isWell = state === 'supplied' || state === 'low';
  return isWell && columns.stale[meter] === 1 ? 'stale' : state;
}

export const numberText = ({ columns }: Scene, meter: number): string =>
  (columns.number[meter] as number).toString(16).padStart(6, '0');

/** Where the cell of a meter is, by its number; undefined when the grid has none of that number. */
export function placeOf(scene: Scene, number: string): { readonly nth: number; readonly slot: number } | undefined {
  const cell = scene.cellOfMeter.get(Number.parseInt(number, 16));
  if (cell === undefined) return undefined;
  const cells = scene.plan.side * scene.plan.side;
  return { nth: Math.floor(cell / cells), slot: cell % cells };
}
