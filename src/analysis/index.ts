/** Checks of readings, the energy balance of a transformer, the flow in its lines, where on them energy is lost, the forecast of demand, and the arithmetic of a period between seller and re-seller. */

export * from './check-minutes.ts';
export * from './energy-balance.ts';
export * from './forecast/index.ts';
export * from './interruptions.ts';
export * from './line-heat.ts';
export * from './load-place.ts';
export * from './network.ts';
export * from './power-flow.ts';
export * from './settlement.ts';
export * from './suspects.ts';
export type * from './technical-loss.ts';
export * from './validation.ts';
export * from './voltage-validation.ts';
