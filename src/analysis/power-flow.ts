import { type Feeder, OHMS, ohmsOf } from './network.ts';

/** What flows in one moment. */
export interface Flow {
  /** Watts that become heat in the lines, behind the terminals of the transformer. */
  readonly loss: number;
  /** Between phase and neutral at each load of the feeder, in their order; of three phases the mean. */
  readonly volts: Float64Array;
}

const PHASES = 3;
const ROUNDS_MAX = 60;
/** Volts by which a round may still move a node: a millionth of what a line loses. */
const SETTLED_VOLTS = 1e-5;
/** Below this share of the source's voltage no supply works, and sums of constant power do not settle. */
const COLLAPSED = 0.4;
const SQRT_3_HALVES = Math.sqrt(3) / 2;
/** Phases follow each other by 120 degrees. */
const DIRECTIONS = [
  [1, 0],
  [-0.5, -SQRT_3_HALVES],
  [-0.5, SQRT_3_HALVES],
] as const;

/**
 * Solves a radial feeder of three phases that are not loaded alike: currents are summed up towards the source, voltages
 * reckoned away from it, until neither moves (backward and forward sweep). Loads are of constant power. It begins each
 * moment where the last one ended.
 */
export class PowerFlow {
  readonly #feeder: Feeder;
  readonly #sourceOhms: readonly number[];
  /** Real and imaginary part by section and phase; the source's own stand in front. */
  readonly #volts: Float64Array;
  readonly #currents: Float64Array;

  constructor(feeder: Feeder) {
    this.#feeder = feeder;
    this.#sourceOhms = ohmsOf(feeder.source.ohms, 1);
    const size = 2 * PHASES * (feeder.before.length + 1);
    this.#volts = new Float64Array(size);
    this.#currents = new Float64Array(size);
    this.#rest();
  }

  /** @param watts of each load, in the order of the feeder; nothing comes back where the lines cannot carry it */
  solve(watts: ArrayLike<number>): Flow | undefined {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      if (!this.#drawLoads(watts)) break;
      this.#sumCurrents();
      if (this.#dropVoltages() < SETTLED_VOLTS) return { loss: this.#loss(), volts: this.#loadVolts() };
    }
    this.#rest();
    return undefined;
  }

  #rest(): void {
    const { volts } = this.#feeder.source;
    for (let at = 0; at < this.#volts.length; at += 2) {
      const [real, imaginary] = DIRECTIONS[(at / 2) % PHASES] as readonly [number, number];
      this.#volts[at] = volts * real;
      this.#volts[at + 1] = volts * imaginary;
    }
  }

  /** I = (S / V)*. */
  #drawLoads(watts: ArrayLike<number>): boolean {
    const [volts, currents] = [this.#volts, this.#currents];
    currents.fill(0);
    const least = (COLLAPSED * this.#feeder.source.volts) ** 2;
    for (const [i, { section, phases, tangent }] of this.#feeder.loads.entries()) {
      const first = phases === 'ABC' ? 0 : 'ABC'.indexOf(phases);
      const last = phases === 'ABC' ? PHASES - 1 : first;
      const real = (watts[i] as number) / (last - first + 1);
      const reactive = real * tangent;
      for (let phase = first; phase <= last; phase++) {
        const at = placeOf(section, phase);
        const [re, im] = [volts[at] as number, volts[at + 1] as number];
        const square = re ** 2 + im ** 2;
        if (!(square > least)) return false;
        currents[at] = (currents[at] as number) + (real * re + reactive * im) / square;
        currents[at + 1] = (currents[at + 1] as number) + (real * im - reactive * re) / square;
      }
    }
    return true;
  }

  #sumCurrents(): void {
    const currents = this.#currents;
    const { before } = this.#feeder;
    for (let section = before.length - 1; section >= 0; section--) {
      const [at, to] = [placeOf(section, 0), placeOf(before[section] as number, 0)];
      for (let part = 0; part < 2 * PHASES; part++) {
        currents[to + part] = (currents[to + part] as number) + (currents[at + part] as number);
      }
    }
  }

  /** How far a voltage moved at most. */
  #dropVoltages(): number {
    const { before, ohms } = this.#feeder;
    let moved = this.#dropOver(SOURCE, this.#sourceOhms, 0, undefined);
    for (let section = 0; section < before.length; section++) {
      const from = placeOf(before[section] as number, 0);
      moved = Math.max(moved, this.#dropOver(section, ohms, OHMS * section, from));
    }
    return moved;
  }

  /** @param ohmsAt where in `ohms` those of the section begin; `from` is where it is fed, nothing for the source */
  #dropOver(section: number, ohms: ArrayLike<number>, ohmsAt: number, from: number | undefined): number {
    const [volts, currents] = [this.#volts, this.#currents];
    const { volts: sourceVolts } = this.#feeder.source;
    const r = ohms[ohmsAt] as number;
    const x = ohms[ohmsAt + 1] as number;
    const rz = ohms[ohmsAt + 2] as number;
    const xz = ohms[ohmsAt + 3] as number;
    const at = placeOf(section, 0);
    const sumRe = sumOf(currents, at);
    const sumIm = sumOf(currents, at + 1);
    let moved = 0;
    for (let phase = 0; phase < PHASES; phase++) {
      const own = at + 2 * phase;
      const re = currents[own] as number;
      const im = currents[own + 1] as number;
      const direction = DIRECTIONS[phase] as readonly [number, number];
      const fromRe = from === undefined ? sourceVolts * direction[0] : (volts[from + 2 * phase] as number);
      const fromIm = from === undefined ? sourceVolts * direction[1] : (volts[from + 2 * phase + 1] as number);
      const nextRe = fromRe - (r * re - x * im + rz * sumRe - xz * sumIm);
      const nextIm = fromIm - (r * im + x * re + rz * sumIm + xz * sumRe);
      moved = Math.max(moved, Math.abs(nextRe - (volts[own] as number)), Math.abs(nextIm - (volts[own + 1] as number)));
      volts[own] = nextRe;
      volts[own + 1] = nextIm;
    }
    return moved;
  }

  /** Heat of each section: that of its phases, and what the neutral's current adds. */
  #loss(): number {
    const { before, ohms } = this.#feeder;
    let loss = 0;
    for (let section = 0; section < before.length; section++) {
      const at = placeOf(section, 0);
      let squares = 0;
      for (let part = 0; part < 2 * PHASES; part++) squares += (this.#currents[at + part] as number) ** 2;
      const sumRe = sumOf(this.#currents, at);
      const sumIm = sumOf(this.#currents, at + 1);
      loss += (ohms[OHMS * section] as number) * squares;
      loss += (ohms[OHMS * section + 2] as number) * (sumRe ** 2 + sumIm ** 2);
    }
    return loss;
  }

  #loadVolts(): Float64Array {
    return Float64Array.from(this.#feeder.loads, ({ section, phases }) => {
      const sizes = [0, 1, 2].map((phase) => {
        const at = placeOf(section, phase);
        return Math.hypot(this.#volts[at] as number, this.#volts[at + 1] as number);
      }) as [number, number, number];
      return phases === 'ABC' ? (sizes[0] + sizes[1] + sizes[2]) / PHASES : (sizes['ABC'.indexOf(phases)] as number);
    });
  }
}

/** The source is section -1. */
const placeOf = (section: number, phase: number): number => 2 * (PHASES * (section + 1) + phase);

const SOURCE = -1;

/** Of all phases: the real parts stand two places apart from each other, and so do the imaginary ones. */
const sumOf = (currents: Float64Array, at: number): number =>
  (currents[at] as number) + (currents[at + 2] as number) + (currents[at + 4] as number);
