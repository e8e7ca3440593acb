import type { HostFailure } from '../host/index.ts';
import { assertNever, type Milliseconds, type Svpmsn } from '../units/index.ts';
import type { AwaitingValue, Call, Purchase } from './call-state.ts';
import { amountIn, approvalTold, sentence } from './sentences.ts';
import { listen, say } from './speech.ts';
import type { CallOutput, OfficeAnswer, Sentence } from './types.ts';

/** How often the office is asked how far a payment has come. */
const POLL_MS = 2_000;
/** Somebody who confirms on a telephone has about so long; what takes longer is heard of otherwise. */
const PAID_MS_MAX = 180_000;
/** From the approval on: a meter that is heard answers within seconds, a dark one may take hours. */
const ARRIVES_MS_MAX = 60_000;
const WAITING_EVERY_MS = 15_000;
const FAILURES_MAX = 8;

type Progress = 'ended' | 'goes-on';

/** The caller has confirmed: from now on the payment comes to its end, with the caller or without. */
export function beginPayment(
  call: Call,
  { meter, purchase, energy }: { readonly meter: Svpmsn; readonly purchase: Purchase; readonly energy: bigint },
  now: Milliseconds,
  out: CallOutput[],
): void {
  call.confirmed += 1;
  const { confirmed: count } = call;
  const state: AwaitingValue = {
    ...{ name: 'awaiting-value', purchase, energy, count, since: now, isKnown: false, isAsked: false, failures: 0 },
    ...{ isToConfirm: false, arrivingSince: undefined, toldAt: now },
  };
  call.state = state;
  tell(call, 'asking', out);
  askForMoney(call, state, meter, now, out);
}

/** The instant is there at which to ask again, or to say that it goes on. */
export function goOnWithPayment(call: Call, state: AwaitingValue, now: Milliseconds, out: CallOutput[]): Progress {
  if (now - state.since >= PAID_MS_MAX) return finished(call, 'payment-unclear', [sentence(call, 'unclear')], out);
  const isQuiet = now - state.toldAt >= WAITING_EVERY_MS;
  if (isQuiet) tell(call, 'waiting', out);
  const told: AwaitingValue = isQuiet ? { ...state, toldAt: now } : state;
  if (told.isAsked) {
    call.state = told;
    wake(now, out);
  } else if (told.isKnown) {
    call.state = { ...told, isAsked: true };
    call.asked += 1;
    out.push({
      type: 'ask',
      number: call.asked,
      question: { type: 'paid', count: told.count, payment: told.purchase.payment },
    });
    wake(now, out);
  } else if (call.who !== undefined) askForMoney(call, told, call.who.meter, now, out);
  return 'goes-on';
}

/** What the office knows of the payment now. */
export function answeredPayment(
  call: Call,
  state: AwaitingValue,
  answer: HostFailure | Extract<OfficeAnswer, { type: 'paid' }>,
  now: Milliseconds,
  out: CallOutput[],
): Progress {
  if ('reason' in answer) return failed(call, state, answer, now, out);
  const { at, id, approval } = answer.progress;
  const known: AwaitingValue = { ...state, isKnown: true, isAsked: false, failures: 0 };
  if (!state.isKnown) out.push({ type: 'note', name: 'paid', subject: id });
  switch (at) {
    case 'asked':
    case 'pending': {
      const isNew = at === 'pending' && !state.isToConfirm;
      if (isNew) tell(call, 'confirmThere', out);
      call.state = isNew ? { ...known, isToConfirm: true, toldAt: now } : known;
      wake(now, out);
      return 'goes-on';
    }
    case 'on-its-way':
      if (state.arrivingSince === undefined) {
        tell(call, 'onItsWay', out);
        call.state = { ...known, arrivingSince: now, toldAt: now };
      } else if (now - state.arrivingSince < ARRIVES_MS_MAX) call.state = known;
      else return finished(call, undefined, [sentence(call, 'onItsWay')], out);
      wake(now, out);
      return 'goes-on';
    case 'stored': {
      const stored = sentence(call, 'stored', amountIn(call, state.energy));
      const heard = approval === undefined ? [stored] : [stored, approvalTold(call, approval)];
      return finished(call, 'value-stored', heard, out);
    }
    case 'declined':
      return finished(call, 'payment-refused', [sentence(call, 'declined')], out);
    case 'money-back':
      return finished(call, 'money-back', [sentence(call, 'moneyBack')], out);
    case 'unclear':
      return finished(call, 'payment-unclear', [sentence(call, 'unclear')], out);
    default:
      return assertNever(at);
  }
}

/** The same count is the same payment, however often it is asked for. */
function askForMoney(call: Call, state: AwaitingValue, meter: Svpmsn, now: Milliseconds, out: CallOutput[]): void {
  const { count, purchase } = state;
  const { paid, way, instrument } = purchase;
  call.state = { ...state, isAsked: true };
  call.asked += 1;
  const { from } = call.begun;
  const question = { type: 'pay', count, meter, paid, port: way.port, instrument, from } as const;
  out.push({ type: 'ask', number: call.asked, question });
  wake(now, out);
}

function failed(
  call: Call,
  state: AwaitingValue,
  { reason, sentence: why }: HostFailure,
  now: Milliseconds,
  out: CallOutput[],
): Progress {
  if (reason !== 'store-failed' && !state.isKnown) {
    const heard = [sentence(call, 'notSold', why), sentence(call, 'notBought')];
    return finished(call, 'payment-refused', heard, out);
  }
  const failures = state.failures + 1;
  // Whether it was begun nobody knows here. The host does, and gives back what it cannot sell for.
  if (failures > FAILURES_MAX) return finished(call, 'payment-unclear', [sentence(call, 'unclear')], out);
  call.state = { ...state, isAsked: false, failures };
  wake(now, out);
  return 'goes-on';
}

function tell(call: Call, name: 'asking' | 'confirmThere' | 'waiting' | 'onItsWay', out: CallOutput[]): void {
  say(call, [sentence(call, name)], { listening: 'no', mustBeHeard: false }, out);
}

const wake = (now: Milliseconds, out: CallOutput[]): void =>
  void out.push({ type: 'wake', at: (now + POLL_MS) as Milliseconds });

function finished(
  call: Call,
  name: 'value-stored' | 'payment-refused' | 'money-back' | 'payment-unclear' | undefined,
  sentences: readonly Sentence[],
  out: CallOutput[],
): 'ended' {
  if (name !== undefined) out.push({ type: 'note', name });
  // What may still be answered is about a payment that the caller was told the end of.
  call.asked += 1;
  listen(call, 'no');
  say(call, sentences, { listening: 'no', mustBeHeard: false }, out);
  return 'ended';
}
