import { Type } from 'typebox';
import { type CardView, COUNTER_ROUTE } from '../../host/index.ts';
import type { Csn } from '../../units/index.ts';
import { actOf, idempotentOrder, once } from '../acts.ts';
import { onlySubscriber } from '../caller.ts';
import { afterOf, limitOf, pageOf, pastOf, placeOf } from '../paging.ts';
import { made, Problem } from '../problem.ts';
import {
  CardExchangeSchema,
  CardFrame,
  CardInMeterSchema,
  CardOrderSchema,
  CardPassedSchema,
  CardSchema,
  CardState,
  CardStepSchema,
  CardTicketSchema,
  cardInMeterJson,
  cardJson,
  cardOrderJson,
  NewCard,
  NewCardExchange,
  NewCardOrder,
  passedJson,
  RecoverySchema,
  recoveryJson,
  regionOf,
  stepJson,
  ticketJson,
} from '../schemas/cards.ts';
import {
  bytesOf,
  CardNumber,
  hexOf,
  Id,
  Named,
  OneOf,
  PageOf,
  PageQuery,
  RegionName,
  Strict,
} from '../schemas/common.ts';
import type { Api, ApiServices, FastifyRequest } from '../server.ts';
import { MeterParams, meterNumber } from './meters.ts';

const CardParams = Strict({ card: CardNumber });
const RegionParams = Strict({ card: CardNumber, region: RegionName });

