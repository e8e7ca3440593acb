import type { Milliseconds, Svpmsn } from '../../units/index.ts';
import type { Language } from '../../words/index.ts';

/** What a household may be told of by a message to its telephone. */
export const MESSAGE_CAUSES = ['value-stored', 'balance-low', 'cut-near'] as const;
export type MessageCause = (typeof MESSAGE_CAUSES)[number];

/** Of what a household wants to be told, and where. */
export interface MessageChoice {
  /** Of the meter, as a decimal number. */
  readonly id: string;
  readonly svpmsn: Svpmsn;
  /** Digits with country code. */
  readonly number: string;
  readonly language: Language;
  /** Empty: of nothing. */
  readonly causes: readonly MessageCause[];
  readonly chosenAt: Milliseconds;
}

/**
 * `waiting` to be sent, `sending` while a carrier is asked to take it, `handed` once it has, `delivered` once the
 * telephone has it. `failed` never arrives. Of one that is `unclear` nobody knows whether it was taken: it is not sent
 * again, because a household is told of a thing once.
 */
export const MESSAGE_STATES = ['waiting', 'sending', 'handed', 'delivered', 'failed', 'unclear'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** A message to the telephone of a household. */
export interface SubscriberMessage {
  /** Falls as time goes on, so that the newest come first. */
  readonly id: string;
  /** What it is about: of one key there is one message, whatever happens. */
  readonly key: string;
  readonly svpmsn: Svpmsn;
  readonly cause: MessageCause;
  readonly number: string;
  readonly text: string;
  readonly state: MessageState;
  readonly at: Milliseconds;
  /** When it is sent, or tried again; of one that is `sending`, until when its answer is awaited. */
  readonly dueAt: Milliseconds;
  readonly attempts: number;
  /** Since when it stands so. */
  readonly changedAt: Milliseconds;
  /** Why it failed or is unclear, or the last try was in vain; nothing else. */
  readonly why: string | undefined;
}
