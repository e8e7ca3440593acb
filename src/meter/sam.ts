import { equalConstantTime, Reader, Writer } from '../bytes/index.ts';
import {
  type KeyName,
  Purpose,
  purposeOf,
  SipKey,
  Suite,
  suiteOf,
  type TerminalKey,
  terminalKeyFromBytes,
} from '../crypto/index.ts';
import {
  attentionFrame,
  Command,
  createTerminal,
  decodeSeedTokens,
  decodeValueCommand,
  encodeValueReceipt,
  encodeValueStatus,
  type HostAuthenticated,
  type Terminal,
  type TerminalOutcome,
  TXID_BYTES,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
  terminalUnwrapKey,
  ValueOp,
  type ValueResult,
} from '../exchange/index.ts';
import { ATTENTION_BYTES, decodeKeyChange, decodePolicy, isRecordFailure, Result } from '../records/index.ts';
import { assertNever, type Randomness, type Svpmsn, tokens, unixSeconds } from '../units/index.ts';
import {
  BUS_NONCE_BYTES,
  BUS_TAG_BYTES,
  BusLabel,
  BusReply,
  busTag,
  DrawKind,
  SamReply,
  SamRequest,
  SvmRequest,
} from './bus.ts';
import type { Nvm } from './nvm.ts';
import {
  eraseKeys,
  KEY_SLOTS,
  keepOneOf,
  keyAt,
  readLoanLimit,
  readPairKey,
  readSvpmsn,
  storeKey,
  storeLoanLimit,
} from './sam-memory.ts';
import { DRAW_TOKENS_MAX, floorOf } from './svm.ts';

/**
 * The secure access module (part 164): the meter's keys and suites. It speaks the terminal's side of the exchange,
 * tells the SVM by a tag what a key holder asked for, and authorises draws. The CPU carries frames to it and clear
 * commands of the other purposes from it; a key it never hands out. Its memory lies inside the chip.
 */
export interface Sam {
  readonly memory: Nvm;
  readonly randomness: Randomness;
  readonly svpmsn: Svpmsn;
  readonly pairKey: SipKey;
  readonly keys: Map<KeyName, TerminalKey>;
  readonly terminal: Terminal;
  floors: Uint8Array;
  /** Of the command that is being carried out. */
  proof: HostAuthenticated | undefined;
  /** TClast as the SVM told it: the seed's own suite has no TC, so the SAM gives the next. */
  lastCounter: number;
  samNonce: Uint8Array;
  applyNonce: Uint8Array;
  /** Purpose, suite and generation that become the floor, because a newer key has worked. */
  risingFloor: KeyName | undefined;
  /** By key: the lowest generation that is served once it has worked. */
  readonly floorsToCome: Map<KeyName, number>;
}

/** Power comes. No session survives it (X6). `labSessions` as in `TerminalOptions`. */
export function startSam(memory: Nvm, randomness: Randomness, labSessions?: number): Sam {
  const svpmsn = readSvpmsn(memory);
  const keys = new Map<KeyName, TerminalKey>();
  const floorsToCome = new Map<KeyName, number>();
  for (let slot = 0; slot < KEY_SLOTS; slot++) {
    const held = keyAt(memory, slot);
    if (held === undefined) continue;
    keys.set(held.n, terminalKeyFromBytes(held.n, svpmsn, held.key));
    floorsToCome.set(held.n, held.floor);
    keepOneOf(memory, held.n, slot);
  }
  const sam: Sam = {
    memory,
    randomness,
    svpmsn,
    pairKey: new SipKey(readPairKey(memory)),
    keys,
    terminal: createTerminal({
      svpmsn,
      randomness,
      keyOf: (n) => keyAboveFloor(sam, n),
      ...(labSessions === undefined ? {} : { labSessions }),
    }),
    floors: new Uint8Array(8),
    proof: undefined,
    lastCounter: 0,
    samNonce: new Uint8Array(BUS_NONCE_BYTES),
    applyNonce: new Uint8Array(BUS_NONCE_BYTES),
    risingFloor: undefined,
    floorsToCome,
  };
  return sam;
}

