import { assertNever } from '../../units/index.ts';
import type { CommandShapeFailure } from './apdu-case.ts';
import type { Atr } from './atr.ts';
import type { BitRate, Cycles } from './clock.ts';
import { blockWaitingCycles, characterWaitingCycles, guardCycles, waitingCycles } from './contacts.ts';
import { BLOCK_GUARD_ETUS, type Heard, type LineOutput, type Serial, send, TURN_ETUS } from './serial.ts';
import {
  beginTpdu,
  stepT0Device,
  type T0Device,
  type T0DeviceInput,
  type T0DeviceOutput,
  type T0Failure,
} from './t0-device.ts';
import { beginT0Exchange, continueT0Exchange, type T0Exchange } from './t0-exchange.ts';
import {
  type BlockReceiver,
  createBlockReceiver,
  encodeBlock,
  endBlock,
  hearBlockByte,
  INFORMATION_BYTES_MAX,
} from './t1-block.ts';
import { createT1Link, stepT1, type T1Failure, type T1Input, type T1Link, type T1Output } from './t1-link.ts';

export type ConversationFailure =
  | CommandShapeFailure
  | T0Failure
  | T1Failure
  /** T=0: the card promises a response and has none. */
  | { readonly reason: 'promise-broken' };

export type ConversationInput =
  | { readonly type: 'begin' }
  | { readonly type: 'command'; readonly bytes: Uint8Array }
  | { readonly type: 'silence' }
  | { readonly type: 'unsent' }
  | Heard;

/** What one input led to, and how long the line may be silent after it. */
export type ConversationResult = { readonly listenCycles: number | undefined } & (
  | { readonly type: 'going-on' }
  | { readonly type: 'opened' }
  | { readonly type: 'response'; readonly bytes: Uint8Array }
  /** `ended`: the card cannot be spoken to any more before it is reset. */
  | { readonly type: 'failed'; readonly failure: ConversationFailure; readonly ended: boolean }
);

/** What a slot and a card that were introduced to each other say, in the protocol that they agreed on. */
export interface Conversation {
  readonly serial: Serial;
  readonly protocol:
    | {
        readonly t: 0;
        readonly waiting: number;
        running: { device: T0Device; readonly exchange: T0Exchange } | undefined;
      }
    | {
        readonly t: 1;
        readonly link: T1Link;
        readonly receiver: BlockReceiver;
        readonly blockWaiting: number;
        readonly characterWaiting: number;
        /** Block waiting times that the card has for its next block. */
        patience: number;
      };
  state: 'opening' | 'idle' | 'awaiting-response';
}

/** SW1 SW2 behind 65,536 bytes. */
const RESPONSE_BYTES_MAX = 65_538;
const COMMAND_BYTES_MIN = 4;

/** Sets the line to what was agreed. */
export function opening(serial: Serial, atr: Atr, protocol: number, rate: BitRate): Conversation {
  serial.rate = rate;
  serial.guardCycles = guardCycles(atr, protocol, rate);
  serial.turnEtus = protocol === 1 ? BLOCK_GUARD_ETUS : TURN_ETUS;
  serial.repeats = protocol === 0;
  serial.refusals = 0;
  if (protocol === 0) {
    return { serial, protocol: { t: 0, waiting: waitingCycles(atr), running: undefined }, state: 'opening' };
  }
  return {
    serial,
    protocol: {
      t: 1,
      link: createT1Link({
        ...{ role: 'slot', nad: 0, ownSize: 32, othersSize: atr.blocks.ifsc, messageBytesMax: RESPONSE_BYTES_MAX },
      }),
      receiver: createBlockReceiver(atr.blocks.check, 0),
      blockWaiting: blockWaitingCycles(atr, rate),
      characterWaiting: characterWaitingCycles(atr, rate),
      patience: 1,
    },
    state: 'opening',
  };
}

export function converse(
  conversation: Conversation,
  input: ConversationInput,
  now: Cycles,
  out: LineOutput[],
): ConversationResult {
  const result =
    conversation.protocol.t === 0
      ? converseT0(conversation, conversation.protocol, input, now, out)
      : converseT1(conversation, conversation.protocol, input, now, out);
  if (result.type !== 'going-on') conversation.state = 'idle';
  return { ...result, listenCycles: listenCycles(conversation) };
}

type Result = ConversationResult extends infer R ? (R extends unknown ? Omit<R, 'listenCycles'> : never) : never;

function listenCycles({ protocol, state }: Conversation): number | undefined {
  if (state === 'idle') return undefined;
  if (protocol.t === 0) return protocol.waiting;
  return protocol.receiver.bytes.length > 0 ? protocol.characterWaiting : protocol.patience * protocol.blockWaiting;
}

