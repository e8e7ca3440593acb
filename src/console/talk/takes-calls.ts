import { create } from '../signal.ts';

/** Whether somebody takes calls on this page, for whoever is to know that without loading how. */
export const takesCalls = create(false);
