/** What a datagram of SIP may be: an MTU of jumbo frames, and far more than any honest request has. */
export const SIP_BYTES_MAX = 8_192;
const HEADERS_MAX = 96;
const STATUS_MIN = 100;
const STATUS_MAX = 699;
const CSEQ_MAX = 2 ** 31;

/** Header fields by their full name in small letters, each line a value, in order. */
export type SipHeaders = ReadonlyMap<string, readonly string[]>;

export interface SipRequest {
  readonly type: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: SipHeaders;
  readonly body: string;
}
export interface SipResponse {
  readonly type: 'response';
  readonly status: number;
  readonly headers: SipHeaders;
  readonly body: string;
}
export type SipMessage = SipRequest | SipResponse;

/** Why a datagram is none. A request that can be answered all the same is answered with 400, one of another version with 505. */
export interface SipFailure {
  readonly reason:
    | 'empty'
    | 'too-long'
    | 'first-line-wrong'
    | 'version-wrong'
    | 'header-wrong'
    | 'field-missing'
    | 'body-short';
  /** What could be read of a request, where it is enough to answer it. */
  readonly request?: SipRequest;
}

/** RFC 3261 §20: one letter for names that come often, and RFC 3265, 3515, 4028 for the others. */
const COMPACT: Readonly<Record<string, string>> = {
  ...{ i: 'call-id', m: 'contact', e: 'content-encoding', l: 'content-length', c: 'content-type', f: 'from' },
  ...{ s: 'subject', k: 'supported', t: 'to', v: 'via', o: 'event', r: 'refer-to', x: 'session-expires' },
};
/** Of which one line only is allowed. */
const SINGLE = ['call-id', 'cseq', 'from', 'to', 'content-length', 'content-type', 'max-forwards'];
const TOKEN = /^[A-Za-z0-9.!%*_+`'~-]+$/;

/** Reads a datagram: RFC 3261 §7, with folded lines, compact names and blanks wherever they may stand. */
export function parseSip(bytes: Uint8Array): SipMessage | SipFailure {
  if (bytes.length > SIP_BYTES_MAX) return { reason: 'too-long' };
  // Of UDP everything is one message: what stands before the first line are keep-alives.
  const text = latin(bytes).replace(/^(\r\n|\n)+/, '');
  if (text.trim() === '') return { reason: 'empty' };
  const [, head = '', , rest = ''] = /^([\s\S]*?)(\r\n\r\n|\n\n|$)([\s\S]*)$/.exec(text) ?? [];
  const [first = '', ...lines] = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const start = startOf(first);
  if ('reason' in start) return start.reason === 'version-wrong' ? { ...start, ...ofVersion(first, lines) } : start;
  const headers = headersOf(lines);
  const message: SipMessage = { ...start, headers: headers.fields, body: '' };
  const answerable = message.type === 'request' && isAnswerable(message) ? { request: message } : {};
  if (headers.isWrong) return { reason: 'header-wrong', ...answerable };
  const missing = faultOf(message);
  if (missing !== undefined) return { reason: missing, ...answerable };
  const length = message.headers.get('content-length')?.[0];
  if (length !== undefined && !/^\d{1,7}$/.test(length)) return { reason: 'header-wrong', ...answerable };
  if (length !== undefined && Number(length) > rest.length) return { reason: 'body-short', ...answerable };
  return { ...message, body: utf8(rest.slice(0, length === undefined ? undefined : Number(length))) };
}

/** What is needed to say to a request of another version that this one is spoken here. RFC 3261 §21.5.6 */
function ofVersion(first: string, lines: readonly string[]): Pick<SipFailure, 'request'> {
  const start = startOf(first.replace(/SIP\/[\d.]+$/i, 'SIP/2.0'));
  if ('reason' in start || start.type !== 'request') return {};
  const request: SipRequest = { ...start, headers: headersOf(lines).fields, body: '' };
  return isAnswerable(request) ? { request } : {};
}

type Start = Omit<SipRequest, 'headers' | 'body'> | Omit<SipResponse, 'headers' | 'body'>;

function startOf(line: string): Start | SipFailure {
  const [, status] = /^SIP\/2\.0 +(\d{3})( .*)?$/i.exec(line) ?? [];
  if (status !== undefined) {
    const number = Number(status);
    return number < STATUS_MIN || number > STATUS_MAX
      ? { reason: 'first-line-wrong' }
      : { type: 'response', status: number };
  }
  const [, method, uri, version] = /^(\S+) (\S+) (SIP\/\d+\.\d+)$/i.exec(line) ?? [];
  if (method === undefined || uri === undefined || !TOKEN.test(method)) return { reason: 'first-line-wrong' };
  return version?.toUpperCase() === 'SIP/2.0' ? { type: 'request', method, uri } : { reason: 'version-wrong' };
}

function headersOf(lines: readonly string[]): { readonly fields: Map<string, string[]>; readonly isWrong: boolean } {
  const fields = new Map<string, string[]>();
  let isWrong = lines.length > HEADERS_MAX;
  for (const line of lines.slice(0, HEADERS_MAX)) {
    const [, name, value = ''] = /^([A-Za-z0-9.!%*_+`'~-]+)[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined) {
      isWrong = true;
      continue;
    }
    const small = name.toLowerCase();
    const full = COMPACT[small] ?? small;
    const before = fields.get(full);
    if (before === undefined) fields.set(full, [value]);
    else if (SINGLE.includes(full)) isWrong = true;
    else before.push(value);
  }
  return { fields, isWrong };
}

