import { clippedCounter, type LineHealth, type Suspicion } from '../backhaul/index.ts';
import { NO_TRAFFIC, type Traffic, trafficSince } from './traffic.ts';

const LINE_HEALTH_EVERY_MS = 15 * 60_000;

/** The report on the line, every quarter of an hour: what it carried since the last one, and what looks wrong. */
export class HealthReports {
  /** By this unit's own clock, which the host's time does not move. */
  #from: number | undefined;
  #reported: Traffic = NO_TRAFFIC;

  /** When the next report is due, by the same clock as `now`. */
  dueAt(now: number): number {
    this.#from ??= now;
    return this.#from + LINE_HEALTH_EVERY_MS;
  }

  /** `unixOf` makes Unix time of the unit's own. */
  report(
    traffic: Traffic,
    suspicions: readonly Suspicion[],
    { now, unixOf }: { now: number; unixOf: (at: number) => number },
  ): LineHealth {
    const fromMs = unixOf(this.#from ?? now);
    const toMs = unixOf(now);
    const { frames, bytes, airtimeMs, retries, garbled } = trafficSince(traffic, this.#reported);
    this.#from = now;
    this.#reported = traffic;
    return {
      type: 'line-health',
      fromMs,
      toMs,
      frames: clippedCounter(frames),
      bytes: clippedCounter(bytes),
      airtimeMs: clippedCounter(airtimeMs),
      retries: clippedCounter(retries),
      garbled: clippedCounter(garbled),
      suspicions,
    };
  }
}
