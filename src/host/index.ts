/** Subscribers, meters, orders, the ledger, dispatch and monitoring: the books of a utility, and what they need. */

export { SUITE_NAMES, type Suite, suiteByName } from '../crypto/index.ts';
export { createHost } from './host.ts';
export { MemoryStore } from './memory.ts';
export type * from './password-port.ts';
export type * from './payment-port.ts';
export { createPeople, ROLES } from './people.ts';
export type * from './people-services.ts';
export * from './ports.ts';
export { METERS_PER_LOCAL_UNIT_MAX } from './registry.ts';
export { drawPassword } from './secrets.ts';
export type * from './services.ts';
