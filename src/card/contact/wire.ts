import { assert, assertNever } from '../../units/index.ts';
import { type Chip, type ChipInput, type ChipOutput, type ChipSettings, createChip, stepChip } from './chip.ts';
import { type Cycles, later, microsecondsOf } from './clock.ts';
import type { Contacts } from './contacts.ts';
import type { Character } from './serial.ts';
import {
  createSlot,
  type Slot,
  type SlotFailure,
  type SlotInput,
  type SlotOutput,
  type SlotSettings,
  stepSlot,
} from './slot.ts';

/** What lies in a slot: a chip, a memory card, or something that says what it is given to say. */
export type InSlot =
  | { readonly type: 'chip'; readonly chip: Chip }
  | { readonly type: 'memory'; readonly answer: Uint8Array }
  /** Anything else with contacts: a card of another maker, a coin. */
  | { readonly type: 'foreign'; readonly step: (input: ChipInput, out: ChipOutput[]) => void };

export type Opened = { readonly type: 'opened'; readonly atr: Uint8Array };
export type Responded = { readonly type: 'response'; readonly bytes: Uint8Array };

/** What becomes of a character on its way; `undefined` for one that is lost. */
export type Disturbance = (character: Character & { readonly from: 'slot' | 'card' }) => number | undefined;

interface Event {
  readonly at: Cycles;
  readonly order: number;
  readonly onLine: boolean;
  readonly deliver: () => void;
}

/**
 * A slot, what lies in it, and the time of both: characters arrive when they have ended, and nothing else passes. So a
 * whole exchange is lived at once, and its contact time is known to the cycle.
 */
export class ContactWire {
  readonly slot: Slot;
  now = 0 as Cycles;
  /** What the slot has driven, in order. */
  readonly contacts: { readonly at: Cycles; readonly contacts: Contacts }[] = [];
  #inside: InSlot | undefined;
  #events: Event[] = [];
  #order = 0;
  #wakes = { slot: Number.POSITIVE_INFINITY, card: Number.POSITIVE_INFINITY };
  #said: Opened | Responded | SlotFailure | undefined;
  readonly #disturb: Disturbance;

  constructor(settings: SlotSettings, disturb: Disturbance = ({ moments }) => moments) {
    this.slot = createSlot(settings);
    this.#disturb = disturb;
  }

  /** Puts something in; what was there before is pulled. */
  insert(inside: ChipSettings | InSlot): void {
    if (this.#inside !== undefined) this.#pulled();
    this.#inside = 'type' in inside ? inside : { type: 'chip', chip: createChip(inside) };
    this.#give({ type: 'inserted', now: this.now });
  }

  /** Pulls the card, at once or when its time comes. */
  pull(at = this.now): void {
    if (at > this.now) this.#at(at, () => this.#pulled());
    else this.#pulled();
  }

  #pulled(): void {
    this.#inside = undefined;
    this.#events = this.#events.filter(({ onLine }) => !onLine);
    this.#give({ type: 'removed', now: this.now });
  }

  open(): Opened | SlotFailure {
    return this.#ask({ type: 'open', now: this.now }) as Opened | SlotFailure;
  }

  warmReset(): Opened | SlotFailure {
    return this.#ask({ type: 'warm-reset', now: this.now }) as Opened | SlotFailure;
  }

  transmit(command: Uint8Array): Responded | SlotFailure {
    return this.#ask({ type: 'command', now: this.now, bytes: command }) as Responded | SlotFailure;
  }

  close(): void {
    this.#give({ type: 'close', now: this.now });
  }

  /** Lets time pass in which nobody is asked anything. */
  pass(cycles: number): void {
    const until = later(this.now, cycles);
    this.#live((at) => at > until);
    this.now = until;
  }

  rest(): void {
    this.#give({ type: 'rest', now: this.now });
  }

  /** Since the beginning, rounded up. */
  get microseconds(): number {
    return microsecondsOf(this.now, this.slot.settings.clockHz);
  }

  #ask(input: SlotInput): Opened | Responded | SlotFailure {
    this.#said = undefined;
    this.#give(input);
    this.#live(() => this.#said !== undefined);
    // A slot always ends what it was asked: every wait of it has its time.
    assert(this.#said !== undefined, 'a slot that was asked answers');
    return this.#said;
  }

  #live(ended: (next: Cycles) => boolean): void {
    for (let event = this.#next(); event !== undefined && !ended(event.at); event = this.#next()) {
      this.#events.splice(this.#events.indexOf(event), 1);
      this.now = Math.max(this.now, event.at) as Cycles;
      event.deliver();
    }
  }

  #next(): Event | undefined {
    let first: Event | undefined;
    for (const event of this.#events) {
      if (first === undefined || event.at < first.at || (event.at === first.at && event.order < first.order))
        first = event;
    }
    return first;
  }

  #at(at: Cycles, deliver: () => void, onLine = false): void {
    this.#events.push({ at, order: this.#order++, onLine, deliver });
  }

  #wake(side: 'slot' | 'card', at: Cycles): void {
    if (at >= this.#wakes[side]) return;
    this.#wakes[side] = at;
    this.#at(at, () => {
      if (this.#wakes[side] !== at) return;
      this.#wakes[side] = Number.POSITIVE_INFINITY;
      if (side === 'slot') this.#give({ type: 'wake', now: this.now });
      else this.#giveCard({ type: 'wake', now: this.now });
    });
  }

  #give(input: SlotInput): void {
    const out: SlotOutput[] = [];
    stepSlot(this.slot, input, out);
    for (const output of out) this.#followSlot(output);
  }

  #followSlot(output: SlotOutput): void {
    switch (output.type) {
      case 'character':
        this.#carry('slot', output, (character) => this.#giveCard(character));
        return;
      case 'error-signal':
        this.#at(output.at, () => this.#giveCard({ type: 'error-signal', now: this.now }), true);
        return;
      case 'contacts':
        if (output.contacts.rst === 'low') this.#events = this.#events.filter(({ onLine }) => !onLine);
        this.contacts.push({ at: this.now, contacts: output.contacts });
        this.#giveCard({ type: 'contacts', now: this.now, contacts: output.contacts });
        return;
      case 'wake':
        this.#wake('slot', output.at);
        return;
      case 'read-memory-answer':
        this.#at(later(this.now, 0), () =>
          this.#give({ type: 'memory-answer', now: this.now, bytes: this.#memoryAnswer() }),
        );
        return;
      case 'opened':
      case 'response':
        this.#said = output;
        return;
      case 'failed':
        this.#said = output.failure;
        return;
      default:
        assertNever(output);
    }
  }

  /** Where nothing drives I/O it stays high. */
  #memoryAnswer(): Uint8Array {
    return this.#inside?.type === 'memory' ? this.#inside.answer : new Uint8Array(4).fill(0xff);
  }

  #giveCard(input: ChipInput): void {
    const inside = this.#inside;
    const out: ChipOutput[] = [];
    if (inside?.type === 'chip') stepChip(inside.chip, input, out);
    else if (inside?.type === 'foreign') inside.step(input, out);
    for (const output of out) {
      if (output.type === 'wake') this.#wake('card', output.at);
      else if (output.type === 'character') this.#carry('card', output, (character) => this.#give(character));
      else this.#at(output.at, () => this.#give({ type: 'error-signal', now: this.now }), true);
    }
  }

  #carry(from: 'slot' | 'card', character: Character, deliver: (input: Character & { now: Cycles }) => void): void {
    const moments = this.#disturb({ ...character, from });
    if (moments === undefined) return;
    this.#at(character.ends, () => deliver({ ...character, moments, now: this.now }), true);
  }
}
