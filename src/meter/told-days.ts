import { crc32 } from '../bytes/index.ts';
import { AttentionReason, type DayProfile, EventKind, MINUTES_PER_DAY } from '../records/index.ts';
import { recordEvent } from './event-log.ts';
import { PROFILE_RING_DAYS, TOLD_DAY_BYTES } from './layout.ts';
import { putU16, putU32, u16At, u32At } from './nvm.ts';
import type { Meter, Supply } from './state.ts';

/**
 * What a day of the load profile was when it was told, by its CRC-32: a complete day does not change, so one that is
 * told again and is another was edited or has rotted. Day u16 | CRC-32 | check u16, so that a torn one is none.
 */
export function noteTold(meter: Meter, supply: Supply, { day, energies, bands }: DayProfile): void {
  const bytes = new Uint8Array(2 * MINUTES_PER_DAY + bands.length);
  for (let minute = 0; minute < MINUTES_PER_DAY; minute++) putU16(bytes, 2 * minute, energies[minute] as number);
  bytes.set(bands, 2 * MINUTES_PER_DAY);
  const told = crc32(bytes, 0, bytes.length);
  const before = toldBefore(meter, supply, day);
  if (before === told) return;
  const row = new Uint8Array(TOLD_DAY_BYTES);
  putU16(row, 0, day);
  putU32(row, 2, told);
  putU16(row, 6, checkOf(day, told));
  meter.nvm.write(placeOf(supply, day), row, 0, TOLD_DAY_BYTES);
  if (before === undefined) return;
  meter.attention |= AttentionReason.memoryDamaged;
  recordEvent(meter, EventKind.recordDiffers, { supply: supply.index, value: day });
}

/** The clock went back: days from this one on are lived again. */
export function forgetTold(meter: Meter, supply: Supply, from: number): void {
  for (let day = from; day < from + PROFILE_RING_DAYS; day++) {
    if (toldBefore(meter, supply, day) !== undefined)
      meter.nvm.write(placeOf(supply, day), NOT_TOLD, 0, TOLD_DAY_BYTES);
  }
}

function toldBefore({ nvm }: Meter, supply: Supply, day: number): number | undefined {
  const at = placeOf(supply, day);
  const told = u32At(nvm, at + 2);
  const isWhole = u16At(nvm, at) === day && u16At(nvm, at + 6) === checkOf(day, told);
  return isWhole ? told : undefined;
}

const NOT_TOLD = new Uint8Array(TOLD_DAY_BYTES);
const placeOf = ({ place }: Supply, day: number): number => place.told + TOLD_DAY_BYTES * (day % PROFILE_RING_DAYS);
const checkOf = (day: number, told: number): number => 0xffff & ~(day ^ (told >>> 16) ^ told);
