import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore, type Role } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { milliseconds } from '../../src/units/index.ts';
import { STORES } from '../contract/stores.testing.ts';
import { type Answer, type Json, KIMS_METER, NOBODY, World } from './world.ts';

type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A way to change a thing, and where the thing is seen. */
interface Way {
  readonly role: Role;
  readonly seen: string;
  readonly method: Method;
  readonly path: string;
  readonly body?: object;
  /** What it is refused for here, once it was not for its version. */
  readonly otherwise?: string;
}

const CARD = '04a1b2c3d4e5f6';
const NEXT_CARD = '04a1b2c3d4e5f8';
const ALARM = '00001-20000';
const METER = `/meters/${KIMS_METER}`;
const OFFLINE_METER = '/offline-meters/0a1b2d';
const TERMS = {
  currency: { code: 'EUR', number: 978, exponent: 2 },
  ...{ taxBasisPoints: 0, fixedChargePerMonth: 0, recoveryPercentMax: 10, fees: {} },
};
const CONTRACT = {
  ...{ threshold: '5', paid: '5', port: 'bank', account: { type: 'token', token: 'kims' } },
  ...{ perDayMax: '9', perMonthMax: '9' },
};
const at = (seen: string, role: Role = 'operator') => ({ role, seen });
const why = { why: 'a slip' };

const WAYS: Readonly<Record<string, Way>> = {
  changeSubscriber: { ...at('/subscribers/kim'), method: 'PATCH', path: '/subscribers/kim', body: { name: 'Kim Lee' } },
  readdressMeter: { ...at(METER), method: 'PUT', path: `${METER}/address`, body: { modemAddress: 19 } },
  moveOut: {
    ...{ ...at(METER), method: 'POST', path: `${METER}/move-out`, body: { next: KIMS_METER } },
    otherwise: 'meter-number-wrong',
  },
  moveIn: {
    ...{ ...at(METER), method: 'POST', path: `${METER}/move-in`, body: { subscriber: 'lee' } },
    otherwise: 'meter-occupied',
  },
  assignTariff: { ...at(METER), method: 'PUT', path: `${METER}/tariff`, body: { tariff: 'standard' } },
  unfreezePurse: { ...at(METER), method: 'POST', path: `${METER}/release`, otherwise: 'meter-not-frozen' },
  orderCommand: { ...at(`${METER}/commands`), method: 'POST', path: `${METER}/commands`, body: { type: 'clock-set' } },
  bookDebt: {
    ...{ ...at(`${METER}/dues`), method: 'POST', path: `${METER}/debts`, body: { amount: '5', reference: 'bill 7' } },
  },
  agreeContract: { ...at(`${METER}/contract`), method: 'PUT', path: `${METER}/contract`, body: CONTRACT },
  endContract: { ...at(`${METER}/contract`), method: 'DELETE', path: `${METER}/contract` },
  publishTariff: {
    ...{ ...at('/tariffs/standard/versions'), method: 'PUT', path: '/tariffs/standard' },
    body: { definition: { unitCharge: '200', bands: [], otherwise: 100 } },
  },
  publishTerms: { ...at('/terms'), method: 'PUT', path: '/terms', body: TERMS },
  payOut: { ...at('/purchases/kims'), method: 'POST', path: '/purchases/kims/payout', otherwise: 'order-unknown' },
  proposeVoid: { ...at('/orders/kims'), method: 'POST', path: '/orders/kims/void', body: why },
  cancelPayment: {
    ...{ ...at('/payments/kims'), method: 'POST', path: '/payments/kims/cancellation', otherwise: 'payment-settled' },
  },
  changeAgent: { ...at('/agents/kiosk'), method: 'PATCH', path: '/agents/kiosk', body: { commissionBasisPoints: 7 } },
  addAgentMember: { ...at('/agents/kiosk/members'), method: 'PUT', path: '/agents/kiosk/members/agent' },
  removeAgentMember: { ...at('/agents/kiosk/members'), method: 'DELETE', path: '/agents/kiosk/members/agent' },
  closeShift: {
    ...{ ...at('/shifts/current', 'cashier'), method: 'POST', path: '/shifts/current/closing', body: { counted: '5' } },
  },
  changeCardProvider: {
    ...{ ...at('/card-providers/1-2'), method: 'PATCH', path: '/card-providers/1-2', body: { ticketDays: 40 } },
  },
  giveOfflineMeter: {
    ...{ ...at(OFFLINE_METER), method: 'PATCH', path: OFFLINE_METER, body: { subscriber: 'lee' } },
  },
  publishCardCharge: {
    ...{ ...at('/card-providers/1-2/charges'), method: 'PUT', path: '/card-providers/1-2/charge' },
    body: { unitCharge: '1000' },
  },
  unfreezeCard: {
    ...{ ...at(`/cards/${CARD}`), method: 'POST', path: `/cards/${CARD}/regions/gas/unfreeze` },
    otherwise: 'card-not-frozen',
  },
  payOutCard: {
    ...{ ...at('/card-orders/card'), method: 'POST', path: '/card-orders/card/payout', body: {} },
    otherwise: 'order-settled',
  },
  proposeCardVoid: { ...at('/card-orders/card'), method: 'POST', path: '/card-orders/card/void', body: why },
  blockCard: { ...at(`/cards/${CARD}`), method: 'POST', path: `/cards/${CARD}/block`, body: { state: 'lost' } },
  replaceCard: { ...at(`/cards/${CARD}`), method: 'POST', path: `/cards/${CARD}/replacement`, body: { by: NEXT_CARD } },
  changeLossAlarm: {
    ...{ ...at(`/loss-alarms/${ALARM}`), method: 'PATCH', path: `/loss-alarms/${ALARM}`, body: { state: 'seen' } },
  },
  decideApproval: {
    ...{ ...at('/approvals/{asked}'), method: 'POST', path: '/approvals/{asked}/decision' },
    body: { verdict: 'refuse' },
  },
  changePerson: { ...at('/people/kim', 'system-manager'), method: 'PATCH', path: '/people/kim', body: { name: 'K' } },
  resetPassword: { ...at('/people/kim', 'system-manager'), method: 'POST', path: '/people/kim/password-reset' },
  endSessions: { ...at('/people/kim', 'system-manager'), method: 'DELETE', path: '/people/kim/sessions' },
  proposeRemittanceReversal: {
    ...{ ...at('/remittances/1-2%20TX'), method: 'POST', path: '/remittances/1-2%20TX/reversal', body: why },
  },
  closePurse: { ...at(METER), method: 'POST', path: `${METER}/closing` },
};

