import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ACCESS, type Operation, reachOf, SCOPES } from '../../src/api/index.ts';
import { MemoryStore, ROLES, type Role } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { milliseconds, svpmsn } from '../../src/units/index.ts';
import { ACT_WORDS, LANGUAGES } from '../../src/words/index.ts';
import { type Answer, type Json, KIMS_METER, LEES_METER, NOBODY, type Visitor, World } from './world.ts';

const OPERATIONS = Object.keys(ACCESS) as Operation[];
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Without a line, once it is enrolled. */
const OFFLINE_METER = '0a1b2e';
/** What is sent to a route that wants something, beside its address. */
const BODIES: Readonly<Partial<Record<Operation, object>>> = {
  logIn: { login: 'nobody', password: 'nothing' },
  changePassword: { old: 'wrong', new: 'another long password' },
  addSubscriber: { id: 'park', name: 'Park' },
  changeSubscriber: { contact: '010' },
  enrolMeter: { number: '000005', subscriber: 'lee', localUnit: 1, modemAddress: 5, suite: 'aes128' },
  readdressMeter: { modemAddress: 19 },
  moveOut: { dead: false },
  moveIn: { subscriber: 'lee' },
  payOutRest: { method: 'cash' },
  payDues: { paid: '5', method: 'cash', reference: 'slip 9' },
  orderCommand: { type: 'clock-set' },
  buy: { meter: KIMS_METER, paid: '5' },
  publishTerms: {
    currency: { code: 'EUR', number: 978, exponent: 2 },
    ...{ taxBasisPoints: 0, fixedChargePerMonth: 0, recoveryPercentMax: 10, fees: {} },
  },
  bookDebt: { amount: '5', reference: 'bill 7' },
  pay: { meter: KIMS_METER, paid: '5', port: 'bank', instrument: { type: 'token', token: 'kims' } },
  agreeContract: {
    ...{ threshold: '5', paid: '5', port: 'bank', account: { type: 'token', token: 'kims' } },
    ...{ perDayMax: '9', perMonthMax: '9' },
  },
  addAgent: { id: 'stall', name: 'Stall', commissionBasisPoints: 100 },
  changeAgent: { commissionBasisPoints: 200 },
  moveFloat: { direction: 'pay-in', amount: '5', method: 'cash', reference: 'slip 7' },
  vend: { meter: KIMS_METER, paid: '5' },
  reverseVend: { meter: KIMS_METER },
  openShift: { opening: '5' },
  closeShift: { counted: '5' },
  closePeriod: { month: '2026-01', terms: { tariff: 'bulk', technicalBasisPoints: 0, interestBasisPoints: 0 } },
  proposeRemittance: { payee: 'seller', amount: '5', paidOn: '2026-01-05', reference: 'TX 7', why: 'due' },
  takeRemittance: { payee: '1-2', amount: '5', paidOn: '2026-01-05', reference: 'TX 8' },
  proposeRemittanceReversal: { why: 'sent back' },
  proposeVoucherBatch: {
    batch: 'summer',
    count: 2,
    value: '500',
    expiresAt: '2030-01-01T00:00:00.000Z',
    why: 'a feast',
  },
  sellVouchers: { batch: 'spring', first: 1, last: 1 },
  blockVouchers: { batch: 'spring', first: 1, last: 1, blocked: false },
  proposeVoucherVoid: { batch: 'spring', first: 1, last: 1, why: 'lost' },
  get redeemVoucher() {
    return { number: voucherNumber };
  },
  proposeVoid: { why: 'a slip' },
  proposeCredit: { amount: '5', why: 'goodwill' },
  proposeKeyChange: { purpose: 'value', why: 'a year is over' },
  proposeRevival: { why: 'opened by a storm' },
  proposeCardCredit: { amount: '5', why: 'goodwill' },
  proposeCardVoid: { why: 'a slip' },
  proposeCardClosing: { why: 'moves away' },
  proposeCardRelease: { why: 'the meter is gone' },
  proposeCardRecovery: { why: 'lost' },
  decideApproval: { verdict: 'refuse' },
  answerByChip: { outcome: 'approved' },
  publishTariff: { definition: { unitCharge: '100', bands: [], otherwise: 100 } },
  assignTariff: { tariff: 'standard' },
  previewTariff: { definition: { unitCharge: '100', bands: [], otherwise: 100 }, meter: KIMS_METER, month: '2026-01' },
  addCardProvider: {
    ...{ utility: 1, region: 'water', name: 'Water', account: 'IBAN' },
    ...{ ticketLimit: '500', ticketDays: 30 },
  },
  changeCardProvider: { ticketDays: 40 },
  publishCardCharge: { unitCharge: '1000' },
  issueCard: {
    ...{ number: '04a1b2c3d4e5f0', subscriber: 'kim' },
    regions: [{ region: 'gas', provider: '1-2', n: 32 }],
  },
  blockCard: { state: 'lost' },
  replaceCard: { by: '04a1b2c3d4e5f8' },
  buyForCard: { region: 'gas', paid: '5' },
  payOutCard: {},
  beginCardExchange: { region: 'gas' },
  goOnWithCard: { frame: '00' },
  passToCard: { frame: '00' },
  enrolOfflineMeter: { number: OFFLINE_METER, provider: '1-2', subscriber: 'kim', n: 32 },
  giveOfflineMeter: { subscriber: 'lee' },
  addPerson: { login: 'han', name: 'Han', role: 'cashier' },
  changePerson: { name: 'Somebody else' },
  changeLossAlarm: { state: 'seen' },
  inspectMeter: { findings: ['seal-broken', 'cover-open'], note: 'a wire beside it' },
  allowCaller: { language: 'en', pin: '271828' },
  chooseMessages: { number: '821012345678', language: 'en', causes: [] },
  putTemperatures: { from: '2026-01-05T00:00:00Z', celsius: [1.5, null] },
  putLineNetwork: {
    source: { node: 't', volts: 230, ohms: { r1: 0, x1: 0, r0: 0, x0: 0 } },
    ...{ cables: {}, lines: [], loads: [{ meter: KIMS_METER, node: 't', phases: 'A' }] },
  },
  addWebhook: { id: 'shop', url: 'https://shop.example/told', events: ['purchase.sold'] },
  payByDemoCard: { paid: '5' },
  addApiKey: { name: 'a program', role: 'agent', scopes: ['orders:sell'] },
};
const QUERIES: Readonly<Partial<Record<Operation, string>>> = {
  quote: '?paid=5',
  lookUpMeter: `?meter=${KIMS_METER}`,
  lookUpCard: '?card=04a1b2c3d4e5f6&region=gas',
  readStatement: '?from=2026-01-05&to=2026-01-05',
  readMinutes: '?from=2026-01-05&to=2026-01-05',
  readVoltages: '?from=2026-01-05&to=2026-01-05',
  readBalance: '?from=2026-01-05&to=2026-01-05',
  readUse: '?by=day&from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z',
  readTemperatures: '?from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z',
  readCheckMinutes: '?from=2026-01-05T00:00:00Z&to=2026-01-05T01:00:00Z',
};
/** Of kim, and, for those who reach no further than what is theirs, of somebody else. */
const PARAMETERS = {
  own: { meter: KIMS_METER, subscriber: 'kim', order: 'kims', payment: 'kims', number: '7-1', card: '04a1b2c3d4e5f6' },
  others: {
    meter: LEES_METER,
    subscriber: 'lee',
    order: 'lees',
    payment: 'lees',
    number: '8-1',
    card: '04a1b2c3d4e5f7',
  },
  any: {
    tariff: 'standard',
    localUnit: '1',
    login: 'system-manager.second',
    key: '000000000000',
    approval: 'none',
    webhook: 'shop',
    alarm: '00001-20000',
    call: 'walked',
    agent: 'kiosk',
    member: 'agent',
    reference: 'walk-reference',
    provider: '1-2',
    region: 'gas',
    exchange: '0123456789abcdef',
    payee: 'seller',
    remittance: 'seller TX 7',
    tenancy: '00000b-00001',
    batch: 'spring',
    serial: 'spring.00001',
  },
};
/** A purse that is closed takes nothing more: that one is of no other use. */
const CLOSED_METER = '000009';
/** From which somebody moves out. */
const LEFT_METER = '00000b';
/** So is a card that ended. */
const ENDED_CARD = '04a1b2c3d4e5f9';
const ENDINGS: readonly Operation[] = ['blockCard', 'replaceCard', 'readCardRecovery', 'proposeCardRecovery'];
/** Where `order` is that of a sale to a card. */
const CARD_SALES: readonly Operation[] = ['readCardOrder', 'listCardReceipts', 'readCardReceipt', 'proposeCardVoid'];
const CARD_SALE = { own: { order: 'kims card', number: 'C1-1' }, others: { order: 'lees card', number: 'C2-1' } };

