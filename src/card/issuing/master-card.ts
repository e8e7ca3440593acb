import { equalConstantTime } from '../../bytes/index.ts';
import { type CardMaster, type ChipBatchKey, sealCardKey } from '../../crypto/index.ts';
import type { Csn, Randomness } from '../../units/index.ts';
import { type CommandApdu, CommandClass, decodeCommandApdu, response, STATUS_OF_FAILURE } from '../apdu.ts';
import { CHALLENGE_BYTES, internalTag } from '../authentication.ts';
import { ANY_ANSWER, type CommandForm, formFault } from '../command-form.ts';
import { Instruction } from '../interindustry.ts';
import type { CardMemoryFailure, CardOutputs } from '../state.ts';
import { StatusWord } from '../status-word.ts';
import {
  commitMaster,
  keptLines,
  lastEventOf,
  MASTER_NVM_BYTES,
  type MasterMemory,
  masterLine,
  newestMasterSlot,
  readMasterHead,
} from './master-memory.ts';
import {
  ABOUT_CARD_BYTES,
  encodeMasterCounts,
  encodeMasterLogRow,
  encodeSealedKey,
  isPin,
  MASTER_AID,
  MASTER_COUNTS_BYTES,
  MASTER_LOG_RECORD_BYTES,
  MASTER_LOG_SHORT_ID,
  MasterEvent,
  MasterInstruction,
  PIN_BYTES,
  PIN_REFERENCE,
  PIN_TRIES,
  PinInstruction,
  passageOf,
  SEALED_KEY_BYTES,
  splitAboutCard,
} from './messages.ts';
import { selectProgram, serialNumber } from './program.ts';

/**
 * The seed's master card 51, with power: KH of a card's issuer, or of one region's provider, and KM of the chips that
 * it may issue. Neither leaves it. What it gives out is a card's own key, for the chip that it is for alone.
 */
export interface MasterCard {
  readonly csn: Csn;
  readonly master: CardMaster;
  readonly batch: ChipBatchKey;
  readonly randomness: Randomness;
  readonly memory: MasterMemory;
  selected: boolean;
  challenge: Uint8Array | undefined;
  /** The PIN was right since it was selected. */
  verified: boolean;
}

/**
 * A master card that has just got its power: nobody has shown the PIN.
 * @param memory MASTER_NVM_BYTES, which the caller keeps up to date by `store`
 */
export function resetMasterCard(memory: Uint8Array, randomness: Randomness): MasterCard | CardMemoryFailure {
  if (memory.length !== MASTER_NVM_BYTES) return { reason: 'memory-length-wrong' };
  const head = readMasterHead(memory);
  const newest = newestMasterSlot(memory);
  if (head === undefined || newest === undefined) return { reason: 'memory-damaged' };
  return {
    ...{ ...head, randomness, memory: { nvm: new Uint8Array(memory), ...newest } },
    ...{ selected: false, challenge: undefined, verified: false },
  };
}

/** One command APDU in, and through `out` what is to be stored, then one response APDU. */
export function stepMasterCard(card: MasterCard, command: Uint8Array, out: CardOutputs): void {
  const decoded = decodeCommandApdu(command);
  out.respond('reason' in decoded ? response(STATUS_OF_FAILURE[decoded.reason]) : answer(card, decoded, out));
}

const PIN_RULE = { p1: 0, p2: PIN_REFERENCE, answer: 0 } as const;

const INTERINDUSTRY: Readonly<Record<number, CommandForm<MasterCard>>> = {
  [Instruction.select]: {
    ...{ data: [0, 16], answer: ANY_ANSWER },
    carryOut: selectProgram(MASTER_AID, (card: MasterCard) => {
      card.verified = false;
    }),
  },
  [Instruction.getData]: { data: [0, 0], answer: ANY_ANSWER, carryOut: serialNumber },
  [PinInstruction.verify]: { ...PIN_RULE, data: [0, PIN_BYTES], carryOut: verify },
  [PinInstruction.change]: { ...PIN_RULE, data: [2 * PIN_BYTES, 2 * PIN_BYTES], carryOut: changePin },
  [Instruction.getChallenge]: {
    ...{ data: [0, 0], answer: CHALLENGE_BYTES, p1: 0, p2: 0 },
    carryOut: (card) => response(StatusWord.done, drawChallenge(card)),
  },
  [Instruction.readRecord]: {
    ...{ data: [0, 0], answer: MASTER_LOG_RECORD_BYTES, p2: (MASTER_LOG_SHORT_ID << 3) | 0x04 },
    carryOut: readLine,
  },
};

const ABOUT_CARD = { data: [ABOUT_CARD_BYTES, ABOUT_CARD_BYTES], p1: 0, p2: 0 } as const;
const OWN: Readonly<Record<number, CommandForm<MasterCard>>> = {
  [MasterInstruction.derive]: { ...ABOUT_CARD, answer: SEALED_KEY_BYTES.most, carryOut: derive },
  [MasterInstruction.confirm]: { ...ABOUT_CARD, answer: 0, carryOut: confirm },
  [MasterInstruction.counts]: {
    ...{ data: [0, 0], answer: MASTER_COUNTS_BYTES, p1: 0, p2: 0 },
    carryOut: ({ master: { scope, utility, n }, memory: { state } }) =>
      response(StatusWord.done, encodeMasterCounts({ scope, utility, n, ...state })),
  },
};

/** All but these two asks for the program first. */
const ALWAYS: readonly number[] = [Instruction.select, Instruction.getData];

