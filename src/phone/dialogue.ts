import type { CallStepName, HostFailure, Instrument, PhoneAccessView } from '../host/index.ts';
import {
  assertNever,
  type Milliseconds,
  parseMeterDigits,
  parseVoucherDigits,
  type Svpmsn,
  U32_MAX,
} from '../units/index.ts';
import { LANGUAGES } from '../words/index.ts';
import { type AwaitingPerson, type Call, type CallState, newCall, type Purchase } from './call-state.ts';
import { answeredPayment, beginPayment, goOnWithPayment } from './payment.ts';
import { PERSON_WAIT_MS_MAX, personNews, queueWakeAt, seekPerson } from './person.ts';
import { listeningIn, mustBeHeardIn, promptOf } from './prompts.ts';
import { balanceTold, cheapHoursTold, emergencyTold, sentence } from './sentences.ts';
import { close, listen, repeat, say } from './speech.ts';
import type {
  CallBegun,
  CallInput,
  CallOutput,
  Key,
  OfferedWay,
  OfficeAnswer,
  OfficeQuestion,
  PersonNews,
  Sentence,
} from './types.ts';
import { isKey } from './types.ts';
import { expiryOf, isCardNumber, isKept, voucherWay, waysOf } from './ways.ts';

/** Nothing is keyed for so long after what was said: it is said again. */
const SILENCE_MS = 8_000;
/** A carrier that never tells that something was heard is not waited for any longer. */
const SPEECH_MS_MAX = 90_000;
/** The office has answered by then, or the caller is told to wait; and by then, or it will not. */
const PATIENCE_MS = 1_500;
const OFFICE_MS_MAX = 20_000;
const WRONG_MAX = 3;
const SILENCES_MAX = 3;
const ENTRY_DIGITS_MAX = 24;
const INPUTS_MAX = 400;
/** Whoever pays more at once than so many digits say has keyed something else. */
const AMOUNT_DIGITS_MAX = 7;

/** A call that has not begun: its first input is `begun`. */
export const createCall = (begun: CallBegun): Call => newCall(begun);

/**
 * One step of a call: changes it, and adds what it wants done to `out`, in its order. It never sells what was not
 * confirmed after it was heard whole, and gives up no payment that was: who hangs up gets the value all the same.
 */
export function step(call: Call, input: CallInput, now: Milliseconds, out: CallOutput[]): undefined {
  if (call.state.name === 'ended') return;
  switch (input.type) {
    case 'begun':
      if (call.state.name !== 'awaiting-begin') return;
      note(out, 'begun');
      return ask(call, { type: 'begin', from: call.begun.from, meter: call.begun.meter }, now, out);
    case 'hung-up':
      call.state = { name: 'ended' };
      return note(out, 'hung-up');
    case 'spoken':
      call.heard = true;
      if (listens(call)) wakeAfter(call, SILENCE_MS, now, out);
      return;
    case 'silent':
      return listens(call) ? woken(call, now, out) : undefined;
    case 'woken':
      return woken(call, now, out);
    case 'answered':
      if (input.number === call.asked) answered(call, input.answer, now, out);
      return;
    case 'person-there':
    case 'nobody-there':
    case 'person-came':
    case 'person-left':
      return heardOfPerson(call, input, now, out);
    case 'key':
      return keyed(call, input.key, now, out);
    case 'entry':
      return entered(call, input.text, now, out);
    default:
      return assertNever(input);
  }
}

function note(out: CallOutput[], name: CallStepName): undefined {
  out.push({ type: 'note', name });
}

const listens = ({ said }: Call): boolean => said.listening !== 'no';

/** Says something, and waits for a key or an entry. */
function prompt(call: Call, state: CallState, now: Milliseconds, out: CallOutput[]): undefined {
  call.state = state;
  call.keyed = '';
  const listening = listeningIn(state);
  const ending = listening === 'digits' ? [{ ...sentence(call, 'hashEnds'), isHint: true }] : [];
  say(call, [...promptOf(call), ...ending], { listening, mustBeHeard: mustBeHeardIn(state) }, out);
  wakeAfter(call, SPEECH_MS_MAX, now, out);
}

