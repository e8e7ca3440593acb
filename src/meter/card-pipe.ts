import { equalBytes } from '../bytes/index.ts';
import { decodeLoadResponse, loadCommand, StatusWord, selectPurse } from '../card/index.ts';
import { decodeFrame, type Frame, Message, Refusal, refusalFrame } from '../exchange/index.ts';

/**
 * Added value on its way to the card in the slot (H 0x18): the meter routes, and reads no more than the header. A card
 * takes up to a second for a frame and the line waits a quarter of one, so the frame is answered at once by a refusal,
 * and what the card says is held for when the very same frame comes again. One pipe serves one insertion.
 */
export interface CardPipe {
  state:
    | { readonly name: 'idle' }
    | { readonly name: 'awaiting-selection'; readonly frame: Frame }
    | { readonly name: 'awaiting-card'; readonly frame: Frame }
    /** Kept until another frame goes to the card. */
    | { readonly name: 'answered'; readonly asked: Uint8Array; readonly answer: Uint8Array };
}

export const newPipe = (): CardPipe => ({ state: { name: 'idle' } });

/** What follows from a frame, or from a response. */
export type PipeTurn =
  /** Give this command to the card, and its response to `pipeResponse`. */
  | { readonly type: 'ask'; readonly command: Uint8Array }
  /** Answer the line with this. */
  | { readonly type: 'say'; readonly frame: Uint8Array }
  | { readonly type: 'silent' };

/**
 * A frame of 0x18 that names this meter. `isFree`: nobody else, a taking of the meter's own, has the card. Who is told
 * to ask the card says `cardWorks` then, unless the response is there already.
 */
export function pipeFrame(pipe: CardPipe | undefined, isFree: boolean, frame: Frame): PipeTurn {
  const command = loadCommand(frame.bytes);
  if (command === undefined) return { type: 'silent' };
  if (pipe === undefined) return say(frame, Refusal.cardAbsent);
  const held = pipeHeld(pipe, frame);
  if (held !== undefined) return { type: 'say', frame: held };
  if (!isFree || pipe.state.name === 'awaiting-selection' || pipe.state.name === 'awaiting-card') {
    return say(frame, Refusal.cardWorks);
  }
  if (frame.message === Message.third) {
    pipe.state = { name: 'awaiting-card', frame };
    return { type: 'ask', command };
  }
  // Whatever was open on the card before M1 is over, and a card that was just put in is ready for it.
  pipe.state = { name: 'awaiting-selection', frame };
  return { type: 'ask', command: selectPurse() };
}

/** What the card said to this very frame. */
export function pipeHeld({ state }: CardPipe, frame: Frame): Uint8Array | undefined {
  return state.name === 'answered' && equalBytes(state.asked, frame.bytes) ? state.answer : undefined;
}

/** The card's response to the pipe's command. `loaded`: it may hold other value than before. */
export function pipeResponse(
  pipe: CardPipe,
  response: Uint8Array,
): (PipeTurn & { readonly type: 'ask' }) | { readonly type: 'over'; readonly loaded: boolean } {
  const { state } = pipe;
  if (state.name !== 'awaiting-selection' && state.name !== 'awaiting-card') {
    throw new Error(`no response is awaited in ${state.name}`);
  }
  const { frame } = state;
  if (state.name === 'awaiting-selection' && isDone(response)) {
    pipe.state = { name: 'awaiting-card', frame };
    return { type: 'ask', command: loadCommand(frame.bytes) as Uint8Array };
  }
  const answer = state.name === 'awaiting-card' ? answerIn(frame, response) : refusalFrame(frame, Refusal.cardRefused);
  pipe.state = { name: 'answered', asked: frame.bytes, answer };
  return { type: 'over', loaded: frame.message === Message.third };
}

function answerIn(frame: Frame, response: Uint8Array): Uint8Array {
  const answer = decodeLoadResponse(response);
  if ('frame' in answer)
    return isAnswerTo(frame, answer.frame) ? answer.frame : refusalFrame(frame, Refusal.cardRefused);
  const { conditionsNotSatisfied } = StatusWord;
  const isOver = answer.reason === 'card-refused' && answer.status === conditionsNotSatisfied;
  // The card was out, or the meter took from it, since its M2: the exchange is to be begun anew.
  if (isOver && frame.message === Message.third) return refusalFrame(frame, Refusal.sessionUnknown);
  return refusalFrame(frame, Refusal.cardRefused);
}

/** Whether a card may say this on the line in the meter's place: an answer to this frame, and nothing else. */
function isAnswerTo({ message, h, n, svpmsn }: Frame, bytes: Uint8Array): boolean {
  const said = decodeFrame(bytes);
  if ('reason' in said || said.h !== h || said.n !== n || said.svpmsn !== svpmsn) return false;
  return said.message === Message.refusal || said.message === message + 1;
}

const isDone = ([sw1, sw2, ...more]: Uint8Array): boolean =>
  sw1 === StatusWord.done >> 8 && sw2 === (StatusWord.done & 0xff) && more.length === 0;

const say = (frame: Frame, refusal: Refusal): PipeTurn => ({ type: 'say', frame: refusalFrame(frame, refusal) });
