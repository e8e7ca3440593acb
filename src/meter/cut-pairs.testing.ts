import { type Bench, startBench } from './board.testing.ts';
import type { MeterMemory, Nvm } from './index.ts';
import type { Rest } from './power-cut.testing.ts';

export interface PairCount {
  /** Pairs of cut points, with the byte of each old and torn; equal memories after the first are gone on from once. */
  readonly pairs: number;
  /** What they leave behind: equal memories at an equal time go on alike, and are looked at once. */
  readonly states: number;
}

/**
 * From the same rest: `act` cut at every byte, then the start and `again` cut at every byte of either; each time `check`
 * is given the meter that started for the third time.
 *
 * A meter that is cut leaves the first so many bytes of what it would have written. So each run is recorded once and its
 * writes are laid down one by one; the byte at which the power goes is left old, or torn.
 */
export function everyPairOfCuts(
  rest: Rest,
  act: (bench: Bench) => void,
  again: (bench: Bench) => void,
  check: (bench: Bench) => void,
): PairCount {
  const seen = new Set<number>();
  let pairs = 0;
  const firsts = new Set<number>();
  for (const first of everyDark(rest, act, true)) {
    // The same memory at the same time starts and goes on in the same way.
    const isNew = !firsts.has(first.hash);
    firsts.add(first.hash);
    if (!isNew) continue;
    for (const second of everyDark(first.rest, again, false)) {
      pairs += 1;
      if (seen.has(second.hash)) continue;
      seen.add(second.hash);
      check(startAgain(second.rest));
    }
  }
  return { pairs, states: seen.size };
}

export interface Dark {
  /** Lies in the memory that the next cut point changes: copied by whoever wakes from it. */
  readonly rest: Rest;
  /** Tells memories and times apart. */
  readonly hash: number;
}

interface Written {
  readonly memory: number;
  readonly address: number;
  readonly byte: number;
  readonly now: number;
}

/** What a cut at each byte of a run leaves behind, first the byte old and then torn. The start's own bytes are cut too, unless the board is awake already. */
export function* everyDark(rest: Rest, act: (bench: Bench) => void, isAwake: boolean): Generator<Dark> {
  const written = recorded(rest, act, isAwake);
  const memories = isAwake ? imagesOf(awake(rest)) : imagesOf(rest);
  const hash = new StateHash(memories);
  for (const { memory, address, byte, now } of written) {
    const image = memories[memory] as Uint8Array;
    const old = image[address] as number;
    const dark = { ...rest, nvm: memories[0], sam: memories[1], svm: memories[2], now } as Rest;
    yield { rest: dark, hash: hash.at(now) };
    const torn = [0xff, 0x00, 0xa5, 0x3c].find((other) => other !== old && other !== byte) as number;
    image[address] = torn;
    hash.changed(memory, address, old, torn);
    yield { rest: dark, hash: hash.at(now) };
    image[address] = byte;
    hash.changed(memory, address, torn, byte);
  }
}

const imagesOf = ({ nvm, sam, svm }: Rest): Uint8Array[] => [nvm.slice(), sam.slice(), svm.slice()];

function recorded(rest: Rest, act: (bench: Bench) => void, isAwake: boolean): Written[] {
  const written: Written[] = [];
  let clock = { now: rest.now };
  const memories = imagesOf(rest).map((image, memory) => new RecordedNvm(image, memory, written, () => clock.now));
  const [nvm, sam, svm] = memories as Nvm[] as [Nvm, Nvm, Nvm];
  const bench = startOn({ nvm, sam, svm }, rest);
  clock = bench;
  if (isAwake) written.length = 0;
  act(bench);
  return written;
}

/** The rest as its start leaves it. */
function awake(rest: Rest): Rest {
  const { memory } = startAgain(rest);
  return { ...rest, nvm: memory.nvm.bytes, sam: memory.sam.bytes, svm: memory.svm.bytes };
}

export function startAgain(rest: Rest): Bench {
  const [nvm, sam, svm] = imagesOf(rest).map((image) => new RecordedNvm(image, 0, undefined, () => 0));
  return startOn({ nvm, sam, svm } as MeterMemory, rest);
}

function startOn(memory: MeterMemory, { now, supplyCount, labSessions }: Rest): Bench {
  return startBench(memory, { supplyCount, now, ...(labSessions === undefined ? {} : { labSessions }) });
}

/** A memory that keeps what is written into it, and writes it down. */
class RecordedNvm implements Nvm {
  readonly bytes: Uint8Array;
  readonly #memory: number;
  readonly #written: Written[] | undefined;
  readonly #now: () => number;

  constructor(bytes: Uint8Array, memory: number, written: Written[] | undefined, now: () => number) {
    this.bytes = bytes;
    this.#memory = memory;
    this.#written = written;
    this.#now = now;
  }

  write(address: number, source: Uint8Array, from: number, length: number): void {
    for (let i = 0; i < length; i++) {
      const byte = source[from + i] as number;
      this.#written?.push({ memory: this.#memory, address: address + i, byte, now: this.#now() });
      this.bytes[address + i] = byte;
    }
  }
}

/** A sum over all bytes and their places, kept up with each change: 52 bits, so that states in their millions differ. */
class StateHash {
  #high = 0;
  #low = 0;

  constructor(memories: readonly Uint8Array[]) {
    memories.forEach((bytes, memory) => {
      bytes.forEach((byte, address) => {
        this.#toggle(memory, address, byte);
      });
    });
  }

  changed(memory: number, address: number, from: number, to: number): void {
    this.#toggle(memory, address, from);
    this.#toggle(memory, address, to);
  }

  at(now: number): number {
    const time = mixed(now >>> 0, 0x27d4_eb2f);
    return ((this.#high ^ time) & 0xf_ffff) * 0x1_0000_0000 + ((this.#low ^ mixed(time, 0x1656_67b1)) >>> 0);
  }

  #toggle(memory: number, address: number, byte: number): void {
    const place = (memory << 24) | (address << 8) | byte;
    this.#high ^= mixed(place, 0x9e37_79b1);
    this.#low ^= mixed(place, 0x85eb_ca6b);
  }
}

function mixed(value: number, factor: number): number {
  let word = Math.imul(value ^ (value >>> 15), factor) ^ (factor >>> 3);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2_ae35);
  word = Math.imul(word ^ (word >>> 16), 0x2545_f491);
  return word ^ (word >>> 14);
}
