import { layoutOf, type MeterMemory, PROFILE_RING_DAYS } from '../meter/index.ts';
import type { TariffDefinition } from '../tariff/index.ts';
import { assert, MINUTES_PER_DAY } from '../units/index.ts';
import type { SeededRandom } from './random.ts';

const RING_MINUTES = PROFILE_RING_DAYS * MINUTES_PER_DAY;
const FORMER_MINUTES = MINUTES_PER_DAY / 2;
/** 0.1 Wh: more than any load of a life takes in a minute. */
const FORMER_ENERGY = 60_000;

/**
 * A meter that was in use until eight days ago: the next half day of its profile's ring holds what was used then, and
 * each minute that is neither written nor marked over would be taken for one of now.
 */
export function formerlyUsed({ nvm }: MeterMemory, minute: number): void {
  const [supply] = layoutOf(1).supplies;
  assert(supply !== undefined, 'a meter has a supply');
  const view = new DataView(nvm.bytes.buffer, nvm.bytes.byteOffset);
  for (let next = minute; next < minute + FORMER_MINUTES; next++) {
    view.setUint16(supply.energies + 2 * (next % RING_MINUTES), FORMER_ENERGY);
  }
}

const DAY_MS = 86_400_000;
const BANDS = [
  [],
  [{ name: 'night', from: '22:00', to: '24:00', percent: 40 }],
  [
    { name: 'weekend', days: ['weekend', 'holidays'], from: '00:00', to: '24:00', percent: 60 },
    { name: 'morning', days: ['weekdays'], from: '00:05', to: '09:30', percent: 150 },
    { name: 'quarter', days: ['weekdays'], from: '09:30', to: '09:45', percent: 999 },
  ],
  [
    { name: 'winter', season: 'winter', from: '00:00', to: '24:00', percent: 110 },
    { name: 'noon', season: 'summer', from: '10:00', to: '13:00', percent: 0 },
  ],
] as const;

/**
 * What energy cost before: some meters, by the seed, bring that table from the workshop, and some keep it. One that is
 * for days of a kind may have a holiday on the first day of the life, or on the next.
 */
export function drawFormerTariff(
  random: SeededRandom,
  startMs: number,
): { readonly tariff: TariffDefinition; readonly has: (house: number) => boolean } {
  const holiday = new Date(startMs + random.below(2) * DAY_MS).toISOString().slice(0, 10);
  const share = random.below(4);
  return {
    tariff: {
      unitCharge: 5_000 + random.below(60_000),
      seasons: { winter: { from: '12-31', to: '02-28' }, summer: { from: '02-29', to: '12-30' } },
      bands: BANDS[random.below(BANDS.length)] ?? [],
      holidays: random.chance(1 / 2) ? [holiday] : [],
      otherwise: 90 + random.below(20),
    },
    has: (house) => house % 4 < share,
  };
}
