import { sha256Hex } from '../crypto/index.ts';
import { type Milliseconds, parseVoucherDigits, type WallClock } from '../units/index.ts';
import { fail, findMeter, isFailure } from './failures.ts';
import { lockMs } from './log-in.ts';
import type {
  Authorisation,
  Completion,
  DeclineReason,
  Instrument,
  PaymentPort,
  PaymentRequest,
} from './payment-port.ts';
import { type PaymentWay, type Store, StoreError, type StoreReads, type StoreTransaction } from './ports.ts';
import type { HostFailure, Payment, Voucher } from './types.ts';
import type { VoucherNumbers } from './voucher-batches.ts';
import { isOver, nextPayment } from './voucher-names.ts';

/** What somebody says to pay with a voucher. */
export interface VoucherSaid {
  readonly meter: number;
  /** As it was keyed or written. */
  readonly number: string;
  /** Whoever says it, as far as that is known: a login, or a telephone number. */
  readonly caller: string | undefined;
}

/** What a voucher that can be paid with is worth. */
export interface VoucherSeen {
  /** Minor units. */
  readonly value: number;
  /** The payment that it becomes: however often it is asked for, it is one. */
  readonly payment: string;
}

const REFUSED = fail(
  'voucher-refused',
  'No voucher has this number, or too many were tried: check its sixteen digits, and wait a while before you go on.',
);
/** A number is made of whoever tries, so that whoever tries under many names fills no table. */
const CALLERS = 65_536;
const TRACE_DIGITS = 6;

/**
 * What a voucher is worth for a meter. A number that nobody has is counted at the meter and at whoever says it: after
 * some of them neither is looked at for a while, which doubles with each that follows. One that is right takes nothing
 * off that count before it was paid with: who has one voucher is not free to guess others.
 */
export async function lookAtVoucher(
  tx: StoreTransaction,
  said: VoucherSaid,
  { numbers, clock, wall }: { readonly numbers: VoucherNumbers; readonly clock: WallClock; readonly wall: WallClock },
): Promise<VoucherSeen | HostFailure> {
  const found = await findMeter(tx, said.meter);
  if (isFailure(found)) return found;
  const ids = attemptsOf(said);
  const before = await tx.attempts.of(ids);
  const tried = wall.now();
  if (before.some((attempts) => attempts !== undefined && tried < attempts.lockedUntil)) return REFUSED;
  const digits = parseVoucherDigits(said.number);
  const [voucher] = digits === undefined ? [] : await tx.vouchers.where('hash', numbers.hashOf(digits));
  if (voucher === undefined) {
    await tx.attempts.put(
      ids.map((id, i) => {
        const count = (before[i]?.count ?? 0) + 1;
        return { id, count, lockedUntil: (tried + lockMs(count)) as Milliseconds };
      }),
    );
    return REFUSED;
  }
  const used = await paymentOf(tx, voucher);
  if (used !== undefined && !isOver(used)) {
    // Whoever asks again is told how it stands.
    return used.svpmsn === said.meter ? { value: voucher.value, payment: used.id } : refused(voucher, 'is used');
  }
  const why = unfit(voucher, clock.now());
  if (why !== undefined) return refused(voucher, why);
  const { payment, found: there } = await nextPayment(tx, voucher.id);
  if (there !== undefined && there.svpmsn !== said.meter) return refused(voucher, 'is used');
  return { value: voucher.value, payment };
}

/** It was paid with: what was tried before counts no more. */
export const forgetAttempts = (tx: StoreTransaction, said: VoucherSaid): Promise<void> =>
  tx.attempts.delete(attemptsOf(said));

const attemptsOf = ({ meter, caller }: VoucherSaid): string[] => {
  const own = `voucher meter ${meter}`;
  if (caller === undefined) return [own];
  return [own, `voucher by ${Number.parseInt(sha256Hex(caller).slice(0, 8), 16) % CALLERS}`];
};

/** Why it pays nothing, whoever asks. */
function unfit({ state, expiresAt, redeemedAt }: Voucher, now: Milliseconds): string | undefined {
  if (redeemedAt !== undefined) return 'is used';
  if (state !== 'sold') return state === 'printed' ? 'was not sold yet' : `is ${state}`;
  return expiresAt <= now ? 'has expired' : undefined;
}

