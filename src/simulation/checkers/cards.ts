import { toHex } from '../../bytes/index.ts';
import { type CardRegion, LoadKind, type LoadRow, readLoadRow, type WholeRegion } from '../../card/index.ts';
import { purseIdOf } from '../../host/index.ts';
import { cardsHeld, levelsOf } from '../../meter/index.ts';
import { assertNever, type Csn, type Region, type Svpmsn, svpmsnText } from '../../units/index.ts';
import type { CardMeter } from '../cards/offline-meter.ts';
import type { PurseCard } from '../cards/purse-card.ts';
import type { Checker, Findings } from './checker.ts';

type RegionPurse = WholeRegion['purse'];

/** What truly became of one region of a card, command by command. */
export interface RegionTruth {
  readonly card: PurseCard;
  readonly region: Region;
  purse: RegionPurse;
  closed: number;
  released: number;
  /** Of what was released, what its meter had credited before it died. */
  releasedLate: number;
  /** The debits that were released and that their meter had not credited. */
  readonly releasedDebits: Set<number>;
  /** What each meter credited from it, by DTC. */
  readonly given: Map<Svpmsn, Map<number, number>>;
  /** Its loads, by LTC. */
  readonly loads: Map<number, LoadRow>;
}

interface MeterTruth {
  readonly meter: CardMeter;
  readonly home: Svpmsn;
  /** Where it is that of the house: whatever else befalls that is looked after elsewhere. */
  readonly house: Svpmsn | undefined;
  fromCards: number;
  /** Of its hot list, when it was looked at last. */
  epoch: number;
  /** The last DTC of each card. */
  readonly counters: Map<Csn, number>;
}

/**
 * Purse cards, and what meters take from them, in themselves: what was loaded on a card is on it, or went somewhere once
 * (I23, and I2 of such a meter); what is pending ends by its meter's word, after the credit, or by the issuer's (I24);
 * a card that was blocked gives nothing to a meter that has heard of it (I25). What it learns is what the books are held
 * against.
 */
export class Cards implements Checker {
  readonly watches = ['I2', 'I3', 'I4', 'I23', 'I24', 'I25', 'I28'] as const;
  readonly #findings: Findings;
  readonly #loaded: (truth: RegionTruth, row: LoadRow) => void;
  readonly #regions = new Map<string, RegionTruth>();
  readonly #meters = new Map<Svpmsn, MeterTruth>();
  readonly #homes = new Map<Csn, Svpmsn>();
  /** On which card a TXID was credited. */
  readonly #creditedOn = new Map<string, Csn>();
  /** Those that books which were put back may not know of. */
  #forgotten: ReadonlySet<string> = new Set();
  readonly #cloned = new Set<Csn>();
  /** The epoch of which each meter knows that a card was blocked, once it has come there. */
  readonly #blocked = new Map<string, number>();

  /** @param loaded is told of every load that a card decided, in their order */
  constructor(findings: Findings, loaded: (truth: RegionTruth, row: LoadRow) => void) {
    this.#findings = findings;
    this.#loaded = loaded;
  }

  /** Loads that put value on a card, debits that a meter credited, and those that the issuer ended. */
  readonly counts = { cards: 0, loads: 0, takings: 0, releases: 0 };

  get regions(): ReadonlyMap<string, RegionTruth> {
    return this.#regions;
  }

  get meters(): readonly Pick<MeterTruth, 'meter' | 'home' | 'house'>[] {
    return [...this.#meters.values()];
  }

  homeOf(csn: Csn): Svpmsn | undefined {
    return this.#homes.get(csn);
  }

  /** The cards that a house ever had. */
  ofHome(home: Svpmsn | undefined): readonly Csn[] {
    return [...this.#homes].flatMap(([csn, at]) => (at === home ? [csn] : []));
  }

  isCloned(csn: Csn): boolean {
    return this.#cloned.has(csn);
  }

  isCredited(txid: string): boolean {
    return this.#creditedOn.has(txid);
  }

  /** From here on two chips are this card, and what either has proves less. */
  cloned(csn: Csn): void {
    this.#cloned.add(csn);
  }

  /** The books say that with this epoch, and any later one, a meter takes nothing from a card. */
  blocked(csn: Csn, meter: Svpmsn, epoch: number): void {
    this.#blocked.set(`${csn} ${meter}`, epoch);
  }

  /** They forgot which cards are blocked, and perhaps what was loaded. */
  storeRestored(): void {
    this.#blocked.clear();
    this.#forgotten = new Set(this.#creditedOn.keys());
  }

  issued(card: PurseCard, home: Svpmsn): void {
    this.#homes.set(card.csn, home);
    this.counts.cards += 1;
    for (const region of card.card.regions.values()) {
      if (region.purse === undefined) continue;
      this.#regions.set(purseIdOf(card.csn, region.region), {
        ...{ card, region: region.region, purse: region.purse, closed: 0, released: 0, releasedLate: 0 },
        ...{ releasedDebits: new Set(), given: new Map(), loads: new Map() },
      });
    }
  }