function answer(card: MasterCard, command: CommandApdu, out: CardOutputs): Uint8Array {
  const isOwn = command.class === CommandClass.purse;
  const form = (isOwn ? OWN : INTERINDUSTRY)[command.instruction];
  if (form === undefined) return response(StatusWord.instructionNotSupported);
  const fault = formFault(form, command);
  if (fault !== undefined) return response(fault);
  if (!card.selected && (isOwn || !ALWAYS.includes(command.instruction))) {
    return response(StatusWord.conditionsNotSatisfied);
  }
  return form.carryOut(card, command, out);
}

/** VERIFY, ISO/IEC 7816-4:2005 §7.5.6; without data it tells the tries that are left. */
function verify(card: MasterCard, { data }: CommandApdu, out: CardOutputs): Uint8Array {
  if (data.length === 0) return card.verified ? response(StatusWord.done) : triesLeft(card);
  if (data.length !== PIN_BYTES) return response(StatusWord.wrongLength);
  card.verified = false;
  if (!isRight(card, data, out)) return triesLeft(card);
  card.verified = true;
  return response(StatusWord.done);
}

/** CHANGE REFERENCE DATA, ISO/IEC 7816-4:2005 §7.5.7: the PIN and the one that it becomes. */
function changePin(card: MasterCard, { data }: CommandApdu, out: CardOutputs): Uint8Array {
  const pin = data.slice(PIN_BYTES);
  if (!isPin(pin)) return response(StatusWord.incorrectData);
  card.verified = false;
  if (!isRight(card, data.subarray(0, PIN_BYTES), out)) return triesLeft(card);
  commitMaster(card.memory, { pin }, undefined, out);
  card.verified = true;
  return response(StatusWord.done);
}

/**
 * A try is taken away, durably, before the PIN is looked at, and given back only if it was right: whoever pulls the
 * card or cuts its power in between has used one.
 */
function isRight({ memory }: MasterCard, pin: Uint8Array, out: CardOutputs): boolean {
  const { triesLeft: left } = memory.state;
  if (left === 0) return false;
  commitMaster(memory, { triesLeft: left - 1 }, undefined, out);
  if (!equalConstantTime(pin, memory.state.pin)) return false;
  commitMaster(memory, { triesLeft: PIN_TRIES }, undefined, out);
  return true;
}

function triesLeft({ memory: { state } }: MasterCard): Uint8Array {
  if (state.triesLeft === 0) return response(StatusWord.authenticationMethodBlocked);
  return response(StatusWord.triesLeft | state.triesLeft);
}

/** GET CHALLENGE, ISO/IEC 7816-4:2005 §7.5.3: good for the next CONFIRM. */
function drawChallenge(card: MasterCard): Uint8Array {
  const challenge = new Uint8Array(CHALLENGE_BYTES);
  card.randomness.fill(challenge);
  card.challenge = challenge;
  return challenge;
}

/** DERIVE: KC of that card, sealed for its chip and for the challenge that it drew. It is counted before it is told. */
function derive(card: MasterCard, { data }: CommandApdu, out: CardOutputs): Uint8Array {
  if (!card.verified) return response(StatusWord.securityStatusNotSatisfied);
  const { id, sixteen: challenge } = splitAboutCard(data);
  const { n, scope, utility } = card.master;
  const nonce = new Uint8Array(CHALLENGE_BYTES);
  card.randomness.fill(nonce);
  const passage = passageOf({ n, scope, utility, nonce }, challenge);
  const sealed = sealCardKey(card.batch.chipKey(id), passage, card.master.cardKey(id));
  commitMaster(card.memory, { given: card.memory.state.given + 1 }, { csn: id, event: MasterEvent.given }, out);
  return response(StatusWord.done, encodeSealedKey({ n, scope, utility, nonce, sealed }));
}

/**
 * CONFIRM: what the issued card answered to INTERNAL AUTHENTICATE over this master card's challenge. A card of which
 * the log says that its key was given out counts as issued, once.
 */
function confirm(card: MasterCard, { data }: CommandApdu, out: CardOutputs): Uint8Array {
  if (!card.verified) return response(StatusWord.securityStatusNotSatisfied);
  const { challenge } = card;
  card.challenge = undefined;
  if (challenge === undefined) return response(StatusWord.conditionsNotSatisfied);
  const { id, sixteen: tag } = splitAboutCard(data);
  const event = lastEventOf(card.memory, id);
  if (event === undefined) return response(StatusWord.referencedDataNotFound);
  if (!equalConstantTime(tag, internalTag(card.master.cardKey(id), challenge))) {
    return response(StatusWord.securityStatusNotSatisfied);
  }
  if (event === MasterEvent.given) {
    commitMaster(card.memory, { issued: card.memory.state.issued + 1 }, { csn: id, event: MasterEvent.issued }, out);
  }
  return response(StatusWord.done);
}

/** READ RECORD, ISO/IEC 7816-4:2005 §7.3.3: a line of the log by its number, 1 being the newest. */
function readLine(card: MasterCard, { p1: record }: CommandApdu): Uint8Array {
  if (!card.verified) return response(StatusWord.securityStatusNotSatisfied);
  if (record < 1 || record > keptLines(card.memory)) return response(StatusWord.recordNotFound);
  const line = masterLine(card.memory, record);
  return line === undefined ? response(StatusWord.memoryFailure) : response(StatusWord.done, encodeMasterLogRow(line));
}