async function furnish(world: World): Promise<{ readonly asked: string }> {
  const { host, rig } = world;
  const office = host.by(world.act('furnish'));
  made(await host.publishTariff('standard', { unitCharge: 100, bands: [], otherwise: 100 }));
  made(await host.purchase({ meter: 3, paid: 5, orderId: 'kims', method: 'cash' }));
  made(await host.pay({ id: 'kims', meter: 3, paid: 5, port: 'bank', instrument: { type: 'token', token: 'k' } }));
  made(
    await host.agreeContract({
      ...{ meter: 3, threshold: 5, paid: 5, port: 'bank', perDayMax: 9, perMonthMax: 9 },
      account: { type: 'token', token: 'kims' },
    }),
  );
  made(await office.addAgent({ id: 'kiosk', name: 'Kiosk', commissionBasisPoints: 100 }));
  const terms = { name: 'Gas', account: 'IBAN', ticketLimit: 500, ticketDays: 30 };
  made(await office.addCardProvider({ utility: 1, region: 2, ...terms }));
  for (const csn of [CARD, NEXT_CARD]) {
    made(await office.issueCard({ csn, subscriber: 'kim', regions: [{ region: 2, provider: '1-2', n: 32 }] }));
  }
  made(await office.enrolOffline({ svpmsn: 0x0a1b2d, provider: '1-2', subscriber: 'kim', n: 32 }));
  made(await office.buyForCard({ csn: CARD, region: 2, orderId: 'card', paid: 5, method: 'cash' }));
  const paid = { id: '1-2 TX', payee: '1-2', amount: 5n, method: 'cash', paidOn: '2026-01-05' } as const;
  await rig.store.transaction((tx) =>
    tx.remittances.put([{ ...paid, reference: 'TX', by: 'han', at: milliseconds(1), reversedAt: undefined }]),
  );
  const proposal = { proposal: { type: 'void', order: 'kims' } as const, why: 'a slip' };
  const { id: asked } = made(await office.propose(proposal));
  await rig.store.transaction((tx) =>
    tx.lossAlarms.put([
      {
        ...{ id: ALARM, localUnit: 1, state: 'new', raisedAt: milliseconds(1), firstDay: 20_000, lastDay: 20_000 },
        ...{ days: 1, unexplained: 9, confidence: 97, steps: [], suspects: undefined },
      },
    ]),
  );
  await world.ask(
    await world.as('cashier'),
    'POST',
    '/api/v1/shifts',
    { opening: '5' },
    { 'idempotency-key': 'shift-01' },
  );
  return { asked };
}

const OLD = '"AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA"';
const codeOf = ({ json, status }: Answer): string => String(json?.code ?? status);

