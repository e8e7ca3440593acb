import { type Milliseconds, milliseconds } from '../units/index.ts';
import { airtimeMicroseconds, type Carrier, occupiedMs } from './carrier.ts';
import { BurstNoise, LINE_DISTANCE_M_MAX, type LineConditions } from './noise.ts';
import { drawBelow, drawChance, type RandomSource, RunLength } from './random.ts';

/** One frame on the line, until it has arrived. */
export interface Transmission {
  /** Station that sends, or `FOREIGN_STATION` for what crossed over from the neighbouring transformer. */
  readonly from: number;
  readonly bytes: Uint8Array;
  readonly startsAt: Milliseconds;
  readonly endsAt: Milliseconds;
  /** When receivers have it: the end, and the carrier's latency. */
  readonly arrivesAt: Milliseconds;
  /** Parts of its time in which another station sent as well; `earlier` where the other had begun before. */
  readonly overlaps: {
    readonly from: number;
    readonly startsAt: number;
    readonly endsAt: number;
    readonly earlier: boolean;
  }[];
  readonly bursts: readonly (readonly [number, number])[];
}

export const FOREIGN_STATION = -1;
/** The local unit, at distance 0. */
export const LOCAL_UNIT_STATION = 0;

export interface ChannelTotals {
  transmissions: number;
  bytes: number;
  airtimeMicroseconds: number;
  collisions: number;
}

/**
 * The medium of one transformer in simulated time: it decides what each receiver gets of each transmission, and
 * counts the air time. Deterministic by its random source, which it does not touch where conditions are perfect.
 *
 * The caller announces each transmission with `begin` when it starts, in the order of time, and asks `receive` for
 * every receiver it cares about at `arrivesAt`.
 */
export class Channel {
  readonly carrier: Carrier;
  readonly totals: ChannelTotals = { transmissions: 0, bytes: 0, airtimeMicroseconds: 0, collisions: 0 };
  readonly #conditions: LineConditions;
  readonly #random: RandomSource;
  readonly #bursts: BurstNoise | undefined;
  readonly #distances: number[] = [0];
  readonly #errorsAt = new Map<number, RunLength | undefined>();
  #active: Transmission[] = [];

  constructor(settings: {
    readonly carrier: Carrier;
    readonly conditions: LineConditions;
    readonly random: RandomSource;
  }) {
    this.carrier = settings.carrier;
    this.#conditions = settings.conditions;
    this.#random = settings.random;
    const { bursts } = settings.conditions;
    this.#bursts = bursts && new BurstNoise(bursts, settings.random);
  }

  /** A meter's station on this line, at this distance from the local unit. */
  attach(distanceM: number): number {
    return this.#distances.push(distanceM) - 1;
  }