let world: World;
let voucherNumber = '';
const routes = new Map<Operation, { readonly method: Method; readonly path: string }>();
const visitors = new Map<Role, Visitor>();

before(async () => {
  world = await World.open(new MemoryStore(), { vouchers: true });
  const document = (await world.ask(NOBODY, 'GET', '/api/v1/openapi.json')).json;
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    for (const [method, { operationId } = {}] of Object.entries(methods ?? {}) as [string, Json][]) {
      routes.set(String(operationId) as Operation, { method: method.toUpperCase() as Method, path });
    }
  }
  routes.set('openapi', { method: 'GET', path: '/api/v1/openapi.json' });
  routes.set('readPages', { method: 'GET', path: '/' });
  for (const role of ROLES) visitors.set(role, await world.as(role));
  for (const [meter, order] of [
    [3, 'kims'],
    [4, 'lees'],
    [4, 'api:agent:12345678'],
    [3, 'api:other:12345678'],
  ] as const) {
    made(await world.host.purchase({ meter, paid: 5, orderId: order, method: 'cash' }));
  }
  await furnish(world);
});

/** What the routes are asked about, beside orders. */
async function furnish(of: World): Promise<void> {
  const { host, rig } = of;
  await rig.enrol(9, { subscriber: 'lee' });
  await rig.enrol(0xb, { subscriber: 'lee' });
  const office = host.by(of.act('agents'));
  made(await office.addAgent({ id: 'kiosk', name: 'Kiosk', commissionBasisPoints: 100 }));
  made(await office.addAgentMember({ id: 'agent', agent: 'kiosk' }));
  made(await office.moveFloat({ ...PAID_IN, agent: 'kiosk' }));
  await furnishCards(of);
  const batch = { batch: 'spring', count: 1, value: 5, expiresAt: milliseconds(2e12) };
  const asked = made(await office.propose({ proposal: { type: 'voucher-batch', ...batch }, why: 'a feast' }));
  made(
    await host
      .by({ ...of.act('decideApproval'), by: 'another', subject: 'approval' })
      .decide({ approval: asked.id, verdict: 'approve' }),
  );
  const [voucher] = made(await of.vouchers.printBatch(of.act('printing'), 'spring')).vouchers;
  made(await of.vouchers.sellVouchers(of.act('selling'), { batch: 'spring', first: 1, last: 1, method: 'cash' }));
  voucherNumber = voucher?.number ?? '';
  const issued = { issuedAt: of.wall.now(), text: 'signed' };
  await rig.store.transaction((tx) =>
    tx.receipts.put([
      { ...issued, id: '7-1', order: 'kims' },
      { ...issued, id: '8-1', order: 'lees' },
      { ...issued, id: 'C1-1', order: 'kims card' },
      { ...issued, id: 'C2-1', order: 'lees card' },
    ]),
  );
  const at = of.wall.now();
  await rig.store.transaction((tx) =>
    tx.calls.put([
      {
        ...{ id: 'walked', carrier: 'sip', from: undefined, svpmsn: undefined, language: 'en', state: 'wants-person' },
        ...{ begunAt: at, endedAt: at, callBack: '4930123456', steps: [] },
      },
    ]),
  );
  await rig.store.transaction((tx) =>
    tx.messageChoices.put(
      ([3, 4] as const).map((meter) => ({
        ...{
          id: String(meter),
          svpmsn: svpmsn(meter),
          number: '821012345678',
          language: 'en',
          causes: [],
          chosenAt: at,
        },
      })),
    ),
  );
  for (const [id, meter] of [
    ['kims', 3],
    ['lees', 4],
  ] as const) {
    made(await host.pay({ id, meter, paid: 5, port: 'bank', instrument: { type: 'token', token: id } }));
    made(await host.agreeContract({ meter, ...CONTRACT }));
  }
}
async function furnishCards(of: World): Promise<void> {
  const office = of.host.by(of.act('cards'));
  const terms = { name: 'Gas', account: 'IBAN', ticketLimit: 500, ticketDays: 30 };
  made(await office.addCardProvider({ utility: 1, region: 2, ...terms }));
  for (const [csn, subscriber] of [
    ['04a1b2c3d4e5f6', 'kim'],
    ['04a1b2c3d4e5f7', 'lee'],
    ['04a1b2c3d4e5f8', 'kim'],
    [ENDED_CARD, 'kim'],
  ] as const) {
    made(await office.issueCard({ csn, subscriber, regions: [{ region: 2, provider: '1-2', n: 32 }] }));
  }
  for (const [csn, orderId] of [
    ['04a1b2c3d4e5f6', CARD_SALE.own.order],
    ['04a1b2c3d4e5f7', CARD_SALE.others.order],
  ] as const) {
    made(await office.buyForCard({ csn, region: 2, orderId, paid: 5, method: 'cash' }));
  }
}
const PAID_IN = { direction: 'pay-in', amount: 1_000, method: 'cash', reference: 'slip 1' } as const;
const CONTRACT = {
  ...{ threshold: 5, paid: 5, port: 'bank', perDayMax: 9, perMonthMax: 9 },
  account: { type: 'token', token: 'kims' } as const,
};
after(() => world.close());

