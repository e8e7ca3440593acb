import { crc32, fromHex, Reader, toHex, Writer } from '../../bytes/index.ts';
import {
  type CardKey,
  type CardKeyScope,
  CHIP_KEY_BYTES,
  ChipKey,
  exportChipKey,
  openCardKey,
} from '../../crypto/index.ts';
import { CSN_BYTES, type Csn, csn, type Randomness } from '../../units/index.ts';
import { type CommandApdu, CommandClass, decodeCommandApdu, response, STATUS_OF_FAILURE } from '../apdu.ts';
import { CHALLENGE_BYTES } from '../authentication.ts';
import { ANY_ANSWER, type CommandForm, formFault } from '../command-form.ts';
import { Instruction } from '../interindustry.ts';
import { CARD_NVM_BYTES, ticketRowAt } from '../layout.ts';
import { type CardOutputs, personaliseCard } from '../state.ts';
import { StatusWord } from '../status-word.ts';
import { BLANK_AID, BlankInstruction, decodeSealedKey, passageOf, SEALED_KEY_BYTES } from './messages.ts';
import { selectProgram, serialNumber } from './program.ts';

/** A chip as its maker delivers it, with power: it takes its keys, and then becomes the card that they make of it. */
export interface BlankCard {
  readonly csn: Csn;
  readonly chip: ChipKey;
  readonly randomness: Randomness;
  /** The memory as it stands; `store` keeps it beyond the power. */
  readonly nvm: Uint8Array;
  selected: boolean;
  challenge: Uint8Array | undefined;
  /** In memory without power: a chip that loses it before it is finished has taken nothing. */
  readonly keys: Map<CardKeyScope, { readonly utility: number; readonly key: CardKey }>;
  wrongKeys: number;
}

const MAKER_MARK = 0x42;
/** mark u8 | CSN 7 | KX 32 | CRC-32. It lies where the card's first ticket is to be, whose last byte stays 0: none. */
export const MAKER_BLOCK_AT = ticketRowAt(0);
export const MAKER_BLOCK_BYTES = 1 + CSN_BYTES + CHIP_KEY_BYTES + 4;
/** The first byte of a card's memory, which makes it a card's. */
const CARD_MARK_AT = 0;
/** Wrong keys until the power goes: as with a card's proofs, nobody spoils a chip for good. */
const WRONG_KEYS_MAX = 3;

/** The memory of a chip as its maker delivers it. */
export function makeBlankCard(chip: ChipKey): Uint8Array {
  const nvm = new Uint8Array(CARD_NVM_BYTES);
  const block = new Writer(MAKER_BLOCK_BYTES).u8(MAKER_MARK).bytes(fromHex(chip.csn)).bytes(exportChipKey(chip));
  nvm.set(block.u32(crc32(block.done())).done(), MAKER_BLOCK_AT);
  return nvm;
}

/** A chip that has just got its power, from a memory that is no card's yet; `undefined` where it is no chip's either. */
export function resetBlankCard(memory: Uint8Array, randomness: Randomness): BlankCard | undefined {
  const block = memory.slice(MAKER_BLOCK_AT, MAKER_BLOCK_AT + MAKER_BLOCK_BYTES);
  const check = MAKER_BLOCK_BYTES - 4;
  if (block[0] !== MAKER_MARK || new Reader(block, check).u32() !== crc32(block, 0, check)) return undefined;
  const id = csn(toHex(block.subarray(1, 1 + CSN_BYTES)));
  return {
    ...{ csn: id, chip: new ChipKey(id, block.subarray(1 + CSN_BYTES, check)), randomness },
    ...{ nvm: new Uint8Array(memory), selected: false, challenge: undefined, keys: new Map(), wrongKeys: 0 },
  };
}

/** One command in; the response goes out. @returns whether the chip is a card from here on */
export function stepBlankCard(blank: BlankCard, command: Uint8Array, out: CardOutputs): boolean {
  const decoded = decodeCommandApdu(command);
  const answer = 'reason' in decoded ? response(STATUS_OF_FAILURE[decoded.reason]) : carryOut(blank, decoded, out);
  out.respond(answer ?? response(StatusWord.done));
  return answer === undefined;
}

const INTERINDUSTRY: Readonly<Record<number, CommandForm<BlankCard>>> = {
  [Instruction.select]: { data: [0, 16], answer: ANY_ANSWER, carryOut: selectProgram(BLANK_AID, begin) },
  [Instruction.getData]: { data: [0, 0], answer: ANY_ANSWER, carryOut: serialNumber },
  [Instruction.getChallenge]: { data: [0, 0], answer: CHALLENGE_BYTES, p1: 0, p2: 0, carryOut: getChallenge },
};

