import type { Randomness } from '../../units/index.ts';
import { stepCard } from '../card.ts';
import { CARD_NVM_BYTES } from '../layout.ts';
import { type Card, type CardMemoryFailure, type CardOutputs, resetCard } from '../state.ts';
import { type BlankCard, forgetMaker, resetBlankCard, stepBlankCard } from './blank-card.ts';

/** The seed's subscriber card 52 through all its life: blank as its maker delivers it, and once it is issued a purse. */
export interface SubscriberCard {
  life: { readonly name: 'blank'; readonly blank: BlankCard } | { readonly name: 'issued'; readonly card: Card };
}

/**
 * A card that has just got its power. A memory that is a card's is one, whatever else is in it; only one that is none
 * may be blank.
 * @param memory CARD_NVM_BYTES, which the caller keeps up to date by `store`
 */
export function resetSubscriberCard(
  memory: Uint8Array,
  randomness: Randomness,
  out: Pick<CardOutputs, 'store'>,
): SubscriberCard | CardMemoryFailure {
  const card = resetCard(memory, randomness);
  if (!('reason' in card)) {
    forgetMaker(card.nvm, out);
    return { life: { name: 'issued', card } };
  }
  const blank = memory.length === CARD_NVM_BYTES ? resetBlankCard(memory, randomness) : undefined;
  return blank === undefined ? card : { life: { name: 'blank', blank } };
}

/** One command APDU in, and through `out` what is to be stored, then one response APDU. */
export function stepSubscriberCard(subscriber: SubscriberCard, command: Uint8Array, out: CardOutputs): void {
  const { life } = subscriber;
  if (life.name === 'issued') {
    stepCard(life.card, command, out);
    return;
  }
  const { blank } = life;
  if (!stepBlankCard(blank, command, out)) return;
  const card = resetCard(blank.nvm, blank.randomness);
  if ('reason' in card) throw new Error(`a card that was just issued is ${card.reason}`);
  subscriber.life = { name: 'issued', card };
}
