import { assert, assertNever } from '../../units/index.ts';
import {
  ATR_BYTES_MAX,
  type Atr,
  type AtrFailure,
  atrLength,
  DEFAULT_SPEED,
  parseAtr,
  type SupplyClass,
} from './atr.ts';
import { conventionOf } from './character.ts';
import { CLOCK_HZ, type Cycles, DEFAULT_RATE, etus, later } from './clock.ts';
import {
  ATR_BEGINS_CYCLES,
  activationSteps,
  CLASS_PAUSE_CYCLES,
  CLOCK_RUNS_BEFORE_CYCLES,
  CLOCK_STOP_AFTER_CYCLES,
  CONTACTS_OFF,
  type Contacts,
  deactivationSteps,
  guardCycles,
  INITIAL_WAITING_ETUS,
  RESET_CYCLES,
  SUPPLY_STABLE_CYCLES,
} from './contacts.ts';
import { type MemoryCard, parseMemoryAnswer } from './memory-card.ts';
import { type Agreed, agreedBy, encodePps, type PpsRequest, ppsLength } from './pps.ts';
import {
  type Character,
  characterCycles,
  createSerial,
  dueAt,
  hearCharacter,
  hearErrorSignal,
  isSending,
  type LineOutput,
  lastEdge,
  type Serial,
  send,
  wakeSerial,
} from './serial.ts';
import {
  type Conversation,
  type ConversationFailure,
  type ConversationInput,
  converse,
  opening,
} from './slot-conversation.ts';

/** What a slot can do, fixed by how it is built. */
export interface SlotSettings {
  readonly clockHz: number;
  /** The supplies that it can give. */
  readonly classes: readonly SupplyClass[];
  /** Bit rates that it can hear beside the default, as TA1 codes them. */
  readonly speeds: readonly number[];
  /** T of the protocols that it speaks, the preferred one first. */
  readonly protocols: readonly (0 | 1)[];
}

/** The slot of a meter: 9,600 bit/s and no faster, 5 V or 3 V. */
export const METER_SLOT: SlotSettings = { clockHz: CLOCK_HZ, classes: ['A', 'B'], speeds: [], protocols: [1, 0] };

export type SlotInput =
  | { readonly type: 'inserted'; readonly now: Cycles }
  | { readonly type: 'removed'; readonly now: Cycles }
  /** Powers the card and brings it as far as it can be spoken to; one that is open is reset cold. */
  | { readonly type: 'open'; readonly now: Cycles }
  | { readonly type: 'warm-reset'; readonly now: Cycles }
  | { readonly type: 'close'; readonly now: Cycles }
  /** Stops the clock, if the card allows it and enough time has passed; the next command starts it. */
  | { readonly type: 'rest'; readonly now: Cycles }
  | { readonly type: 'command'; readonly now: Cycles; readonly bytes: Uint8Array }
  | { readonly type: 'wake'; readonly now: Cycles }
  | { readonly type: 'error-signal'; readonly now: Cycles }
  | { readonly type: 'memory-answer'; readonly now: Cycles; readonly bytes: Uint8Array }
  | (Character & { readonly now: Cycles });

export type SlotOutput =
  | LineOutput
  | { readonly type: 'contacts'; readonly contacts: Contacts }
  | { readonly type: 'wake'; readonly at: Cycles }
  | { readonly type: 'opened'; readonly atr: Uint8Array }
  | { readonly type: 'response'; readonly bytes: Uint8Array }
  | { readonly type: 'failed'; readonly failure: SlotFailure }
  /** Clock out four bytes as a memory card says them after a reset of its kind, and give them as `memory-answer`. */
  | { readonly type: 'read-memory-answer' };

export type SlotFailure =
  | { readonly reason: 'no-card' | 'card-removed' | 'not-open' | 'busy' }
  /** Nothing answers a reset, at any supply. */
  | { readonly reason: 'mute' }
  | { readonly reason: 'atr-wrong'; readonly why: AtrFailure['reason'] | 'parity-wrong' | 'too-early' }
  | { readonly reason: 'class-unsupported' | 'mode-unsupported' | 'protocol-unsupported' }
  | { readonly reason: 'memory-card'; readonly card: MemoryCard }
  | ConversationFailure;

type AtrWrong = Extract<SlotFailure, { reason: 'atr-wrong' }>['why'];

/** So many resets for one answer that makes sense. */
const RESETS_MAX = 3;

