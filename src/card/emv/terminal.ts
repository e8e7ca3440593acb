import { concat } from '../../bytes/index.ts';
import { assert, assertNever } from '../../units/index.ts';
import { decodeResponseApdu, type ResponseApdu } from '../apdu.ts';
import { Instruction, interindustry, readRecord } from '../interindustry.ts';
import type { CardFailure } from '../ports.ts';
import { StatusWord } from '../status-word.ts';
import { decodeTlv, findObject } from '../tlv.ts';
import { check } from './checks.ts';
import { askCryptogram, cryptogramAnswered, cryptogramObjects, isAllowedAnswer } from './cryptogram.ts';
import { bankObjects, cardRead, optionsAnswered, processingOptions, recordAnswered } from './processing.ts';
import {
  askEnvironment,
  directoryAnswered,
  environmentAnswered,
  listedAnswered,
  type Selecting,
  selectByName,
  takeCandidate,
} from './selection.ts';
import {
  type Answered,
  type Chosen,
  CryptogramKind,
  type Emv,
  type EmvEnd,
  type EmvFault,
  type EmvSale,
  type EmvState,
  type EmvTerminal,
  Information,
  note,
  type Online,
  performed,
  sentenceOf,
  Verification,
} from './state.ts';
import { Tag } from './tags.ts';

/** What the bank is asked with. It is handed over once, and the terminal keeps nothing of it. */
export interface EmvCardData {
  readonly pan: string;
  /** YYMM. */
  readonly expiry: string;
  /** Of the card among those with its number, where it has one. */
  readonly sequence: number | undefined;
  /** Digits, `=`, digits: up to 37 characters. */
  readonly track2: string | undefined;
  /** Field 55: BER-TLV, at most 255 bytes. It does not name the card. */
  readonly data: Uint8Array;
}

export type EmvStep =
  /** For the card. */
  | { readonly type: 'send'; readonly command: Uint8Array }
  /** For the bank; `emvAuthorised` takes its answer. */
  | { readonly type: 'authorise'; readonly card: EmvCardData }
  | { readonly type: 'ended'; readonly end: EmvEnd };

/** What the bank said. */
export type EmvAuthorisation =
  | {
      readonly type: 'approved' | 'declined';
      /** Field 39, two characters. */
      readonly code: string;
      /** Field 55 of the answer, where it has one. */
      readonly data: Uint8Array | undefined;
    }
  /** Nobody answered, or not so that one may sell on it: whatever was held has to go back. */
  | { readonly type: 'unanswered' };

/** 9F02: six bytes of decimal digits. */
const AMOUNT_MAX = 999_999_999_999;
/** "Unable to go on line, declined off line", Book 4, Annex A6. */
const UNABLE_TO_GO_ONLINE = 'Z3';
const ISSUER_AUTHENTICATION_BYTES = { least: 8, most: 16 } as const;

/**
 * A sale by a payment card with contacts, EMV 4.3 Books 1 and 3, on line always: `step` by `step` the caller carries
 * commands to the card, and once, in between, the sale to the card's bank.
 * @throws Error when the sale, or the terminal, is none: that is a mistake of the program
 */
export function beginEmv(terminal: EmvTerminal, sale: EmvSale): { readonly emv: Emv; readonly step: EmvStep } {
  assert(/^\d{6}$/.test(sale.date) && /^\d{6}$/.test(sale.time), 'date and time of a sale are six digits each');
  assert(isWhole(sale.amount, 1, AMOUNT_MAX), 'an amount is 1 to 10^12 - 1');
  assert(isWhole(sale.counter, 1, 99_999_999), 'sales are counted from 1 to 99,999,999');
  const codes = [sale.currency, terminal.country];
  assert(
    codes.every((code) => isWhole(code, 0, 999)) && isWhole(sale.exponent, 0, 9),
    'codes of ISO have three digits',
  );
  assert(sale.unpredictable.length === 4, 'an unpredictable number is four bytes');
  assert(/^[0-9A-Za-z]{8}$/.test(terminal.identification), 'a terminal is identified by 8 letters or digits');
  for (const { aid, denial } of terminal.applications) {
    assert(aid.length >= 5 && aid.length <= 16 && denial.length === 5, 'an application has a name and a TAC-Denial');
  }
  const emv: Emv = {
    terminal,
    sale,
    verification: new Uint8Array(5),
    information: new Uint8Array(2),
    cvmResults: new Uint8Array(3),
    candidates: [],
    state: { name: 'awaiting-environment' },
  };
  return { emv, step: follow(emv, askEnvironment()) };
}

