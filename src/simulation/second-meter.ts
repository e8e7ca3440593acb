import { levelsOf, type Meter, totalsNow } from '../meter/index.ts';
import {
  type Accrual,
  CHARGE_UNITS_PER_TOKEN,
  charge,
  chargeRate,
  type ModeTable,
  type Rate,
  rateAt,
} from '../tariff/index.ts';
import { type DeciWattHours, type MilliwattHours, U32_MAX, type UnixSeconds, unixSeconds } from '../units/index.ts';

const MILLIWATT_HOURS_PER_QUANTUM = 100;

/**
 * Counts and charges what flows into a house a second time, beside its meter: by the tariff's table and a remainder of
 * its own, and with nothing of purse, tank or exchanger. An audit holds the purse against it.
 */
export class SecondMeter {
  /** Tokens that the purse should have spent, and 0.1 Wh that the register should show. */
  used: number;
  register: number;
  /**
   * Where 0.1 Wh costs more than a token, the last one before a cut may cost more than was left: at most so many tokens
   * of `used` were never taken.
   */
  unbilledMax = 0;
  /** Of the last commit that is surely in the memories: what came after may be lost in a power cut. */
  #least: { readonly used: number; readonly register: number };
  /** The meter's own minute in which energy flowed last: where its clock was put back, one may be as long as two. */
  #minute: number;
  /** A power cut left it open whether the running minute is in the memories. */
  #doubtful = false;
  #accrual: Accrual;
  #milliwattHours = 0;
  #table: ModeTable | undefined;
  #rate: Rate | undefined;
  #rateSince = 0;

  /** Goes on from where the meter stands at its start. */
  constructor(meter: Meter) {
    this.used = levelsOf(meter).used;
    this.register = registerOf(meter);
    this.#accrual = { remainder: meter.accrual.remainder };
    this.#least = { used: this.used, register: this.register };
    this.#minute = meter.minute;
  }

  /** What the meter let flow in its running minute; to be called before the meter is stepped on to the next. */
  flowed(meter: Meter, energy: MilliwattHours): void {
    // It commits what flowed in a minute before it begins another.
    if (meter.minute !== this.#minute) this.#least = { used: this.used, register: this.register };
    this.#minute = meter.minute;
    const whole = this.#milliwattHours + energy;
    const quanta = Math.floor(whole / MILLIWATT_HOURS_PER_QUANTUM) as DeciWattHours;
    this.#milliwattHours = whole - quanta * MILLIWATT_HOURS_PER_QUANTUM;
    if (quanta === 0) return;
    const [supply] = meter.supplies;
    const table = supply?.tables[supply.active];
    if (supply === undefined || table === undefined) throw new Error('a meter that lets energy flow has a table');
    const rate = chargeRate(
      table,
      this.#percentAt(table, unixSeconds(Math.min(meter.minute * 60, U32_MAX))),
      supply.band,
    );
    this.used += charge(rate, quanta, this.#accrual);
    this.register += quanta;
    if (supply.relay.reasons !== 0) this.unbilledMax += Math.floor(rate / CHARGE_UNITS_PER_TOKEN);
  }

  /** What had not come to 0.1 Wh is forgotten, in the customer's favour. */
  powerFailed(): void {
    this.#milliwattHours = 0;
  }

  /** The supply fell without a last gasp: at most the running minute is gone (X12). */
  powerCut(meter: Meter, running: MilliwattHours): void {
    const least = this.#least;
    this.flowed(meter, running);
    this.#least = least;
    this.#doubtful = true;
    this.#milliwattHours = 0;
  }

  /** The meter was started from its memories. Says what it should not have lost or made; goes on from where it stands. */
  started(meter: Meter): string | undefined {
    if (!this.#doubtful) return undefined;
    this.#doubtful = false;
    const used = levelsOf(meter).used;
    const register = registerOf(meter);
    const least = this.#least;
    const most = { used: this.used, register: this.register };
    this.used = used;
    this.register = register;
    this.#least = { used, register };
    this.#minute = meter.minute;
    this.#accrual = { remainder: meter.accrual.remainder };
    if (used < least.used - this.unbilledMax || used > most.used) {
      return `after a power cut ${used} is used, and ${least.used} to ${most.used} were.`;
    }
    if (register < least.register || register > most.register) {
      return `after a power cut the register shows ${register}, and ${least.register} to ${most.register} flowed.`;
    }
    return undefined;
  }

  #percentAt(table: ModeTable, at: UnixSeconds): Rate['percent'] {
    if (this.#rate === undefined || table !== this.#table || at >= this.#rate.until || at < this.#rateSince) {
      this.#rate = rateAt(table, at);
      this.#rateSince = at;
      this.#table = table;
    }
    return this.#rate.percent;
  }
}

/** The import register of the first supply, 0.1 Wh. */
export function registerOf({ supplies: [supply] }: Meter): number {
  if (supply === undefined) throw new Error('a meter has a supply');
  return totalsNow(supply).registerImport;
}
