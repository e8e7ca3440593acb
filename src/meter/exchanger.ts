import { AttentionReason, EventKind } from '../records/index.ts';
import { charge, energyUntil } from '../tariff/index.ts';
import { assertNever, type DeciWattHours, type MilliwattHours, type SupplyIndex, tokens } from '../units/index.ts';
import { BusReply, DrawKind, SamReply, SamRequest, SvmRequest } from './bus.ts';
import { hasCredit, loanRoom } from './credit.ts';
import { recordEvent } from './event-log.ts';
import { commitUse } from './minutes.ts';
import { getU32, getU64 } from './nvm.ts';
import type { MeterOutputs } from './outputs.ts';
import { cutForCredit } from './relay.ts';
import { samCommand } from './sam.ts';
import type { Meter, Supply } from './state.ts';
import { DRAW_TOKENS_MAX, svmCommand } from './svm.ts';
import { warnIfLastUnit, warnLowBalance } from './warnings.ts';

/** The exchanger holds one unit; the tank holds the ten such units of one draw (part 10). */
export const UNIT_TOKENS = 10;
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
  const { accrual, exchanger } = meter;
  const before = accrual.remainder;
  const due = charge(supply.rate, quanta, accrual);
  if (due >= exchanger.tokens) {
    accrual.remainder = before;
    return consumeSlowly(meter, supply, { wanted, quanta }, out);
  }
  // The common minute: the exchanger has what is due, and more.
  exchanger.tokens -= due;
  meter.spent += due;
  supply.milliwattHours = whole - quanta * MILLIWATT_HOURS_PER_QUANTUM;
  supply.minuteEnergy += quanta;
  supply.sinceDayStart += quanta;
  return wanted;
}

/** What comes next on the way to the energy that was asked for. */
type Step = 'pay' | 'forgive' | 'cut' | 'refill' | 'flow' | 'done';

/** Looks and changes nothing. `due` is for what flowed already, `left` is what has not. */
function nextStep(meter: Meter, supply: Supply, left: number, due: number): Step {
  if (meter.exchanger.tokens > 0) {
    if (due > 0) return 'pay';
    return left > 0 && supply.relay.reasons === 0 ? 'flow' : 'done';
  }
  const credit = meter.stored > 0 || hasCredit(meter);
  // Where 0.1 Wh costs more than a token, the last of them may cost more than is there: the rest stays unbilled.
  if (due > 0) return credit ? 'refill' : 'forgive';
  if (supply.relay.reasons !== 0) return 'done';
  if (!credit) return 'cut';
  return left > 0 ? 'refill' : 'done';
}

/**
 * Portion by portion, each up to the token at which exchanger and tank are empty: whenever the purse is asked for more,
 * what flowed and what was charged for it agree, and a power cut finds them so.
 */
function consumeSlowly(
  meter: Meter,
  supply: Supply,
  asked: { readonly wanted: MilliwattHours; readonly quanta: DeciWattHours },
  out: MeterOutputs,
): MilliwattHours {
  let left: number = asked.quanta;
  let due = 0;
  for (let step = nextStep(meter, supply, left, due); step !== 'done'; step = nextStep(meter, supply, left, due)) {
    switch (step) {
      case 'flow': {
        const portion = portionOf(meter, supply, left);
        due = charge(supply.rate, portion, meter.accrual);
        supply.minuteEnergy += portion;
        supply.sinceDayStart += portion;
        left -= portion;
        break;
      }
      case 'pay':
        due -= pay(meter, due, out);
        break;
      case 'refill':
        refillTank(meter, out);
        break;
      case 'forgive':
        due = 0;
        break;
      case 'cut':
        // The reason outlives the power: so must what it stands for, or a power cut would give the last minute back.
        commitUse(meter);
        cutForCredit(meter, out);
        break;
      default:
        assertNever(step);
    }
  }
  const whole = supply.milliwattHours + asked.wanted;
  const recorded = (asked.quanta - left) * MILLIWATT_HOURS_PER_QUANTUM;
  // Cut at a whole 0.1 Wh: what had been carried below it flowed before.
  const flowed = left === 0 ? asked.wanted : Math.max(0, recorded - supply.milliwattHours);
  supply.milliwattHours = left === 0 ? whole - recorded : supply.milliwattHours + flowed - recorded;
  return flowed as MilliwattHours;
}

