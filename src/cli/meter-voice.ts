import type { Sound } from '../api/index.ts';
import { interphoneOf, type Meter } from '../meter/index.ts';
import { decodeSound, encodeSound } from '../phone/index.ts';
import type { Svpmsn } from '../units/index.ts';
import type { LineSender } from './field-line.ts';
import { decodeLineVoice, encodeLineVoice } from './line-voice.ts';
import type { SoundPort } from './meter-sound.ts';

/** The host forgets within three of these who could speak. */
export const VOICE_OFFERED_MS = 5_000;
/** A person is heard fifty times a second: after so long without they are there no more. */
const SILENT_MS = 2_000;
const PCMU = 0;
const NO_SOUND = new Uint8Array(0);

/**
 * Speech between the sound port of a meter and its line. What is heard there leaves the meter only while its interphone
 * is in a call that the host has answered, and a person is heard in it: nobody listens otherwise, whatever the line says.
 */
export class MeterVoice {
  readonly #meter: () => Meter;
  readonly #sound: () => SoundPort;
  readonly #offering: NodeJS.Timeout;
  #line: LineSender | undefined;
  #heardAt = Number.NEGATIVE_INFINITY;

  constructor(meter: () => Meter, sound: () => SoundPort) {
    this.#meter = meter;
    this.#sound = sound;
    this.#offering = setInterval(() => this.offer(), VOICE_OFFERED_MS);
  }

  plugged(line: LineSender): void {
    this.#line = line;
    this.offer();
  }

  ended(): void {
    this.#line = undefined;
  }

  /** Says that somebody could speak here, if that is so. */
  offer(): void {
    if (this.#sound().isThere) this.#send(NO_SOUND);
  }

  /** From the line. */
  message(bytes: Uint8Array): void {
    const voice = decodeLineVoice(bytes);
    if (voice?.svpmsn !== this.#svpmsn || !this.#isAnswered) return;
    this.#heardAt = performance.now();
    this.#sound().play(decodeSound(PCMU, voice.sound));
  }

  /** At the meter. */
  say(sound: Sound): void {
    if (this.#isAnswered && performance.now() - this.#heardAt < SILENT_MS) this.#send(encodeSound(PCMU, sound));
  }

  stop(): void {
    clearInterval(this.#offering);
  }

  get #svpmsn(): Svpmsn {
    return this.#meter().sam.svpmsn;
  }

  get #isAnswered(): boolean {
    return interphoneOf(this.#meter()).state === 'live';
  }

  #send(sound: Uint8Array): void {
    this.#line?.send(encodeLineVoice({ svpmsn: this.#svpmsn, sound }));
  }
}
