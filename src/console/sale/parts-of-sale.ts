import type { QuoteJson } from '../../api/index.ts';

export type SaleParts = Pick<QuoteJson, 'paid' | 'energy' | 'fixedCharge' | 'arrears' | 'fee' | 'tax'>;

export interface SaleLine {
  readonly name: 'energy' | 'fixed-charge' | 'arrears' | 'fee' | 'tax';
  /** Minor units; negative where something was put on arrears. */
  readonly amount: string;
}

/**
 * Every line of a payment, energy first. A line of nothing is left out, but never the energy: who pays and gets none
 * has to see it. The lines sum to what is paid.
 */
export function linesOf({ energy, fixedCharge, arrears, fee, tax }: SaleParts): readonly SaleLine[] {
  const lines: readonly SaleLine[] = [
    { name: 'energy', amount: energy },
    { name: 'fixed-charge', amount: fixedCharge },
    { name: 'arrears', amount: arrears },
    { name: 'fee', amount: fee },
    { name: 'tax', amount: tax },
  ];
  return lines.filter(({ name, amount }) => name === 'energy' || amount !== '0');
}

/** The sum of amounts in minor units, exactly. */
export const sumOf = (amounts: readonly string[]): string =>
  String(amounts.reduce((sum, amount) => sum + BigInt(amount), 0n));