/** Purse cards: issuing, what is sold to them, and the desk at which a reader loads them. */
export function cardRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['cards'];
  const officeOn = (request: FastifyRequest, card: string, detail?: object) =>
    host.by(actOf(services, request, { subject: `card ${card}`, ...(detail && { detail }) }));

  app.get(
    '/cards',
    {
      config: { operation: 'listCards' },
      schema: {
        tags,
        summary: 'Cards, by number; of one subscriber or in one state only, if named',
        querystring: Strict({
          ...PageQuery.properties,
          subscriber: Type.Optional(Id),
          state: Type.Optional(CardState),
        }),
        response: { 200: PageOf(Named(CardSchema)) },
      },
    },
    async (request) => {
      const { query } = request;
      const subscriber = onlySubscriber(request) ?? query.subscriber;
      const found = await host.cards({
        ...(subscriber !== undefined && { subscriber }),
        ...(query.state !== undefined && { state: query.state }),
        ...afterOf(query),
        limit: limitOf(query),
      });
      return pageOf(
        found,
        query,
        (view) => cardJson(view),
        ({ card }) => card.id,
      );
    },
  );

  app.post(
    '/cards',
    {
      config: { operation: 'issueCard' },
      schema: {
        tags,
        summary: 'Say that a subscriber has a card, as it was personalised; nothing is on it',
        body: NewCard,
        response: { 201: Named(CardSchema) },
      },
    },
    async (request, reply) => {
      const { number: csn, subscriber, regions } = request.body;
      const asked = regions.map(({ region, ...more }) => ({ ...more, region: regionOf(region) }));
      const office = officeOn(request, csn, { subscriber, regions });
      const view = made(await office.issueCard({ csn, subscriber, regions: asked }));
      reply.code(201).header('location', `/api/v1/cards/${csn}`);
      return cardJson(view);
    },
  );

  app.get(
    '/cards/:card',
    {
      config: { operation: 'readCard', thing: { type: 'card', param: 'card' } },
      schema: {
        tags,
        summary: 'A card, what it told last, and what its tickets let meters take',
        params: CardParams,
        response: { 200: Named(CardSchema) },
      },
    },
    async (request) => {
      const view = await ownCard(host, request, request.params.card);
      return cardJson(view, made(await host.cardRegions(view.card.id)));
    },
  );

  app.post(
    '/cards/:card/block',
    {
      config: { operation: 'blockCard', thing: { type: 'card', param: 'card' } },
      schema: {
        tags,
        summary: 'End a card for ever: no desk serves it, and the next ticket of another card ends it in each meter',
        params: CardParams,
        body: Strict({ state: OneOf(['lost', 'blocked']) }),
        response: { 200: Named(CardSchema) },
      },
    },
    async (request) => {
      const { card: csn } = request.params;
      return cardJson(made(await officeOn(request, csn, request.body).blockCard({ csn, ...request.body })));
    },
  );

  app.post(
    '/cards/:card/replacement',
    {
      config: { operation: 'replaceCard', thing: { type: 'card', param: 'card' } },
      schema: {
        tags,
        summary: 'Put another card of the subscriber in the place of one that ended; what waits goes to it',
        params: CardParams,
        body: Strict({ by: CardNumber }),
        response: { 200: Named(CardSchema) },
      },
    },
    async (request) => {
      const { card: csn } = request.params;
      return cardJson(made(await officeOn(request, csn, request.body).replaceCard({ csn, ...request.body })));
    },
  );

  app.get(
    '/cards/:card/recovery',
    {
      config: { operation: 'readCardRecovery' },
      schema: {
        tags,
        summary: 'What of the value of a card that ended may be given back at once, what later, and when',
        params: CardParams,
        response: { 200: Type.Object({ regions: Type.Array(Named(RecoverySchema)) }) },
      },
    },
    async ({ params }) => ({ regions: made(await host.cardRecoveries(params.card)).map(recoveryJson) }),
  );

  app.post(
    '/cards/:card/regions/:region/unfreeze',
    {
      config: { operation: 'unfreezeCard', thing: { type: 'card', param: 'card' } },
      schema: {
        tags,
        summary: 'Let value flow again after a person has looked; the card is asked for its receipts first',
        params: RegionParams,
        response: { 200: Named(CardSchema) },
      },
    },
    async (request) => {
      const { card: csn, region } = request.params;
      made(await officeOn(request, csn, { region }).unfreezeCard({ csn, region: regionOf(region) }));
      return cardJson(made(await host.card(csn)));
    },
  );

  app.get(
    '/cards/:card/orders',
    {
      config: { operation: 'listCardOrders' },
      schema: {
        tags,
        summary: 'Orders for a card, the newest first',
        params: CardParams,
        querystring: PageQuery,
        response: { 200: PageOf(Named(CardOrderSchema)) },
      },
    },
    async (request) => {
      const { card } = await ownCard(host, request, request.params.card);
      const { query } = request;
      const found = made(await host.cardOrders({ csn: card.id, ...pastOf(query), limit: limitOf(query) }));
      return pageOf(found, query, cardOrderJson, ({ orderedAt, id }) => placeOf(orderedAt, id));
    },
  );

  app.post(
    '/cards/:card/orders',
    {
      config: { operation: 'buyForCard' },
      schema: {
        tags,
        summary:
          'Sell value of a provider for money; it waits until the card is at a desk or in a meter with a line; needs an Idempotency-Key',
        params: CardParams,
        body: NewCardOrder,
        response: { 201: Named(CardOrderSchema) },
      },
    },
    async (request, reply) => {
      const { card: csn } = request.params;
      const { region, paid, method = 'cash' } = request.body;
      const orderId = idempotentOrder(request);
      const done = { subject: `card ${csn}`, detail: { region, paid, method, order: orderId } };
      const purchase = { csn, region: regionOf(region), paid: Number(paid), method, orderId };
      const answer = await once(services, request, reply, done, cardOrderJson, (act) =>
        host.by(act).buyForCard(purchase),
      );
      reply.code(201).header('location', `/api/v1/card-orders/${encodeURIComponent(orderId)}`);
      return answer as never;
    },
  );

  app.get(
    '/cards/:card/tickets',
    {
      config: { operation: 'listCardTickets' },
      schema: {
        tags,
        summary: 'Tickets that were issued for a card, the newest first',
        params: CardParams,
        querystring: PageQuery,
        response: { 200: PageOf(Named(CardTicketSchema)) },
      },
    },
    async ({ params, query }) => {
      const found = made(await host.cardTickets({ csn: params.card, ...pastOf(query), limit: limitOf(query) }));
      return pageOf(found, query, ticketJson, ({ issuedAt, id }) => placeOf(issuedAt, id));
    },
  );

  app.post(
    '/cards/:card/exchanges',
    {
      config: { operation: 'beginCardExchange' },
      schema: {
        tags,
        summary: 'Begin to load a card that is in a reader: M1',
        params: CardParams,
        body: NewCardExchange,
        response: { 201: Named(CardExchangeSchema) },
      },
    },
    async (request, reply) => {
      const { card: csn } = request.params;
      const { region } = request.body;
      const at = { csn: csn as Csn, region: regionOf(region), route: COUNTER_ROUTE };
      const { exchange, frame } = made(await officeOn(request, csn, { region }).beginCard(at));
      reply.code(201);
      return { exchange, frame: hexOf(frame) };
    },
  );

  app.post(
    '/cards/:card/exchanges/:exchange',
    {
      config: { operation: 'goOnWithCard' },
      schema: {
        tags,
        summary: 'What the card answered; the same frame again is answered as before',
        params: Strict({ card: CardNumber, exchange: Type.String({ pattern: '^[0-9a-f]{16}$' }) }),
        body: CardFrame,
        response: { 200: Named(CardStepSchema) },
      },
    },
    async ({ params, body }) =>
      stepJson(made(await host.receiveCard(params.exchange, bytesOf(body.frame), params.card))),
  );

  app.get(
    '/card-pipes',
    {
      config: { operation: 'listCardsInMeters' },
      schema: {
        tags,
        summary: 'Cards that are in meters now, for hosts whose frames are carried to them',
        querystring: PageQuery,
        response: { 200: PageOf(Named(CardInMeterSchema)) },
      },
    },
    async ({ query }) => {
      const found = await host.cardsInMeters({ ...afterOf(query), limit: limitOf(query) });
      return pageOf(found, query, cardInMeterJson, ({ id }) => id);
    },
  );

  app.post(
    '/card-pipes/:meter',
    {
      config: { operation: 'passToCard' },
      schema: {
        tags,
        summary: 'Carry a frame of the desk of another host to the card in a meter, unread',
        params: MeterParams,
        body: CardFrame,
        response: { 200: Named(CardPassedSchema) },
      },
    },
    async ({ params, body }) => passedJson(made(await host.passToCard(meterNumber(params.meter), bytesOf(body.frame)))),
  );
}

/** What is another's is not there. */
export async function ownCard(
  host: Pick<ApiServices['host'], 'card'>,
  request: FastifyRequest,
  csn: string,
): Promise<CardView> {
  const view = made(await host.card(csn));
  const only = onlySubscriber(request);
  if (only === undefined || view.card.subscriber === only) return view;
  throw new Problem('card-unknown', 'There is no such card of yours: check its number.');
}
