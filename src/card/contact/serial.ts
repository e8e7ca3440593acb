import { type Convention, decodeCharacter, encodeCharacter, MOMENTS, type Moments } from './character.ts';
import { type BitRate, type Cycles, DEFAULT_RATE, etus, later } from './clock.ts';

/**
 * A character on I/O, from its leading edge to the end of its parity moment. Its edge may lie ahead: a reset, or power
 * that is taken away, takes back whatever has not ended.
 */
export interface Character {
  readonly type: 'character';
  readonly edge: Cycles;
  readonly ends: Cycles;
  readonly moments: Moments;
}

/** What a side puts on I/O. */
export type LineOutput = Character | { readonly type: 'error-signal'; readonly at: Cycles };

/** After so many repetitions of one character the transmission has failed; EMV allows as many. */
export const REPETITIONS_MAX = 3;
/** T=0: from the leading edge of a character to that of the answer in the other direction, at least. */
export const TURN_ETUS = 16;
/** T=1's block guard time. ISO 7816-3 §11.4.3 */
export const BLOCK_GUARD_ETUS = 22;
/** From the edge of a character to the error signal of whoever hears wrong parity, and to where the sender looks. §7.3 */
const ERROR_SIGNAL_ETUS = 10.5;
const VERDICT_ETUS = 12;
const REPETITION_ETUS = 13;

/**
 * One side's end of I/O: sends bytes no faster than the guard times allow, and hears characters. While `repeats` holds
 * (T=0), a character with wrong parity is answered by an error signal and comes again. ISO 7816-3 §7
 */
export interface Serial {
  convention: Convention;
  rate: BitRate;
  repeats: boolean;
  /** Between the leading edges of two characters that this side sends. */
  guardCycles: number;
  /** Between the leading edges of one heard and one sent. */
  turnEtus: number;
  queue: number[];
  /** The character whose verdict is awaited. */
  sending: { readonly byte: number; readonly edge: Cycles; readonly repetitions: number; refused: boolean } | undefined;
  lastSent: Cycles;
  lastHeard: Cycles;
  /** How often the character that is awaited was refused. */
  refusals: number;
}

export type Heard =
  | { readonly type: 'byte'; readonly byte: number }
  /** Wrong parity, and no repetition will mend it. */
  | { readonly type: 'damaged' }
  /** Wrong parity; the error signal asks for the character again. */
  | { readonly type: 'refused' };

const LONG_AGO = -1_000_000 as Cycles;

export function createSerial(convention: Convention): Serial {
  return {
    convention,
    rate: DEFAULT_RATE,
    repeats: false,
    guardCycles: etus(DEFAULT_RATE, 12),
    turnEtus: TURN_ETUS,
    queue: [],
    sending: undefined,
    lastSent: LONG_AGO,
    lastHeard: LONG_AGO,
    refusals: 0,
  };
}

/** The later of the last leading edges in either direction: every waiting time counts from it. */
export const lastEdge = ({ lastSent, lastHeard }: Serial): Cycles => (lastSent > lastHeard ? lastSent : lastHeard);

/** Whether a character still waits for its verdict, or for its turn. */
export const isSending = (serial: Serial): boolean => serial.sending !== undefined;

/** How long a character lasts, to the end of its parity moment. */
export const characterCycles = (rate: BitRate): number => etus(rate, MOMENTS);

/** Sends these bytes as soon as the guard times allow. */
export function send(serial: Serial, bytes: Uint8Array, now: Cycles, out: LineOutput[]): void {
  for (const byte of bytes) serial.queue.push(byte);
  if (serial.sending === undefined) sendNext(serial, now, out);
}

/** When this side wants to be called to go on sending. */
export function dueAt({ sending, rate }: Serial): Cycles | undefined {
  return sending === undefined ? undefined : later(sending.edge, etus(rate, VERDICT_ETUS));
}

/** @returns false when a character was refused so often that sending it is given up */
export function wakeSerial(serial: Serial, now: Cycles, out: LineOutput[]): boolean {
  const { sending } = serial;
  const due = dueAt(serial);
  if (sending === undefined || due === undefined || now < due) return true;
  serial.sending = undefined;
  if (!sending.refused) {
    sendNext(serial, now, out);
    return true;
  }
  if (sending.repetitions === REPETITIONS_MAX) {
    serial.queue.length = 0;
    return false;
  }
  const edge = later(sending.edge, etus(serial.rate, REPETITION_ETUS));
  put(serial, sending.byte, edge, sending.repetitions + 1, out);
  return true;
}

/** The other side has pulled I/O low where the character that was sent is looked at. */
export function hearErrorSignal(serial: Serial): void {
  if (serial.sending !== undefined && serial.repeats) serial.sending.refused = true;
}

export function hearCharacter(serial: Serial, { edge, ends, moments }: Character, out: LineOutput[]): Heard {
  serial.lastHeard = edge;
  const { byte, sound } = decodeCharacter(moments, serial.convention);
  // Whoever listens at another bit rate reads noise.
  if (sound && ends - edge === characterCycles(serial.rate)) {
    serial.refusals = 0;
    return { type: 'byte', byte };
  }
  if (!serial.repeats) return { type: 'damaged' };
  out.push({ type: 'error-signal', at: later(edge, etus(serial.rate, ERROR_SIGNAL_ETUS)) });
  serial.refusals++;
  return { type: serial.refusals > REPETITIONS_MAX ? 'damaged' : 'refused' };
}

function sendNext(serial: Serial, now: Cycles, out: LineOutput[]): void {
  for (let byte = serial.queue.shift(); byte !== undefined; byte = serial.queue.shift()) {
    const earliest = Math.max(
      now,
      serial.lastSent + serial.guardCycles,
      serial.lastHeard + etus(serial.rate, serial.turnEtus),
    );
    put(serial, byte, earliest as Cycles, 0, out);
    if (serial.repeats) return;
  }
}

function put(serial: Serial, byte: number, edge: Cycles, repetitions: number, out: LineOutput[]): void {
  serial.lastSent = edge;
  // Where nobody asks for a repetition there is no verdict to wait for.
  if (serial.repeats) serial.sending = { byte, edge, repetitions, refused: false };
  out.push(characterOf(byte, edge, serial));
}

/** A byte as a character that begins at `edge`. */
export function characterOf(
  byte: number,
  edge: Cycles,
  { rate, convention }: Pick<Serial, 'rate' | 'convention'>,
): Character {
  return {
    ...{ type: 'character', edge, ends: later(edge, characterCycles(rate)) },
    moments: encodeCharacter(byte, convention),
  };
}
