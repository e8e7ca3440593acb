/**
 * A utility on virtual time: households, people, power lines and the real code of every other room, all of it decided
 * by one seed.
 */

export { type Audit, audit, type Finding } from './audit.ts';
export * from './cards/card-households.ts';
export {
  FAULT_KINDS,
  type FaultKind,
  type FaultRates,
  faultUnknown,
  parseStrikes,
  type Strike,
  strikesText,
  strikeText,
} from './faults.ts';
export * from './fit.ts';
export { type FleetHeap, type FleetReport, type FleetSample, runFleet } from './fleet.ts';
export { subscriberOfHouse, svpmsnOfHouse } from './founding.ts';
export { House, type HouseEvent } from './house.ts';
export * from './household.ts';
export { drawKeys } from './keys.ts';
export * from './load-csv.ts';
export * from './loads.ts';
export type * from './options.ts';
export type { Place } from './outages.ts';
export { type SeededRandom, seededRandom } from './random.ts';
export { type Shrunk, shrink } from './shrink.ts';
export { LifeStopped, type Simulation, type SimulationOptions, simulate } from './simulate.ts';
export { type SimulatedStore, simulatedMemory } from './simulated-store.ts';
export { APPLIANCES, type ApplianceId } from './sockets.ts';
export { type Story, tell } from './story.ts';
export { MAINS_VOLTS } from './supply-voltage.ts';
export { Utility } from './utility.ts';
export { VirtualTime } from './virtual-time.ts';
