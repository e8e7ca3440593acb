import type { MeterView } from '../host/index.ts';
import { RelayReason } from '../records/index.ts';
import type { House, Utility } from '../simulation/index.ts';
import { SPEED_MAX } from './demo-options.ts';

/** What the keys of the terminal view do. */
export type DemoAction = 'buy' | 'steal' | 'cut-line' | 'faster' | 'slower' | 'quit';

const SPEEDS = [1, 10, 60, 300, 900, SPEED_MAX];
const PURCHASE_TOKENS = 500;
const STOLEN_WATTS = 1_500;

/** Hands on the demo: what a person does to the utility, and how fast time goes. */
export class DemoControl {
  speed: number;
  readonly #utility: Utility;

  constructor(utility: Utility, speed: number) {
    this.#utility = utility;
    this.speed = speed;
  }

  async obey(action: Exclude<DemoAction, 'quit'>): Promise<void> {
    switch (action) {
      case 'buy':
        // A refusal is news like any other, and is told with its reason.
        await this.#utility.buy(this.#neediest(), PURCHASE_TOKENS);
        return;
      case 'steal':
        return this.#steal();
      case 'cut-line': {
        const first = this.#utility.transformers[0];
        if (first !== undefined) first.cut = !first.cut;
        return;
      }
      case 'faster':
        this.speed = SPEEDS.find((speed) => speed > this.speed) ?? this.speed;
        return;
      case 'slower':
        this.speed = SPEEDS.findLast((speed) => speed < this.speed) ?? this.speed;
        return;
    }
  }

  /** Cuts the wire behind a local unit, or mends it; whether there is such a line. */
  cutLine(localUnit: number, cut: boolean): boolean {
    const transformer = this.#utility.transformers[localUnit];
    if (transformer === undefined) return false;
    transformer.cut = cut;
    return true;
  }

  /** A wire over the terminals of a house, or none. */
  bypass(house: House, on: boolean): void {
    if (on === house.bypassWatts > 0) return;
    house.tamper('bypass', on, this.#utility.time.now, on ? STOLEN_WATTS : 0);
  }

  /** The wire that a process before this one left over the terminals of a meter, as far as the operator knows of it. */
  findWire(meters: readonly MeterView[]): void {
    const tampered = new Set(
      meters.flatMap(({ meter, standing }) => (standing.state === 'tampered' ? meter.svpmsn : [])),
    );
    const house = this.#utility.houses.find(({ svpmsn }) => tampered.has(svpmsn));
    if (house !== undefined && !house.meter.dismantled) house.findBypass(STOLEN_WATTS);
  }

  /** Whoever is cut off for want of credit, or has least; no credit helps a purse that is frozen. */
  #neediest(): House {
    const [first, ...others] = this.#utility.houses;
    if (first === undefined) throw new Error('a utility has houses');
    const need = (house: House) => (house.frozen ? Number.POSITIVE_INFINITY : isCutOff(house) ? -1 : house.balance);
    return others.reduce((least, house) => (need(house) < need(least) ? house : least), first);
  }

  /** A wire over the terminals of a house; the same key takes it away again. */
  #steal(): void {
    const { houses } = this.#utility;
    const thief = houses.find(({ bypassWatts }) => bypassWatts > 0);
    const house = thief ?? houses[Math.floor(houses.length / 2)];
    if (house !== undefined) this.bypass(house, thief === undefined);
  }
}

const isCutOff = ({ meter }: House): boolean =>
  meter.supplies.some(({ relay }) => (relay.reasons & RelayReason.noCredit) !== 0);
