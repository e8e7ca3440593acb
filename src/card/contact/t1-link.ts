import { concat } from '../../bytes/index.ts';
import { assertNever } from '../../units/index.ts';
import {
  type Bit,
  type Block,
  BlockError,
  type BlockFailure,
  INFORMATION_BYTES_MAX,
  other,
  type SupervisoryKind,
} from './t1-block.ts';

export type T1Input =
  /** A command of the slot, or the card's response to it. */
  | { readonly type: 'message'; readonly bytes: Uint8Array }
  | { readonly type: 'block'; readonly block: Block }
  | { readonly type: 'invalid'; readonly failure: BlockFailure }
  /** The block waiting time passed and no block began: for the slot only. */
  | { readonly type: 'silence' }
  /** This side can take larger information fields. */
  | { readonly type: 'take-more'; readonly bytes: number }
  /** The card needs so many block waiting times for its response. */
  | { readonly type: 'extend'; readonly multiplier: number };

export type T1Output =
  /** `patience`: so many block waiting times may pass before the answer. */
  | { readonly type: 'send'; readonly block: Block; readonly patience: number }
  | { readonly type: 'message'; readonly bytes: Uint8Array }
  /** What `take-more` or `extend` asked for is agreed. */
  | { readonly type: 'agreed' }
  | { readonly type: 'failed'; readonly failure: T1Failure };

export interface T1Failure {
  readonly reason: /** Not even a request to begin anew is answered. */
    | 'no-answer'
    /** Both sides began anew; whether the card carried out the command is not known. */
    | 'answer-lost'
    | 'aborted-by-card'
    | 'response-too-long'
    | 'response-too-short'
    | 'card-too-slow';
}

/** How often in a row a block is sent, before the slot begins anew and the card falls silent. ISO 7816-3 §11.6.3.2 */
export const ATTEMPTS_MAX = 3;
/** A card may ask for something so often in one command, for more time above all. */
export const REQUESTS_MAX = 1000;
/** So often a command goes out once more because both sides began anew. */
const RENEWALS_MAX = 3;

interface Sizes {
  /** What this side takes, and what the other does. */
  readonly own: number;
  readonly others: number;
}

/** What this side waits for: the link is one machine for both, and the slot's turn comes first. */
type Turn = 'own' | 'others' | 'turn-given-back';

/** One side of T=1, on whole blocks. ISO 7816-3 §11.6 */
export interface T1Link {
  readonly role: 'slot' | 'card';
  readonly nad: number;
  readonly initial: Sizes;
  /** The longest message that this side takes. */
  readonly messageBytesMax: number;
  sizes: Sizes;
  nextSent: Bit;
  nextHeard: Bit;
  turn: Turn;
  /** What is not yet sent of a message. */
  rest: Uint8Array;
  /** The whole message of the slot, as long as the card cannot have heard all of it. */
  unheard: Uint8Array | undefined;
  /** The I-block that the other side may ask for again. */
  information: Extract<Block, { type: 'I' }> | undefined;
  last: Block | undefined;
  request: { readonly kind: SupervisoryKind; readonly value: number; attempts: number } | undefined;
  readonly incoming: Uint8Array[];
  incomingBytes: number;
  /** Blocks in a row that brought nothing. */
  failures: number;
  /** What the card has asked for since the last command, and how often both sides began anew. */
  requests: number;
  renewals: number;
}

export function createT1Link(settings: {
  readonly role: 'slot' | 'card';
  readonly nad: number;
  readonly ownSize: number;
  readonly othersSize: number;
  readonly messageBytesMax: number;
}): T1Link {
  const initial = { own: settings.ownSize, others: settings.othersSize };
  return {
    ...{ role: settings.role, nad: settings.nad, messageBytesMax: settings.messageBytesMax, initial, sizes: initial },
    ...{ nextSent: 0, nextHeard: 0, turn: settings.role === 'slot' ? 'own' : 'others' },
    ...{ rest: NOTHING, unheard: undefined, information: undefined, last: undefined, request: undefined },
    ...{ incoming: [], incomingBytes: 0, failures: 0, requests: 0, renewals: 0 },
  };
}

const NOTHING = new Uint8Array(0);