  begin(now: Milliseconds, from: number, bytes: Uint8Array): Transmission {
    const endsAt = milliseconds(now + occupiedMs(this.carrier, bytes.length));
    const transmission: Transmission = {
      from,
      bytes,
      startsAt: now,
      endsAt,
      arrivesAt: milliseconds(endsAt + this.carrier.latencyMs),
      overlaps: [],
      bursts: this.#bursts?.within(now, endsAt) ?? [],
    };
    this.#active = this.#active.filter((other) => other.endsAt > now);
    for (const other of this.#active) this.#overlap(transmission, other);
    this.#active.push(transmission);
    if (from !== FOREIGN_STATION) {
      this.totals.transmissions++;
      this.totals.bytes += bytes.length;
      this.totals.airtimeMicroseconds += (this.carrier.relays + 1) * airtimeMicroseconds(this.carrier, bytes.length);
    }
    return transmission;
  }

  /** What the receiver gets: the same bytes when intact, a damaged copy, or `undefined` when it hears nothing. */
  receive(transmission: Transmission, receiver: number): Uint8Array | undefined {
    if (!this.#reaches(transmission, receiver)) return undefined;
    const { frameLost, frameCut } = this.#conditions;
    if (drawChance(this.#random, frameLost)) return undefined;
    let bytes = transmission.bytes;
    if (transmission.overlaps.length > 0) bytes = this.#collide(transmission, bytes);
    bytes = this.#flipBits(transmission, bytes, this.#errors(transmission.from, receiver));
    if (drawChance(this.#random, frameCut)) bytes = bytes.subarray(0, drawBelow(this.#random, bytes.length));
    return bytes.length === 0 ? undefined : bytes;
  }

  /** Whether this transmission is heard on the neighbouring transformer too; there it begins as `FOREIGN_STATION`. */
  crossesOver(transmission: Transmission): boolean {
    return transmission.from !== FOREIGN_STATION && drawChance(this.#random, this.#conditions.crosstalk);
  }

  #overlap(later: Transmission, earlier: Transmission): void {
    if (!this.#disturb(later.from, earlier.from)) return;
    const startsAt = later.startsAt;
    const endsAt = Math.min(later.endsAt, earlier.endsAt);
    later.overlaps.push({ from: earlier.from, startsAt, endsAt, earlier: true });
    earlier.overlaps.push({ from: later.from, startsAt, endsAt, earlier: false });
    if (later.from !== FOREIGN_STATION && earlier.from !== FOREIGN_STATION) this.totals.collisions++;
  }

  #disturb(a: number, b: number): boolean {
    if (this.carrier.halfDuplex) return true;
    return this.carrier.sharedUpstream && a !== LOCAL_UNIT_STATION && b !== LOCAL_UNIT_STATION;
  }

  #reaches(transmission: Transmission, receiver: number): boolean {
    const { from, overlaps } = transmission;
    if (from === receiver) return false;
    // Away from a half-duplex line, downstream and upstream are two media, and meters hear only the first.
    if (!this.carrier.halfDuplex && from > LOCAL_UNIT_STATION && receiver !== LOCAL_UNIT_STATION) return false;
    for (const overlap of overlaps) {
      if (overlap.from === receiver) return false;
      // The nearer signal wins over what crosses over.
      if (from === FOREIGN_STATION) return false;
      // A receiver follows the one that began first, and hears in its place what the two make of each other.
      if (overlap.earlier && overlap.from !== FOREIGN_STATION) return false;
    }
    return true;
  }

  /** Where another station of this line sent as well, the receiver has neither: random bytes. */
  #collide(transmission: Transmission, bytes: Uint8Array): Uint8Array {
    let damaged = bytes;
    for (const { from, startsAt, endsAt } of transmission.overlaps) {
      if (from === FOREIGN_STATION) continue;
      if (damaged === bytes) damaged = bytes.slice();
      const [first, end] = this.#span(transmission, startsAt, endsAt, bytes.length);
      for (let i = Math.floor(first); i < Math.ceil(end); i++) damaged[i] = this.#random.u32() & 0xff;
    }
    return damaged;
  }

  #flipBits(transmission: Transmission, bytes: Uint8Array, errors: RunLength | undefined): Uint8Array {
    const bits = 8 * bytes.length;
    let damaged = errors === undefined ? bytes : this.#flipRange(bytes, bytes, 0, bits, errors);
    for (const [from, to] of transmission.bursts) {
      const [first, end] = this.#span(transmission, from, to, bits);
      damaged = this.#flipRange(bytes, damaged, Math.floor(first), Math.ceil(end), (this.#bursts as BurstNoise).errors);
    }
    return damaged;
  }

  #flipRange(original: Uint8Array, bytes: Uint8Array, from: number, to: number, errors: RunLength): Uint8Array {
    let damaged = bytes;
    for (let bit = from + errors.draw(this.#random); bit < to; bit += 1 + errors.draw(this.#random)) {
      if (damaged === original) damaged = original.slice();
      damaged[bit >>> 3] = (damaged[bit >>> 3] as number) ^ (0x80 >>> (bit & 7));
    }
    return damaged;
  }

  /** Which of `units` equal shares of the transmission lie in this time. */
  #span(transmission: Transmission, from: number, to: number, units: number): [number, number] {
    const { startsAt, endsAt } = transmission;
    const scale = units / (endsAt - startsAt);
    return [(from - startsAt) * scale, (to - startsAt) * scale];
  }

  #errors(from: number, receiver: number): RunLength | undefined {
    // What crosses over has come through both transformers, and is as weak as from the far end of the line.
    const distanceM =
      from === FOREIGN_STATION
        ? LINE_DISTANCE_M_MAX
        : Math.abs((this.#distances[from] as number) - (this.#distances[receiver] as number));
    if (!this.#errorsAt.has(distanceM)) {
      const rate = this.#conditions.bitErrorRate(distanceM);
      this.#errorsAt.set(distanceM, rate > 0 ? new RunLength(rate) : undefined);
    }
    return this.#errorsAt.get(distanceM);
  }
}
