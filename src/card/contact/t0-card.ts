import { concat } from '../../bytes/index.ts';
import { assertNever } from '../../units/index.ts';
import { statusBytes, statusOf } from './apdu-case.ts';
import type { Heard } from './serial.ts';

/** Whether a command carries data: 1 neither way, 2 to the reader, 3 to the card, 4 both ways. ISO 7816-3 §12.1 */
export type CommandCase = 1 | 2 | 3 | 4;

/**
 * The case of a command by its header CLA INS P1 P2. On T=0 a card must know it: the fifth byte means a length either
 * way. `undefined` for a command that the card does not know, which its program then refuses by its header alone.
 */
export type CaseOf = (header: Uint8Array) => CommandCase | undefined;

export type T0CardInput =
  | Heard
  /** The program's response to the command that was to run. */
  | { readonly type: 'response'; readonly response: Uint8Array }
  /** The program needs longer than the slot waits. */
  | { readonly type: 'busy' };

export type T0CardOutput =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  /**
   * A command APDU for the program. One of case 4 has Le 00: T=0 does not carry its Le. One of case 2 asks for at most
   * 256 bytes; a program with more to give gets its command in envelopes.
   */
  | { readonly type: 'run'; readonly command: Uint8Array }
  /** The card has heard what cannot be mended, and says nothing until it is reset. */
  | { readonly type: 'mute' };

type State =
  | { readonly name: 'awaiting-header'; readonly bytes: number[] }
  | { readonly name: 'awaiting-data'; readonly header: Uint8Array; readonly bytes: number[] }
  | { readonly name: 'awaiting-response'; readonly header: Uint8Array; readonly kind: CommandCase }
  | { readonly name: 'mute' };

/** The card's side of T=0. ISO 7816-3 §10 */
export interface T0Card {
  readonly caseOf: CaseOf;
  state: State;
  /** What the program has said and the slot has not fetched; `header` where the command itself must come again. */
  kept: { readonly header: Uint8Array | undefined; readonly data: Uint8Array; readonly status: number } | undefined;
  readonly envelope: number[];
}

const NULL = 0x60;
const GET_RESPONSE = 0xc0;
const ENVELOPE = 0xc2;
const ENVELOPE_BYTES = 255;
const SHORT_MAX = 256;
const OK = 0x9000;
const INSTRUCTION_INVALID = 0x6d00;
const NOTHING_TO_FETCH = 0x6985;
/** An extended command APDU of case 4 is never longer. */
const COMMAND_BYTES_MAX = 4 + 3 + 65_535 + 2;
const COMMAND_TOO_LONG = 0x6700;

export const createT0Card = (caseOf: CaseOf): T0Card => ({
  ...{ caseOf, kept: undefined, envelope: [] },
  state: { name: 'awaiting-header', bytes: [] },
});

export function stepT0Card(card: T0Card, input: T0CardInput, out: T0CardOutput[]): void {
  switch (input.type) {
    case 'byte':
      hear(card, input.byte, out);
      return;
    case 'refused':
      return;
    case 'damaged':
      card.state = { name: 'mute' };
      out.push({ type: 'mute' });
      return;
    case 'busy':
      if (card.state.name === 'awaiting-response') out.push({ type: 'send', bytes: Uint8Array.of(NULL) });
      return;
    case 'response':
      if (card.state.name === 'awaiting-response') deliver(card, card.state, input.response, out);
      return;
    default:
      assertNever(input);
  }
}

function hear(card: T0Card, byte: number, out: T0CardOutput[]): void {
  const { state } = card;
  if (state.name === 'awaiting-header') {
    state.bytes.push(byte);
    if (state.bytes.length === 5) begin(card, Uint8Array.from(state.bytes), out);
  } else if (state.name === 'awaiting-data') {
    state.bytes.push(byte);
    if (state.bytes.length === state.header[4]) runWithData(card, state.header, Uint8Array.from(state.bytes), out);
  }
}

function begin(card: T0Card, header: Uint8Array, out: T0CardOutput[]): void {
  const [, instruction = 0, , , length = 0] = header;
  if (instruction >> 4 === 6 || instruction >> 4 === 9) {
    say(card, INSTRUCTION_INVALID, out);
    return;
  }
  if (instruction === GET_RESPONSE) {
    getResponse(card, header, out);
    return;
  }
  const { kept } = card;
  card.kept = undefined;
  if (kept?.header !== undefined && length === clipped(kept.data.length) && startsAlike(kept.header, header)) {
    sendData(card, header, kept.data, kept.status, out);
    return;
  }
  if (instruction !== ENVELOPE) card.envelope.length = 0;
  const kind = instruction === ENVELOPE ? 3 : card.caseOf(header.subarray(0, 4));
  if (kind === 3 || kind === 4) {
    if (length === 0) {
      runWithData(card, header, new Uint8Array(0), out);
      return;
    }
    card.state = { name: 'awaiting-data', header, bytes: [] };
    out.push({ type: 'send', bytes: Uint8Array.of(instruction) });
    return;
  }
  run(card, header, kind === 2 ? header : header.slice(0, 4), kind ?? 1, out);
}

