import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { MessageNews } from '../host/index.ts';
import type { UssdForm, VoiceForm } from '../phone/ports.ts';
import type { CallbackReply } from './callback-server.ts';
import { messageNews } from './message-http.ts';

export interface TelephoneWebOptions {
  readonly ussd?: {
    /** At the end of the address that the gateway was given: who does not know it is nobody. */
    readonly key: string;
    readonly take: (form: UssdForm) => Promise<string>;
  };
  readonly voice?: {
    /** Under which the other side reaches this one, without the path: it is part of what is signed. */
    readonly url: string;
    /** With which webhooks are signed. */
    readonly token: string;
    readonly take: (form: VoiceForm) => Promise<string>;
    readonly ended: (callSid: string) => void;
  };
  readonly messages?: {
    /** As that of the voice. */
    readonly url: string;
    readonly token: string;
    /** What became of a message; whether there is one. */
    readonly news: (news: MessageNews) => Promise<boolean>;
  };
  /** Takes a sentence for the log. */
  readonly warn: (sentence: string) => void;
}

const USSD_PATH = '/ussd/';
/** Where webhooks of a hosted voice go. */
export const VOICE_PATH = '/voice';
const STATUS_PATH = '/voice/status';
/** Where states of messages are told, with the id of the message behind it. */
export const MESSAGE_PATH = '/messages/status';
/** Of forged webhooks so many are told of, and no more until as many good ones have come. */
const FORGED_TOLD_MAX = 1;

/** Callbacks of those who have telephones: a USSD gateway in the form of Africa's Talking, and a voice that takes TwiML. */
export class TelephoneWeb {
  readonly #options: TelephoneWebOptions;
  #forged = 0;

  constructor(options: TelephoneWebOptions) {
    this.#options = options;
  }

  /** Nothing of theirs is answered with `false`, and changes nothing. */
  async take(path: string, body: string, headers: IncomingHttpHeaders): Promise<boolean | CallbackReply> {
    const [plain = ''] = path.split('?');
    if (plain.startsWith(USSD_PATH)) return this.#ussd(plain.slice(USSD_PATH.length), body);
    if (plain.startsWith(`${MESSAGE_PATH}/`)) return this.#message(path, body, headers['x-twilio-signature']);
    if (plain === VOICE_PATH || plain === STATUS_PATH) return this.#voice(path, body, headers['x-twilio-signature']);
    return false;
  }

  async #ussd(key: string, body: string): Promise<false | CallbackReply> {
    const { ussd } = this.#options;
    if (ussd === undefined || !isSame(key, ussd.key)) return false;
    const form = ussdForm(body);
    return form === undefined ? false : { type: 'text/plain; charset=utf-8', body: await ussd.take(form) };
  }

  async #voice(path: string, body: string, signature: string | string[] | undefined): Promise<boolean | CallbackReply> {
    const { voice } = this.#options;
    if (voice === undefined) return false;
    const fields = new URLSearchParams(body);
    if (!this.#isSigned(path, { fields, signature }, voice)) return false;
    const form = voiceForm(path, fields);
    if (form === undefined) return false;
    if (path.startsWith(STATUS_PATH)) {
      if (ENDED.has(fields.get('CallStatus') ?? '')) voice.ended(form.callSid);
      return true;
    }
    return { type: 'text/xml; charset=utf-8', body: await voice.take(form) };
  }

  async #message(path: string, body: string, signature: string | string[] | undefined): Promise<boolean> {
    const { messages } = this.#options;
    if (messages === undefined) return false;
    const fields = new URLSearchParams(body);
    if (!this.#isSigned(path, { fields, signature }, messages)) return false;
    const news = messageNews(path.slice(MESSAGE_PATH.length + 1), fields);
    return news === undefined || messages.news(news);
  }

  #isSigned(
    path: string,
    { fields, signature }: { readonly fields: URLSearchParams; readonly signature: string | string[] | undefined },
    { url, token }: { readonly url: string; readonly token: string },
  ): boolean {
    if (typeof signature === 'string' && isSame(signature, signatureOf(`${url}${path}`, fields, token))) {
      this.#forged = 0;
      return true;
    }
    this.#forged += 1;
    if (this.#forged <= FORGED_TOLD_MAX)
      this.#options.warn('A webhook was not signed by whoever should tell it: it is refused.');
    return false;
  }
}

/** States of a call from which none comes back. */
const ENDED: ReadonlySet<string> = new Set(['completed', 'busy', 'failed', 'no-answer', 'canceled']);

/** Base64 of HMAC-SHA1 under the token, of the address and, sorted, each name with its value. */
function signatureOf(url: string, fields: URLSearchParams, token: string): string {
  const names = [...new Set(fields.keys())].sort();
  const values = (name: string) => [...new Set(fields.getAll(name))].sort();
  const signed =
    url +
    names
      .map((name) =>
        values(name)
          .map((value) => name + value)
          .join(''),
      )
      .join('');
  return createHmac('sha1', token).update(signed).digest('base64');
}

function voiceForm(path: string, fields: URLSearchParams): VoiceForm | undefined {
  const [callSid, from] = [fields.get('CallSid'), fields.get('From') ?? ''];
  const [, turn] = /\?turn=(\d{1,6})$/.exec(path) ?? [];
  if (callSid === null || (path.includes('?') && turn === undefined)) return undefined;
  return {
    ...{ callSid, from, digits: fields.get('Digits') ?? '', isEndedByHash: fields.get('FinishedOnKey') === '#' },
    turn: turn === undefined ? undefined : Number(turn),
  };
}

/** `sessionId=…&serviceCode=…&phoneNumber=%2B8210…&text=1*2`; nothing for what lacks one of them, or has it twice. */
export function ussdForm(body: string): UssdForm | undefined {
  const fields = new URLSearchParams(body);
  const one = (name: string) => (fields.getAll(name).length === 1 ? (fields.get(name) ?? undefined) : undefined);
  const [sessionId, phoneNumber, text] = [one('sessionId'), one('phoneNumber'), one('text')];
  if (sessionId === undefined || phoneNumber === undefined || text === undefined) return undefined;
  return { sessionId, phoneNumber, text };
}

/** In the same time for every text, whatever of it is right. */
const isSame = (given: string, wanted: string): boolean => timingSafeEqual(digest(given), digest(wanted));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
