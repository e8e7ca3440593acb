import { sha256Hex } from '../crypto/index.ts';
import type { Milliseconds } from '../units/index.ts';
import type { CallerPorts, CallerServices, PhoneAccessView, WantedAccess } from './caller-services.ts';
import { amountFault, fail, findMeter, isFailure, orStoreFailure, unoccupiedFault } from './failures.ts';
import { lockMs } from './log-in.ts';
import { orderOfPayment } from './payment-order.ts';
import { paymentUnknown } from './payments.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import type { HostFailure, PhoneAccess, PhoneCall } from './types.ts';
import { type Act, witnessed } from './witness.ts';

const MEANS_MAX = 4;
const REFERENCE_MAX = 128;
/** E.164: at most 15 digits, and none of a country begins with 0. */
const NUMBER_FORM = /^[1-9]\d{6,14}$/;
const PIN_FORM = /^\d{6}$/;
/** In place of a hash: it is that of no PIN. */
const NO_PIN = '';
const PAYMENT_ID_LETTERS = 32;
const BROKEN_OFF_AT_ONCE = 200;

const REFUSED: HostFailure = fail(
  'pin-refused',
  'Meter and PIN do not belong together, or too many were tried: check both, and wait a while before you go on.',
);

/** Who may act for a household by telephone, and the calls that came. */
export function createCallers({ store, clock, passwords }: CallerPorts): CallerServices {
  const request = <T extends object>(act: Act, work: (tx: StoreTransaction) => Promise<T | HostFailure>) =>
    orStoreFailure(store.transaction((tx) => witnessed<T | HostFailure>(tx, act, () => work(tx))));
  /** Compared with where there is no access, so that this takes as long as where there is one. */
  let nobody: Promise<string | HostFailure> | undefined;

  return {
    async allowCaller(act, wanted) {
      const fault = wantedFault(wanted);
      if (fault !== undefined) return fault;
      const hash = typeof wanted.pin === 'string' ? await passwords.hash(wanted.pin) : undefined;
      if (typeof hash === 'object') return hash;
      return request(act, (tx) => allow(tx, wanted, hash, clock.now()));
    },
    forbidCaller: (act, meter) =>
      request(act, async (tx) => {
        const before = await accessOf(tx, meter);
        if (!isFailure(before)) await tx.phoneAccess.delete([before.id]);
        return isFailure(before) ? before : viewOf(before);
      }),
    phoneAccess: (meter) =>
      orStoreFailure(
        store.read(async (tx) => {
          const access = await accessOf(tx, meter);
          return isFailure(access) ? access : viewOf(access);
        }),
      ),
    callerOf: (number) =>
      orStoreFailure(
        store.read(async (tx) => {
          const [access, another] = await tx.phoneAccess.where('number', number, { limit: 2 });
          return access === undefined || another !== undefined ? accessUnknown() : viewOf(access);
        }),
      ),

    async identify({ meter, pin }) {
      const id = attemptsOf(meter);
      const access = await orStoreFailure(store.transaction((tx) => begunAttempt(tx, { id, meter }, clock.now())));
      if (isFailure(access)) return access;
      nobody ??= passwords.hash('nobody has this PIN');
      const nobodys = await nobody;
      if (typeof nobodys !== 'string') {
        nobody = undefined;
        return nobodys;
      }
      const right = await passwords.verify(pin, access.found?.pin || nobodys);
      if (typeof right !== 'boolean') return right;
      const { found } = access;
      if (!right || found === undefined || found.pin === NO_PIN) return REFUSED;
      return orStoreFailure(
        store.transaction(async (tx) => {
          // While the PIN was being looked at, it may have been changed, or taken away.
          const [current] = await tx.phoneAccess.of([found.id]);
          if (current?.pin !== found.pin) return REFUSED;
          await tx.attempts.delete([id]);
          return viewOf(current);
        }),
      );
    },

    phonePaymentId,
    paidByPhone: (id) =>
      orStoreFailure(
        store.read(async (tx) => {
          const [payment] = await tx.payments.of([id]);
          if (payment === undefined) return paymentUnknown(id);
          const [order] = await tx.ordersOf([orderOfPayment(id)]);
          return { payment, order };
        }),
      ),

    noteCall: (call) =>
      orStoreFailure(
        store.transaction(async (tx) => {
          await tx.calls.put([call]);
          return call;
        }),
      ),
    beginTaking: (act) => request(act, async () => ({})),
    settleCall: (act, id) =>
      request(act, async (tx) => {
        const call = await callOf(tx, id);
        if (isFailure(call) || call.state !== 'wants-person') return call;
        const settled: PhoneCall = { ...call, state: 'ended' };
        await tx.calls.put([settled]);
        return settled;
      }),
    async breakOffCalls(begunBefore) {
      let calls = 0;
      for (let after: string | undefined; ; ) {
        const page = { limit: BROKEN_OFF_AT_ONCE, ...(after !== undefined && { after }) };
        const done = await store.transaction(async (tx) => {
          const live = await tx.calls.where('state', 'live', page);
          const left = live.filter(({ begunAt }) => begunAt < begunBefore);
          const broken: PhoneCall[] = [];
          for (const call of left) broken.push(await brokenOff(tx, call, clock.now()));
          await tx.calls.put(broken);
          return { last: live.at(-1)?.id, isFull: live.length === BROKEN_OFF_AT_ONCE, count: broken.length };
        });
        calls += done.count;
        if (!done.isFull) return { calls };
        after = done.last;
      }
    },
    call: (id) => orStoreFailure(store.read((tx) => callOf(tx, id))),
    calls: ({ state, ...page }) =>
      store.read((tx) => (state === undefined ? tx.calls.page(page) : tx.calls.where('state', state, page))),
  };
}