type State =
  | { readonly name: 'empty' }
  | { readonly name: 'off' }
  | { readonly name: 'supply-rising'; readonly at: Cycles; readonly for: 'chip' | 'memory' }
  | { readonly name: 'in-reset'; readonly at: Cycles }
  | { readonly name: 'awaiting-atr'; readonly since: Cycles; readonly bytes: number[]; wrong: AtrWrong | undefined }
  | { readonly name: 'awaiting-pps'; readonly request: PpsRequest; readonly bytes: number[] }
  /** A pause without power, before the next supply or before a memory card is looked for. */
  | { readonly name: 'pausing'; readonly at: Cycles; readonly next: 'chip' | 'memory' }
  | { readonly name: 'awaiting-memory-answer' }
  | { readonly name: 'talking'; readonly with: Conversation };

/** The slot of a reader or a meter: contacts, resets, PPS, protocols. ISO 7816-3 §6 to §12 */
export interface Slot {
  readonly settings: SlotSettings;
  contacts: Contacts;
  state: State;
  serial: Serial;
  /** Supplies to be tried, the lowest voltage first: it harms no card. */
  supplies: SupplyClass[];
  atr: { readonly bytes: Uint8Array; readonly meaning: Atr } | undefined;
  resets: number;
  /** PPS has failed: the card is taken as it speaks by itself. */
  withoutPps: boolean;
  /** Why no answer made sense so far; told when there is no memory card either. */
  wrong: SlotFailure;
  /** No edge for so many cycles, counted from here or from the last edge, is silence. */
  listening: { readonly from: Cycles; readonly cycles: number } | undefined;
}

/** A slot of a reader with no card in it. */
export function createSlot(settings: SlotSettings): Slot {
  return {
    ...{ settings, contacts: CONTACTS_OFF, state: { name: 'empty' }, serial: createSerial('direct'), supplies: [] },
    ...{ atr: undefined, resets: 0, withoutPps: false, wrong: { reason: 'mute' }, listening: undefined },
  };
}

/** What happens at a slot, and what the reader does at its contacts and says of the card. */
export function stepSlot(slot: Slot, input: SlotInput, out: SlotOutput[]): void {
  switch (input.type) {
    case 'inserted':
      if (slot.state.name === 'empty') slot.state = { name: 'off' };
      break;
    case 'removed':
      remove(slot, out);
      break;
    case 'open':
      open(slot, input.now, out);
      break;
    case 'warm-reset':
      if (slot.state.name !== 'talking') refuse(slot, out);
      else {
        slot.resets = 0;
        warmReset(slot, input.now, out);
      }
      break;
    case 'close':
      if (slot.state.name !== 'empty') powerDown(slot, { name: 'off' }, out);
      break;
    case 'rest':
      rest(slot, input.now, out);
      break;
    case 'command':
      begin(slot, input.bytes, input.now, out);
      break;
    case 'wake':
      wake(slot, input.now, out);
      break;
    case 'error-signal':
      hearErrorSignal(slot.serial);
      break;
    case 'memory-answer':
      if (slot.state.name === 'awaiting-memory-answer') hearMemoryAnswer(slot, input.bytes, out);
      break;
    case 'character':
      hear(slot, input, out);
      break;
    default:
      assertNever(input);
  }
  const at = nextWake(slot);
  if (at !== undefined) out.push({ type: 'wake', at });
}

/** A failure before any command ran, and without effect on the card. */
function refuse({ state }: Slot, out: SlotOutput[]): void {
  const reason = state.name === 'empty' ? 'no-card' : state.name === 'off' ? 'not-open' : 'busy';
  out.push({ type: 'failed', failure: { reason } });
}

/** The contacts break in any order; the slot takes its power back in the right one. */
function remove(slot: Slot, out: SlotOutput[]): void {
  const { name } = slot.state;
  if (name === 'empty') return;
  const wasAsked = name !== 'off' && !(slot.state.name === 'talking' && slot.state.with.state === 'idle');
  powerDown(slot, { name: 'empty' }, out);
  if (wasAsked) out.push({ type: 'failed', failure: { reason: 'card-removed' } });
}

function powerDown(slot: Slot, state: State, out: SlotOutput[]): void {
  if (slot.contacts.vcc !== 'off') for (const step of deactivationSteps(slot.contacts)) set(slot, step, out);
  slot.state = state;
  slot.listening = undefined;
  slot.atr = undefined;
}

