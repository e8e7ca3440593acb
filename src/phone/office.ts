import type { CallerServices, HostFailure, HostServices, PhoneAccessView, VoucherServices } from '../host/index.ts';
import { assertNever, MINUTES_PER_DAY, type Svpmsn } from '../units/index.ts';
import type { CheapHours, OfficeAnswer, OfficeQuestion, PaymentProgress, Standing } from './types.ts';

/** What calls need of the utility. */
export interface OfficePorts {
  readonly host: Pick<
    HostServices,
    'here' | 'terms' | 'paymentPorts' | 'meter' | 'outlook' | 'tariffWeek' | 'policy' | 'quote' | 'pay'
  >;
  /** Where the host takes vouchers. */
  readonly vouchers?: Pick<VoucherServices, 'lookAt' | 'redeem'> | undefined;
  readonly callers: Pick<CallerServices, 'callerOf' | 'phoneAccess' | 'identify' | 'phonePaymentId' | 'paidByPhone'>;
}

const MS_PER_MINUTE = 60_000;
const STORE_FAILED: HostFailure = { reason: 'store-failed', sentence: 'The books cannot be reached at the moment.' };

const NO_VOUCHERS: HostFailure = { reason: 'voucher-refused', sentence: 'Nobody takes vouchers here.' };

/** Asks the utility what a call wants to know, and pays for it. It never rejects: what fails is an answer too. */
export async function answerOf(ports: OfficePorts, call: string, question: OfficeQuestion): Promise<OfficeAnswer> {
  try {
    return await answered(ports, call, question);
  } catch {
    // What went wrong names addresses and paths: it is for no caller.
    return STORE_FAILED;
  }
}

async function answered(
  { host, callers, vouchers }: OfficePorts,
  call: string,
  question: OfficeQuestion,
): Promise<OfficeAnswer> {
  switch (question.type) {
    case 'begin': {
      const { from, meter } = question;
      const access = await (meter !== undefined
        ? callers.phoneAccess(meter)
        : from === undefined
          ? undefined
          : callers.callerOf(from));
      const { currency } = await host.terms();
      return { type: 'begin', access: known(access), currency, ways: host.paymentPorts() };
    }
    case 'identify': {
      const access = await callers.identify({ meter: question.meter, pin: question.pin });
      return 'reason' in access ? access : { type: 'identify', access };
    }
    case 'meter': {
      const view = await host.meter(question.meter);
      return 'reason' in view ? view : { type: 'meter' };
    }
    case 'standing':
      return standing(host, question.meter);
    case 'cheap-hours': {
      const week = await host.tariffWeek({ meter: question.meter, supply: 1 });
      if ('reason' in week) return week;
      const here = host.here();
      // A day of which no table is known is none of the week: today is the last that has begun.
      const today = week.days.findLastIndex(({ start }) => start <= here.now);
      if (today < 0) return { type: 'cheap-hours', hours: 'unknown' };
      return { type: 'cheap-hours', hours: cheapHoursOf(week.days.slice(today), minuteOfDay(here)) };
    }
    case 'emergency': {
      const [view, policy] = [await host.meter(question.meter), await host.policy(question.meter)];
      if ('reason' in view) return view;
      if ('reason' in policy) return policy;
      const limit = policy.inForce?.policy?.emergencyCredit;
      return { type: 'emergency', emergency: { used: view.known?.owed ?? 0, limit } };
    }
    case 'quote': {
      const { meter, paid, method } = question;
      const quote = await host.quote({ meter, paid, method });
      return 'reason' in quote ? quote : { type: 'quote', energy: quote.energy };
    }
    case 'voucher': {
      const { meter, number, from } = question;
      const seen = await vouchers?.lookAt({ meter, number, caller: from });
      if (seen === undefined) return NO_VOUCHERS;
      return 'reason' in seen ? seen : { type: 'voucher', value: seen.value, payment: seen.payment };
    }
    case 'pay': {
      if (question.instrument.type === 'voucher') {
        const { meter, instrument, from } = question;
        const redeemed = await vouchers?.redeem({ meter, number: instrument.number, caller: from });
        if (redeemed === undefined) return NO_VOUCHERS;
        return 'reason' in redeemed ? redeemed : progressOf(callers, redeemed.id);
      }
      const id = callers.phonePaymentId(call, question.count);
      const { meter, paid, port, instrument } = question;
      const payment = await host.pay({ id, meter, paid, port, instrument });
      return 'reason' in payment ? payment : progressOf(callers, id);
    }
    case 'paid':
      return progressOf(callers, question.payment ?? callers.phonePaymentId(call, question.count));
    default:
      return assertNever(question);
  }
}

