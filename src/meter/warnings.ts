import { AttentionReason, EventKind, inFriendlyHours } from '../records/index.ts';
import type { Region, Tokens } from '../units/index.ts';
import { localNow } from './credit.ts';
import { recordEvent } from './event-log.ts';
import type { MeterOutputs } from './outputs.ts';
import { balanceOf, type Meter } from './state.ts';

/** Buzzer 4 at low balance: once when it is reached, then as often as the policy says. */
export function warnLowBalance(meter: Meter, out: MeterOutputs): void {
  const balance = balanceOf(meter);
  if (balance > meter.policy.lowBalance) return;
  if (!meter.lowBalanceTold) {
    meter.lowBalanceTold = true;
    meter.attention |= AttentionReason.lowBalance;
    recordEvent(meter, EventKind.lowBalance, { value: balance });
  }
  const { buzzer } = meter.policy;
  if (!buzzer.lowBalance || meter.buzzer.sounding) return;
  if (meter.minute - meter.buzzer.lastWarningMinute < buzzer.everyMinutes) return;
  const local = localNow(meter);
  if (buzzer.quietInFriendlyHours && local !== undefined && inFriendlyHours(meter.policy, local.minuteOfDay)) return;
  meter.buzzer.lastWarningMinute = meter.minute;
  out.buzzer(buzzer.seconds);
}

/**
 * Somebody stands at the meter with a card of which a region is low: at most the policy's low balance. What is left of
 * the meter's own region counts with what the meter has.
 */
export function warnOfCard(meter: Meter, balances: ReadonlyMap<Region, Tokens>, out: MeterOutputs): void {
  const { buzzer, lowBalance } = meter.policy;
  if (!buzzer.lowBalance || meter.buzzer.sounding) return;
  const isLow = ([region, balance]: [Region, Tokens]) =>
    balance + (region === meter.sam.region ? balanceOf(meter) : 0) <= lowBalance;
  if ([...balances].some(isLow)) out.buzzer(buzzer.seconds);
}

/** After what may have moved tokens between tank and exchanger. */
export function warnIfLastUnit(meter: Meter, out: MeterOutputs): void {
  if (meter.stored === 0 && meter.exchanger.tank === 0 && !meter.purseClosed) warnLastToken(meter, out);
}

/** The last unit of tokens is in the exchanger: the buzzer sounds until credit comes (I19). */
export function warnLastToken(meter: Meter, out: MeterOutputs): void {
  if (!meter.lastTokenTold) {
    meter.lastTokenTold = true;
    meter.attention |= AttentionReason.lastToken;
    recordEvent(meter, EventKind.lastToken, { value: balanceOf(meter) });
  }
  if (meter.buzzer.sounding) return;
  meter.buzzer.sounding = true;
  out.buzzer(Number.POSITIVE_INFINITY);
}

/** Credit came: what was told may be told again next time, and the buzzer is silent. */
export function silence(meter: Meter, out: MeterOutputs): void {
  if (balanceOf(meter) > meter.policy.lowBalance) meter.lowBalanceTold = false;
  if (meter.stored === 0 && !meter.purseClosed) return;
  meter.lastTokenTold = false;
  if (!meter.buzzer.sounding) return;
  meter.buzzer.sounding = false;
  out.buzzer(0);
}
