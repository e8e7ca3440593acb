import { type Act, type HostFailure, type PrintedVoucher, StoreError, type VoucherServices } from '../host/index.ts';
import { type Milliseconds, type Svpmsn, voucherDigits } from '../units/index.ts';
import type { Faults } from './faults.ts';
import { answered, HostKilled } from './mortal-store.ts';
import type { SeededRandom } from './random.ts';
import type { Utility } from './utility.ts';

/** Under which name hosts have vouchers among their payment ports. */
export const VOUCHERS = 'vouchers';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const SETTLE_MS = 10_000;
const AGAIN_MS = 1_000;
const RECONCILED_AGAIN_MS = 30 * SECOND_MS;
/** So long nothing leaves, at most, because meters have not told what they took of vouchers. */
const HELD_MS_MAX = 10 * MINUTE_MS;
const YEARS_MS = 20 * 366 * 86_400_000;
const BATCH = 'simulated';
const PRINTED = 1_500;
const VALUE = 220;
const SOLD_A_SECOND = 0.1;
const SAID_WITHIN_MS = 2 * MINUTE_MS;
const AGAIN_WITHIN_MS = 5 * MINUTE_MS;
const TAKEN_BACK_WITHIN_MS = 10 * SECOND_MS;
/** Before its first meter has told, if that takes its time. */
const TRIED_WITHIN_MS = 20 * SECOND_MS;
const SAID_AGAIN_A_MINUTE = 1 / 3;
const BLOCKED_A_MINUTE = 0.1;
const OPEN_ORDERS_MAX = 2;
const DRAWN_DIGITS = 15;

/** A voucher as whoever bought it has it, and where its number was said. */
export interface HeldVoucher {
  readonly serial: string;
  readonly place: number;
  readonly number: string;
  readonly meters: Svpmsn[];
  /** When the shop was told that it is sold. */
  soldAt: number | undefined;
  /** When the books were seen to know that it is redeemed, or it was made void. */
  doneAt: number | undefined;
}

/**
 * People who buy vouchers at a shop and say their numbers, twice, at other meters, wrongly, and the office that blocks
 * some for a while. What was not answered is said again; after a restore the shop tells what it sold, and whoever has a
 * number says it anew, until the books know that its value is in a meter.
 */
export class VoucherPeople {
  readonly held: HeldVoucher[] = [];
  readonly #utility: Utility;
  readonly #random: SeededRandom;
  readonly #faults: Faults;
  readonly #settles: boolean;
  readonly #waits: boolean;
  readonly #onSold: (voucher: HeldVoucher) => void;
  readonly #unsold: PrintedVoucher[] = [];
  #reconciling = 0;
  #acts = 0;

  /** @param of `settles`: whether nobody else has the hosts settle payments */
  constructor(
    utility: Utility,
    of: {
      readonly random: SeededRandom;
      readonly faults: Faults;
      readonly settles: boolean;
      readonly onSold: (voucher: HeldVoucher) => void;
    },
  ) {
    this.#utility = utility;
    this.#random = of.random;
    this.#faults = of.faults;
    this.#settles = of.settles;
    this.#onSold = of.onSold;
    this.#waits = of.random.fork('waits').chance(1 / 2);
  }

