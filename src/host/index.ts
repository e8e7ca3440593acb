/** Subscribers, meters, orders, the ledger, dispatch and monitoring: the books of a utility, and what they need. */

export { createHost } from './host.ts';
export { MemoryStore } from './memory.ts';
export { CLOCK_SET_ABOVE_MS, REPORT_MARGIN_MS } from './monitoring.ts';
export * from './ports.ts';
export { METERS_PER_LOCAL_UNIT_MAX } from './registry.ts';
export type * from './services.ts';
export { ACCOUNTS, Lane } from './types.ts';
export { txidOf } from './vending.ts';
export { ANSWER_WITHIN_MS, BACK_OFF_FIRST_MS, BACK_OFF_MAX_MS, IN_FLIGHT_PER_LOCAL_UNIT_MAX } from './work.ts';