  built(meter: CardMeter, home: Svpmsn): void {
    const house = meter.svpmsn === home ? home : undefined;
    this.#meters.set(meter.svpmsn, { meter, home, house, fromCards: 0, epoch: 0, counters: new Map() });
  }

  /** A card has done what a command asked for. Of a copy nothing is known. */
  cardStepped(card: PurseCard): void {
    for (const region of card.card.regions.values()) {
      const truth = this.#regions.get(purseIdOf(card.csn, region.region));
      if (truth === undefined || truth.card !== card || region.purse === truth.purse) continue;
      if (!isWhole(region)) {
        this.#findings.holdAlways('I23', this.#homes.get(card.csn), false, () => `card ${card.csn} lost a region`);
        continue;
      }
      this.#step(truth, region);
    }
  }

  #step(truth: RegionTruth, region: WholeRegion): void {
    const { purse: before } = truth;
    const { purse } = region;
    truth.purse = purse;
    if (purse.sequence === before.sequence) return;
    const row = purse.loadCounter === before.loadCounter ? undefined : this.#load(truth, region, before);
    this.#pendingEnds(truth, before, row);
    this.#whole(truth);
  }

  /**
   * Once. Books that were put back may give to the card that came in the place of a lost one what they gave to that one,
   * under the same TXID: had it told of it before it was lost, they would have found it.
   */
  #mayCredit(txid: string, card: Csn): boolean {
    const before = this.#creditedOn.get(txid);
    if (before === undefined) return true;
    return this.#forgotten.has(txid) && before !== card && this.#homes.get(before) === this.#homes.get(card);
  }

  #load(truth: RegionTruth, region: WholeRegion, before: RegionPurse): LoadRow | undefined {
    const { card, purse } = truth;
    this.#hold('I3', truth, purse.loadCounter === before.loadCounter + 1, () => {
      return `its LTC went from ${before.loadCounter} to ${purse.loadCounter}`;
    });
    const row = readLoadRow(card.card, region, purse.loadCounter);
    if (row === undefined) {
      this.#hold('I23', truth, false, () => `it has no receipt of LTC ${purse.loadCounter}`);
      return undefined;
    }
    truth.loads.set(row.counter, row);
    switch (row.kind) {
      case LoadKind.credited: {
        const txid = toHex(row.txid);
        this.#hold('I4', truth, this.#mayCredit(txid, card.csn), () => `it was loaded with TXID ${txid} again`);
        this.#creditedOn.set(txid, card.csn);
        this.counts.loads += 1;
        const grown = purse.loaded - before.loaded;
        this.#hold('I23', truth, grown === row.amount, () => `${row.amount} were loaded, and it counts ${grown}`);
        break;
      }
      case LoadKind.closed:
        truth.closed += row.amount;
        break;
      case LoadKind.released:
        this.#released(truth, row, before);
        break;
      case LoadKind.voided:
      case LoadKind.full:
        break;
      default:
        return assertNever(row.kind);
    }
    this.#loaded(truth, row);
    return row;
  }

  #released(truth: RegionTruth, { amount }: LoadRow, { pending }: RegionPurse): void {
    if (amount === 0 || pending === undefined) return;
    truth.released += amount;
    this.counts.releases += 1;
    if (truth.given.get(pending.meter)?.has(pending.counter)) truth.releasedLate += amount;
    else truth.releasedDebits.add(pending.counter);
  }

  #pendingEnds(truth: RegionTruth, { pending }: RegionPurse, row: LoadRow | undefined): void {
    if (pending === undefined || truth.purse.pending?.counter === pending.counter) return;
    const { meter, counter, amount } = pending;
    const released = row?.kind === LoadKind.released && row.amount === amount;
    // What became of a copy's debits nobody sees.
    const credited = truth.given.get(meter)?.has(counter) === true || this.isCloned(truth.card.csn);
    this.#hold('I24', truth, credited || released, () => {
      return `debit ${counter} of ${amount} is pending no more, and meter ${svpmsnText(meter)} has not credited it`;
    });
  }

  #whole(truth: RegionTruth): void {
    const { card, purse, closed, released, releasedLate } = truth;
    if (this.isCloned(card.csn)) return;
    const onTheWay = onTheWayOf(truth);
    const given = givenOf(truth);
    this.#hold(
      'I23',
      truth,
      purse.balance + onTheWay + given + closed + released - releasedLate === purse.loaded,
      () => {
        return `${purse.loaded} were loaded; it has ${purse.balance} and ${onTheWay} on the way, gave ${given}, ${closed} were taken off it and ${released} released`;
      },
    );
  }

  /** A meter has done a step in which it may have taken something, or was started. */
  meterStepped(meter: CardMeter): void {
    const truth = this.#meters.get(meter.svpmsn);
    if (truth === undefined) return;
    const { stored, out, used, closed, credited, fromCards, owed, frozen } = levelsOf(meter.meter);
    const { house } = truth;
    if (house !== undefined && frozen !== 0) return;
    this.#findings.hold('I12', house, frozen === 0, () => `meter ${svpmsnText(meter.svpmsn)} is frozen: ${frozen}`);
    this.#findings.hold(
      'I2',
      house,
      stored + out + used + closed === credited + fromCards + owed,
      () =>
        `meter ${svpmsnText(meter.svpmsn)}: purse ${stored}, outside ${out}, used ${used}, cards ${fromCards}, owed ${owed}`,
    );
    const taken = fromCards - truth.fromCards;
    truth.fromCards = fromCards;
    const { rows, epoch } = cardsHeld(meter.meter);
    const changed = rows.filter(({ csn, debitCounter }) => debitCounter !== truth.counters.get(csn));
    for (const { csn, debitCounter } of changed) truth.counters.set(csn, debitCounter);
    const [row] = changed;
    this.#refusesBlocked(truth, { taken, csn: row?.csn ?? meter.meter.card?.csn });
    truth.epoch = epoch;
    if (taken === 0) return;
    this.#findings.hold('I23', house, row !== undefined && changed.length === 1, () => {
      return `meter ${svpmsnText(meter.svpmsn)} credited ${taken}, and knows no one debit of a card for it`;
    });
    if (row !== undefined) this.#taken(truth, { csn: row.csn, counter: row.debitCounter, amount: taken });
  }

  /**
   * Whoever has found a lost card, and puts it into a meter that has heard of it, gets nothing for it. What was taken
   * before the line told of it may be seen with the next command of the card.
   */
  #refusesBlocked(
    { meter, house, epoch }: MeterTruth,
    { taken, csn }: { readonly taken: number; readonly csn: Csn | undefined },
  ): void {
    const blockedBy = csn && this.#blocked.get(`${csn} ${meter.svpmsn}`);
    if (blockedBy === undefined || epoch < blockedBy) return;
    this.#findings.hold('I25', house, taken === 0, () => {
      return `meter ${svpmsnText(meter.svpmsn)} has heard by epoch ${epoch} that card ${csn} is blocked, and took ${taken} from it`;
    });
  }

  /** The books say that this epoch has come to a meter: it had, before it said so. */
  epochThere(meter: Svpmsn, epoch: number): void {
    const truth = this.#meters.get(meter);
    if (truth === undefined || truth.house === undefined || levelsOf(truth.meter.meter).frozen !== 0) return;
    const held = cardsHeld(truth.meter.meter).epoch;
    this.#findings.hold('I25', truth.house, held >= epoch, () => {
      return `the books have epoch ${epoch} in meter ${svpmsnText(meter)}, which has ${held}`;
    });
  }

  /** A meter with a line that can be reached has heard of every card that was blocked and had a ticket for it. */
  async healed(): Promise<void> {
    for (const { meter, house } of this.#meters.values()) {
      if (house === undefined || levelsOf(meter.meter).frozen !== 0) continue;
      const { epoch } = cardsHeld(meter.meter);
      for (const [of, blockedBy] of this.#blocked) {
        if (!of.endsWith(` ${meter.svpmsn}`)) continue;
        this.#findings.hold('I28', house, epoch >= blockedBy, () => {
          return `meter ${svpmsnText(meter.svpmsn)} has not heard that card ${of.slice(0, of.indexOf(' '))} is blocked`;
        });
      }
    }
  }

  #taken({ meter }: MeterTruth, { csn, counter, amount }: { csn: Csn; counter: number; amount: number }): void {
    const truth = this.#regions.get(purseIdOf(csn, meter.region));
    if (truth === undefined) return;
    const given = truth.given.get(meter.svpmsn) ?? new Map<number, number>();
    truth.given.set(meter.svpmsn, given);
    const name = svpmsnText(meter.svpmsn);
    this.#hold('I23', truth, !given.has(counter), () => `meter ${name} credited its debit ${counter} twice`);
    const isReleased = truth.releasedDebits.has(counter) && !this.isCloned(csn);
    this.#hold('I24', truth, !isReleased, () => `meter ${name} credited debit ${counter}, which had been released`);
    given.set(counter, amount);
    this.counts.takings += 1;
    this.#whole(truth);
  }

  #hold(
    promised: 'I3' | 'I4' | 'I23' | 'I24',
    { card, region }: RegionTruth,
    holds: boolean,
    otherwise: () => string,
  ): void {
    const home = this.#homes.get(card.csn);
    const at = home === undefined ? '' : ` of house ${svpmsnText(home)}`;
    this.#findings.hold(promised, undefined, holds, () => `card ${card.csn}${at}, region ${region}: ${otherwise()}`);
  }
}

const isWhole = (region: CardRegion): region is WholeRegion => region.purse !== undefined;

/** Pending, and not in its meter. */
export function onTheWayOf({ purse: { pending }, given }: RegionTruth): number {
  return pending === undefined || given.get(pending.meter)?.has(pending.counter) ? 0 : pending.amount;
}

export function givenOf({ given }: RegionTruth): number {
  let sum = 0;
  for (const debits of given.values()) for (const amount of debits.values()) sum += amount;
  return sum;
}

/** Gone to meters, as far as the card knows. */
export const handedOf = ({ purse, closed, released }: RegionTruth): number =>
  purse.loaded - closed - released - purse.balance - (purse.pending?.amount ?? 0);