export function stepT1(link: T1Link, input: T1Input, out: T1Output[]): void {
  switch (input.type) {
    case 'message':
      // A response to a command that a new beginning has swept away has no one to go to.
      if (link.turn !== 'own') return;
      link.requests = 0;
      link.renewals = 0;
      if (link.role === 'slot') link.unheard = input.bytes;
      sendChain(link, input.bytes, out);
      return;
    case 'block':
      // A card that works has the turn and hears nothing but what it asked for, and a call to begin anew.
      if (link.turn === 'own' && link.request === undefined && !isResynch(input.block)) return;
      hear(link, input.block, out);
      return;
    case 'invalid':
      if (link.turn === 'own' && link.request === undefined) return;
      complain(link, errorOf(input.failure), out);
      return;
    case 'silence':
      if (link.turn === 'own' && link.request === undefined) return;
      complain(link, BlockError.other, out);
      return;
    case 'take-more':
      ask(link, 'ifs', Math.min(input.bytes, INFORMATION_BYTES_MAX), out);
      return;
    case 'extend':
      if (link.turn === 'own') ask(link, 'wtx', input.multiplier, out);
      return;
    default:
      assertNever(input);
  }
}

const isResynch = (block: Block): boolean => block.type === 'S' && block.kind === 'resynch' && !block.isResponse;

const errorOf = ({ reason }: BlockFailure): BlockError =>
  reason === 'block-check-wrong' || reason === 'block-parity-wrong' ? BlockError.check : BlockError.other;

function hear(link: T1Link, block: Block, out: T1Output[]): void {
  switch (block.type) {
    case 'I':
      hearInformation(link, block, out);
      return;
    case 'R':
      hearReady(link, block.number, out);
      return;
    case 'S':
      if (block.isResponse) hearAgreement(link, block, out);
      else hearRequest(link, block, out);
      return;
    default:
      assertNever(block);
  }
}

function hearInformation(link: T1Link, block: Extract<Block, { type: 'I' }>, out: T1Output[]): void {
  const expected = link.request === undefined && block.number === link.nextHeard && link.rest.length === 0;
  if (!expected || link.turn !== 'others' || block.information.length > link.sizes.own) {
    complain(link, BlockError.other, out);
    return;
  }
  link.nextHeard = other(link.nextHeard);
  link.failures = 0;
  link.information = undefined;
  link.unheard = undefined;
  // An empty piece counts too: a chain of them would have no end.
  link.incomingBytes += Math.max(1, block.information.length);
  if (link.incomingBytes > link.messageBytesMax) {
    dropIncoming(link);
    ask(link, 'abort', 0, out);
    return;
  }
  link.incoming.push(block.information);
  if (block.more) {
    sendReady(link, BlockError.none, out);
    return;
  }
  const bytes = concat(...link.incoming);
  dropIncoming(link);
  link.turn = 'own';
  out.push({ type: 'message', bytes });
}

function hearReady(link: T1Link, number: Bit, out: T1Output[]): void {
  if (link.request !== undefined) {
    complain(link, BlockError.other, out);
  } else if (link.turn === 'turn-given-back') {
    link.turn = 'own';
    link.failures = 0;
    out.push({ type: 'failed', failure: { reason: 'aborted-by-card' } });
  } else if (link.information !== undefined && number === link.information.number) {
    again(link, link.information, out);
  } else if (link.information?.more === true) {
    link.failures = 0;
    sendChain(link, link.rest, out);
  } else if (link.last !== undefined) {
    // The other side has all of it and did not understand what was said since.
    again(link, link.last.type === 'I' ? readyBlock(link, BlockError.other) : link.last, out);
  } else complain(link, BlockError.other, out);
}

function hearRequest(link: T1Link, block: Extract<Block, { type: 'S' }>, out: T1Output[]): void {
  // Rule 6 and §11.6.2.3: only the slot begins anew, only the card asks for time.
  const mine = block.kind === 'resynch' ? link.role === 'card' : block.kind !== 'wtx' || link.role === 'slot';
  const conflicting = link.request !== undefined && block.kind !== 'resynch';
  if (!mine || conflicting) {
    complain(link, BlockError.other, out);
    return;
  }
  if (link.role === 'slot' && ++link.requests > REQUESTS_MAX) {
    fail(link, 'card-too-slow', out);
    return;
  }
  link.failures = 0;
  let patience = 1;
  if (block.kind === 'resynch') beginAnew(link);
  else if (block.kind === 'ifs') link.sizes = { ...link.sizes, others: block.value };
  else if (block.kind === 'abort') {
    dropAll(link);
    link.turn = link.role === 'slot' ? 'turn-given-back' : 'others';
  } else patience = block.value;
  put(link, { ...block, nad: link.nad, isResponse: true }, out, patience);
}

