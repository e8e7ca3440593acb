import { RelayReason } from '../records/index.ts';
import { askToPay, isAskedForMoney } from './card-payment.ts';
import { displayPages } from './display.ts';
import { callKey, isInCall, keyInCall } from './interphone.ts';
import { forgetOldKeyed, isTooLong, KEYED_MS, keepKeyed, REQUEST_DIGITS_MAX } from './keyed.ts';
import { askForValue, stepTime } from './meter.ts';
import type { MeterOutputs } from './outputs.ts';
import { clearLeak, setReason } from './relay.ts';
import type { Meter } from './state.ts';

/**
 * The keypad (part 21): digits, request (`#`), delete (`*`), the key that turns the display's pages, and the one of the
 * interphone (part 20) that calls and hangs up.
 */
export type Key = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '#' | '*' | 'page' | 'call';

/**
 * Digits and `#` ask the utility for that many tokens (0, or `#` alone: the usual amount); the local unit hears of it
 * in the next contention slot. With a payment card in the slot they say what it is to pay, in minor units of the currency,
 * and nothing while it pays. Any key closes a relay that only waits for one. While somebody calls by the interphone they
 * are the keys of its telephone.
 *
 * What is not ended is dropped when no key was pressed for a minute, and when a card is pulled.
 *
 * @param silenceMs in place of that minute: for a hand whose time goes slower than the meter's
 */
export function pressKey(meter: Meter, key: Key, now: number, out: MeterOutputs, silenceMs = KEYED_MS): void {
  meter.now = now;
  forgetOldKeyed(meter);
  for (const supply of meter.supplies) {
    if (supply.relay.reasons === RelayReason.awaitsKey) setReason(meter, supply, RelayReason.awaitsKey, false, out);
  }
  const { display } = meter;
  if (key === 'page') display.page = (display.page + 1) % displayPages(meter).length;
  else if (key === 'call') callKey(meter);
  else if (isInCall(meter)) keyInCall(meter, key);
  else if (key === '*') display.digits = display.digits.slice(0, -1);
  else if (meter.card?.work.name === 'paying') display.digits = '';
  else if (key === '#') {
    if (!isTooLong(display.digits)) endKeyed(meter, out);
    display.digits = '';
  } else {
    // With a payment card one digit more is kept, which makes them no amount: nobody pays the first nine of ten by mistake.
    const most = isAskedForMoney(meter) ? REQUEST_DIGITS_MAX + 1 : REQUEST_DIGITS_MAX;
    if (display.digits.length < most) display.digits += key;
  }
  keepKeyed(meter, silenceMs, out);
  stepTime(meter, now, out);
}

function endKeyed(meter: Meter, out: MeterOutputs): void {
  const { digits } = meter.display;
  const amount = Number(digits);
  // Who presses it alone while the valve is closed for a leak says that it is none, and asks for nothing.
  if (askToPay(meter, amount, out) || (digits === '' && sayNoLeak(meter, out))) return;
  askForValue(meter, amount);
}

/** `false` where there is nothing that a key could say so of. */
function sayNoLeak(meter: Meter, out: MeterOutputs): boolean {
  const { flow } = meter.policy;
  const leaking = meter.supplies.find(({ relay }) => relay.reasons & RelayReason.leak);
  if (leaking === undefined || flow?.leakClearedBy === 'technician') return false;
  clearLeak(meter, leaking, out);
  return true;
}
