import { type KeyName, Purpose, purposeOf } from '../crypto/index.ts';

/** The header byte H: which command an exchange carries (FIG. 1 to 3, and what they lack). */
export const Command = {
  valueStore: 0x10,
  void: 0x11,
  receiptQuery: 0x12,
  closePurse: 0x13,
  addedValue: 0x18,
  modeTable: 0x20,
  clockSet: 0x21,
  relay: 0x22,
  supplyPolicy: 0x23,
  hotList: 0x24,
  interphone: 0x25,
  cardPayment: 0x26,
  keyChange: 0x2f,
  useAndLog: 0x30,
  clockSlew: 0x31,
  events: 0x32,
} as const;
export type Command = (typeof Command)[keyof typeof Command];

const COMMANDS: ReadonlySet<number> = new Set(Object.values(Command));
/** Whether this byte is an H of the list. */
export const isCommand = (h: number): h is Command => COMMANDS.has(h);

/**
 * Whether a key of this name may carry the command. A purpose carries only its own commands;
 * a key change (0x2F) travels under the purpose it renews, or under maintenance to revive a meter.
 */
export function purposeCarries(n: KeyName, h: Command): boolean {
  const purpose = purposeOf(n);
  if (h === Command.keyChange) return true;
  if (purpose === Purpose.value) return h >= 0x10 && h <= 0x18;
  if (purpose === Purpose.control) return h >= 0x20 && h <= 0x2e;
  return purpose === Purpose.monitoring && h >= 0x30 && h <= 0x32;
}

/** Suite `3des` is the seed's: its three commands and no more. */
export const carriedBySeed = (h: Command): boolean =>
  h === Command.valueStore || h === Command.modeTable || h === Command.useAndLog;

/** Bodies that may be long always travel in parts: the mode table down, the log, the events and a payment card up. */
export const isLong = (message: 3 | 4, h: Command): boolean =>
  message === 3
    ? h === Command.modeTable
    : h === Command.useAndLog || h === Command.events || h === Command.cardPayment;
