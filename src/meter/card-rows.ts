import { fromHex, toHex } from '../bytes/index.ts';
import type { CardRow } from '../card/index.ts';
import { CSN_BYTES, type Csn, csn, tokens } from '../units/index.ts';
import { getU16, getU32, putU16, putU32 } from './nvm.ts';

/** One row of the table of cards: CSN 7 | DTC u32 | ticket version u16 | taken u32 | settled u8 | order u32. */
export const CARD_ROW_BYTES = 22;
/** Sixteen cards, and the row that the next one is written to while all sixteen still hold. */
export const CARD_ROWS = 17;

/** A card that value was taken from, as the purse keeps it. */
export interface KeptCard extends CardRow {
  /** The card has shown since, under a right tag, that nothing is pending: only then its row may give way. */
  readonly settled: boolean;
  /** Sequence of the commit that wrote it: the lowest was used longest ago. */
  readonly order: number;
}

const ORDER_AT = CARD_ROW_BYTES - 4;
/** Memory that was never written: no purse commits as often. */
const NEVER = 0xffff_ffff;

export function putCardRow(row: Uint8Array, card: KeptCard): void {
  row.set(fromHex(card.csn));
  putU32(row, 7, card.debitCounter);
  putU16(row, 11, card.ticketVersion);
  putU32(row, 13, card.taken);
  row[17] = card.settled ? 1 : 0;
  putU32(row, ORDER_AT, card.order);
}

export function getCardRow(row: Uint8Array): KeptCard | undefined {
  const order = getU32(row, ORDER_AT);
  if (order === NEVER) return undefined;
  return {
    csn: csn(toHex(row.subarray(0, CSN_BYTES))),
    debitCounter: getU32(row, 7),
    ticketVersion: getU16(row, 11),
    taken: tokens(getU32(row, 13)),
    settled: row[17] === 1,
    order,
  };
}

/**
 * The place that a new row of this card sets free: its old row, one that was never used, or of those that may be
 * forgotten the one that was used longest ago. `undefined` where there is none. `rows` lie by place, and at `free`
 * the new row is written.
 */
export function placeSetFree(rows: readonly (KeptCard | undefined)[], free: number, card: Csn): number | undefined {
  let oldest: number | undefined;
  let unused: number | undefined;
  for (const [place, row] of rows.entries()) {
    if (place === free) continue;
    if (row === undefined) unused ??= place;
    else if (row.csn === card) return place;
    else if (row.settled && (oldest === undefined || row.order < (rows[oldest] as KeptCard).order)) oldest = place;
  }
  return unused ?? oldest;
}
