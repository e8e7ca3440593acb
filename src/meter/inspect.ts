import type { Randomness } from '../units/index.ts';
import { type Levels, levelsOf } from './exchanger.ts';
import { layoutOf } from './layout.ts';
import { PlainNvm } from './nvm.ts';
import type { MeterMemory } from './start.ts';
import { startSvm } from './svm.ts';

/**
 * What a purse holds, read from copies of a meter's memories as its SVM would read them at a start: for audits and for
 * simulators. Nothing is changed, and a purse that was edited or rolled back shows as frozen.
 */
export function inspectPurse(memory: MeterMemory, supplyCount = 1): Levels {
  const copy = (bytes: Uint8Array) => new PlainNvm(bytes.slice());
  const { purse } = layoutOf(supplyCount);
  const place = { nvm: copy(memory.nvm.bytes), base: purse, memory: copy(memory.svm.bytes), supplyCount };
  return levelsOf({ svm: startSvm(place, NO_RANDOMNESS) });
}

/** Reading back draws no nonce. */
const NO_RANDOMNESS: Randomness = {
  fill() {
    throw new Error('an inspected purse answers no challenge');
  },
};
