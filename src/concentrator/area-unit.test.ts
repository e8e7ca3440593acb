import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BackhaulMessage, decodeEnvelope, encodeEnvelope } from '../backhaul/index.ts';
import { emptyDayProfile, encodeEventAnswer, encodeUseAnswer, Result } from '../records/index.ts';
import { type Milliseconds, milliwattHours, svpmsn, tokens, UNIX_MS_MAX, unixSeconds } from '../units/index.ts';
import { type AreaConnection, AreaUnit, type AreaUnitOutput } from './index.ts';

const ID = svpmsn(0x10_2030);
const hello = (kind: 'host' | 'local-unit', id: number, version = 1): BackhaulMessage => ({
  type: 'hello',
  version,
  kind,
  id,
});
const result = (fields: { atMs: number; use?: Uint8Array; events?: Uint8Array }): BackhaulMessage => ({
  type: 'poll-result',
  svpmsn: ID,
  clockOffsetMs: 0,
  ...fields,
});
const carry = (priority: 'value' | 'control'): BackhaulMessage => ({
  type: 'carry',
  ticket: 9,
  svpmsn: ID,
  priority,
  frames: [Uint8Array.of(1)],
});

/** An area unit, and what it sent since it was last looked at. */
class Area {
  readonly unit = new AreaUnit(4);
  now = 1_000_000;
  #out: AreaUnitOutput[] = [];

