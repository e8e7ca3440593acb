/** Heard so late at first that packets which come unevenly leave no gap. */
const AHEAD_SECONDS = 0.06;
const WAITING_SECONDS_MAX = 0.3;

/** What came and has not been heard yet. */
export class Playout {
  readonly #ahead: number;
  readonly #most: number;
  #queue: Float32Array[] = [];
  #place = 0;
  #waiting = 0;
  #isPlaying = false;

  /** @param rate samples a second */
  constructor(rate: number) {
    this.#ahead = Math.round(AHEAD_SECONDS * rate);
    this.#most = Math.round(WAITING_SECONDS_MAX * rate);
  }

  push(sound: Float32Array): void {
    if (sound.length === 0) return;
    this.#queue.push(sound);
    this.#waiting += sound.length;
    if (this.#waiting > this.#most) this.#drop(this.#waiting - this.#ahead);
  }

  /** Fills what is heard next; with silence where nothing is there, until enough is. */
  pull(out: Float32Array): void {
    out.fill(0);
    this.#isPlaying ||= this.#waiting >= this.#ahead;
    if (!this.#isPlaying) return;
    let filled = 0;
    while (filled < out.length && this.#waiting > 0) {
      const part = (this.#queue[0] as Float32Array).subarray(this.#place, this.#place + out.length - filled);
      out.set(part, filled);
      filled += part.length;
      this.#drop(part.length);
    }
    this.#isPlaying = filled === out.length;
  }

  #drop(count: number): void {
    this.#place += count;
    this.#waiting -= count;
    for (let first = this.#queue[0]; first !== undefined && this.#place >= first.length; first = this.#queue[0]) {
      this.#place -= first.length;
      this.#queue.shift();
    }
  }
}