/** Whoever waits for a person is not asked for a key, and does not wait for ever. */
function wakeAfter({ state }: Call, ms: number, now: Milliseconds, out: CallOutput[]): undefined {
  const at = state.name === 'awaiting-person' ? queueWakeAt(state, now) : now + ms;
  out.push({ type: 'wake', at: at as Milliseconds });
}

/** Asks the office; what comes from the caller meanwhile counts for nothing. */
function ask(
  call: Call,
  question: OfficeQuestion,
  now: Milliseconds,
  out: CallOutput[],
  purchase?: Purchase | undefined,
): undefined {
  call.state = { name: 'awaiting-office', question, purchase, since: now };
  call.keyed = '';
  listen(call, 'no');
  call.asked += 1;
  out.push({ type: 'ask', number: call.asked, question });
  out.push({ type: 'wake', at: (now + PATIENCE_MS) as Milliseconds });
}

function woken(call: Call, now: Milliseconds, out: CallOutput[]): undefined {
  const { state } = call;
  if (state.name === 'awaiting-value') return paying(call, now, out, () => goOnWithPayment(call, state, now, out));
  if (state.name === 'awaiting-office') {
    if (now - state.since >= OFFICE_MS_MAX) return away(call, out);
    say(call, [sentence(call, 'asking')], { listening: 'no', mustBeHeard: false }, out);
    out.push({ type: 'wake', at: (state.since + OFFICE_MS_MAX) as Milliseconds });
    return;
  }
  if (!listens(call)) return;
  if (state.name === 'awaiting-person') return waitOn(call, state, now, out);
  call.silences += 1;
  if (call.silences >= SILENCES_MAX) return end(call, 'silent', [sentence(call, 'silent')], out);
  call.keyed = '';
  repeat(call, out);
  out.push({ type: 'wake', at: (now + SPEECH_MS_MAX) as Milliseconds });
}

function end(call: Call, why: CallStepName, sentences: readonly Sentence[], out: CallOutput[]): undefined {
  note(out, why);
  close(call, [...sentences, sentence(call, 'goodbye')], 'nobody', out);
}

function away(call: Call, out: CallOutput[]): undefined {
  // The answer that may come yet is about a call that has ended.
  call.asked += 1;
  end(call, 'host-failed', [sentence(call, 'hostAway')], out);
}

/** A step of a payment, after which the caller may be free again. */
function paying(call: Call, now: Milliseconds, out: CallOutput[], go: () => 'ended' | 'goes-on'): undefined {
  if (go() === 'ended') prompt(call, { name: 'awaiting-more' }, now, out);
}

function answered(call: Call, answer: OfficeAnswer, now: Milliseconds, out: CallOutput[]): undefined {
  const { state } = call;
  if (state.name === 'awaiting-value') {
    if ('reason' in answer || answer.type === 'paid') {
      paying(call, now, out, () => answeredPayment(call, state, answer, now, out));
    }
    return;
  }
  if (state.name !== 'awaiting-office') return;
  if ('reason' in answer) return refused(call, state, answer, now, out);
  switch (answer.type) {
    case 'begin':
      call.currency = answer.currency;
      call.ways = answer.ways;
      say(call, [sentence(call, 'welcome')], { listening: 'no', mustBeHeard: false }, out);
      if (answer.access === undefined) {
        const { meter } = call.begun;
        if (meter !== undefined) call.who = { meter, access: atMeter(meter, now), proven: false };
        return prompt(call, { name: 'awaiting-language' }, now, out);
      }
      note(out, 'identified-by-number');
      call.language = answer.access.language;
      call.who = { meter: answer.access.svpmsn, access: answer.access, proven: false };
      return prompt(call, { name: 'awaiting-choice' }, now, out);
    case 'identify':
      note(out, 'identified-by-pin');
      call.wrong = 0;
      call.language = answer.access.language;
      call.who = { meter: answer.access.svpmsn, access: answer.access, proven: true };
      if (state.purchase !== undefined) return priced(call, state.purchase, now, out);
      return prompt(call, { name: 'awaiting-choice' }, now, out);
    case 'meter':
      call.who = { meter: (state.question as { meter: Svpmsn }).meter, access: undefined, proven: false };
      return prompt(call, { name: 'awaiting-choice' }, now, out);
    case 'standing':
      note(out, 'balance-told');
      return told(call, balanceTold(call, answer.standing), now, out);
    case 'cheap-hours':
      note(out, 'cheap-hours-told');
      return told(call, cheapHoursTold(call, answer.hours), now, out);
    case 'emergency':
      note(out, 'emergency-told');
      return told(call, emergencyTold(call, answer.emergency), now, out);
    case 'voucher': {
      const { question } = state;
      const way = voucherWay(call);
      if (question.type !== 'voucher' || way === undefined) return;
      call.wrong = 0;
      const instrument: Instrument = { type: 'voucher', number: question.number };
      const { value: paid, payment } = answer;
      return priced(call, { paid, way: { ...way, instrument }, instrument, payment }, now, out);
    }
    case 'quote':
      if (state.purchase === undefined) return;
      note(out, 'quoted');
      return prompt(call, { name: 'awaiting-confirmation', purchase: state.purchase, energy: answer.energy }, now, out);
    case 'paid':
      return;
    default:
      return assertNever(answer);
  }
}

