import type { Codec } from '../sip/sdp.ts';
import { isKey, type Key } from '../types.ts';
import { decodeSound, encodeSound, SILENCE } from './g711.ts';
import { parseKeyEvent, parseRtp, RTP_HEAD_BYTES, type RtpPacket, writeRtpHead } from './packet.ts';
import { ToneEar } from './tones.ts';

/** One packet holds 20 ms at 8 kHz. */
export const PACKET_SAMPLES = 160;
/** Speech of a person that waits to go out: more of it is late, and the oldest is left out until this much waits. */
const LIVE_SAMPLES_MAX = 1_600;
const LIVE_SAMPLES_KEPT = 480;
/** Packets that may come before one that is missing, until it is given up. */
const LATE_MAX = 4;
/** Digits of which it is remembered that they were heard: packets of one event come up to a dozen times. */
const EVENTS_KEPT = 16;
const SEQUENCES = 65_536;
const TIMESTAMPS = 2 ** 32;
/** RFC 4733 §3.2: the keys of a telephone are events 0 to 11. */
const EVENT_KEYS = '0123456789*#';

/** In which way a telephone tells its keys. The first that does is believed, so that no key counts twice. */
export type KeyWay = 'event' | 'info' | 'tone';

/** The sound of one call, both ways: what is said goes out packet by packet, and keys are heard in what comes in. */
export class SoundStream {
  codec: Codec;
  /** Payload type of keys as events. */
  events: number | undefined;
  /** Whether the telephone wants to hear anything now. */
  isHeld = false;
  readonly #source: number;
  #sequence: number;
  #timestamp: number;
  #queue: Int16Array[] = [];
  #place = 0;
  #isTalking = false;
  #ended: (() => void) | undefined;
  #way: KeyWay | undefined;
  /** By timestamp, those that were heard last: whether their end was told. */
  readonly #heardEvents = new Map<number, boolean>();
  readonly #ear = new ToneEar();
  readonly #waiting = new Map<number, RtpPacket>();
  #next: number | undefined;
  /** Of the packets above. */
  #heardSource: number | undefined;
  #listener: ((sound: Int16Array) => void) | undefined;

  /** @param begin where counts begin: drawn, so that nobody guesses them. RFC 3550 §5.1 */
  constructor(
    { codec, events }: { readonly codec: Codec; readonly events: number | undefined },
    begin: { readonly source: number; readonly sequence: number; readonly timestamp: number },
  ) {
    this.codec = codec;
    this.events = events;
    this.#source = begin.source;
    this.#sequence = begin.sequence % SEQUENCES;
    this.#timestamp = begin.timestamp % TIMESTAMPS;
  }

  /** Says this after what is being said. */
  say(sound: Int16Array): void {
    if (sound.length > 0) this.#queue.push(sound);
  }

  /** Says what somebody says just now: what has waited too long is left out. */
  sayLive(sound: Int16Array): void {
    this.say(sound);
    const waiting = () => this.#queue.reduce((sum, { length }) => sum + length, -this.#place);
    if (waiting() <= LIVE_SAMPLES_MAX) return;
    while (this.#queue.length > 1 && waiting() > LIVE_SAMPLES_KEPT) {
      this.#queue.shift();
      this.#place = 0;
    }
  }

  /** Hands on all that is heard, and finds no keys in its sound: people sing and whistle. Nothing ends it. */
  listen(listener: ((sound: Int16Array) => void) | undefined): void {
    this.#listener = listener;
  }

  /** Tells that all that was to be said was said, after the last of it. */
  thenTell(ended: () => void): void {
    this.#ended = ended;
  }

  /** Says nothing more, and tells nobody that it ended. */
  hush(): void {
    this.#queue = [];
    this.#place = 0;
    this.#ended = undefined;
  }

