import type { MeterMap, MeterPlace } from './meter-map.ts';

/** After so many polls in a row that nobody answered a meter is dark: the host is told, and one try asks after it. */
const DARK_AFTER_POLLS = 3;
/**
 * A silent meter's polls become rarer, down to one in so many rounds. One that has its power back does not call, so
 * this is how long it may go unheard. It costs the line one wait in four rounds; a living meter costs one in each.
 */
const SILENT_ROUNDS_MAX = 4;
/** A line on which nobody was understood for so long is cut, or its transformer is without power. */
const LINE_SILENT_ROUNDS = 2;

export const isDark = ({ silentPolls }: MeterPlace): boolean => silentPolls >= DARK_AFTER_POLLS;

/** When those are asked again that do not answer, and what happens when they are back: one meter, or the whole line. */
export class Silence {
  readonly #map: MeterMap;
  /** When any meter was understood last. */
  #heardAt = 0;

  constructor(map: MeterMap) {
    this.#map = map;
  }

  /** A poll of the meter begins: its next turn. On a silent line all are asked each round, so that the mending is noticed. */
  nextTurn(meter: MeterPlace, now: number, roundMs: number): number {
    const rounds = this.#isLineSilent(now, roundMs) ? 1 : Math.min(2 ** meter.silentPolls, SILENT_ROUNDS_MAX);
    return now + rounds * roundMs;
  }

  /** Some meter was understood. If the whole line was silent it is mended, and nobody's silence counts any longer. */
  lineHeard(now: number, roundMs: number): void {
    const mended = this.#isLineSilent(now, roundMs);
    this.#heardAt = now;
    if (!mended) return;
    // Most have their turn within the round as it is, one after the other: the line carries no more than usual.
    for (const meter of this.#map.values()) this.#forget(meter, now + roundMs);
  }

  /** This meter lives. */
  meterHeard(meter: MeterPlace, now: number, roundMs: number): void {
    if (meter.silentPolls > 0) this.#forget(meter, now + roundMs);
  }

  #forget(meter: MeterPlace, dueBy: number): void {
    meter.silentPolls = 0;
    // One that is in no queue has no key.
    if (meter.dueIndex >= 0 && meter.dueAt > dueBy) this.#map.due.schedule(meter, dueBy);
  }

  #isLineSilent(now: number, roundMs: number): boolean {
    if (now - this.#heardAt < LINE_SILENT_ROUNDS * roundMs) return false;
    // Without the backhaul nobody is asked, and nobody is silent.
    for (const { keys, silentPolls } of this.#map.values()) if (keys.length > 0 && silentPolls === 0) return false;
    return true;
  }
}