/** Of a household that nobody gave a telephone: at its own meter it hears and buys, and pays with nothing that is kept. */
const atMeter = (svpmsn: Svpmsn, now: Milliseconds): PhoneAccessView => ({
  ...{ id: String(svpmsn), svpmsn, number: undefined, language: 'en', usual: undefined, means: [], hasPin: false },
  allowedAt: now,
});

/** Says what was asked for, and the menu after it. */
function told(call: Call, sentences: ReturnType<typeof promptOf>, now: Milliseconds, out: CallOutput[]): undefined {
  say(call, sentences, { listening: 'no', mustBeHeard: false }, out);
  prompt(call, { name: 'awaiting-more' }, now, out);
}

function refused(
  call: Call,
  { question, purchase }: Extract<CallState, { name: 'awaiting-office' }>,
  { reason, sentence: why }: HostFailure,
  now: Milliseconds,
  out: CallOutput[],
): undefined {
  if (reason === 'store-failed' || reason === 'log-in-busy') return away(call, out);
  switch (question.type) {
    case 'identify': {
      note(out, 'identification-refused');
      const next: CallState =
        purchase === undefined
          ? { name: 'awaiting-meter-number' }
          : { name: 'awaiting-pin', meter: question.meter, purchase };
      return wrong(call, 'pinWrong', next, now, out);
    }
    case 'meter':
      return wrong(call, 'meterUnknown', { name: 'awaiting-meter-number' }, now, out);
    case 'voucher':
      note(out, 'voucher-refused');
      return wrong(call, 'voucherRefused', { name: 'awaiting-voucher' }, now, out);
    case 'quote':
      note(out, 'payment-refused');
      say(call, [sentence(call, 'notSold', why)], { listening: 'no', mustBeHeard: false }, out);
      return prompt(call, { name: 'awaiting-more' }, now, out);
    case 'begin':
    case 'standing':
    case 'cheap-hours':
    case 'emergency':
    case 'pay':
    case 'paid':
      return away(call, out);
    default:
      return assertNever(question);
  }
}

/** Three in a row end the call. */
function wrong(
  call: Call,
  why:
    | 'keyWrong'
    | 'meterWrong'
    | 'pinWrong'
    | 'meterUnknown'
    | 'amountWrong'
    | 'cardWrong'
    | 'expiryWrong'
    | 'voucherWrong'
    | 'voucherRefused'
    | 'numberWrong',
  next: CallState,
  now: Milliseconds,
  out: CallOutput[],
): undefined {
  call.wrong += 1;
  if (call.wrong >= WRONG_MAX) return end(call, 'too-many-wrong', [sentence(call, 'tooManyWrong')], out);
  say(call, [sentence(call, why)], { listening: 'no', mustBeHeard: false }, out);
  prompt(call, next, now, out);
}

function isTooMuch(call: Call, out: CallOutput[]): boolean {
  call.inputs += 1;
  if (call.inputs <= INPUTS_MAX) return false;
  end(call, 'too-many-wrong', [sentence(call, 'tooManyWrong')], out);
  return true;
}