const isWhole = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

/** The card's response to the command that was sent last. */
export function emvReceive(emv: Emv, bytes: Uint8Array): EmvStep {
  const { state } = emv;
  assert(state.name !== 'awaiting-authorisation' && state.name !== 'ended', 'a card answers a command that was sent');
  const response = decodeResponseApdu(bytes);
  if ('reason' in response) return fail(emv, { reason: 'card-unintelligible' });
  switch (state.name) {
    case 'awaiting-environment':
      return follow(emv, environmentAnswered(emv, response));
    case 'awaiting-directory-record':
      return follow(emv, directoryAnswered(emv, state, response));
    case 'awaiting-listed-application':
      return follow(emv, listedAnswered(emv, state, response));
    case 'awaiting-application': {
      // Book 1 §12.4: one that cannot be selected any more is none, and the next is taken.
      if (response.status !== StatusWord.done) return selectNext(emv);
      const asked = processingOptions(emv, state.candidate, response);
      if ('reason' in asked) return fail(emv, asked);
      return send(emv, { name: 'awaiting-processing-options', candidate: state.candidate }, asked);
    }
    case 'awaiting-processing-options': {
      // Book 3 §10.1: not for this sale, perhaps another application is.
      if (response.status === StatusWord.conditionsNotSatisfied) return selectNext(emv);
      const answered = optionsAnswered(state.candidate, response);
      return 'reason' in answered ? fail(emv, answered) : readNext(emv, answered.chosen, answered.reads);
    }
    case 'awaiting-record': {
      const [place, ...rest] = state.reads;
      const fault = place === undefined ? undefined : recordAnswered(state.chosen, place, response);
      return fault === undefined ? readNext(emv, state.chosen, rest) : fail(emv, fault);
    }
    case 'awaiting-first-cryptogram':
      return firstCryptogram(emv, state, response);
    case 'awaiting-issuer-authentication': {
      performed(emv, Information.issuerAuthentication);
      // Book 3 §10.9: the card decides what it makes of it.
      if (response.status !== StatusWord.done) note(emv, Verification.issuerAuthenticationFailed);
      return askSecond(emv, state.online, state.answered);
    }
    case 'awaiting-second-cryptogram':
      return secondCryptogram(emv, state.online, state.answered, response);
    default:
      return assertNever(state);
  }
}

/** The bank's answer to what was asked with `authorise`. One that comes after the end changes nothing. */
export function emvAuthorised(emv: Emv, answer: EmvAuthorisation): EmvStep {
  const { state } = emv;
  if (state.name === 'ended') return { type: 'ended', end: state.end };
  assert(state.name === 'awaiting-authorisation', 'the bank was not asked, or has answered');
  const { online } = state;
  const code = answer.type === 'unanswered' ? UNABLE_TO_GO_ONLINE : answer.code;
  assert(/^[\x20-\x7e]{2}$/.test(code), 'a response code is two characters');
  const answered: Answered = {
    isApproved: answer.type === 'approved',
    code: Uint8Array.from(code, (character) => character.charCodeAt(0)),
    isAnswered: answer.type !== 'unanswered',
    issuerAuthentication: answer.type === 'unanswered' ? undefined : authenticationIn(answer.data),
  };
  // AIP, byte 1, bit 3: the card takes it in a command of its own. Book 3 §10.9.
  const isOwnCommand = ((online.interchangeProfile[0] as number) & 0x04) !== 0;
  if (!isOwnCommand || answered.issuerAuthentication === undefined) return askSecond(emv, online, answered);
  // EXTERNAL AUTHENTICATE has neither Le nor an answer: Book 3 §6.5.4.
  const authenticate = interindustry(Instruction.externalAuthenticate, { data: answered.issuerAuthentication });
  return send(emv, { name: 'awaiting-issuer-authentication', online, answered }, authenticate);
}