  up(connection: AreaConnection, greeting: BackhaulMessage): this {
    this.unit.step({ type: 'up', now: this.now as Milliseconds, connection }, this.#out);
    return this.message(connection, 0, greeting);
  }

  down(connection: AreaConnection): this {
    this.unit.step({ type: 'down', now: this.now as Milliseconds, connection }, this.#out);
    return this;
  }

  message(connection: AreaConnection, localUnit: number, message: BackhaulMessage): this {
    const bytes = encodeEnvelope({ localUnit, message });
    this.unit.step({ type: 'message', now: this.now as Milliseconds, connection, bytes }, this.#out);
    return this;
  }

  /** Everything sent but the unit's own hello: connection, local unit, message. */
  sent(): [AreaConnection, number, BackhaulMessage][] {
    const out = this.#out;
    this.#out = [];
    return out.flatMap((output): [AreaConnection, number, BackhaulMessage][] => {
      if (output.type !== 'send') return [];
      const envelope = decodeEnvelope(output.bytes);
      assert.ok(!('reason' in envelope));
      const { message, localUnit } = envelope;
      return message.type === 'hello' && message.kind === 'area-unit' ? [] : [[output.connection, localUnit, message]];
    });
  }

  closed(): [AreaConnection, string][] {
    const out = this.#out;
    this.#out = [];
    return out.flatMap((output): [AreaConnection, string][] =>
      output.type === 'close' ? [[output.connection, output.sentence]] : [],
    );
  }
}

test('an area unit routes between the host and 256 local units by their number', () => {
  const area = new Area().up('host', hello('host', 1));
  for (let number = 0; number < 256; number++) area.up(1000 + number, hello('local-unit', number));
  assert.equal(area.unit.localUnits, 256);
  area.sent();
  area.message('host', 255, carry('value')).message('host', 0, carry('value'));
  area.message(1007, 7, { type: 'check-meter', minute: 1, energy: milliwattHours(2) });
  assert.deepEqual(
    area.sent().map(([connection, localUnit, { type }]) => [connection, localUnit, type]),
    [
      [1255, 255, 'carry'],
      [1000, 0, 'carry'],
      ['host', 7, 'check-meter'],
    ],
  );
});

test('the host hears of every local unit that is there or comes, because it may have started anew', () => {
  const area = new Area().up(1, hello('local-unit', 5));
  assert.deepEqual(area.sent(), []);
  area.up('host', hello('host', 1)).up(2, hello('local-unit', 6));
  assert.deepEqual(area.sent(), [
    ['host', 5, hello('local-unit', 5)],
    ['host', 6, hello('local-unit', 6)],
  ]);
});

test('a carry to a local unit that is away is answered at once, and never delivered later', () => {
  const area = new Area().up('host', hello('host', 1));
  for (const priority of ['value', 'control'] as const) area.message('host', 5, carry(priority));
  const noAnswer = { type: 'carried', ticket: 9, svpmsn: ID, outcome: 'no-answer', frames: [] };
  assert.deepEqual(area.sent(), [
    ['host', 5, noAnswer],
    ['host', 5, noAnswer],
  ]);
  area.up(1, hello('local-unit', 5));
  assert.ok(area.sent().every(([connection]) => connection === 'host'));
});

test('poll results wait for the host, of those that tell the same the newest', () => {
  const area = new Area().up(1, hello('local-unit', 5));
  const use = Uint8Array.of(1);
  const events = Uint8Array.of(2);
  for (const atMs of [1, 2, 3]) area.message(1, 5, result({ atMs }));
  area
    .message(1, 5, result({ atMs: 4, use }))
    .message(1, 5, result({ atMs: 5, events }))
    .message(1, 5, result({ atMs: 6 }));
  const attention: BackhaulMessage = { type: 'attention', svpmsn: ID, reasons: 1, counter: 1, atMs: 7 };
  area.message(1, 5, attention);
  for (const minute of [1, 2]) area.message(1, 5, { type: 'check-meter', minute, energy: milliwattHours(1) });
  area.message(1, 5, { type: 'carried', ticket: 1, svpmsn: ID, outcome: 'no-answer', frames: [] });
  assert.equal(area.unit.stored, 6);
  area.sent();
  area.up('host', hello('host', 1));
  const received = area.sent().map(([, , message]) => message);
  assert.deepEqual(received.slice(0, 4), [
    result({ atMs: 4, use }),
    result({ atMs: 5, events }),
    result({ atMs: 6 }),
    attention,
  ]);
  assert.deepEqual(
    received.slice(4).map(({ type }) => type),
    ['check-meter', 'check-meter', 'hello'],
  );
  assert.equal(area.unit.stored, 0);
});

const HEAD = { result: Result.done, balance: tokens(1), clock: unixSeconds(1_800_000_000) };
const eventsFrom = (sequence: number, time = 1_800_000_000): Uint8Array => {
  const event = { kind: 24, supply: 1, detail: 0, value: 0 } as const;
  const events = [0, 1].map((i) => ({ ...event, sequence: sequence + i, time: unixSeconds(time) }));
  return encodeEventAnswer({ head: HEAD, oldest: 1, next: sequence + 2, events });
};
const useOf = (...days: number[]): Uint8Array =>
  encodeUseAnswer({
    head: HEAD,
    info: {
      owed: tokens(0),
      flags: 0,
      tableVersion: 1,
      nextTableVersion: 0,
      policyVersion: 1,
      lastDay: 20_500,
      daysHeld: 7,
      nextEvent: 1,
    },
    totals: [],
    modeTable: null,
    policy: null,
    profiles: days.map((day) => emptyDayProfile(day, 1)),
  });

test('of a host that is away for days nothing is lost: every event and every day waits', () => {
  const area = new Area().up(1, hello('local-unit', 5));
  const said: BackhaulMessage[] = [];
  for (let day = 1; day <= 5; day++) {
    said.push(result({ atMs: 10 * day, use: useOf(20_000 + day), events: eventsFrom(4 * day) }));
    said.push(result({ atMs: 10 * day + 1, events: eventsFrom(4 * day + 2) }));
    said.push(result({ atMs: 10 * day + 2, use: useOf(20_100 + day) }));
  }
  // A meter that lost its memory has other events under the same numbers.
  said.push(result({ atMs: 91, events: eventsFrom(4 + 2, 1_900_000_000) }));
  for (const message of said) area.message(1, 5, message);
  // Infos without a profile, and answers that are none: the last of them.
  for (const atMs of [92, 93]) area.message(1, 5, result({ atMs, use: useOf() }));
  area.sent();
  area.up('host', hello('host', 1));
  const received = area.sent().flatMap(([, , message]) => (message.type === 'poll-result' ? [message] : []));
  assert.deepEqual(received, [...said, result({ atMs: 93, use: useOf() })]);
});

test('an attention that waits has the reasons of all that came, and the newest counter', () => {
  const area = new Area().up(1, hello('local-unit', 5));
  const attention = { type: 'attention', svpmsn: ID, reasons: 4, counter: 1, atMs: 7 } as const;
  area.message(1, 5, attention).message(1, 5, { ...attention, reasons: 0x40, counter: 2, atMs: 9 });
  area.message(1, 5, { ...attention, svpmsn: svpmsn(1), reasons: 1 });
  area.sent();
  area.up('host', hello('host', 1));
  const received = area.sent().flatMap(([, , message]) => (message.type === 'attention' ? [message] : []));
  assert.deepEqual(received, [
    { ...attention, reasons: 0x44, counter: 2, atMs: 9 },
    { ...attention, svpmsn: svpmsn(1), reasons: 1 },
  ]);
});

test('profiles make room before anything else does', () => {
  const area = new Area().up(1, hello('local-unit', 5));
  const events = eventsFrom(1);
  area.message(1, 5, result({ atMs: 1, events })).message(1, 5, result({ atMs: 2, use: useOf(20_000), events }));
  for (let i = 0; i < 1_500; i++) {
    const use = new Uint8Array(60_000);
    area.message(1, 5, { type: 'poll-result', svpmsn: svpmsn(i), atMs: i, clockOffsetMs: 0, use });
  }
  area.sent();
  area.up('host', hello('host', 1));
  const kept = area.sent().flatMap(([, , message]) => (message.type === 'poll-result' ? [message] : []));
  assert.deepEqual(kept.slice(0, 2), [result({ atMs: 1, events }), result({ atMs: 2, use: useOf(20_000), events })]);
  assert.equal(kept[2]?.atMs, 1_500 - (kept.length - 2));
});

test('a time that was near its end when it was told is told no later than its end', () => {
  const area = new Area().up('host', hello('host', 1)).message('host', 5, { type: 'time', unixMs: UNIX_MS_MAX });
  area.now += 60_000;
  area.sent();
  area.up(1, hello('local-unit', 5));
  assert.deepEqual(area.sent()[0], [1, 5, { type: 'time', unixMs: UNIX_MS_MAX }]);
});

test('the store for an absent host is bounded, and the oldest go first', () => {
  const area = new Area().up(1, hello('local-unit', 5));
  const use = new Uint8Array(60_000);
  for (let i = 0; i < 1_500; i++) {
    area.message(1, 5, { type: 'poll-result', svpmsn: svpmsn(i), atMs: i, clockOffsetMs: 0, use });
  }
  const { stored } = area.unit;
  assert.ok(stored > 1_000 && stored < 1_200);
  area.sent();
  area.up('host', hello('host', 1));
  const kept = area.sent().flatMap(([, , message]) => (message.type === 'poll-result' ? [message.atMs] : []));
  assert.deepEqual([kept.length, kept[0], kept.at(-1)], [stored, 1_500 - stored, 1_499]);
});

test('map, plan, keys and collects wait for a local unit that is away; the newest map and plan, and every key once', () => {
  const area = new Area().up('host', hello('host', 1));
  for (const version of [1, 2]) area.message('host', 5, { type: 'address-map', version, entries: [] });
  for (const n of [0xa0, 0xa1]) {
    const entries = [{ svpmsn: ID, n, wrapped: new Uint8Array(24) }];
    for (const ticket of [n, 2 * n]) area.message('host', 5, { type: 'monitoring-keys', ticket, entries });
  }
  area.message('host', 5, { type: 'time', unixMs: 5_000_000 });
  area.now += 250;
  area.sent();
  area.up(1, hello('local-unit', 5));
  const received = area.sent().flatMap(([connection, , message]) => (connection === 1 ? [message] : []));
  assert.deepEqual(
    received.map(({ type }) => type),
    ['time', 'address-map', 'monitoring-keys', 'monitoring-keys'],
  );
  assert.deepEqual(received[0], { type: 'time', unixMs: 5_000_250 });
  assert.deepEqual(received[1], { type: 'address-map', version: 2, entries: [] });
  area.down(1).up(1, hello('local-unit', 5));
  assert.equal(area.sent().filter(([connection]) => connection === 1).length, 1);
});

test('a host and a local unit of another version are refused with a sentence, and not heard', () => {
  const area = new Area().up('host', hello('host', 1, 9)).up(1, hello('local-unit', 5, 0));
  const sent = area.sent();
  assert.deepEqual(
    sent.map(([connection, , message]) => [connection, message.type === 'hello-refused' && message.sentence]),
    [
      [
        'host',
        'The host 1 speaks version 9 of the backhaul and the area unit 4 speaks version 1: update the area unit 4.',
      ],
      [
        1,
        'The local unit 5 speaks version 0 of the backhaul and the area unit 4 speaks version 1: update the local unit 5.',
      ],
    ],
  );
  area.message('host', 5, carry('value')).message(1, 5, result({ atMs: 1 }));
  assert.deepEqual(area.sent(), []);
  assert.equal(area.unit.localUnits + area.unit.stored, 0);
});

test('a number above 255 and a host on a local unit connection are closed with a sentence', () => {
  const area = new Area().up(1, hello('local-unit', 256)).up(2, hello('host', 3));
  const closed = area.closed();
  assert.deepEqual(
    closed.map(([connection]) => connection),
    [1, 2],
  );
  assert.match(
    closed[0]?.[1] as string,
    /local unit 256 cannot connect to area unit 4, which takes local units 0 to 255/,
  );
});

test('a local unit that connects again is heard on its new connection alone, and only under its own number', () => {
  const area = new Area().up('host', hello('host', 1)).up(1, hello('local-unit', 5)).up(2, hello('local-unit', 5));
  assert.deepEqual(
    area.closed().map(([connection]) => connection),
    [1],
  );
  area
    .message(1, 5, result({ atMs: 1 }))
    .message(2, 6, result({ atMs: 2 }))
    .message(2, 5, result({ atMs: 3 }));
  assert.deepEqual(area.sent(), [['host', 5, result({ atMs: 3 })]]);
  // The late end of the old connection does not take the new one away.
  area.down(1).message('host', 5, { type: 'time', unixMs: 1 });
  assert.equal(area.sent()[0]?.[0], 2);
});

test('bytes that are no message change nothing but a counter', () => {
  const area = new Area().up('host', hello('host', 1)).up(1, hello('local-unit', 5));
  area.sent();
  for (const connection of ['host', 1] as const) {
    area.unit.step({ type: 'message', now: 1 as Milliseconds, connection, bytes: Uint8Array.of(0x10, 1) }, []);
  }
  assert.equal(area.unit.damagedMessages, 2);
  assert.deepEqual(area.sent(), []);
});
