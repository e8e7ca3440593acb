/**
 * A utility on virtual time: households, people, power lines and the real code of every other room, all of it decided
 * by one seed.
 */
export * from './fit.ts';
export { House, type HouseEvent } from './house.ts';
export * from './household.ts';
export * from './load-csv.ts';
export * from './loads.ts';
export { type SeededRandom, seededRandom } from './random.ts';
export { type Story, tell } from './story.ts';
export { type Happening, type HouseMemory, svpmsnOfHouse, Utility, type UtilityOptions } from './utility.ts';
export { VirtualTime } from './virtual-time.ts';
