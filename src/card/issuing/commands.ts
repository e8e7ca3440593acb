import type { CardKeyScope } from '../../crypto/index.ts';
import type { Csn } from '../../units/index.ts';
import { CommandClass, encodeCommandApdu } from '../apdu.ts';
import { Instruction } from '../card.ts';
import { purseCommand } from '../card-pipe.ts';
import {
  aboutCard,
  BLANK_AID,
  BlankInstruction,
  encodeSealedKey,
  MASTER_AID,
  MasterInstruction,
  PIN_REFERENCE,
  PinInstruction,
  type SealedKey,
} from './messages.ts';

/** The greatest Ne of a short command: all that a card has to say. */
const ALL = 256;
const NOTHING = new Uint8Array(0);

const interindustry = (
  instruction: number,
  { p1 = 0, p2 = 0, data = NOTHING, expected }: { p1?: number; p2?: number; data?: Uint8Array; expected?: number },
): Uint8Array => encodeCommandApdu({ class: CommandClass.interindustry, instruction, p1, p2, data, expected });

const selectByName = (data: Uint8Array) => interindustry(Instruction.select, { p1: 0x04, p2: 0x0c, data });

/** Selects the program of a blank card, and that of a master card, without an answer. */
export const selectBlank = (): Uint8Array => selectByName(BLANK_AID);
export const selectMaster = (): Uint8Array => selectByName(MASTER_AID);

/** Draws a challenge from whatever card it is. */
export const askChallenge = (): Uint8Array => interindustry(Instruction.getChallenge, { expected: ALL });

/** Asks a card to prove the key of a scope over a challenge. */
export const askProof = (scope: CardKeyScope, challenge: Uint8Array): Uint8Array =>
  interindustry(Instruction.internalAuthenticate, { p2: scope, data: challenge, expected: ALL });

/** @param pin as `encodePin` makes it */
export const verifyPin = (pin: Uint8Array): Uint8Array =>
  interindustry(PinInstruction.verify, { p2: PIN_REFERENCE, data: pin });

/** The PIN as it is, and as it is to be. */
export const changePinTo = (pin: Uint8Array, next: Uint8Array): Uint8Array =>
  interindustry(PinInstruction.change, { p2: PIN_REFERENCE, data: Uint8Array.of(...pin, ...next) });

export const askMasterCounts = (): Uint8Array => purseCommand(MasterInstruction.counts, NOTHING);

/** A line of a master card's log, 1 being the newest. */
export const askMasterLine = (record: number): Uint8Array =>
  interindustry(Instruction.readRecord, { p1: record, p2: 0x0c, expected: ALL });

export const deriveKey = (id: Csn, challenge: Uint8Array): Uint8Array =>
  purseCommand(MasterInstruction.derive, aboutCard(id, challenge));

export const confirmIssue = (id: Csn, proof: Uint8Array): Uint8Array =>
  purseCommand(MasterInstruction.confirm, aboutCard(id, proof), { silent: true });

export const storeKeyCommand = (key: SealedKey): Uint8Array =>
  purseCommand(BlankInstruction.storeKey, encodeSealedKey(key), { silent: true });

export const finishCommand = (): Uint8Array => purseCommand(BlankInstruction.finish, NOTHING, { silent: true });
