import { inspectPurse } from '../meter/index.ts';
import type { Utility } from './utility.ts';

/** A run in numbers. Tokens and energy are sums over all meters. */
export interface Story {
  readonly transfers: number;
  readonly issuedTokens: number;
  /** Ever credited in meters, by their own memories. */
  readonly storedTokens: number;
  readonly refundedTokens: number;
  readonly inFlightTokens: number;
  /** In purses now, by the meters' own memories: purse, tank and exchanger. */
  readonly purseTokens: number;
  readonly spentTokens: number;
  readonly owedTokens: number;
  /**
   * Whether nothing was made or lost: what the books of the host say on one side against what the memories of the
   * meters hold on the other, meter by meter.
   */
  readonly conserved: boolean;
  readonly cutOffs: number;
  readonly reconnections: number;
  readonly energyWh: number;
  readonly lineBytes: number;
  readonly airtimeSeconds: number;
}

/** Tells a run, at a full minute with nothing on the line. */
export async function tell(utility: Utility): Promise<Story> {
  const books = await utility.host.books();
  const bookedIn = new Map(books.meters.map((meter) => [meter.svpmsn, meter]));
  const sums = { stored: 0, purse: 0, spent: 0, owed: 0, closed: 0, energy: 0 };
  let conserved = books.balanced && books.issued === books.stored + books.inFlight + books.refunded;
  for (const house of utility.houses) {
    const held = inspectPurse(house.memory);
    const purse = held.stored + held.out;
    sums.stored += held.credited;
    sums.purse += purse;
    sums.spent += held.used;
    sums.owed += held.owed;
    sums.closed += held.closed;
    sums.energy += house.flowedMilliwattHours;
    const booked = bookedIn.get(house.svpmsn);
    const credited = (booked?.stored ?? 0n) + (booked?.found ?? 0n);
    conserved &&= held.frozen === 0 && BigInt(held.credited) === credited;
    conserved &&= held.credited + held.fromCards + held.owed === held.used + purse + held.closed;
  }
  conserved &&= BigInt(sums.stored) + books.inFlight + books.refunded === books.issued + books.found;
  const { counts } = utility;
  const traffic = utility.traffic();
  return {
    transfers: counts.transfers,
    issuedTokens: Number(books.issued),
    storedTokens: sums.stored,
    refundedTokens: Number(books.refunded),
    inFlightTokens: Number(books.inFlight),
    purseTokens: sums.purse,
    spentTokens: sums.spent,
    owedTokens: sums.owed,
    conserved,
    cutOffs: counts.cutOffs,
    reconnections: counts.reconnections,
    energyWh: Math.round(sums.energy / 1000),
    lineBytes: traffic.bytes,
    airtimeSeconds: Math.round(traffic.airtimeMs / 100) / 10,
  };
}
