import type { MessageCarrier, MessageNews, MessageSent } from '../host/index.ts';

export interface MessageHttpSettings {
  /** Of the account that pays, `AC…`, and the secret with which it is asked. */
  readonly account: string;
  readonly token: string;
  /** The number or name that messages come from. */
  readonly from: string;
  /** `https://api.twilio.com` where absent. */
  readonly url?: string;
  /** Where states are told to, without the id at its end; nobody is asked to tell them where absent. */
  readonly statusUrl?: string;
  /** For one request; 15 s where absent. */
  readonly requestMs?: number;
  /** Hears why a message was not taken, where that is not the message's own fault. */
  readonly warn: (sentence: string) => void;
}

const ORIGIN = 'https://api.twilio.com';
const REQUEST_MS = 15_000;
const ANSWER_CHARACTERS_MAX = 16_384;
/** Whoever could not be reached took nothing. */
const NOT_REACHED: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
  ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
]);
/** Wrong account or secret, too much at once: the same message may be taken later. */
const LATER: ReadonlySet<number> = new Set([401, 403, 404, 429, 503]);

/**
 * Messages by whoever has them sent over HTTP, in the form of Twilio: a POST of `To`, `From`, `Body` to
 * `/2010-04-01/Accounts/ACCOUNT/Messages.json`. It knows a message that comes again by nothing: so what is not certainly
 * refused or certainly unheard is unclear.
 */
export class MessageHttp implements MessageCarrier {
  readonly #settings: MessageHttpSettings;

  constructor(settings: MessageHttpSettings) {
    this.#settings = settings;
  }

  async send({ id, number, text }: Parameters<MessageCarrier['send']>[0]): Promise<MessageSent> {
    const { account, token, from, url = ORIGIN, statusUrl, requestMs = REQUEST_MS, warn } = this.#settings;
    const body = new URLSearchParams({ To: `+${number}`, From: from, Body: text });
    if (statusUrl !== undefined) body.set('StatusCallback', `${statusUrl}/${id}`);
    const authorization = `Basic ${Buffer.from(`${account}:${token}`).toString('base64')}`;
    try {
      const answer = await fetch(`${url}/2010-04-01/Accounts/${encodeURIComponent(account)}/Messages.json`, {
        ...{ method: 'POST', body, redirect: 'error', headers: { authorization, accept: 'application/json' } },
        signal: AbortSignal.timeout(requestMs),
      });
      const { status } = answer;
      if (status >= 200 && status < 300) {
        await answer.body?.cancel();
        return { outcome: 'handed' };
      }
      const why = `it was answered with status ${status}${codeIn(await textOf(answer))}`;
      if (!LATER.has(status)) return { outcome: status >= 500 ? 'unclear' : 'refused', why };
      warn(`A message was not taken, because ${why}: it is sent again.`);
      return { outcome: 'away', why };
    } catch (error) {
      const code = causeOf(error);
      if (!NOT_REACHED.has(code)) return { outcome: 'unclear', why: 'its answer never came' };
      const why = `nobody was reached (${code})`;
      warn(`A message was not taken, because ${why}: it is sent again.`);
      return { outcome: 'away', why };
    }
  }
}

/** What a status callback tells; nothing where the message is still on its way. */
export function messageNews(id: string, fields: URLSearchParams): MessageNews | undefined {
  switch (fields.get('MessageStatus')) {
    case 'delivered':
    case 'read':
      return { id, state: 'delivered' };
    case 'undelivered':
    case 'failed': {
      const code = fields.get('ErrorCode') ?? '';
      return { id, state: 'failed', why: /^\d{1,8}$/.test(code) ? `code ${code}` : 'whoever sends it says so' };
    }
    default:
      return undefined;
  }
}

async function textOf(answer: Response): Promise<string> {
  return answer.text().then(
    (text) => text.slice(0, ANSWER_CHARACTERS_MAX),
    () => '',
  );
}

/** `, code 21211`: what it says beside may hold the number. */
function codeIn(text: string): string {
  const [, code] = /"code"\s*:\s*(\d{1,8})\b/.exec(text) ?? [];
  return code === undefined ? '' : `, code ${code}`;
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}
