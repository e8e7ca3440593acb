import { Type } from 'typebox';
import {
  type Enrolment,
  type HostServices,
  type MeterView,
  type Stay,
  stateOfMeter,
  suiteByName,
} from '../../host/index.ts';
import { milliseconds, type Svpmsn } from '../../units/index.ts';
import { METER_STATES } from '../../words/index.ts';
import { actOf, changed, idempotentOrder, once, orderUrl } from '../acts.ts';
import { NOT_YOURS, onlySubscriber, ownMeter } from '../caller.ts';
import { versionOf } from '../etag.ts';
import { afterNumberOf, beforeOf, limitOf, pageOf } from '../paging.ts';
import { made, Problem } from '../problem.ts';
import {
  Id,
  Instant,
  LocalUnit,
  MeterNumber,
  Name,
  Named,
  OneOf,
  PageOf,
  PageQuery,
  Search,
  Strict,
  Supply,
} from '../schemas/common.ts';
import {
  EventSchema,
  eventJson,
  MeterSchema,
  meterJson,
  NewMeter,
  PurseSchema,
  purseJson,
  UseBucketSchema,
  useBucketJson,
} from '../schemas/meters.ts';
import { OrderSchema, orderJson } from '../schemas/orders.ts';
import type { Api, ApiServices, FastifyRequest } from '../server.ts';

export const MeterParams = Strict({ meter: MeterNumber });
export const meterNumber = (text: string): number => Number.parseInt(text, 16);

/** The meter that a path names; what is another's is not there. */
export const meterOfPath = async (
  host: Pick<HostServices, 'meter'>,
  request: FastifyRequest & { readonly params: { readonly meter: string } },
): Promise<MeterView> => ownMeter(request, made(await host.meter(meterNumber(request.params.meter))));

/**
 * The meter that a path names, as far as it is or was theirs who ask: of a household that moved out until then, and of
 * one that moved in from then on.
 */
export async function meterAndStay(
  host: Pick<HostServices, 'meter' | 'stay'>,
  request: FastifyRequest & { readonly params: { readonly meter: string } },
): Promise<{ readonly meter: Svpmsn; readonly within?: Stay }> {
  const { meter } = made(await host.meter(meterNumber(request.params.meter)));
  const only = onlySubscriber(request);
  if (only === undefined) return { meter: meter.svpmsn };
  const within = await host.stay({ meter: meter.svpmsn, subscriber: only });
  if ('reason' in within) throw new Problem('meter-unknown', NOT_YOURS);
  return { meter: meter.svpmsn, within };
}

/** Of what a list has of a meter, what happened since whoever asks has it. */
export async function sinceTheyCame<R>(
  host: Pick<HostServices, 'stay'>,
  request: FastifyRequest,
  { meter }: MeterView,
  { rows, at }: { readonly rows: readonly R[]; readonly at: (row: R) => number },
): Promise<readonly R[]> {
  const only = onlySubscriber(request);
  if (only === undefined) return rows;
  const stay = made(await host.stay({ meter: meter.svpmsn, subscriber: only }));
  return rows.filter((row) => at(row) >= stay.from);
}

/** Whether something of a meter happened while it was theirs who ask. */
export async function wasTheirs(
  host: Pick<HostServices, 'stay'>,
  request: FastifyRequest,
  { svpmsn, at }: { readonly svpmsn: number; readonly at: number },
): Promise<boolean> {
  const only = onlySubscriber(request);
  if (only === undefined) return true;
  const stay = await host.stay({ meter: svpmsn, subscriber: only });
  return !('reason' in stay) && at >= stay.from && at < (stay.until ?? Number.POSITIVE_INFINITY);
}

/** Whether who asks is a household that came after another. */
async function hadOthersBefore(
  host: Pick<HostServices, 'stay'>,
  request: FastifyRequest,
  { meter: { svpmsn, enrolledAt } }: MeterView,
): Promise<boolean> {
  const only = onlySubscriber(request);
  return only !== undefined && made(await host.stay({ meter: svpmsn, subscriber: only })).from > enrolledAt;
}

