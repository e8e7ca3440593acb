import { Purpose } from '../crypto/index.ts';
import {
  AttentionReason,
  DEFAULT_SUPPLY_POLICY,
  decodePolicy,
  EventKind,
  isRecordFailure,
  POLICY_BYTES_MAX,
  RelayReason,
  type SupplyPolicy,
} from '../records/index.ts';
import { type SupplyIndex, tokens } from '../units/index.ts';
import { readBlob } from './blob.ts';
import { recordEvent } from './event-log.ts';
import { chargeOf, isTableLost, newestTable, readTables } from './mode-tables.ts';
import type { Nvm } from './nvm.ts';
import { sharing } from './sharing.ts';
import { keepState, type Meter } from './state.ts';

/** What of the CPU's own memory was lost: the detail of the event. */
const Lost = { state: 1, policy: 2, modeTable: 3 } as const;
type Lost = (typeof Lost)[keyof typeof Lost];

/**
 * Neither slot of the state can be read, and the chips say that the meter is not new. Nobody knows for what its relays
 * were open: they are open by tamper, until a person has looked and clears it.
 * @param commits how often the purse was written, as its chip knows
 */
export function replaceLostState(meter: Meter, commits: number): void {
  const { kept } = meter;
  for (const supply of meter.supplies) {
    supply.relay.reasons = RelayReason.tamper;
    kept.reasons[supply.index - 1] = RelayReason.tamper;
    // Also of one that only waits: it is charged for the one before it, should that be lost too.
    const newest = newestTable(readTables(meter.nvm, supply.place));
    if (newest !== undefined) kept.lastCharges[supply.index - 1] = chargeOf(newest);
  }
  // A meter calls a few times a minute at the most, and each minute is a commit: no counter was as high.
  kept.attentionCounter = commits * CALLS_PER_COMMIT_MAX;
  const purposes = new Set([...meter.sam.keys.keys()].map((n) => n >> 6));
  meter.dismantled = !purposes.has(Purpose.value) && !purposes.has(Purpose.control);
  notice(meter, Lost.state);
  keepState(meter);
}

const CALLS_PER_COMMIT_MAX = 16;

/** A supply without the table that was in force says so at each start, until one comes. */
export function noticeLostTables(meter: Meter): void {
  for (const supply of meter.supplies) {
    if (isTableLost(meter, supply)) notice(meter, Lost.modeTable, supply.index);
  }
}

export const noticeLostPolicy = (meter: Meter): void => notice(meter, Lost.policy);

function notice(meter: Meter, what: Lost, supply?: SupplyIndex): void {
  meter.attention |= AttentionReason.memoryDamaged;
  recordEvent(meter, EventKind.memoryDamaged, { detail: what, ...(supply === undefined ? {} : { supply }) });
}

const sharedPolicy = sharing(decodePolicy);

/** The newest whole policy. */
export function readPolicy(nvm: Nvm, places: readonly [number, number]): SupplyPolicy | undefined {
  let newest: SupplyPolicy | undefined;
  for (const at of places) {
    const bytes = readBlob(nvm, at, POLICY_BYTES_MAX);
    const policy = bytes === undefined ? undefined : sharedPolicy(bytes);
    if (policy === undefined || isRecordFailure(policy)) continue;
    if (newest === undefined || policy.version > newest.version) newest = policy;
  }
  return newest;
}

/** Of a meter that lost its policy: nothing is lent, no hour is friendly, and any policy is newer. */
export const STRICTEST_POLICY: SupplyPolicy = {
  ...DEFAULT_SUPPLY_POLICY,
  version: 0,
  emergencyCredit: tokens(0),
  friendlyHours: null,
  noCutOnWeekends: false,
  noCutOnHolidays: false,
};
