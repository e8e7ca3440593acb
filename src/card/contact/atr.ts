import { concat } from '../../bytes/index.ts';
import type { Convention } from './character.ts';
import type { BitRate } from './clock.ts';

/** Classes of supply: 5 V, 3 V and 1.8 V. ISO 7816-3 §5.1.3 */
export type SupplyClass = 'A' | 'B' | 'C';

/** Interface bytes of one round, as far as the card sent them. */
export interface InterfaceBytes {
  readonly ta?: number;
  readonly tb?: number;
  readonly tc?: number;
  readonly td?: number;
}

/** What a card says of itself after each reset. ISO 7816-3 §8 */
export interface Atr {
  readonly convention: Convention;
  readonly rounds: readonly InterfaceBytes[];
  /** At most 15 bytes whose meaning is ISO 7816-4's. */
  readonly historical: Uint8Array;
  /** T of each protocol that the card offers, the first offered first; at least one. */
  readonly protocols: readonly number[];
  /** Fi, Di and the highest clock, from TA1; `undefined` where it holds a reserved value. */
  readonly speed: CardSpeed | undefined;
  /** N of TC1: extra guard time for the card; 255 stands for the least there is. */
  readonly extraGuard: number;
  /** TA2: the card speaks so without asking. Absent: the mode is negotiable. */
  readonly specificMode: SpecificMode | undefined;
  /** WI of TC2: the waiting time of T=0. */
  readonly waitingInteger: number;
  readonly blocks: BlockParameters;
  readonly clockStop: 'no' | 'low' | 'high' | 'either';
  /** What C6 is for. */
  readonly spu: 'not-used' | 'standard' | 'proprietary';
  readonly classes: readonly SupplyClass[];
  /** Whether the card says its classes; one that does not may be given class A alone. */
  readonly classesSaid: boolean;
  /** Whether T=15 occurs: extra guard time is then counted with the card's own Fi and Di. */
  readonly hasGlobalBytes: boolean;
}

export interface CardSpeed {
  readonly rate: BitRate;
  readonly clockHzMax: number;
  /** TA1 itself, as PPS1 carries it. */
  readonly code: number;
}

export interface SpecificMode {
  readonly protocol: number;
  /** The card may be made negotiable by a warm reset. */
  readonly changeable: boolean;
  /** The bit rate is one that both must know, and not that of TA1. */
  readonly implicitRate: boolean;
}

/** What T=1 needs to know of the card. ISO 7816-3 §11.4 */
export interface BlockParameters {
  /** Largest information field that the card takes. */
  readonly ifsc: number;
  readonly characterWaitingInteger: number;
  readonly blockWaitingInteger: number;
  readonly check: 'lrc' | 'crc';
}

export interface AtrFailure {
  readonly reason:
    | 'initial-character-unknown'
    | 'atr-cut'
    | 'atr-too-long'
    | 'bytes-left-over'
    | 'check-wrong'
    | 'first-protocol-is-15'
    | 'protocols-out-of-order'
    | 'waiting-integer-zero'
    | 'ifsc-reserved'
    | 'block-waiting-integer-reserved'
    | 'check-code-reserved'
    | 'classes-reserved';
}

export const ATR_BYTES_MAX = 33;
const GLOBAL = 15;

/** Fi and the highest clock in Hz, by the first half of TA1. ISO 7816-3, table 7 */
const CLOCK_RATES: readonly (readonly [f: number, hzMax: number] | undefined)[] = [
  [372, 4_000_000],
  [372, 5_000_000],
  [558, 6_000_000],
  [744, 8_000_000],
  [1116, 12_000_000],
  [1488, 16_000_000],
  [1860, 20_000_000],
  undefined,
  undefined,
  [512, 5_000_000],
  [768, 7_500_000],
  [1024, 10_000_000],
  [1536, 15_000_000],
  [2048, 20_000_000],
];

/** Di, by the second half of TA1. ISO 7816-3, table 8 */
const BIT_RATES: readonly (number | undefined)[] = [undefined, 1, 2, 4, 8, 16, 32, 64, 12, 20];

