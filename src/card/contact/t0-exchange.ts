import { concat } from '../../bytes/index.ts';
import { type CommandShape, type CommandShapeFailure, shapeOf, statusBytes } from './apdu-case.ts';
import type { Tpdu, TpduResult } from './t0-device.ts';

/**
 * How a command APDU of any case travels as commands of T=0, and their results become one response APDU.
 * ISO 7816-3 §12.2
 */
export interface T0Exchange {
  readonly shape: CommandShape;
  /** Pieces of a long command that go in envelopes. */
  readonly envelopes: Uint8Array[];
  stage: 'enveloping' | 'sending' | 'fetching';
  readonly data: Uint8Array[];
  dataBytes: number;
  /** The last command, and whether the card has corrected its length. */
  last: Tpdu;
  corrected: boolean;
  /** The card has accepted the command with 9000; what GET RESPONSE adds may be missing. */
  accepted: boolean;
}

export type T0Next =
  | { readonly type: 'tpdu'; readonly tpdu: Tpdu }
  | { readonly type: 'response'; readonly response: Uint8Array }
  /** The card promises data for ever and gives none. */
  | { readonly type: 'promise-broken' };

const GET_RESPONSE = 0xc0;
const ENVELOPE = 0xc2;
const ENVELOPE_BYTES = 255;
const SHORT_MAX = 256;
const OK = 0x9000;
const NOTHING = new Uint8Array(0);

export function beginT0Exchange(command: Uint8Array): { exchange: T0Exchange; tpdu: Tpdu } | CommandShapeFailure {
  const shape = shapeOf(command);
  if ('reason' in shape) return shape;
  const envelopes = shape.data.length > ENVELOPE_BYTES ? piecesOf(command) : [];
  const first = envelopes.shift();
  const stage = first !== undefined ? 'enveloping' : shape.data.length > 0 ? 'sending' : 'fetching';
  const tpdu = first !== undefined ? envelope(shape, first) : plain(shape);
  const exchange: T0Exchange = {
    ...{ shape, envelopes, stage, last: tpdu },
    ...{ data: [], dataBytes: 0, corrected: false, accepted: false },
  };
  return { exchange, tpdu };
}

/** A piece of less than 255 bytes is the last one, so that the card needs to count nothing; it may be empty. */
function piecesOf(command: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at <= command.length; at += ENVELOPE_BYTES) pieces.push(command.subarray(at, at + ENVELOPE_BYTES));
  return pieces;
}

export function continueT0Exchange(exchange: T0Exchange, { data, status }: TpduResult): T0Next {
  const { shape, stage } = exchange;
  const answer = (sw: number): T0Next => ({
    type: 'response',
    response: concat(concat(...exchange.data).subarray(0, shape.expected), statusBytes(sw)),
  });
  const more = status >> 8 === 0x61 ? lengthOf(status & 0xff) : undefined;
  if (stage !== 'fetching') {
    const piece = exchange.envelopes.shift();
    if (piece !== undefined) return status === OK ? next(exchange, envelope(shape, piece)) : answer(status);
    if (shape.expected === 0 || (more === undefined && status !== OK)) return answer(status);
    exchange.stage = 'fetching';
    exchange.accepted = status === OK;
    return getResponse(exchange, more ?? SHORT_MAX);
  }
  // 6Cxx: the same command again, with the length that the card has.
  if (status >> 8 === 0x6c && data.length === 0 && !exchange.corrected) {
    exchange.corrected = true;
    const length = status & 0xff;
    const header = exchange.last.header.with(4, length);
    return next(exchange, { header, outgoing: NOTHING, incoming: lengthOf(length) });
  }
  exchange.data.push(data);
  exchange.dataBytes += data.length;
  if (more !== undefined && exchange.dataBytes < shape.expected) {
    const isRepeated = exchange.last.header[1] === GET_RESPONSE && data.length === 0;
    return isRepeated ? { type: 'promise-broken' } : getResponse(exchange, more);
  }
  return answer(exchange.accepted && exchange.dataBytes === 0 ? OK : status);
}

function next(exchange: T0Exchange, tpdu: Tpdu): T0Next {
  exchange.last = tpdu;
  return { type: 'tpdu', tpdu };
}

function getResponse(exchange: T0Exchange, available: number): T0Next {
  const wanted = Math.min(available, exchange.shape.expected - exchange.dataBytes);
  exchange.corrected = false;
  const header = Uint8Array.of(interindustryClass(exchange.shape), GET_RESPONSE, 0, 0, wanted & 0xff);
  return next(exchange, { header, outgoing: NOTHING, incoming: wanted });
}

function envelope(shape: CommandShape, piece: Uint8Array): Tpdu {
  const header = Uint8Array.of(interindustryClass(shape), ENVELOPE, 0, 0, piece.length);
  return { header, outgoing: piece, incoming: 0 };
}

function plain({ header, data, expected }: CommandShape): Tpdu {
  const incoming = data.length > 0 ? 0 : Math.min(expected, SHORT_MAX);
  const length = data.length > 0 ? data.length : incoming;
  return { header: concat(header, Uint8Array.of(length & 0xff)), outgoing: data, incoming };
}

/** GET RESPONSE and ENVELOPE are of the interindustry class; the logical channel stays. ISO 7816-4 §5.4.1 */
const interindustryClass = ({ header: [cla = 0] }: CommandShape): number => ((cla & 0x80) === 0 ? cla & ~0x1c : 0);

/** A length byte in which 0 stands for 256. */
const lengthOf = (byte: number): number => (byte === 0 ? SHORT_MAX : byte);
