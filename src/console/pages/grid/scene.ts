import type { GridJson } from '../../../api/index.ts';
import type { MeterState } from '../../../words/index.ts';
import { SIDE } from './layout.ts';

/** The grid as the painter wants it: by place, not by meter. */
export interface Scene {
  /** Numbers of the local units, in the order of the spiral. */
  readonly localUnits: readonly number[];
  readonly counts: readonly number[];
  /** Of each cell, nth × 256 + address: the place of its meter in the columns, or -1. */
  readonly meterAt: Int32Array;
  readonly columns: GridJson['columns'];
  readonly states: readonly MeterState[];
}

const CELLS = SIDE * SIDE;

export function sceneOf({ localUnits, columns, states }: GridJson): Scene {
  const nthOf = new Map(localUnits.map(({ localUnit }, nth) => [localUnit, nth]));
  const meterAt = new Int32Array(localUnits.length * CELLS).fill(-1);
  for (let i = 0; i < columns.number.length; i++) {
    const nth = nthOf.get(columns.localUnit[i] as number);
    if (nth !== undefined) meterAt[nth * CELLS + (columns.address[i] as number)] = i;
  }
  return {
    localUnits: localUnits.map(({ localUnit }) => localUnit),
    counts: localUnits.map(({ meters }) => meters),
    ...{ meterAt, columns, states },
  };
}

export const meterIn = ({ meterAt }: Scene, nth: number, address: number): number =>
  meterAt[nth * CELLS + address] ?? -1;

/** `stale` where what is known of a meter that seems well is old: who knows what it is like. */
export function stateOf({ columns, states }: Scene, meter: number): MeterState | 'stale' {
  const state = states[columns.state[meter] as number] as MeterState;
  const isWell = state === 'supplied' || state === 'low';
  return isWell && columns.stale[meter] === 1 ? 'stale' : state;
}

export const numberText = ({ columns }: Scene, meter: number): string =>
  (columns.number[meter] as number).toString(16).padStart(6, '0');

/** Where the cell of a meter is, by its number; undefined when the grid has none of that number. */
export function placeOf(scene: Scene, number: string): { readonly nth: number; readonly address: number } | undefined {
  const meter = scene.columns.number.indexOf(Number.parseInt(number, 16));
  if (meter < 0) return undefined;
  const nth = scene.localUnits.indexOf(scene.columns.localUnit[meter] as number);
  return { nth, address: scene.columns.address[meter] as number };
}