function keyed(call: Call, key: Key, now: Milliseconds, out: CallOutput[]): undefined {
  // Of speech a telephone may hear keys that nobody pressed.
  if (call.state.name === 'with-person' || isTooMuch(call, out) || !listens(call)) return;
  call.silences = 0;
  if (call.said.listening === 'key') return chosen(call, key, now, out);
  if (key === '#') {
    if (call.keyed !== '' || isEmptyServed(call.state)) return entryEnded(call, call.keyed, now, out);
    return again(call, now, out);
  }
  if (key === '*') {
    if (call.keyed === '') return back(call, now, out);
    call.keyed = '';
  } else if (call.keyed.length < ENTRY_DIGITS_MAX) call.keyed += key;
  out.push({ type: 'wake', at: (now + SILENCE_MS) as Milliseconds });
}

/** A `#` alone says: without a PIN. */
const isEmptyServed = (state: CallState): boolean => state.name === 'awaiting-pin' && state.purchase === undefined;

function entered(call: Call, text: string, now: Milliseconds, out: CallOutput[]): undefined {
  if (isTooMuch(call, out) || !listens(call)) return;
  call.silences = 0;
  if (text === '*') return back(call, now, out);
  if (call.said.listening === 'key') return chosen(call, text, now, out);
  if (text === '#' && !isEmptyServed(call.state)) return again(call, now, out);
  entryEnded(call, text === '#' ? '' : text, now, out);
}

function again(call: Call, now: Milliseconds, out: CallOutput[]): undefined {
  repeat(call, out);
  wakeAfter(call, SPEECH_MS_MAX, now, out);
}

/** A choice by one key. What is no single key is none of the choices. */
function chosen(call: Call, key: string, now: Milliseconds, out: CallOutput[]): undefined {
  if (key === '#') return again(call, now, out);
  if (key === '*') return back(call, now, out);
  const { state } = call;
  const next = isKey(key) ? choiceOf(call, state, key, now, out) : undefined;
  if (next === 'none' || next === undefined) return wrong(call, 'keyWrong', state, now, out);
}

/** Does what a key stands for; `none` where it stands for nothing. */
function choiceOf(call: Call, state: CallState, key: Key, now: Milliseconds, out: CallOutput[]): 'done' | 'none' {
  switch (state.name) {
    case 'awaiting-language': {
      const language = LANGUAGES[Number(key) - 1];
      if (language === undefined) return key === '0' ? wantsPerson(call, now, out) : 'none';
      call.language = language;
      call.wrong = 0;
      note(out, 'language-chosen');
      prompt(call, { name: call.who === undefined ? 'awaiting-meter-number' : 'awaiting-choice' }, now, out);
      return 'done';
    }
    case 'awaiting-choice':
      return menuChoice(call, key, now, out);
    case 'awaiting-amount':
      if (key === '1') amountChosen(call, state.usual, now, out);
      else if (key === '2') prompt(call, { name: 'awaiting-amount-digits' }, now, out);
      else return 'none';
      return 'done';
    case 'awaiting-way': {
      const way = state.offered[Number(key) - 1];
      if (way === undefined) return 'none';
      wayChosen(call, state.paid, way, now, out);
      return 'done';
    }
    case 'awaiting-confirmation':
      // Keyed ahead, or against what is being said: whoever has not heard it all has confirmed nothing.
      if (key === '1' && !call.heard) return 'done';
      if (key === '1') confirmed(call, state.purchase, state.energy, now, out);
      else if (key === '2') notConfirmed(call, now, out);
      else return 'none';
      return 'done';
    case 'awaiting-more':
      if (key === '0') return wantsPerson(call, now, out);
      if (key !== '1') return 'none';
      prompt(call, home(call), now, out);
      return 'done';
    case 'awaiting-person':
      if (key !== '1') return 'none';
      out.push({ type: 'leave-queue' });
      offerCallBack(call, now, out);
      return 'done';
    case 'awaiting-call-back':
      if (key === '1') callBackAt(call, state.from, out);
      else if (key === '2') prompt(call, { name: 'awaiting-number' }, now, out);
      else return 'none';
      return 'done';
    default:
      return 'none';
  }
}

