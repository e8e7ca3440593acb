import type { Svpmsn } from '../units/index.ts';
import type { Hear } from './switchboard.ts';

/** Somebody with a microphone at a meter. */
export interface AtMeter {
  /** Hears what a person at the utility says. */
  readonly hear: Hear;
  /** Somebody else stands there from now on. */
  readonly replaced: () => void;
}

interface Standing {
  readonly at: AtMeter;
  /** Hears what is said at the meter; nobody does before a person has taken the call. */
  toPerson: Hear | undefined;
}

/** Speech at meters whose carrier is fast enough for it: the narrow line carries keys and numbers alone. */
export class MeterVoices {
  readonly #standing = new Map<Svpmsn, Standing>();

  /** Somebody can speak at a meter from now on; whoever could before can no more. */
  join(meter: Svpmsn, at: AtMeter): { readonly say: Hear; leave(): void } {
    this.#standing.get(meter)?.at.replaced();
    const standing: Standing = { at, toPerson: undefined };
    this.#standing.set(meter, standing);
    return {
      say: (sound) => standing.toPerson?.(sound),
      leave: () => {
        if (this.#standing.get(meter) === standing) this.#standing.delete(meter);
      },
    };
  }

  has(meter: Svpmsn): boolean {
    return this.#standing.has(meter);
  }

  /** A person hears what is said at a meter, until `end`. What they say is heard by whoever stands there then. */
  talk(meter: Svpmsn, toPerson: Hear): { readonly say: Hear; end(): void } {
    const standing = this.#standing.get(meter);
    if (standing !== undefined) standing.toPerson = toPerson;
    let isOver = false;
    return {
      say: (sound) => {
        if (!isOver) standing?.at.hear(sound);
      },
      end: () => {
        isOver = true;
        if (standing?.toPerson === toPerson) standing.toPerson = undefined;
      },
    };
  }
}
