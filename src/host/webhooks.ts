import { type Milliseconds, regionText, svpmsnText } from '../units/index.ts';
import { placeOfPurse } from './card-ids.ts';
import { fail, textFault } from './failures.ts';
import type { HostPorts, StoreReads, StoreTransaction } from './ports.ts';
import { WEBHOOK_EVENTS } from './types/webhooks.ts';
import type { CardOrder, HostFailure, Order, Payment, Trade, Webhook, WebhookDelivery, WebhookEvent } from './types.ts';

const WEBHOOKS_MAX = 20;
const AT_ONCE_MAX = 50;
/** Whoever is at a delivery has it to himself for so long. */
const CLAIMED_MS = 60_000;
/** After the n-th vain try: half a minute, doubled, and at most two hours; the last one is a day after the first. */
const RETRY_FIRST_MS = 30_000;
const RETRY_MAX_MS = 2 * 3_600_000;
const ATTEMPTS_MAX = 20;

/** Tells an address outside. Whether it was taken is all that matters. */
export interface WebhookSender {
  /** By which the receiver knows that it was this host; the same for one webhook for ever. */
  secretOf(webhook: string): string;
  /** Why an address cannot be told, in one sentence. */
  faultOf(url: string): string | undefined;
  /** @param id of the event: a receiver that sees it again has it already */
  send(request: {
    readonly webhook: string;
    readonly url: string;
    readonly id: string;
    readonly body: string;
  }): Promise<'taken' | NotTaken>;
}

export interface NotTaken {
  /** `it was answered with status 500` */
  readonly why: string;
}

/** The secret is shown to whoever makes it, once; it can be derived again, and is never stored. */
export interface WebhookMade {
  readonly webhook: Webhook;
  readonly secret: string;
}

export async function addWebhook(
  tx: StoreTransaction,
  { id, url, events }: Omit<Webhook, 'createdAt'>,
  sender: WebhookSender | undefined,
  now: Milliseconds,
): Promise<WebhookMade | HostFailure> {
  if (sender === undefined) return fail('webhook-wrong', 'This host has no way to call addresses outside.');
  const fault = textFault('webhook-wrong', "A webhook's id", id);
  if (fault !== undefined) return fault;
  const outside = sender.faultOf(url);
  if (outside !== undefined) return fail('webhook-wrong', outside);
  const unknown = events.find((event) => !WEBHOOK_EVENTS.includes(event));
  if (events.length === 0 || unknown !== undefined) {
    return fail(
      'webhook-wrong',
      `A webhook is told of some of ${WEBHOOK_EVENTS.join(', ')}, not of "${unknown ?? ''}".`,
    );
  }
  const others = await tx.webhooks.page({ limit: WEBHOOKS_MAX });
  if (others.some((other) => other.id === id)) {
    return fail('webhook-wrong', `A webhook "${id}" is here already: choose another id.`, { about: id });
  }
  if (others.length === WEBHOOKS_MAX)
    return fail('webhook-wrong', `There are ${WEBHOOKS_MAX} webhooks, and no more may be.`, { most: WEBHOOKS_MAX });
  const webhook: Webhook = { id, url, events, createdAt: now };
  await tx.webhooks.put([webhook]);
  return { webhook, secret: sender.secretOf(id) };
}

/** What was to be told to it is forgotten. */
export async function deleteWebhook(tx: StoreTransaction, id: string): Promise<Webhook | HostFailure> {
  const [webhook] = await tx.webhooks.of([id]);
  if (webhook === undefined) return webhookUnknown(id);
  const waiting = await tx.deliveries.where('webhook', id);
  await tx.deliveries.delete(waiting.map((delivery) => delivery.id));
  await tx.webhooks.delete([id]);
  return webhook;
}

const webhookUnknown = (id: string): HostFailure =>
  fail('webhook-unknown', `There is no webhook "${id}".`, { about: id });

interface Happened {
  readonly type: WebhookEvent;
  /** What it happened to: an order, a payment, an alarm. */
  readonly subject: string;
  readonly data: object;
}

/**
 * In the transaction in which it happens: whoever listens is told, however this host ends. Where nobody does, nothing is
 * taken out of `happened`.
 */
export async function announce(tx: StoreTransaction, happened: Iterable<Happened>, now: Milliseconds): Promise<void> {
  const webhooks = await tx.webhooks.page({ limit: WEBHOOKS_MAX });
  if (webhooks.length === 0) return;
  const all = [...happened];
  const deliveries = webhooks.flatMap(({ id: webhook, events }) =>
    all
      .filter(({ type }) => events.includes(type))
      .map(({ type, subject, data }): WebhookDelivery => {
        const id = `${type}:${subject}`;
        const body = JSON.stringify({ id, type, at: new Date(now).toISOString(), data });
        return {
          id: `${webhook} ${id}`,
          webhook,
          body,
          state: 'waiting',
          at: now,
          dueAt: now,
          attempts: 0,
          why: undefined,
        };
      }),
  );
  if (deliveries.length > 0) await tx.deliveries.put(deliveries);
}

export const purchaseHappened = (
  type: WebhookEvent & `purchase.${string}`,
  { id, svpmsn, method, paid, energy }: Trade,
): Happened => ({
  type,
  subject: id,
  data: { order: id, meter: svpmsnText(svpmsn), method, paid: String(paid), tokens: String(energy) },
});

/** Of an order that came to its end; one that was no sale for money is nobody's event. */
export async function orderEnded(tx: StoreTransaction, { id }: Order, state: 'stored' | 'refunded', now: Milliseconds) {
  const [trade] = await tx.trades.of([id]);
  if (trade !== undefined) await announce(tx, [purchaseHappened(`purchase.${state}`, trade)], now);
}

