import { ENERGY_MAX } from '../records/index.ts';
import type { Randomness } from '../units/index.ts';
import { type Levels, levelsOf } from './exchanger.ts';
import { layoutOf, type SupplyLayout } from './layout.ts';
import { PlainNvm } from './nvm.ts';
import { energyAt } from './profile-ring.ts';
import { sequencesOf } from './purse-journal.ts';
import type { MeterMemory } from './start.ts';
import type { Meter } from './state.ts';
import { type Svm, startSvm } from './svm.ts';
import { type CardsHeld, cardsHeld } from './svm-cards.ts';

/**
 * What a purse holds, read from copies of a meter's memories as its SVM would read them at a start: for audits and for
 * simulators. Nothing is changed, and a purse that was edited or rolled back shows as frozen.
 */
export const inspectPurse = (memory: MeterMemory, supplyCount = 1): Levels =>
  levelsOf({ svm: inspectedSvm(memory, supplyCount) });

/** The cards that such a purse has taken value from, and the epoch of its hot list. */
export function inspectCards(memory: MeterMemory, supplyCount = 1): CardsHeld {
  return cardsHeld({ svm: inspectedSvm(memory, supplyCount) });
}

function inspectedSvm(memory: MeterMemory, supplyCount: number): Svm {
  const copy = (bytes: Uint8Array) => new PlainNvm(bytes.slice());
  const { purse } = layoutOf(supplyCount);
  const place = { nvm: copy(memory.nvm.bytes), base: purse, memory: copy(memory.svm.bytes), supplyCount };
  return startSvm(place, NO_RANDOMNESS);
}

/** The sequence numbers of all records and use rows that lie whole in a meter's memory. */
export const inspectSequences = ({ svm }: Meter): readonly number[] => sequencesOf(svm);

/** What the profile of the first supply has for a minute, 0.1 Wh; `undefined` where it has none. */
export function inspectMinute({ nvm, layout }: Meter, minute: number): number | undefined {
  const energy = energyAt(nvm, layout.supplies[0] as SupplyLayout, minute);
  return energy <= ENERGY_MAX ? energy : undefined;
}

/** Reading back draws no nonce. */
const NO_RANDOMNESS: Randomness = {
  fill() {
    throw new Error('an inspected purse answers no challenge');
  },
};
