/** Subscribers, meters, orders, the ledger, dispatch and monitoring: the books of a utility, and what they need. */

export { createHost } from './host.ts';
export { MemoryStore } from './memory.ts';
export type * from './payment-port.ts';
export * from './ports.ts';
export { METERS_PER_LOCAL_UNIT_MAX } from './registry.ts';
export type * from './services.ts';
