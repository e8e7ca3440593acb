import type { HostFailure, InterphoneAnswer, InterphonePort, InterphoneSaid, Prompt } from '../host/index.ts';
import type { Svpmsn } from '../units/index.ts';
import { LANGUAGES, PROMPTS } from '../words/index.ts';
import type { CallDesk, CallHandle, CallLine } from './desk.ts';
import type { MeterVoices } from './meter-voices.ts';
import type { Hear } from './switchboard.ts';
import { type CallOutput, isKey, type Sentence } from './types.ts';

/** A meter is asked for keys so long after it answered: an exchange takes a second or two of a narrow line. */
const ASKED_AGAIN_MS = 700;
const SPEECHES_MAX = 255;
const KEY_NUMBERS = 256;

export interface InterphonePorts {
  /** Queues what a meter is to say. */
  readonly say: (meter: Svpmsn, said: InterphoneSaid) => Promise<object | HostFailure>;
  readonly later: (ms: number, work: () => void) => () => void;
  /** Where meters have a carrier that is fast enough for speech. */
  readonly voices?: MeterVoices;
}

/**
 * Calls from the meters themselves (parts 20 and 21): the numbers of sentences go down, and keys come up. One host
 * serves a call from its beginning to its end, so that it alone works on the books then.
 */
export class Interphones implements InterphonePort {
  readonly #desk: CallDesk;
  readonly #ports: InterphonePorts;
  readonly #calls = new Map<Svpmsn, MeterCall>();

  constructor(desk: CallDesk, ports: InterphonePorts) {
    this.#desk = desk;
    this.#ports = ports;
  }

  called(meter: Svpmsn): void {
    const before = this.#calls.get(meter);
    before?.hungUp();
    const end = () => {
      if (this.#calls.get(meter) === call) this.#calls.delete(meter);
    };
    const call: MeterCall = new MeterCall(meter, this.#ports, { end, awaitsAnother: before?.isAsking === true });
    this.#calls.set(meter, call);
    if (!call.begin(this.#desk)) this.#calls.delete(meter);
  }

  answered(meter: Svpmsn, answer: InterphoneAnswer): void {
    this.#calls.get(meter)?.answered(answer);
  }
}

interface CallBeginning {
  readonly end: () => void;
  /** Something that was said to the meter in a call before has not been answered yet. */
  readonly awaitsAnother: boolean;
}

class MeterCall implements CallLine {
  readonly #meter: Svpmsn;
  readonly #ports: InterphonePorts;
  readonly #end: () => void;
  #handle: CallHandle | undefined;
  #said: InterphoneSaid = { speech: 0, mustBeHeard: false, taken: 0, prompts: [] };
  /** Whether the meter has that speech, and has played it to its end. */
  #isThere = false;
  #isHeard = false;
  /** Whether the meter had any speech of this call. */
  #wasThere = false;
  #isClosing = false;
  /** Whether something is on its way to the meter: nothing else is sent until it has answered. */
  #isAsking: boolean;
  /** Whether the next answer is to what was said in the call before. */
  #awaitsAnother: boolean;
  #cancel: () => void = () => undefined;
  /** Ends a conversation with a person. */
  #endTalk: () => void = () => undefined;

  constructor(meter: Svpmsn, ports: InterphonePorts, { end, awaitsAnother }: CallBeginning) {
    this.#meter = meter;
    this.#ports = ports;
    this.#end = end;
    this.#isAsking = awaitsAnother;
    this.#awaitsAnother = awaitsAnother;
  }

  get isAsking(): boolean {
    return this.#isAsking;
  }

  /** @returns whether the call was taken */
  begin(desk: CallDesk): boolean {
    this.#handle = desk.begin({ carrier: 'meter', from: undefined, meter: this.#meter }, this);
    return this.#handle !== undefined;
  }

  get talk(): ((hear: Hear) => Hear) | undefined {
    const { voices } = this.#ports;
    if (voices?.has(this.#meter) !== true) return undefined;
    return (hear) => {
      const { say, end } = voices.talk(this.#meter, hear);
      this.#endTalk = end;
      return say;
    };
  }

  say({ sentences, mustBeHeard }: Extract<CallOutput, { type: 'say' }>): void {
    this.#endTalk();
    const { speech, taken } = this.#said;
    // A meter that is called by somebody else now takes the first speech of their call alone.
    const next = this.#awaitsAnother ? 1 : (speech % SPEECHES_MAX) + 1;
    this.#said = { speech: next, mustBeHeard, taken, prompts: sentences.map(promptOf) };
    this.#isThere = false;
    this.#isHeard = false;
    this.#tell();
  }

  close(): void {
    this.#isClosing = true;
    if (this.#isHeard || this.#said.speech === 0) this.#hangUp();
  }

  answered({ isCalling, speech, isHeard, first, keys }: InterphoneAnswer): void {
    this.#isAsking = false;
    if (this.#awaitsAnother) {
      this.#awaitsAnother = false;
      if (this.#said.speech !== 0) this.#tell();
      return;
    }
    // Where what was said is there no more, somebody else calls: their call begins with its event.
    if (!isCalling || (speech === 0 && this.#wasThere)) {
      this.hungUp();
      return;
    }
    this.#isThere ||= speech === this.#said.speech;
    this.#wasThere ||= this.#isThere;
    if (this.#isThere && isHeard && !this.#isHeard) {
      this.#isHeard = true;
      if (this.#isClosing) {
        this.#hangUp();
        return;
      }
      this.#handle?.input({ type: 'spoken' });
    }
    // Nobody keys before the first word: what was on its way when this call began is of the one before.
    if (this.#wasThere) this.#press(first, keys);
    if (this.#isThere) this.#cancel = this.#ports.later(ASKED_AGAIN_MS, () => this.#tell());
    else this.#tell();
  }

  /** Nobody is at the meter any more, or it calls anew. */
  hungUp(): void {
    this.#cancel();
    this.#endTalk();
    this.#end();
    this.#handle?.input({ type: 'hung-up' });
  }

  /** Each key once, however often it is told. */
  #press(first: number, keys: string): void {
    const known = (this.#said.taken - first + KEY_NUMBERS) % KEY_NUMBERS;
    // Those before `first` the meter has dropped: they count for nothing.
    const news = known <= keys.length ? keys.slice(known) : keys;
    this.#said = { ...this.#said, taken: (first + keys.length) % KEY_NUMBERS };
    for (const key of news) if (isKey(key)) this.#handle?.input({ type: 'key', key });
  }

  #tell(): void {
    if (this.#isAsking) return;
    this.#cancel();
    this.#isAsking = true;
    const said = this.#isThere ? { ...this.#said, prompts: [] } : this.#said;
    void this.#send(said);
  }

  async #send(said: InterphoneSaid): Promise<void> {
    const sent = await this.#ports.say(this.#meter, said).catch(() => undefined);
    // A meter that can be told nothing is left; what was paid there comes to its end as ever.
    if (sent === undefined || 'reason' in sent) this.hungUp();
  }

  #hangUp(): void {
    this.#cancel();
    this.#endTalk();
    this.#end();
    void this.#ports.say(this.#meter, { ...this.#said, speech: 0, prompts: [] }).catch(() => undefined);
  }
}

const promptOf = ({ name, language, values }: Sentence): Prompt => ({
  number: PROMPTS.indexOf(name),
  language: LANGUAGES.indexOf(language),
  values,
});
