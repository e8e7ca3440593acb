import { randomUUID } from 'node:crypto';
import fastify, { type FastifyError, type FastifyReply, type FastifyRequest, type onRequestHookHandler } from 'fastify';
import { type PeopleServices, StoreError } from '../host/index.ts';
import type { Operation } from './access.ts';
import { authorize } from './caller.ts';
import { document, PAGE_URL, page } from './documentation.ts';
import { etagOf, matches } from './etag.ts';
import { logError, logLine } from './log.ts';
import { isForPage, pageRoutes, sendPage } from './pages.ts';
import { PROBLEM_TYPE, Problem, ProblemSchema, problemBody, problemOf, type RequestFault, STATUS } from './problem.ts';
import { RateLimit } from './rate.ts';
import { agentRoutes } from './routes/agents.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { bookRoutes } from './routes/books.ts';
import { callRoutes } from './routes/calls.ts';
import { cardOrderRoutes } from './routes/card-orders.ts';
import { cardProviderRoutes } from './routes/card-providers.ts';
import { cardRoutes } from './routes/cards.ts';
import { controlRoutes } from './routes/control.ts';
import { demoRoutes } from './routes/demo.ts';
import { exchangeRoutes } from './routes/exchanges.ts';
import { forecastRoutes } from './routes/forecast.ts';
import { inspectionRoutes } from './routes/inspections.ts';
import { keyRoutes } from './routes/keys.ts';
import { liveRoutes } from './routes/live.ts';
import { loadRoutes } from './routes/load.ts';
import { lossRoutes } from './routes/losses.ts';
import { messageRoutes } from './routes/messages.ts';
import { meterRoutes } from './routes/meters.ts';
import { offlineMeterRoutes } from './routes/offline-meters.ts';
import { orderRoutes } from './routes/orders.ts';
import { outageRoutes } from './routes/outages.ts';
import { overviewRoutes } from './routes/overview.ts';
import { paymentRoutes } from './routes/payments.ts';
import { peopleRoutes } from './routes/people.ts';
import { purchaseRoutes } from './routes/purchases.ts';
import { receiptRoutes } from './routes/receipts.ts';
import { remittanceRoutes } from './routes/remittances.ts';
import { restorationRoutes } from './routes/restoration.ts';
import { serviceRoutes } from './routes/service.ts';
import { sessionRoutes } from './routes/session.ts';
import { settlementRoutes } from './routes/settlement.ts';
import { shiftRoutes } from './routes/shifts.ts';
import { statementRoutes } from './routes/statement.ts';
import { subscriberRoutes } from './routes/subscribers.ts';
import { talkRoutes } from './routes/talks.ts';
import { tariffWeekRoutes } from './routes/tariff-week.ts';
import { tenancyRoutes } from './routes/tenancies.ts';
import { vendRoutes } from './routes/vends.ts';
import { voiceRoutes } from './routes/voices.ts';
import { voucherRoutes } from './routes/vouchers.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { AccountSchema, HeadSchema, TrialBalanceSchema } from './schemas/accounts.ts';
import {
  AgentMemberSchema,
  AgentSchema,
  CardLookupSchema,
  LookupSchema,
  ShiftSchema,
  VendSchema,
} from './schemas/agents.ts';
import { CallSchema, PhoneAccessSchema } from './schemas/calls.ts';
import {
  CardBooksSchema,
  CardChargeSchema,
  CardExchangeSchema,
  CardInMeterSchema,
  CardMonthSchema,
  CardOrderSchema,
  CardPassedSchema,
  CardProviderSchema,
  CardSchema,
  CardStepSchema,
  CardTicketSchema,
  OfflineMeterSchema,
  RecoverySchema,
} from './schemas/cards.ts';
import { CommandSchema, MeterPolicySchema, TariffSchema } from './schemas/control.ts';
import { CutOffSchema } from './schemas/cut-offs.ts';
import { DemoSchema, DemoTimeSchema, PanelSchema } from './schemas/demo.ts';
import { ExchangePassSchema, ExchangeSchema, TrafficSchema } from './schemas/exchanges.ts';
import { ForecastSchema } from './schemas/forecast.ts';
import { InspectionSchema } from './schemas/inspections.ts';
import { KeyRotationSchema, KeyUseSchema } from './schemas/keys.ts';
import { CheckMinuteSchema, LineDaySchema, LineSchema } from './schemas/lines.ts';
import { BalanceSchema, MinutesSchema, OutlookSchema, VoltagesSchema } from './schemas/load.ts';
import { LineBalanceSchema, LossAlarmSchema } from './schemas/losses.ts';
import { MessageChoiceSchema, MessageSchema } from './schemas/messages.ts';
import { EventSchema, MeterSchema, PurseSchema, SubscriberSchema, UseBucketSchema } from './schemas/meters.ts';
import {
  ContractSchema,
  DuesSchema,
  PaymentPortSchema,
  PaymentSchema,
  PurchaseSchema,
  QuoteSchema,
  ReceiptSchema,
  TermsSchema,
} from './schemas/money.ts';
import { LineNetworkSchema } from './schemas/networks.ts';
import {
  ApprovalSchema,
  BooksSchema,
  MeterBooksSchema,
  OrderSchema,
  PostingSchema,
  RevivalSchema,
} from './schemas/orders.ts';
import { OutagesSchema } from './schemas/outages.ts';
import { AlarmSchema, GridSchema, OverviewSchema } from './schemas/overview.ts';
import { ApiKeySchema, AuditSchema, LogInSchema, PersonSchema, SessionSchema } from './schemas/people.ts';
import { PayeeAccountSchema, RemittanceSchema } from './schemas/remittances.ts';
import { RestorationSchema } from './schemas/restoration.ts';
import { ClosedPeriodSchema, PeriodSchema } from './schemas/settlement.ts';
import { StatementSchema } from './schemas/statement.ts';
import { TariffPreviewSchema, TariffWeekSchema } from './schemas/tariff-week.ts';
import { TemperaturesSchema } from './schemas/temperatures.ts';
import { PersonDuesSchema, TenancySchema } from './schemas/tenancies.ts';
import { UtilitySchema } from './schemas/utility.ts';
import { VoucherBatchSchema, VoucherSchema, VouchersChangedSchema } from './schemas/vouchers.ts';
import { DeliverySchema, WebhookSchema } from './schemas/webhooks.ts';
import { serializers } from './serializer.ts';
import type { Api, ApiServices, ApiSettings, TypeBoxProvider } from './server.ts';
import { UPGRADED, Upgrades } from './upgrades.ts';
import { validator } from './validator.ts';
import { versioned } from './versions.ts';