/** One message from the bus, one reply: see `SamRequest` and `SamReply`. */
export function samCommand(sam: Sam, request: Uint8Array): Uint8Array {
  const body = request.subarray(1);
  switch (request[0]) {
    case SamRequest.frame:
      return receiveFrame(sam, body);
    case SamRequest.svmStatus:
      return takeSvmStatus(sam, body);
    case SamRequest.svmReceipt:
      return takeSvmReceipt(sam, body);
    case SamRequest.status:
      return takeStatus(sam, body);
    case SamRequest.answer:
      return awaits(sam, 'awaiting-own-answer', 'cpu') ? samSend(terminalAnswer(sam.terminal, body)) : REFUSED;
    case SamRequest.nonce:
      return freshNonce(sam);
    case SamRequest.authoriseDraw:
      return authoriseDraw(sam, body);
    case SamRequest.svmFloors:
      return takeFloors(sam, body);
    case SamRequest.attention:
      return attention(sam, body);
    case SamRequest.dismantled:
      return dismantled(sam);
    default:
      return REFUSED;
  }
}

/** Owed beyond the emergency credit when the policy does not cut: nights, weekends, holidays. */
export const FRIENDLY_LOAN_TOKENS_MAX = 10_000;

const REFUSED = Uint8Array.of(SamReply.refused);
const NOTHING = Uint8Array.of(SamReply.nothing);

function keyAboveFloor(sam: Sam, n: KeyName): TerminalKey | undefined {
  return (n & 0x0f) < floorOf(sam.floors, n) ? undefined : sam.keys.get(n);
}

function receiveFrame(sam: Sam, body: Uint8Array): Uint8Array {
  const now = new Reader(body).u64();
  const outcome: TerminalOutcome = terminalReceive(sam.terminal, body.subarray(8), now as never);
  switch (outcome.type) {
    case 'silent':
      return NOTHING;
    case 'part-taken':
      return Uint8Array.of(SamReply.partTaken);
    case 'refuse':
      return samSend([outcome.frame]);
    case 'again':
      return samSend(outcome.frames);
    case 'status-wanted':
      if (purposeOf(outcome.key.n) === Purpose.value) return askSvm(sam);
      return Uint8Array.of(SamReply.statusWanted, purposeOf(outcome.key.n), outcome.h);
    case 'command':
      return carry(sam, outcome.proof);
    default:
      return assertNever(outcome);
  }
}

/** The status of the purse comes from the SVM, under a tag: the CPU cannot tell the host a tale. */
function askSvm(sam: Sam): Uint8Array {
  sam.samNonce = new Uint8Array(BUS_NONCE_BYTES);
  sam.randomness.fill(sam.samNonce);
  const reply = new Uint8Array(2 + BUS_NONCE_BYTES);
  reply[0] = SamReply.toSvm;
  reply[1] = SvmRequest.status;
  reply.set(sam.samNonce, 2);
  return reply;
}

/**
 * Whether a session waits for this, and from this chip. What is said of value comes from the SVM, under its tag:
 * the CPU can put neither a status nor a receipt in its place.
 */
function awaits(sam: Sam, name: 'awaiting-own-status' | 'awaiting-own-answer', from: 'cpu' | 'svm'): boolean {
  const session = sam.terminal.sessions.find(({ state }) => state.name === name);
  if (session === undefined) return false;
  const { key, first } = session;
  const isKeyChange = first.h === Command.keyChange && name === 'awaiting-own-answer';
  return (purposeOf(key.n) === Purpose.value && !isKeyChange) === (from === 'svm');
}

/** Suites `3des` and `3des-xo` have no status in M2. */
function takeStatus(sam: Sam, status: Uint8Array): Uint8Array {
  if (!awaits(sam, 'awaiting-own-status', 'cpu')) return REFUSED;
  const bare = sam.terminal.sessions.some(
    ({ key, state }) => state.name === 'awaiting-own-status' && suiteOf(key.n) <= Suite.tripleDesXo,
  );
  return samSend([terminalStatus(sam.terminal, bare ? new Uint8Array(0) : status)]);
}

function takeSvmStatus(sam: Sam, svmReply: Uint8Array): Uint8Array {
  if (!awaits(sam, 'awaiting-own-status', 'svm')) return REFUSED;
  const told = verified(sam, BusLabel.status, sam.samNonce, svmReply);
  if (told === undefined) return REFUSED;
  const reader = new Reader(told);
  sam.lastCounter = reader.u32();
  const creditedTotal = tokens(reader.u64());
  sam.applyNonce = reader.view(BUS_NONCE_BYTES).slice();
  return samSend([terminalStatus(sam.terminal, encodeValueStatus({ lastCounter: sam.lastCounter, creditedTotal }))]);
}

