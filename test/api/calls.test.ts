import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryStore, type PhoneCall } from '../../src/host/index.ts';
import { milliseconds, svpmsn } from '../../src/units/index.ts';
import { KIMS_METER, LEES_METER, type Visitor, World } from './world.ts';

let world: World;
let operator: Visitor;

before(async () => {
  world = await World.open(new MemoryStore());
  operator = await world.as('operator');
});
after(() => world.close());

const ACCESS = {
  ...{ number: '821012345678', language: 'ko', usual: '2000', pin: '271828' },
  means: [{ port: 'bank', account: { type: 'token', token: 'kept-secret' } }],
};
const path = `/api/v1/meters/${KIMS_METER}/phone-access`;

test('a household is allowed to call, and neither its PIN nor what it pays with is told again', async () => {
  const made = await world.ask(operator, 'PUT', path, ACCESS);
  assert.equal(made.status, 200, JSON.stringify(made.json));
  const { pin: _, means: __, ...told } = ACCESS;
  const { allowedAt, digits, ...rest } = made.json;
  assert.deepEqual(rest, {
    ...{ ...told, meter: KIMS_METER, hasPin: true },
    means: [{ port: 'bank', account: 'token' }],
  });
  assert.match(String(digits), /^\d{9}$/);
  assert.ok(typeof allowedAt === 'string');
  assert.deepEqual((await world.ask(operator, 'GET', path)).json, made.json);
  const { items } = (await world.ask(await world.as('auditor'), 'GET', '/api/v1/audit?limit=1')).json;
  const audit = JSON.stringify(items);
  assert.match(audit, /allowCaller.*newPin/);
  for (const secret of ['271828', 'kept-secret']) assert.ok(!audit.includes(secret) && !made.text.includes(secret));
  assert.ok(!world.lines.some((line) => line.includes('271828')));
  const withoutPin = await world.ask(operator, 'PUT', path, { number: ACCESS.number, language: 'en', pin: null });
  assert.deepEqual([withoutPin.json.hasPin, withoutPin.json.means], [false, rest.means]);
  assert.equal((await world.ask(operator, 'PUT', path, { language: 'en' })).json.code, 'pin-weak');
  assert.equal((await world.ask(operator, 'DELETE', path)).status, 204);
  assert.equal((await world.ask(operator, 'GET', path)).status, 404);
});

test('access that is none is refused by its place or its reason', async () => {
  const refused = async (change: object, meter = KIMS_METER) =>
    (await world.ask(operator, 'PUT', `/api/v1/meters/${meter}/phone-access`, { ...ACCESS, ...change })).json.code;
  assert.equal(await refused({ pin: '123456' }), 'pin-weak');
  assert.equal(await refused({ pin: '12345' }), 'input-wrong');
  assert.equal(await refused({ number: '+82' }), 'input-wrong');
  assert.equal(await refused({ language: 'fr' }), 'input-wrong');
  assert.equal(await refused({ extra: 1 }), 'input-wrong');
  assert.equal(await refused({}, 'ffffff'), 'meter-unknown');
});

test('calls are listed with their steps, and one that wants a person until somebody has called back', async () => {
  const at = milliseconds(1_767_600_000_000);
  const call = (id: string, state: PhoneCall['state']): PhoneCall => ({
    ...{ id, carrier: 'sip', from: '821012345678', svpmsn: svpmsn(0), language: 'en', state, begunAt: at },
    ...{
      endedAt: at,
      callBack: '4930123456',
      steps: [
        { at, name: 'begun' },
        { at, name: 'paid', subject: 'p' },
        { at, name: 'person-came', subject: 'lee' },
      ],
    },
  });
  await world.rig.store.transaction((tx) => tx.calls.put([call('1', 'ended'), call('2', 'wants-person')]));
  const listed = await world.ask(operator, 'GET', '/api/v1/calls');
  const [first] = listed.json.items as unknown as { id: string; steps: unknown }[];
  const time = new Date(at).toISOString();
  assert.deepEqual(
    [first?.id, first?.steps],
    [
      '1',
      [
        { at: time, name: 'begun' },
        { at: time, name: 'paid', payment: 'p' },
        { at: time, name: 'person-came', by: 'lee' },
      ],
    ],
  );
  assert.deepEqual((await world.ask(operator, 'GET', '/api/v1/calls/1')).json, first);
  assert.equal((await world.ask(operator, 'GET', '/api/v1/calls/9')).json.code, 'call-unknown');
  const waiting = async () =>
    (
      (await world.ask(operator, 'GET', '/api/v1/calls?state=wants-person')).json.items as unknown as { id: string }[]
    ).map(({ id }) => id);
  assert.deepEqual(await waiting(), ['2']);
  assert.equal((await world.ask(operator, 'POST', '/api/v1/calls/2/called-back')).json.state, 'ended');
  assert.deepEqual(await waiting(), []);
  assert.equal((await world.ask(operator, 'POST', '/api/v1/calls/9/called-back')).json.code, 'call-unknown');
  assert.equal((await world.ask(await world.as('cashier'), 'GET', '/api/v1/calls')).status, 403);
  assert.equal(
    (await world.ask(operator, 'GET', `/api/v1/meters/${LEES_METER}/phone-access`)).json.code,
    'phone-access-unknown',
  );
});