export const PREFIX = '/api/v1';
const BODY_BYTES_MAX = 64 * 1024;
/** Ids have 128 characters, each of which may be written in 12 of a path. */
const PARAMETER_CHARACTERS_MAX = 128 * 12;
const REQUEST_MS = 10_000;
/** Between two requests on one connection. */
const IDLE_MS = 30_000;
/** A socket on which nothing moves: longer than the heartbeat of live events. */
const STILL_MS = 60_000;
const REQUESTS_PER_MINUTE = 600;

const SCHEMAS = [
  ...[ProblemSchema, SubscriberSchema, MeterSchema, PurseSchema, EventSchema, UseBucketSchema, OrderSchema],
  ...[
    ApprovalSchema,
    RevivalSchema,
    BooksSchema,
    MeterBooksSchema,
    PostingSchema,
    LineDaySchema,
    OutagesSchema,
    RestorationSchema,
    LineBalanceSchema,
    InspectionSchema,
    LossAlarmSchema,
    LineNetworkSchema,
    LineSchema,
    CheckMinuteSchema,
    CommandSchema,
  ],
  ...[TenancySchema, PersonDuesSchema],
  ...[TariffSchema, TermsSchema, QuoteSchema, PurchaseSchema, ReceiptSchema, DuesSchema, PaymentPortSchema],
  ...[
    PaymentSchema,
    ContractSchema,
    PeriodSchema,
    ClosedPeriodSchema,
    PersonSchema,
    SessionSchema,
    LogInSchema,
    ApiKeySchema,
  ],
  ...[
    AuditSchema,
    StatementSchema,
    DeliverySchema,
    WebhookSchema,
    AgentSchema,
    AgentMemberSchema,
    VendSchema,
    LookupSchema,
    CardLookupSchema,
  ],
  ...[ShiftSchema, ExchangePassSchema, ExchangeSchema, TrafficSchema, DemoSchema, DemoTimeSchema, PanelSchema],
  ...[AlarmSchema, OverviewSchema, GridSchema, MinutesSchema, BalanceSchema, UtilitySchema, CutOffSchema, KeyUseSchema],
  KeyRotationSchema,
  ...[CardBooksSchema, CardExchangeSchema, CardOrderSchema, CardProviderSchema, CardSchema, CardStepSchema],
  ...[CardInMeterSchema, CardPassedSchema, CardTicketSchema, OfflineMeterSchema, RecoverySchema, MeterPolicySchema],
  ...[CardChargeSchema, CardMonthSchema, ForecastSchema, TemperaturesSchema, PayeeAccountSchema, RemittanceSchema],
  ...[VoucherBatchSchema, VoucherSchema, VouchersChangedSchema],
  ...[CallSchema, PhoneAccessSchema, MessageChoiceSchema, MessageSchema],
  ...[
    OutlookSchema,
    VoltagesSchema,
    TariffWeekSchema,
    TariffPreviewSchema,
    AccountSchema,
    TrialBalanceSchema,
    HeadSchema,
  ],
];