export function meterRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['meters'];

  app.get(
    '/meters',
    {
      config: { operation: 'listMeters' },
      schema: {
        tags,
        summary: 'Meters, by number; of one subscriber, local unit, tariff, state or search only, if named',
        querystring: Strict({
          ...PageQuery.properties,
          subscriber: Type.Optional(Id),
          localUnit: Type.Optional(LocalUnit),
          tariff: Type.Optional(Name),
          state: Type.Optional(OneOf(METER_STATES, 'Those that stand so, as far as is known.')),
          search: Type.Optional(Search),
        }),
        response: { 200: PageOf(Named(MeterSchema)) },
      },
    },
    async (request) => {
      const { query } = request;
      const { localUnit, tariff, state, search } = query;
      const subscriber = onlySubscriber(request) ?? query.subscriber;
      const found = await host.meters({
        ...(localUnit !== undefined && { localUnit }),
        ...(subscriber !== undefined && { subscriber }),
        ...(tariff !== undefined && { tariff }),
        ...(state !== undefined && { state }),
        ...(search !== undefined && { search }),
        ...afterNumberOf(query),
        limit: limitOf(query),
      });
      const shown = await Promise.all(
        found.map(async (view) => ({ view, othersBefore: await hadOthersBefore(host, request, view) })),
      );
      return pageOf(
        shown,
        query,
        ({ view, ...who }) => meterJson(view, who),
        ({ view }) => view.meter.svpmsn,
      );
    },
  );

  app.get(
    '/meters/:meter',
    {
      config: { operation: 'readMeter' },
      schema: {
        tags,
        summary: 'A meter with everything known of it, and how old that is',
        params: MeterParams,
        response: { 200: Named(MeterSchema) },
      },
    },
    async (request) => {
      const view = await meterOfPath(host, request);
      request.version = versionOf(stateOfMeter(view));
      return meterJson(view, { othersBefore: await hadOthersBefore(host, request, view) });
    },
  );

  app.post(
    '/meters',
    {
      config: { operation: 'enrolMeter' },
      schema: {
        tags,
        summary: 'Enrol a meter; once under an Idempotency-Key, if one is given',
        body: NewMeter,
        response: { 201: Named(MeterSchema) },
      },
    },
    async (request, reply) => {
      const { number, subscriber, localUnit, modemAddress, suite, supplies, tariff } = request.body;
      const svpmsn = meterNumber(number);
      const detail = { subscriber, localUnit, modemAddress, suite, supplies, tariff };
      const enrolment: Enrolment = {
        ...{ svpmsn, subscriber, localUnit, modemAddress },
        suite: suiteByName(suite) as Enrolment['suite'],
        ...(supplies !== undefined && { supplies }),
        ...(tariff !== undefined && { tariff }),
      };
      const done = { subject: `meter ${number}`, detail };
      await changed(services, request, reply, done, (act) => host.by(act).enrol(enrolment));
      reply.code(201).header('location', `/api/v1/meters/${number}`);
      return meterJson(made(await host.meter(svpmsn)));
    },
  );

  app.put(
    '/meters/:meter/address',
    {
      config: { operation: 'readdressMeter', thing: { type: 'meter', param: 'meter' } },
      schema: {
        tags,
        summary: "The meter's modem has another address on its line; once under an Idempotency-Key, if one is given",
        params: MeterParams,
        body: Strict({ modemAddress: Type.Integer({ minimum: 0, maximum: 255 }) }),
        response: { 200: Named(MeterSchema) },
      },
    },
    async (request, reply) => {
      const { meter } = request.params;
      const { modemAddress } = request.body;
      const done = { subject: `meter ${meter}`, detail: { modemAddress } };
      const move = { meter: meterNumber(meter), modemAddress };
      await changed(services, request, reply, done, (act) => host.by(act).readdress(move));
      return meterJson(made(await host.meter(meterNumber(meter))));
    },
  );

  app.get(
    '/meters/:meter/events',
    {
      config: { operation: 'listMeterEvents' },
      schema: {
        tags,
        summary: 'Events of a meter, the newest first',
        params: MeterParams,
        querystring: PageQuery,
        response: { 200: PageOf(Named(EventSchema)) },
      },
    },
    async (request) => {
      const { query } = request;
      const view = await meterOfPath(host, request);
      const rows = await host.events({ svpmsn: view.meter.svpmsn, ...beforeOf(query), limit: limitOf(query) });
      const found = await sinceTheyCame(host, request, view, { rows, at: ({ heardAt }) => heardAt });
      return pageOf(found, query, eventJson, ({ number }) => number);
    },
  );

  app.get(
    '/meter-events',
    {
      config: { operation: 'listAllEvents' },
      schema: {
        tags,
        summary: 'Events of all meters, the newest first',
        querystring: PageQuery,
        response: { 200: PageOf(Named(EventSchema)) },
      },
    },
    async ({ query }) => {
      const found = await host.events({ ...beforeOf(query), limit: limitOf(query) });
      return pageOf(found, query, eventJson, ({ number }) => number);
    },
  );

  app.get(
    '/meters/:meter/use',
    {
      config: { operation: 'readUse' },
      schema: {
        tags,
        summary: 'Energy by hour, day, month or season, from the load profile',
        params: MeterParams,
        querystring: Strict({
          by: OneOf(['hour', 'day', 'month', 'season']),
          from: Instant,
          to: Instant,
          supply: Type.Optional(Supply),
        }),
        response: { 200: Type.Object({ items: Type.Array(Named(UseBucketSchema)) }) },
      },
    },
    async (request) => {
      const { by, from, to, supply = 1 } = request.query;
      const found = await host.use({
        ...(await meterAndStay(host, request)),
        supply,
        by,
        from: instantOf(from),
        to: instantOf(to),
      });
      return { items: made(found).map(useBucketJson) };
    },
  );

  app.post(
    '/meters/:meter/closing',
    {
      config: { operation: 'closePurse', thing: { type: 'meter', param: 'meter' } },
      schema: {
        tags,
        summary: 'Take the rest out of the purse for good; needs an Idempotency-Key',
        params: MeterParams,
        response: { 202: Named(OrderSchema) },
      },
    },
    async (request, reply) => {
      const { meter } = request.params;
      const orderId = idempotentOrder(request);
      const done = { subject: `meter ${meter}`, detail: { order: orderId } };
      const answer = await once(services, request, reply, done, orderJson, (act) =>
        host.by(act).closePurse({ meter: meterNumber(meter), orderId }),
      );
      reply.code(202).header('location', orderUrl(orderId));
      return answer as never;
    },
  );

  app.post(
    '/meters/:meter/release',
    {
      config: { operation: 'unfreezePurse', thing: { type: 'meter', param: 'meter' } },
      schema: {
        tags,
        summary: 'A person looked: value may flow to a frozen meter again',
        params: MeterParams,
        response: { 200: Named(PurseSchema) },
      },
    },
    async (request) => {
      const { meter } = request.params;
      const office = host.by(actOf(services, request, { subject: `meter ${meter}` }));
      return purseJson(made(await office.unfreeze(meterNumber(meter))));
    },
  );
}

export const instantOf = (text: string) => milliseconds(Math.max(0, Date.parse(text)));