/** RFC 3261 §8.1.1: what every message has, and what a request that is answered must have. */
const NEEDED = ['via', 'from', 'to', 'call-id', 'cseq'];
const isAnswerable = (request: SipRequest): boolean =>
  NEEDED.every((name) => request.headers.get(name)?.[0]) && cseqOf(request) !== undefined;

function faultOf(message: SipMessage): SipFailure['reason'] | undefined {
  if (!NEEDED.every((name) => message.headers.get(name)?.[0])) return 'field-missing';
  const cseq = cseqOf(message);
  if (cseq === undefined) return 'header-wrong';
  if (message.type === 'response') return undefined;
  const isWhole = ['from', 'to'].every((name) => isQuotedWhole(headerOf(message, name)));
  return isWhole && cseq.method === message.method ? undefined : 'header-wrong';
}

/** A quotation that does not end would take the address behind it into the name. */
const isQuotedWhole = (text = ''): boolean => text.replaceAll(/\\./g, '').split('"').length % 2 === 1;

/** Number and method; nothing for what is none. RFC 3261 §20.16 */
export function cseqOf({ headers }: SipMessage): { readonly number: number; readonly method: string } | undefined {
  const [, number, method] = /^(\d{1,10})[ \t]+(\S+)$/.exec(headers.get('cseq')?.[0] ?? '') ?? [];
  if (number === undefined || method === undefined || Number(number) >= CSEQ_MAX) return undefined;
  return { number: Number(number), method };
}

export const headerOf = ({ headers }: SipMessage, name: string): string | undefined => headers.get(name)?.[0];

/** The parts of header lines that hold several, which commas outside of quotes and angle brackets separate. */
export function listOf(lines: readonly string[] = []): string[] {
  const items = lines.flatMap((line) => line.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+/g) ?? []);
  return items.map((item) => item.trim()).filter((item) => item !== '');
}

/** An address with its parameters: `"A, \"B\"" <sip:a@b;x=1>;tag=c`, or `sip:a@b;tag=c`. */
export interface SipAddress {
  readonly uri: string;
  /** What stands before the @, with escapes undone. */
  readonly user: string | undefined;
  readonly parameters: ReadonlyMap<string, string>;
}

/** RFC 3261 §20.10; nothing for what is none. */
export function parseSipAddress(text: string): SipAddress | undefined {
  const quoted = /^\s*(?:(?:"(?:[^"\\]|\\.)*"|[^"<;]*)\s*)?<([^<>\s]+)>\s*(;.*)?$/.exec(text);
  // Without angle brackets all parameters are those of the field.
  const bare = quoted ?? /^\s*([A-Za-z][A-Za-z0-9+.-]*:[^\s;<>"]+)\s*(;.*)?$/.exec(text);
  if (bare === null) return undefined;
  const [, uri = '', rest = ''] = bare;
  const [, scheme, after = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/.exec(uri) ?? [];
  if (scheme === undefined) return undefined;
  const [, before] = /^([^@]*)@/.exec(after) ?? [];
  const user = scheme.toLowerCase() === 'tel' ? after.replace(/;.*$/, '') : before?.replace(/[:;].*$/, '');
  return { uri, user: user === undefined ? undefined : unescaped(user), parameters: parametersOf(rest) };
}

/** `;a=b;c;d="e;f"` */
export function parametersOf(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/;\s*([^\s=;"]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s;]*))?/g)) {
    parameters.set(name.toLowerCase(), value.replace(/^"|"$/g, ''));
  }
  return parameters;
}

function unescaped(user: string): string {
  return user.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Bytes of a message; its length is counted here. */
export function printSip(start: string, headers: readonly (readonly [string, string])[], body = ''): Uint8Array {
  const content = new TextEncoder().encode(body);
  const lines = [start, ...headers.map(([name, value]) => `${name}: ${value}`), `Content-Length: ${content.length}`];
  return new Uint8Array([...bytesOf(`${lines.join('\r\n')}\r\n\r\n`), ...content]);
}

/** Byte by byte: lengths count bytes, and headers that are none of UTF-8 go back as they came. */
const latin = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (sign) => sign.charCodeAt(0));
const utf8 = (text: string): string => new TextDecoder().decode(bytesOf(text));
