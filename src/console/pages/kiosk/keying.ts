/** What is keyed in at a kiosk: each key gives the next text, and what has no room is left out. */
export const METER_KEYS = [...'123456789abc0def'] as const;
export const AMOUNT_KEYS = [...'1234567890'] as const;

const METER_LENGTH = 6;
const CARD_LENGTH = 14;
const VOUCHER_LENGTH = 16;
const AMOUNT_LENGTH = 4;

export type Key = string;

export const keyedMeter = (text: string, key: Key): string => keyedNumber(text, key, METER_LENGTH);

/** As it is printed on a purse card. */
export const keyedCard = (text: string, key: Key): string => keyedNumber(text, key, CARD_LENGTH);

function keyedNumber(text: string, key: Key, length: number): string {
  const next = keyed(text, key.length === 1 ? key.toLowerCase() : key, METER_KEYS);
  return next.length > length ? text : next;
}

/** As it is printed on a voucher: digits alone. */
export function keyedVoucher(text: string, key: Key): string {
  const next = keyed(text, key, AMOUNT_KEYS);
  return next.length > VOUCHER_LENGTH ? text : next;
}

/** Whole units of the currency: a kiosk takes no small coins. */
export function keyedAmount(text: string, key: Key): string {
  const next = keyed(text, key, AMOUNT_KEYS).replace(/^0+/, '');
  return next.length > AMOUNT_LENGTH ? text : next;
}

function keyed(text: string, key: Key, keys: readonly string[]): string {
  if (key === 'Backspace') return text.slice(0, -1);
  if (key === 'Delete') return '';
  return keys.includes(key) ? text + key : text;
}

export const isWholeMeter = (text: string): boolean => text.length === METER_LENGTH;
export const isWholeVoucher = (text: string): boolean => text.length === VOUCHER_LENGTH;
export const isWholeCard = (text: string): boolean => text.length === CARD_LENGTH;

/** So long nobody touches anything until the screen starts again, for the next customer. */
export const IDLE_MS = 60_000;
/** In the last seconds it says so. */
export const WARNED_MS = 15_000;
