import { toHex } from '../../bytes/index.ts';
import type { CardKeyScope } from '../../crypto/index.ts';
import { assert, type Csn, csn, type Region, regionText } from '../../units/index.ts';
import { decodeResponseApdu, type ResponseApdu } from '../apdu.ts';
import { askSerialNumber, selectPurse } from '../card-pipe.ts';
import type { CardFailure, CardSession } from '../ports.ts';
import { StatusWord } from '../status-word.ts';
import {
  askChallenge,
  askMasterCounts,
  askProof,
  confirmIssue,
  deriveKey,
  finishCommand,
  selectBlank,
  selectMaster,
  storeKeyCommand,
  verifyPin,
} from './commands.ts';
import { decodeMasterCounts, decodeSealedKey, encodePin, type MasterCounts } from './messages.ts';

/** A master card in a slot, and the PIN that whoever issues has typed for it. */
export interface MasterInSlot {
  readonly session: CardSession;
  readonly pin: string;
}

/** What a host's registry needs to know of a card that was issued. */
export interface IssuedCard {
  readonly csn: Csn;
  readonly issuer: IssuedKey;
  readonly regions: readonly (IssuedKey & { readonly region: Region })[];
  /** The card had been issued before, and nothing but its proofs was missing. */
  readonly wasIssued: boolean;
}

/** Whose key it is, and of which name. */
export interface IssuedKey {
  readonly utility: number;
  readonly n: number;
}

/** Why a card was not issued, or not proved to be. The sentence is for a person; the slot's own failures keep theirs. */
export interface IssueFailure {
  readonly reason:
    | CardFailure['reason']
    | 'not-blank'
    | 'not-a-master-card'
    | 'issuer-missing'
    | 'issuer-twice'
    | 'region-missing'
    | 'region-twice'
    | 'pin-wrong'
    | 'pin-blocked'
    | 'key-refused'
    | 'command-refused'
    | 'issued-by-others'
    | 'proof-wrong';
  readonly sentence: string;
}

/**
 * Issues the blank card of one slot with the master cards of the others: the issuer's, and one of each provider whose
 * region the card is to have. This station carries APDUs, and learns no key. A card that loses its power before it is
 * finished is blank as before; one that was finished and not proved is proved when it comes again.
 */
export async function issueCard(
  masters: readonly MasterInSlot[],
  blank: CardSession,
): Promise<IssuedCard | IssueFailure> {
  const kind = await kindOf(blank);
  if ('reason' in kind) return kind;
  const counted = await countsOf(masters);
  if ('reason' in counted) return counted;
  for (const master of masters) {
    const refused = await unlock(master);
    if (refused !== undefined) return refused;
  }
  if (kind.isBlank) {
    for (const { session } of masters) {
      const refused = await giveKey(session, blank, kind.csn);
      if (refused !== undefined) return refused;
    }
    const finished = await ask(blank, finishCommand());
    if ('reason' in finished) return finished;
    if (finished.status !== StatusWord.done) return refusal('The blank card', 'finish', finished.status);
  }
  for (const [i, { session }] of masters.entries()) {
    const refused = await prove(session, blank, kind.csn, (counted[i] as MasterCounts).scope);
    if (refused !== undefined) return refused;
  }
  return issuedOf(kind.csn, counted, !kind.isBlank);
}

type Refusal = IssueFailure | undefined;

async function kindOf(card: CardSession): Promise<{ readonly csn: Csn; readonly isBlank: boolean } | IssueFailure> {
  const selected = await ask(card, selectBlank());
  if ('reason' in selected) return selected;
  const isBlank = selected.status === StatusWord.done;
  if (!isBlank) {
    const purse = await ask(card, selectPurse());
    if ('reason' in purse) return purse;
    if (purse.status !== StatusWord.done)
      return failure('not-blank', 'This is neither a blank card nor a purse card: put one in.');
  }
  const named = await ask(card, askSerialNumber());
  if ('reason' in named) return named;
  if (named.status !== StatusWord.done || named.data.length !== 7) {
    return failure('not-blank', 'The card does not say its serial number: take another one.');
  }
  return { csn: csn(toHex(named.data)), isBlank };
}

/** What each master card says of itself, once it is sure that together they make one card. */
async function countsOf(masters: readonly MasterInSlot[]): Promise<readonly MasterCounts[] | IssueFailure> {
  const counted: MasterCounts[] = [];
  for (const { session } of masters) {
    const counts = await masterCounts(session);
    if ('reason' in counts) return counts;
    if (counted.some(({ scope }) => scope === counts.scope)) {
      return counts.scope === 0
        ? failure('issuer-twice', 'Two of the master cards are an issuer’s, and a card has one: leave one out.')
        : failure('region-twice', `Two of the master cards are for ${scopeText(counts.scope)}: leave one out.`);
    }
    counted.push(counts);
  }
  if (!counted.some(({ scope }) => scope === 0)) {
    return failure('issuer-missing', 'None of the master cards is an issuer’s, and each card has one: put it in too.');
  }
  if (counted.length < 2) {
    return failure('region-missing', 'A card holds value for one provider at least: put in its master card too.');
  }
  return counted;
}

/** What a master card tells whoever holds it; it is selected by that. */
export async function masterCounts(session: CardSession): Promise<MasterCounts | IssueFailure> {
  const selected = await ask(session, selectMaster());
  if ('reason' in selected) return selected;
  const notOne = failure('not-a-master-card', 'The card in the slot of a master card is none: put a master card in.');
  if (selected.status !== StatusWord.done) return notOne;
  const answer = await ask(session, askMasterCounts());
  if ('reason' in answer) return answer;
  const counts = decodeMasterCounts(answer.data);
  return answer.status !== StatusWord.done || 'reason' in counts ? notOne : counts;
}