/** Of a sale to a card; what nobody paid for, or was taken off a card, is nobody's event. */
export async function cardPurchaseHappened(
  tx: StoreTransaction,
  type: WebhookEvent & `purchase.${string}`,
  { id, purse, provider, method, paid, amount }: CardOrder,
  now: Milliseconds,
): Promise<void> {
  if (method === undefined) return;
  const { card, region } = placeOfPurse(purse);
  const place = { card, region: regionText(region), provider };
  const data = { order: id, ...place, method, paid: String(paid), tokens: String(amount) };
  await announce(tx, [{ type, subject: id, data }], now);
}

export async function paymentChanged(tx: StoreTransaction, payment: Payment, now: Milliseconds): Promise<void> {
  const type = WEBHOOK_EVENTS.find((event) => event === `payment.${payment.state}`);
  if (type === undefined) return;
  const { id, svpmsn, purse, port, paid, why } = payment;
  const data = { payment: id, ...placeOfPayment({ svpmsn, purse }), port, paid: String(paid), why };
  await announce(tx, [{ type, subject: id, data }], now);
}

function placeOfPayment({ svpmsn, purse }: Pick<Payment, 'svpmsn' | 'purse'>) {
  if (svpmsn !== undefined) return { meter: svpmsnText(svpmsn) };
  if (purse === undefined) throw new Error('a payment is for a meter or for a card');
  const { card, region } = placeOfPurse(purse);
  return { card, region: regionText(region) };
}

/** Tells what is due. What is not taken is told again, later and later, for a day. */
export async function deliverAll({ store, clock, webhooks: sender }: HostPorts): Promise<void> {
  if (sender === undefined) return;
  const claimed = await store.transaction(async (tx) => {
    const now = clock.now();
    const waiting = await tx.deliveries.where('state', 'waiting');
    const due = waiting.filter(({ dueAt }) => dueAt <= now).slice(0, AT_ONCE_MAX);
    await tx.deliveries.put(due.map((delivery) => ({ ...delivery, dueAt: (now + CLAIMED_MS) as Milliseconds })));
    const hooks = await tx.webhooks.of(due.map(({ webhook }) => webhook));
    return due.map((delivery, i) => ({ delivery, url: hooks[i]?.url }));
  });
  await Promise.all(
    claimed.map(async ({ delivery, url }) => {
      const { id: key, webhook, body } = delivery;
      const id = eventOf(key, webhook);
      const outcome = url === undefined ? { why: 'it has no address' } : await sender.send({ webhook, url, id, body });
      await store.transaction(async (tx) => {
        const [there] = await tx.deliveries.of([key]);
        if (there === undefined) return;
        if (outcome === 'taken') await tx.deliveries.delete([key]);
        else await tx.deliveries.put([later({ ...there, why: outcome.why }, clock.now())]);
      });
    }),
  );
}

function later(delivery: WebhookDelivery, now: Milliseconds): WebhookDelivery {
  const attempts = delivery.attempts + 1;
  const wait = Math.min(RETRY_FIRST_MS * 2 ** delivery.attempts, RETRY_MAX_MS);
  const state = attempts === ATTEMPTS_MAX ? 'given-up' : 'waiting';
  return { ...delivery, attempts, state, dueAt: (now + wait) as Milliseconds };
}

/** What was given up is tried again. */
export async function retryDeliveries(
  tx: StoreTransaction,
  webhook: string,
  now: Milliseconds,
): Promise<{ readonly deliveries: number } | HostFailure> {
  if ((await tx.webhooks.of([webhook]))[0] === undefined) return webhookUnknown(webhook);
  const given = (await tx.deliveries.where('webhook', webhook)).filter(({ state }) => state === 'given-up');
  await tx.deliveries.put(given.map((delivery) => ({ ...delivery, state: 'waiting', attempts: 0, dueAt: now })));
  return { deliveries: given.length };
}

/** What one webhook has not taken. */
export interface Undelivered {
  readonly webhook: string;
  readonly waiting: number;
  readonly givenUp: number;
}

/** By webhook. */
export async function undelivered(tx: StoreReads): Promise<Undelivered[]> {
  const counts: Undelivered[] = [];
  for (const { id: webhook } of await webhooksOf(tx)) {
    const all = await tx.deliveries.where('webhook', webhook);
    const waiting = all.filter(({ state }) => state === 'waiting').length;
    counts.push({ webhook, waiting, givenUp: all.length - waiting });
  }
  return counts;
}

const LISTED_MAX = 200;

/** What one webhook has not taken, the oldest first. */
export interface DeliveryPage {
  readonly items: readonly ListedDelivery[];
  /** So many more are newer than those listed. */
  readonly leftOut: number;
}

/** `event` is the id under which its receiver knows it: `purchase.sold:…`. */
export type ListedDelivery = Omit<WebhookDelivery, 'id' | 'body'> & { readonly event: string };

export async function deliveriesOf(tx: StoreReads, webhook: string): Promise<DeliveryPage | HostFailure> {
  if ((await tx.webhooks.of([webhook]))[0] === undefined) return webhookUnknown(webhook);
  const all = (await tx.deliveries.where('webhook', webhook)).sort((a, b) => a.at - b.at);
  const items = all.slice(0, LISTED_MAX).map(({ id, body: _, ...rest }) => ({ ...rest, event: eventOf(id, webhook) }));
  return { items, leftOut: all.length - items.length };
}

const eventOf = (id: string, webhook: string): string => id.slice(webhook.length + 1);

export const webhooksOf = (tx: StoreReads): Promise<Webhook[]> => tx.webhooks.page({ limit: WEBHOOKS_MAX });
