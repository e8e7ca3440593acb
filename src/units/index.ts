/** Quantities, rounding and clock types: the words every other room speaks in. */
export * from './assert.ts';
export * from './clocks.ts';
export * from './meter-digits.ts';
export * from './quantities.ts';
export * from './random.ts';
export * from './rounding.ts';
export * from './voucher-digits.ts';