/** With every answer. An answer is data: no browser shows, frames, keeps, guesses or lends it. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};
const HEADERS_TLS = { ...HEADERS, 'strict-transport-security': 'max-age=31536000' };

/**
 * The HTTP API of a utility. It opens no socket by itself: the caller listens with it.
 * What it may answer, and to whom, stands in the document at `/api/v1/openapi.json`.
 */
export function createApi(services: ApiServices, settings: ApiSettings = {}): Api {
  const { people, metrics } = services;
  const { log, proxy, pages, requestMs = REQUEST_MS, requestsPerMinute: max = REQUESTS_PER_MINUTE } = settings;
  const app: Api = fastify({
    logger: false,
    trustProxy: proxy ?? false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: requestMs,
    connectionTimeout: STILL_MS,
    keepAliveTimeout: IDLE_MS,
    forceCloseConnections: true,
    http: { headersTimeout: requestMs, connectionsCheckingInterval: Math.ceil(requestMs / 4), ...UPGRADED },
    routerOptions: { maxParamLength: PARAMETER_CHARACTERS_MAX },
    exposeHeadRoutes: false,
    schemaController: { compilersFactory: { buildSerializer: serializers } },
    // An id that a client gave could be anything; this one is in the log, in the audit and in the answer.
    genReqId: () => randomUUID(),
    // An address that is none comes past every hook.
    frameworkErrors: (error, request, reply) =>
      refuse(error, request, reply.headers(HEADERS).header('request-id', request.id)),
  }).withTypeProvider<TypeBoxProvider>();

  app.setValidatorCompiler(validator);
  app.setErrorHandler((error: FastifyError, request, reply) => refuse(error, request, reply));
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('caller', undefined);
  app.decorateRequest('reach', 'own');
  app.decorateRequest('version', undefined);
  app.decorateRequest('seen', undefined);
  for (const schema of SCHEMAS) app.addSchema(schema);

  const limit = new RateLimit(max);
  app.addHook('onRoute', (route) => {
    const { operation, requestsPerMinute, thing } = route.config ?? {};
    if (operation === undefined && !route.url.startsWith(PAGE_URL)) throw new Error(`${route.url} stands in no table`);
    if (thing !== undefined) route.preHandler = [versioned(thing, services.host), route.preHandler ?? []].flat();
    const own = requestsPerMinute === undefined ? limit : new RateLimit(requestsPerMinute);
    // Before the body is read, and strangers after the limit of rate: nobody who may not ask makes much work.
    route.onRequest = [
      route.onRequest ?? [],
      requestsPerMinute === Number.POSITIVE_INFINITY ? [] : refuseTooMany(own),
      operation === undefined ? [] : refuseStrangers(operation, people),
    ].flat();
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(request.protocol === 'https' ? HEADERS_TLS : HEADERS).header('request-id', request.id);
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const { version } = request;
    if (request.method === 'GET' ? reply.statusCode !== 200 : version === undefined) return done(null, payload);
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return done(null, payload);
    const etag = etagOf(payload, version);
    reply.header('etag', etag);
    if (request.method !== 'GET') return done(null, payload);
    const wanted = request.headers['if-none-match'];
    if (wanted === undefined || !matches(wanted, etag)) return done(null, payload);
    reply.code(304);
    done(null, null);
  });
  const answered = (request: FastifyRequest, { elapsedTime: ms }: FastifyReply, status: number) => {
    const { routeOptions } = request;
    metrics.request({ method: request.method, route: routeOptions.url ?? '', status }, ms);
    log?.write(logLine(request, routeOptions, { status, ms }));
  };
  app.addHook('onResponse', (request, reply, done) => {
    answered(request, reply, reply.statusCode);
    done();
  });
  const upgrades = new Upgrades(app, answered);

  document(app);
  app.after(() => {
    app.setNotFoundHandler({ preHandler: refuseTooMany(limit) }, (request, reply) => {
      if (pages !== undefined && isForPage(request)) return sendPage(reply, pages);
      throw new Problem('not-found', 'There is nothing at this address: see /api/v1/openapi.json for what there is.');
    });
    if (pages !== undefined) pageRoutes(app, pages);
    serviceRoutes(app, services);
    app.register(
      (v1, _, done) => {
        sessionRoutes(v1, services, settings);
        subscriberRoutes(v1, services);
        overviewRoutes(v1, services);
        meterRoutes(v1, services);
        inspectionRoutes(v1, services);
        tenancyRoutes(v1, services);
        loadRoutes(v1, services);
        statementRoutes(v1, services);
        orderRoutes(v1, services);
        purchaseRoutes(v1, services);
        receiptRoutes(v1, services);
        agentRoutes(v1, services);
        vendRoutes(v1, services);
        cardRoutes(v1, services);
        cardOrderRoutes(v1, services);
        cardProviderRoutes(v1, services);
        offlineMeterRoutes(v1, services);
        shiftRoutes(v1, services);
        paymentRoutes(v1, services);
        restorationRoutes(v1, services);
        approvalRoutes(v1, services);
        controlRoutes(v1, services);
        keyRoutes(v1, services);
        tariffWeekRoutes(v1, services);
        bookRoutes(v1, services);
        lossRoutes(v1, services);
        forecastRoutes(v1, services);
        outageRoutes(v1, services);
        callRoutes(v1, services);
        talkRoutes(v1, services, settings, upgrades);
        messageRoutes(v1, services);
        settlementRoutes(v1, services);
        remittanceRoutes(v1, services);
        voucherRoutes(v1, services);
        peopleRoutes(v1, services);
        webhookRoutes(v1, services);
        exchangeRoutes(v1, services);
        liveRoutes(v1, services, settings.live);
        demoRoutes(v1, services, settings);
        voiceRoutes(v1, services, settings, upgrades);
        done();
      },
      { prefix: PREFIX },
    );
    page(app);
  });
  return app;

  function refuse(error: Error, request: FastifyRequest, reply: FastifyReply): void {
    const problem = refusalOf(error);
    if (problem.code === 'internal' || problem.code === 'store-failed') log?.write(logError(error, request.id));
    reply.code(STATUS[problem.code]).type(PROBLEM_TYPE).send(problemBody(problem, request.id));
  }
}

