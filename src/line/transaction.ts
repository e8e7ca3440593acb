import { equalBytes } from '../bytes/index.ts';
import { assert, assertNever, type Milliseconds, type ModemAddress } from '../units/index.ts';
import type { Carrier } from './carrier.ts';
import { encodeLineFrame, LINE_OVERHEAD_BYTES, LINE_SEQUENCES, LineKind } from './frame.ts';

/** A request is sent so often before it is given up, unless it says otherwise. */
export const TRIES_MAX = 4;
/** Longest attention the line carries; the exchange's is 21 bytes. */
export const ATTENTION_BYTES_MAX = 32;
/** How long a meter may answer 'working' before the request is given up, unless the request says otherwise. */
const WORKING_WAIT_MS = 5_000;

/**
 * What the local unit asks of one meter. A request that was given up and is the next thing asked of its meter, byte
 * for byte, is a repetition: a meter that has heard it answers as before and does not pass it up again.
 */
export type Asking =
  | {
      readonly type: 'request';
      readonly address: ModemAddress;
      /** The exchange frame, opaque. */
      readonly payload: Uint8Array;
      /** Longest payload that may come back; the wait for an answer is computed from it. Default: what the carrier takes. */
      readonly answerBytesMax?: number;
      readonly waitMs?: number;
      readonly triesMax?: number;
    }
  /** The next part of an answer that said `more`. */
  | {
      readonly type: 'next-part';
      readonly address: ModemAddress;
      readonly answerBytesMax?: number;
      readonly triesMax?: number;
    }
  /** The attention of a meter that bid for it. */
  | { readonly type: 'attention-request'; readonly address: ModemAddress };

/** One thing asked of one meter, over all its tries. */
export interface Transaction {
  readonly kind: typeof LineKind.request | typeof LineKind.nextPart | typeof LineKind.attentionRequest;
  readonly address: ModemAddress;
  readonly sequence: number;
  readonly frame: Uint8Array;
  readonly answerBytesMax: number;
  readonly waitMs: number;
  readonly triesMax: number;
  /** An earlier asking sent this frame in vain, and this one has not sent it yet. */
  again: boolean;
  tries: number;
  garbledTries: number;
  /** When the meter first said that it works at the request. */
  workingSince: Milliseconds | undefined;
}

/** Of a master: which sequence numbers it has given to its requests. */
export interface Numbering {
  readonly carrier: Carrier;
  readonly nextSequence: Uint8Array;
  /** By address: what was asked last and given up. */
  readonly givenUp: (Transaction | undefined)[];
}

/** The transaction of what is asked, under its sequence number. */
export function transactionOf(link: Numbering, asking: Asking): Transaction {
  const longest = link.carrier.frameBytesMax - LINE_OVERHEAD_BYTES;
  const { address } = asking;
  const fresh = { waitMs: WORKING_WAIT_MS, triesMax: TRIES_MAX, tries: 0, garbledTries: 0 };
  switch (asking.type) {
    case 'request': {
      const { payload, answerBytesMax = longest, waitMs = WORKING_WAIT_MS, triesMax = TRIES_MAX } = asking;
      assert(payload.length <= longest, 'a request fits into a frame of the carrier');
      return { ...numbered(link, LineKind.request, address, payload), ...fresh, answerBytesMax, waitMs, triesMax };
    }
    case 'next-part': {
      const { answerBytesMax = longest, triesMax = TRIES_MAX } = asking;
      return { ...numbered(link, LineKind.nextPart, address, NOTHING), ...fresh, answerBytesMax, triesMax };
    }
    case 'attention-request': {
      const kind = LineKind.attentionRequest;
      const frame = encodeLineFrame({ kind, address, sequence: 0, attentionWaiting: false, payload: NOTHING });
      const named = { kind, address, sequence: 0, frame, again: false, workingSince: undefined };
      return { ...named, ...fresh, answerBytesMax: ATTENTION_BYTES_MAX };
    }
    default:
      return assertNever(asking);
  }
}

type Named = Pick<Transaction, 'kind' | 'address' | 'sequence' | 'frame' | 'again' | 'workingSince'>;

/** The next sequence number of the address, or that of the same frame given up just before. */
function numbered(link: Numbering, kind: Transaction['kind'], address: ModemAddress, payload: Uint8Array): Named {
  const frameOf = (sequence: number) => encodeLineFrame({ kind, address, sequence, attentionWaiting: false, payload });
  const before = link.givenUp[address];
  link.givenUp[address] = undefined;
  if (before !== undefined && equalBytes(before.frame, frameOf(before.sequence))) {
    const { sequence, frame, workingSince } = before;
    return { kind, address, sequence, frame, again: true, workingSince };
  }
  const sequence = link.nextSequence[address] as number;
  link.nextSequence[address] = (sequence + 1) % LINE_SEQUENCES;
  return { kind, address, sequence, frame: frameOf(sequence), again: false, workingSince: undefined };
}

const NOTHING = new Uint8Array(0);
