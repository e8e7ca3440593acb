import { equalBytes } from '../bytes/index.ts';
import { type KeyName, Purpose, purposeOf, Suite, suiteOf, type TerminalKey } from '../crypto/index.ts';
import { assert, assertNever, type Milliseconds, type Randomness, type Svpmsn } from '../units/index.ts';
import { type Command, carriedBySeed, isLong, purposeCarries } from './command.ts';
import { decodeFrame, type Frame, type FrameFailure, Message } from './frame.ts';
import { joined } from './host-side.ts';
import { emptyCollection, keepPart, missingPart, type PartCollection, partFits } from './part.ts';
import type { TerminalPasses } from './passes.ts';
import { decodeRefusal, Refusal, refusalFrame } from './refusal.ts';
import { aesTerminalPasses } from './suite-aes.ts';
import { seedTerminalPasses } from './suite-seed.ts';
import { xoTerminalPasses } from './suite-xo.ts';

/** A value session is not evicted by a new M1 of another purpose for so long after its last frame (X6). */
export const VALUE_SESSION_GUARD_MS = 5_000;
/** A wrong tag makes the terminal wait, twice as long each time, never longer than this (X6). */
export const SLOW_DOWN_FIRST_MS = 250;
export const SLOW_DOWN_MAX_MS = 60_000;

export interface TerminalOptions {
  readonly svpmsn: Svpmsn;
  /** The terminal's key of that name; `undefined` when it has none, or its generation is below the floor. */
  readonly keyOf: (n: KeyName) => TerminalKey | undefined;
  readonly randomness: Randomness;
  /** Serve suite `3des` and nothing else, with this many sessions at once, as the seed allows. For the laboratory. */
  readonly labSessions?: number;
}

/**
 * The terminal's side of the exchange, without clock, socket or store. It keeps one session, in memory only:
 * no session survives a reset (X6), because a new terminal has none.
 *
 * 1. `terminalReceive` with M1 gives `status-wanted`; `terminalStatus` gives M2.
 * 2. `terminalReceive` with the frames of M3 gives `command` once, with the proof that a key holder asked.
 *    The session can take no other M3 from then on: the nonce is burnt before anything is applied.
 * 3. `terminalAnswer` gives the frames of M4. They are kept until the next M1, so that a lost M4 is sent
 *    again for the same M3 without anything being applied twice.
 */
export interface Terminal {
  readonly options: TerminalOptions;
  sessions: TerminalSession[];
  wrongTags: number;
  deafUntil: number;
}

interface TerminalSession {
  readonly first: FirstFrame;
  readonly key: TerminalKey;
  touchedAt: number;
  state:
    | { readonly name: 'awaiting-own-status'; readonly passes: TerminalPasses }
    | {
        readonly name: 'awaiting-command';
        readonly passes: TerminalPasses;
        readonly second: Uint8Array;
        readonly parts: PartCollection;
      }
    | {
        readonly name: 'awaiting-own-answer';
        readonly passes: TerminalPasses;
        readonly third: readonly Uint8Array[];
      }
    /** The keys of the session are gone: what was said is said again, and nothing else. */
    | { readonly name: 'answered'; readonly third: readonly Uint8Array[]; readonly fourth: readonly Uint8Array[] };
}

/** M1, without its body: it stands in the bytes. */
type FirstFrame = Omit<Frame, 'body'>;

declare const authenticated: unique symbol;

/** Proof that the holder of a key asked for this command in this session; only the tag check of M3 makes one. */
export interface HostAuthenticated {
  readonly [authenticated]: true;
  readonly h: Command;
  readonly key: TerminalKey;
  /** The opened body of M3. */
  readonly command: Uint8Array;
}

export type TerminalOutcome =
  /** An authentic key name began an exchange: give the status of its purpose to `terminalStatus`. */
  | { readonly type: 'status-wanted'; readonly h: Command; readonly key: TerminalKey }
  /** M3 is authentic and whole: carry it out, then give the answer to `terminalAnswer`. */
  | { readonly type: 'command'; readonly proof: HostAuthenticated }
  /** A part of M3 was taken and more are to come: acknowledge on the line, say nothing here. */
  | { readonly type: 'part-taken' }
  /** A frame that was answered before: the same answer again. */
  | { readonly type: 'again'; readonly frames: readonly Uint8Array[] }
  | { readonly type: 'refuse'; readonly refusal: Refusal; readonly frame: Uint8Array }
  /** Not for this terminal, or nothing that could be answered. */
  | { readonly type: 'silent'; readonly reason: FrameFailure['reason'] | 'terminal-foreign' | 'message-unexpected' };

