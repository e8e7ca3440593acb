import { type Static, Type } from 'typebox';
import type { SaleTarget } from '../../host/index.ts';
import { Region } from '../../units/index.ts';
import { Problem } from '../problem.ts';
import { CardNumber, MeterNumber, RegionName, Strict } from './common.ts';

/** A meter, or a card and one of its regions. */
export const SaleTargetFields = {
  meter: Type.Optional(MeterNumber),
  card: Type.Optional(CardNumber),
  region: Type.Optional(RegionName),
};
export const SaleTargetSchema = Strict(SaleTargetFields);
export type SaleTargetJson = Static<typeof SaleTargetSchema>;

/** @throws Problem where it is neither, or both */
export function saleTargetOf({ meter, card, region }: SaleTargetJson): SaleTarget {
  if (meter !== undefined && card === undefined && region === undefined) return { meter: Number.parseInt(meter, 16) };
  if (meter === undefined && card !== undefined && region !== undefined) {
    return { card: { csn: card, region: Region[region] } };
  }
  throw new Problem('input-wrong', 'A sale is for a meter, or for a card and its region: name either of them.');
}
