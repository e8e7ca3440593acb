import type { FaultKind } from '../../src/simulation/index.ts';

/**
 * What leaves no day of a transformer that is known whole: databases that are replaced, memories that are damaged,
 * clocks that jump, two that speak at one address, power that fails, and minutes that are lost on their way.
 */
export const SPOILS_DAYS: readonly FaultKind[] = [
  'store-restored',
  'store-long-restored',
  'write-lost',
  'bit-rotted',
  'memory-rolled-back',
  'memory-pasted',
  'meter-cloned',
  'monitoring-stolen',
  'clock-jumped',
  'address-taken',
  'address-moved',
  'frame-crossed',
  'power-failed',
  'power-cut',
  'power-cut-before-minute',
  'message-lost',
  'local-unit-restarted',
  'local-unit-parted',
  'area-unit-restarted',
  'area-unit-parted',
  'backhaul-cut',
];
