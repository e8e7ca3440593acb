import { concat } from '../bytes/index.ts';
import { exportTerminalKey, Suite, type TerminalKey } from '../crypto/index.ts';
import { assert, assertNever, type Randomness } from '../units/index.ts';
import { Command, carriedBySeed, isLong, purposeCarries } from './command.ts';
import { decodeFrame, type Frame, type FrameFailure, HEADER_BYTES, Message } from './frame.ts';
import { emptyCollection, keepPart, missingPart, type PartCollection, partFits } from './part.ts';
import type { HostPasses } from './passes.ts';
import { decodeRefusal, Refusal, refusalFrame } from './refusal.ts';
import { aesHostPasses } from './suite-aes.ts';
import { seedHostPasses } from './suite-seed.ts';
import { xoHostPasses } from './suite-xo.ts';

/**
 * The host's side of one exchange, without clock, socket or store: frames come in, frames go out.
 *
 * 1. `openHostSession` gives M1.
 * 2. `hostReceive` with M2 gives `status`; the caller looks at it, makes what it sends durable (X1),
 *    and seals the command with `hostCommand`: the frames of M3, stamped as late as can be.
 * 3. `hostReceive` with the frames of M4 gives `answer`, once.
 *
 * A frame that is damaged, forged or not ours is `ignored` and leaves the session waiting: the true one
 * may still come. Time-outs and retries belong to the caller, which opens a new session for each try.
 */
export interface HostSession {
  readonly key: TerminalKey;
  readonly h: Command;
  readonly passes: HostPasses;
  state:
    | { readonly name: 'awaiting-status' }
    | { readonly name: 'awaiting-command' }
    | { readonly name: 'awaiting-answer'; readonly third: readonly Uint8Array[]; readonly parts: PartCollection }
    | { readonly name: 'ended' };
}

export type HostOutcome =
  /** M2 is authentic. The status is opaque here; suites `3des` and `3des-xo` carry none. */
  | { readonly type: 'status'; readonly status: Uint8Array }
  /** M4 is authentic and whole. */
  | { readonly type: 'answer'; readonly answer: Uint8Array }
  /** A part of M4 was taken. */
  | { readonly type: 'part'; readonly index: number }
  /** The terminal misses a part of M3: send this frame again. */
  | { readonly type: 'part-again'; readonly frame: Uint8Array }
  /** The terminal, or someone in its name, refuses. It proves nothing: count it, and let time decide. */
  | { readonly type: 'refused'; readonly refusal: Refusal }
  | { readonly type: 'ignored'; readonly reason: HostIgnored };

export type HostIgnored =
  | FrameFailure['reason']
  | 'session-foreign'
  | 'message-unexpected'
  | 'not-authentic'
  | 'refusal-unknown';

/**
 * Begins an exchange.
 * @throws Error when the key's purpose or suite does not carry the command: asking for it is a bug
 */
export function openHostSession(key: TerminalKey, h: Command, randomness: Randomness): HostSession {
  assert(purposeCarries(key.n, h), 'the key carries the command');
  assert(key.subject.length === 0 || h === Command.addedValue, 'to a card goes added value, and nothing else');
  return { key, h, passes: hostPasses(key, h, randomness), state: { name: 'awaiting-status' } };
}

/** M1: FIG. 1, STEP 10. */
export const hostFirst = (session: HostSession): Uint8Array => session.passes.first;

/** M3, when M2 is in hand: FIG. 1, STEP 14. */
export function hostCommand(session: HostSession, command: Uint8Array): readonly Uint8Array[] {
  assert(session.state.name === 'awaiting-command', 'an authentic M2 came before the command');
  const third = session.passes.sealThird(command);
  session.state = { name: 'awaiting-answer', third, parts: emptyCollection() };
  return third;
}

/** A new KT, wrapped for the command of a key set change (0x2F) in this session. */
export function hostWrapKey(session: HostSession, newKey: TerminalKey): Uint8Array {
  assert(session.state.name === 'awaiting-command', 'an authentic M2 came before the command');
  return session.passes.wrapKey(exportTerminalKey(newKey));
}

