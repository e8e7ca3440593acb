import { cardsHeld } from '../../meter/index.ts';
import { type Csn, type Svpmsn, svpmsn, svpmsnText } from '../../units/index.ts';
import { type CardWorld, type Holder, visit } from './card-holder.ts';
import { toCard } from './card-office.ts';
import type { OfflineMeter } from './offline-meter.ts';
import type { Fate } from './purse-card.ts';

/** A meter that is dead, and what is to come of it. */
interface Death {
  readonly holder: Holder;
  readonly meter: OfflineMeter;
  /** The number of the one that takes its place; nothing where it is mended. */
  readonly next: Svpmsn | undefined;
}

/** What the office ordered to end on a card. */
interface Release {
  readonly orderId: string;
  readonly csn: Csn;
  readonly meter: OfflineMeter;
  /** It is to be paid out, because the meter had not credited it. */
  readonly isOwed: boolean;
}

const NEXT_METERS = 0x8b0001;
const MINUTE_MS = 60_000;
const AGAIN_MS = 1_000;
/** A credit's, and not much more. */
const CUT_WITHIN_BYTES = 250;
/** DEBIT, and ACK after it. */
const DEBIT_COMMAND = 4;
const REPLACED_WITHIN_MINUTES = 10;
const MENDED_WITHIN_MINUTES = 40;
/** A card has room for the tickets of eight meters. */
const DEATHS_MAX = 4;

/**
 * Meters without a line that die while a card is in them, perhaps when its value was on the way. Nobody but the issuer
 * can end that, and a card on which something is pending serves no other meter. So the dead meter comes to a workshop,
 * which reads whether it had credited what is pending. Where it had not, the office has it released, and pays it out,
 * before the meter is back; where another meter takes its place, it is released in any case.
 */
export class DeadMeters {
  readonly #world: CardWorld;
  readonly #deaths: Death[] = [];
  readonly #releases: Release[] = [];

  constructor(world: CardWorld) {
    this.#world = world;
  }

  /** Whether another meter of a household may die, and a card has value for it that may then be on the way. */
  mayDie(holder: Holder, meter: OfflineMeter): boolean {
    if (meter.dead || !holder.card.card.regions.get(meter.region)?.purse?.balance) return false;
    return this.#deaths.filter((death) => death.holder === holder).length < DEATHS_MAX;
  }

  /** The card is put into a meter that loses its power, and has none when it is out again. */
  lastVisit(holder: Holder, meter: OfflineMeter, fate: Fate): void {
    const { faults, utility } = this.#world;
    const { time } = utility;
    const drawn = (n: number) => faults.below('offline-meter-dead', n);
    // In the middle of a write, or while it waits for what the card says.
    const isWriting = drawn(2) === 0;
    if (isWriting) meter.cutWithin(drawn(CUT_WITHIN_BYTES), drawn(2) === 0 ? 'old' : 'garbage');
    const pulled = { at: DEBIT_COMMAND + drawn(2), after: drawn(2) === 0 };
    visit(meter, holder.card, isWriting ? fate : { ...fate, pulled }, time.now);
    meter.die(time.now);
    const isMended = drawn(2) === 0;
    const next = isMended ? undefined : svpmsn(NEXT_METERS + this.#deaths.length);
    const death = { holder, meter, next };
    this.#deaths.push(death);
    this.#say(death, 'is dead');
    const minutes = isMended ? MENDED_WITHIN_MINUTES : REPLACED_WITHIN_MINUTES;
    time.after(drawn(minutes * MINUTE_MS), () => (isMended ? this.#mend(death) : this.#replace(death)));
  }

  /** What a card has told to be pending for a dead meter is released; what was released, and is owed, is paid out. */
  async settle({ card: { csn } }: Holder): Promise<void> {
    const { counter } = this.#world;
    for (const death of this.#deaths) if (death.meter.dead) await this.#release(death, csn);
    for (const release of this.#releases) {
      if (!release.isOwed || release.csn !== csn) continue;
      await counter.office(toCard('payOutCard', csn), (office) => office.payOutCard({ orderId: release.orderId }));
    }
  }

  /** The database is an older copy: until a host has heard of all meters and releases again. */
  async tellAgain(): Promise<void> {
    let isTold = true;
    for (const death of this.#deaths) if (death.next !== undefined) isTold &&= await this.#enrol(death, death.next);
    for (const release of this.#releases) isTold &&= await this.#order(release);
    if (!isTold) this.#world.utility.time.after(AGAIN_MS, () => this.tellAgain());
  }

  /** Whoever waits for a meter to be mended has it back. */
  heal(): void {
    const replaced = new Set(this.#deaths.flatMap(({ meter, next }) => (next === undefined ? [] : meter)));
    for (const { meter } of this.#deaths) if (!replaced.has(meter)) meter.mend(this.#world.utility.time.now);
  }

  async #release({ meter, next }: Death, csn: Csn): Promise<void> {
    const { counter } = this.#world;
    const purse = await counter.booked(csn, meter.region);
    if (purse?.pendingMeter !== meter.svpmsn) return;
    const rows = cardsHeld(meter.meter).rows.filter((row) => row.csn === csn);
    const credited = rows.some(({ debitCounter }) => debitCounter >= purse.debitCounter);
    // Its meter will say so to the card when it is back.
    if (credited && next === undefined) return;
    if (await this.#isUnderWay(meter)) return;
    const release = { orderId: `release ${this.#releases.length}`, csn, meter, isOwed: !credited };
    this.#releases.push(release);
    await this.#order(release);
  }

  async #isUnderWay(meter: OfflineMeter): Promise<boolean> {
    for (const release of this.#releases) {
      if (release.meter === meter && (await this.#world.counter.mayBeOpen(release.orderId))) return true;
    }
    return false;
  }

  #order({ orderId, csn, meter: { region } }: Release): Promise<boolean> {
    return this.#world.counter.takeOff(toCard('proposeCardRelease', csn), (office) =>
      office.releasePending({ csn, region, orderId }),
    );
  }

  async #mend(death: Death): Promise<void> {
    const { utility } = this.#world;
    if (await this.#isUnderWay(death.meter)) {
      utility.time.after(MINUTE_MS, () => this.#mend(death));
      return;
    }
    death.meter.mend(utility.time.now);
    this.#say(death, 'is mended');
  }

  /** Until a host knows the next one. */
  async #replace(death: Death): Promise<void> {
    const { holder, meter, next } = death;
    if (next === undefined) return;
    if (await this.#enrol(death, next)) await holder.replaceMeter(meter, next);
    else this.#world.utility.time.after(AGAIN_MS, () => this.#replace(death));
  }

  #enrol({ holder, meter }: Death, next: Svpmsn): Promise<boolean> {
    return this.#world.counter.enrol(next, meter.region, holder.subscriber);
  }

  #say({ holder, meter }: Death, what: string): void {
    this.#world.hooks.say(`${svpmsnText(holder.house.svpmsn)} meter ${svpmsnText(meter.svpmsn)} ${what}`);
  }
}
