import type { CardKey } from '../crypto/index.ts';
import { Command, type HostSession, openHostSession } from '../exchange/index.ts';
import type { Randomness, Svpmsn } from '../units/index.ts';

/**
 * The host's side of an exchange 0x18 with a card that is in the meter `route`; the meter is a pipe. From here on it is
 * an exchange like any other: `hostFirst`, `hostReceive`, `hostCommand`, with the bodies of `added-value.ts`. The rule
 * of exactly once is that of a meter (`judgeStatus`, `judgeReceipt`), with one account for each card and region.
 */
export const openLoadSession = (key: CardKey, route: Svpmsn, randomness: Randomness): HostSession =>
  openHostSession(key.terminalKey(route), Command.addedValue, randomness);
