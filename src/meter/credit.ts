import { mayCut } from '../records/index.ts';
import { type LocalTime, localTime } from '../tariff/index.ts';
import { FRIENDLY_LOAN_TOKENS_MAX } from './sam-bus.ts';
import { balanceOf, type Meter, type Supply, secondOfMinute } from './state.ts';

/** Local time of the running minute, by the calendar of the first supply's table. */
export function localNow(meter: Meter): LocalTime | undefined {
  const supply = meter.supplies[0] as Supply;
  const table = supply.tables[supply.active];
  return table === undefined ? undefined : localTime(table, secondOfMinute(meter.minute));
}

/** Friendly hours, weekends and holidays of the policy, by the meter's own clock and calendar. */
function cutAllowed(meter: Meter): boolean {
  const local = localNow(meter);
  if (local === undefined) return true;
  return mayCut(meter.policy, { minute: local.minuteOfDay, weekend: local.weekday >= 6, holiday: local.holiday });
}

/** Tokens that may still be lent: the emergency credit, and beyond it while the policy does not cut. */
export function loanRoom(meter: Meter): number {
  if (meter.frozen !== 0 || meter.dismantled || meter.purseClosed || meter.lendingRefused) return 0;
  const { emergencyCredit } = meter.policy;
  const limit = cutAllowed(meter) ? emergencyCredit : emergencyCredit + FRIENDLY_LOAN_TOKENS_MAX;
  return Math.max(0, limit - meter.owed);
}

/** Whether anything is left to spend: a balance, emergency credit, or an hour in which the policy does not cut. */
export const hasCredit = (meter: Meter): boolean => balanceOf(meter) > 0 || loanRoom(meter) > 0;

/** Whether a relay that opened for lack of credit may close: an hour in which nothing is cut re-closes nothing. */
export const mayReconnect = (meter: Meter): boolean =>
  balanceOf(meter) > 0 || (loanRoom(meter) > 0 && meter.owed < meter.policy.emergencyCredit);
