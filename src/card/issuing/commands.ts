import type { CardKeyScope } from '../../crypto/index.ts';
import type { Csn } from '../../units/index.ts';
import { NE_SHORT_MAX } from '../apdu.ts';
import { purseCommand } from '../card-pipe.ts';
import { Instruction, interindustry, readRecord, selectProgram } from '../interindustry.ts';
import {
  aboutCard,
  BLANK_AID,
  BlankInstruction,
  encodeSealedKey,
  MASTER_AID,
  MASTER_LOG_SHORT_ID,
  MasterInstruction,
  PIN_REFERENCE,
  PinInstruction,
  type SealedKey,
} from './messages.ts';

const NOTHING = new Uint8Array(0);

/** Selects the program of a blank card, and that of a master card, without an answer. */
export const selectBlank = (): Uint8Array => selectProgram(BLANK_AID);
/** Selects the program of a master card. */
export const selectMaster = (): Uint8Array => selectProgram(MASTER_AID);

/** Draws a challenge from whatever card it is. */
export const askChallenge = (): Uint8Array => interindustry(Instruction.getChallenge, { expected: NE_SHORT_MAX });

/** Asks a card to prove the key of a scope over a challenge. */
export const askProof = (scope: CardKeyScope, challenge: Uint8Array): Uint8Array =>
  interindustry(Instruction.internalAuthenticate, { p2: scope, data: challenge, expected: NE_SHORT_MAX });

/** @param pin as `encodePin` makes it */
export const verifyPin = (pin: Uint8Array): Uint8Array =>
  interindustry(PinInstruction.verify, { p2: PIN_REFERENCE, data: pin });

/** The PIN as it is, and as it is to be. */
export const changePinTo = (pin: Uint8Array, next: Uint8Array): Uint8Array =>
  interindustry(PinInstruction.change, { p2: PIN_REFERENCE, data: Uint8Array.of(...pin, ...next) });

/** Asks a master card for its scope, and for how many keys it has given. */
export const askMasterCounts = (): Uint8Array => purseCommand(MasterInstruction.counts, NOTHING);

/** A line of a master card's log, 1 being the newest. */
export const askMasterLine = (record: number): Uint8Array => readRecord(MASTER_LOG_SHORT_ID, record);

/** Asks a master card for the key of its scope, sealed for the blank card with this CSN that drew this challenge. */
export const deriveKey = (id: Csn, challenge: Uint8Array): Uint8Array =>
  purseCommand(MasterInstruction.derive, aboutCard(id, challenge));

/** Shows a master card what the new card answered to its challenge. */
export const confirmIssue = (id: Csn, proof: Uint8Array): Uint8Array =>
  purseCommand(MasterInstruction.confirm, aboutCard(id, proof), { silent: true });

/** Gives a blank card a sealed key. */
export const storeKeyCommand = (key: SealedKey): Uint8Array =>
  purseCommand(BlankInstruction.storeKey, encodeSealedKey(key), { silent: true });

/** Makes the purse card of a blank one that has its keys. */
export const finishCommand = (): Uint8Array => purseCommand(BlankInstruction.finish, NOTHING, { silent: true });
