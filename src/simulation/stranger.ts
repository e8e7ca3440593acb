import type { TerminalKey } from '../crypto/index.ts';
import { generationOf, Purpose, purposeOf } from '../crypto/index.ts';
import {
  Command,
  encodeValueCommand,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  TXID_BYTES,
  ValueOp,
} from '../exchange/index.ts';
import { encodeClockSlew, SLEW_SECONDS_MAX } from '../records/index.ts';
import { tokens } from '../units/index.ts';
import type { House } from './house.ts';
import type { SeededRandom } from './random.ts';

/** A transaction that no books of this utility know. */
export interface ForeignCredit {
  readonly counter: number;
  readonly txid: Uint8Array;
}

/**
 * Whoever has a copy of a meter's key of value, and other books: credits it once, in its turn or out of it.
 * @returns what is about to be said, or nothing where the meter has no such key
 */
export function creditByOtherBooks(
  house: House,
  now: number,
  random: SeededRandom,
  about: (credit: ForeignCredit) => void,
): void {
  const key = oldestKey(house, Purpose.value);
  if (key === undefined) return;
  const txid = new Uint8Array(TXID_BYTES);
  random.fill(txid);
  // Two of three leave a gap (X5).
  const ahead = random.below(3) === 0 ? 1 : 2;
  const credit = { counter: house.meter.svm.purse.lastCounter + ahead, txid };
  about(credit);
  const body = { op: ValueOp.credit, ...credit, amount: tokens(1 + random.below(AMOUNT_MAX)) };
  speak(house, key, Command.valueStore, encodeValueCommand(key.suite, body), now, random);
}
const AMOUNT_MAX = 500;

/** Whoever has a copy of a meter's key of monitoring: moves its clock as often and as far as that lets them. */
export function slewByThief(house: House, now: number, random: SeededRandom): void {
  const key = oldestKey(house, Purpose.monitoring);
  if (key === undefined) return;
  const forward = random.chance(1 / 2);
  for (let time = 0; time < SLEWS; time++) {
    const seconds = (1 + random.below(SLEW_SECONDS_MAX)) * (forward ? 1 : -1);
    speak(house, key, Command.clockSlew, encodeClockSlew({ seconds }), now, random);
  }
}
const SLEWS = 5;

/** One exchange at the meter's own modem. */
function speak(house: House, key: TerminalKey, h: Command, body: Uint8Array, now: number, random: SeededRandom): void {
  const session = openHostSession(key, h, random);
  const second = house.hear(hostFirst(session), now);
  if (second?.type !== 'frame' || hostReceive(session, second.frame).type !== 'status') return;
  for (const frame of hostCommand(session, body)) house.hear(frame, now);
}

/** The newest would be worn out by it: with its first use the floor rises. */
function oldestKey({ meter }: House, purpose: Purpose): TerminalKey | undefined {
  const held = [...meter.sam.keys.values()].filter(({ n }) => purposeOf(n) === purpose);
  return held.toSorted((a, b) => generationOf(a.n) - generationOf(b.n))[0];
}
