import { sha256Hex } from '../crypto/index.ts';
import { EventKind } from '../records/index.ts';
import { type Milliseconds, meterDigits, type Svpmsn } from '../units/index.ts';
import { amountText, fill, SMS_WORDS } from '../words/index.ts';
import type { StoreReads, StoreTransaction } from './ports.ts';
import { termsOf } from './terms.ts';
import type { MessageCause, MeterEvent, Order, SubscriberMessage } from './types.ts';

const ID_TIME_DIGITS = 13;
const ID_TIME_MAX = 10 ** ID_TIME_DIGITS - 1;
const ID_HASH_LETTERS = 16;
const EVENTS_READ = 200;

/** What a message says, beside the meter that it is about. */
type Said =
  | { readonly name: 'stored' | 'low' | 'lastToken'; readonly amount: number }
  | { readonly name: 'hoursLeft'; readonly amount: number; readonly hours: number }
  | { readonly name: 'usedUp' };

interface Due {
  readonly cause: MessageCause;
  readonly svpmsn: Svpmsn;
  readonly key: string;
  readonly said: Said;
}

/**
 * In the transaction in which it happens: the household is told of it if it wants to be, however this host ends, and
 * once.
 */
export async function messageDue(
  tx: StoreTransaction,
  { cause, svpmsn, key, said }: Due,
  now: Milliseconds,
): Promise<void> {
  const [choice] = await tx.messageChoices.of([String(svpmsn)]);
  if (choice === undefined || !choice.causes.includes(cause)) return;
  const [there] = await tx.messages.where('key', key, { limit: 1 });
  if (there !== undefined) return;
  const { currency } = await termsOf(tx);
  const money = (amount: number) => `${amountText(amount, currency.exponent)} ${currency.code}`;
  const words = SMS_WORDS[choice.language];
  const meter = meterDigits(svpmsn);
  const amount = 'amount' in said ? money(said.amount) : '';
  const text =
    said.name === 'hoursLeft'
      ? fill(words.hoursLeft, meter, amount, said.hours)
      : said.name === 'usedUp'
        ? fill(words.usedUp, meter)
        : fill(words[said.name], meter, amount);
  const id = `${String(ID_TIME_MAX - now).padStart(ID_TIME_DIGITS, '0')}-${sha256Hex(key).slice(0, ID_HASH_LETTERS)}`;
  const message: SubscriberMessage = {
    ...{ id, key, svpmsn, cause, number: choice.number, text, state: 'waiting', at: now, dueAt: now, attempts: 0 },
    ...{ changedAt: now, why: undefined },
  };
  await tx.messages.put([message]);
}

/** An order came to its end in the meter. */
export const valueStored = (tx: StoreTransaction, { id, svpmsn, amount }: Order, now: Milliseconds): Promise<void> =>
  messageDue(tx, { cause: 'value-stored', svpmsn, key: `value-stored ${id}`, said: { name: 'stored', amount } }, now);

/** What a meter told that a household should know of, each once for as long as no new value came. */
export async function eventsHeard(tx: StoreTransaction, news: readonly MeterEvent[], now: Milliseconds): Promise<void> {
  for (const event of news) {
    const of = causeOf(event);
    // Before its clock was set a meter supplies nobody: what it says of its empty purse then is no news.
    if (of === undefined || event.time === 0) continue;
    const { svpmsn, sequence } = event;
    // Value came since: what was told late is over.
    if (news.some((other) => isCredit(other) && other.sequence > sequence)) continue;
    const key = keyOf(of.cause, svpmsn, await fillOf(tx, svpmsn, sequence));
    await messageDue(tx, { cause: of.cause, svpmsn, key, said: of.said }, now);
  }
}

function causeOf({ kind, value }: MeterEvent): { readonly cause: MessageCause; readonly said: Said } | undefined {
  switch (kind) {
    case EventKind.lowBalance:
      return { cause: 'balance-low', said: { name: 'low', amount: value } };
    case EventKind.lastToken:
      return { cause: 'cut-near', said: value === 0 ? { name: 'usedUp' } : { name: 'lastToken', amount: value } };
    case EventKind.emergencyCreditBegun:
    case EventKind.cutDeferred:
      return { cause: 'cut-near', said: { name: 'usedUp' } };
    default:
      return undefined;
  }
}

/** @param fill between which two credits: `fillOf` */
export const keyOf = (cause: MessageCause, svpmsn: Svpmsn, fill: string): string => `${cause} ${svpmsn} ${fill}`;

/** Names the time since value came last, by the event that told of it; a meter that forgot counts its events anew. */
export async function fillOf(tx: StoreReads, svpmsn: Svpmsn, before = Number.POSITIVE_INFINITY): Promise<string> {
  const events = await tx.events({ svpmsn, limit: EVENTS_READ });
  const credit = events.find((event) => isCredit(event) && event.sequence < before);
  return credit === undefined ? 'first' : `${credit.sequence}@${credit.time}`;
}

const isCredit = ({ kind }: Pick<MeterEvent, 'kind'>): boolean =>
  kind === EventKind.creditStored || kind === EventKind.cardCredited;