function set(slot: Slot, contacts: Contacts, out: SlotOutput[]): void {
  slot.contacts = contacts;
  out.push({ type: 'contacts', contacts });
}

const RISING: readonly SupplyClass[] = ['C', 'B', 'A'];

function open(slot: Slot, now: Cycles, out: SlotOutput[]): void {
  if (slot.state.name === 'empty') {
    refuse(slot, out);
    return;
  }
  slot.supplies = RISING.filter((supply) => slot.settings.classes.includes(supply));
  slot.withoutPps = false;
  slot.wrong = { reason: 'mute' };
  again(slot, 'chip', now, out);
}

/** From no power: at once if there was none, after a pause otherwise. */
function again(slot: Slot, next: 'chip' | 'memory', now: Cycles, out: SlotOutput[]): void {
  const hadPower = slot.contacts.vcc !== 'off';
  powerDown(slot, { name: 'pausing', at: later(now, hadPower ? CLASS_PAUSE_CYCLES : 0), next }, out);
  slot.resets = 0;
  if (!hadPower) activate(slot, next, now, out);
}

function activate(slot: Slot, next: 'chip' | 'memory', now: Cycles, out: SlotOutput[]): void {
  // Memory cards are of class A.
  const supply = next === 'memory' ? 'A' : slot.supplies[0];
  assert(supply !== undefined, 'a slot that opens a card has a supply to try');
  for (const step of activationSteps(supply)) set(slot, step, out);
  slot.state = { name: 'supply-rising', at: later(now, SUPPLY_STABLE_CYCLES), for: next };
}

function warmReset(slot: Slot, now: Cycles, out: SlotOutput[]): void {
  set(slot, { ...slot.contacts, rst: 'low', clk: 'running' }, out);
  slot.listening = undefined;
  slot.state = { name: 'in-reset', at: later(now, RESET_CYCLES) };
}

function wake(slot: Slot, now: Cycles, out: SlotOutput[]): void {
  const { state } = slot;
  const line: LineOutput[] = [];
  const unsent = !wakeSerial(slot.serial, now, line);
  out.push(...line);
  if (unsent && state.name === 'talking') {
    talk(slot, state.with, { type: 'unsent' }, now, out);
    return;
  }
  switch (state.name) {
    case 'pausing':
      if (now >= state.at) activate(slot, state.next, now, out);
      return;
    case 'supply-rising':
      if (now < state.at) return;
      if (state.for === 'memory') {
        slot.state = { name: 'awaiting-memory-answer' };
        out.push({ type: 'read-memory-answer' });
        return;
      }
      set(slot, { ...slot.contacts, clk: 'running' }, out);
      slot.state = { name: 'in-reset', at: later(now, RESET_CYCLES) };
      return;
    case 'in-reset':
      if (now < state.at) return;
      slot.serial = createSerial('direct');
      set(slot, { ...slot.contacts, rst: 'high' }, out);
      slot.state = { name: 'awaiting-atr', since: now, bytes: [], wrong: undefined };
      slot.listening = { from: now, cycles: ATR_BEGINS_CYCLES.most };
      return;
    case 'awaiting-atr':
      if (isSilent(slot, now)) atrEnded(slot, now, out);
      return;
    case 'awaiting-pps':
      if (isSilent(slot, now)) withoutAgreement(slot, now, out);
      return;
    case 'talking':
      if (!isSilent(slot, now)) return;
      talk(slot, state.with, { type: 'silence' }, now, out);
      return;
    case 'empty':
    case 'off':
    case 'awaiting-memory-answer':
      return;
    default:
      assertNever(state);
  }
}

/** A character that began in time has ended by then. */
function silentAt({ listening, serial }: Slot): Cycles | undefined {
  if (listening === undefined || isSending(serial)) return undefined;
  const from = Math.max(listening.from, lastEdge(serial)) as Cycles;
  return later(from, listening.cycles + characterCycles(serial.rate) + 1);
}

function isSilent(slot: Slot, now: Cycles): boolean {
  const at = silentAt(slot);
  return at !== undefined && now >= at;
}

function nextWake(slot: Slot): Cycles | undefined {
  const { state } = slot;
  if ('at' in state) return state.at;
  const due = [dueAt(slot.serial), silentAt(slot)].filter((at) => at !== undefined);
  return due.length === 0 ? undefined : (Math.min(...due) as Cycles);
}

