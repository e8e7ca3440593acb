import { type ControlRequest, type HostFailure, type SettlementTerms, StoreError } from '../host/index.ts';
import { DEFAULT_SUPPLY_POLICY, RelayAction, type SupplyLimits } from '../records/index.ts';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { milliseconds, tokens } from '../units/index.ts';
import { zoneMinutes } from './founding.ts';
import type { House } from './house.ts';
import { HostKilled } from './mortal-store.ts';
import type { SeededRandom } from './random.ts';
import type { Utility } from './utility.ts';

/** How often a minute brings such an order, for one meter that is drawn; a new tariff is for all. */
const ORDERS_A_MINUTE = { relay: 0.3, policy: 0.1, clock: 0.1, key: 0.3, tariff: 0.01, debt: 0.5 } as const;
/** How often somebody looks after a relay that over-current holds open. */
const CLEARED_A_MINUTE = 0.1;

/** How often a minute brings somebody who would close the month before, which the first one does. */
const CLOSINGS_A_MINUTE = 0.05;
const SETTLED_BY: SettlementTerms = { tariff: 'bulk', technicalBasisPoints: 200, interestBasisPoints: 365 };
const MINUTE_MS = 60_000;

/**
 * The people in the utility's office, who give orders that are not value while everything else goes wrong. An order
 * that its host did not live to take is forgotten.
 */
export class Office {
  readonly #random: SeededRandom;
  readonly #settling: SeededRandom;
  readonly #limits: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#settling = random.fork('settling');
    this.#limits = random.fork('limits');
  }

  /** What the utility buys energy by, and has bought it by for ever. */
  async open({ host }: Utility): Promise<void> {
    await host.publishTariff(SETTLED_BY.tariff, { ...DEFAULT_TARIFF, unitCharge: 20_000 }, milliseconds(0));
  }

  async minute(utility: Utility): Promise<void> {
    const random = this.#random;
    const drawn = <T>(of: readonly T[]): T => of[random.below(of.length)] as T;
    const order = (request: ControlRequest) => this.#try(utility.host.command(drawn(utility.houses).svpmsn, request));
    if (random.chance(ORDERS_A_MINUTE.relay)) {
      const action = drawn([RelayAction.open, RelayAction.close, RelayAction.close, RelayAction.clearTamper]);
      await order({ type: 'relay', supply: drawn([0, 1]), action });
    }
    if (random.chance(ORDERS_A_MINUTE.policy)) {
      const humane = random.chance(1 / 2);
      await order({
        type: 'supply-policy',
        policy: {
          ...DEFAULT_SUPPLY_POLICY,
          emergencyCredit: tokens(random.below(50)),
          lowBalance: tokens(random.below(200)),
          friendlyHours: humane ? DEFAULT_SUPPLY_POLICY.friendlyHours : null,
          noCutOnWeekends: humane,
          noCutOnHolidays: humane,
          supplies: this.#supplyLimits(),
        },
      });
    }
    if (this.#limits.chance(CLEARED_A_MINUTE)) {
      const { svpmsn } = utility.houses[this.#limits.below(utility.houses.length)] as House;
      const clear = { type: 'relay', supply: 0, action: RelayAction.clearOverCurrent } as const;
      await this.#try(utility.host.command(svpmsn, clear));
    }
    if (random.chance(ORDERS_A_MINUTE.clock)) await order({ type: 'clock-set' });
    if (random.chance(ORDERS_A_MINUTE.key)) {
      await order({ type: 'key-change', purpose: drawn(['value', 'control', 'monitoring'] as const) });
    }
    if (random.chance(ORDERS_A_MINUTE.debt)) {
      const debt = { meter: drawn(utility.houses).svpmsn, amount: 1 + random.below(400), reference: 'from before' };
      await this.#try(utility.host.bookDebt(debt));
    }
    if (random.chance(ORDERS_A_MINUTE.tariff)) {
      const tariff = { ...DEFAULT_TARIFF, unitCharge: 20_000 + random.below(10_000) };
      await this.#try(utility.host.publishTariff('standard', tariff));
    }
    if (this.#settling.chance(CLOSINGS_A_MINUTE)) await this.closeMonth(utility);
  }

  /** Half of all policies limit what a household may ask for, so low that it does ask for more. */
  #supplyLimits(): readonly SupplyLimits[] {
    const random = this.#limits;
    if (random.chance(1 / 2)) return DEFAULT_SUPPLY_POLICY.supplies;
    const load = { watts: 2_000 + random.below(15_000), delaySeconds: random.below(120) };
    const overCurrent = {
      ...{ deciAmperes: 100 + random.below(600), delaySeconds: random.below(60) },
      ...{ recloseCount: random.below(4), recloseWaitSeconds: 30 + random.below(90) },
    };
    return [random.chance(1 / 2) ? { load, overCurrent: null } : { load: null, overCurrent }];
  }

  /** The month before the one that runs; it is refused where it is closed already. */
  async closeMonth({ host, time, options }: Utility): Promise<void> {
    const local = new Date(time.now + zoneMinutes(options.zone, time.now) * MINUTE_MS);
    local.setUTCDate(0);
    await this.#try(host.closePeriod({ month: local.toISOString().slice(0, 7), terms: SETTLED_BY }));
  }

  async #try(work: Promise<object | HostFailure>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof HostKilled) && !(error instanceof StoreError)) throw error;
    }
  }
}