/** The Fi, Di and highest clock of a TA1 or PPS1; `undefined` for a reserved value. */
export function speedOf(code: number): CardSpeed | undefined {
  const [f, clockHzMax] = CLOCK_RATES[code >> 4] ?? [];
  const d = BIT_RATES[code & 15];
  return f === undefined || clockHzMax === undefined || d === undefined
    ? undefined
    : { rate: { f, d }, clockHzMax, code };
}

/** TA1 of a card that sends none: 372 cycles a bit, at most 5 MHz. */
export const DEFAULT_SPEED = 0x11;

/**
 * How long an ATR is that begins so, or `undefined` while its bytes do not tell yet. A reader stops listening there.
 */
export function atrLength(bytes: Uint8Array): number | undefined {
  let checked = false;
  for (let at = 1; ; ) {
    const indicator = bytes[at];
    if (indicator === undefined) return undefined;
    if (at > 1 && (indicator & 15) !== 0) checked = true;
    at += ones(indicator >> 4);
    if ((indicator & 0x80) === 0) return at + 1 + ((bytes[1] as number) & 15) + (checked ? 1 : 0);
  }
}

/** @param bytes the whole answer, TS as `3B` or `3F`, in the order of the convention that it tells */
export function parseAtr(bytes: Uint8Array): Atr | AtrFailure {
  const initial = bytes[0];
  if (initial !== 0x3b && initial !== 0x3f) return { reason: 'initial-character-unknown' };
  const length = atrLength(bytes);
  if ((length ?? bytes.length) > ATR_BYTES_MAX) return { reason: 'atr-too-long' };
  if (length === undefined || length > bytes.length) return { reason: 'atr-cut' };
  if (length < bytes.length) return { reason: 'bytes-left-over' };
  const { rounds, ended } = roundsOf(bytes);
  const protocolsSaid = rounds.flatMap(({ td }) => (td === undefined ? [] : [td & 15]));
  if (protocolsSaid.some((t) => t !== 0) && bytes.reduce((sum, byte) => sum ^ byte, 0) !== initial) {
    return { reason: 'check-wrong' };
  }
  if (protocolsSaid[0] === GLOBAL) return { reason: 'first-protocol-is-15' };
  // §8.2.3: each protocol stands behind those of a lower T. Several rounds may speak of one.
  if (protocolsSaid.some((t, index) => t < (protocolsSaid[index - 1] ?? 0)))
    return { reason: 'protocols-out-of-order' };
  const protocols = [...new Set(protocolsSaid.filter((t) => t !== GLOBAL))];
  const meant = meaningOf(rounds);
  if ('reason' in meant) return meant;
  return {
    convention: initial === 0x3b ? 'direct' : 'inverse',
    rounds,
    historical: bytes.slice(ended, ended + ((bytes[1] as number) & 15)),
    protocols: protocols.length === 0 ? [0] : protocols,
    hasGlobalBytes: protocolsSaid.includes(GLOBAL),
    ...meant,
  };
}

/**
 * The bytes of an ATR with these rounds. The presence bits of T0 and of each TD are made here; of `td` only the
 * protocol counts, and a round behind another needs one before it.
 * @throws RangeError where a round has no TD to announce it, or there are more than 15 historical bytes
 */
export function buildAtr(atr: {
  readonly convention: Convention;
  readonly rounds: readonly InterfaceBytes[];
  readonly historical: Uint8Array;
}): Uint8Array {
  const { rounds, historical } = atr;
  if (historical.length > 15) throw new RangeError('an ATR has at most 15 historical bytes');
  const bytes = [presence(rounds[0]) | historical.length];
  for (const [index, { ta, tb, tc, td }] of rounds.entries()) {
    const following = rounds[index + 1];
    if (following !== undefined && td === undefined) throw new RangeError(`round ${index + 2} needs a TD before it`);
    for (const byte of [ta, tb, tc]) if (byte !== undefined) bytes.push(byte);
    if (td !== undefined) bytes.push(presence(following) | (td & 15));
  }
  bytes.push(...historical);
  if (rounds.some(({ td }) => td !== undefined && (td & 15) !== 0))
    bytes.push(bytes.reduce((sum, byte) => sum ^ byte, 0));
  return concat(Uint8Array.of(atr.convention === 'direct' ? 0x3b : 0x3f), Uint8Array.from(bytes));
}