const phonePaymentId = (call: string, count: number): string =>
  sha256Hex(`phone ${call} ${count}`).slice(0, PAYMENT_ID_LETTERS);

/** The row may be one step behind: what was confirmed last, and paid, stands in the books of payments. */
async function brokenOff(tx: StoreReads, call: PhoneCall, at: Milliseconds): Promise<PhoneCall> {
  const confirmed = call.steps.filter(({ name }) => name === 'confirmed');
  const own = Array.from({ length: confirmed.length + 1 }, (_, i) => phonePaymentId(call.id, i + 1));
  const ids = [...own, ...confirmed.flatMap(({ subject }) => subject ?? [])];
  const noted = new Set(call.steps.map(({ name, subject }) => (name === 'confirmed' ? undefined : subject)));
  const paid = (await tx.payments.of(ids)).flatMap((payment) =>
    payment === undefined || noted.has(payment.id) ? [] : [{ at, name: 'paid', subject: payment.id } as const],
  );
  const steps: PhoneCall['steps'] = [...call.steps, ...paid, { at, name: 'broken-off' }];
  return { ...call, state: 'ended', endedAt: at, steps };
}

async function allow(
  tx: StoreTransaction,
  { meter, number, language, usual, means, pin: wantedPin }: WantedAccess,
  hash: string | undefined,
  now: Milliseconds,
): Promise<PhoneAccessView | HostFailure> {
  const found = await findMeter(tx, meter);
  if (isFailure(found)) return found;
  const { svpmsn } = found.meter;
  const fault = unoccupiedFault(found.meter);
  if (fault !== undefined) return fault;
  const id = String(svpmsn);
  const [before] = await tx.phoneAccess.of([id]);
  const pin = wantedPin === null ? NO_PIN : (hash ?? before?.pin ?? NO_PIN);
  if (pin === NO_PIN && number === undefined) {
    return fail('pin-weak', `${PIN_RULE} Give one, or a telephone number: by neither of them nobody can call.`);
  }
  const kept = means ?? before?.means ?? [];
  const access: PhoneAccess = { id, svpmsn, number, language, usual, means: kept, pin, allowedAt: now };
  await tx.phoneAccess.put([access]);
  // Whoever was shut out by those that others tried comes in by the new one.
  if (wantedPin !== undefined) await tx.attempts.delete([attemptsOf(meter)]);
  return viewOf(access);
}

/** An attempt is counted before it is looked at, so that many at once are no more tries than one after the other. */
async function begunAttempt(
  tx: StoreTransaction,
  { id, meter }: { readonly id: string; readonly meter: number },
  now: Milliseconds,
): Promise<{ readonly found: PhoneAccess | undefined } | HostFailure> {
  const access = await accessOf(tx, meter);
  // Whoever tries numbers that nobody has fills no rows.
  if (isFailure(access)) return { found: undefined };
  const [before] = await tx.attempts.of([id]);
  if (before !== undefined && now < before.lockedUntil) return REFUSED;
  const count = (before?.count ?? 0) + 1;
  await tx.attempts.put([{ id, count, lockedUntil: (now + lockMs(count)) as Milliseconds }]);
  return { found: access };
}

const attemptsOf = (meter: number): string => `phone ${meter}`;

async function accessOf(tx: StoreReads, meter: number): Promise<PhoneAccess | HostFailure> {
  return (await tx.phoneAccess.of([String(meter)]))[0] ?? accessUnknown();
}

const accessUnknown = (): HostFailure =>
  fail('phone-access-unknown', 'Nobody may act for this household by telephone: allow it first.');

async function callOf(tx: StoreReads, id: string): Promise<PhoneCall | HostFailure> {
  return (await tx.calls.of([id]))[0] ?? fail('call-unknown', `There was no call "${id}": check the id.`);
}

const PIN_RULE = 'A PIN has six digits, not all the same and no row such as 123456.';

function wantedFault({ number, usual, means = [], pin }: WantedAccess): HostFailure | undefined {
  if (number !== undefined && !NUMBER_FORM.test(number)) {
    const rule = 'A telephone number is given with the code of its country, 7 to 15 digits and nothing else.';
    return fail('phone-access-wrong', rule, { charactersMin: 7, charactersMax: 15 });
  }
  if (means.length > MEANS_MAX || !means.every(isMeans)) {
    const rule = `A household has at most ${MEANS_MAX} ways to pay by telephone, each with a payment port and a reference.`;
    return fail('phone-access-wrong', rule, { most: MEANS_MAX });
  }
  if (typeof pin === 'string' && (!PIN_FORM.test(pin) || isRow(pin)))
    return fail('pin-weak', `${PIN_RULE} Choose another.`);
  return usual === undefined ? undefined : amountFault(usual);
}

function isMeans({ port, account }: PhoneAccess['means'][number]): boolean {
  const reference = account.type === 'token' ? account.token : account.reference;
  return port.length > 0 && reference.length > 0 && reference.length <= REFERENCE_MAX;
}

/** Digits that all lie as far from each other as the first two: 000000, 123456, 987654. */
function isRow(pin: string): boolean {
  const steps = new Set([...pin].slice(1).map((digit, i) => (Number(digit) - Number(pin[i]) + 10) % 10));
  return steps.size === 1;
}

const viewOf = ({ pin, ...view }: PhoneAccess): PhoneAccessView => ({ ...view, hasPin: pin !== NO_PIN });
