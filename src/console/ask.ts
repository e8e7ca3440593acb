import type { ParticularsJson, ProblemJson } from '../api/index.ts';

/** How the pages speak with the host: one function that reads, one that changes, and refusals as values of one kind. */

const PREFIX = '/api/v1';

interface RefusalDetails {
  readonly particulars?: ParticularsJson | undefined;
  readonly againMs?: number | undefined;
}

/** What the host refused, in its own sentence; or that it did not answer at all. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** A stable code of the API, or `away` where nobody answered. */
  readonly code: string;
  /** What the sentence names, for a page in another language. */
  readonly particulars: ParticularsJson;
  /** After so long the same may be answered; undefined where it would be refused again. */
  readonly againMs: number | undefined;

  constructor(code: string, sentence: string, { particulars = {}, againMs }: RefusalDetails = {}) {
    super(sentence);
    this.code = code;
    this.particulars = particulars;
    this.againMs = againMs;
  }
}

/** As it was, of one that was kept. */
export const refusalOf = ({ code, message, particulars }: Pick<Refusal, 'code' | 'message' | 'particulars'>): Refusal =>
  new Refusal(code, message, { particulars });

/** Where a host does not say when to ask again. */
const AGAIN_MS = 3_000;
const TOO_MANY = 429;
const away = (): Refusal => new Refusal('away', 'The host does not answer.', { againMs: AGAIN_MS });

/** Of an answer that is a refusal. A proxy may name an instant in place of seconds: that is not waited for. RFC 9110 §10.2.3 */
function againMsOf({ status, headers }: Response): number | undefined {
  if (status !== TOO_MANY && status < 500) return undefined;
  const seconds = Number(headers.get('retry-after'));
  return seconds > 0 ? seconds * 1_000 : AGAIN_MS;
}

/** Which session's token goes with a change; nobody is logged in where it is undefined. */
let csrf: string | undefined;
export const rememberCsrf = (token: string | undefined): void => {
  csrf = token;
};

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** `/meters?state=low`, without the fields that are undefined. */
export function pathOf(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs)}`;
}

/** @throws Refusal */
export const read = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  answered<T>(pathOf(path, query), { ...(signal && { signal }) });

export interface Change {
  readonly method: 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  readonly body?: unknown;
  /** Under the same key the same thing is done once, however often it is asked. */
  readonly once?: string;
  readonly signal?: AbortSignal;
}

/** @throws Refusal */
export function change<T>(path: string, { method, body, once, signal }: Change): Promise<T> {
  const headers = known();
  if (once !== undefined) headers['idempotency-key'] = once;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const sent = body !== undefined && { body: JSON.stringify(body) };
  return answered<T>(path, { method, headers, ...sent, ...(signal && { signal }) });
}

/**
 * Something that is done by asking for it, and is answered with a file.
 * @throws Refusal
 */
export const changeForFile = async (path: string): Promise<Blob> =>
  (await sent(path, { method: 'POST', headers: known() })).blob();

const known = (): Record<string, string> => (csrf === undefined ? {} : { 'x-csrf-token': csrf });

/** A key under which something is done once: a form keeps it from when it is opened until it was answered. */
export const newKey = (): string => crypto.randomUUID();

/**
 * What the host gives as a file: a paper, a table for a spreadsheet.
 * @throws Refusal
 */
export const readFile = async (path: string, query?: Query): Promise<Blob> =>
  (await sent(pathOf(path, query), {})).blob();

const AWAY: readonly number[] = [502, 503, 504];

async function answered<T>(path: string, init: RequestInit): Promise<T> {
  const answer = await sent(path, init);
  if (answer.status === 204) return undefined as T;
  return (await answer.json().catch(() => undefined)) as T;
}

/** What was answered, if it is no refusal. */
async function sent(path: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(PREFIX + path, { ...init, credentials: 'same-origin' });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw away();
  }
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => undefined);
  const { code, detail, particulars } = (body ?? {}) as Partial<ProblemJson>;
  if (code === undefined && AWAY.includes(answer.status)) throw away();
  const sentence = detail ?? `The host answered ${answer.status} and did not say why.`;
  throw new Refusal(code ?? 'internal', sentence, { particulars, againMs: againMsOf(answer) });
}
