import type { CallJson } from '../../api/index.ts';

/** From where somebody calls. */
export const numberOf = ({ from }: CallJson, withheld: string): string => (from === undefined ? withheld : `+${from}`);
