import type { Language } from '../words/index.ts';
import type { CallDesk } from './desk.ts';
import { TextLine, type TextTurn } from './text-line.ts';
import type { Listening, Sentence } from './types.ts';

/** Whoever has the voice waits for fifteen seconds, and then hangs up. */
const TURN_MS = 5_000;
const CALLS_MAX = 1_000;
/** After a call has ended it cannot begin again. */
const ENDED_MAX = 10_000;
const SILENCE_SECONDS = 8;
const WAIT_SECONDS = 2;
const SID_FORM = /^CA[0-9a-f]{32}$/;
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-US', ko: 'ko-KR' };
const REJECTED = response('<Reject reason="rejected"/>');
const BUSY = response('<Reject reason="busy"/>');

/** What whoever hosts the voice posts of a call. */
export interface VoiceForm {
  readonly callSid: string;
  readonly from: string;
  /** Of which answer this is what became: nothing at the beginning of a call. */
  readonly turn: number | undefined;
  /** What was keyed, without the `#` that ended it; empty where nothing was. */
  readonly digits: string;
  readonly isEndedByHash: boolean;
}

export interface VoiceSettings {
  /** Where answers are posted to, as the other side reaches it. */
  readonly url: string;
  /** Who is called where somebody wants a person; a call back where there is nobody. */
  readonly person: string | undefined;
}

interface Voice {
  readonly line: VoiceLine;
  readonly from: string;
  /** Of the answer that is with the caller. */
  turn: number;
  answer: Promise<string>;
}

/** A call that is spoken by somebody else: what is said is handed over as text. */
class VoiceLine extends TextLine {
  listening: Listening = 'no';
  mustBeHeard = false;
  isForPerson = false;

  override say(said: Parameters<TextLine['say']>[0]): void {
    this.listening = said.listening;
    this.mustBeHeard = said.mustBeHeard;
    super.say(said);
  }
  override close(to?: 'nobody' | 'person'): void {
    this.isForPerson = to === 'person';
    super.close();
  }
}

/**
 * Calls whose voice is hosted elsewhere: each webhook is answered with TwiML. A webhook that is sent again is answered
 * again and done once; one of another turn, another number, or a call that has ended is rejected.
 */
export class HostedVoice {
  readonly #desk: CallDesk;
  readonly #settings: VoiceSettings;
  readonly #later: (ms: number, work: () => void) => () => void;
  readonly #calls = new Map<string, Voice>();
  readonly #ended = new Set<string>();

  constructor(desk: CallDesk, settings: VoiceSettings, later: (ms: number, work: () => void) => () => void) {
    this.#desk = desk;
    this.#settings = settings;
    this.#later = later;
  }

  /** @returns TwiML */
  async take(form: VoiceForm): Promise<string> {
    const { callSid, from, turn } = form;
    if (!SID_FORM.test(callSid) || this.#ended.has(callSid)) return REJECTED;
    const voice = this.#calls.get(callSid);
    if (voice === undefined) return turn === undefined ? this.#begun(callSid, from) : REJECTED;
    if (voice.from !== from) return REJECTED;
    const at = turn ?? -1;
    if (at === voice.turn - 1) return voice.answer;
    if (at !== voice.turn) return REJECTED;
    voice.turn += 1;
    voice.answer = voice.answer.then(() => this.#heard(callSid, voice, form));
    return voice.answer;
  }

  /** The call is over, whoever hung up. */
  ended(callSid: string): void {
    const voice = this.#calls.get(callSid);
    if (voice === undefined) return;
    if (!voice.line.isClosed) voice.line.handle?.input({ type: 'hung-up' });
    this.#calls.delete(callSid);
    this.#ended.add(callSid);
    const [first = ''] = this.#ended;
    if (this.#ended.size > ENDED_MAX) this.#ended.delete(first);
  }

  #begun(callSid: string, from: string): Promise<string> | string {
    if (this.#calls.size >= CALLS_MAX) return BUSY;
    const line = new VoiceLine(this.#later);
    const canTransfer = this.#settings.person !== undefined;
    line.handle = this.#desk.begin({ carrier: 'hosted', from: from.replace(/^\+/, ''), canTransfer }, line);
    if (line.handle === undefined) return BUSY;
    const voice: Voice = { line, from, turn: 0, answer: Promise.resolve('') };
    this.#calls.set(callSid, voice);
    voice.answer = this.#said(callSid, voice, 0);
    return voice.answer;
  }

  async #heard(callSid: string, voice: Voice, { digits, isEndedByHash }: VoiceForm): Promise<string> {
    const { line, turn } = voice;
    // What waits has nothing to be keyed to; it is only looked after.
    if (line.listening !== 'no') {
      if (digits.includes('*')) line.enter('*');
      else if (digits !== '') line.enter(digits);
      else if (isEndedByHash) line.enter('#');
      else line.beSilent();
    }
    return this.#said(callSid, voice, turn);
  }

  async #said(callSid: string, { line }: Voice, turn: number): Promise<string> {
    const heard = await line.turn(TURN_MS);
    if (line.isClosed) this.ended(callSid);
    return this.#twiml(line, heard, turn);
  }

  #twiml(line: VoiceLine, { sentences, isOpen }: TextTurn, turn: number): string {
    const said = sentences.map(spoken).join('');
    const next = xml(`${this.#settings.url}?turn=${turn}`);
    if (line.isClosed) {
      const { person } = this.#settings;
      return response(
        `${said}${line.isForPerson && person !== undefined ? `<Dial>${xml(person)}</Dial>` : '<Hangup/>'}`,
      );
    }
    if (!isOpen) return response(`${said}<Pause length="${WAIT_SECONDS}"/><Redirect method="POST">${next}</Redirect>`);
    // An empty finishOnKey lets star and hash through as keys; without a menu, hash ends what is keyed.
    const keys = line.listening === 'key' ? 'numDigits="1" finishOnKey=""' : 'finishOnKey="#"';
    const gather = `<Gather input="dtmf" ${keys} timeout="${SILENCE_SECONDS}" actionOnEmptyResult="true" action="${next}" method="POST"`;
    // Keys that are pressed before its end would be taken for an answer to what has to be heard whole.
    return response(line.mustBeHeard ? `${said}${gather}/>` : `${gather}>${said}</Gather>`);
  }
}

const spoken = ({ language, text }: Sentence): string => `<Say language="${LOCALES[language]}">${xml(text)}</Say>`;

function response(verbs: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const xml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] as string);
