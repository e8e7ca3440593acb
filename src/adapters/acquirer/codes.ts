import type { DeclineReason } from '../../host/index.ts';

export const APPROVED = '00';

interface ResponseMeaning {
  /** What a payer is told, after "declined:". */
  readonly words: string;
  /** As an answer to an authorisation. `unknown`: money may be held, and only a reversal ends it. */
  readonly authorisation: DeclineReason | 'unknown';
  /** As an answer to a completion or a reversal: to be told again, not found there, or refused for good. */
  readonly advice: 'again' | 'not-found' | 'refused';
}

const meaning = (
  authorisation: ResponseMeaning['authorisation'],
  words: string,
  advice: ResponseMeaning['advice'] = 'refused',
): ResponseMeaning => ({ words, authorisation, advice });

const LOST_OR_STOLEN = meaning('instrument', 'the card is to be kept: ask its bank');
const RESTRICTED = meaning('instrument', 'the card may not pay here: use another one');
const ELSEWHERE = meaning('instrument', 'no bank has this card: look at its number');
const LATER = meaning('not-served', 'its bank cannot be reached: try again later', 'again');
/** Approved, but not as it was asked: nothing that a meter could be credited for. */
const OTHERWISE = meaning('unknown', 'it was approved under a condition that nobody can meet here');

/** ISO 8583:1987, field 39, by code; approved (00) apart. */
const RESPONSES: Readonly<Record<string, ResponseMeaning>> = {
  '01': meaning('refused', 'its bank wants to be called'),
  '02': meaning('refused', 'its bank wants to be called'),
  '03': meaning('not-served', 'the acquirer does not know this card acceptor: look at the settings'),
  '04': LOST_OR_STOLEN,
  '05': meaning('refused', 'its bank says no, and not why'),
  '06': meaning('not-served', 'something failed at the acquirer: try again later', 'again'),
  '07': LOST_OR_STOLEN,
  '08': OTHERWISE,
  '09': meaning('unknown', 'it is still being decided', 'again'),
  '10': OTHERWISE,
  '11': OTHERWISE,
  '12': meaning('not-served', 'the acquirer does not do this with this card'),
  '13': meaning('limit', 'the amount is not allowed: pay another one'),
  '14': meaning('instrument', 'there is no such card: look at its number'),
  '15': ELSEWHERE,
  '16': OTHERWISE,
  '19': meaning('not-served', 'the acquirer wants it once more: try again', 'again'),
  '21': meaning('refused', 'nothing was done', 'not-found'),
  '22': LATER,
  '25': meaning('not-served', 'the acquirer finds no such payment', 'not-found'),
  '30': meaning('not-served', 'the acquirer cannot read the message: look at the settings'),
  '31': ELSEWHERE,
  '33': meaning('instrument', 'the card has expired: use another one'),
  '34': LOST_OR_STOLEN,
  '36': RESTRICTED,
  '40': meaning('not-served', 'the acquirer does not serve this'),
  '41': LOST_OR_STOLEN,
  '43': LOST_OR_STOLEN,
  '51': meaning('funds', 'there is not enough money for it: pay less, or use another card'),
  '54': meaning('instrument', 'the card has expired: use another one'),
  '55': meaning('instrument', 'the code of the card is wrong'),
  '57': RESTRICTED,
  '58': meaning('not-served', 'the acquirer does not allow this terminal: look at the settings'),
  '59': meaning('refused', 'its bank suspects fraud'),
  '61': meaning('limit', 'the card may not pay so much at once: pay less'),
  '62': RESTRICTED,
  '63': meaning('refused', 'its bank finds that it is not safe'),
  '64': meaning('refused', 'the amount is not the one that was authorised'),
  '65': meaning('limit', 'the card has paid too often: try again later'),
  '68': meaning('unknown', 'its bank answered too late', 'again'),
  '75': meaning('instrument', 'the code of the card was wrong too often'),
  '90': LATER,
  '91': LATER,
  '92': LATER,
  '93': meaning('refused', 'the law forbids it'),
  // One trace goes through all messages of a payment, so nobody can tell from here which of them was doubled.
  '94': meaning('unknown', 'the acquirer has had this trace before'),
  '96': LATER,
};

/** A code that stands in no table may mean anything: a reversal is always safe. */
const UNLISTED = meaning('unknown', 'the code stands in no table');

export const meaningOf = (code: string): ResponseMeaning =>
  Object.hasOwn(RESPONSES, code) ? (RESPONSES[code] as ResponseMeaning) : UNLISTED;