type SpeaksT0 = Extract<Conversation['protocol'], { t: 0 }>;
type SpeaksT1 = Extract<Conversation['protocol'], { t: 1 }>;

const GOING_ON = { type: 'going-on' } as const;

function converseT0(
  conversation: Conversation,
  protocol: SpeaksT0,
  input: ConversationInput,
  now: Cycles,
  out: LineOutput[],
): Result {
  if (input.type === 'begin') return { type: 'opened' };
  if (input.type === 'command') {
    const begun = beginT0Exchange(input.bytes);
    if ('reason' in begun) return { type: 'failed', failure: begun, ended: false };
    conversation.state = 'awaiting-response';
    const steps: T0DeviceOutput[] = [];
    protocol.running = { device: beginTpdu(begun.tpdu, steps), exchange: begun.exchange };
    return followT0(conversation, protocol, steps, now, out);
  }
  if (protocol.running === undefined) return GOING_ON;
  const steps: T0DeviceOutput[] = [];
  stepT0Device(protocol.running.device, input satisfies T0DeviceInput, steps);
  return followT0(conversation, protocol, steps, now, out);
}

function followT0(
  { serial }: Conversation,
  protocol: SpeaksT0,
  steps: T0DeviceOutput[],
  now: Cycles,
  out: LineOutput[],
): Result {
  for (let step = steps.shift(); step !== undefined && protocol.running !== undefined; step = steps.shift()) {
    if (step.type === 'send') send(serial, step.bytes, now, out);
    else if (step.type === 'failed') {
      protocol.running = undefined;
      return { type: 'failed', failure: step.failure, ended: true };
    } else if (step.type === 'done') {
      const next = continueT0Exchange(protocol.running.exchange, step.result);
      if (next.type === 'tpdu') protocol.running.device = beginTpdu(next.tpdu, steps);
      else {
        protocol.running = undefined;
        if (next.type === 'response') return { type: 'response', bytes: next.response };
        return { type: 'failed', failure: { reason: 'promise-broken' }, ended: false };
      }
    } else assertNever(step);
  }
  return GOING_ON;
}

function converseT1(
  conversation: Conversation,
  protocol: SpeaksT1,
  input: ConversationInput,
  now: Cycles,
  out: LineOutput[],
): Result {
  const { link, receiver } = protocol;
  const step = (next: T1Input) => followT1(conversation, protocol, next, now, out);
  switch (input.type) {
    case 'begin':
      return step({ type: 'take-more', bytes: INFORMATION_BYTES_MAX });
    case 'command':
      if (input.bytes.length < COMMAND_BYTES_MIN) {
        return { type: 'failed', failure: { reason: 'command-too-short' }, ended: false };
      }
      conversation.state = 'awaiting-response';
      return step({ type: 'message', bytes: input.bytes });
    case 'byte':
    case 'damaged': {
      // What comes when nobody was asked is noise.
      if (link.turn === 'own' && link.request === undefined) return GOING_ON;
      const block = hearBlockByte(receiver, input.type === 'byte' ? input.byte : undefined);
      return block === undefined ? GOING_ON : step({ type: 'block', block });
    }
    case 'silence':
      return receiver.bytes.length > 0
        ? step({ type: 'invalid', failure: endBlock(receiver) })
        : step({ type: 'silence' });
    case 'refused':
    case 'unsent':
      // T=1 knows no error signal.
      return GOING_ON;
    default:
      return assertNever(input);
  }
}

function followT1(
  { serial, state }: Conversation,
  protocol: SpeaksT1,
  input: T1Input,
  now: Cycles,
  out: LineOutput[],
): Result {
  const steps: T1Output[] = [];
  stepT1(protocol.link, input, steps);
  let result: Result = GOING_ON;
  for (const step of steps) {
    switch (step.type) {
      case 'send':
        protocol.patience = step.patience;
        send(serial, encodeBlock(step.block, protocol.receiver.check), now, out);
        break;
      case 'message':
        // SW1 SW2 at least: anything shorter is no response.
        result =
          step.bytes.length >= 2
            ? { type: 'response', bytes: step.bytes }
            : { type: 'failed', failure: { reason: 'response-too-short' }, ended: false };
        break;
      case 'agreed':
        result = { type: 'opened' };
        break;
      case 'failed':
        result = afterFailure(state, step.failure);
        break;
      default:
        assertNever(step);
    }
  }
  return result;
}

/** A card that cannot agree on larger fields, and begins anew, is spoken to with those that it knows. */
function afterFailure(state: Conversation['state'], failure: T1Failure): Result {
  if (state === 'opening' && failure.reason === 'answer-lost') return { type: 'opened' };
  return { type: 'failed', failure, ended: failure.reason === 'no-answer' || failure.reason === 'card-too-slow' };
}