const OWN: Readonly<Record<number, CommandForm<BlankCard>>> = {
  [BlankInstruction.storeKey]: {
    ...{ data: [SEALED_KEY_BYTES.least, SEALED_KEY_BYTES.most], answer: 0, p1: 0, p2: 0 },
    carryOut: (blank, { data }) => storeKey(blank, data),
  },
};
const FINISH: CommandForm<BlankCard> = {
  ...{ data: [0, 0], answer: 0, p1: 0, p2: 0 },
  carryOut: () => response(StatusWord.conditionsNotSatisfied),
};

/** `undefined` where it was the command that ends the chip's life as a blank one. */
function carryOut(blank: BlankCard, command: CommandApdu, out: CardOutputs): Uint8Array | undefined {
  const isOwn = command.class === CommandClass.purse;
  const isFinish = isOwn && command.instruction === BlankInstruction.finish;
  const form = isFinish ? FINISH : (isOwn ? OWN : INTERINDUSTRY)[command.instruction];
  if (form === undefined) return response(StatusWord.instructionNotSupported);
  const fault = formFault(form, command);
  if (fault !== undefined) return response(fault);
  if (isOwn && !blank.selected) return response(StatusWord.conditionsNotSatisfied);
  if (isFinish && finish(blank, out)) return undefined;
  return form.carryOut(blank, command, out);
}

/** Whoever selects the chip begins anew. */
function begin({ keys }: BlankCard): void {
  keys.clear();
}

/** GET CHALLENGE, ISO/IEC 7816-4:2005 §7.5.3: good for one key, the next one that is tried. */
function getChallenge(blank: BlankCard): Uint8Array {
  const challenge = new Uint8Array(CHALLENGE_BYTES);
  blank.randomness.fill(challenge);
  blank.challenge = challenge;
  return response(StatusWord.done, challenge);
}

/** STORE KEY: one key of this chip, sealed for the challenge that it drew last. Each scope comes once. */
function storeKey(blank: BlankCard, data: Uint8Array): Uint8Array {
  if (blank.wrongKeys >= WRONG_KEYS_MAX) return response(StatusWord.authenticationMethodBlocked);
  const { challenge } = blank;
  blank.challenge = undefined;
  if (challenge === undefined) return response(StatusWord.conditionsNotSatisfied);
  const passage = decodeSealedKey(data);
  if ('reason' in passage) return response(StatusWord.incorrectData);
  const key = openCardKey(blank.chip, passageOf(passage, challenge), passage.sealed);
  if (key === undefined) {
    blank.wrongKeys += 1;
    return response(StatusWord.securityStatusNotSatisfied);
  }
  if (blank.keys.has(key.scope)) return response(StatusWord.conditionsNotSatisfied);
  blank.keys.set(key.scope, { utility: passage.utility, key });
  return response(StatusWord.done);
}

/**
 * FINISH: the card's memory is written as `personaliseCard` has it, its first byte last. Before that byte is there the
 * chip is blank, whatever else was written, and its maker's block is whole; then it is the card. The block, with the
 * transport key, goes at the end, or when the power comes again.
 * @returns whether the chip had what makes a card: its issuer's key, and one region at least
 */
function finish({ nvm, keys }: BlankCard, out: CardOutputs): boolean {
  const issuer = keys.get(0);
  if (issuer === undefined || keys.size < 2) return false;
  const regions = [...keys.values()].filter(({ key }) => key.scope !== 0);
  const memory = personaliseCard({ issuerKey: issuer.key, regions });
  const write = (from: number, to: number) => {
    out.store(from, memory.subarray(from, to));
    nvm.set(memory.subarray(from, to), from);
  };
  write(CARD_MARK_AT + 1, MAKER_BLOCK_AT);
  write(MAKER_BLOCK_AT + MAKER_BLOCK_BYTES, CARD_NVM_BYTES);
  write(CARD_MARK_AT, CARD_MARK_AT + 1);
  forgetMaker(nvm, out);
  return true;
}

/** Ends what is left of a maker's block in the memory of a card, the key first and the mark last. */
export function forgetMaker(nvm: Uint8Array, out: Pick<CardOutputs, 'store'>): void {
  // A ticket may lie there by now: then it has a length, and a card without one holds nothing there.
  if (nvm[MAKER_BLOCK_AT] !== MAKER_MARK || nvm[ticketRowAt(1) - 1] !== 0) return;
  for (const [from, to] of [
    [MAKER_BLOCK_AT + 1, MAKER_BLOCK_AT + MAKER_BLOCK_BYTES],
    [MAKER_BLOCK_AT, MAKER_BLOCK_AT + 1],
  ] as const) {
    const zeros = new Uint8Array(to - from);
    out.store(from, zeros);
    nvm.set(zeros, from);
  }
}
