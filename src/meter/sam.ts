import { Reader, Writer } from '../bytes/index.ts';
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
  encodeValueReceipt,
  encodeValueStatus,
  type HostAuthenticated,
  type Terminal,
  type TerminalOutcome,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
  terminalUnwrapKey,
} from '../exchange/index.ts';
import {
  ATTENTION_BYTES,
  decodeClockSet,
  decodeHotList,
  decodeKeyChange,
  decodePolicy,
  isRecordFailure,
  Result,
} from '../records/index.ts';
import { assertNever, type Randomness, type Region, type Svpmsn, unixSeconds } from '../units/index.ts';
import { SamReply, SamRequest } from './bus.ts';
import type { Nvm } from './nvm.ts';
import { NO_FLOORS } from './purse.ts';
import {
  askApply,
  askStatus,
  askSvm,
  authoriseDraw,
  floorsTold,
  receiptTold,
  statusTold,
  type ValueConversation,
} from './sam-bus.ts';
import { beginCard, type CardConversation, cardReport, cardResponse, cardStored, takeCards } from './sam-card.ts';
import { carryHotList, type HotListConversation } from './sam-hot-list.ts';
import { keyAboveFloor } from './sam-keys.ts';
import {
  eraseKeys,
  KEY_SLOTS,
  keepOneOf,
  keyAt,
  readLoanLimit,
  readPairKey,
  readRegion,
  readSvpmsn,
  storeClockSet,
  storeKey,
  storeLoanLimit,
} from './sam-memory.ts';
import { floorOf } from './svm.ts';

/**
 * The secure access module (part 164): the meter's keys and suites. It speaks the terminal's side of the exchange,
 * tells the SVM by a tag what a key holder asked for, and authorises draws. The CPU carries frames to it and clear
 * commands of the other purposes from it; a key it never hands out. Its memory lies inside the chip.
 */
export interface Sam {
  readonly memory: Nvm;
  readonly randomness: Randomness;
  readonly svpmsn: Svpmsn;
  /** What the meter's value is for. */
  readonly region: Region;
  readonly pairKey: SipKey;
  readonly keys: Map<KeyName, TerminalKey>;
  readonly terminal: Terminal;
  floors: Uint8Array;
  value: ValueConversation;
  /** With the card in the slot, until it is over or the card is pulled. */
  card: CardConversation | undefined;
  /** From the proof of a hot list to its epoch in the purse. */
  hotList: HotListConversation | undefined;
  /** Of the draw or the floors that are asked for: the SVM's next reply to either answers it. */
  asked: Uint8Array | undefined;
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
    region: readRegion(memory),
    pairKey: new SipKey(readPairKey(memory)),
    keys,
    terminal: createTerminal({
      svpmsn,
      randomness,
      keyOf: (n) => keyAboveFloor(sam, n),
      ...(labSessions === undefined ? {} : { labSessions }),
    }),
    floors: NO_FLOORS,
    value: { name: 'idle' },
    card: undefined,
    hotList: undefined,
    asked: undefined,
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
      return askSvm(sam);
    case SamRequest.authoriseDraw:
      return authoriseDraw(sam, body) ?? REFUSED;
    case SamRequest.svmFloors:
      return takeFloors(sam, body);
    case SamRequest.attention:
      return attention(sam, body);
    case SamRequest.dismantled:
      return dismantled(sam);
    case SamRequest.cardInserted:
      return beginCard(sam, body) ?? REFUSED;
    case SamRequest.svmCards:
      return takeCards(sam, body) ?? REFUSED;
    case SamRequest.cardResponse:
      return cardResponse(sam, body) ?? REFUSED;
    case SamRequest.svmCardStored:
      return cardStored(sam, body) ?? REFUSED;
    case SamRequest.cardReport:
      return cardReport(sam, body) ?? REFUSED;
    case SamRequest.cardRemoved:
      sam.card = undefined;
      return Uint8Array.of(SamReply.done);
    case SamRequest.hotList:
      return carryHotList(sam, body) ?? REFUSED;
    default:
      return REFUSED;
  }
}

