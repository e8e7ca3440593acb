import { layoutOf, type MeterMemory, PROFILE_RING_DAYS } from '../meter/index.ts';
import { assert, MINUTES_PER_DAY } from '../units/index.ts';

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
