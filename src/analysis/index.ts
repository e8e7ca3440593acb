/** Checks of readings and the arithmetic of a period between seller and re-seller: pure, in whole numbers. */

export * from './check-minutes.ts';
export * from './settlement.ts';
