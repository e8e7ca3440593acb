import type { PhoneCall } from '../host/index.ts';
import type { Svpmsn } from '../units/index.ts';

/** Samples of 16 bits at 8 kHz. */
export type Sound = Int16Array;

/** Somebody who takes calls, as the telephone tells them of it. */
export interface Taker {
  /** As the audit log names them. */
  readonly by: string;
  /** Who waits, whoever waits longest first; told at the beginning, and whenever it changes. */
  readonly waiting: (calls: readonly PhoneCall[]) => void;
  readonly hear: (sound: Sound) => void;
  /** The caller is not there any more. */
  readonly ended: () => void;
  /** They take calls elsewhere from now on. */
  readonly replaced: () => void;
}

export interface TakerSeat {
  /** @returns why it was not taken */
  take(call: string): 'not-waiting' | 'has-another' | undefined;
  /** To the caller; to nobody where there is none. */
  say(sound: Sound): void;
  /** Ends the conversation; the call goes on without. */
  hangUp(): void;
  leave(): void;
}

/** Speech at meters that have a carrier for it, which those of a demo have: their panel is a page. */
export interface VoicePort {
  /** Somebody can speak at a meter from now on; whoever could before can no more. */
  join(
    meter: Svpmsn,
    at: { readonly hear: (sound: Sound) => void; readonly replaced: () => void },
  ): { readonly say: (sound: Sound) => void; leave(): void };
  has(meter: Svpmsn): boolean;
}

/** Where people take the calls that come to this host process, and speak with those who call. */
export interface TalkPort {
  readonly takers: number;
  readonly waiting: readonly PhoneCall[];
  /** Nothing where too many take calls already. */
  join(taker: Taker): TakerSeat | undefined;
}
