import type { BusinessClock } from '../units/index.ts';
import type { Act } from './office.ts';
import type { Store } from './ports.ts';
import type { HostFailure, MessageChoice, SubscriberMessage } from './types.ts';

/** What takes messages to telephones. */
export interface MessageCarrier {
  /**
   * @param message `id` is the same for the same message; `number` has digits with country code
   */
  send(message: { readonly id: string; readonly number: string; readonly text: string }): Promise<MessageSent>;
  /** What became of messages that were handed to it, told until `forget`; nothing where it says so by itself. */
  news?(): Promise<readonly MessageNews[]>;
  forget?(ids: readonly string[]): Promise<void>;
}

/**
 * Whether a carrier took a message. `away`: it certainly did not, and may later; `refused`: it never will; `unclear`:
 * nobody knows. `why` follows "because", as `it was answered with status 500`.
 */
export type MessageSent =
  | { readonly outcome: 'handed' }
  | { readonly outcome: 'away' | 'refused' | 'unclear'; readonly why: string };

/** What became of a message that a carrier had taken. */
export interface MessageNews {
  readonly id: string;
  readonly state: 'delivered' | 'failed';
  readonly why?: string;
}

export interface MessagePorts {
  readonly store: Store;
  readonly clock: BusinessClock;
  /** Nobody is told of anything without one. */
  readonly carrier: MessageCarrier | undefined;
  /** IANA name. */
  readonly zone: string;
}

export interface WantedMessages extends Pick<MessageChoice, 'number' | 'language' | 'causes'> {
  readonly meter: number;
}

/** Messages to the telephones of households. Lists reject with the store's `StoreError`, and so does what is done now and then. */
export interface MessageServices {
  /** What is chosen takes the place of what was; no causes turn everything off. */
  chooseMessages(act: Act, wanted: WantedMessages): Promise<MessageChoice | HostFailure>;
  messageChoice(meter: number): Promise<MessageChoice | HostFailure>;
  /** The newest first. */
  messages(query: { readonly after?: string; readonly limit: number }): Promise<SubscriberMessage[]>;
  messagesOf(
    meter: number,
    query: { readonly after?: string; readonly limit: number },
  ): Promise<SubscriberMessage[] | HostFailure>;
  /** Tells the carrier what is due, and hears what became of the rest. */
  sendMessages(): Promise<void>;
  /** Whether there was such a message. */
  takeNews(news: MessageNews): Promise<boolean>;
  /** Looks, at most once an hour, whose balance ends soon. */
  warnOfCuts(): Promise<void>;
}
