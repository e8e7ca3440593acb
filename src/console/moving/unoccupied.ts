import type { MeterJson } from '../../api/index.ts';

/** Of meters where nobody lives: no person, and nothing is sold to it or agreed with it. */
export const UNOCCUPIED = 'unoccupied';

export const isUnoccupied = ({ subscriber }: Pick<MeterJson, 'subscriber'>): boolean => subscriber === UNOCCUPIED;
