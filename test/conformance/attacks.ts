import type { Suite } from '../../src/crypto/index.ts';
import {
  downgrades,
  forgesLastMessage,
  makesLonger,
  padsOn,
  reflects,
  takesComplementaryHalves,
  takesEqualHalves,
  usesOracleOfAnotherSuite,
} from './attacks-exchange.ts';
import { cutsAndPastes, editsFlash, liesBetween, mints, replaysAfterReset, rulesFromInside } from './attacks-meter.ts';
import { reachesBeyondMonitoring } from './attacks-monitoring.ts';

/** What becomes of an attack in a suite; where there is nothing to attack, why. */
export type Cell = 'succeeds' | 'fails' | { readonly notApplicable: string };

export interface Attack {
  readonly name: string;
  /** What the attacker has and does, in a sentence. */
  readonly does: string;
  /** By suite: `3des`, `3des-xo`, `aes128`, `aes256`. */
  readonly cells: readonly [Cell, Cell, Cell, Cell];
  /** Carries the attack out against the real sides, meter and host; whether it came to what it wants. */
  readonly succeeds: (suite: Suite) => boolean | Promise<boolean>;
}

const FALLS: Attack['cells'] = ['succeeds', 'fails', 'fails', 'fails'];
const STANDS: Attack['cells'] = ['fails', 'fails', 'fails', 'fails'];

/** `docs/internals/attacks.md` shows this table. */
export const ATTACKS: readonly Attack[] = [
  {
    name: 'forged M',
    does: 'has a modem and one M1; asks the meter to encrypt a balance as S1 and gives it to the host as M4.',
    cells: FALLS,
    succeeds: forgesLastMessage,
  },
  {
    name: 'minted value',
    does: 'has a modem and one recorded M1; asks a meter that keeps several sessions for the blocks of an M3.',
    cells: FALLS,
    succeeds: (suite) => mints(suite, 5),
  },
  {
    name: 'minted value, one session',
    does: 'does the same to a meter that keeps one session: each question ends the one before.',
    cells: STANDS,
    succeeds: (suite) => mints(suite, 1),
  },
  {
    name: 'equal halves',
    does: 'replaces the nonce of M1 by one of two equal halves, so that a session key has 56 bits to find.',
    cells: FALLS,
    succeeds: takesEqualHalves,
  },
  {
    name: 'complementary halves',
    does: 'replaces it by one of complementary halves, which do the same to a key that R3 is mixed into.',
    cells: STANDS,
    succeeds: takesComplementaryHalves,
  },
  {
    name: 'extension',
    does: 'holds a mode table on its way; makes it a block longer and asks the meter for the tag.',
    cells: FALLS,
    succeeds: makesLonger,
  },
  {
    name: 'padding',
    does: 'holds a mode table on its way; adds a zero where the tag is over zeros already.',
    cells: FALLS,
    succeeds: padsOn,
  },
  {
    name: 'cut-and-paste',
    does: 'holds the log on its way; lets blocks of it, or its parts, change places.',
    cells: FALLS,
    succeeds: cutsAndPastes,
  },
  {
    name: 'reflection',
    does: 'gives every frame back to whoever said it, as every other message, whole and in pieces of eight bytes.',
    cells: FALLS,
    succeeds: reflects,
  },
  {
    name: 'replay after reset',
    does: 'has all that was said in a credit; resets the meter and says it again, to it and to a host that began anew.',
    cells: STANDS,
    succeeds: replaysAfterReset,
  },
  {
    name: 'downgrade by n',
    does: 'changes the suite, purpose or generation that M1 names on its way there, and puts it right on the way back.',
    cells: [{ notApplicable: 'there is no weaker suite, and no tag covers n' }, 'fails', 'fails', 'fails'],
    succeeds: downgrades,
  },
  {
    name: 'cross-suite oracle',
    does: 'knows that all suites of a meter were given one KH; asks it in the other suites for what this one is made of.',
    cells: [{ notApplicable: 'a laboratory meter serves no other suite' }, 'fails', 'fails', 'fails'],
    succeeds: usesOracleOfAnotherSuite,
  },
  {
    name: 'a local unit that lies',
    does: 'delivers and says that nobody answered; brings old answers, refusals and polls that it made up.',
    cells: FALLS,
    succeeds: liesBetween,
  },
  {
    name: 'stolen monitoring master',
    does: 'has KH of monitoring; tries value, tariff, policy, relay, other keys, and to move the clock by over a minute.',
    cells: FALLS,
    succeeds: reachesBeyondMonitoring,
  },
  {
    name: 'hostile CPU inside the meter',
    does: 'carries what it likes between SAM, SVM and line; wants a credit, a second draw, or eight bytes of a key.',
    cells: FALLS,
    succeeds: rulesFromInside,
  },
  {
    name: 'edited flash',
    does: "writes the board's memory: as it was before tokens were spent, another meter's, or with a larger balance, check sum and all.",
    cells: STANDS,
    succeeds: editsFlash,
  },
];
