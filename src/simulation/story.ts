import { audit } from './audit.ts';
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
  /** Whether the audit found nothing: books, purses and energy agree, meter by meter. */
  readonly conserved: boolean;
  /** What it found, one sentence each. */
  readonly findings: readonly string[];
  /** Meters that no poll reached at the end: of these the books may know less than the purse. */
  readonly unheardMeters: number;
  readonly cutOffs: number;
  readonly reconnections: number;
  readonly energyWh: number;
  readonly lineBytes: number;
  readonly airtimeSeconds: number;
}

/** Tells a run after its audit, which takes some minutes of the utility's time. */
export async function tell(utility: Utility): Promise<Story> {
  const { findings, unheard, books, held } = await audit(utility);
  const sums = { stored: 0, purse: 0, spent: 0, owed: 0 };
  for (const levels of held) {
    sums.stored += levels.credited;
    sums.purse += levels.stored + levels.out;
    sums.spent += levels.used;
    sums.owed += levels.owed;
  }
  const { counts } = utility;
  const traffic = utility.traffic();
  const flowed = utility.houses.reduce((sum, { flowedMilliwattHours }) => sum + flowedMilliwattHours, 0);
  return {
    transfers: counts.transfers,
    issuedTokens: Number(books.issued),
    storedTokens: sums.stored,
    refundedTokens: Number(books.refunded),
    inFlightTokens: Number(books.inFlight),
    purseTokens: sums.purse,
    spentTokens: sums.spent,
    owedTokens: sums.owed,
    conserved: findings.length === 0,
    findings: findings.map(({ sentence }) => sentence),
    unheardMeters: unheard,
    cutOffs: counts.cutOffs,
    reconnections: counts.reconnections,
    energyWh: Math.round(flowed / 1000),
    lineBytes: traffic.bytes,
    airtimeSeconds: Math.round(traffic.airtimeMs / 100) / 10,
  };
}
