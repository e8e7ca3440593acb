import { RelayReason } from '../records/index.ts';
import type { House, Utility } from '../simulation/index.ts';
import { type Svpmsn, svpmsnText } from '../units/index.ts';
import type { DemoControl } from './demo-control.ts';

/** The state of a meter in the product's own words and order of urgency. */
export type MeterState = 'tamper' | 'off' | 'blocked' | 'stale' | 'emergency' | 'low' | 'supplied';

export interface MeterRow {
  readonly svpmsn: Svpmsn;
  readonly text: string;
  readonly localUnit: number;
  readonly state: MeterState;
  readonly balance: number;
  readonly owed: number;
  readonly watts: number;
  readonly percent: number;
  readonly buzzing: boolean;
  /** Milliseconds since the host last heard of it; undefined before the first time. */
  readonly heardAgo: number | undefined;
}

export interface LineRow {
  readonly localUnit: number;
  readonly meters: number;
  readonly frames: number;
  readonly bytes: number;
  readonly airtimeMs: number;
  readonly retries: number;
  readonly cut: boolean;
}

/** What a watcher sees at one instant: the books as the host has them, the meters as they are. */
export interface Snapshot {
  readonly now: number;
  readonly zoneMinutes: number;
  readonly speed: number;
  readonly thief: Svpmsn | undefined;
  readonly books: {
    readonly issued: bigint;
    readonly stored: bigint;
    readonly inFlight: bigint;
    readonly refunded: bigint;
    readonly owed: bigint;
    readonly spent: bigint;
    readonly purses: bigint;
    readonly balanced: boolean;
  };
  readonly lines: readonly LineRow[];
  /** What matters first: off, then low, then large. */
  readonly meters: readonly MeterRow[];
}

const RANK: Readonly<Record<MeterState, number>> = {
  tamper: 0,
  off: 1,
  blocked: 2,
  emergency: 3,
  low: 4,
  stale: 5,
  supplied: 6,
};

/** A meter that the host has not heard of for so long may be anything. */
const STALE_AFTER_MS = 45 * 60_000;

export async function snapshotOf(utility: Utility, control: DemoControl): Promise<Snapshot> {
  const books = await utility.host.books();
  const heard = new Map((await utility.host.meters()).map(({ meter, age }) => [meter.svpmsn, age.heard]));
  const meters = utility.houses.map((house) => rowOf(house, heard.get(house.svpmsn)));
  meters.sort((a, b) => RANK[a.state] - RANK[b.state] || a.balance - b.balance || b.watts - a.watts);
  return {
    now: utility.time.now,
    zoneMinutes: utility.houses[0]?.options.zoneMinutes ?? 0,
    speed: control.speed,
    thief: control.thief?.svpmsn,
    books: {
      issued: books.issued,
      stored: books.stored,
      inFlight: books.inFlight,
      refunded: books.refunded,
      owed: books.owed,
      spent: books.spent,
      purses: books.valueInMeters,
      balanced: books.balanced,
    },
    lines: utility.transformers.map(({ localUnit, cut }, number) => {
      const { frames, bytes, airtimeMs, retries } = localUnit.traffic;
      return { localUnit: number, meters: localUnit.meters, frames, bytes, airtimeMs, retries, cut };
    }),
    meters,
  };
}

function rowOf(house: House, heardAgo: number | undefined): MeterRow {
  const supply = house.meter.supplies[0];
  return {
    svpmsn: house.svpmsn,
    text: svpmsnText(house.svpmsn),
    localUnit: house.localUnit,
    state: stateOf(house, heardAgo),
    balance: house.balance,
    owed: house.meter.owed,
    watts: house.watts,
    percent: supply?.percent ?? 0,
    buzzing: house.buzzing,
    heardAgo,
  };
}

function stateOf(house: House, heardAgo: number | undefined): MeterState {
  const reasons = house.meter.supplies.reduce((all, { relay }) => all | relay.reasons, 0);
  if (house.bypassWatts > 0 || reasons & RelayReason.tamper) return 'tamper';
  if (reasons & (RelayReason.noCredit | RelayReason.awaitsKey)) return 'off';
  if (reasons !== 0) return 'blocked';
  if (house.meter.owed > 0) return 'emergency';
  if (house.balance <= house.meter.policy.lowBalance) return 'low';
  return heardAgo !== undefined && heardAgo > STALE_AFTER_MS ? 'stale' : 'supplied';
}