let requests = 0;

function ask(visitor: Visitor, operation: Operation, whose: 'own' | 'others' = 'own', at = world): Promise<Answer> {
  const { method, path } = routes.get(operation) as { method: Method; path: string };
  const isMove = operation === 'moveOut' || operation === 'moveIn';
  const isOffline = operation === 'giveOfflineMeter';
  const apart = operation === 'closePurse' ? CLOSED_METER : isMove ? LEFT_METER : isOffline && OFFLINE_METER;
  const meter = apart === false ? {} : { meter: apart };
  const card = ENDINGS.includes(operation) ? { card: ENDED_CARD } : {};
  const sale = CARD_SALES.includes(operation) ? CARD_SALE[whose] : {};
  const special = { ...meter, ...card, ...sale };
  const parameters: Readonly<Record<string, string>> = { ...PARAMETERS.any, ...PARAMETERS[whose], ...special };
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? name));
  const headers = { 'idempotency-key': `walk-${String(++requests).padStart(5, '0')}` };
  if (operation === 'streamEvents') return at.peek(visitor, url);
  return at.ask(visitor, method, `${url}${QUERIES[operation] ?? ''}`, BODIES[operation], headers);
}

const isRefused = ({ json }: Answer): boolean => ['log-in-needed', 'not-allowed'].includes(String(json?.code));

