/** So many half waves of the filter to each side: what is above the lower rate's half is 50 dB down. */
const HALF_WAVES = 8;
const STEPS = 256;

/** A sine over its angle under the window of Hann, from its middle to its end. */
const KERNEL = Float32Array.from({ length: HALF_WAVES * STEPS + 2 }, (_, i) => {
  const at = i / STEPS;
  if (at === 0) return 1;
  if (at >= HALF_WAVES) return 0;
  return (Math.sin(Math.PI * at) / (Math.PI * at)) * (0.5 + 0.5 * Math.cos((Math.PI * at) / HALF_WAVES));
});

/** Sound of one rate as sound of another, piece by piece as it comes. */
export class Resampler {
  readonly #step: number;
  /** Below 1 where the new rate is the lower one: it carries no higher pitch. */
  readonly #scale: number;
  readonly #reach: number;
  #kept: Float32Array;
  /** Of the next sample, in what is kept. */
  #at: number;

  constructor(rates: { readonly from: number; readonly to: number }) {
    this.#step = rates.from / rates.to;
    this.#scale = Math.min(1, 1 / this.#step);
    this.#reach = Math.ceil(HALF_WAVES / this.#scale);
    this.#kept = new Float32Array(this.#reach);
    this.#at = this.#reach;
  }

  push(sound: Float32Array): Float32Array {
    const all = new Float32Array(this.#kept.length + sound.length);
    all.set(this.#kept);
    all.set(sound, this.#kept.length);
    const count = Math.max(0, Math.ceil((all.length - this.#reach - this.#at) / this.#step));
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) out[i] = this.#sample(all, this.#at + i * this.#step);
    const next = this.#at + count * this.#step;
    const from = Math.max(0, Math.floor(next) - this.#reach);
    this.#kept = all.slice(from);
    this.#at = next - from;
    return out;
  }

  #sample(all: Float32Array, at: number): number {
    let sum = 0;
    const last = Math.min(all.length - 1, Math.floor(at + this.#reach));
    for (let i = Math.max(0, Math.ceil(at - this.#reach)); i <= last; i++) {
      const place = Math.abs(i - at) * this.#scale * STEPS;
      const below = Math.floor(place);
      const [low = 0, high = 0] = [KERNEL[below], KERNEL[below + 1]];
      sum += (all[i] ?? 0) * (low + (high - low) * (place - below));
    }
    return sum * this.#scale;
  }
}
