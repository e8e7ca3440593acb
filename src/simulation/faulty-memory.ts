import { blankMemory, type MeterMemory, type Nvm } from '../meter/index.ts';

/** The supply fell while a memory was written: whoever wrote is gone, and what it had written so far stays. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

/** What becomes of the byte in whose middle the power goes. */
export type CutByte = 'old' | 'garbage';

/** A write in whose middle the power went. */
export interface TornWrite {
  readonly memory: keyof MeterMemory;
  readonly address: number;
  readonly length: number;
  /** So many of its bytes are there. */
  readonly whole: number;
  /** What became of the one after them. */
  readonly cutByte: CutByte;
}

/**
 * The three memories of one meter on one supply, with everything that can happen to a memory: the power goes between
 * any two bytes, a write is reported and not kept, a bit rots, somebody puts back what was there before.
 */
export class FaultyMemory implements MeterMemory {
  readonly nvm: Nvm;
  readonly sam: Nvm;
  readonly svm: Nvm;
  /** Bytes that are still written before the power goes. */
  bytesLeft = Number.POSITIVE_INFINITY;
  cutByte: CutByte = 'old';
  /** So many writes of the board's memory from now, one is reported and not kept: 1 is the next. */
  writesUntilLost = Number.POSITIVE_INFINITY;
  /** Bytes written since the beginning. */
  written = 0;
  /** How often each byte of the board's memory was written. */
  readonly writes: Uint32Array;

  readonly #onTorn: ((torn: TornWrite) => void) | undefined;

  /** @param onTorn is told where the power went, before whoever wrote is gone */
  constructor(onTorn?: (torn: TornWrite) => void) {
    this.#onTorn = onTorn;
    const blank = blankMemory();
    this.writes = new Uint32Array(blank.nvm.bytes.length);
    this.nvm = this.#memory('nvm', blank.nvm.bytes);
    this.sam = this.#memory('sam', blank.sam.bytes);
    this.svm = this.#memory('svm', blank.svm.bytes);
  }

  /** The supply is back. */
  restore(): void {
    this.bytesLeft = Number.POSITIVE_INFINITY;
  }

  #memory(memory: keyof MeterMemory, bytes: Uint8Array): Nvm {
    const onTheBoard = memory === 'nvm';
    return {
      bytes,
      write: (address, source, from, length) => {
        if (onTheBoard && --this.writesUntilLost === 0) return;
        if (onTheBoard) {
          const { writes } = this;
          for (let i = address; i < address + length; i++) writes[i] = (writes[i] as number) + 1;
        }
        if (this.bytesLeft >= length) {
          for (let i = 0; i < length; i++) bytes[address + i] = source[from + i] as number;
          this.bytesLeft -= length;
          this.written += length;
          return;
        }
        const whole = this.bytesLeft;
        for (let i = 0; i < whole; i++) bytes[address + i] = source[from + i] as number;
        if (this.cutByte === 'garbage') {
          bytes[address + whole] = neither(bytes[address + whole] as number, source[from + whole] as number);
        }
        this.written += whole;
        // Whoever writes next is on a supply that came back.
        this.bytesLeft = Number.POSITIVE_INFINITY;
        this.#onTorn?.({ memory, address, length, whole, cutByte: this.cutByte });
        throw new PowerCut('the power went while a memory was written');
      },
    };
  }
}

/** Neither what was there nor what was to be there. */
function neither(old: number, written: number): number {
  for (const byte of [0xff, 0x00, 0xa5]) if (byte !== old && byte !== written) return byte;
  return 0x3c;
}