function hearAgreement(link: T1Link, block: Extract<Block, { type: 'S' }>, out: T1Output[]): void {
  const { request } = link;
  if (request === undefined || request.kind !== block.kind || request.value !== block.value) {
    complain(link, BlockError.other, out);
    return;
  }
  link.request = undefined;
  link.failures = 0;
  if (request.kind === 'ifs') link.sizes = { ...link.sizes, own: request.value };
  if (request.kind === 'resynch') afterResynch(link, out);
  else if (request.kind === 'abort') afterAbort(link, out);
  else out.push({ type: 'agreed' });
}

/** A command that the card cannot have heard whole goes out once more; another one must not run twice. */
function afterResynch(link: T1Link, out: T1Output[]): void {
  const { unheard } = link;
  beginAnew(link);
  link.turn = 'own';
  if (unheard === undefined) fail(link, 'answer-lost', out);
  else if (++link.renewals > RENEWALS_MAX) fail(link, 'no-answer', out);
  else {
    link.unheard = unheard;
    sendChain(link, unheard, out);
  }
}

/** Who aborted a message heard it last; the turn is the slot's. */
function afterAbort(link: T1Link, out: T1Output[]): void {
  dropAll(link);
  if (link.role === 'card') {
    link.turn = 'others';
    sendReady(link, BlockError.none, out);
  } else fail(link, 'response-too-long', out);
}

/** Nothing came, or not what was expected: the rules 7 of §11.6.3.2. */
function complain(link: T1Link, error: BlockError, out: T1Output[]): void {
  link.failures++;
  const { request } = link;
  if (request !== undefined) {
    if (++request.attempts <= ATTEMPTS_MAX) put(link, supervisory(link, request), out);
    else if (link.role === 'card') link.request = undefined;
    else if (request.kind === 'resynch') fail(link, 'no-answer', out);
    else resynchronise(link, out);
  } else if (link.failures < ATTEMPTS_MAX) sendReady(link, error, out);
  else if (link.role === 'slot') resynchronise(link, out);
  // A card that was not understood so often stays silent until the slot begins anew.
}

function again(link: T1Link, block: Block, out: T1Output[]): void {
  link.failures++;
  if (link.failures < ATTEMPTS_MAX) put(link, block, out);
  else if (link.role === 'slot') resynchronise(link, out);
}

function resynchronise(link: T1Link, out: T1Output[]): void {
  link.request = undefined;
  link.turn = 'others';
  ask(link, 'resynch', 0, out);
}

function ask(link: T1Link, kind: SupervisoryKind, value: number, out: T1Output[]): void {
  link.request = { kind, value, attempts: 1 };
  put(link, supervisory(link, link.request), out);
}

function supervisory(link: T1Link, { kind, value }: { kind: SupervisoryKind; value: number }): Block {
  return { type: 'S', nad: link.nad, kind, isResponse: false, value };
}

/** The first block of what is left to send, no larger than the other side takes. */
function sendChain(link: T1Link, bytes: Uint8Array, out: T1Output[]): void {
  const size = link.sizes.others;
  const block = {
    ...{ type: 'I' as const, nad: link.nad, number: link.nextSent, more: bytes.length > size },
    information: bytes.slice(0, size),
  };
  link.rest = bytes.subarray(size);
  link.nextSent = other(link.nextSent);
  link.information = block;
  link.turn = 'others';
  if (!block.more) link.unheard = undefined;
  put(link, block, out);
}

function sendReady(link: T1Link, error: BlockError, out: T1Output[]): void {
  put(link, readyBlock(link, error), out);
}

const readyBlock = (link: T1Link, error: BlockError): Block => ({
  ...{ type: 'R', nad: link.nad, number: link.nextHeard, error },
});

function put(link: T1Link, block: Block, out: T1Output[], patience = 1): void {
  link.last = block;
  out.push({ type: 'send', block, patience });
}

function fail(link: T1Link, reason: T1Failure['reason'], out: T1Output[]): void {
  dropAll(link);
  link.request = undefined;
  link.turn = 'own';
  out.push({ type: 'failed', failure: { reason } });
}

function dropIncoming(link: T1Link): void {
  link.incoming.length = 0;
  link.incomingBytes = 0;
}

function dropAll(link: T1Link): void {
  dropIncoming(link);
  link.rest = NOTHING;
  link.information = undefined;
  link.unheard = undefined;
}

/** §11.6.2.3.1: all that T=1 has agreed on is as after the reset. */
function beginAnew(link: T1Link): void {
  dropAll(link);
  link.sizes = link.initial;
  link.nextSent = 0;
  link.nextHeard = 0;
  link.request = undefined;
  link.last = undefined;
  link.failures = 0;
  link.turn = 'others';
}
