import { assert, assertNever } from '../../units/index.ts';
import type { CardChip, CardProgram } from '../ports.ts';
import { type Atr, parseAtr } from './atr.ts';
import { type Cycles, DEFAULT_RATE, etus, later } from './clock.ts';
import {
  blockWaitingCycles,
  CONTACTS_OFF,
  type Contacts,
  cardGuardCycles,
  characterWaitingCycles,
  waitingCycles,
} from './contacts.ts';
import { type Agreed, answerPps, PPS_INITIAL, ppsLength } from './pps.ts';
import {
  BLOCK_GUARD_ETUS,
  type Character,
  characterCycles,
  createSerial,
  dueAt,
  type Heard,
  hearCharacter,
  hearErrorSignal,
  type LineOutput,
  type Serial,
  send,
  TURN_ETUS,
  wakeSerial,
} from './serial.ts';
import { type CaseOf, createT0Card, stepT0Card, type T0Card, type T0CardInput, type T0CardOutput } from './t0-card.ts';
import { type BlockReceiver, createBlockReceiver, encodeBlock, endBlock, hearBlockByte, mirrored } from './t1-block.ts';
import { createT1Link, stepT1, type T1Input, type T1Link, type T1Output } from './t1-link.ts';

export interface ChipSettings extends CardChip {
  /** What the card says after a warm reset, where that differs: so a specific mode is left. */
  readonly warmAtr?: Uint8Array;
  readonly caseOf: CaseOf;
  /** How long the program takes over a command, in cycles. */
  readonly workCycles: (command: Uint8Array) => number;
}

export type ChipInput =
  | { readonly type: 'contacts'; readonly now: Cycles; readonly contacts: Contacts }
  | { readonly type: 'wake'; readonly now: Cycles }
  | { readonly type: 'error-signal'; readonly now: Cycles }
  | (Character & { readonly now: Cycles });

export type ChipOutput = LineOutput | { readonly type: 'wake'; readonly at: Cycles };

/** From the rise of RST to the first character. */
const ATR_AFTER_CYCLES = 12_000;
/** The longest command APDU there is: of case 4, extended. */
const COMMAND_BYTES_MAX = 65_544;
/** So many block waiting times at once. */
const EXTENSION_MAX = 255;
/** Half of what the slot waits has passed: time to say that more is needed. */
const PATIENCE = 0.5;

type Protocol =
  | { readonly t: 0; readonly card: T0Card; readonly waiting: number }
  | {
      readonly t: 1;
      readonly link: T1Link;
      readonly receiver: BlockReceiver;
      readonly waiting: number;
      readonly characterWaiting: number;
    };

type State =
  | { readonly name: 'without-power' }
  | { readonly name: 'in-reset' }
  /** The answer is said; what comes first may be PPS. */
  | { readonly name: 'negotiable' }
  | { readonly name: 'awaiting-pps'; readonly bytes: number[] }
  | { readonly name: 'talking' }
  /** Until the next reset. */
  | { readonly name: 'mute' };

/** The electronics of a card: contacts, answer to reset, PPS and protocols, around a program. */
export interface Chip {
  readonly settings: ChipSettings;
  readonly atrs: { readonly cold: Atr; readonly warm: Atr };
  /** What the card has said last. */
  atr: Atr;
  contacts: Contacts;
  state: State;
  wasReset: boolean;
  serial: Serial;
  protocol: Protocol | undefined;
  program: CardProgram | undefined;
  /** What the program has said, and when it will have said it. */
  work: { readonly response: Uint8Array; readonly until: Cycles; checkAt: Cycles | undefined } | undefined;
}

/** @throws Error when the answer to reset is none: a card is made with a right one */
export function createChip(settings: ChipSettings): Chip {
  const checked = (bytes: Uint8Array): Atr => {
    const atr = parseAtr(bytes);
    if ('reason' in atr) throw new Error(`not an answer to reset: ${atr.reason}`);
    if (atr.protocols.some((protocol) => protocol > 1)) throw new Error('a card speaks T=0 or T=1');
    return atr;
  };
  const cold = checked(settings.atr);
  return {
    ...{ settings, atrs: { cold, warm: checked(settings.warmAtr ?? settings.atr) }, atr: cold },
    ...{ contacts: CONTACTS_OFF, state: { name: 'without-power' }, wasReset: false },
    ...{ serial: createSerial(cold.convention), protocol: undefined, program: undefined, work: undefined },
  };
}