const PULLED: CardFailure = {
  reason: 'card-removed',
  sentence: 'The card was pulled too early: nothing was paid. Put it in again, and leave it in.',
};

/** The card was pulled. */
export const emvCardRemoved = (emv: Emv): EmvStep => emvSlotFailed(emv, PULLED);

/** The slot has no answer of the card. Whether it carried out its last command is not known. */
export function emvSlotFailed(emv: Emv, { reason, sentence }: CardFailure): EmvStep {
  if (emv.state.name === 'ended') return { type: 'ended', end: emv.state.end };
  return fail(emv, reason === 'card-removed' ? PULLED : { reason, sentence: `${sentence} Nothing was paid.` });
}

function send(emv: Emv, state: EmvState, bytes: Uint8Array): EmvStep {
  emv.state = state;
  return { type: 'send', command: bytes };
}

function follow(emv: Emv, selecting: Selecting): EmvStep {
  switch (selecting.type) {
    case 'ask':
      return send(emv, selecting.state, selecting.command);
    case 'listed':
      return selectNext(emv);
    case 'failed':
      return fail(emv, selecting.fault);
    default:
      return assertNever(selecting);
  }
}

function selectNext(emv: Emv): EmvStep {
  const candidate = takeCandidate(emv);
  if (candidate === undefined) return fail(emv, { reason: 'no-application' });
  return send(emv, { name: 'awaiting-application', candidate }, selectByName(candidate.name));
}

function readNext(emv: Emv, chosen: Chosen, reads: Extract<EmvState, { name: 'awaiting-record' }>['reads']): EmvStep {
  const [next] = reads;
  if (next !== undefined)
    return send(emv, { name: 'awaiting-record', chosen, reads }, readRecord(next.file, next.record));
  const read = cardRead(chosen);
  if ('reason' in read) return fail(emv, read);
  check(emv, chosen, read);
  const { application } = chosen.candidate;
  const asked = isDenied(emv, chosen) ? CryptogramKind.decline : CryptogramKind.askOnline;
  const generate = askCryptogram(emv, asked, read.cdol1, application, (tag) => chosen.objects.get(tag));
  return send(emv, { name: 'awaiting-first-cryptogram', chosen, read, asked }, generate);
}

/** Terminal action analysis of a terminal that is on line only, Book 3 §10.7: denial, and everything else is asked. */
function isDenied(emv: Emv, { candidate, objects }: Chosen): boolean {
  const issuers = objects.get(Tag.issuerActionDenial) ?? new Uint8Array(5);
  return emv.verification.some(
    (byte, at) => (byte & ((candidate.application.denial[at] as number) | (issuers[at] ?? 0))) !== 0,
  );
}

function firstCryptogram(
  emv: Emv,
  { chosen, read, asked }: Extract<EmvState, { name: 'awaiting-first-cryptogram' }>,
  response: ResponseApdu,
): EmvStep {
  const cryptogram = cryptogramAnswered(response);
  if ('reason' in cryptogram) return fail(emv, cryptogram);
  if (!isAllowedAnswer(asked, cryptogram.kind)) return fail(emv, { reason: 'card-unintelligible' });
  performed(emv, Information.cardRiskManagement);
  if (cryptogram.kind === CryptogramKind.decline) {
    const by = asked === CryptogramKind.decline ? 'terminal' : 'card';
    return end(emv, { outcome: 'declined', by, reverse: false, sentence: DECLINED[by] });
  }
  const { pan, expires, sequence, track2, cdol2 } = read;
  const data = concat(cryptogramObjects(cryptogram), bankObjects(emv, chosen));
  const { application } = chosen.candidate;
  const objects = new Map(cdol2.flatMap(({ tag }) => withoutName(chosen.objects, tag)));
  const { interchangeProfile } = chosen;
  // From here on the terminal does not know whose card it is.
  chosen.objects.clear();
  emv.state = {
    name: 'awaiting-authorisation',
    online: { application, interchangeProfile, cdol2, objects, counter: cryptogram.counter },
  };
  return { type: 'authorise', card: { pan, expiry: expires.slice(0, 4), sequence, track2, data } };
}

