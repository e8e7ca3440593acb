import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryStore } from '../../src/host/index.ts';
import { type Answer, KIMS_METER, LEES_METER, type Visitor, World } from './world.ts';

const PATH = `/api/v1/meters/${KIMS_METER}/inspections`;

type Row = Readonly<Record<string, unknown>>;
const itemsOf = ({ json }: Answer): readonly Row[] => json.items as unknown as readonly Row[];

let world: World;
let technician: Visitor;
let store: MemoryStore;

before(async () => {
  store = new MemoryStore();
  world = await World.open(store);
  technician = await world.as('technician');
});
after(() => world.close());

let keys = 0;
const inspect = (body: object, { who = technician, path = PATH, key = `inspection-${++keys}` } = {}) =>
  world.ask(who, 'POST', path, body, { 'idempotency-key': key });

test('a technician writes down what was found at a meter, once, with the person and the time, and others read it', async () => {
  const now = world.rig.clock.now();
  const yesterday = new Date(now - 86_400_000).toISOString();
  const body = { findings: ['seal-broken', 'wire-around'], note: 'A wire behind the case.' };
  const written = await inspect(body, { key: 'inspection-first' });
  assert.deepEqual([written.status, written.json.findings, written.json.note], [201, body.findings, body.note]);
  assert.equal(written.json.inspectedAt, new Date(now).toISOString());
  const again = await inspect(body, { key: 'inspection-first' });
  assert.deepEqual(again.json, written.json);
  await inspect({ findings: ['in-order'], inspectedAt: yesterday });
  for (const role of ['operator', 'technician', 'auditor'] as const) {
    const found = itemsOf(await world.ask(await world.as(role), 'GET', PATH));
    assert.deepEqual(
      found.map(({ findings, by, note }) => [findings, by, note]),
      [
        [body.findings, written.json.by, body.note],
        [['in-order'], written.json.by, ''],
      ],
      role,
    );
  }
  const latest = await world.ask(technician, 'GET', `${PATH}?limit=1`);
  const rest = await world.ask(technician, 'GET', `${PATH}?limit=9&cursor=${latest.json.next}`);
  assert.deepEqual(
    itemsOf(rest).map(({ inspectedAt }) => inspectedAt),
    [yesterday],
  );
  assert.deepEqual(itemsOf(await world.ask(technician, 'GET', `/api/v1/meters/${LEES_METER}/inspections`)), []);
  const acts = await store.read((tx) => tx.audit.page({ limit: 100 }));
  const told = acts.filter(({ action }) => action === 'inspectMeter').map(({ subject, by }) => [subject, by]);
  assert.deepEqual(told, Array(2).fill([`meter ${KIMS_METER}`, written.json.by]));
});

test('what is found alone is found alone, each once, at a meter that is there, and by whoever may', async () => {
  const before = itemsOf(await world.ask(technician, 'GET', PATH)).length;
  const refused = async (...asked: Parameters<typeof inspect>) => {
    const { status, json } = await inspect(...asked);
    return [status, json.code];
  };
  assert.deepEqual(await refused({ findings: [] }), [400, 'input-wrong']);
  assert.deepEqual(await refused({ findings: ['damaged', 'damaged'] }), [400, 'input-wrong']);
  assert.deepEqual(await refused({ findings: ['haunted'] }), [400, 'input-wrong']);
  assert.deepEqual(await refused({ findings: ['damaged'], note: 'two\nlines' }), [400, 'input-wrong']);
  for (const alone of ['in-order', 'not-reached']) {
    assert.deepEqual(await refused({ findings: ['damaged', alone] }), [422, 'inspection-wrong']);
  }
  assert.deepEqual(await refused({ findings: ['damaged'], note: ' blank' }), [422, 'inspection-wrong']);
  const nowhere = '/api/v1/meters/ffffff/inspections';
  assert.deepEqual(await refused({ findings: ['damaged'] }, { path: nowhere }), [404, 'meter-unknown']);
  for (const role of ['auditor', 'cashier', 'subscriber'] as const) {
    const who = await world.as(role);
    assert.deepEqual(await refused({ findings: ['damaged'] }, { who }), [403, 'not-allowed'], role);
  }
  assert.equal(itemsOf(await world.ask(technician, 'GET', PATH)).length, before);
});

test('a phone whose clock is ahead has looked now, and not later', async () => {
  const { json } = await inspect({ findings: ['not-reached'], inspectedAt: '2999-01-01T00:00:00Z' });
  assert.equal(json.inspectedAt, new Date(world.rig.clock.now()).toISOString());
});