/** Takes whatever came from the line. Nothing but an authentic frame of this session moves it on. */
export function hostReceive(session: HostSession, bytes: Uint8Array): HostOutcome {
  const frame = decodeFrame(bytes);
  if ('reason' in frame) return ignored(frame.reason);
  if (frame.svpmsn !== session.key.svpmsn || frame.n !== session.key.n || frame.h !== session.h) {
    return ignored('session-foreign');
  }
  if (frame.message === Message.refusal) return receiveRefusal(session, frame);
  const { state } = session;
  switch (state.name) {
    case 'awaiting-status': {
      if (frame.message !== Message.second) return ignored('message-unexpected');
      const status = session.passes.openSecond(frame);
      if (status === undefined) return ignored('not-authentic');
      session.state = { name: 'awaiting-command' };
      return { type: 'status', status };
    }
    case 'awaiting-answer':
      if (frame.message !== Message.fourth) return ignored('message-unexpected');
      return receiveAnswer(session, frame, state.parts);
    case 'awaiting-command':
    case 'ended':
      return ignored('message-unexpected');
    default:
      return assertNever(state);
  }
}

/** Asks the terminal again for the first part of M4 that is missing; `undefined` when none is known to be. */
export function askForPart(session: HostSession): Uint8Array | undefined {
  if (session.state.name !== 'awaiting-answer' || session.state.parts.frames.length === 0) return undefined;
  const index = missingPart(session.state.parts);
  return refusalFrame({ h: session.h, n: session.key.n, svpmsn: session.key.svpmsn }, Refusal.partMissing, index);
}

function receiveAnswer(session: HostSession, frame: Frame, parts: PartCollection): HostOutcome {
  const long = isLong(Message.fourth, session.h);
  if (long && !partFits(parts, frame.bytes)) return ignored('not-authentic');
  const chunk = session.passes.openFourth(frame);
  if (chunk === undefined) return ignored('not-authentic');
  if (long) {
    keepPart(parts, frame.bytes, chunk);
    if (missingPart(parts) >= 0) return { type: 'part', index: frame.bytes[HEADER_BYTES] as number };
  }
  const answer = session.passes.joinFourth(long ? joined(parts) : chunk);
  if (answer === undefined) {
    // Only suite 3des gets here with parts in hand: it cannot tell which of them was wrong, so all come again.
    parts.frames.length = 0;
    parts.chunks.length = 0;
    return ignored('not-authentic');
  }
  session.state = { name: 'ended' };
  return { type: 'answer', answer };
}

function receiveRefusal(session: HostSession, frame: Frame): HostOutcome {
  const decoded = decodeRefusal(frame);
  if ('reason' in decoded) return ignored('refusal-unknown');
  if (decoded.refusal === Refusal.partMissing && session.state.name === 'awaiting-answer') {
    const again = session.state.third[decoded.part ?? 0];
    if (again !== undefined) return { type: 'part-again', frame: again };
  }
  return { type: 'refused', refusal: decoded.refusal };
}

function hostPasses(key: TerminalKey, h: Command, randomness: Randomness): HostPasses {
  switch (key.suite) {
    case Suite.tripleDes:
      assert(carriedBySeed(h), 'suite 3des has the three commands of the seed');
      return seedHostPasses(key, h, randomness);
    case Suite.tripleDesXo:
      return xoHostPasses(key, h, randomness);
    case Suite.aes128:
    case Suite.aes256:
      return aesHostPasses(key, h, randomness);
    default:
      return assertNever(key.suite);
  }
}

export function joined(parts: PartCollection): Uint8Array {
  assert(missingPart(parts) < 0, 'all parts are there');
  return concat(...(parts.chunks as Uint8Array[]));
}

const ignored = (reason: HostIgnored): HostOutcome => ({ type: 'ignored', reason });
