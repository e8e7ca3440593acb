import { assertNever } from '../units/index.ts';
import type { Call, CallState } from './call-state.ts';
import { amountIn, confirmation, languages, menu, type Plain, sentence, wayMenu } from './sentences.ts';
import type { Listening, Sentence } from './types.ts';

/** Money moves by what is keyed there: nobody presses on before having heard how much, from where and for whom. */
export const mustBeHeardIn = ({ name }: CallState): boolean => name === 'awaiting-confirmation';

/** What the caller may do in a state. */
export function listeningIn({ name }: CallState): Listening {
  switch (name) {
    case 'awaiting-meter-number':
    case 'awaiting-pin':
    case 'awaiting-amount-digits':
    case 'awaiting-card-number':
    case 'awaiting-expiry':
    case 'awaiting-voucher':
    case 'awaiting-number':
      return 'digits';
    case 'awaiting-begin':
    case 'awaiting-office':
    case 'awaiting-value':
    case 'with-person':
    case 'ended':
      return 'no';
    case 'awaiting-language':
    case 'awaiting-choice':
    case 'awaiting-amount':
    case 'awaiting-way':
    case 'awaiting-confirmation':
    case 'awaiting-more':
    case 'awaiting-call-back':
    case 'awaiting-person':
      return 'key';
    default:
      return assertNever(name);
  }
}

/** What the caller is told in a state: what to key, as a rule. */
export function promptOf(call: Call): Sentence[] {
  const { state } = call;
  const one = (name: Plain, ...values: string[]) => sentence(call, name, ...values);
  switch (state.name) {
    case 'awaiting-language':
      return languages();
    case 'awaiting-meter-number':
      return [one('keyMeter')];
    case 'awaiting-pin':
      return [one(state.purchase === undefined ? 'keyPinOrBuy' : 'keyPin')];
    case 'awaiting-choice':
      return menu(call);
    case 'awaiting-amount':
      return [one('usualAmount', amountIn(call, state.usual)), one('otherAmount')];
    case 'awaiting-amount-digits':
      return [one('keyAmount', call.currency.code)];
    case 'awaiting-way':
      return wayMenu(call, state.offered);
    case 'awaiting-card-number':
      return [one('keyCard')];
    case 'awaiting-expiry':
      return [one('keyExpiry')];
    case 'awaiting-voucher':
      return [one('keyVoucher')];
    case 'awaiting-confirmation':
      return confirmation(call, state.purchase, state.energy);
    case 'awaiting-more':
      return [one('more')];
    case 'awaiting-call-back':
      return [one('callBackHere'), one('callBackElsewhere')];
    case 'awaiting-number':
      return [one('keyNumber')];
    case 'awaiting-person':
      return [one('waitForPerson'), one('callBackInstead')];
    case 'awaiting-begin':
    case 'awaiting-office':
    case 'awaiting-value':
    case 'with-person':
    case 'ended':
      return [];
    default:
      return assertNever(state);
  }
}