/** What reaches the contacts of a chip, and what it does at them. */
export function stepChip(chip: Chip, input: ChipInput, out: ChipOutput[]): void {
  const line: LineOutput[] = [];
  switch (input.type) {
    case 'contacts':
      change(chip, input.contacts, input.now, line);
      break;
    case 'error-signal':
      hearErrorSignal(chip.serial);
      break;
    case 'character':
      if (listens(chip)) hear(chip, hearCharacter(chip.serial, input, line), input.now, line);
      break;
    case 'wake':
      wake(chip, input.now, line);
      break;
    default:
      assertNever(input);
  }
  out.push(...line);
  const at = [dueAt(chip.serial), chip.work?.checkAt, blockEndsAt(chip)].filter((due) => due !== undefined);
  if (at.length > 0) out.push({ type: 'wake', at: Math.min(...at) as Cycles });
}

const listens = ({ state: { name } }: Chip): boolean =>
  name === 'negotiable' || name === 'awaiting-pps' || name === 'talking';

function change(chip: Chip, contacts: Contacts, now: Cycles, out: LineOutput[]): void {
  const before = chip.contacts;
  chip.contacts = contacts;
  if (contacts.vcc === 'off') {
    silence(chip, 'without-power');
    chip.wasReset = false;
  } else if (contacts.rst === 'low') silence(chip, 'in-reset');
  else if (before.rst === 'low' && contacts.clk === 'running') answer(chip, contacts.vcc, now, out);
}

/** Whatever was under way is lost, the program's memory of it too. */
function silence(chip: Chip, name: 'without-power' | 'in-reset' | 'mute'): void {
  chip.state = { name };
  chip.protocol = undefined;
  chip.program = undefined;
  chip.work = undefined;
}

function answer(chip: Chip, supply: Exclude<Contacts['vcc'], 'off'>, now: Cycles, out: LineOutput[]): void {
  const atr = chip.wasReset ? chip.atrs.warm : chip.atrs.cold;
  const bytes = chip.wasReset ? (chip.settings.warmAtr ?? chip.settings.atr) : chip.settings.atr;
  chip.wasReset = true;
  chip.atr = atr;
  if (!atr.classes.includes(supply)) {
    chip.state = { name: 'mute' };
    return;
  }
  chip.program = chip.settings.begin();
  chip.serial = createSerial(atr.convention);
  send(chip.serial, bytes, later(now, ATR_AFTER_CYCLES), out);
  const { specificMode, speed } = atr;
  const rate = specificMode?.implicitRate === false && speed !== undefined ? speed.rate : DEFAULT_RATE;
  chip.state = { name: specificMode === undefined ? 'negotiable' : 'talking' };
  speak(chip, { protocol: specificMode?.protocol ?? (atr.protocols[0] as number), rate });
}

function speak(chip: Chip, { protocol, rate }: Agreed): void {
  const { serial, atr } = chip;
  serial.rate = rate;
  serial.guardCycles = cardGuardCycles(atr, protocol, rate);
  serial.repeats = protocol === 0;
  serial.turnEtus = protocol === 1 ? BLOCK_GUARD_ETUS : TURN_ETUS;
  if (protocol === 0) {
    chip.protocol = { t: 0, card: createT0Card(chip.settings.caseOf), waiting: waitingCycles(atr) };
    return;
  }
  const own = atr.blocks.ifsc;
  chip.protocol = {
    t: 1,
    link: createT1Link({
      ...{ role: 'card', nad: mirrored(0), ownSize: own, othersSize: 32, messageBytesMax: COMMAND_BYTES_MAX },
    }),
    receiver: createBlockReceiver(atr.blocks.check, 0),
    waiting: blockWaitingCycles(atr, rate),
    characterWaiting: characterWaitingCycles(atr, rate),
  };
}

function hear(chip: Chip, heard: Heard, now: Cycles, out: LineOutput[]): void {
  const { state } = chip;
  if (state.name === 'negotiable' && heard.type === 'byte') {
    chip.state = heard.byte === PPS_INITIAL ? { name: 'awaiting-pps', bytes: [] } : { name: 'talking' };
  }
  if (chip.state.name !== 'awaiting-pps') {
    talk(chip, heard, now, out);
    return;
  }
  // A request that is damaged or wrong is not answered: §9.3.
  if (heard.type === 'damaged') silence(chip, 'mute');
  if (heard.type !== 'byte') return;
  const { bytes } = chip.state;
  bytes.push(heard.byte);
  if (bytes.length !== ppsLength(Uint8Array.from(bytes))) return;
  const answered = answerPps(Uint8Array.from(bytes), chip.atr);
  if ('reason' in answered) {
    silence(chip, 'mute');
    return;
  }
  // The whole answer is still said at the bit rate of the request.
  chip.serial.repeats = false;
  send(chip.serial, answered.answer, now, out);
  chip.state = { name: 'talking' };
  speak(chip, answered.agreed);
}

