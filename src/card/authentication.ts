import { concat, equalConstantTime } from '../bytes/index.ts';
import { CARD_TAG_BYTES, type CardKey } from '../crypto/index.ts';
import { isRegion } from '../units/index.ts';
import { response } from './apdu.ts';
import type { Card } from './state.ts';
import { StatusWord } from './status-word.ts';

/** Of challenges, in both directions. */
export const CHALLENGE_BYTES = 16;
/** Wrong tries, until the power goes: a key is never blocked for good, so nobody can spoil a card for its owner. */
const WRONG_AUTHENTICATIONS_MAX = 3;

/** What INTERNAL AUTHENTICATE answers: CMAC under KDF(KC, "CINT", CSN | region) over the challenge. */
export const internalTag = (key: CardKey, challenge: Uint8Array): Uint8Array => key.tag('CINT', challenge);

/** What EXTERNAL AUTHENTICATE wants: the same with "CEXT", over the card's challenge. */
export const externalTag = (key: CardKey, cardChallenge: Uint8Array): Uint8Array => key.tag('CEXT', cardChallenge);

/** The two tags of the MUTUAL AUTHENTICATE function: the outside's ("CMUO") comes first, the card's ("CMUI") answers. */
export const mutualTags = (key: CardKey, cardChallenge: Uint8Array, challenge: Uint8Array) => ({
  outside: key.tag('CMUO', concat(cardChallenge, challenge)),
  card: key.tag('CMUI', concat(challenge, cardChallenge)),
});

/** GET CHALLENGE, ISO/IEC 7816-4:2005 §7.5.3: good for one authentication, the next one that is tried. */
export function getChallenge(card: Card): Uint8Array {
  const challenge = new Uint8Array(CHALLENGE_BYTES);
  card.randomness.fill(challenge);
  card.challenge = challenge;
  return response(StatusWord.done, challenge);
}

/** INTERNAL AUTHENTICATE, ISO/IEC 7816-4:2005 §7.5.2: `reference` is 0 for the issuer's key, or a region. */
export function internalAuthenticate(card: Card, reference: number, challenge: Uint8Array): Uint8Array {
  const key = keyOf(card, reference);
  if (key === undefined) return response(StatusWord.referencedDataNotFound);
  return response(StatusWord.done, internalTag(key, challenge));
}

/**
 * EXTERNAL AUTHENTICATE and its MUTUAL AUTHENTICATE function, ISO/IEC 7816-4:2005 §7.5.4: a tag alone, or a challenge
 * and a tag. Whoever proves the issuer's key is the issuer until the power goes or another folder is selected.
 */
export function externalAuthenticate(card: Card, reference: number, data: Uint8Array): Uint8Array {
  const key = keyOf(card, reference);
  if (key === undefined) return response(StatusWord.referencedDataNotFound);
  if (card.wrongAuthentications >= WRONG_AUTHENTICATIONS_MAX) return response(StatusWord.authenticationMethodBlocked);
  const own = card.challenge;
  card.challenge = undefined;
  if (own === undefined) return response(StatusWord.conditionsNotSatisfied);
  const mutual = data.length > CARD_TAG_BYTES;
  const challenge = data.slice(0, mutual ? CHALLENGE_BYTES : 0);
  const tag = data.subarray(challenge.length);
  const tags = mutual ? mutualTags(key, own, challenge) : { outside: externalTag(key, own), card: undefined };
  if (!equalConstantTime(tag, tags.outside)) {
    card.wrongAuthentications += 1;
    return response(StatusWord.securityStatusNotSatisfied);
  }
  card.wrongAuthentications = 0;
  if (reference === 0) card.issuerAuthenticated = true;
  return response(StatusWord.done, tags.card);
}

/** P2 of the authentication commands. */
function keyOf(card: Card, reference: number): CardKey | undefined {
  if (reference === 0) return card.issuerKey;
  return isRegion(reference) ? card.regions.get(reference)?.key : undefined;
}
