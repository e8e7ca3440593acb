import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryStore } from '../../src/host/index.ts';
import { EventKind } from '../../src/records/index.ts';
import { milliseconds, svpmsn, unixSeconds } from '../../src/units/index.ts';
import { KIMS_METER, type Visitor, World } from './world.ts';

let world: World;
let operator: Visitor;

before(async () => {
  world = await World.open(new MemoryStore());
  operator = await world.as('operator');
});
after(() => world.close());

const ask = (visitor: Visitor, from: string, to: string) =>
  world.ask(visitor, 'GET', `/api/v1/outages?from=${from}&to=${to}`);

test('outages of a span come with SAIDI and SAIFI, and who never was heard is not without supply', async () => {
  const { status, json } = await ask(operator, '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z');
  assert.equal(status, 200);
  const { reliability, outages, running, untold } = json as unknown as Record<string, Record<string, number>>;
  assert.deepEqual([outages, running, untold], [[], [], 0]);
  assert.ok((reliability?.customers as number) > 0);
  assert.deepEqual([reliability?.saifi, reliability?.saidiMinutes, reliability?.interruptions], [0, 0, 0]);
});

test('a meter that lost its clock was dark at a time that nobody knows: it is counted, and is no outage', async () => {
  const heardAt = milliseconds(Date.UTC(2026, 0, 9, 8));
  const powerUp = {
    svpmsn: svpmsn(Number.parseInt(KIMS_METER, 16)),
    heardAt,
    kind: EventKind.powerUp,
    supply: 0,
    detail: 0,
  } as const;
  await world.rig.store.transaction((tx) =>
    tx.addEvents([
      { ...powerUp, sequence: 1, time: unixSeconds(0), value: 600 },
      { ...powerUp, sequence: 2, time: unixSeconds(heardAt / 1000), value: 600 },
    ]),
  );
  const { json } = await ask(operator, '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z');
  const { outages, untold } = json as unknown as { outages: object[]; untold: number };
  assert.deepEqual([outages.length, untold], [1, 1]);
});

test('a span of nothing or of more than 35 days is refused, and a cashier may not ask', async () => {
  for (const [from, to] of [
    ['2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z'],
    ['2026-01-01T00:00:00Z', '2026-02-05T00:00:01Z'],
  ] as const) {
    const { status, json } = await ask(operator, from, to);
    assert.deepEqual([status, json.code], [422, 'range-wrong']);
  }
  const cashier = await world.as('cashier');
  assert.equal((await ask(cashier, '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z')).status, 403);
});
