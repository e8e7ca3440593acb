import type { Svpmsn } from '../units/index.ts';
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

  /** A minute of one line: somebody taps it before its meters. Of one meter: a wire that its sensor does not see goes past it. */
  'line-tapped': 0.05,
  'meter-bypassed': 0.01,

  /** A minute of one meter: its supply falls, with or without a last gasp. */
  'power-failed': 0.02,
  'power-cut': 0.05,
  /** In the 59th second, before the minute is written. */
  'power-cut-before-minute': 0.02,
  /** It falls, and meanwhile the clock loses or gains up to two hours. */
  'clock-jumped': 0.002,

  /** A minute of one meter: somebody with a copy of its key of value credits it, or with that of monitoring moves its clock. */
  'foreign-books': 0.008,
  'monitoring-stolen': 0.002,
  /** All of its memories are copied, keys and purse; within an hour the copy hangs on the line as well, for minutes. */
  'meter-cloned': 0.002,

  /** A minute of one meter: damage that no rule undoes. */
  'write-lost': 0.002,
  'bit-rotted': 0.002,
  /** All of the board's memory is what it was up to an hour ago. */
  'memory-rolled-back': 0.003,
  /** Some bytes of it are, in or about the purse: somebody pasted them. */
  'memory-pasted': 0.002,

  /** A minute of a meter that somebody leaves and that has not told its last reading: it is held to be dead. */
  'meter-given-up': 0.05,

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
  /** By one of up to 45 minutes ago: it may forget more of a meter than that keeps receipts of. */
  'store-long-restored': 0.005,

  /** A payment. */
  'payment-doubled': 0.2,
  'payment-reversed': 0.05,

  /** A call of the bank: it never comes, comes or is answered minutes late, is done and never answered, or the line breaks before the answer. */
  'bank-request-lost': 0.05,
  'bank-delayed': 0.1,
  'bank-silent': 0.02,
  'bank-answer-lost': 0.05,
  /** Money that is asked for: it is refused; the answer comes a second time, as a notice; its number was given before. */
  'bank-declined': 0.1,
  'bank-answer-doubled': 0.1,
  'bank-number-repeated': 0.02,
  /** Money that is to be taken: it was held for too long; it is taken, and its payer has it returned. */
  'bank-hold-expired': 0.02,
  'payment-returned': 0.05,
  /** A notice of the bank. */
  'notice-lost': 0.1,
  'notice-doubled': 0.1,
  'notice-delayed': 0.1,
  /** A minute of one payment that the bank has not decided: nobody waits for it any more. */
  'payment-cancelled': 0.1,

  /** A voucher that is bought: its number is said wrongly, twice, at another meter as well; what was sold for it is taken back. */
  'voucher-mistyped': 0.1,
  'voucher-doubled': 0.2,
  'voucher-elsewhere': 0.2,
  'voucher-taken-back': 0.1,

  /** A purse card that is put into a meter: it is pulled at one of its commands, or its power goes in the middle of a write. */
  'card-pulled': 0.2,
  'card-power-cut': 0.1,
  /** Meanwhile another card takes its place, or somebody between card and slot says what was said before. */
  'card-swapped': 0.05,
  'card-replayed': 0.1,
  /** The meter without a line that it is put into loses its power in the middle of a write. */
  'offline-meter-cut': 0.1,
  /** One that has value for it: it loses its power, and never has it again, or not before it is mended. */
  'offline-meter-dead': 0.3,
  /** It stays in the slot for up to 20 minutes more; from a meter without a line it comes back up to 40 minutes later. */
  'card-left': 0.1,
  'card-late': 0.1,
  /** A purse card's minute: it is lost, and whoever finds it tries it; its chip is copied, and the copy used. */
  'card-lost': 0.02,
  'card-cloned': 0.01,
  /** A payment for a card: it is of more than the region has room for beside what is there. */
  'card-overfilled': 0.03,
  /** It is taken back: before it is on the card, on its way, or after. */
  'card-payment-reversed': 0.15,
} as const;

export type FaultKind = keyof typeof FAULTS;
export const FAULT_KINDS = Object.keys(FAULTS) as FaultKind[];

/** How likely each kind is at each of its opportunities. */
export type FaultRates = Readonly<Record<FaultKind, number>>;

/** A quarter of all kinds stays away; the others strike at the highest rate, or a half, a quarter … of it. */
export function drawRates(random: SeededRandom, without: ReadonlySet<FaultKind> = new Set()): FaultRates {
  const rate = (kind: FaultKind): number => {
    const own = random.fork(kind);
    const halvings = own.below(HALVINGS_MAX);
    return own.chance(1 / 4) || without.has(kind) ? 0 : FAULTS[kind] / 2 ** halvings;
  };
  return ofEachKind(rate);
}
const HALVINGS_MAX = 6;

/** One strike: its kind, and its number among all that the seed draws of that kind, from 1. */
export interface Strike {
  readonly kind: FaultKind;
  readonly number: number;
}

/** As a person writes it: `power-cut#17`. */
export const strikeText = ({ kind, number }: Strike): string => `${kind}#${number}`;

/** As few words as name them all: `power-cut#17,host-killed#3-5`. */
export function strikesText(strikes: readonly Strike[]): string {
  return FAULT_KINDS.flatMap((kind) => {
    const numbers = strikes.filter((strike) => strike.kind === kind).map(({ number }) => number);
    const runs: { from: number; to: number }[] = [];
    for (const number of numbers.sort((a, b) => a - b)) {
      const last = runs.at(-1);
      if (last !== undefined && number === last.to + 1) last.to = number;
      else runs.push({ from: number, to: number });
    }
    return runs.map(({ from, to }) => (from === to ? `${kind}#${from}` : `${kind}#${from}-${to}`));
  }).join();
}

