import { createHash, timingSafeEqual } from 'node:crypto';
import type { UssdForm } from '../phone/ports.ts';
import type { CallbackReply } from './callback-server.ts';

export interface TelephoneWebOptions {
  readonly ussd?: {
    /** At the end of the address that the gateway was given: who does not know it is nobody. */
    readonly key: string;
    readonly take: (form: UssdForm) => Promise<string>;
  };
}

const USSD_PATH = '/ussd/';

/** Callbacks of those who have telephones: a USSD gateway in the form of Africa's Talking. */
export class TelephoneWeb {
  readonly #options: TelephoneWebOptions;

  constructor(options: TelephoneWebOptions) {
    this.#options = options;
  }

  /** Nothing of theirs is answered with `false`, and changes nothing. */
  async take(path: string, body: string): Promise<false | CallbackReply> {
    const { ussd } = this.#options;
    if (ussd === undefined || !path.startsWith(USSD_PATH) || !isSame(path.slice(USSD_PATH.length), ussd.key)) {
      return false;
    }
    const form = ussdForm(body);
    return form === undefined ? false : { type: 'text/plain; charset=utf-8', body: await ussd.take(form) };
  }
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