/** A terminal with power, and no session yet. */
export const createTerminal = (options: TerminalOptions): Terminal => ({
  options,
  sessions: [],
  wrongTags: 0,
  deafUntil: 0,
});

/** A frame from the line. `now` is any clock that only goes forward while the terminal has power. */
export function terminalReceive(terminal: Terminal, bytes: Uint8Array, now: Milliseconds): TerminalOutcome {
  const frame = decodeFrame(bytes);
  if ('reason' in frame) return { type: 'silent', reason: frame.reason };
  if (frame.svpmsn !== terminal.options.svpmsn) return { type: 'silent', reason: 'terminal-foreign' };
  if (frame.message === Message.first) return receiveFirst(terminal, frame, now);
  if (frame.message === Message.third) return receiveThird(terminal, frame, now);
  if (frame.message === Message.refusal) return receiveRefusal(terminal, frame);
  return { type: 'silent', reason: 'message-unexpected' };
}

/** M2 for the session that wanted its status. FIG. 1, STEP 12 */
export function terminalStatus(terminal: Terminal, status: Uint8Array): Uint8Array {
  const session = terminal.sessions.find(({ state }) => state.name === 'awaiting-own-status');
  assert(session?.state.name === 'awaiting-own-status', 'a session wants its status');
  const { passes } = session.state;
  const second = passes.sealSecond(status);
  session.state = { name: 'awaiting-command', passes, second, parts: emptyCollection() };
  return second;
}

/** The frames of M4 for the session whose command was carried out. FIG. 1, STEP 16 */
export function terminalAnswer(terminal: Terminal, answer: Uint8Array): readonly Uint8Array[] {
  const session = terminal.sessions.find(({ state }) => state.name === 'awaiting-own-answer');
  assert(session?.state.name === 'awaiting-own-answer', 'a session wants its answer');
  const { passes, third } = session.state;
  const fourth = passes.sealFourth(answer);
  session.state = { name: 'answered', third, fourth };
  return fourth;
}

/** The new KT inside a key set change that was just proved; `undefined` when it does not open. */
export function terminalUnwrapKey(terminal: Terminal, wrapped: Uint8Array): Uint8Array | undefined {
  const session = terminal.sessions.find(({ state }) => state.name === 'awaiting-own-answer');
  assert(session?.state.name === 'awaiting-own-answer', 'a session is carrying out its command');
  return session.state.passes.unwrapKey(wrapped);
}

function receiveFirst(terminal: Terminal, frame: Frame, now: number): TerminalOutcome {
  const { options, sessions } = terminal;
  const repeated = sessions.find((session) => equalBytes(session.first.bytes, frame.bytes));
  if (repeated?.state.name === 'awaiting-command') return { type: 'again', frames: [repeated.state.second] };
  if (repeated !== undefined) return { type: 'silent', reason: 'message-unexpected' };

  const lab = options.labSessions !== undefined;
  // A terminal that keeps its value with a repaired suite answers no M1 of the seed's.
  if (lab !== (suiteOf(frame.n) === Suite.tripleDes)) return refuse(frame, Refusal.suiteNotServed);
  if (!purposeCarries(frame.n, frame.h) || (lab && !carriedBySeed(frame.h))) {
    return refuse(frame, Refusal.commandOutsidePurpose);
  }
  const key = options.keyOf(frame.n);
  if (key === undefined) return refuse(frame, Refusal.keyUnknown);
  if (now < terminal.deafUntil) return refuse(frame, Refusal.slowedDown);
  const guarded = sessions.some(
    (session) =>
      purposeOf(session.key.n) === Purpose.value &&
      session.state.name !== 'answered' &&
      now - session.touchedAt < VALUE_SESSION_GUARD_MS,
  );
  if (guarded && purposeOf(frame.n) !== Purpose.value) return refuse(frame, Refusal.busy);
  const passes = terminalPasses(key, frame, options.randomness);
  if (passes === undefined) return refuse(frame, Refusal.bodyWrong);
  if (passes === 'weak') return refuse(frame, Refusal.randomWeak);
  while (sessions.length >= (options.labSessions ?? 1)) sessions.shift();
  const { message, h, n, svpmsn, bytes } = frame;
  const first = { message, h, n, svpmsn, bytes };
  const session: TerminalSession = { first, key, touchedAt: now, state: { name: 'awaiting-own-status', passes } };
  // Not pushed: an array that grows makes room for seventeen.
  terminal.sessions = sessions.concat(session);
  return { type: 'status-wanted', h: frame.h, key };
}