const known = (access: PhoneAccessView | HostFailure | undefined): PhoneAccessView | undefined =>
  access === undefined || 'reason' in access ? undefined : access;

async function standing(host: OfficePorts['host'], meter: Svpmsn): Promise<OfficeAnswer> {
  const view = await host.meter(meter);
  if ('reason' in view) return view;
  const outlook = await host.outlook(meter);
  if ('reason' in outlook) return outlook;
  const { now } = host.here();
  const left = outlook.lasts === undefined ? undefined : Math.floor((outlook.lasts.until - now) / MS_PER_MINUTE);
  const { state } = view.standing;
  const told: Standing = {
    balance: view.known?.balance,
    isOff: state === 'off' || state === 'blocked',
    lastsMinutes: left === undefined ? undefined : Math.max(0, left),
  };
  return { type: 'standing', standing: told };
}

/** How far a payment has come: `paid` means nothing to a caller before the meter has it. */
async function progressOf(callers: OfficePorts['callers'], id: string): Promise<OfficeAnswer> {
  const paid = await callers.paidByPhone(id);
  if ('reason' in paid) return paid;
  const { payment, order } = paid;
  const at = ((): PaymentProgress['at'] => {
    const { state } = payment;
    switch (state) {
      case 'asked':
      case 'pending':
      case 'declined':
        return state;
      case 'approved':
        return order?.state === 'stored' ? 'stored' : order?.state === 'refunded' ? 'money-back' : 'on-its-way';
      case 'capturing':
      case 'captured':
        return 'stored';
      case 'reversing':
      case 'reversed':
        return 'money-back';
      case 'returned':
      case 'stuck':
        return 'unclear';
      default:
        return assertNever(state);
    }
  })();
  return { type: 'paid', progress: { id, at, approval: payment.approval } };
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly percent: number;
}

/**
 * The stretch of the lowest price that is now, or comes next today or tomorrow; `same` where every hour costs as much.
 * @param days the running day first, each with stretches of minutes of its local day
 */
export function cheapHoursOf(
  days: readonly { readonly spans: readonly Span[] }[],
  minute: number,
): CheapHours | 'same' {
  const [today, tomorrow] = [joined(days[0]?.spans ?? []), joined(days[1]?.spans ?? [])];
  const percents = [...today.filter(({ to }) => to > minute), ...tomorrow].map(({ percent }) => percent);
  const lowest = Math.min(...percents);
  if (percents.every((percent) => percent === lowest)) return 'same';
  const isCheap = ({ percent }: Span) => percent === lowest;
  const next = today.find((span) => isCheap(span) && span.to > minute);
  if (next !== undefined) return { when: next.from <= minute ? 'now' : 'today', ...hoursOf(next) };
  const later = tomorrow.find(isCheap);
  return later === undefined ? 'same' : { when: 'tomorrow', ...hoursOf(later) };
}

/** Stretches that follow each other at one price are one. */
function joined(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of spans) {
    const last = all.at(-1);
    if (last?.percent === span.percent && last.to === span.from) all[all.length - 1] = { ...last, to: span.to };
    else all.push(span);
  }
  return all;
}

const hoursOf = ({ from, to }: Span) => ({ from: clock(from), to: clock(to) });

const clock = (minute: number): string =>
  `${String(Math.floor((minute % MINUTES_PER_DAY) / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Minute of the local day. */
function minuteOfDay({ zone, now }: ReturnType<HostServices['here']>): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hour12: false });
  const [hour = '0', minute = '0'] = parts.format(new Date(now)).split(':');
  return (Number(hour) % 24) * 60 + Number(minute);
}
