import type { CallDesk } from './desk.ts';
import { TextLine } from './text-line.ts';

/** A USSD gateway waits for some ten seconds, and then shows nothing at all. */
const TURN_MS = 7_000;
/** Sessions that are live, and those of which it is remembered that they have ended. */
const SESSIONS_MAX = 2_000;
const ENDED_MAX = 10_000;
const SESSION_MS_MAX = 5 * 60_000;
const ID_FORM = /^[\w.:-]{1,128}$/;
const TEXT_MAX = 512;
/** What fits on the screen of any telephone. 3GPP TS 23.038 §6.1.2.3 */
export const USSD_CHARACTERS_MAX = 182;
const REFUSED = 'END This session is not open: dial again.';
const BUSY = 'END All lines are busy: dial again in a while.';

interface Session {
  readonly number: string;
  readonly line: TextLine;
  /** All that was entered, joined by stars, as the gateway sends it each time. */
  text: string;
  /** What was answered to it, or is being. */
  answer: Promise<string>;
  readonly end: () => void;
}

/** What a gateway posts, in the form of Africa's Talking. */
export interface UssdForm {
  readonly sessionId: string;
  readonly phoneNumber: string;
  /** Everything that was entered since the session began: `1*2*3`. */
  readonly text: string;
}

/**
 * Calls by USSD. A session belongs to the number that began it, and each request adds one entry to those before: what
 * is sent again is answered again and done once, and what comes out of its order, to another number or after the end
 * does nothing.
 */
export class UssdGateway {
  readonly #desk: CallDesk;
  readonly #later: (ms: number, work: () => void) => () => void;
  readonly #sessions = new Map<string, Session>();
  /** What was told last in sessions that have ended. */
  readonly #ended = new Map<string, { readonly form: UssdForm; readonly answer: string }>();
  readonly #warn: (sentence: string) => void;

  constructor(
    desk: CallDesk,
    {
      later,
      warn,
    }: {
      readonly later: (ms: number, work: () => void) => () => void;
      /** Of sessions that are not what they say: once for each. */
      readonly warn: (sentence: string) => void;
    },
  ) {
    this.#desk = desk;
    this.#later = later;
    this.#warn = warn;
  }

  /** @returns `CON …` to be answered, `END …` as the last word */
  async take(form: UssdForm): Promise<string> {
    const { sessionId, phoneNumber, text } = form;
    if (!ID_FORM.test(sessionId) || text.length > TEXT_MAX) return REFUSED;
    const ended = this.#ended.get(sessionId);
    if (ended !== undefined) {
      return ended.form.text === text && ended.form.phoneNumber === phoneNumber ? ended.answer : REFUSED;
    }
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return text === '' ? this.#begun(form) : REFUSED;
    if (session.number !== phoneNumber) return this.#foreign(sessionId, 'another number than it began with');
    if (text === session.text) return session.answer;
    const before = session.text === '' ? '' : `${session.text}*`;
    const entry = text.startsWith(before) ? text.slice(before.length) : undefined;
    if (entry === undefined || entry.includes('*')) return this.#foreign(sessionId, 'entries out of their order');
    // Two that come at once are one after the other: the second adds to what the first has entered.
    session.text = text;
    session.answer = session.answer.then(() => this.#entered(sessionId, session, entry));
    return session.answer;
  }

  #begun({ sessionId, phoneNumber }: UssdForm): Promise<string> | string {
    if (this.#sessions.size >= SESSIONS_MAX) return BUSY;
    const line = new TextLine(this.#later);
    line.handle = this.#desk.begin({ carrier: 'ussd', from: phoneNumber.replace(/^\+/, '') }, line);
    if (line.handle === undefined) return BUSY;
    const cancel = this.#later(SESSION_MS_MAX, () => this.#end(sessionId, REFUSED));
    const answer = this.#shown(sessionId, line);
    this.#sessions.set(sessionId, { number: phoneNumber, line, text: '', answer, end: cancel });
    return answer;
  }

  async #entered(sessionId: string, { line }: Session, entry: string): Promise<string> {
    if (line.isClosed) return REFUSED;
    // A star cannot be sent, and nothing at all asks for the same again.
    line.enter(entry === '00' ? '*' : entry === '' ? '#' : entry);
    return this.#shown(sessionId, line);
  }

  async #shown(sessionId: string, line: TextLine): Promise<string> {
    const { sentences, isOpen } = await line.turn(TURN_MS);
    const shown = sentences.filter(({ isHint }) => isHint !== true).map(({ text }) => text);
    // The last sentences say what to do; what was said before them may be cut off.
    while (shown.length > 1 && shown.join('\n').length > USSD_CHARACTERS_MAX) shown.shift();
    const answer = `${isOpen ? 'CON' : 'END'} ${shown.join('\n')}`;
    if (!isOpen) this.#end(sessionId, answer);
    return answer;
  }

  /** Whoever is at it is no caller: the session ends for all of them. */
  #foreign(sessionId: string, what: string): string {
    this.#warn(`USSD session ${sessionId} was sent ${what}: it is ended.`);
    this.#end(sessionId, REFUSED);
    return REFUSED;
  }

  #end(sessionId: string, answer: string): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    this.#sessions.delete(sessionId);
    session.end();
    if (!session.line.isClosed) session.line.handle?.input({ type: 'hung-up' });
    const { number: phoneNumber, text } = session;
    this.#ended.set(sessionId, { form: { sessionId, phoneNumber, text }, answer });
    const [first = ''] = this.#ended.keys();
    if (this.#ended.size > ENDED_MAX) this.#ended.delete(first);
  }
}