function receiveThird(terminal: Terminal, frame: Frame, now: number): TerminalOutcome {
  let refusal: Refusal = Refusal.sessionUnknown;
  for (const session of terminal.sessions) {
    if (session.first.n !== frame.n || session.first.h !== frame.h) continue;
    const { state } = session;
    if (state.name === 'answered' && state.third.some((third) => equalBytes(third, frame.bytes))) {
      return { type: 'again', frames: state.fourth };
    }
    if (state.name !== 'awaiting-command') continue;
    const outcome = openThird(session, state, frame, now);
    if (outcome !== undefined) {
      terminal.wrongTags = 0;
      return outcome;
    }
    refusal = Refusal.tagWrong;
  }
  if (refusal === Refusal.tagWrong) {
    // The nonces are burnt with the sessions: whoever guesses tags gets one guess a session, ever more slowly.
    terminal.sessions.length = 0;
    terminal.deafUntil = now + Math.min(SLOW_DOWN_FIRST_MS * 2 ** Math.min(terminal.wrongTags, 16), SLOW_DOWN_MAX_MS);
    terminal.wrongTags += 1;
  }
  return refuse(frame, refusal);
}

/** The outcome of an authentic frame of M3, or `undefined` when it is not. */
function openThird(
  session: TerminalSession,
  { passes, parts }: Extract<TerminalSession['state'], { name: 'awaiting-command' }>,
  frame: Frame,
  now: number,
): TerminalOutcome | undefined {
  const long = isLong(Message.third, frame.h);
  if (long && !partFits(parts, frame.bytes)) return undefined;
  const chunk = passes.openThird(frame);
  if (chunk === undefined) return undefined;
  session.touchedAt = now;
  let third: readonly Uint8Array[] = [frame.bytes];
  if (long) {
    keepPart(parts, frame.bytes, chunk);
    if (missingPart(parts) >= 0) return { type: 'part-taken' };
    third = parts.frames as Uint8Array[];
  }
  const command = passes.joinThird(long ? joined(parts) : chunk, third);
  if (command === undefined) return undefined;
  session.state = { name: 'awaiting-own-answer', passes, third };
  return { type: 'command', proof: { h: frame.h, key: session.key, command } as unknown as HostAuthenticated };
}

/** The host asks for a part of M4 again, by the refusal `part-missing`. */
function receiveRefusal(terminal: Terminal, frame: Frame): TerminalOutcome {
  const decoded = decodeRefusal(frame);
  if ('reason' in decoded || decoded.refusal !== Refusal.partMissing)
    return { type: 'silent', reason: 'message-unexpected' };
  for (const { first, state } of terminal.sessions) {
    if (first.n !== frame.n || first.h !== frame.h || state.name !== 'answered') continue;
    const again = state.fourth[decoded.part as number];
    if (again !== undefined) return { type: 'again', frames: [again] };
  }
  return { type: 'silent', reason: 'message-unexpected' };
}

/**
 * Asks the host for the first part of M3 that is missing, when the line has fallen silent with some still out;
 * `undefined` when no session is in the middle of its parts.
 */
export function askForThirdPart(terminal: Terminal): Uint8Array | undefined {
  for (const { first, state } of terminal.sessions) {
    if (state.name !== 'awaiting-command' || state.parts.frames.length === 0) continue;
    return refusalFrame(first, Refusal.partMissing, missingPart(state.parts));
  }
  return undefined;
}

function terminalPasses(key: TerminalKey, first: Frame, randomness: Randomness): TerminalPasses | 'weak' | undefined {
  switch (key.suite) {
    case Suite.tripleDes:
      return seedTerminalPasses(key, first, randomness);
    case Suite.tripleDesXo:
      return xoTerminalPasses(key, first, randomness);
    case Suite.aes128:
    case Suite.aes256:
      return aesTerminalPasses(key, first, randomness);
    default:
      return assertNever(key.suite);
  }
}

const refuse = (frame: Frame, refusal: Refusal): TerminalOutcome => ({
  type: 'refuse',
  refusal,
  frame: refusalFrame(frame, refusal),
});