const refused = ({ id }: Voucher, why: string): HostFailure =>
  fail('voucher-refused', `Voucher ${id} ${why}: nothing can be paid with it. Ask where you bought it.`, { about: id });

async function paymentOf(tx: StoreReads, { payment }: Voucher): Promise<Payment | undefined> {
  return payment === undefined ? undefined : (await tx.payments.of([payment]))[0];
}

export interface VoucherPorts {
  readonly store: Store;
  /** Of business: vouchers expire by it. */
  readonly clock: WallClock;
  readonly numbers: VoucherNumbers;
}

/** Vouchers as one more way to pay: what a bank does with money, the books do with the row of a voucher. */
export const voucherWay = (ports: VoucherPorts): PaymentWay => ({ method: 'voucher', port: new VoucherPort(ports) });

class VoucherPort implements PaymentPort {
  readonly #ports: VoucherPorts;

  constructor(ports: VoucherPorts) {
    this.#ports = ports;
  }

  /** The voucher is this payment's from now on, and nobody else's. */
  authorise(request: PaymentRequest, instrument: Instrument): Promise<Authorisation> {
    return this.#kept((tx) => this.#authorised(tx, request, instrument));
  }

  async #authorised(tx: StoreTransaction, request: PaymentRequest, instrument: Instrument): Promise<Authorisation> {
    const { store: _, numbers, clock } = this.#ports;
    const digits = instrument.type === 'voucher' ? parseVoucherDigits(instrument.number) : undefined;
    const [voucher] = digits === undefined ? [] : await tx.vouchers.where('hash', numbers.hashOf(digits));
    if (voucher === undefined) return declined('instrument', 'No voucher has this number.');
    const [payment] = await tx.payments.of([request.id]);
    // One that nobody waits for any more is given back already: it may not take a voucher after that.
    if (payment?.state !== 'asked' && payment?.state !== 'pending')
      return declined('refused', 'The payment has ended already.');
    if (payment.purse !== undefined) return declined('not-served', 'A voucher pays for a meter with a line alone.');
    const approved = { outcome: 'approved', approval: approvalOf(request), shown: voucher.id } as const;
    if (voucher.payment === request.id) return approved;
    const before = await paymentOf(tx, voucher);
    const why = before !== undefined && !isOver(before) ? 'is used' : unfit(voucher, clock.now());
    if (why !== undefined) return declined('instrument', `Voucher ${voucher.id} ${why}.`);
    if (voucher.value !== request.amount) {
      return declined('limit', `Voucher ${voucher.id} is worth ${voucher.value}, and pays that and nothing else.`);
    }
    await tx.vouchers.put([{ ...voucher, payment: request.id }]);
    return approved;
  }

  /** Its value is in the meter. */
  capture({ id }: PaymentRequest): Promise<Completion> {
    return this.#kept(async (tx): Promise<Completion> => {
      const [voucher] = await tx.vouchers.where('payment', id);
      if (voucher === undefined) return { outcome: 'refused', sentence: 'No voucher was taken for this payment.' };
      if (voucher.redeemedAt === undefined) {
        await tx.vouchers.put([{ ...voucher, redeemedAt: this.#ports.clock.now() }]);
      }
      return { outcome: 'done' };
    });
  }

  /** Its value never came into a meter: whoever has the voucher pays with it again. */
  reverse({ id }: PaymentRequest): Promise<Completion> {
    return this.#kept(async (tx): Promise<Completion> => {
      const [voucher] = await tx.vouchers.where('payment', id);
      if (voucher?.redeemedAt !== undefined) {
        return { outcome: 'refused', sentence: `The value of voucher ${voucher.id} is in a meter.` };
      }
      if (voucher !== undefined) await tx.vouchers.put([{ ...voucher, payment: undefined }]);
      return { outcome: 'done' };
    });
  }

  /** What fails underneath is unknown, as at any other port. */
  async #kept<T>(work: (tx: StoreTransaction) => Promise<T>) {
    try {
      return await this.#ports.store.transaction(work);
    } catch (error) {
      if (error instanceof StoreError) return { outcome: 'unknown', sentence: error.message } as const;
      throw error;
    }
  }
}

const declined = (reason: DeclineReason, sentence: string): Authorisation => ({
  outcome: 'declined',
  reason,
  sentence,
});

/** No two payments of one day have the same. */
const approvalOf = ({ trace }: PaymentRequest): string => String(trace).padStart(TRACE_DIGITS, '0');