function presence({ ta, tb, tc, td }: InterfaceBytes = {}): number {
  return [ta, tb, tc, td].reduce<number>((bits, byte, index) => bits | (byte === undefined ? 0 : 0x10 << index), 0);
}

function ones(half: number): number {
  return (half & 1) + ((half >> 1) & 1) + ((half >> 2) & 1) + ((half >> 3) & 1);
}

/** The interface bytes by round, and the place behind them. The length was found before, so all of them are there. */
function roundsOf(bytes: Uint8Array): { rounds: InterfaceBytes[]; ended: number } {
  const rounds: InterfaceBytes[] = [];
  let at = 2;
  for (let indicator = bytes[1]; indicator !== undefined; ) {
    const present = indicator >> 4;
    const [ta, tb, tc, td] = [1, 2, 4, 8].map((bit) => ((present & bit) === 0 ? undefined : bytes[at++]));
    if (present !== 0) {
      rounds.push({
        ...(ta === undefined ? {} : { ta }),
        ...(tb === undefined ? {} : { tb }),
        ...(tc === undefined ? {} : { tc }),
        ...(td === undefined ? {} : { td }),
      });
    }
    indicator = td;
  }
  return { rounds, ended: at };
}

type Meaning = Omit<Atr, 'convention' | 'rounds' | 'historical' | 'protocols' | 'hasGlobalBytes'>;

/** TB1 and TB2 spoke of a programming voltage and mean nothing any more: §8.3. */
function meaningOf(rounds: readonly InterfaceBytes[]): Meaning | AtrFailure {
  const [first = {}, second = {}] = rounds;
  // Bytes behind the first two rounds belong to the protocol that the TD before them names: §8.2.3.
  const of = (protocol: number) =>
    rounds.find((_, index) => index >= 2 && ((rounds[index - 1]?.td ?? 0) & 15) === protocol) ?? {};
  const blocks = of(1);
  const global = of(GLOBAL);
  const waitingInteger = second.tc ?? 10;
  if (waitingInteger === 0) return { reason: 'waiting-integer-zero' };
  const ifsc = blocks.ta ?? 32;
  if (ifsc === 0 || ifsc === 255) return { reason: 'ifsc-reserved' };
  const waiting = blocks.tb ?? 0x4d;
  if (waiting >> 4 > 9) return { reason: 'block-waiting-integer-reserved' };
  const check = blocks.tc ?? 0;
  if (check > 1) return { reason: 'check-code-reserved' };
  const classes = CLASSES[(global.ta ?? 1) & 0x3f];
  if (classes === undefined) return { reason: 'classes-reserved' };
  return {
    speed: speedOf(first.ta ?? DEFAULT_SPEED),
    extraGuard: first.tc ?? 0,
    specificMode:
      second.ta === undefined
        ? undefined
        : {
            protocol: second.ta & 15,
            changeable: (second.ta & 0x80) === 0,
            implicitRate: (second.ta & 0x10) !== 0,
          },
    waitingInteger,
    blocks: {
      ifsc,
      characterWaitingInteger: waiting & 15,
      blockWaitingInteger: waiting >> 4,
      check: check === 1 ? 'crc' : 'lrc',
    },
    clockStop: (['no', 'low', 'high', 'either'] as const)[(global.ta ?? 0) >> 6] as Atr['clockStop'],
    spu: !global.tb ? 'not-used' : global.tb < 0x80 ? 'standard' : 'proprietary',
    classes,
    classesSaid: global.ta !== undefined,
  };
}

const CLASSES: Readonly<Record<number, readonly SupplyClass[]>> = {
  1: ['A'],
  2: ['B'],
  3: ['A', 'B'],
  4: ['C'],
  6: ['B', 'C'],
  7: ['A', 'B', 'C'],
};