  /** The next 20 ms, which are silent where nothing is said; nothing while the telephone is held. */
  packet(): Uint8Array | undefined {
    const isFirst = !this.#isTalking && this.#queue.length > 0;
    this.#isTalking = this.#queue.length > 0;
    const sound = this.#nextSound();
    const head = {
      ...{ type: this.codec, sequence: this.#sequence, timestamp: this.#timestamp, source: this.#source },
    };
    this.#timestamp = (this.#timestamp + PACKET_SAMPLES) % TIMESTAMPS;
    if (this.isHeld) return undefined;
    this.#sequence = (this.#sequence + 1) % SEQUENCES;
    const bytes = new Uint8Array(RTP_HEAD_BYTES + PACKET_SAMPLES);
    writeRtpHead(bytes, head, isFirst);
    if (sound === undefined) bytes.fill(SILENCE[this.codec], RTP_HEAD_BYTES);
    else bytes.set(encodeSound(this.codec, sound), RTP_HEAD_BYTES);
    return bytes;
  }

  #nextSound(): Int16Array | undefined {
    if (this.#queue.length === 0) {
      const ended = this.#ended;
      this.#ended = undefined;
      ended?.();
      return undefined;
    }
    const sound = new Int16Array(PACKET_SAMPLES);
    for (let filled = 0; filled < PACKET_SAMPLES; ) {
      const [piece] = this.#queue;
      if (piece === undefined) break;
      const part = piece.subarray(this.#place, this.#place + PACKET_SAMPLES - filled);
      sound.set(part, filled);
      filled += part.length;
      this.#place += part.length;
      if (this.#place < piece.length) continue;
      this.#queue.shift();
      this.#place = 0;
    }
    return sound;
  }

  /** @returns the keys that are pressed in what came */
  hear(bytes: Uint8Array): Key[] {
    const packet = parseRtp(bytes);
    if (packet === undefined) return [];
    if (packet.type === this.events) {
      // Its number is one of the row that the sound has too.
      if (this.#listener !== undefined) this.#handOn(packet);
      return this.#heardEvent(packet);
    }
    if (packet.type !== 0 && packet.type !== 8) return [];
    if (this.#listener !== undefined) {
      this.#handOn(packet);
      return [];
    }
    // Who tells keys as events is not listened to for tones: the sound may hold them as well.
    if (this.events !== undefined || this.#way === 'info' || this.#way === 'event') return [];
    return this.#inOrder(packet).flatMap(({ type, payload }) => {
      const keys = this.#ear.hear(decodeSound(type === 8 ? 8 : 0, payload));
      return keys.filter(() => this.believes('tone'));
    });
  }

  #handOn(packet: RtpPacket): void {
    for (const { type, payload } of this.#inOrder(packet)) {
      if (type === 0 || type === 8) this.#listener?.(decodeSound(type, payload));
    }
  }

  /** Whether keys that are told in a way count: those of one way do. */
  believes(way: KeyWay): boolean {
    this.#way ??= way;
    return this.#way === way;
  }

  #heardEvent({ timestamp, payload, isMarked }: RtpPacket): Key[] {
    const told = parseKeyEvent(payload);
    if (told === undefined) return [];
    // All packets of one event have the timestamp of its beginning. One that begins anew with the timestamp of another
    // that has ended is a key again: some telephones play each key from a record of it.
    const hasEnded = this.#heardEvents.get(timestamp);
    if (hasEnded !== undefined && !(isMarked && hasEnded && !told.isEnd)) {
      this.#heardEvents.set(timestamp, hasEnded || told.isEnd);
      return [];
    }
    const key = EVENT_KEYS[told.event];
    if (key === undefined || !isKey(key) || !this.believes('event')) return [];
    this.#heardEvents.delete(timestamp);
    this.#heardEvents.set(timestamp, told.isEnd);
    const [first = 0] = this.#heardEvents.keys();
    if (this.#heardEvents.size > EVENTS_KEPT) this.#heardEvents.delete(first);
    return [key];
  }

  /** Packets in the order in which they were sent; one that is missing is waited for until some later ones are there. */
  #inOrder(packet: RtpPacket): RtpPacket[] {
    if (packet.source !== this.#heardSource) {
      // Another source counts anew: RFC 3550 §8.
      this.#heardSource = packet.source;
      this.#next = undefined;
      this.#waiting.clear();
    }
    this.#next ??= packet.sequence;
    const ahead = (packet.sequence - this.#next + SEQUENCES) % SEQUENCES;
    if (ahead >= SEQUENCES / 2) return [];
    this.#waiting.set(packet.sequence, packet);
    const ordered: RtpPacket[] = [];
    while (this.#waiting.size > 0) {
      const next = this.#waiting.get(this.#next);
      if (next === undefined) {
        if (this.#waiting.size < LATE_MAX) break;
        // What was lost is passed over, however much it was.
        this.#next = nearest(this.#next, [...this.#waiting.keys()]);
        continue;
      }
      this.#waiting.delete(this.#next);
      ordered.push(next);
      this.#next = (this.#next + 1) % SEQUENCES;
    }
    return ordered;
  }
}

const nearest = (from: number, sequences: readonly number[]): number =>
  sequences.toSorted(
    (a, b) => ((a - from + SEQUENCES) % SEQUENCES) - ((b - from + SEQUENCES) % SEQUENCES),
  )[0] as number;
