import { Type } from 'typebox';
import type { VendView } from '../../host/index.ts';
import { actOf, idempotencyKey } from '../acts.ts';
import { callerOn } from '../caller.ts';
import { made, Problem } from '../problem.ts';
import {
  AgentSchema,
  agentJson,
  CardLookupSchema,
  cardLookupJson,
  LookupSchema,
  lookupJson,
  NewVend,
  Reference,
  VendSchema,
  vendJson,
} from '../schemas/agents.ts';
import { regionOf } from '../schemas/cards.ts';
import { CardNumber, MeterNumber, Named, RegionName, Strict } from '../schemas/common.ts';
import { ReceiptSchema, receiptJson } from '../schemas/money.ts';
import { SaleTargetSchema, saleTargetOf } from '../schemas/sale-target.ts';
import type { Api, ApiServices, FastifyRequest } from '../server.ts';
import { meterNumber } from './meters.ts';

const VendParams = Strict({ reference: Reference });

/**
 * What a shop or a kiosk sells with. Each sale has a reference of the agent's own, and whatever answer is lost, one
 * outcome: it may be asked for again, looked up, and reversed, whether it came or not.
 */
export function vendRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['vend'];
  const officeOn = (request: FastifyRequest, reference: string, detail?: object) =>
    host.by(actOf(services, request, { subject: `vend ${reference}`, ...(detail && { detail }) }));
  const readOwn = async (request: FastifyRequest, reference: string): Promise<VendView> => {
    const agent = made(await host.agentOfMember(callerOn(request).by));
    return made(await host.vend({ agent: agent.id, reference }));
  };

  app.get(
    '/vend/agent',
    {
      config: { operation: 'readOwnAgent' },
      schema: {
        tags,
        summary: 'The agent for whom you sell, and what is in its float',
        response: { 200: Named(AgentSchema) },
      },
    },
    async (request) => agentJson(made(await host.agentOfMember(callerOn(request).by))),
  );

  app.get(
    '/vend/lookup',
    {
      config: { operation: 'lookUpMeter' },
      schema: {
        tags,
        summary: 'Whose meter that is, as far as a shop may know, and whether it takes value',
        querystring: Strict({ meter: MeterNumber }),
        response: { 200: Named(LookupSchema) },
      },
    },
    async (request) => {
      made(await host.agentOfMember(callerOn(request).by));
      const view = made(await host.meter(meterNumber(request.query.meter)));
      const { svpmsn, subscriber } = view.meter;
      const dues = made(await host.dues(svpmsn));
      return lookupJson(view, made(await host.subscriber(subscriber)), dues, await host.terms());
    },
  );

  app.get(
    '/vend/card-lookup',
    {
      config: { operation: 'lookUpCard' },
      schema: {
        tags,
        summary: 'Whose card that is, as far as a shop may know, and whether its region takes value',
        querystring: Strict({ card: CardNumber, region: RegionName }),
        response: { 200: Named(CardLookupSchema) },
      },
    },
    async (request) => {
      made(await host.agentOfMember(callerOn(request).by));
      const { card, purses } = made(await host.card(request.query.card));
      const region = regionOf(request.query.region);
      const purse = purses.find((each) => each.region === region);
      const provider = (await host.cardProviders()).find(({ id }) => id === purse?.provider);
      if (purse === undefined || provider === undefined) {
        throw new Problem('card-region-unknown', `Card ${card.id} has no region ${request.query.region}.`);
      }
      return cardLookupJson(card, purse, provider, made(await host.subscriber(card.subscriber)), await host.terms());
    },
  );

  app.post(
    '/vend/vends',
    {
      config: { operation: 'vend' },
      schema: {
        tags,
        summary:
          'Sell out of the float; the Idempotency-Key is the reference, and the same again tells what became of it',
        body: NewVend,
        response: { 201: Named(VendSchema) },
      },
    },
    async (request, reply) => {
      const { paid, method = 'cash', ...target } = request.body;
      const reference = idempotencyKey(request);
      const office = officeOn(request, reference, { ...target, paid, method });
      const view = await office.vend({ reference, ...saleTargetOf(target), paid: Number(paid), method });
      const json = vendJson(made(view));
      reply.code(201).header('location', `/api/v1/vend/vends/${reference}`);
      return json;
    },
  );

  app.get(
    '/vend/vends/:reference',
    {
      config: { operation: 'readVend' },
      schema: {
        tags,
        summary: 'What became of a vend',
        params: VendParams,
        response: { 200: Named(VendSchema) },
      },
    },
    async (request) => vendJson(await readOwn(request, request.params.reference)),
  );

  app.post(
    '/vend/vends/:reference/confirmation',
    {
      config: { operation: 'confirmVend' },
      schema: {
        tags,
        summary: 'Say that the customer has the receipt: the agent reverses it no more',
        params: VendParams,
        response: { 200: Named(VendSchema) },
      },
    },
    async (request) => {
      const { reference } = request.params;
      return vendJson(made(await officeOn(request, reference).confirmVend(reference)));
    },
  );

  app.post(
    '/vend/vends/:reference/reversal',
    {
      config: { operation: 'reverseVend' },
      schema: {
        tags,
        summary: 'Take a vend back, if its value is not there already; one that never came is refused from now on',
        params: VendParams,
        body: SaleTargetSchema,
        response: { 200: Named(VendSchema) },
      },
    },
    async (request) => {
      const { reference } = request.params;
      const office = officeOn(request, reference, request.body);
      return vendJson(made(await office.reverseVend({ reference, ...saleTargetOf(request.body) })));
    },
  );

  app.get(
    '/vend/vends/:reference/receipts',
    {
      config: { operation: 'listVendReceipts' },
      schema: {
        tags,
        summary: 'The signed receipts of a vend, to be printed again; the last one stands',
        params: VendParams,
        response: { 200: Type.Object({ items: Type.Array(Named(ReceiptSchema)) }) },
      },
    },
    async (request) => {
      const { vend, sale, cardOrder } = await readOwn(request, request.params.reference);
      const isSold = sale !== undefined || cardOrder !== undefined;
      return { items: isSold ? made(await host.receipts(vend.id)).map(receiptJson) : [] };
    },
  );
}
