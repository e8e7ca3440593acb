import type { KeyName, TerminalKey } from '../crypto/index.ts';
import type { Sam } from './sam.ts';
import { floorOf } from './svm.ts';

/** A key that the chip holds and that is still good; below the floor there is none. */
export const keyAboveFloor = (sam: Sam, n: KeyName): TerminalKey | undefined =>
  (n & 0x0f) < floorOf(sam.floors, n) ? undefined : sam.keys.get(n);