function menuChoice(call: Call, key: Key, now: Milliseconds, out: CallOutput[]): 'done' | 'none' {
  const { who } = call;
  if (who === undefined) return 'none';
  if (key === '0') return wantsPerson(call, now, out);
  if (key === '5' && voucherWay(call) !== undefined) {
    prompt(call, { name: 'awaiting-voucher' }, now, out);
    return 'done';
  }
  if (key !== '2' && who.access === undefined) return 'none';
  const { meter } = who;
  call.wrong = 0;
  if (key === '1') ask(call, { type: 'standing', meter }, now, out);
  else if (key === '2') buying(call, now, out);
  else if (key === '3') ask(call, { type: 'cheap-hours', meter }, now, out);
  else if (key === '4') ask(call, { type: 'emergency', meter }, now, out);
  else return 'none';
  return 'done';
}

function buying(call: Call, now: Milliseconds, out: CallOutput[]): undefined {
  if (waysOf(call).length === 0) {
    if (voucherWay(call) !== undefined) return prompt(call, { name: 'awaiting-voucher' }, now, out);
    return told(call, [sentence(call, 'noWay')], now, out);
  }
  const usual = call.who?.access?.usual;
  prompt(call, usual === undefined ? { name: 'awaiting-amount-digits' } : { name: 'awaiting-amount', usual }, now, out);
}

function amountChosen(call: Call, paid: number, now: Milliseconds, out: CallOutput[]): undefined {
  note(out, 'amount-chosen');
  call.wrong = 0;
  prompt(call, { name: 'awaiting-way', paid, offered: waysOf(call) }, now, out);
}

function wayChosen(call: Call, paid: number, way: OfferedWay, now: Milliseconds, out: CallOutput[]): undefined {
  note(out, 'means-chosen');
  call.wrong = 0;
  if (way.instrument === undefined) return prompt(call, { name: 'awaiting-card-number', paid, way }, now, out);
  priced(call, { paid, way, instrument: way.instrument }, now, out);
}

/** What is kept of a household is paid with by whoever has its PIN. */
function priced(call: Call, purchase: Purchase, now: Milliseconds, out: CallOutput[]): undefined {
  const { who } = call;
  if (who === undefined) return;
  if (isKept(purchase.way) && !who.proven) {
    return prompt(call, { name: 'awaiting-pin', meter: who.meter, purchase }, now, out);
  }
  const { paid, way } = purchase;
  ask(call, { type: 'quote', meter: who.meter, paid, method: way.method }, now, out, purchase);
}

function confirmed(call: Call, purchase: Purchase, energy: bigint, now: Milliseconds, out: CallOutput[]): undefined {
  if (call.who === undefined) return;
  const { payment } = purchase;
  out.push({ type: 'note', name: 'confirmed', ...(payment !== undefined && { subject: payment }) });
  call.wrong = 0;
  beginPayment(call, { meter: call.who.meter, purchase, energy }, now, out);
}

function notConfirmed(call: Call, now: Milliseconds, out: CallOutput[]): undefined {
  note(out, 'not-confirmed');
  told(call, [sentence(call, 'notBought')], now, out);
}

function wantsPerson(call: Call, now: Milliseconds, out: CallOutput[]): 'done' {
  if (call.begun.canTransfer) {
    note(out, 'person-wanted');
    close(call, [sentence(call, 'toPerson')], 'person', out);
  } else seekPerson(call, now, out);
  return 'done';
}

function offerCallBack(call: Call, now: Milliseconds, out: CallOutput[]): undefined {
  const { from } = call.begun;
  prompt(call, from === undefined ? { name: 'awaiting-number' } : { name: 'awaiting-call-back', from }, now, out);
}

function heardOfPerson(call: Call, news: PersonNews, now: Milliseconds, out: CallOutput[]): undefined {
  const next = personNews(call, news, out);
  if (next === 'waits') prompt(call, call.state, now, out);
  else if (next === 'call-back') offerCallBack(call, now, out);
  else if (next === 'ended') prompt(call, { name: 'awaiting-more' }, now, out);
}

