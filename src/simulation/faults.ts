import type { SeededRandom } from './random.ts';

/**
 * Everything that can go wrong in a simulated utility: beside each kind its opportunity, and the highest rate at which
 * a seed lets it strike there.
 */
export const FAULTS = {
  /** A frame on the power line, at one receiver. */
  'frame-lost': 0.2,
  'frame-truncated': 0.05,
  'frame-doubled': 0.1,
  'frame-delayed': 0.05,
  /** One bit is flipped and the line's check sum put right. */
  'frame-forged': 0.05,
  /** An earlier frame of this line comes instead. */
  'frame-replayed': 0.05,
  /** One that is said: the next transformer hears it too. */
  'frame-crossed': 0.1,

  /** A message between host, area unit and local unit. */
  'message-lost': 0.05,
  'message-doubled': 0.1,
  'message-delayed': 0.1,
  'message-replayed': 0.05,

  /** A minute of one unit. */
  'local-unit-restarted': 0.01,
  'area-unit-restarted': 0.001,
  'backhaul-cut': 0.002,
  /** Up to twenty minutes between a local unit and its area unit, or between that and the host. */
  'local-unit-parted': 0.002,
  'area-unit-parted': 0.001,
  /** A foreign modem answers at a meter's address, in its name, for up to twenty minutes. */
  'address-taken': 0.002,
  /** A technician gives a meter's modem another address, one that is free or that another had; the host hears of it later. */
  'address-moved': 0.02,

  /** A minute of one meter: its supply falls, with or without a last gasp. */
  'power-failed': 0.02,
  'power-cut': 0.05,
  /** In the 59th second, before the minute is written. */
  'power-cut-before-minute': 0.02,
  /** It falls, and meanwhile the clock loses or gains up to two hours. */
  'clock-jumped': 0.002,

  /** A minute of one meter: somebody with a copy of its key of value credits it, or with that of monitoring moves its clock. */
  'foreign-books': 0.002,
  'monitoring-stolen': 0.002,

  /** A minute of one meter: damage that no rule undoes. */
  'write-lost': 0.002,
  'bit-rotted': 0.002,
  /** All of the board's memory is what it was up to an hour ago. */
  'memory-rolled-back': 0.002,
  /** Some bytes of it are, in or about the purse: somebody pasted them. */
  'memory-pasted': 0.002,

  /** An await of one host, and a transaction of its store. */
  'host-killed': 0.0002,
  'host-paused': 0.02,
  /** What one host process hears: the machine stops it for up to two minutes. */
  'host-stalled': 0.001,
  'store-full': 0.002,
  /** It was in another host's way: the store undoes it and runs it again. */
  'transaction-repeated': 0.05,
  /** A minute: the database is replaced by an older copy. */
  'store-restored': 0.1,

  /** A payment. */
  'payment-doubled': 0.2,
  'payment-reversed': 0.05,
} as const;

export type FaultKind = keyof typeof FAULTS;
export const FAULT_KINDS = Object.keys(FAULTS) as FaultKind[];

/** How likely each kind is at each of its opportunities. */
export type FaultRates = Readonly<Record<FaultKind, number>>;

/** A third of all kinds stays away; the others strike at the highest rate, or a half, a quarter … of it. */
export function drawRates(random: SeededRandom, without: ReadonlySet<FaultKind> = new Set()): FaultRates {
  const rate = (kind: FaultKind): number => {
    const own = random.fork(kind);
    const halvings = own.below(HALVINGS_MAX);
    return own.chance(1 / 3) || without.has(kind) ? 0 : FAULTS[kind] / 2 ** halvings;
  };
  return Object.fromEntries(FAULT_KINDS.map((kind) => [kind, rate(kind)])) as FaultRates;
}
const HALVINGS_MAX = 6;

/** Decides at every opportunity whether a fault strikes, and counts those that did. */
export class Faults {
  readonly rates: FaultRates;
  readonly counts: Record<FaultKind, number>;
  /** Nothing strikes before the utility lives, and after it was healed. */
  active = false;
  readonly #random: Readonly<Record<FaultKind, SeededRandom>>;
  readonly #onStrike: (kind: FaultKind) => void;

  constructor(rates: FaultRates, random: SeededRandom, onStrike: (kind: FaultKind) => void = () => undefined) {
    this.rates = rates;
    this.#onStrike = onStrike;
    // A generator for each kind: one that is left out moves none of the others.
    this.#random = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, random.fork(kind)])) as Record<
      FaultKind,
      SeededRandom
    >;
    this.counts = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  }

  /** Whether it strikes at this opportunity. */
  strikes(kind: FaultKind): boolean {
    if (!this.active || this.rates[kind] === 0 || !this.#random[kind].chance(this.rates[kind])) return false;
    this.counts[kind] += 1;
    this.#onStrike(kind);
    return true;
  }

  /** Of the generator of this kind: where, how long, how far. */
  below(kind: FaultKind, n: number): number {
    return this.#random[kind].below(n);
  }
}
