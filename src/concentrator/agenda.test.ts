import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CarryPriority } from '../backhaul/index.ts';
import { Message } from '../exchange/index.ts';
import { svpmsn } from '../units/index.ts';
import { Agenda, RESERVED_MS } from './agenda.ts';
import { DueQueue } from './due-queue.ts';
import type { MeterPlace } from './meter-map.ts';
import type { Poll } from './poll.ts';
import { beginRelay, type Relay } from './relay.ts';

let tickets = 0;
function carry(agenda: Agenda, message: number, priority: CarryPriority = 'value'): Relay {
  const meter = { svpmsn: svpmsn(++tickets), reservedUntil: 0 } as MeterPlace;
  const frames = [Uint8Array.of(0x10 | message, 0x10, 0xa0, 0, 0, tickets, 0)];
  const relay = beginRelay({ type: 'carry', ticket: tickets, svpmsn: meter.svpmsn, priority, frames }, meter);
  assert.ok(agenda.addRelay(relay, 0));
  return relay;
}

function order(agenda: Agenda): Relay[] {
  const relays: Relay[] = [];
  for (let next = agenda.firstValue(0); next !== undefined; next = agenda.firstValue(0)) {
    relays.push(next);
    agenda.endRelay(next, 0, false);
  }
  return relays;
}

test('an exchange that has begun ends before another begins, and else they go in the order in which they came', () => {
  const agenda = new Agenda(new DueQueue());
  const [a1, b1, a3, c1, b3] = [1, 1, 3, 1, 3].map((message) => carry(agenda, message));
  carry(agenda, Message.third, 'control');
  assert.deepEqual(order(agenda), [a3, b3, a1, b1, c1]);
});

test('a carry to a silent meter lets those that are as far go first, and goes no further back', () => {
  const agenda = new Agenda(new DueQueue());
  const [a3, b3, c1, d1] = [3, 3, 1, 1].map((message) => carry(agenda, message)) as [Relay, Relay, Relay, Relay];
  agenda.goesBehind(a3);
  agenda.goesBehind(c1);
  assert.deepEqual(order(agenda), [b3, a3, d1, c1]);
});

test('an alarm whose poll the host comes between stands, and is asked after when the host is done', () => {
  const agenda = new Agenda(new DueQueue());
  const begin = (meter: MeterPlace) => ({ meter }) as Poll;
  const sale = carry(agenda, Message.first);
  agenda.endRelay(sale, 0, false);
  agenda.addAlarm({ meter: sale.meter, emergency: true });
  const poll = agenda.next(0, begin) as Poll;
  assert.ok(poll.meter === sale.meter && agenda.isUrgent(poll));
  assert.ok(agenda.addRelay(sale, 10));
  assert.ok(!agenda.holds(poll));
  assert.equal(agenda.firstValue(10), sale, 'the alarm keeps no sale waiting that keeps it waiting');
  assert.equal(agenda.next(10, begin), sale);
  agenda.endRelay(sale, 20, true);
  assert.equal(agenda.next(30, begin), undefined);
  const again = agenda.next(20 + RESERVED_MS, begin) as Poll;
  assert.ok(again.meter === sale.meter && again !== poll && agenda.isUrgent(again));
});