function hear(slot: Slot, input: Character & { readonly now: Cycles }, out: SlotOutput[]): void {
  const { state } = slot;
  if (state.name === 'awaiting-atr') {
    hearAtr(slot, state, input, out);
    return;
  }
  if (state.name !== 'awaiting-pps' && state.name !== 'talking') return;
  const line: LineOutput[] = [];
  const heard = hearCharacter(slot.serial, input, line);
  out.push(...line);
  if (state.name === 'talking') {
    talk(slot, state.with, heard, input.now, out);
    return;
  }
  if (heard.type !== 'byte') {
    withoutAgreement(slot, input.now, out);
    return;
  }
  state.bytes.push(heard.byte);
  const answer = Uint8Array.from(state.bytes);
  if (answer.length !== ppsLength(answer)) return;
  const agreed = agreedBy(state.request, answer);
  if ('reason' in agreed) withoutAgreement(slot, input.now, out);
  else speak(slot, agreed, input.now, out);
}

function hearAtr(
  slot: Slot,
  state: Extract<State, { name: 'awaiting-atr' }>,
  input: Character & { readonly now: Cycles },
  out: SlotOutput[],
): void {
  const first = state.bytes.length === 0;
  if (first) {
    const convention = conventionOf(input.moments);
    if (convention === undefined) state.wrong = 'initial-character-unknown';
    else slot.serial.convention = convention;
    if (input.edge < state.since + ATR_BEGINS_CYCLES.least) state.wrong = 'too-early';
    if (input.edge > state.since + ATR_BEGINS_CYCLES.most) {
      atrEnded(slot, input.now, out);
      return;
    }
    slot.listening = { from: state.since, cycles: etus(DEFAULT_RATE, INITIAL_WAITING_ETUS) };
  }
  // No error signal is given here: a card that offers T=1 alone does not know it.
  const heard = hearCharacter(slot.serial, input, []);
  if (heard.type !== 'byte') state.wrong ??= 'parity-wrong';
  state.bytes.push(heard.type === 'byte' ? heard.byte : 0);
  const bytes = Uint8Array.from(state.bytes);
  const whole = bytes.length === atrLength(bytes) || bytes.length > ATR_BYTES_MAX;
  if (state.wrong !== undefined || whole) atrEnded(slot, input.now, out);
}

/** The answer is whole, or will not become so. */
function atrEnded(slot: Slot, now: Cycles, out: SlotOutput[]): void {
  const { state } = slot;
  assert(state.name === 'awaiting-atr', 'only an answer that is awaited ends');
  slot.resets++;
  if (state.bytes.length === 0) {
    // Silence: the next supply, and then perhaps a memory card.
    slot.supplies.shift();
    again(slot, slot.supplies.length > 0 ? 'chip' : 'memory', now, out);
    return;
  }
  const bytes = Uint8Array.from(state.bytes);
  const meaning = state.wrong === undefined ? parseAtr(bytes) : { reason: state.wrong };
  if ('reason' in meaning) {
    slot.wrong = { reason: 'atr-wrong', why: meaning.reason };
    if (slot.resets < RESETS_MAX) warmReset(slot, now, out);
    else again(slot, 'memory', now, out);
    return;
  }
  slot.atr = { bytes, meaning };
  const [supply] = slot.supplies;
  if (meaning.classesSaid && supply !== undefined && !meaning.classes.includes(supply)) {
    slot.supplies = slot.supplies.filter((one) => meaning.classes.includes(one));
    if (slot.supplies.length === 0) stop(slot, { reason: 'class-unsupported' }, out);
    else again(slot, 'chip', now, out);
    return;
  }
  choose(slot, meaning, now, out);
}

/** §6.3.1: a card in specific mode is taken as it is; with another one the slot may agree on more by PPS. */
function choose(slot: Slot, atr: Atr, now: Cycles, out: SlotOutput[]): void {
  const { protocols, speeds } = slot.settings;
  const canHear = atr.speed !== undefined && [DEFAULT_SPEED, ...speeds].includes(atr.speed.code);
  if (atr.specificMode !== undefined) {
    const { protocol, implicitRate, changeable } = atr.specificMode;
    const speaks = (protocols as readonly number[]).includes(protocol);
    if (speaks && !implicitRate && canHear && atr.speed !== undefined) {
      speak(slot, { protocol, rate: atr.speed.rate }, now, out);
    } else if (changeable && slot.resets < RESETS_MAX) warmReset(slot, now, out);
    else stop(slot, { reason: 'mode-unsupported' }, out);
    return;
  }
  const [first] = atr.protocols;
  const preferred = protocols.find((protocol) => atr.protocols.includes(protocol));
  const faster = canHear && atr.speed !== undefined && atr.speed.clockHzMax >= slot.settings.clockHz;
  const speed = faster && atr.speed?.code !== DEFAULT_SPEED ? atr.speed?.code : undefined;
  if (preferred !== undefined && !slot.withoutPps && (preferred !== first || speed !== undefined)) {
    request(slot, atr, { protocol: preferred, ...(speed === undefined ? {} : { speed }) }, now, out);
  } else if (first !== undefined && (protocols as readonly number[]).includes(first)) {
    speak(slot, { protocol: first, rate: DEFAULT_RATE }, now, out);
  } else stop(slot, { reason: 'protocol-unsupported' }, out);
}

