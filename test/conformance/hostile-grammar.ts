import { concat } from '../../src/bytes/index.ts';
import { keyName, keyNameFromByte, Purpose, type Suite, suiteOf } from '../../src/crypto/index.ts';
import { Command, HEADER_BYTES, isCommand, isLong, Message, Refusal } from '../../src/exchange/index.ts';
import { bodiesFor, type drawing, exchanged, OTHER_ID, SUITES, sidesOf } from '../../src/exchange/sides.testing.ts';
import { decodeLineFrame, encodeLineFrame, LineKind } from '../../src/line/index.ts';
import { modemAddress, type Svpmsn } from '../../src/units/index.ts';

export type Random = ReturnType<typeof drawing>;

/** What was heard of one meter: frames that both sides have had, the newest last. */
export interface Eavesdropped {
  readonly id: Svpmsn;
  readonly suite: Suite;
  readonly down: Uint8Array[];
  readonly up: Uint8Array[];
}

const HEARD_MAX = 256;

/** Keeps a frame, and forgets the oldest. */
export function hear(heard: Uint8Array[], frame: Uint8Array): void {
  heard.push(frame);
  if (heard.length > HEARD_MAX) heard.splice(0, HEARD_MAX / 4);
}

/**
 * Frames that are almost right: every rule takes what was really said, here or elsewhere, and breaks it in one way.
 * None of them is a frame that a key holder made for the session in which it arrives.
 */
export class HostileGrammar {
  readonly #random: Random;
  /** Sessions of other keys, suites, purposes, generations and meters. */
  readonly #foreign: Uint8Array[] = [];

  constructor(random: Random) {
    this.#random = random;
    for (const suite of SUITES) {
      for (const h of [Command.valueStore, Command.void, Command.modeTable, Command.useAndLog, Command.events]) {
        if (suite === SUITES[0] && (h === Command.void || h === Command.events)) continue;
        const { first, second, third, fourth } = exchanged(sidesOf(suite, h, 7 + h, OTHER_ID), bodiesFor(suite, h));
        this.#foreign.push(first, second, ...third, ...fourth);
      }
    }
  }

  /** A frame for a meter that takes it for the host's. */
  toMeter(heard: Eavesdropped): Uint8Array {
    const { below } = this.#random;
    const rule = below(16);
    switch (rule) {
      case 0:
      case 1:
        return this.#one(heard.down);
      case 2:
        return this.#addressed(this.#one(this.#foreign), this.#newest(heard.down));
      case 3:
        return this.#reflected(this.#one(heard.up));
      case 4:
      case 5:
        return this.#begins(heard);
      case 6:
        return this.#guess(heard, Message.third);
      default:
        return this.#broken(rule, heard, heard.down, heard.up);
    }
  }

  /** A frame for a host that takes it for the meter's. */
  toHost(heard: Eavesdropped): Uint8Array {
    const { below } = this.#random;
    const rule = below(16);
    switch (rule) {
      case 0:
      case 1:
        return this.#one(heard.up);
      case 2:
        return this.#addressed(this.#one(this.#foreign), this.#newest(heard.down));
      case 3:
        return this.#reflected(this.#one(heard.down));
      case 4:
        return this.#guess(heard, Message.second);
      case 5:
      case 6:
        return this.#guess(heard, Message.fourth);
      default:
        return this.#broken(rule, heard, heard.up, heard.down);
    }
  }

