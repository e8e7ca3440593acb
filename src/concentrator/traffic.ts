import type { LineStatistics, MasterLink } from '../line/index.ts';

/** What the line has carried since the unit began, both directions, line-wide frames included. */
export interface Traffic {
  readonly frames: number;
  readonly bytes: number;
  readonly airtimeMs: number;
  readonly retries: number;
  readonly garbled: number;
}

export const NO_TRAFFIC: Traffic = { frames: 0, bytes: 0, airtimeMs: 0, retries: 0, garbled: 0 };

/** Adds up the addresses: for a report or a view, not for every step. */
export function trafficOf(link: MasterLink): Traffic {
  const sum = { frames: 0, bytes: 0, airtimeMs: 0, retries: 0, garbled: 0 };
  let airtime = add(sum, link.lineWide);
  for (const statistics of link.statistics) if (statistics !== undefined) airtime += add(sum, statistics);
  sum.airtimeMs = Math.round(airtime / 1000);
  return sum;
}

export const trafficSince = (now: Traffic, before: Traffic): Traffic => ({
  frames: now.frames - before.frames,
  bytes: now.bytes - before.bytes,
  airtimeMs: now.airtimeMs - before.airtimeMs,
  retries: now.retries - before.retries,
  garbled: now.garbled - before.garbled,
});

function add(sum: { -readonly [K in keyof Traffic]: number }, statistics: LineStatistics): number {
  sum.frames += statistics.framesSent + statistics.framesReceived;
  sum.bytes += statistics.bytesSent + statistics.bytesReceived;
  sum.retries += statistics.retries;
  sum.garbled += statistics.garbled;
  return statistics.airtimeMicroseconds;
}
