import { decodeFrame, HEADER_BYTES, Message } from '../exchange/index.ts';
import type { MeterAnswer } from '../meter/index.ts';
import type { ModemAddress, Svpmsn } from '../units/index.ts';
import type { House } from './house.ts';
import type { SeededRandom } from './random.ts';
import type { LineTerminal } from './transformer.ts';

/**
 * A foreign modem that took a meter's address, and its number too: it answers whatever the meter is asked with a frame
 * of the right form, at the same time as the meter. It has no key.
 */
export class Intruder implements LineTerminal {
  readonly svpmsn: Svpmsn;
  readonly address: ModemAddress;
  readonly #random: SeededRandom;

  constructor({ svpmsn, address }: House, random: SeededRandom) {
    this.svpmsn = svpmsn;
    this.address = address;
    this.#random = random;
  }

  hear(bytes: Uint8Array): MeterAnswer | undefined {
    const frame = decodeFrame(bytes);
    if ('reason' in frame || frame.svpmsn !== this.svpmsn) return undefined;
    const length = LENGTHS[this.#random.below(LENGTHS.length)] as number;
    const answer = new Uint8Array(HEADER_BYTES + length);
    this.#random.fill(answer);
    answer.set(frame.bytes.subarray(0, HEADER_BYTES - 1));
    answer[0] = 0x10 | (frame.message === Message.first ? Message.second : Message.fourth);
    answer[HEADER_BYTES - 1] = length;
    return { type: 'frame', frame: answer };
  }
}

/** Bodies of M2 and M4 in the suites, and two of none. */
const LENGTHS = [0, 16, 36, 40, 43, 224];