test('whatever can be seen and changed is changed only as it was seen, where that is asked for', async () => {
  const world = await World.open(new MemoryStore());
  const { asked } = await furnish(world);
  const paths = (await world.ask(NOBODY, 'GET', '/api/v1/openapi.json')).json.paths as unknown as Json;
  const taking = Object.values(paths).flatMap((methods) =>
    Object.values(methods as unknown as Record<string, { operationId: string; parameters?: { name: string }[] }>)
      .filter(({ parameters }) => parameters?.some(({ name }) => name === 'if-match'))
      .map(({ operationId }) => operationId),
  );
  assert.deepEqual(taking.sort(), Object.keys(WAYS).sort(), 'each that says so in the document is walked here');
  let requests = 0;
  for (const [operation, { role, seen, method, path, body, otherwise }] of Object.entries(WAYS)) {
    const visitor = await world.as(role);
    const place = (text: string) => `/api/v1${text.replace('{asked}', asked)}`;
    const change = (tag: string) =>
      world.ask(visitor, method, place(path), body, {
        ...{ 'if-match': tag, 'idempotency-key': `walk-${String(++requests).padStart(5, '0')}` },
      });
    const before = await world.ask(visitor, 'GET', place(seen));
    const audited = await world.people.audit({ limit: 1 });
    const stale = await change(OLD);
    assert.deepEqual([stale.status, codeOf(stale)], [412, 'changed-meanwhile'], `${operation}: ${stale.text}`);
    assert.equal((await change('nonsense')).status, 400, operation);
    assert.deepEqual(await world.people.audit({ limit: 1 }), audited, `${operation} did nothing`);
    const current = String((await world.ask(visitor, 'GET', place(seen))).headers.etag);
    const [version] = String(before.headers.etag).split('.');
    assert.equal(current.split('.')[0], version, `${operation}: it is as it was`);
    const good = await change(current);
    assert.ok(otherwise === undefined ? good.status < 300 : codeOf(good) === otherwise, `${operation}: ${good.text}`);
  }
  await world.close();
});

for (const { name, skip, open } of STORES) {
  test(`${name}: of two who change what both have seen the second is told so, also where they ask at once`, {
    skip,
  }, async () => {
    const { store, clean } = await open();
    const world = await World.open(store);
    try {
      const visitor = await world.as('system-manager');
      const etagOf = async () => String((await world.ask(visitor, 'GET', '/api/v1/people/kim')).headers.etag);
      const seen = await etagOf();
      const rename = (to: string, tag: string) =>
        world.ask(visitor, 'PATCH', '/api/v1/people/kim', { name: to }, { 'if-match': tag });
      const [one, two] = await Promise.all([rename('One', seen), rename('Two', seen)]);
      assert.deepEqual([one.status, two.status].sort(), [200, 412]);
      const done = one.status === 200 ? one : two;
      assert.equal(await etagOf(), String(done.headers.etag), 'a change answers with the tag of what it made');
      assert.equal((await rename('Three', `${OLD}, ${done.headers.etag}`)).status, 200, 'one of several is enough');
      assert.equal((await rename('Four', '*')).status, 200);
      assert.equal((await world.ask(visitor, 'PATCH', '/api/v1/people/kim', { name: 'Five' })).status, 200);
    } finally {
      await world.close();
      clean();
    }
  });
}

test('what changes by itself is no change of what was seen: the float of an agent, which a reader is still told of', async () => {
  const world = await World.open(new MemoryStore());
  await furnish(world);
  const operator = await world.as('operator');
  const patch = (etag: unknown, commissionBasisPoints: number) =>
    world.ask(operator, 'PATCH', '/api/v1/agents/kiosk', { commissionBasisPoints }, { 'if-match': String(etag) });
  const { etag } = (await world.ask(operator, 'GET', '/api/v1/agents/kiosk')).headers;
  const pay = { agent: 'kiosk', direction: 'pay-in', amount: 9, method: 'cash', reference: 'slip' } as const;
  made(await world.host.by(world.act('float')).moveFloat(pay));
  const again = await world.ask(operator, 'GET', '/api/v1/agents/kiosk', undefined, { 'if-none-match': String(etag) });
  assert.equal(again.status, 200, 'a reader is told of the float');
  assert.equal((await patch(etag, 8)).status, 200);
  assert.equal((await patch(etag, 9)).status, 412);
  await world.close();
});

test('a change that was made is answered again under its key, whatever became of the thing since', async () => {
  const world = await World.open(new MemoryStore());
  await furnish(world);
  const cashier = await world.as('cashier');
  const etag = String((await world.ask(cashier, 'GET', '/api/v1/shifts/current')).headers.etag);
  const headers = { 'if-match': etag, 'idempotency-key': 'closing-1' };
  const close = () => world.ask(cashier, 'POST', '/api/v1/shifts/current/closing', { counted: '5' }, headers);
  const first = await close();
  const second = await close();
  assert.deepEqual([first.status, second.status, second.text], [200, 200, first.text]);
  await world.close();
});