function runWithData(card: T0Card, header: Uint8Array, data: Uint8Array, out: T0CardOutput[]): void {
  if (header[1] === ENVELOPE) {
    open(card, header, data, out);
    return;
  }
  const kind = card.caseOf(header.subarray(0, 4)) === 4 ? 4 : 3;
  const command = data.length === 0 ? header.slice(0, 4) : concat(header, data);
  run(card, header, kind === 4 ? concat(command, Uint8Array.of(0)) : command, kind, out);
}

/** A piece of less than 255 bytes ends the command. ISO 7816-3 §12.2.6 */
function open(card: T0Card, header: Uint8Array, piece: Uint8Array, out: T0CardOutput[]): void {
  for (const byte of piece) card.envelope.push(byte);
  if (card.envelope.length > COMMAND_BYTES_MAX) {
    card.envelope.length = 0;
    say(card, COMMAND_TOO_LONG, out);
    return;
  }
  if (piece.length === ENVELOPE_BYTES) {
    say(card, OK, out);
    return;
  }
  const command = Uint8Array.from(card.envelope);
  card.envelope.length = 0;
  run(card, header, command, 4, out);
}

function run(card: T0Card, header: Uint8Array, command: Uint8Array, kind: CommandCase, out: T0CardOutput[]): void {
  card.state = { name: 'awaiting-response', header, kind };
  out.push({ type: 'run', command });
}

function deliver(
  card: T0Card,
  { header, kind }: Extract<State, { name: 'awaiting-response' }>,
  response: Uint8Array,
  out: T0CardOutput[],
): void {
  const data = response.slice(0, -2);
  const status = statusOf(response);
  if (data.length === 0) {
    say(card, status, out);
    return;
  }
  if (kind !== 2) {
    card.kept = { header: undefined, data, status };
    say(card, 0x6100 | clipped(data.length), out);
    return;
  }
  const asked = lengthOf(header[4] as number);
  if (asked === data.length || (asked === SHORT_MAX && data.length > SHORT_MAX)) {
    sendData(card, header, data, status, out);
    return;
  }
  // The program has run: when the command comes again with this length, it is answered and not run again.
  card.kept = { header, data, status };
  say(card, 0x6c00 | clipped(data.length), out);
}

function getResponse(card: T0Card, header: Uint8Array, out: T0CardOutput[]): void {
  const { kept } = card;
  if (kept === undefined || kept.header !== undefined) {
    say(card, NOTHING_TO_FETCH, out);
    return;
  }
  const asked = lengthOf(header[4] as number);
  if (asked > kept.data.length) {
    say(card, 0x6c00 | kept.data.length, out);
    return;
  }
  card.kept = undefined;
  sendData(card, header, kept.data, kept.status, out);
}

/** As much as the header asks for; what is left is kept, and promised by 61xx. */
function sendData(card: T0Card, header: Uint8Array, data: Uint8Array, status: number, out: T0CardOutput[]): void {
  const asked = lengthOf(header[4] as number);
  const left = data.slice(asked);
  if (left.length > 0) card.kept = { header: undefined, data: left, status };
  const sw = left.length > 0 ? 0x6100 | clipped(left.length) : status;
  out.push({ type: 'send', bytes: concat(header.slice(1, 2), data.subarray(0, asked), statusBytes(sw)) });
  card.state = { name: 'awaiting-header', bytes: [] };
}

function say(card: T0Card, status: number, out: T0CardOutput[]): void {
  out.push({ type: 'send', bytes: statusBytes(status) });
  card.state = { name: 'awaiting-header', bytes: [] };
}

const startsAlike = (a: Uint8Array, b: Uint8Array): boolean => [0, 1, 2, 3].every((at) => a[at] === b[at]);

const lengthOf = (byte: number): number => (byte === 0 ? SHORT_MAX : byte);

/** A length byte: 00 for 256 and for more. */
const clipped = (length: number): number => (length >= SHORT_MAX ? 0 : length);
