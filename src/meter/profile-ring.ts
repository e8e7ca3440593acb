import { ENERGY_MISSING } from '../records/index.ts';
import type { PhaseBand } from '../tariff/index.ts';
import { PROFILE_RING_MINUTES, type SupplyLayout } from './layout.ts';
import { byteAt, type Nvm, putU16, u16At } from './nvm.ts';
import { USE_BYTES_A_SUPPLY } from './purse-journal.ts';

/** The ring of the load profile (part 15): 16 bits of energy a minute, and two bits of phase-angle band beside them. */

/** What the ring has for a minute, which must be one of the last eight days. */
export const energyAt = (nvm: Nvm, place: SupplyLayout, minute: number): number =>
  u16At(nvm, place.energies + 2 * (minute % PROFILE_RING_MINUTES));

export function bandOf(nvm: Nvm, place: SupplyLayout, minute: number): PhaseBand {
  const slot = minute % PROFILE_RING_MINUTES;
  return ((byteAt(nvm, place.bands + (slot >> 2)) >> (2 * (slot & 3))) & 3) as PhaseBand;
}

const MINUTE = new Uint8Array(USE_BYTES_A_SUPPLY);

/** `bands` is the whole byte that the minute shares with its neighbours: a write that is cut short hurts them all. */
export function writeMinute(nvm: Nvm, place: SupplyLayout, minute: number, energy: number, bands: number): void {
  putU16(MINUTE, 0, energy);
  MINUTE[2] = bands;
  writeSlot(nvm, place, minute % PROFILE_RING_MINUTES, MINUTE, 0);
}

/** Energy u16 | bands u8, as a use row has them. */
export function writeSlot(nvm: Nvm, place: SupplyLayout, slot: number, minute: Uint8Array, from: number): void {
  nvm.write(place.energies + 2 * slot, minute, from, 2);
  const at = place.bands + (slot >> 2);
  if (minute[from + 2] !== byteAt(nvm, at)) nvm.write(at, minute, from + 2, 1);
}

export function markMinute(nvm: Nvm, place: SupplyLayout, minute: number): void {
  const slot = minute % PROFILE_RING_MINUTES;
  const bands = byteAt(nvm, place.bands + (slot >> 2));
  writeMinute(nvm, place, minute, ENERGY_MISSING, withBand(bands, slot, 0));
}

export function withBand(bands: number, slot: number, band: PhaseBand): number {
  const shift = 2 * (slot & 3);
  return (bands & ~(3 << shift)) | (band << shift);
}
