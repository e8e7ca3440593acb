import { assertNever } from '../../units/index.ts';
import type { CardFailure, CardPort, CardSession } from '../ports.ts';
import type { ChipSettings } from './chip.ts';
import type { SlotFailure, SlotSettings } from './slot.ts';
import { ContactWire, type InSlot } from './wire.ts';

/** A modelled slot behind the port of any other: every command passes the contacts, and takes its time there. */
export class ContactSlot implements CardPort {
  readonly wire: ContactWire;
  #session: { over: CardFailure | undefined } | undefined;
  /** Tells whoever opened the card last that it is gone. */
  #tellRemoved: (() => void) | undefined;

  constructor(settings: SlotSettings) {
    this.wire = new ContactWire(settings);
  }

  insert(inside: ChipSettings | InSlot): void {
    this.pull();
    this.wire.insert(inside);
  }

  pull(): void {
    this.wire.pull();
    this.#end({ reason: 'card-removed' });
    this.#tellRemoved?.();
  }

  async open(): Promise<CardSession | CardFailure> {
    this.#end({ reason: 'not-open' });
    const opened = this.wire.open();
    if ('reason' in opened) return told(opened);
    const { promise: removed, resolve } = Promise.withResolvers<void>();
    const session = { over: undefined as CardFailure | undefined };
    this.#session = session;
    this.#tellRemoved = resolve;
    return {
      ...{ atr: opened.atr, removed },
      transmit: async (command) => {
        if (session.over !== undefined) return session.over;
        const heard = this.wire.transmit(command);
        return 'bytes' in heard ? heard.bytes : told(heard);
      },
      eject: async () => {
        if (session.over === undefined) await this.close();
      },
    };
  }

  async close(): Promise<void> {
    this.#end({ reason: 'not-open' });
    this.wire.close();
  }

  #end(failure: SlotFailure): void {
    if (this.#session !== undefined) this.#session.over = told(failure);
    this.#session = undefined;
  }
}

/** What a slot found, for whoever asked any port. */
function told(failure: SlotFailure): CardFailure {
  const { reason } = failure;
  switch (reason) {
    case 'no-card':
      return { reason, sentence: 'There is no card in the slot: insert one.' };
    case 'card-removed':
      return { reason, sentence: 'The card was pulled: insert it again.' };
    case 'not-open':
      return { reason: 'exchange-broken', sentence: 'The card has no power any more: open it again.' };
    case 'memory-card':
      return {
        reason: 'card-unusable',
        sentence: 'This is a memory card, which holds no program: take another one.',
      };
    case 'mute':
    case 'atr-wrong':
    case 'class-unsupported':
    case 'mode-unsupported':
    case 'protocol-unsupported':
      return { reason: 'card-unusable', sentence: `The slot cannot speak to this card (${reason}): take another one.` };
    case 'command-too-short':
    case 'command-length-wrong':
      return { reason: 'exchange-broken', sentence: `What was to be sent is no command (${reason}).` };
    case 'busy':
    case 'no-answer':
    case 'characters-damaged':
    case 'characters-refused':
    case 'procedure-byte-wrong':
    case 'card-too-slow':
    case 'answer-lost':
    case 'aborted-by-card':
    case 'response-too-long':
    case 'response-too-short':
    case 'promise-broken':
      return { reason: 'exchange-broken', sentence: `The exchange with the card broke (${reason}): open it again.` };
    default:
      return assertNever(reason);
  }
}