/** An authentic command. The first use of a newer generation makes it the floor. */
function carry(sam: Sam, proof: HostAuthenticated): Uint8Array {
  sam.proof = proof;
  const { n } = proof.key;
  const floor = sam.floorsToCome.get(n) ?? 0;
  if (floor > floorOf(sam.floors, n)) sam.risingFloor = ((n & 0xf0) | floor) as KeyName;
  if (proof.h === Command.keyChange) return changeKey(sam, proof.command);
  if (purposeOf(n) === Purpose.value) return carryValue(sam, proof);
  if (proof.h === Command.supplyPolicy) {
    const policy = decodePolicy(proof.command);
    if (!isRecordFailure(policy) && policy.version > readLoanLimit(sam.memory).version) {
      storeLoanLimit(sam.memory, { version: policy.version, tokens: policy.emergencyCredit });
    }
  }
  const reply = new Uint8Array(2 + proof.command.length);
  reply[0] = SamReply.command;
  reply[1] = proof.h;
  reply.set(proof.command, 2);
  return reply;
}

function carryValue(sam: Sam, proof: HostAuthenticated): Uint8Array {
  const command = valueCommandOf(sam, proof);
  if (command === undefined) return REFUSED;
  const body = new Writer(17).u8(command.op).u32(command.counter).bytes(command.txid).u32(command.amount).done();
  const reply = new Uint8Array(2 + body.length + BUS_TAG_BYTES);
  reply[0] = SamReply.toSvm;
  reply[1] = SvmRequest.apply;
  reply.set(body, 2);
  reply.set(busTag(sam.pairKey, BusLabel.apply, sam.applyNonce, body), 2 + body.length);
  return reply;
}

function valueCommandOf(sam: Sam, proof: HostAuthenticated) {
  const { suite } = proof.key;
  if (suite !== Suite.tripleDes) {
    const command = decodeValueCommand(suite, proof.h, proof.command);
    return 'reason' in command ? undefined : command;
  }
  const amount = decodeSeedTokens(proof.command);
  if (typeof amount !== 'number') return undefined;
  // The seed has neither TC nor TXID: whatever arrives with a good signature is new value.
  const txid = new Uint8Array(TXID_BYTES);
  sam.randomness.fill(txid);
  return { op: ValueOp.credit, counter: sam.lastCounter + 1, txid, amount };
}

function takeSvmReceipt(sam: Sam, body: Uint8Array): Uint8Array {
  const { proof } = sam;
  if (proof === undefined || !awaits(sam, 'awaiting-own-answer', 'svm')) return REFUSED;
  const reader = new Reader(body);
  const clock = unixSeconds(reader.u32());
  const flags = reader.u16();
  const told = verified(sam, BusLabel.receipt, sam.samNonce, reader.rest());
  if (told === undefined) return REFUSED;
  const receipt = new Reader(told);
  const answer = encodeValueReceipt(proof.key.suite, sam.svpmsn, {
    result: receipt.u8() as ValueResult,
    counter: receipt.u32(),
    txid: receipt.view(TXID_BYTES),
    amount: tokens(receipt.u32()),
    balance: tokens(receipt.u32()),
    creditedTotal: tokens(receipt.u64()),
    clock,
    flags,
  });
  return samSend(terminalAnswer(sam.terminal, answer));
}

/** 0x2F: under its own purpose, or under maintenance any purpose's. The old key stays until the new one has worked. */
function changeKey(sam: Sam, command: Uint8Array): Uint8Array {
  const change = decodeKeyChange(command);
  if (isRecordFailure(change)) return keyChanged(Result.bodyNotUnderstood, 0, 0);
  const n = change.n as KeyName;
  const under = purposeOf((sam.proof as HostAuthenticated).key.n);
  if (under !== Purpose.maintenance && under !== purposeOf(n)) return keyChanged(Result.refusedByPolicy, n, 0);
  const floor = floorOf(sam.floors, n);
  if ((n & 0x0f) < floor || change.floor < floor) return keyChanged(Result.belowFloor, n, floor);
  const key = terminalUnwrapKey(sam.terminal, change.wrappedKey);
  if (key === undefined) return keyChanged(Result.keyNotOpened, n, floor);
  if (!storeKey(sam.memory, { n, floor: change.floor, key })) return keyChanged(Result.refusedByPolicy, n, floor);
  sam.keys.set(n, terminalKeyFromBytes(n, sam.svpmsn, key));
  sam.floorsToCome.set(n, change.floor);
  return keyChanged(Result.done, n, change.floor);
}

const keyChanged = (result: Result, n: number, floor: number): Uint8Array =>
  Uint8Array.of(SamReply.keyChanged, result, n, floor);

function freshNonce(sam: Sam): Uint8Array {
  sam.samNonce = new Uint8Array(BUS_NONCE_BYTES);
  sam.randomness.fill(sam.samNonce);
  const reply = new Uint8Array(1 + BUS_NONCE_BYTES);
  reply[0] = SamReply.done;
  reply.set(sam.samNonce, 1);
  return reply;
}

