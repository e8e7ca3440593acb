import type { Language } from '../../words/index.ts';

/** Where a datagram comes from or goes to: an IPv4 address and a port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A socket for the sound of one call. */
export interface MediaSocket {
  readonly port: number;
  send(bytes: Uint8Array, to: Endpoint): void;
  close(): void;
}

/** Text to speech. */
export interface Speech {
  /** Samples of 16 bits at 8 kHz. It may be asked for the same again and again. */
  speak(text: string, language: Language): Promise<Int16Array>;
}

/** What an agent needs of the world. */
export interface SipPorts {
  readonly send: (bytes: Uint8Array, to: Endpoint) => void;
  /** Nothing where no more can be had. */
  readonly openMedia: (hear: (bytes: Uint8Array, from: Endpoint) => void) => Promise<MediaSocket | undefined>;
  readonly speech: Speech;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly later: (ms: number, work: () => void) => () => void;
  /** So many hex digits that nobody guesses. */
  readonly draw: (digits: number) => string;
  /** Takes a sentence for the log. */
  readonly warn: (sentence: string) => void;
}