function request(slot: Slot, atr: Atr, asked: PpsRequest, now: Cycles, out: SlotOutput[]): void {
  slot.serial.guardCycles = guardCycles(atr, atr.protocols[0] as number, DEFAULT_RATE);
  const line: LineOutput[] = [];
  send(slot.serial, encodePps(asked), now, line);
  out.push(...line);
  slot.listening = { from: now, cycles: etus(DEFAULT_RATE, INITIAL_WAITING_ETUS) };
  slot.state = { name: 'awaiting-pps', request: asked, bytes: [] };
}

/** §9.3: PPS that fails ends in deactivation. Then the card is taken as it speaks by itself. */
function withoutAgreement(slot: Slot, now: Cycles, out: SlotOutput[]): void {
  slot.withoutPps = true;
  again(slot, 'chip', now, out);
}

function stop(slot: Slot, failure: SlotFailure, out: SlotOutput[]): void {
  powerDown(slot, { name: 'off' }, out);
  out.push({ type: 'failed', failure });
}

function hearMemoryAnswer(slot: Slot, bytes: Uint8Array, out: SlotOutput[]): void {
  const card = parseMemoryAnswer(bytes);
  stop(slot, card === undefined ? slot.wrong : { reason: 'memory-card', card }, out);
}

function speak(slot: Slot, { protocol, rate }: Agreed, now: Cycles, out: SlotOutput[]): void {
  assert(slot.atr !== undefined, 'a slot speaks to a card that has answered');
  const conversation = opening(slot.serial, slot.atr.meaning, protocol, rate);
  slot.state = { name: 'talking', with: conversation };
  slot.listening = undefined;
  talk(slot, conversation, { type: 'begin' }, now, out);
}

function begin(slot: Slot, bytes: Uint8Array, now: Cycles, out: SlotOutput[]): void {
  const { state } = slot;
  if (state.name !== 'talking' || state.with.state !== 'idle') {
    refuse(slot, out);
    return;
  }
  let from = now;
  if (slot.contacts.clk !== 'running') {
    set(slot, { ...slot.contacts, clk: 'running' }, out);
    from = later(now, CLOCK_RUNS_BEFORE_CYCLES);
  }
  talk(slot, state.with, { type: 'command', bytes }, from, out);
}

function rest(slot: Slot, now: Cycles, out: SlotOutput[]): void {
  const { state, serial } = slot;
  const stop = slot.atr?.meaning.clockStop ?? 'no';
  const since = lastEdge(serial) + serial.guardCycles + CLOCK_STOP_AFTER_CYCLES;
  if (state.name !== 'talking' || state.with.state !== 'idle' || stop === 'no' || now < since) return;
  set(slot, { ...slot.contacts, clk: stop === 'high' ? 'high' : 'low' }, out);
}

function talk(slot: Slot, conversation: Conversation, input: ConversationInput, now: Cycles, out: SlotOutput[]): void {
  const line: LineOutput[] = [];
  const result = converse(conversation, input, now, line);
  out.push(...line);
  slot.listening = result.listenCycles === undefined ? undefined : { from: now, cycles: result.listenCycles };
  switch (result.type) {
    case 'going-on':
      return;
    case 'opened':
      assert(slot.atr !== undefined, 'a card that is opened has answered');
      out.push({ type: 'opened', atr: slot.atr.bytes });
      return;
    case 'response':
      out.push({ type: 'response', bytes: result.bytes });
      return;
    case 'failed':
      // Whoever did not answer at all is without power, and must be opened again.
      if (result.ended) powerDown(slot, { name: 'off' }, out);
      out.push({ type: 'failed', failure: result.failure });
      return;
    default:
      assertNever(result);
  }
}
