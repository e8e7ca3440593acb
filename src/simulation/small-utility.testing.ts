import { crc32 } from '../bytes/index.ts';
import { Suite } from '../crypto/index.ts';
import { MemoryStore } from '../host/index.ts';
import { blankMemory, EVENT_ROW_BYTES, inspectPurse, layoutOf, type MeterMemory } from '../meter/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../records/index.ts';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { tokens } from '../units/index.ts';
import { type HouseMemory, Utility, type UtilityOptions } from './index.ts';

/** Monday, 2 March 2026, 09:00 in Seoul, which is midnight UTC. */
export const BEGINS_MS = Date.UTC(2026, 2, 2, 0);
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Eight meters on two lines, with little credit and a little emergency credit. */
export const openSmall = (options: Partial<UtilityOptions> = {}): Promise<Utility> =>
  Utility.open({
    seed: 3,
    meters: 8,
    localUnits: 2,
    suite: Suite.aes128,
    store: new MemoryStore(),
    startMs: BEGINS_MS,
    zone: 'Asia/Seoul',
    tariff: DEFAULT_TARIFF,
    policy: { ...DEFAULT_SUPPLY_POLICY, emergencyCredit: tokens(5), lowBalance: tokens(100) },
    firstSale: { from: 2, to: 300 },
    roundMs: HOUR_MS,
    ...options,
  });

/** Memories that outlive a utility, as its `memoryOf`. */
export function keptMemories(make: () => MeterMemory = blankMemory): (house: number) => HouseMemory {
  const kept: { memory: MeterMemory; personalised: boolean }[] = [];
  return (house) => {
    kept[house] ??= { memory: make(), personalised: false };
    const mine = kept[house];
    return {
      ...mine,
      markPersonalised: () => {
        mine.personalised = true;
      },
    };
  };
}

/** Alters one bit of a meter's memory, as a thief or a cosmic ray would; the same again undoes it. */
export function alterByte({ nvm: { bytes } }: MeterMemory, at: number): void {
  bytes[at] = (bytes[at] as number) ^ 0x10;
}

/** The event that a meter wrote last, and where its row is. */
export function newestEvent({ nvm: { bytes } }: MeterMemory): { readonly sequence: number; readonly at: number } {
  const { events, supplies } = layoutOf(1);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let newest = { sequence: 0, at: events };
  for (let at = events; at < (supplies[0]?.tables[0] as number); at += EVENT_ROW_BYTES) {
    const sequence = view.getUint32(at);
    if (sequence !== 0xffff_ffff && sequence > newest.sequence) newest = { sequence, at };
  }
  return newest;
}

/** Writes another time into the newest event, as whoever knows how rows are made would. */
export function changeNewestEvent(memory: MeterMemory): void {
  const { bytes } = memory.nvm;
  const { at } = newestEvent(memory);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(at + 4, view.getUint32(at + 4) - 600);
  const end = at + EVENT_ROW_BYTES - 4;
  view.setUint32(end, crc32(bytes, at, end));
}

/** Places at which one altered bit is found at the next start, and freezes the purse. */
export function bytesThatFreeze(memory: MeterMemory): number[] {
  const { purse, state } = layoutOf(1);
  const found: number[] = [];
  for (let at = purse; at < state; at++) {
    alterByte(memory, at);
    if (inspectPurse(memory).frozen !== 0) found.push(at);
    alterByte(memory, at);
  }
  return found;
}