test('every route stands in the table, and the table has no other', () => {
  assert.deepEqual([...routes.keys()].sort(), [...OPERATIONS].sort());
});

test('a route that stands in no table cannot be made', async () => {
  const other = await World.open(new MemoryStore(), {
    furnished: false,
    more: (app) => app.get('/api/v1/secrets', async () => 'told'),
  }).catch((error: Error) => error);
  assert.ok(other instanceof Error && /\/api\/v1\/secrets stands in no table/.test(other.message));
});

test('whoever is not known gets what is public, and nothing else', async () => {
  const wrongKey = { headers: { authorization: `Bearer wpk_${'0'.repeat(12)}_${'0'.repeat(64)}` } };
  const wrongCookie = { headers: { cookie: `wattpurse=${'0'.repeat(64)}` } };
  for (const operation of OPERATIONS) {
    for (const visitor of [NOBODY, wrongKey, wrongCookie]) {
      const answer = await ask(visitor, operation);
      assert.equal(String(answer.json?.code) === 'log-in-needed', ACCESS[operation] !== 'public', operation);
      if (ACCESS[operation] !== 'public') assert.equal(answer.status, 401, operation);
    }
  }
});

for (const role of ROLES) {
  test(`a person of role ${role} gets what the table grants, of others what is theirs, and nothing else`, async () => {
    const visitor = visitors.get(role) as Visitor;
    // Others have ended it.
    made(await world.host.agreeContract({ meter: 3, ...CONTRACT }));
    // Logging out comes last.
    for (const operation of [...OPERATIONS.filter((each) => each !== 'logOut'), 'logOut' as const]) {
      const answer = await ask(visitor, operation);
      const reach = reachOf(operation, role);
      assert.equal(isRefused(answer), reach === undefined, `${operation}: ${answer.text}`);
      assert.notEqual(answer.status, 500, `${operation}: ${answer.text}`);
      if (reach === undefined) assert.equal(answer.status, 403, operation);
      if (reach !== 'own') continue;
      if (role === 'subscriber') await seesOnlyOwn(visitor, operation, answer);
    }
    assert.equal((await ask(visitor, 'readSession')).status, 401);
  });
}

