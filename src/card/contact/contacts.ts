import type { Atr, SupplyClass } from './atr.ts';
import { type BitRate, DEFAULT_RATE, etus } from './clock.ts';

/** The contacts of a card and what lies on them. ISO 7816-2 §5, ISO 7816-3 §5.1 */
export const CONTACTS = {
  C1: 'VCC',
  C2: 'RST',
  C3: 'CLK',
  /** For other uses: nothing is connected. */
  C4: undefined,
  C5: 'GND',
  /** Standard or proprietary use, a programming voltage in old cards: nothing is connected. */
  C6: 'SPU',
  C7: 'I/O',
  C8: undefined,
} as const;

/** The level of each contact that the slot drives. */
export interface Contacts {
  readonly vcc: SupplyClass | 'off';
  readonly rst: 'low' | 'high';
  readonly clk: 'running' | 'low' | 'high';
  /** Released: the slot listens, and a resistor holds I/O high. */
  readonly io: 'released' | 'low';
}

export const CONTACTS_OFF: Contacts = { vcc: 'off', rst: 'low', clk: 'low', io: 'low' };

/** The order in which contacts come up, §6.2.1: RST low, VCC, I/O released, and the clock once VCC is stable. */
export function activationSteps(supply: SupplyClass): readonly Contacts[] {
  const vcc = supply;
  return [
    { ...CONTACTS_OFF, vcc },
    { vcc, rst: 'low', clk: 'low', io: 'released' },
  ];
}

/** The order in which they go down, §6.4: RST, the clock, I/O, and VCC last. Also when a card is pulled. */
export function deactivationSteps(from: Contacts): readonly Contacts[] {
  const steps: Contacts[] = [];
  let contacts = from;
  for (const change of [{ rst: 'low' }, { clk: 'low' }, { io: 'low' }, { vcc: 'off' }] as const) {
    contacts = { ...contacts, ...change };
    steps.push(contacts);
  }
  return steps;
}

/** From VCC on until the clock may run: 10 ms at 3.5712 MHz. */
export const SUPPLY_STABLE_CYCLES = 35_712;
/** Between two classes of supply the card is without power for 10 ms at least. §6.2.4 */
export const CLASS_PAUSE_CYCLES = 35_712;
/** RST stays low for so long, cold or warm. §6.2.2 and §6.2.3 */
export const RESET_CYCLES = 400;
/** After RST has risen a card answers no sooner and no later. */
export const ATR_BEGINS_CYCLES = { least: 400, most: 40_000 };
/** Between the leading edges of characters of an ATR or of PPS, at most. §8.1 and §9.2 */
export const INITIAL_WAITING_ETUS = 9600;
/** The clock may stop so long after the last character, and runs so long before the next. §6.3.2 */
export const CLOCK_STOP_AFTER_CYCLES = 1860;
export const CLOCK_RUNS_BEFORE_CYCLES = 700;

/** WT of T=0, §10.2: no longer between the leading edges of a character and of any before it. */
export const waitingCycles = ({ waitingInteger, speed }: Atr): number =>
  waitingInteger * 960 * (speed?.rate ?? DEFAULT_RATE).f;

/** BWT, §11.4.3: from the last character of a block to the first of its answer. */
export const blockWaitingCycles = ({ blocks }: Atr, rate: BitRate): number =>
  etus(rate, 11) + 2 ** blocks.blockWaitingInteger * 960 * DEFAULT_RATE.f;

/** CWT, §11.4.3: between characters of one block. */
export const characterWaitingCycles = ({ blocks }: Atr, rate: BitRate): number =>
  etus(rate, 11 + 2 ** blocks.characterWaitingInteger);

/** GT of what the slot sends, §8.3: 12 etu and N more; N = 255 stands for as few as the protocol allows. */
export function guardCycles(atr: Atr, protocol: number, rate: BitRate): number {
  if (atr.extraGuard === 255) return etus(rate, protocol === 1 ? 11 : 12);
  const unit = atr.hasGlobalBytes ? (atr.speed?.rate ?? DEFAULT_RATE) : rate;
  return etus(rate, 12) + Math.ceil((atr.extraGuard * unit.f) / unit.d);
}

/** GT of what the card sends. */
export const cardGuardCycles = (atr: Atr, protocol: number, rate: BitRate): number =>
  etus(rate, atr.extraGuard === 255 && protocol === 1 ? 11 : 12);
