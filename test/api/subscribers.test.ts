import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryStore } from '../../src/host/index.ts';
import { type Visitor, World } from './world.ts';

let world: World;
let operator: Visitor;

before(async () => {
  world = await World.open(new MemoryStore());
  operator = await world.as('operator');
  await world.host.addSubscriber({ id: 'park', name: 'Érica Park', contact: 'erica@example.org' });
  await world.host.addSubscriber({ id: 'z-park', name: '박지은', contact: '' });
});
after(() => world.close());

async function found(query: string): Promise<{ ids: string[]; next: string | undefined }> {
  const { json } = await world.ask(operator, 'GET', `/api/v1/subscribers?${query}`);
  const items = json.items as unknown as readonly { readonly id: string }[];
  return { ids: items.map(({ id }) => id), next: json.next as unknown as string | undefined };
}

test('a text finds subscribers by id, name and contact, whatever the case of its letters', async () => {
  assert.deepEqual((await found('search=PARK')).ids, ['park', 'z-park']);
  assert.deepEqual((await found(`search=${encodeURIComponent('éRICA')}`)).ids, ['park']);
  assert.deepEqual((await found('search=example.ORG')).ids, ['park']);
  assert.deepEqual((await found(`search=${encodeURIComponent('지은')}`)).ids, ['z-park']);
  assert.deepEqual((await found('search=nobody')).ids, []);
});

test('what was found comes page by page as the whole list does', async () => {
  const first = await found('search=park&limit=1');
  assert.deepEqual(first.ids, ['park']);
  const second = await found(`search=park&limit=1&cursor=${first.next}`);
  assert.deepEqual(second.ids, ['z-park']);
  assert.deepEqual((await found(`search=park&limit=1&cursor=${second.next}`)).ids, []);
});

test('a subscriber gets another name or contact, and the log has no word of where they are reached', async () => {
  const patch = (body: object, url = '/api/v1/subscribers/park') => world.ask(operator, 'PATCH', url, body);
  const moved = await patch({ contact: '010-9999' });
  assert.deepEqual(moved.json, { id: 'park', name: 'Érica Park', contact: '010-9999' } as never);
  assert.deepEqual((await patch({ name: 'Érica Kim', contact: '' })).json, {
    ...{ id: 'park', name: 'Érica Kim', contact: '' },
  } as never);
  assert.deepEqual((await found('search=9999')).ids, []);
  for (const [body, status] of [
    [{ name: ' x' }, 422],
    [{ name: '' }, 400],
    [{ id: 'other' }, 400],
  ] as const) {
    assert.equal((await patch(body)).status, status, JSON.stringify(body));
  }
  assert.equal((await patch({ name: 'Nobody' }, '/api/v1/subscribers/none')).json.code, 'subscriber-unknown' as never);
  const log = JSON.stringify(await world.people.audit({ limit: 9 }));
  assert.ok(log.includes('changeSubscriber') && !log.includes('9999'));
});
