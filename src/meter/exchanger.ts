import { AttentionReason, EventKind, RelayReason } from '../records/index.ts';
import { charge, energyUntil } from '../tariff/index.ts';
import { type DeciWattHours, type MilliwattHours, type SupplyIndex, tokens } from '../units/index.ts';
import { BusReply, DrawKind, SamReply, SamRequest, SvmRequest } from './bus.ts';
import { hasCredit, loanRoom } from './credit.ts';
import { recordEvent } from './event-log.ts';
import { commitUse } from './minutes.ts';
import { getU32, getU64 } from './nvm.ts';
import type { MeterOutputs } from './outputs.ts';
import { setReason } from './relay.ts';
import { samCommand } from './sam.ts';
import { balanceOf, type Meter, type Supply } from './state.ts';
import { DRAW_TOKENS_MAX, svmCommand } from './svm.ts';
import { warnLastToken, warnLowBalance } from './warnings.ts';

/** The exchanger holds one unit; the tank holds ten such units (part 10). */
export const UNIT_TOKENS = 10;
export const TANK_TOKENS_MAX = 100;
/** Emergency credit is taken in single units, so that no more is owed than was used. */
const LOAN_TOKENS = 10;

const MILLIWATT_HOURS_PER_QUANTUM = 100;

/**
 * Energy that a supply asks for since the last step. Returns what flowed: all of it, or as much as there was credit
 * for, to the 0.1 Wh at which the last token fell and the relay opened; nothing while it is open.
 */
export function consume(meter: Meter, index: SupplyIndex, wanted: MilliwattHours, out: MeterOutputs): MilliwattHours {
  const supply = meter.supplies[index - 1] as Supply;
  if (supply.relay.reasons !== 0) return 0 as MilliwattHours;
  const whole = supply.milliwattHours + wanted;
  const quanta = Math.floor(whole / MILLIWATT_HOURS_PER_QUANTUM) as DeciWattHours;
  if (quanta === 0) {
    supply.milliwattHours = whole;
    return wanted;
  }
  const before = meter.accrual.remainder;
  const due = charge(supply.rate, quanta, meter.accrual);
  if (due <= meter.exchanger.tokens) {
    // The common minute: the exchanger has what is due.
    meter.exchanger.tokens -= due;
    meter.spent += due;
  } else if (!exchange(meter, due, out)) return cutShort(meter, supply, quanta, before, out);
  supply.milliwattHours = whole - quanta * MILLIWATT_HOURS_PER_QUANTUM;
  supply.minuteEnergy += quanta;
  supply.sinceDayStart += quanta;
  if (meter.exchanger.tokens === 0 && balanceOf(meter) === 0) exhausted(meter, out);
  return wanted;
}

/** Takes what is due from exchanger, tank, purse and loans. When all of them together have less, it takes nothing. */
function exchange(meter: Meter, due: number, out: MeterOutputs): boolean {
  if (due > balanceOf(meter) && due > balanceOf(meter) + loanRoom(meter)) return false;
  const { exchanger } = meter;
  let left = due;
  while (left > 0) {
    if (exchanger.tokens === 0) refillExchanger(meter, out);
    // A purse that froze under our hands gives nothing: what it still owes us stays unbilled.
    if (exchanger.tokens === 0) break;
    const taken = Math.min(left, exchanger.tokens);
    exchanger.tokens -= taken;
    meter.spent += taken;
    left -= taken;
  }
  return true;
}

function refillExchanger(meter: Meter, out: MeterOutputs): void {
  const { exchanger } = meter;
  if (exchanger.tank === 0) {
    if (meter.stored > 0) {
      const granted = draw(meter, DrawKind.draw, DRAW_TOKENS_MAX);
      exchanger.tank += granted;
      meter.stored = granted === 0 ? 0 : meter.stored - granted;
      warnLowBalance(meter, out);
    } else lend(meter);
  }
  const unit = Math.min(UNIT_TOKENS, exchanger.tank);
  exchanger.tank -= unit;
  exchanger.tokens += unit;
  if (meter.stored === 0 && exchanger.tank === 0) warnLastToken(meter, out);
}