const refuseStrangers =
  (operation: Operation, people: PeopleServices): onRequestHookHandler =>
  (request, _, done) =>
    void authorize(request, operation, people).then(() => done(), done);

const TOO_MANY = 'That was too much in one minute: wait for the next.';
/** Only whoever has asked too much is told that there is a limit. */
const refuseTooMany =
  (limit: RateLimit) =>
  (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    const seconds = limit.waitSeconds(request.ip, performance.now());
    if (seconds > 0) reply.header('retry-after', seconds);
    done(seconds > 0 ? new Problem('too-many-requests', TOO_MANY, { waitMs: seconds * 1_000 }) : undefined);
  };

const FRAMEWORK_FAULTS: Readonly<Record<string, readonly [RequestFault, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body-too-large', `A body has at most ${BODY_BYTES_MAX / 1024} KiB.`],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['content-type-wrong', 'A body is JSON: send it as application/json.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['input-wrong', 'The body is empty: leave its content type out, or send one.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['input-wrong', 'The body is no JSON.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['input-wrong', 'The body has another length than was said.'],
  FST_ERR_BAD_URL: ['input-wrong', 'The address is not written as one.'],
};

function refusalOf(error: Error): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreError) return problemOf({ reason: 'store-failed', sentence: error.message });
  const { code = '', statusCode = 500 } = error as Partial<FastifyError>;
  const fault = FRAMEWORK_FAULTS[code];
  if (fault !== undefined) return new Problem(...fault);
  if (statusCode >= 400 && statusCode < 500)
    return new Problem('input-wrong', 'The request is not one: check how it is written.');
  return new Problem(
    'internal',
    'Something is wrong in the program itself: tell whoever keeps it the id of this request.',
  );
}
