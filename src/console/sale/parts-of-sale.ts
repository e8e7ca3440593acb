import type { QuoteJson, VendJson } from '../../api/index.ts';

export type SaleParts = Pick<QuoteJson, 'paid' | 'energy' | 'fixedCharge' | 'arrears' | 'fee' | 'tax'>;

/** Of what a purse card carries there are no dues. */
export interface CardSaleParts extends Pick<SaleParts, 'paid' | 'fee' | 'tax'> {
  readonly value: string;
}

export interface SaleLine {
  readonly name: 'energy' | 'value' | 'fixed-charge' | 'arrears' | 'fee' | 'tax';
  /** Minor units; negative where something was put on arrears. */
  readonly amount: string;
}

/**
 * Every line of a payment, what was bought first. A line of nothing is left out, but never that one: who pays and gets
 * none has to see it. The lines sum to what is paid.
 */
export function linesOf(parts: SaleParts | CardSaleParts): readonly SaleLine[] {
  const bought: SaleLine =
    'value' in parts ? { name: 'value', amount: parts.value } : { name: 'energy', amount: parts.energy };
  const dues: readonly SaleLine[] =
    'value' in parts
      ? []
      : [
          { name: 'fixed-charge', amount: parts.fixedCharge },
          { name: 'arrears', amount: parts.arrears },
        ];
  const rest: readonly SaleLine[] = [...dues, { name: 'fee', amount: parts.fee }, { name: 'tax', amount: parts.tax }];
  return [bought, ...rest.filter(({ amount }) => amount !== '0')];
}

/** What was paid to a shop or a kiosk, for a meter or for a card; one that never came has no parts. */
export function partsOfVend({
  purchase,
  cardOrder,
}: Pick<VendJson, 'purchase' | 'cardOrder'>): SaleParts | CardSaleParts | undefined {
  if (cardOrder?.paid === undefined) return purchase;
  const { paid, amount, fee = '0', tax = '0' } = cardOrder;
  return { paid, value: amount, fee, tax };
}

/** The sum of amounts in minor units, exactly. */
export const sumOf = (amounts: readonly string[]): string =>
  String(amounts.reduce((sum, amount) => sum + BigInt(amount), 0n));
