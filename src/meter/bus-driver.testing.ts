import {
  COMMAND_OF_OP,
  encodeValueCommand,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  type ValueCommand,
} from '../exchange/index.ts';
import { assert } from '../units/index.ts';
import { type Bench, keyOf } from './board.testing.ts';
import { BusReply, DrawKind, SamReply, SamRequest, SvmRequest } from './bus.ts';
import { samCommand } from './sam.ts';
import { svmCommand } from './svm.ts';

/** Whoever sits in the CPU's place: carries what they like between SAM and SVM, and has heard every reply. */
export class BusDriver {
  readonly bench: Bench;
  readonly heard: Uint8Array[] = [];

  constructor(bench: Bench) {
    this.bench = bench;
  }

  /** The reply of the SVM to any bytes. */
  svm(request: Uint8Array): Uint8Array {
    return this.#kept(svmCommand(this.bench.meter.svm, request));
  }

  /** The reply of the SAM to any bytes. */
  sam(request: Uint8Array): Uint8Array {
    return this.#kept(samCommand(this.bench.meter.sam, request));
  }

  /** A host's value command up to its M3, delivered under the value key: the SAM's request for the SVM, not yet carried. */
  ordered(command: ValueCommand): Uint8Array {
    const { suite } = [...this.bench.meter.sam.keys.values()][0] as { suite: 0 | 1 | 2 | 3 };
    const session = openHostSession(keyOf(0, suite), COMMAND_OF_OP[command.op], this.bench.randomness);
    const told = this.svm(this.#frame(hostFirst(session)).subarray(1));
    const second = frameIn(this.sam(joined([SamRequest.svmStatus], told)));
    assert(hostReceive(session, second).type === 'status', 'the host takes an M2 that was carried');
    const [third] = hostCommand(session, encodeValueCommand(suite, command));
    const reply = this.#frame(third as Uint8Array);
    assert(reply[0] === SamReply.toSvm, 'the SAM believes the host');
    return reply.subarray(1);
  }

  /** The SAM's authorisation of a draw, as a request for the SVM; `undefined` when it gives none. */
  authorised(amount: number): Uint8Array | undefined {
    const nonce = this.sam(Uint8Array.of(SamRequest.nonce)).subarray(1);
    const challenge = this.svm(joined([SvmRequest.drawChallenge], nonce));
    const reply = this.sam(joined([SamRequest.authoriseDraw, DrawKind.draw, amount >> 8, amount & 0xff], challenge));
    return reply[0] === SamReply.toSvm ? reply.subarray(1) : undefined;
  }

  /** Asks both chips everything that they answer, so that `heard` has one of each reply. */
  askEverything(): void {
    for (const kind of Object.values(SvmRequest)) this.svm(joined([kind], new Uint8Array(20)));
    for (const kind of Object.values(SamRequest)) {
      if (kind !== SamRequest.dismantled) this.sam(joined([kind], new Uint8Array(40)));
    }
  }

  #frame(frame: Uint8Array): Uint8Array {
    return this.sam(joined([SamRequest.frame], new Uint8Array(8), frame));
  }

  #kept(reply: Uint8Array): Uint8Array {
    const copy = reply.slice();
    this.heard.push(copy);
    return copy;
  }
}

/** Whether the chip did what it was asked. */
export const wasDone = (reply: Uint8Array): boolean => reply[0] === BusReply.done;

const joined = (...parts: (number[] | Uint8Array)[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const frameIn = (reply: Uint8Array): Uint8Array =>
  reply.slice(4, 4 + (((reply[2] as number) << 8) | (reply[3] as number)));