/** More than any life of a night has. */
const STRIKES_MAX = 1_000_000;

/** Why a text names no strikes: a code for programs, one sentence for people. */
export interface StrikesFailure {
  readonly reason: 'form-wrong' | 'fault-unknown' | 'range-backwards' | 'too-many';
  readonly sentence: string;
}

/** What `strikesText` writes of at least one strike; anything else is refused with the reason. */
export function parseStrikes(text: string): readonly Strike[] | StrikesFailure {
  const strikes: Strike[] = [];
  for (const part of text.split(',')) {
    const [, name = '', from = '', to = from] = /^([a-z-]+)#([1-9]\d{0,6})(?:-([1-9]\d{0,6}))?$/.exec(part) ?? [];
    if (name === '') {
      return failure('form-wrong', `A strike is named as in power-cut#17 or host-killed#3-5, not as "${part}".`);
    }
    const kind = FAULT_KINDS.find((each) => each === name);
    if (kind === undefined) return failure('fault-unknown', faultUnknown(name));
    const count = Number(to) - Number(from) + 1;
    if (count < 1) return failure('range-backwards', `From ${from} to ${to} there is no strike: "${part}".`);
    if (strikes.length + count > STRIKES_MAX) {
      return failure('too-many', `At most ${STRIKES_MAX} strikes can be named, and "${part}" is beyond that.`);
    }
    for (let number = Number(from); number <= Number(to); number++) strikes.push({ kind, number });
  }
  return strikes;
}

const failure = (reason: StrikesFailure['reason'], sentence: string): StrikesFailure => ({ reason, sentence });

/** What a person is told who names a kind that there is not. */
export const faultUnknown = (name: string): string =>
  `There is no fault "${name}": the faults are ${FAULT_KINDS.join(', ')}.`;

/** The numbers of strikes by kind. */
export function byKind(strikes: readonly Strike[]): ReadonlyMap<FaultKind, ReadonlySet<number>> {
  const numbers = new Map<FaultKind, Set<number>>();
  for (const { kind, number } of strikes) numbers.set(kind, (numbers.get(kind) ?? new Set()).add(number));
  return numbers;
}

/** What is struck, for whoever tells of it: a meter, something by its name, or the bytes under way. */
export type Stricken = Svpmsn | string | Uint8Array;

export interface FaultOptions {
  readonly rates: FaultRates;
  readonly random: SeededRandom;
  /** Of all strikes that the seed draws, those that come, by kind; all of them where absent. */
  readonly only?: ReadonlyMap<FaultKind, ReadonlySet<number>> | undefined;
  readonly onStrike?: (strike: Strike, stricken: Stricken | undefined) => void;
}

/** Decides at every opportunity whether a fault strikes, and counts those that did. */
export class Faults {
  readonly rates: FaultRates;
  readonly counts: Record<FaultKind, number>;
  /** Strikes that stayed away because there was nothing that they could hit. */
  readonly spared: Record<FaultKind, number>;
  /** Nothing strikes before the utility lives, and after it was healed. */
  active = false;
  readonly #only: FaultOptions['only'];
  readonly #onStrike: FaultOptions['onStrike'];
  // Generators of each kind, so that one that is left out moves none of the others: whether it strikes, where and how
  // one strike does, and what is drawn beside its strikes. So a strike that stays away moves no other draw either; and
  // an opportunity is drawn also where another strike left nothing to hit.
  readonly #chances: Readonly<Record<FaultKind, SeededRandom>>;
  readonly #details: Record<FaultKind, SeededRandom>;
  readonly #beside: Readonly<Record<FaultKind, SeededRandom>>;
  readonly #drawn: Record<FaultKind, number>;

  constructor({ rates, random, only, onStrike }: FaultOptions) {
    this.rates = rates;
    this.#only = only;
    this.#onStrike = onStrike;
    this.#chances = ofEachKind((kind) => random.fork(kind));
    this.#details = ofEachKind((kind) => this.#chances[kind].fork(0));
    this.#beside = ofEachKind((kind) => this.#chances[kind].fork('beside'));
    this.#drawn = ofEachKind(() => 0);
    this.counts = ofEachKind(() => 0);
    this.spared = ofEachKind(() => 0);
  }

  /**
   * Whether it strikes at this opportunity.
   * @param possible false where there is nothing that may be hit, because of other strikes: it is drawn and numbered all
   *   the same
   */
  strikes(kind: FaultKind, stricken?: Stricken, possible = true): boolean {
    if (!this.active || this.rates[kind] === 0 || !this.#chances[kind].chance(this.rates[kind])) return false;
    const number = ++this.#drawn[kind];
    if (this.#only !== undefined && !this.#only.get(kind)?.has(number)) return false;
    if (!possible) {
      this.spared[kind] += 1;
      return false;
    }
    this.#details[kind] = this.#chances[kind].fork(number);
    this.counts[kind] += 1;
    this.#onStrike?.({ kind, number }, stricken);
    return true;
  }

  /** Of the latest strike of this kind: where, how long, how far. */
  below(kind: FaultKind, n: number): number {
    return this.#details[kind].below(n);
  }

  /** What is drawn for this kind whether it strikes or not. */
  besideBelow(kind: FaultKind, n: number): number {
    return this.#beside[kind].below(n);
  }
}

const ofEachKind = <T>(of: (kind: FaultKind) => T): Record<FaultKind, T> =>
  Object.fromEntries(FAULT_KINDS.map((kind) => [kind, of(kind)])) as Record<FaultKind, T>;
