import { type Static, Type } from 'typebox';
import type { HostFailure, Particulars } from '../host/index.ts';
import { Amount, Instant, instantText, Strict } from './schemas/common.ts';

/** Why a request was refused before the host was asked. The other codes are the reasons of `HostFailure`. */
export type RequestFault =
  | 'input-wrong'
  | 'body-too-large'
  | 'content-type-wrong'
  | 'not-found'
  | 'log-in-needed'
  | 'not-allowed'
  | 'not-acceptable'
  | 'csrf-wrong'
  | 'password-one-time'
  | 'too-many-requests'
  | 'idempotency-key-missing'
  | 'idempotency-key-reused'
  | 'busy'
  | 'internal';

/** Why speech by a socket ends, or does not begin. */
export type TalkCode =
  | Extract<RequestFault, 'busy' | 'input-wrong' | 'not-allowed' | 'too-many-requests'>
  | 'taken-elsewhere'
  /** Somebody else has taken the call, or the caller is not there any more. */
  | 'not-waiting'
  /** Who takes it speaks with another. */
  | 'has-another';

export type ProblemCode = RequestFault | HostFailure['reason'];

/** What a client is told when it does not get what it asked for. RFC 9457 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly particulars: Particulars | undefined;

  /**
   * @param detail one sentence: what is wrong, and what to do
   * @param particulars what that sentence names
   */
  constructor(code: ProblemCode, detail: string, particulars?: Particulars) {
    super(detail);
    this.code = code;
    this.particulars = particulars;
  }
}

const Text = Type.String({ maxLength: 512 });
const Whole = Type.Integer();

/** Each is a name that pages have a word for: see `src/words/refusals.ts`. */
const ParticularsSchema = Strict(
  {
    about: Type.Optional({ ...Text, description: 'The number, id or name of what it is about.' }),
    field: Type.Optional({ ...Text, description: 'The member or parameter that is wrong, as a path.' }),
    missing: Type.Optional(Type.Array(Text, { description: 'Members that are missing, as paths.' })),
    unknown: Type.Optional({ ...Text, description: 'A member or parameter that is not known, as a path.' }),
    month: Type.Optional({ ...Text, description: 'Such as 2026-03.' }),
    paid: Type.Optional(Amount),
    due: Type.Optional(Amount),
    float: Type.Optional({ ...Amount, description: 'What a float has, in whole tokens.' }),
    leastSum: Type.Optional({ ...Amount, description: 'The least that would be taken, in whole tokens.' }),
    mostSum: Type.Optional({ ...Amount, description: 'The most that would be taken, in whole tokens.' }),
    least: Type.Optional({ ...Type.Number(), description: 'The least number that would be taken.' }),
    most: Type.Optional({ ...Type.Number(), description: 'The greatest number that would be taken.' }),
    charactersMin: Type.Optional(Whole),
    charactersMax: Type.Optional(Whole),
    differentMin: Type.Optional({ ...Whole, description: 'Characters that differ from each other.' }),
    daysMax: Type.Optional(Whole),
    from: Type.Optional({ ...Instant, description: 'It is taken from then on.' }),
    waitMs: Type.Optional({ ...Whole, description: 'It is taken after so many milliseconds.' }),
  },
  { description: 'What the sentence names, for whoever says it in another language.' },
);
/** Each where the sentence names it. */
export type ParticularsJson = Static<typeof ParticularsSchema>;

const SUMS = ['paid', 'due', 'float', 'leastSum', 'mostSum'] as const;

function particularsJson(particulars: Particulars): ParticularsJson {
  const { paid, due, float, leastSum, mostSum, from, missing, ...same } = particulars;
  const sums = { paid, due, float, leastSum, mostSum };
  return {
    ...same,
    ...(missing !== undefined && { missing: [...missing] }),
    ...Object.fromEntries(SUMS.flatMap((name) => (sums[name] === undefined ? [] : [[name, String(sums[name])]]))),
    ...(from !== undefined && { from: instantText(from) }),
  };
}

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'A URN that names the code.' }),
    title: Type.String({ description: 'The code in words.' }),
    status: Type.Integer(),
    code: Type.String({ description: 'Stable: what a program looks at.' }),
    detail: Type.String({ description: 'One sentence for a person: what is wrong, and what to do.' }),
    particulars: Type.Optional(ParticularsSchema),
    request: Type.String({ description: 'The id of the request, as in the log.' }),
  },
  { $id: 'Problem' },
);

export type ProblemJson = Static<typeof ProblemSchema>;

export const PROBLEM_TYPE = 'application/problem+json';

export const problemBody = ({ code, message: detail, particulars }: Problem, request: string): string =>
  JSON.stringify({
    type: `urn:wattpurse:problem:${code}`,
    title: code.replaceAll('-', ' '),
    status: STATUS[code],
    code,
    detail,
    ...(particulars !== undefined && { particulars: particularsJson(particulars) }),
    request,
  });

/** What a store says of itself names addresses and paths: it is for the log. */
const STORE_FAILED =
  'The books cannot be reached at the moment. What was asked may be done or not: ask again, with the same Idempotency-Key where there is one, and nothing is done twice.';

export const problemOf = ({ reason, sentence, particulars }: HostFailure): Problem =>
  new Problem(reason, reason === 'store-failed' ? STORE_FAILED : sentence, particulars);

/** Narrows an answer of the host. @throws Problem for its failure */
export function made<T extends object>(answer: T): Exclude<T, HostFailure> {
  if ('reason' in answer && 'sentence' in answer) throw problemOf(answer as unknown as HostFailure);
  return answer as Exclude<T, HostFailure>;
}