/** A draw of at most 100 tokens, or a loan within the emergency credit of the policy, over (draw number, amount, nonce). */
function authoriseDraw(sam: Sam, body: Uint8Array): Uint8Array {
  const kind = body[0] as number;
  const amount = ((body[1] as number) << 8) | (body[2] as number);
  const told = verified(sam, BusLabel.challenge, sam.samNonce, body.subarray(3));
  if (told === undefined || amount > DRAW_TOKENS_MAX || amount === 0) return REFUSED;
  const reader = new Reader(told);
  const drawNumber = reader.u32();
  const balance = reader.u32();
  const owed = reader.u32();
  if (kind === DrawKind.loan) {
    // The CPU knows the hours in which it must not cut; the SAM bounds what a hostile one could lend itself.
    if (balance > 0 || owed + amount > readLoanLimit(sam.memory).tokens + FRIENDLY_LOAN_TOKENS_MAX) return REFUSED;
  } else if (kind !== DrawKind.draw) return REFUSED;
  const svmNonce = reader.view(BUS_NONCE_BYTES);
  const signed = new Writer(7).u32(drawNumber).u8(kind).u16(amount).done();
  const reply = new Uint8Array(2 + 3 + BUS_TAG_BYTES);
  reply[0] = SamReply.toSvm;
  reply[1] = SvmRequest.draw;
  reply.set(signed.subarray(4), 2);
  reply.set(busTag(sam.pairKey, BusLabel.draw, svmNonce, signed), 5);
  return reply;
}

/** The floors as the purse keeps them; when a newer key has worked, the request that raises its floor. */
function takeFloors(sam: Sam, svmReply: Uint8Array): Uint8Array {
  const told = verified(sam, BusLabel.floors, sam.samNonce, svmReply);
  if (told === undefined) return REFUSED;
  sam.floors = told.slice(0, 8);
  const n = sam.risingFloor;
  if (n === undefined) return Uint8Array.of(SamReply.done);
  sam.risingFloor = undefined;
  for (const old of [...sam.keys.keys()]) {
    if (old >> 4 === n >> 4 && (old & 0x0f) < (n & 0x0f)) {
      sam.keys.delete(old);
      eraseKeys(sam.memory, (held) => held === old);
    }
  }
  const reply = new Uint8Array(3 + BUS_TAG_BYTES);
  reply[0] = SamReply.toSvm;
  reply[1] = SvmRequest.raiseFloor;
  reply[2] = n;
  reply.set(busTag(sam.pairKey, BusLabel.raise, told.subarray(8), Uint8Array.of(n)), 3);
  return reply;
}

function attention(sam: Sam, notice: Uint8Array): Uint8Array {
  if (notice.length !== ATTENTION_BYTES) return REFUSED;
  let newest: TerminalKey | undefined;
  for (const key of sam.keys.values()) {
    const able = purposeOf(key.n) === Purpose.monitoring && key.suite !== Suite.tripleDes;
    if (able && keyAboveFloor(sam, key.n) !== undefined && (newest === undefined || key.n > newest.n)) newest = key;
  }
  return newest === undefined ? NOTHING : samSend([attentionFrame(newest, notice)]);
}

/** The meter was opened: value and control keys are gone before the next byte goes out. Monitoring still reports. */
function dismantled(sam: Sam): Uint8Array {
  const doomed = (n: KeyName) => purposeOf(n) === Purpose.value || purposeOf(n) === Purpose.control;
  eraseKeys(sam.memory, doomed);
  for (const n of [...sam.keys.keys()]) if (doomed(n)) sam.keys.delete(n);
  sam.terminal.sessions.length = 0;
  return Uint8Array.of(SamReply.done);
}

/** The body of an SVM's reply whose tag is right. */
function verified(sam: Sam, label: BusLabel, nonce: Uint8Array, svmReply: Uint8Array): Uint8Array | undefined {
  if (svmReply[0] !== BusReply.done || svmReply.length < 1 + BUS_TAG_BYTES) return undefined;
  const body = svmReply.subarray(1, -BUS_TAG_BYTES);
  return equalConstantTime(busTag(sam.pairKey, label, nonce, body), svmReply.subarray(-BUS_TAG_BYTES))
    ? body
    : undefined;
}

/** `send`: count u8, then each frame led by its length u16. */
function samSend(frames: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer(256).u8(SamReply.send).u8(frames.length);
  for (const frame of frames) writer.u16(frame.length).bytes(frame);
  return writer.done();
}