  #broken(rule: number, heard: Eavesdropped, own: readonly Uint8Array[], other: readonly Uint8Array[]): Uint8Array {
    const { below } = this.#random;
    const frame = this.#one(below(4) === 0 ? this.#foreign : own);
    switch (rule) {
      case 7:
        return this.#spliced(frame, this.#one(below(2) === 0 ? own : other));
      case 8:
        return this.#flipped(frame);
      case 9:
        return this.#cutOrGrown(frame);
      case 10:
        return this.#misnamed(frame);
      case 11:
        return this.#partMoved(frame);
      case 12:
        // A host reads no further behind a refusal: too many would shield it from the rest.
        return below(4) === 0 ? this.#refusal(heard) : this.#flipped(frame);
      case 13:
        return this.#attention(heard);
      case 14:
        return this.#wrapped(frame);
      default:
        return this.#noise();
    }
  }

  #one(frames: readonly Uint8Array[]): Uint8Array {
    return frames.length === 0 ? this.#noise() : (frames[this.#random.below(frames.length)] as Uint8Array);
  }

  #newest(frames: readonly Uint8Array[]): Uint8Array {
    return frames.at(-1) ?? this.#noise();
  }

  /** With the header of another frame, from H on. */
  #addressed(frame: Uint8Array, to: Uint8Array): Uint8Array {
    const changed = frame.slice();
    changed.set(to.subarray(1, 6), 1);
    return changed;
  }

  #reflected(frame: Uint8Array): Uint8Array {
    const changed = frame.slice();
    changed[0] = 0x10 | (1 + this.#random.below(6));
    return this.#random.below(3) === 0 ? this.#cutOrGrown(changed) : changed;
  }

  /** An M1: anyone may begin. Under any name, with drawn, repeated and weak nonces. */
  #begins({ id, suite, down }: Eavesdropped): Uint8Array {
    const { below } = this.#random;
    const known = this.#one(down);
    const isKnown = isCommand(known[1] as number) && below(3) > 0;
    const n = isKnown ? keyNameFromByte(known[2] as number) : keyName(below(4) as Purpose, suite, below(3));
    const h = isKnown ? (known[1] as number) : (COMMANDS[below(COMMANDS.length)] as number);
    const nonce = new Uint8Array(suiteOf(n) <= 1 ? 24 : 16);
    this.#random.fill(nonce);
    const kind = below(8);
    if (kind === 0) nonce.copyWithin(8, 0, 8);
    if (kind === 1)
      nonce.set(
        nonce.slice(0, 8).map((byte) => byte ^ 0xff),
        8,
      );
    if (kind === 2) nonce.set(known.slice(HEADER_BYTES, HEADER_BYTES + nonce.length));
    return framed(Message.first, h, n, id, nonce);
  }

  /** The message that is awaited now, in the right form, with a body that was drawn or taken from another. */
  #guess({ id, suite, down, up }: Eavesdropped, message: 2 | 3 | 4): Uint8Array {
    const { below } = this.#random;
    const [, h = 0, n = 0] = this.#newest(down);
    if (!isCommand(h)) return this.#noise();
    const alike = [...(message === Message.third ? down : up)].reverse().find((said) => said[0] === (0x10 | message));
    const body = alike?.slice(HEADER_BYTES) ?? new Uint8Array(bodiesFor(suite, Command.valueStore).command.length + 8);
    const prefix = (message === 3 || message === 4) && isLong(message, h) ? 2 : 0;
    // All of it, its end or its beginning; the tag stands at one of the ends.
    const kind = below(3);
    const drawn = new Uint8Array(Math.max(0, body.length - prefix));
    this.#random.fill(drawn);
    const keep = Math.min(drawn.length, 8 * below(4));
    if (kind === 1) drawn.set(body.slice(prefix, prefix + keep));
    if (kind === 2 && keep > 0) drawn.set(body.slice(-keep), drawn.length - keep);
    return framed(message, h, n, id, concat(body.slice(0, prefix), drawn));
  }

  /** The beginning of one frame and the end of another, at a tag's, a block's or any border. */
  #spliced(a: Uint8Array, b: Uint8Array): Uint8Array {
    const { below } = this.#random;
    const border = (frame: Uint8Array) => {
      const kind = below(3);
      if (kind === 0) return HEADER_BYTES + 8 * below(Math.max(1, (frame.length - HEADER_BYTES) >> 3));
      return kind === 1 ? Math.max(HEADER_BYTES, frame.length - 8) : below(frame.length + 1);
    };
    return this.#measured(concat(a.slice(0, border(a)), b.slice(border(b))).slice(0, HEADER_BYTES + 255));
  }

  #flipped(frame: Uint8Array): Uint8Array {
    const changed = frame.slice();
    for (let bits = 1 + this.#random.below(3); bits > 0; bits--) {
      const bit = this.#random.below(8 * changed.length);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    }
    return changed;
  }

  #cutOrGrown(frame: Uint8Array): Uint8Array {
    const { below } = this.#random;
    if (below(2) === 0) return this.#measured(frame.slice(0, Math.max(1, frame.length - 1 - below(24))));
    const more = new Uint8Array(1 + below(16));
    if (below(2) === 0) this.#random.fill(more);
    return this.#measured(concat(frame, more).slice(0, HEADER_BYTES + 255));
  }

  /** Another command, purpose, suite, generation or number than it was made for. */
  #misnamed(frame: Uint8Array): Uint8Array {
    const { below } = this.#random;
    const changed = frame.slice();
    const kind = below(4);
    if (kind === 0) changed[1] = COMMANDS[below(COMMANDS.length)] as number;
    else if (kind === 1) changed[2] = (changed[2] ?? 0) ^ (1 << below(8));
    else if (kind === 2) changed[5] = (changed[5] ?? 0) ^ (1 << below(2));
    else changed[0] = 0x10 | (1 + below(6));
    return changed;
  }

  /** Index or count of a part as another part has it, or as none can. */
  #partMoved(frame: Uint8Array): Uint8Array {
    const changed = frame.slice();
    if (changed.length > HEADER_BYTES + 2) changed[HEADER_BYTES + this.#random.below(2)] = this.#random.below(5);
    return changed;
  }

  #refusal({ id, down }: Eavesdropped): Uint8Array {
    const { below } = this.#random;
    const [, h = 0x10, n = 0] = this.#one(down);
    const reason = below(13);
    const body = reason === Refusal.partMissing || below(8) === 0 ? [reason, below(6)] : [reason];
    return framed(Message.refusal, h, n, id, Uint8Array.from(body));
  }

  #attention({ id, suite }: Eavesdropped): Uint8Array {
    const body = new Uint8Array(14);
    this.#random.fill(body);
    return framed(Message.attention, Command.events, keyName(Purpose.monitoring, suite, 0), id, body);
  }

  /** In a frame of the line: as a modem gives it on, as one that lost its place gives it on, or twice around. */
  #wrapped(frame: Uint8Array): Uint8Array {
    const { below } = this.#random;
    if (frame.length > 240) return frame;
    const line = { address: modemAddress(below(4)), sequence: below(4), attentionWaiting: false };
    const kind = below(2) === 0 ? LineKind.request : LineKind.answer;
    const bytes = encodeLineFrame({ ...line, kind, payload: frame });
    if (below(2) === 0) return bytes;
    const decoded = decodeLineFrame(this.#flipped(bytes));
    return 'reason' in decoded ? bytes.slice(below(6)) : decoded.payload.slice();
  }

  #noise(): Uint8Array {
    const bytes = new Uint8Array(this.#random.below(64));
    this.#random.fill(bytes);
    return bytes;
  }

  /** With its length put right, most of the time. */
  #measured(frame: Uint8Array): Uint8Array {
    if (frame.length >= HEADER_BYTES && this.#random.below(8) > 0) frame[6] = frame.length - HEADER_BYTES;
    return frame;
  }
}

const COMMANDS = Object.values(Command);

function framed(message: Message, h: number, n: number, id: Svpmsn, body: Uint8Array): Uint8Array {
  return Uint8Array.of(0x10 | message, h, n, id >> 16, (id >> 8) & 0xff, id & 0xff, body.length, ...body);
}
