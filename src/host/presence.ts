import type { Svpmsn } from '../units/index.ts';
import type { HostPorts } from './ports.ts';

/** More processes over the same books are no use. */
const HOSTS_MAX = 64;
/** One that did not show itself while this one did so often is gone. */
const SILENT_BEATS = 5;

/**
 * Several hosts over the same books show each other that they live. What one that is gone was at is due again at once,
 * and not only when its lease runs out. Clocks of different machines are never compared: a host counts its own beats.
 */
export class Presence {
  readonly #ports: HostPorts;
  readonly #id: string;
  readonly #underWay: () => ReadonlySet<Svpmsn>;
  #beats = 0;
  /** Of each other: what it last showed, and at which beat of ours that was new. */
  readonly #others = new Map<string, { readonly beats: number; readonly since: number }>();

  /** @param underWay meters that this process is at */
  constructor(ports: HostPorts, id: string, underWay: () => ReadonlySet<Svpmsn>) {
    this.#ports = ports;
    this.#id = id;
    this.#underWay = underWay;
  }

  /** A beat, about one a second. Returns how many hosts were found to be gone. */
  async beat(): Promise<number> {
    const { store, clock } = this.#ports;
    this.#beats += 1;
    return store.transaction(async (tx) => {
      const known = await tx.hostBeats.page({ limit: HOSTS_MAX });
      const gone = known.filter((other) => other.id !== this.#id && this.#isGone(other)).map(({ id }) => id);
      await tx.hostBeats.put([{ id: this.#id, beats: this.#beats }]);
      if (gone.length === 0) return 0;
      await tx.hostBeats.delete(gone);
      // Whose lease is whose nobody wrote down: another that lives is asked again too, which costs it an exchange.
      await tx.releaseLeases({ now: clock.now(), but: this.#underWay() });
      return gone.length;
    });
  }

  #isGone({ id, beats }: { readonly id: string; readonly beats: number }): boolean {
    const before = this.#others.get(id);
    if (before === undefined || before.beats !== beats) {
      this.#others.set(id, { beats, since: this.#beats });
      return false;
    }
    return this.#beats - before.since >= SILENT_BEATS;
  }
}
