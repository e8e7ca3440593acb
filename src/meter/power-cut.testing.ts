import { type Bench, startBench } from './board.testing.ts';
import type { Nvm } from './index.ts';

/** What a byte is after the power went while it was being written. */
export type CutByte = 'old' | 'garbage';

/** The power of a board: it goes when so many bytes have been written, in all three memories together. */
export class Supply {
  bytesLeft = Number.POSITIVE_INFINITY;
  cutByte: CutByte = 'old';
  written = 0;
}

export class PowerCut extends Error {}

/**
 * A memory on that power. A byte that is fully written when the power goes is the same as a cut before the next one,
 * so `old` and `garbage` at every byte are all there is.
 */
export class CuttableNvm implements Nvm {
  readonly bytes: Uint8Array;
  readonly #supply: Supply;

  constructor(bytes: Uint8Array, supply: Supply) {
    this.bytes = bytes;
    this.#supply = supply;
  }

  write(address: number, source: Uint8Array, from: number, length: number): void {
    const supply = this.#supply;
    for (let i = 0; i < length; i++) {
      const byte = source[from + i] as number;
      if (supply.bytesLeft === 0) {
        const old = this.bytes[address + i] as number;
        if (supply.cutByte === 'garbage') this.bytes[address + i] = garbage(old, byte);
        throw new PowerCut();
      }
      supply.bytesLeft -= 1;
      supply.written += 1;
      this.bytes[address + i] = byte;
    }
  }
}

/** Neither what was there nor what was to be there. */
function garbage(old: number, written: number): number {
  for (const byte of [0xff, 0x00, 0xa5]) if (byte !== old && byte !== written) return byte;
  return 0x3c;
}

/** The memories of a meter at rest, and the time. */
export interface Rest {
  readonly nvm: Uint8Array;
  readonly sam: Uint8Array;
  readonly svm: Uint8Array;
  readonly now: number;
  readonly supplyCount: number;
  readonly labSessions: number | undefined;
  readonly pulses: Bench['pulses'];
}

export const restOf = ({ memory, now, supplyCount, labSessions, pulses }: Bench): Rest => ({
  nvm: memory.nvm.bytes.slice(),
  sam: memory.sam.bytes.slice(),
  svm: memory.svm.bytes.slice(),
  now,
  supplyCount,
  labSessions,
  pulses,
});

/** A board that wakes from that rest, on a supply that can be cut. */
export function wake(rest: Rest): { readonly bench: Bench; readonly supply: Supply } {
  const supply = new Supply();
  const memory = {
    nvm: new CuttableNvm(rest.nvm.slice(), supply),
    sam: new CuttableNvm(rest.sam.slice(), supply),
    svm: new CuttableNvm(rest.svm.slice(), supply),
  };
  const { now, supplyCount, labSessions, pulses } = rest;
  const bench = startBench(memory, {
    ...{ supplyCount, now },
    ...(labSessions === undefined ? {} : { labSessions }),
    ...(pulses === undefined ? {} : { pulses }),
  });
  return { bench, supply };
}

/** Runs until the power goes; whether it did. */
export function isCut(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (error instanceof PowerCut) return true;
    throw error;
  }
}

export interface CutPoint {
  readonly after: number;
  readonly cutByte: CutByte;
}

/**
 * From the same rest, `act` with the power cut at every byte it writes; each time `check` is given the meter that
 * started again. Returns how many cut points there were.
 */
export function everyCut(
  rest: Rest,
  act: (bench: Bench) => void,
  check: (bench: Bench, at: CutPoint) => void,
  options: { readonly step?: number; readonly secondCut?: boolean } = {},
): number {
  let points = 0;
  for (let after = 0; ; after += options.step ?? 1) {
    let cutSomewhere = false;
    for (const cutByte of ['old', 'garbage'] as const) {
      const { bench, supply } = wake(rest);
      supply.bytesLeft = after;
      supply.cutByte = cutByte;
      if (!isCut(() => act(bench))) continue;
      cutSomewhere = true;
      points += 1;
      const dark = restOf(bench);
      if (options.secondCut !== true) {
        check(wake(dark).bench, { after, cutByte });
        continue;
      }
      for (const again of cutsOfStart(dark)) check(wake(again).bench, { after, cutByte });
    }
    if (!cutSomewhere) return points;
  }
}

/** The rests that a start leaves when the power goes again at every byte that it writes itself. */
function* cutsOfStart(rest: Rest): Generator<Rest> {
  for (let after = 0; ; after++) {
    for (const cutByte of ['old', 'garbage'] as const) {
      const supply = new Supply();
      supply.bytesLeft = after;
      supply.cutByte = cutByte;
      const memory = {
        nvm: new CuttableNvm(rest.nvm.slice(), supply),
        sam: new CuttableNvm(rest.sam.slice(), supply),
        svm: new CuttableNvm(rest.svm.slice(), supply),
      };
      const { now, supplyCount } = rest;
      if (!isCut(() => startBench(memory, { supplyCount, now }))) return;
      yield { ...rest, nvm: memory.nvm.bytes, sam: memory.sam.bytes, svm: memory.svm.bytes };
    }
  }
}