/** What of the card goes back to it, but for what names it: a card that asks for that is given zeros. */
function withoutName(objects: ReadonlyMap<number, Uint8Array>, tag: number): [number, Uint8Array][] {
  const value = NAMES_THE_CARD.has(tag) ? undefined : objects.get(tag);
  return value === undefined ? [] : [[tag, value]];
}

const NAMES_THE_CARD: ReadonlySet<number> = new Set([
  Tag.applicationPan,
  Tag.track2Equivalent,
  Tag.track1Discretionary,
  Tag.track2Discretionary,
  Tag.cardholderName,
  Tag.cardholderNameExtended,
]);

/** 91 in field 55 of the bank's answer; `undefined` where there is none that a card could take. */
function authenticationIn(data: Uint8Array | undefined): Uint8Array | undefined {
  const objects = decodeTlv(data ?? new Uint8Array(0));
  const value = 'reason' in objects ? undefined : findObject(objects, Tag.issuerAuthenticationData)?.value;
  const { least, most } = ISSUER_AUTHENTICATION_BYTES;
  return value !== undefined && value.length >= least && value.length <= most ? value : undefined;
}

function askSecond(emv: Emv, online: Online, answered: Answered): EmvStep {
  const { application, cdol2, objects } = online;
  const kind = answered.isApproved ? CryptogramKind.approve : CryptogramKind.decline;
  const own = (tag: number): Uint8Array | undefined => {
    if (tag === Tag.authorisationResponseCode) return answered.code;
    return tag === Tag.issuerAuthenticationData ? answered.issuerAuthentication : objects.get(tag);
  };
  const generate = askCryptogram(emv, kind, cdol2, application, own);
  return send(emv, { name: 'awaiting-second-cryptogram', online, answered }, generate);
}

function secondCryptogram(emv: Emv, online: Online, answered: Answered, response: ResponseApdu): EmvStep {
  const cryptogram = cryptogramAnswered(response);
  if ('reason' in cryptogram) return fail(emv, cryptogram);
  // Whatever the card says to a decline: nothing is sold.
  if (!answered.isApproved) return end(emv, declinedByBank(answered));
  const isWrong = !isAllowedAnswer(CryptogramKind.approve, cryptogram.kind) || cryptogram.counter !== online.counter;
  if (isWrong) return fail(emv, { reason: 'card-unintelligible' });
  if (cryptogram.kind === CryptogramKind.decline) {
    return end(emv, { outcome: 'declined', by: 'card', reverse: true, sentence: DECLINED.card });
  }
  return end(emv, { outcome: 'approved', cryptogram });
}

const DECLINED = {
  terminal: 'The card may not pay here, or not any more: use another one.',
  card: 'The card declines: nothing was paid. Use another one.',
  bank: 'The bank of the card declines: nothing was paid.',
  nobody: 'The bank of the card could not be asked: nothing was paid. Try again later.',
} as const;

const declinedByBank = ({ isAnswered }: Answered): EmvEnd => ({
  outcome: 'declined',
  by: 'bank',
  // What nobody answered may be held all the same.
  reverse: !isAnswered,
  sentence: isAnswered ? DECLINED.bank : DECLINED.nobody,
});

/** What was declined stays declined, however the card behaves after it. */
function fail(emv: Emv, fault: EmvFault | CardFailure): EmvStep {
  const { state } = emv;
  const answered = 'answered' in state ? state.answered : undefined;
  if (answered !== undefined && !answered.isApproved) return end(emv, declinedByBank(answered));
  const reverse = 'online' in state;
  return end(emv, {
    outcome: 'failed',
    reason: fault.reason,
    status: 'status' in fault ? fault.status : undefined,
    reverse,
    sentence: 'sentence' in fault ? fault.sentence : sentenceOf(fault),
  });
}

function end(emv: Emv, ended: EmvEnd): EmvStep {
  emv.state = { name: 'ended', end: ended };
  return { type: 'ended', end: ended };
}
