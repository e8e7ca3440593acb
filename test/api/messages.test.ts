import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryStore } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { KIMS_METER, LEES_METER, type Visitor, World } from './world.ts';

let world: World;
let operator: Visitor;

before(async () => {
  world = await World.open(new MemoryStore());
  operator = await world.as('operator');
});
after(() => world.close());

const CHOICE = { number: '821012345678', language: 'ko', causes: ['value-stored', 'cut-near'] };
const path = (meter: string) => `/api/v1/meters/${meter}`;

test('a household chooses of what it is told, and reads what it was told, of its own meter alone', async () => {
  const kim = await world.as('subscriber');
  const chosen = await world.ask(kim, 'PUT', `${path(KIMS_METER)}/message-choice`, CHOICE);
  assert.equal(chosen.status, 200, JSON.stringify(chosen.json));
  const { chosenAt, ...rest } = chosen.json;
  assert.ok(typeof chosenAt === 'string');
  assert.deepEqual(rest, { ...CHOICE, meter: KIMS_METER });
  assert.deepEqual((await world.ask(kim, 'GET', `${path(KIMS_METER)}/message-choice`)).json, chosen.json);
  made(await world.host.purchase({ meter: 3, paid: 500, orderId: 'told', method: 'cash' }));
  await world.rig.settle();
  await world.messages.sendMessages();
  const told = await world.ask(kim, 'GET', `${path(KIMS_METER)}/messages`);
  const items = told.json.items as unknown as Record<string, unknown>[];
  assert.deepEqual(
    items.map(({ meter, cause, number, state }) => [meter, cause, number, state]),
    [[KIMS_METER, 'value-stored', CHOICE.number, 'handed']],
  );
  assert.match(String(items[0]?.text), /충전되었습니다\.$/);
  for (const [method, end, body] of [
    ['PUT', 'message-choice', CHOICE],
    ['GET', 'message-choice', undefined],
    ['GET', 'messages', undefined],
  ] as const) {
    assert.ok([403, 404].includes((await world.ask(kim, method, `${path(LEES_METER)}/${end}`, body)).status));
  }
  assert.equal((await world.ask(kim, 'GET', '/api/v1/messages')).status, 403);
  assert.deepEqual((await world.ask(operator, 'GET', '/api/v1/messages')).json.items, items);
});

test('a choice that is none is refused by its place or its reason', async () => {
  const refused = async (change: object) =>
    (await world.ask(operator, 'PUT', `${path(KIMS_METER)}/message-choice`, { ...CHOICE, ...change })).json.code;
  assert.equal(await refused({ number: '+82' }), 'input-wrong');
  assert.equal(await refused({ causes: ['birthday'] }), 'input-wrong');
  assert.equal(await refused({ causes: ['cut-near', 'cut-near'] }), 'input-wrong');
  assert.equal(await refused({ language: 'fr' }), 'input-wrong');
  assert.equal(
    (await world.ask(operator, 'GET', `${path(LEES_METER)}/message-choice`)).json.code,
    'message-choice-unknown',
  );
});