/** As much as the tokens in hand are enough for. */
function portionOf({ exchanger, accrual }: Meter, supply: Supply, left: number): DeciWattHours {
  const inHand = tokens(exchanger.tokens + exchanger.tank);
  return Math.min(left, energyUntil(supply.rate, accrual.remainder, inHand)) as DeciWattHours;
}

/** Takes tokens out of the exchanger, which is filled from the tank when it is empty. Returns how many. */
function pay(meter: Meter, due: number, out: MeterOutputs): number {
  const { exchanger } = meter;
  const taken = Math.min(due, exchanger.tokens);
  exchanger.tokens -= taken;
  meter.spent += taken;
  if (exchanger.tokens === 0 && exchanger.tank > 0) refillExchanger(meter, out);
  return taken;
}

/** One ten-token unit out of the tank. With the last one the buzzer sounds (I19). */
function refillExchanger(meter: Meter, out: MeterOutputs): void {
  const { exchanger } = meter;
  const unit = Math.min(UNIT_TOKENS, exchanger.tank);
  exchanger.tank -= unit;
  exchanger.tokens += unit;
  warnIfLastUnit(meter, out);
}

/** A draw from the purse, or where it is empty a loan; a purse that gives neither has nothing left for us. */
function refillTank(meter: Meter, out: MeterOutputs): void {
  if (meter.stored > 0) {
    const granted = draw(meter, DrawKind.draw, DRAW_TOKENS_MAX);
    meter.stored = granted === 0 ? 0 : meter.stored - granted;
    meter.exchanger.tank += granted;
    warnLowBalance(meter, out);
  } else lend(meter);
  if (meter.exchanger.tank > 0) refillExchanger(meter, out);
}

/** A unit of emergency credit into the tank. */
function lend(meter: Meter): void {
  const granted = draw(meter, DrawKind.loan, Math.min(LOAN_TOKENS, loanRoom(meter)));
  if (granted === 0) {
    meter.lendingRefused = true;
    return;
  }
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
  if (granted[0] === BusReply.frozen) noticeFrozen(meter, meter.svm.purse.frozen);
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
  /** The newest transaction closed the purse: nothing is lent until a credit comes. */
  readonly purseClosed: boolean;
  /** Of the hot list, as the tickets of cards brought it. */
  readonly epoch: number;
}

/** What purse, tank and exchanger hold, as the chip of the purse tells it. */
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
    purseClosed: told[46] === 1,
    epoch: getU32(told, 47),
  };
}

/** The purse says that its memory is not what it left: nobody passes that over. */
function noticeFrozen(meter: Meter, reason: number): void {
  meter.frozen = reason;
  meter.attention |= AttentionReason.memoryDamaged;
  recordEvent(meter, EventKind.valueFrozen, { detail: reason });
}

/** Takes the purse's levels over after a start, a credit or a close: tank and exchanger hold what is out. */
export function takeLevels(meter: Meter): Levels {
  const levels = levelsOf(meter);
  meter.stored = levels.frozen === 0 ? levels.stored : 0;
  meter.owed = levels.owed;
  meter.purseClosed = levels.purseClosed;
  meter.lendingRefused = false;
  if (levels.frozen !== meter.frozen) noticeFrozen(meter, levels.frozen);
  const outside = levels.frozen === 0 ? levels.out : 0;
  meter.exchanger.tokens = outside === 0 ? 0 : ((outside - 1) % UNIT_TOKENS) + 1;
  meter.exchanger.tank = outside - meter.exchanger.tokens;
  meter.spent = meter.svm.spent;
  return levels;
}
