import { concat } from '../../bytes/index.ts';
import type { CardProgram } from '../ports.ts';
import { shapeOf, statusBytes } from './apdu-case.ts';
import { buildAtr, type InterfaceBytes } from './atr.ts';
import type { ChipSettings } from './chip.ts';
import { DEFAULT_RATE, etus } from './clock.ts';
import type { CommandCase } from './t0-card.ts';

/**
 * A card for tests. CLA 80; INS 10 counts (case 1), 20 gives P1 P2 bytes (case 2), 30 keeps data (case 3), 40 gives
 * back its data (case 4). `runs` outlives a reset, as memory does.
 */
export class TestCard {
  runs = 0;
  resets = 0;
  kept: Uint8Array = new Uint8Array(0);

  readonly begin = (): CardProgram => {
    this.resets++;
    return (command) => this.#run(command);
  };

  #run(command: Uint8Array): Uint8Array {
    const shape = shapeOf(command);
    if ('reason' in shape) return statusBytes(0x6700);
    const [cla, ins, p1 = 0, p2 = 0] = shape.header;
    if (cla !== 0x80) return statusBytes(0x6e00);
    const say = (data: Uint8Array) => concat(data.subarray(0, shape.expected), statusBytes(0x9000));
    switch (ins) {
      case 0x10:
        this.runs++;
        return say(new Uint8Array(0));
      case 0x20:
        this.runs++;
        return say(pattern((p1 << 8) | p2));
      case 0x30:
        this.runs++;
        this.kept = shape.data.slice();
        return say(new Uint8Array(0));
      case 0x40:
        this.runs++;
        return say(shape.data);
      default:
        return statusBytes(0x6d00);
    }
  }
}

export const caseOf = (header: Uint8Array): CommandCase | undefined =>
  header[0] === 0x80 ? CASES[header[1] as number] : undefined;

const CASES: Readonly<Record<number, CommandCase>> = { 16: 1, 32: 2, 48: 3, 64: 4 };

/** Bytes of which no two neighbours are alike, so that a lost one shows. */
export const pattern = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (7 * at + (at >> 8)) & 0xff);

const HISTORICAL = Uint8Array.of(0x57, 0x61, 0x74, 0x74);

export const atrOf = (rounds: readonly InterfaceBytes[], convention: 'direct' | 'inverse' = 'direct'): Uint8Array =>
  buildAtr({ convention, rounds, historical: HISTORICAL });

/** T=0 alone; T=1 with 254 bytes of information field, CWI 3, BWI 4; both. */
export const ATRS = {
  t0: atrOf([]),
  t1: atrOf([{ td: 0x01 }, { td: 0x01 }, { ta: 0xfe, tb: 0x43 }]),
  t1Crc: atrOf([{ td: 0x01 }, { td: 0x01 }, { ta: 0x20, tb: 0x43, tc: 1 }]),
  both: atrOf([{ td: 0x00 }, { td: 0x01 }, { ta: 0xfe, tb: 0x43 }]),
} as const;

export function chipOf(card: TestCard, atr: Uint8Array, settings: Partial<ChipSettings> = {}): ChipSettings {
  return { atr, begin: card.begin, caseOf, workCycles: () => etus(DEFAULT_RATE, 20), ...settings };
}

export const command = (ins: number, p: number, data: Uint8Array = new Uint8Array(0), le?: number): Uint8Array => {
  const header = Uint8Array.of(0x80, ins, p >> 8, p & 0xff);
  const extended = data.length > 255 || (le ?? 0) > 256;
  const length = (value: number) => (extended ? [(value >> 8) & 0xff, value & 0xff] : [value & 0xff]);
  const lc = data.length === 0 ? [] : [...(extended ? [0] : []), ...length(data.length)];
  const end = le === undefined ? [] : [...(extended && data.length === 0 ? [0] : []), ...length(le)];
  return concat(header, Uint8Array.from(lc), data, Uint8Array.from(end));
};