const REFUSED = Uint8Array.of(SamReply.refused);
const NOTHING = Uint8Array.of(SamReply.nothing);

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
      if (purposeOf(outcome.key.n) === Purpose.value) return askStatus(sam);
      return Uint8Array.of(SamReply.statusWanted, purposeOf(outcome.key.n), outcome.h);
    case 'command':
      return carry(sam, outcome.proof);
    default:
      return assertNever(outcome);
  }
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
  const status = statusTold(sam, svmReply);
  return status === undefined ? REFUSED : samSend([terminalStatus(sam.terminal, encodeValueStatus(status))]);
}

/** An authentic command. The first use of a newer generation makes it the floor. */
function carry(sam: Sam, proof: HostAuthenticated): Uint8Array {
  const { n } = proof.key;
  const floor = sam.floorsToCome.get(n) ?? 0;
  if (floor > floorOf(sam.floors, n)) sam.risingFloor = ((n & 0xf0) | floor) as KeyName;
  if (proof.h === Command.keyChange) return changeKey(sam, proof);
  if (purposeOf(n) === Purpose.value) return askApply(sam, proof) ?? REFUSED;
  if (proof.h === Command.supplyPolicy) {
    const policy = decodePolicy(proof.command);
    if (!isRecordFailure(policy) && policy.version > readLoanLimit(sam.memory).version) {
      storeLoanLimit(sam.memory, { version: policy.version, tokens: policy.emergencyCredit });
    }
  }
  if (proof.h === Command.clockSet) {
    const set = decodeClockSet(proof.command);
    if (!isRecordFailure(set)) storeClockSet(sam.memory, set.seconds);
  }
  if (proof.h === Command.hotList) {
    const list = decodeHotList(proof.command);
    sam.hotList = isRecordFailure(list) ? undefined : { name: 'proved', epoch: list.epoch };
  }
  const reply = new Uint8Array(2 + proof.command.length);
  reply[0] = SamReply.command;
  reply[1] = proof.h;
  reply.set(proof.command, 2);
  return reply;
}

function takeSvmReceipt(sam: Sam, body: Uint8Array): Uint8Array {
  if (!awaits(sam, 'awaiting-own-answer', 'svm')) return REFUSED;
  const reader = new Reader(body);
  const clock = unixSeconds(reader.u32());
  const flags = reader.u16();
  const told = receiptTold(sam, reader.rest());
  if (told === undefined) return REFUSED;
  const answer = encodeValueReceipt(told.suite, sam.svpmsn, { ...told.receipt, clock, flags });
  return samSend(terminalAnswer(sam.terminal, answer));
}

/** 0x2F: under its own purpose, or under maintenance any purpose's. The old key stays until the new one has worked. */
function changeKey(sam: Sam, proof: HostAuthenticated): Uint8Array {
  const change = decodeKeyChange(proof.command);
  if (isRecordFailure(change)) return keyChanged(Result.bodyNotUnderstood, 0, 0);
  const n = change.n as KeyName;
  const under = purposeOf(proof.key.n);
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

/** The floors as the purse keeps them; when a newer key has worked, the request that raises its floor. */
function takeFloors(sam: Sam, svmReply: Uint8Array): Uint8Array {
  const told = floorsTold(sam, svmReply);
  if (told === undefined) return REFUSED;
  sam.floors = told.floors;
  const n = sam.risingFloor;
  if (n === undefined) return Uint8Array.of(SamReply.done);
  sam.risingFloor = undefined;
  for (const old of [...sam.keys.keys()]) {
    if (old >> 4 === n >> 4 && (old & 0x0f) < (n & 0x0f)) {
      sam.keys.delete(old);
      eraseKeys(sam.memory, (held) => held === old);
    }
  }
  return told.askRaise(n);
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
  sam.value = { name: 'idle' };
  sam.card = undefined;
  sam.hotList = undefined;
  return Uint8Array.of(SamReply.done);
}

/** `send`: count u8, then each frame led by its length u16. */
function samSend(frames: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer(256).u8(SamReply.send).u8(frames.length);
  for (const frame of frames) writer.u16(frame.length).bytes(frame);
  return writer.done();
}
