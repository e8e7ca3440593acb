import type { CallDesk, CallHandle, CallLine } from '../desk.ts';
import type { KeyWay, SoundStream } from '../rtp/stream.ts';
import type { Hear } from '../switchboard.ts';
import type { CallOutput, Key } from '../types.ts';
import type { SipPorts } from './ports.ts';

/** Between two sentences. */
const PAUSE = new Int16Array(1_600);

/** A call that is heard: says what the dialogue says, and gives it the keys that are pressed. */
export class VoiceCall implements CallLine {
  readonly #stream: SoundStream;
  readonly #ports: Pick<SipPorts, 'speech' | 'warn'>;
  readonly #end: () => void;
  #handle: CallHandle | undefined;
  /** Counts speeches: what becomes ready too late is not said any more. */
  #speech = 0;
  #mustBeHeard = false;
  #isTalking = false;
  #isClosing = false;

  /** @param end hangs up */
  constructor(stream: SoundStream, ports: Pick<SipPorts, 'speech' | 'warn'>, end: () => void) {
    this.#stream = stream;
    this.#ports = ports;
    this.#end = end;
  }

  /** @returns whether the call was taken */
  begin(desk: CallDesk, from: string | undefined): boolean {
    this.#handle = desk.begin({ carrier: 'sip', from }, this);
    return this.#handle !== undefined;
  }

  say({ sentences, mustBeHeard }: Extract<CallOutput, { type: 'say' }>): void {
    const speech = ++this.#speech;
    this.#mustBeHeard = mustBeHeard;
    this.#isTalking = true;
    this.#stream.hush();
    this.#stream.listen(undefined);
    const spoken = sentences.map(({ text, language }) => this.#ports.speech.speak(text, language));
    this.#sayInOrder(speech, spoken).catch(() => {
      if (speech !== this.#speech) return;
      this.#ports.warn('A sentence could not be spoken: the call is ended.');
      this.#end();
    });
  }

  /** The first sentence is heard while the next ones are being spoken. */
  async #sayInOrder(speech: number, spoken: readonly Promise<Int16Array>[]): Promise<void> {
    // One that fails counts when it is its turn, and not when nobody waits for it any more.
    for (const sound of spoken) sound.catch(() => undefined);
    for (const ready of spoken) {
      const sound = await ready;
      if (speech !== this.#speech) return;
      this.#stream.say(sound);
      this.#stream.say(PAUSE);
    }
    if (speech === this.#speech) this.#stream.thenTell(() => this.#said());
  }

  /** A person speaks, and nobody else before something is said again. */
  talk(hear: Hear): Hear {
    const speech = ++this.#speech;
    this.#mustBeHeard = false;
    this.#isTalking = false;
    this.#stream.hush();
    this.#stream.listen(hear);
    return (sound) => {
      if (speech === this.#speech) this.#stream.sayLive(sound);
    };
  }

  close(): void {
    if (this.#isTalking) this.#isClosing = true;
    else this.#end();
  }

  /** A key that was pressed on the telephone. */
  press(key: Key, way: KeyWay): void {
    if (!this.#stream.believes(way)) return;
    if (!this.#mustBeHeard && this.#isTalking && !this.#isClosing) {
      this.#isTalking = false;
      this.#speech += 1;
      this.#stream.hush();
    }
    this.#handle?.input({ type: 'key', key });
  }

  /** Nobody is there any more. */
  hangUp(): void {
    this.#speech += 1;
    this.#stream.hush();
    this.#stream.listen(undefined);
    this.#handle?.input({ type: 'hung-up' });
  }

  #said(): void {
    this.#isTalking = false;
    if (this.#isClosing) this.#end();
    else this.#handle?.input({ type: 'spoken' });
  }
}