const BAD_REQUEST = 400;
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const NOT_FOUND = 404;
const CONFLICT = 409;
const PRECONDITION_FAILED = 412;
const UNPROCESSABLE = 422;
const UNAVAILABLE = 503;

export const STATUS: Readonly<Record<ProblemCode, number>> = {
  'input-wrong': BAD_REQUEST,
  'body-too-large': 413,
  'content-type-wrong': 415,
  'not-found': NOT_FOUND,
  'log-in-needed': UNAUTHORIZED,
  'not-allowed': FORBIDDEN,
  'not-acceptable': 406,
  'csrf-wrong': FORBIDDEN,
  'password-one-time': FORBIDDEN,
  'too-many-requests': 429,
  'idempotency-key-missing': BAD_REQUEST,
  'idempotency-key-reused': UNPROCESSABLE,
  busy: UNAVAILABLE,
  internal: 500,

  'amount-wrong': UNPROCESSABLE,
  'terms-wrong': UNPROCESSABLE,
  'receipt-unknown': NOT_FOUND,
  'payment-unknown': NOT_FOUND,
  'payment-differs': CONFLICT,
  'payment-settled': CONFLICT,
  'payment-port-unknown': UNPROCESSABLE,
  'contract-unknown': NOT_FOUND,
  'webhook-wrong': UNPROCESSABLE,
  'webhook-unknown': NOT_FOUND,
  'period-wrong': UNPROCESSABLE,
  'remittance-wrong': UNPROCESSABLE,
  'remittance-unknown': NOT_FOUND,
  'remittance-known': CONFLICT,
  'remittance-reversed': CONFLICT,
  'voucher-wrong': UNPROCESSABLE,
  'voucher-known': CONFLICT,
  'voucher-unknown': NOT_FOUND,
  'voucher-settled': CONFLICT,
  'voucher-refused': UNPROCESSABLE,
  'period-open': CONFLICT,
  'period-closed': CONFLICT,
  'order-id-wrong': UNPROCESSABLE,
  'order-differs': CONFLICT,
  'order-unknown': NOT_FOUND,
  'order-settled': CONFLICT,
  'meter-unknown': NOT_FOUND,
  'meter-frozen': CONFLICT,
  'meter-not-frozen': CONFLICT,
  'meter-known': CONFLICT,
  'meter-occupied': CONFLICT,
  'meter-leaving': CONFLICT,
  'meter-unoccupied': CONFLICT,
  'moving-differs': CONFLICT,
  'tenancy-unknown': NOT_FOUND,
  'purse-closed': CONFLICT,
  'meter-number-wrong': UNPROCESSABLE,
  'local-unit-full': CONFLICT,
  'host-full': CONFLICT,
  'address-taken': CONFLICT,
  'subscriber-unknown': NOT_FOUND,
  'subscriber-known': CONFLICT,
  'name-wrong': UNPROCESSABLE,
  'tariff-unknown': NOT_FOUND,
  'tariff-wrong': UNPROCESSABLE,
  'command-not-served': CONFLICT,
  'command-wrong': UNPROCESSABLE,
  'range-wrong': UNPROCESSABLE,
  'calendar-over': CONFLICT,
  'asked-before': CONFLICT,
  'changed-meanwhile': PRECONDITION_FAILED,
  'approval-unknown': NOT_FOUND,
  'approval-settled': CONFLICT,
  'approval-own': FORBIDDEN,
  'alarm-unknown': NOT_FOUND,
  'alarm-closed': CONFLICT,
  'alarm-wrong': UNPROCESSABLE,
  'inspection-wrong': UNPROCESSABLE,
  'network-unknown': NOT_FOUND,
  'network-wrong': UNPROCESSABLE,
  'person-unknown': NOT_FOUND,
  'person-known': CONFLICT,
  'person-wrong': UNPROCESSABLE,
  'manager-last': CONFLICT,
  'password-weak': UNPROCESSABLE,
  'log-in-refused': UNAUTHORIZED,
  'log-in-busy': UNAVAILABLE,
  'api-key-unknown': NOT_FOUND,
  'api-key-wrong': UNPROCESSABLE,
  'agent-unknown': NOT_FOUND,
  'agent-known': CONFLICT,
  'agent-wrong': UNPROCESSABLE,
  'agent-closed': CONFLICT,
  'float-short': CONFLICT,
  'vend-unknown': NOT_FOUND,
  'vend-reversed': CONFLICT,
  'vend-confirmed': CONFLICT,
  'vend-late': CONFLICT,
  'vend-in-doubt': CONFLICT,
  'shift-open': CONFLICT,
  'shift-unknown': NOT_FOUND,
  'provider-wrong': UNPROCESSABLE,
  'provider-known': CONFLICT,
  'provider-unknown': NOT_FOUND,
  'card-wrong': UNPROCESSABLE,
  'card-known': CONFLICT,
  'card-unknown': NOT_FOUND,
  'card-ended': CONFLICT,
  'card-active': CONFLICT,
  'card-region-unknown': NOT_FOUND,
  'card-frozen': CONFLICT,
  'card-not-frozen': CONFLICT,
  'card-key-missing': CONFLICT,
  'card-exchange-unknown': NOT_FOUND,
  'phone-access-unknown': NOT_FOUND,
  'phone-access-wrong': UNPROCESSABLE,
  'pin-weak': UNPROCESSABLE,
  'pin-refused': FORBIDDEN,
  'call-unknown': NOT_FOUND,
  'never-restored': NOT_FOUND,
  'reconciled-early': CONFLICT,
  'message-choice-unknown': NOT_FOUND,
  'message-choice-wrong': UNPROCESSABLE,
  'messages-unavailable': CONFLICT,
  'store-failed': UNAVAILABLE,
};