function waitOn(call: Call, { since }: AwaitingPerson, now: Milliseconds, out: CallOutput[]): undefined {
  if (now - since < PERSON_WAIT_MS_MAX) return again(call, now, out);
  out.push({ type: 'leave-queue' });
  heardOfPerson(call, { type: 'nobody-there' }, now, out);
}

function callBackAt(call: Call, number: string, out: CallOutput[]): undefined {
  out.push({ type: 'note', name: 'person-wanted', subject: number });
  close(call, [sentence(call, 'willCallBack'), sentence(call, 'goodbye')], 'nobody', out);
}

function entryEnded(call: Call, digits: string, now: Milliseconds, out: CallOutput[]): undefined {
  const { state } = call;
  call.keyed = '';
  switch (state.name) {
    case 'awaiting-meter-number': {
      const meter = parseMeterDigits(digits);
      if (meter === undefined) return wrong(call, 'meterWrong', state, now, out);
      return prompt(call, { name: 'awaiting-pin', meter, purchase: undefined }, now, out);
    }
    case 'awaiting-pin':
      if (digits === '' && state.purchase === undefined) {
        return ask(call, { type: 'meter', meter: state.meter }, now, out);
      }
      return ask(call, { type: 'identify', meter: state.meter, pin: digits }, now, out, state.purchase);
    case 'awaiting-amount-digits': {
      const paid = paidOf(call, digits);
      return paid === undefined ? wrong(call, 'amountWrong', state, now, out) : amountChosen(call, paid, now, out);
    }
    case 'awaiting-card-number': {
      const { paid, way } = state;
      if (!isCardNumber(digits)) return wrong(call, 'cardWrong', state, now, out);
      return prompt(call, { name: 'awaiting-expiry', paid, way, pan: digits }, now, out);
    }
    case 'awaiting-expiry': {
      const { paid, way, pan } = state;
      const expiry = expiryOf(digits);
      if (expiry === undefined) return wrong(call, 'expiryWrong', state, now, out);
      return priced(call, { paid, way, instrument: { type: 'card', pan, expiry } }, now, out);
    }
    case 'awaiting-voucher': {
      const number = parseVoucherDigits(digits);
      if (number === undefined || call.who === undefined) return wrong(call, 'voucherWrong', state, now, out);
      const { meter } = call.who;
      return ask(call, { type: 'voucher', meter, number, from: call.begun.from }, now, out);
    }
    case 'awaiting-number':
      if (!/^[1-9]\d{6,14}$/.test(digits)) return wrong(call, 'numberWrong', state, now, out);
      return callBackAt(call, digits, out);
    default:
      return;
  }
}

/** Whole units of the currency as minor ones. */
function paidOf({ currency: { exponent } }: Call, digits: string): number | undefined {
  if (!/^\d+$/.test(digits) || digits.length > AMOUNT_DIGITS_MAX) return undefined;
  const paid = Number(digits) * 10 ** exponent;
  return paid >= 1 && paid <= U32_MAX ? paid : undefined;
}

/** To what was chosen from before. */
function back(call: Call, now: Milliseconds, out: CallOutput[]): undefined {
  const { state } = call;
  switch (state.name) {
    case 'awaiting-person':
      out.push({ type: 'leave-queue' });
      return prompt(call, home(call), now, out);
    case 'awaiting-pin':
      if (state.purchase === undefined) return prompt(call, { name: 'awaiting-meter-number' }, now, out);
      return prompt(call, { name: 'awaiting-way', paid: state.purchase.paid, offered: waysOf(call) }, now, out);
    case 'awaiting-way':
      return buying(call, now, out);
    case 'awaiting-card-number':
    case 'awaiting-expiry':
      return prompt(call, { name: 'awaiting-way', paid: state.paid, offered: waysOf(call) }, now, out);
    case 'awaiting-confirmation':
      return notConfirmed(call, now, out);
    default:
      return prompt(call, home(call), now, out);
  }
}

const home = ({ who }: Call): CallState =>
  who === undefined ? { name: 'awaiting-language' } : { name: 'awaiting-choice' };