  /** Two people agree to a batch, and it is printed. */
  async open(): Promise<void> {
    const { time, host } = this.#utility;
    const expiresAt = (time.now + YEARS_MS) as Milliseconds;
    const batch = { type: 'voucher-batch', batch: BATCH, count: PRINTED, value: VALUE, expiresAt } as const;
    const asked = made(await host.by(this.#act('lee')).propose({ proposal: batch, why: 'for the shop' }));
    made(await host.by(this.#act('kim')).decide({ approval: asked.id, verdict: 'approve' }));
    this.#unsold.push(...made(await this.#vouchers.printBatch(this.#act('lee'), BATCH)).vouchers);
    if (!this.#settles) return;
    const settle = async () => {
      time.after(SETTLE_MS, settle);
      for (const run of this.#utility.hosts.running) {
        await run((services) => services.settlePayments().catch(unlessStoreFails));
      }
    };
    time.after(SETTLE_MS, settle);
  }

  /** Somebody buys one for a meter that little is on its way to. */
  async second(openOrders: (svpmsn: Svpmsn) => number): Promise<void> {
    const { houses, time } = this.#utility;
    if (!this.#random.chance(SOLD_A_SECOND)) return;
    const house = houses[this.#random.below(houses.length)];
    if (house === undefined || openOrders(house.svpmsn) >= OPEN_ORDERS_MAX) return;
    const printed = this.#unsold.shift();
    if (printed === undefined) return;
    const { svpmsn } = house;
    const place = PRINTED - this.#unsold.length;
    const voucher: HeldVoucher = { ...printed, place, meters: [svpmsn], soldAt: undefined, doneAt: undefined };
    this.held.push(voucher);
    this.#onSold(voucher);
    await this.#sell(voucher);
    const strikes = (kind: 'voucher-mistyped' | 'voucher-doubled' | 'voucher-elsewhere' | 'voucher-taken-back') =>
      this.#faults.strikes(kind, svpmsn);
    const later = (ms: number, run: () => Promise<void>) => time.after(1 + ms, run);
    if (strikes('voucher-mistyped')) {
      later(this.#faults.below('voucher-mistyped', SAID_WITHIN_MS), () => this.#say(voucher, svpmsn, nobodys(voucher)));
    }
    const saidAfterMs = this.#random.below(SAID_WITHIN_MS);
    later(saidAfterMs, () => this.#say(voucher, svpmsn));
    if (strikes('voucher-doubled')) {
      later(this.#faults.below('voucher-doubled', AGAIN_WITHIN_MS), () => this.#say(voucher, svpmsn));
    }
    if (strikes('voucher-elsewhere')) this.#saidElsewhere(voucher, AGAIN_WITHIN_MS);
    if (strikes('voucher-taken-back')) {
      later(saidAfterMs + this.#faults.below('voucher-taken-back', TAKEN_BACK_WITHIN_MS), async () => {
        await answered(this.#utility.host.voidOrder(`payment:voucher:${voucher.serial}:1`));
      });
    }
  }

  #saidElsewhere(voucher: HeldVoucher, withinMs: number): void {
    const { houses, time } = this.#utility;
    const other = houses[this.#faults.below('voucher-elsewhere', houses.length)]?.svpmsn;
    if (other === undefined) return;
    if (!voucher.meters.includes(other)) voucher.meters.push(other);
    time.after(1 + this.#faults.below('voucher-elsewhere', withinMs), () => this.#say(voucher, other));
  }

  /** Whoever has value for a number that is not in the books yet says it again, and the office blocks one for a while. */
  async minute(): Promise<void> {
    const { active } = this.#faults;
    for (const voucher of this.held) {
      if (voucher.doneAt !== undefined || (active && !this.#random.chance(SAID_AGAIN_A_MINUTE))) continue;
      const row = await this.#answer(this.#vouchers.voucher(voucher.serial));
      if (row === undefined) continue;
      if (row.redeemedAt !== undefined) voucher.doneAt = this.#utility.time.now;
      else if (row.state === 'blocked') await this.#block(voucher, false);
      else if (row.state === 'printed') await this.#sell(voucher);
      else for (const meter of voucher.meters) await this.#say(voucher, meter);
    }
    const blocked = this.held[this.#random.below(Math.max(1, this.held.length))];
    if (active && blocked?.doneAt === undefined && blocked !== undefined && this.#random.chance(BLOCKED_A_MINUTE)) {
      await this.#block(blocked, true);
    }
  }

  /** The database is an older copy: what the shop sold and what was redeemed since may be forgotten (X9). */
  async reconcile(since: number): Promise<void> {
    for (const voucher of this.held) {
      if (voucher.doneAt !== undefined && voucher.doneAt >= since) {
        voucher.doneAt = undefined;
        // Whoever hears of the restore tries what paid already once more.
        if (this.#faults.strikes('voucher-elsewhere', voucher.meters[0])) this.#saidElsewhere(voucher, TRIED_WITHIN_MS);
      }
      if (voucher.soldAt !== undefined && voucher.soldAt < since) continue;
      await this.#sell(voucher);
    }
    this.#reconciling += 1;
    await this.#reconciled(this.#reconciling, this.#utility.time.now);
  }

  /** In half of all lives the office waits until each meter has told, as long as it may. */
  async #reconciled(turn: number, since: number): Promise<void> {
    const { time, host } = this.#utility;
    if (turn !== this.#reconciling) return;
    const again = () => void time.after(RECONCILED_AGAIN_MS, () => this.#reconciled(turn, since));
    const view = await this.#answer(host.restoration());
    const mayWait = this.#waits && this.#faults.active && time.now - since < HELD_MS_MAX;
    if (view === undefined || (mayWait && view.awaited > 0)) return again();
    if (!(await answered(host.reconciled(VOUCHERS)))) again();
  }

  get #vouchers(): VoucherServices {
    return this.#utility.hosts.vouchers;
  }

  #act(by: string): Act {
    this.#acts += 1;
    const at = this.#utility.time.now as Milliseconds;
    return {
      ...{ at, by, role: 'operator', action: 'simulated', subject: '', detail: '' },
      request: `v-${this.#acts}`,
    };
  }

  /** Until a host has answered: that it is sold already is an answer. */
  async #sell(voucher: HeldVoucher): Promise<void> {
    const { time } = this.#utility;
    const range = { batch: BATCH, first: voucher.place, last: voucher.place };
    if (await answered(this.#vouchers.sellVouchers(this.#act('shop'), { ...range, method: 'cash' }))) {
      voucher.soldAt = time.now;
    } else time.after(AGAIN_MS, () => this.#sell(voucher));
  }

  async #say(voucher: HeldVoucher, meter: Svpmsn, number = voucher.number): Promise<void> {
    const said = this.#vouchers.redeem({ meter, number, caller: `whoever has ${voucher.serial}` });
    if (!(await answered(said))) this.#utility.time.after(AGAIN_MS, () => this.#say(voucher, meter, number));
  }

  async #block({ place }: HeldVoucher, blocked: boolean): Promise<void> {
    await answered(
      this.#vouchers.blockVouchers(this.#act('lee'), { batch: BATCH, first: place, last: place, blocked }),
    );
  }

  async #answer<T extends object>(asked: Promise<T | HostFailure>): Promise<T | undefined> {
    try {
      const answer = await asked;
      return 'reason' in answer ? undefined : answer;
    } catch (error) {
      if (error instanceof HostKilled || error instanceof StoreError) return undefined;
      throw error;
    }
  }
}

/** A number with a right check digit that no voucher has, unless chance has it. */
const nobodys = ({ number }: HeldVoucher): string => {
  const others = [...number.slice(0, DRAWN_DIGITS)].map((digit) => 9 - Number(digit)).join('');
  return voucherDigits(others);
};

function made<T extends object>(answer: T | HostFailure): T {
  if ('reason' in answer) throw new Error((answer as HostFailure).sentence);
  return answer;
}

/** A full disk is tried again with the next interval. */
function unlessStoreFails(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}