/** A subscriber meets what is another's as if it were not there. */
async function seesOnlyOwn(visitor: Visitor, operation: Operation, own: Answer): Promise<void> {
  assert.ok(own.status === 200 || own.status === 201 || operation === 'cancelPayment', `${operation}: ${own.text}`);
  if (operation === 'streamEvents') return;
  if (operation === 'listMeters') {
    const all = await world.ask(visitor, 'GET', '/api/v1/meters?subscriber=lee');
    assert.deepEqual([own.json.items, all.json.items].map(numbersOf), [[KIMS_METER], [KIMS_METER]]);
    return;
  }
  if (operation === 'listCards') {
    const all = await world.ask(visitor, 'GET', '/api/v1/cards?subscriber=lee');
    assert.deepEqual(numbersOf(all.json.items), numbersOf(own.json.items));
    assert.ok(!own.text.includes('lee'));
    return;
  }
  if (operation === 'pay') {
    const paid = await world.ask(visitor, 'POST', '/api/v1/payments', { ...BODIES.pay, meter: LEES_METER }, KEYED);
    assert.equal(paid.status, 404, paid.text);
    return;
  }
  const other = await ask(visitor, operation, 'others');
  assert.equal(other.status, 404, `${operation}: ${other.text}`);
  assert.match(other.text, /There is no such|That is not you/);
}

const KEYED = { 'idempotency-key': 'walk-others' };
const numbersOf = (items: unknown): unknown[] => (items as { number: string }[]).map(({ number }) => number);

test('whatever somebody did has words in the audit log, and so has each field of what was asked', async () => {
  const done = (await world.people.audit({ limit: 10_000 })).filter(({ by }) => by !== 'test');
  for (const words of LANGUAGES.map((language) => ACT_WORDS[language])) {
    const wordless = done.flatMap(({ action, subject, detail }) => [
      ...(action in words.acts ? [] : [action]),
      ...(kindOf(subject) in words.subjects ? [] : [subject]),
      ...(detail === '' ? [] : fieldsOf(JSON.parse(detail))).filter((field) => !(field in words.fields)),
    ]);
    assert.deepEqual([...new Set(wordless)], []);
  }
  const acts = new Set(done.map(({ action }) => action));
  for (const action of ['buy', 'closeShift', 'addPerson', 'pay', 'log-out']) assert.ok(acts.has(action), action);
});

const kindOf = (subject: string): string => (subject.startsWith('API key ') ? 'key' : (subject.split(' ')[0] ?? ''));

/** All that have a value of their own; of lists, and of what is kept by names of a utility's own, the whole has one. */
const fieldsOf = (of: Json): string[] =>
  Object.entries(of).flatMap(([field, value]) => {
    const isWhole = typeof value !== 'object' || value === null || Array.isArray(value);
    return isWhole || field === 'fees' || field === 'seasons' ? [field] : fieldsOf(value as Json);
  });

/** Change nothing, or are written down under another name or as what follows from them. */
const UNWRITTEN: readonly Operation[] = [
  ...(['previewTariff', 'goOnWithCard', 'passToCard', 'logIn', 'logOut', 'changePassword'] as const),
  ...([
    'enterDemo',
    'setDemoSpeed',
    'cutDemoLine',
    'sendDemoCard',
    'readDemoCard',
    'payByDemoCard',
    'actOnPanel',
  ] as const),
];