/** The energy up to the last token flows; the rest of the minute finds the relay open. */
function cutShort(
  meter: Meter,
  supply: Supply,
  asked: DeciWattHours,
  remainderBefore: number,
  out: MeterOutputs,
): MilliwattHours {
  meter.accrual.remainder = remainderBefore;
  const available = balanceOf(meter) + loanRoom(meter);
  const quanta = Math.min(asked, energyUntil(supply.rate, remainderBefore, tokens(available))) as DeciWattHours;
  exchange(meter, charge(supply.rate, quanta, meter.accrual), out);
  const flowed = quanta * MILLIWATT_HOURS_PER_QUANTUM - supply.milliwattHours;
  supply.milliwattHours = 0;
  supply.minuteEnergy += quanta;
  supply.sinceDayStart += quanta;
  exhausted(meter, out);
  return Math.max(0, flowed) as MilliwattHours;
}

/** The last token is gone: either the policy lends, or every relay opens. */
function exhausted(meter: Meter, out: MeterOutputs): void {
  if (hasCredit(meter)) return;
  warnLastToken(meter, out);
  meter.attention |= AttentionReason.creditExhausted;
  for (const supply of meter.supplies) setReason(meter, supply, RelayReason.noCredit, true, out);
}

/** A unit of emergency credit into the tank. */
function lend(meter: Meter): void {
  const granted = draw(meter, DrawKind.loan, Math.min(LOAN_TOKENS, loanRoom(meter)));
  if (granted === 0) return;
  const limit = meter.policy.emergencyCredit;
  if (meter.owed === 0) recordEvent(meter, EventKind.emergencyCreditBegun, { value: limit });
  if (meter.owed <= limit && meter.owed + granted > limit) {
    recordEvent(meter, EventKind.cutDeferred, { value: meter.owed + granted });
  }
  meter.owed += granted;
  meter.exchanger.tank += granted;
}

/** One draw or loan: challenge, authorisation, draw. What was used goes first, so that the tank never holds more than it can. */
function draw(meter: Meter, kind: DrawKind, amount: number): number {
  if (meter.dismantled || amount === 0) return 0;
  commitUse(meter);
  const nonce = samCommand(meter.sam, Uint8Array.of(SamRequest.nonce));
  const challenge = svmCommand(meter.svm, withHead(Uint8Array.of(SvmRequest.drawChallenge), nonce.subarray(1)));
  const authorised = samCommand(
    meter.sam,
    withHead(Uint8Array.of(SamRequest.authoriseDraw, kind, amount >> 8, amount), challenge),
  );
  if (authorised[0] !== SamReply.toSvm) return 0;
  const granted = svmCommand(meter.svm, authorised.subarray(1));
  if (granted[0] === BusReply.frozen) meter.frozen = meter.svm.purse.frozen;
  if (granted[0] !== BusReply.done) return 0;
  meter.spent = 0; // the record has taken it over
  return ((granted[1] as number) << 8) | (granted[2] as number);
}

export function withHead(head: Uint8Array, rest: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + rest.length);
  whole.set(head);
  whole.set(rest, head.length);
  return whole;
}

/** The purse's counters as the SVM tells them; no secret, and no proof. */
export interface Levels {
  readonly stored: number;
  readonly out: number;
  readonly owed: number;
  readonly credited: number;
  readonly fromCards: number;
  readonly used: number;
  readonly closed: number;
  readonly frozen: number;
}

export function levelsOf(meter: Pick<Meter, 'svm'>): Levels {
  const told = svmCommand(meter.svm, Uint8Array.of(SvmRequest.levels));
  return {
    stored: getU32(told, 1),
    out: getU32(told, 5),
    owed: getU32(told, 9),
    credited: getU64(told, 13),
    fromCards: getU64(told, 21),
    used: getU64(told, 29),
    closed: getU64(told, 37),
    frozen: told[45] as number,
  };
}

/** Takes the purse's levels over after a start, a credit or a close: tank and exchanger hold what is out. */
export function takeLevels(meter: Meter): Levels {
  const levels = levelsOf(meter);
  meter.stored = levels.frozen === 0 ? levels.stored : 0;
  meter.owed = levels.owed;
  meter.frozen = levels.frozen;
  const outside = levels.frozen === 0 ? levels.out : 0;
  meter.exchanger.tokens = outside === 0 ? 0 : ((outside - 1) % UNIT_TOKENS) + 1;
  meter.exchanger.tank = outside - meter.exchanger.tokens;
  meter.spent = meter.svm.spent;
  return levels;
}
