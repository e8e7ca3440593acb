import type { Happening } from '../simulation/index.ts';
import { svpmsnText } from '../units/index.ts';

const TEXTS: Readonly<Record<Happening['what'], string>> = {
  bought: 'bought',
  stored: 'stored in the meter',
  buzzer: 'buzzer',
  attention: 'calls for attention',
  'relay-opened': 'relay opened',
  'relay-closed': 'relay closed',
  'cut-off': 'CUT OFF, no credit',
  reconnected: 'RECONNECTED',
};

/** A relay that moves for want of credit is told once, as the cut or the reconnection that it is. */
export const isWorthTelling = ({ what }: Happening): boolean => what !== 'relay-opened' && what !== 'relay-closed';

/** One line about what happened: `Mon 09:41  0a1b2c  500 tokens stored in the meter`. */
export function happeningText(happening: Happening, zoneMinutes: number): string {
  const amount = happening.amount === undefined ? '' : `${happening.amount} tokens `;
  return `${clockText(happening.at, zoneMinutes)}  ${svpmsnText(happening.svpmsn)}  ${amount}${TEXTS[happening.what]}`;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Local weekday and time of the business clock. */
export function clockText(unixMs: number, zoneMinutes: number): string {
  const local = new Date(unixMs + zoneMinutes * 60_000);
  return `${WEEKDAYS[local.getUTCDay()]} ${local.toISOString().slice(11, 16)}`;
}

export function dateText(unixMs: number, zoneMinutes: number): string {
  return new Date(unixMs + zoneMinutes * 60_000).toISOString().slice(0, 10);
}