test('each operation that changes something has a word for the audit log, and no word is of another', () => {
  // As a WebSocket, which is asked for by GET.
  const sockets: readonly Operation[] = ['takeCalls'];
  const changing = OPERATIONS.filter(
    (operation) => routes.get(operation)?.method !== 'GET' || sockets.includes(operation),
  );
  const own = ['log-in', 'log-in-proved', 'log-in-refused', 'log-out', 'new-password', 'change-password'];
  const commandLine = ['import', 'rotateKeys', 'replaceMeter', 'reviveMeter'];
  assert.deepEqual(
    Object.keys(ACT_WORDS.en.acts).sort(),
    [...own, ...commandLine, ...changing.filter((operation) => !UNWRITTEN.includes(operation))].sort(),
  );
});

test('an agent reads the sales that are its own, and no others', async () => {
  const agent = await world.as('agent');
  const read = async (order: string) =>
    (await world.ask(agent, 'GET', `/api/v1/orders/${encodeURIComponent(order)}`)).status;
  assert.deepEqual(await Promise.all(['api:agent:12345678', 'api:other:12345678', 'kims'].map(read)), [200, 404, 404]);
});

test('an API key does what its role and its scopes both allow', async () => {
  for (const role of ROLES.filter((each) => each !== 'subscriber')) {
    const all = await world.apiKey(role, SCOPES);
    for (const operation of OPERATIONS) {
      const access = ACCESS[operation] as { scope?: string };
      if (typeof access !== 'object') continue;
      const without = await world.apiKey(
        role,
        SCOPES.filter((scope) => scope !== access.scope),
      );
      const granted = access.scope !== undefined && reachOf(operation, role) !== undefined;
      assert.equal(isRefused(await ask(all, operation)), !granted, `${role} ${operation}`);
      assert.ok(isRefused(await ask(without, operation)), `${role} ${operation} without ${access.scope}`);
    }
    for (const operation of ['readSession', 'logOut', 'changePassword'] as const) {
      assert.equal((await ask(all, operation)).status, 403, operation);
    }
  }
});

/** Those of an operator that change something. */
const CHANGES: readonly Operation[] = [
  ...([
    'addSubscriber',
    'changeSubscriber',
    'enrolMeter',
    'inspectMeter',
    'readdressMeter',
    'moveOut',
    'orderCommand',
    'buy',
    'publishTariff',
  ] as const),
  ...([
    'assignTariff',
    'putTemperatures',
    'putLineNetwork',
    'proposeVoid',
    'proposeCredit',
    'proposeKeyChange',
    'proposeRevival',
    'closePurse',
  ] as const),
  ...(['publishTerms', 'bookDebt', 'pay', 'agreeContract', 'endContract'] as const),
  ...([
    'addAgent',
    'changeAgent',
    'addAgentMember',
    'removeAgentMember',
    'moveFloat',
    'openShift',
    'closeShift',
  ] as const),
  ...(['addCardProvider', 'changeCardProvider', 'publishCardCharge', 'issueCard', 'blockCard', 'replaceCard'] as const),
  ...([
    'proposeCardCredit',
    'proposeCardVoid',
    'proposeCardClosing',
    'proposeCardRelease',
    'proposeCardRecovery',
  ] as const),
  ...(['buyForCard', 'beginCardExchange', 'enrolOfflineMeter', 'giveOfflineMeter'] as const),
  ...(['allowCaller', 'forbidCaller', 'settleCall', 'chooseMessages'] as const),
];

test('what somebody changed stands in the audit log in their name, once; what was only read does not', async () => {
  const other = await World.open(new MemoryStore());
  try {
    const operator = await other.as('operator');
    made(await other.host.purchase({ meter: 3, paid: 5, orderId: 'kims', method: 'cash' }));
    await furnish(other);
    const done: Operation[] = [];
    for (const operation of OPERATIONS.filter((each) => each !== 'logOut')) {
      const [before] = await other.people.audit({ limit: 1 });
      const answer = await ask(operator, operation, 'own', other);
      if (answer.status >= 400) continue;
      const entries = await other.people.audit({ limit: 9 });
      const added = entries.filter(({ number }) => number > (before?.number ?? 0));
      if (added.length > 0) done.push(operation);
      const entry = { by: 'operator', role: 'operator', action: operation, request: answer.headers['request-id'] };
      assert.deepEqual(
        added.map(({ by, role, action, request }) => ({ by, role, action, request })),
        CHANGES.includes(operation) ? [entry] : [],
        operation,
      );
    }
    assert.deepEqual(done.sort(), [...CHANGES].sort());
  } finally {
    await other.close();
  }
});

