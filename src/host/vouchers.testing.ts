import { sha256Hex } from '../crypto/index.ts';
import type { WallClock } from '../units/index.ts';
import type { Act, HostFailure, PaymentAnswered, PrintedVoucher, Proposal } from './index.ts';
import {
  checkVouchers,
  createVouchers,
  type HostPorts,
  type Store,
  type VoucherServices,
  voucherWay,
} from './index.ts';
import { TERMS, Till } from './payments.testing.ts';
import { made } from './rig.testing.ts';

export const VOUCHERS = 'vouchers';
/** As a host knows numbers by a key of its own. */
export const HASHES = { hashOf: (number: string) => sha256Hex(`key ${number}`) };
const NEVER = 86_400_000 * 365;

/** A till at which vouchers pay as well, whose books and host may be others from one moment to the next. */
export class VoucherTill {
  readonly till: Till;
  readonly vouchers: VoucherServices;
  #acts = 0;

  private constructor(ports: Partial<HostPorts>) {
    const store: Store = {
      transaction: (work) => this.till.rig.store.transaction(work),
      read: (work) => this.till.rig.store.read(work),
      close: async () => undefined,
    };
    const clock: WallClock = { now: () => this.till.rig.clock.now() };
    const parts = { store, clock, numbers: HASHES };
    this.till = new Till({ ...ports, payments: new Map([[VOUCHERS, voucherWay(parts)]]) });
    const host = () => this.till.rig.host;
    this.vouchers = createVouchers({
      ...{ ...parts, wall: clock, randomness: this.till.rig.randomness, port: VOUCHERS },
      pay: (act) => (asked) => (act === undefined ? host() : host().by(act)).pay(asked),
      notice: (told) => host().paymentNotice(told),
    });
  }

  static async open({ meters = 2, ports = {} as Partial<HostPorts> } = {}): Promise<VoucherTill> {
    const own = new VoucherTill(ports);
    made(await own.till.rig.host.publishTerms(TERMS));
    for (let i = 0; i < meters; i++) await own.till.rig.enrol(i);
    return own;
  }

  act(by = 'lee'): Act {
    this.#acts += 1;
    const at = this.till.rig.clock.now();
    return { ...{ at, by, role: 'operator', action: 'test', subject: '', detail: '' }, request: `r-${this.#acts}` };
  }

  /** One asks, and another approves. */
  async agreed(proposal: Proposal): Promise<object | HostFailure> {
    const { host } = this.till.rig;
    const asked = made(await host.by(this.act('lee')).propose({ proposal, why: 'a test' }));
    return host.by(this.act('kim')).decide({ approval: asked.id, verdict: 'approve' });
  }

  /** The same, as far as it may be asked for at all. */
  async agreedToAsk(proposal: Proposal): Promise<object | HostFailure> {
    const { host } = this.till.rig;
    const asked = await host.by(this.act('lee')).propose({ proposal, why: 'a test' });
    return 'reason' in asked ? asked : host.by(this.act('kim')).decide({ approval: asked.id, verdict: 'approve' });
  }

  /** Vouchers that were printed, and nobody has bought yet. */
  async printed(count: number, value = 1_000, batch = 'spring', livesMs = NEVER): Promise<readonly PrintedVoucher[]> {
    const expiresAt = (this.till.rig.clock.ms + livesMs) as Act['at'];
    made(await this.agreed({ type: 'voucher-batch', batch, count, value, expiresAt }));
    return made(await this.vouchers.printBatch(this.act(), batch)).vouchers;
  }

  /** The same, sold for cash. */
  async sold(count: number, value = 1_000, batch = 'spring', livesMs = NEVER): Promise<readonly PrintedVoucher[]> {
    const printed = await this.printed(count, value, batch, livesMs);
    made(await this.vouchers.sellVouchers(this.act(), { batch, first: 1, last: count, method: 'cash' }));
    return printed;
  }

  redeem(number: string, meter = 0, caller: string | undefined = undefined): Promise<PaymentAnswered | HostFailure> {
    return this.vouchers.redeem({ meter, number, caller });
  }

  /** What an audit finds over the same rows. */
  findings(): Promise<readonly string[]> {
    return this.till.rig.store.read(checkVouchers);
  }
}