function talk(chip: Chip, heard: Heard, now: Cycles, out: LineOutput[]): void {
  const { protocol } = chip;
  if (protocol?.t === 0) stepT0(chip, protocol.card, heard, now, out);
  else if (protocol?.t === 1) {
    const block = hearBlockByte(protocol.receiver, heard.type === 'byte' ? heard.byte : undefined);
    if (block !== undefined) stepLink(chip, protocol.link, { type: 'block', block }, now, out);
  }
}

function stepT0(chip: Chip, card: T0Card, input: T0CardInput, now: Cycles, out: LineOutput[]): void {
  const done: T0CardOutput[] = [];
  stepT0Card(card, input, done);
  for (const output of done) {
    if (output.type === 'send') send(chip.serial, output.bytes, now, out);
    else if (output.type === 'run') run(chip, output.command, now);
    else if (output.type === 'mute') silence(chip, 'mute');
    else assertNever(output);
  }
}

function stepLink(chip: Chip, link: T1Link, input: T1Input, now: Cycles, out: LineOutput[]): void {
  const done: T1Output[] = [];
  stepT1(link, input, done);
  for (const output of done) {
    switch (output.type) {
      case 'send': {
        const { receiver } = chip.protocol as Extract<Protocol, { t: 1 }>;
        send(chip.serial, encodeBlock(output.block, receiver.check), now, out);
        break;
      }
      case 'message':
        run(chip, output.bytes, now);
        break;
      case 'agreed':
        // The slot has given more time: the response goes out when it is there.
        arm(chip, later(now, EXTENSION_MAX * PATIENCE * (chip.protocol?.waiting ?? 0)), now);
        break;
      case 'failed':
        break;
      default:
        assertNever(output);
    }
  }
}

function run(chip: Chip, command: Uint8Array, now: Cycles): void {
  assert(chip.program !== undefined, 'a card that talks has a program');
  const response = chip.program(command);
  assert(response.length >= 2, 'a response ends with SW1 SW2');
  chip.work = { response, until: later(now, chip.settings.workCycles(command)), checkAt: undefined };
  arm(chip, later(now, PATIENCE * (chip.protocol?.waiting ?? 0)), now);
}

function arm(chip: Chip, latest: Cycles, now: Cycles): void {
  if (chip.work === undefined) return;
  chip.work.checkAt = Math.max(now, Math.min(chip.work.until, latest)) as Cycles;
}

function wake(chip: Chip, now: Cycles, out: LineOutput[]): void {
  const { protocol } = chip;
  // A reader that refuses a character four times is left alone until it resets the card.
  if (!wakeSerial(chip.serial, now, out)) silence(chip, 'mute');
  const silentAt = blockEndsAt(chip);
  if (protocol?.t === 1 && silentAt !== undefined && now >= silentAt) {
    const failure = endBlock(protocol.receiver);
    stepLink(chip, protocol.link, { type: 'invalid', failure }, now, out);
  }
  const { work } = chip;
  if (work?.checkAt === undefined || now < work.checkAt || protocol === undefined) return;
  work.checkAt = undefined;
  if (now >= work.until) {
    chip.work = undefined;
    if (protocol.t === 0) stepT0(chip, protocol.card, { type: 'response', response: work.response }, now, out);
    else stepLink(chip, protocol.link, { type: 'message', bytes: work.response }, now, out);
  } else if (protocol.t === 0) {
    stepT0(chip, protocol.card, { type: 'busy' }, now, out);
    arm(chip, later(now, PATIENCE * protocol.waiting), now);
  } else {
    const multiplier = Math.min(EXTENSION_MAX, 1 + Math.ceil((work.until - now) / protocol.waiting));
    stepLink(chip, protocol.link, { type: 'extend', multiplier }, now, out);
  }
}

/** When a block that has begun, and is not sound yet, counts as ended. */
function blockEndsAt({ protocol, serial }: Chip): Cycles | undefined {
  if (protocol?.t !== 1 || protocol.receiver.bytes.length === 0) return undefined;
  return later(serial.lastHeard, protocol.characterWaiting + characterCycles(serial.rate) + etus(serial.rate, 1));
}