test('whether there is an identity provider is told before anybody is logged in', async () => {
  const identity = { begin: async () => undefined, finish: async () => ({ login: 'nobody' }) };
  for (const [settings, provider] of [
    [{}, false],
    [{ identity }, true],
  ] as const) {
    const other = await World.open(new MemoryStore(), { furnished: false, ...settings });
    const { status, json } = await other.ask(NOBODY, 'GET', '/api/v1/log-in');
    await other.close();
    assert.deepEqual([status, json], [200, { provider }]);
  }
});

test('a subscriber reads the supply rules of their own meter, and of no other', async () => {
  const kim = await world.as('subscriber');
  const own = await world.ask(kim, 'GET', `/api/v1/meters/${KIMS_METER}/policy`);
  assert.deepEqual([own.status, own.json.meter], [200, KIMS_METER]);
  assert.equal((await world.ask(kim, 'GET', `/api/v1/meters/${LEES_METER}/policy`)).status, 404);
});

test('a command that is ordered twice under one key is one command, and each without a key is its own', async () => {
  const operator = await world.as('operator');
  const order = async (body: object, key?: string) => {
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    return world.ask(operator, 'POST', `/api/v1/meters/${LEES_METER}/commands`, body, headers);
  };
  const open = { type: 'relay', supply: 1, action: 'open' };
  const [first, again] = [await order(open, 'pressed-twice'), await order(open, 'pressed-twice')];
  assert.deepEqual([first.status, again.status, again.json.number], [202, 202, first.json.number]);
  const other = await order({ ...open, action: 'close' }, 'pressed-twice');
  assert.deepEqual([other.status, other.json.code], [422, 'idempotency-key-reused']);
  const [alone, beside] = [await order(open), await order(open)];
  assert.deepEqual([alone.status, Number(beside.json.number) - Number(alone.json.number)], [202, 1]);
  const acts = (await world.people.audit({ limit: 50 })).filter(({ action }) => action === 'orderCommand');
  assert.equal(acts.filter(({ subject }) => subject === `meter ${LEES_METER}`).length, 3);
});

test('work that a phone sends twice under one key is done once, and another request under it is refused', async () => {
  const operator = await world.as('operator');
  const keyed = (key: string) => ({ 'idempotency-key': key });
  const body = { number: '00fade', subscriber: 'kim', suite: 'aes128', localUnit: 3, modemAddress: 7, supplies: 1 };
  const enrol = (asked: object, key: string) => world.ask(operator, 'POST', '/api/v1/meters', asked, keyed(key));
  const [first, again] = [await enrol(body, 'mounted-1'), await enrol(body, 'mounted-1')];
  assert.deepEqual([first.status, again.status, again.json.number], [201, 201, '00fade']);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  const other = await enrol({ ...body, modemAddress: 8 }, 'mounted-1');
  assert.deepEqual([other.status, other.json.code], [422, 'idempotency-key-reused']);
  assert.equal((await enrol(body, 'mounted-2')).json.code, 'meter-known', 'another key is another enrolment');
  const move = (modemAddress: number, key: string) =>
    world.ask(operator, 'PUT', '/api/v1/meters/00fade/address', { modemAddress }, keyed(key));
  assert.equal((await move(9, 'moved-001')).json.modemAddress, 9);
  assert.equal((await move(10, 'moved-002')).json.modemAddress, 10);
  assert.equal((await move(9, 'moved-001')).json.modemAddress, 10, 'what came later stands');
  const acts = (await world.people.audit({ limit: 50 })).filter(({ subject }) => subject === 'meter 00fade');
  assert.deepEqual(acts.map(({ action }) => action).sort(), ['enrolMeter', 'readdressMeter', 'readdressMeter']);
});

test('whoever may not read the use of meters is told what a transformer gave, and not what its meters counted', async () => {
  for (const [role, counts] of [
    ['operator', true],
    ['seller', false],
  ] as const) {
    const { status, json } = await world.ask(await world.as(role), 'GET', '/api/v1/lines/1/days/2026-03-01');
    const hours = json.hours as unknown as readonly { readonly countedWh?: string }[];
    assert.deepEqual(
      [status, hours.length, hours[0]?.countedWh !== undefined, json.meters !== undefined],
      [200, 24, counts, counts],
    );
  }
});
