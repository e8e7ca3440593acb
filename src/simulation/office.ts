import { type ControlRequest, type HostFailure, StoreError } from '../host/index.ts';
import { DEFAULT_SUPPLY_POLICY, RelayAction } from '../records/index.ts';
import { DEFAULT_TARIFF } from '../tariff/index.ts';
import { tokens } from '../units/index.ts';
import { HostKilled } from './mortal-store.ts';
import type { SeededRandom } from './random.ts';
import type { Utility } from './utility.ts';

/** How often a minute brings such an order, for one meter that is drawn; a new tariff is for all. */
const ORDERS_A_MINUTE = { relay: 0.3, policy: 0.1, clock: 0.1, key: 0.3, tariff: 0.01, debt: 0.5 } as const;

/**
 * The people in the utility's office, who give orders that are not value while everything else goes wrong. An order
 * that its host did not live to take is forgotten.
 */
export class Office {
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
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
        },
      });
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
  }

  async #try(work: Promise<object | HostFailure>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof HostKilled) && !(error instanceof StoreError)) throw error;
    }
  }
}