/** Shows a selected master card its PIN. */
async function unlock({ session, pin }: MasterInSlot): Promise<Refusal> {
  const bytes = encodePin(pin);
  if (bytes === undefined) return failure('pin-wrong', 'A PIN has 4 to 8 digits: nothing was tried.');
  const answer = await ask(session, verifyPin(bytes));
  if ('reason' in answer) return answer;
  return pinRefusal(answer.status);
}

/** What a master card says to a PIN; `undefined` where it was right. */
export function pinRefusal(status: number): Refusal {
  if (status === StatusWord.done) return undefined;
  if (status === StatusWord.authenticationMethodBlocked) {
    return failure(
      'pin-blocked',
      'The PIN of the master card is blocked after three wrong tries: have a new one made.',
    );
  }
  if ((status & 0xfff0) !== StatusWord.triesLeft) return refusal('The master card', 'PIN', status);
  const left = status & 0x0f;
  if (left === 0) return pinRefusal(StatusWord.authenticationMethodBlocked);
  return failure(
    'pin-wrong',
    `The PIN of the master card is wrong: ${left} ${left === 1 ? 'try is' : 'tries are'} left.`,
  );
}

/** One key, from its master card to the blank one, under a challenge that the blank one draws for it. */
async function giveKey(master: CardSession, blank: CardSession, id: Csn): Promise<Refusal> {
  const drawn = await ask(blank, askChallenge());
  if ('reason' in drawn) return drawn;
  if (drawn.status !== StatusWord.done) return refusal('The blank card', 'challenge', drawn.status);
  const derived = await ask(master, deriveKey(id, drawn.data));
  if ('reason' in derived) return derived;
  const key = decodeSealedKey(derived.data);
  if (derived.status !== StatusWord.done || 'reason' in key) return refusal('The master card', 'key', derived.status);
  const stored = await ask(blank, storeKeyCommand(key));
  if ('reason' in stored) return stored;
  if (stored.status === StatusWord.done) return undefined;
  if (stored.status !== StatusWord.securityStatusNotSatisfied) return refusal('The blank card', 'key', stored.status);
  return failure(
    'key-refused',
    'The chip is not of the batch that this master card may issue: take one of that batch.',
  );
}

/** The issued card proves its key of that scope to the master card, which counts it. */
async function prove(master: CardSession, card: CardSession, id: Csn, scope: CardKeyScope): Promise<Refusal> {
  const selected = await ask(card, selectPurse());
  if ('reason' in selected) return selected;
  const drawn = await ask(master, askChallenge());
  if ('reason' in drawn) return drawn;
  if (drawn.status !== StatusWord.done) return refusal('The master card', 'challenge', drawn.status);
  const proof = await ask(card, askProof(scope, drawn.data));
  if ('reason' in proof) return proof;
  const lacks = proof.status === StatusWord.referencedDataNotFound;
  if (lacks) return failure('issued-by-others', `Card ${id} was issued before, and without ${scopeText(scope)}.`);
  if (proof.status !== StatusWord.done) return refusal('The card', 'proof', proof.status);
  const confirmed = await ask(master, confirmIssue(id, proof.data));
  if ('reason' in confirmed) return confirmed;
  switch (confirmed.status) {
    case StatusWord.done:
      return undefined;
    case StatusWord.referencedDataNotFound:
      return failure('issued-by-others', `Card ${id} was issued before, and not lately by this master card.`);
    case StatusWord.securityStatusNotSatisfied:
      return failure(
        'proof-wrong',
        `Card ${id} does not hold the key that this master card gives: take it out of use.`,
      );
    default:
      return refusal('The master card', 'proof', confirmed.status);
  }
}

function issuedOf(id: Csn, counted: readonly MasterCounts[], wasIssued: boolean): IssuedCard {
  const keys = counted.map(({ scope, utility, n }) => ({ scope, utility, n }));
  const issuer = keys.find(({ scope }) => scope === 0);
  assert(issuer !== undefined, 'one of the master cards was the issuer’s');
  const regions = keys.flatMap(({ scope, utility, n }) => (scope === 0 ? [] : [{ region: scope, utility, n }]));
  return {
    ...{ csn: id, issuer: { utility: issuer.utility, n: issuer.n }, wasIssued },
    regions: regions.sort((a, b) => a.region - b.region),
  };
}

async function ask(session: CardSession, command: Uint8Array): Promise<ResponseApdu | IssueFailure> {
  const bytes = await session.transmit(command);
  if (!(bytes instanceof Uint8Array)) return bytes;
  const answer = decodeResponseApdu(bytes);
  return 'reason' in answer
    ? failure('card-unusable', 'The card answers with less than a status: take another one.')
    : answer;
}

/** As somebody with cards in hand knows it. */
const scopeText = (scope: CardKeyScope): string =>
  scope === 0 ? 'an issuer’s key' : `region ${scope} (${regionText(scope)})`;

const failure = (reason: IssueFailure['reason'], sentence: string): IssueFailure => ({ reason, sentence });

const refusal = (who: string, what: string, status: number): IssueFailure =>
  failure(
    'command-refused',
    `${who} refuses (${what}, status ${status.toString(16)}): take the card out and in, and try again.`,
  );
