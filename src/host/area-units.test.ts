import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BACKHAUL_VERSION,
  type BackhaulMessage,
  decodeEnvelope,
  encodeEnvelope,
  type Hello,
} from '../backhaul/index.ts';
import { AreaUnits } from './area-units.ts';

const hello = (fields: Partial<Hello> = {}): Hello => ({
  ...{ type: 'hello', version: BACKHAUL_VERSION, kind: 'area-unit', id: 2 },
  ...fields,
});
const bytesOf = (message: BackhaulMessage, localUnit = 0): Uint8Array => encodeEnvelope({ localUnit, message });
const TIME: BackhaulMessage = { type: 'time', unixMs: 5 };
const HEALTH: BackhaulMessage = {
  ...{ type: 'line-health', fromMs: 0, toMs: 1, frames: 2, bytes: 3, airtimeMs: 4, retries: 0, garbled: 0 },
  suspicions: [],
};

/** A connection, and what went over it. */
function connection() {
  const said: unknown[] = [];
  const ended: string[] = [];
  return {
    ...{ said, ended },
    send: (bytes: Uint8Array) => said.push(decodeEnvelope(bytes)),
    end: (why: string) => ended.push(why),
  };
}

test('messages go to the area unit that a local unit belongs to, and come back under its whole number', () => {
  const units = new AreaUnits(1);
  const [two, three] = [connection(), connection()];
  for (const [each, id] of [
    [two, 2],
    [three, 3],
  ] as const) {
    units.up(each);
    assert.equal(units.hear(each, bytesOf(hello({ id }))), undefined);
  }
  assert.deepEqual(two.said, [{ localUnit: 0, message: hello({ kind: 'host', id: 1 }) }]);
  units.send(2 * 256 + 7, TIME);
  assert.deepEqual(two.said.slice(1), [{ localUnit: 7, message: TIME }]);
  assert.equal(three.said.length, 1);
  assert.deepEqual(units.hear(three, bytesOf(HEALTH, 9)), { localUnit: 3 * 256 + 9, message: HEALTH });
  const came = hello({ kind: 'local-unit', id: 9 });
  assert.deepEqual(units.hear(three, bytesOf(came, 9)), { localUnit: 3 * 256 + 9, message: came });
  assert.deepEqual([units.connected, units.reaches(2 * 256), units.reaches(4 * 256)], [[2, 3], true, false]);
  units.down(two);
  units.send(2 * 256 + 7, TIME);
  assert.deepEqual([two.said.length, units.connected, units.reaches(2 * 256)], [2, [3], false]);
});

test('who has not said who it is says nothing, and what is no message is counted', () => {
  const units = new AreaUnits(1);
  const one = connection();
  units.up(one);
  assert.equal(units.hear(one, bytesOf(HEALTH)), undefined);
  assert.equal(units.hear(one, Uint8Array.of(0xff, 1, 2)), undefined);
  assert.deepEqual([units.damagedMessages, one.ended], [1, []]);
});

test('an area unit that connects again has the connection that it opened last', () => {
  const units = new AreaUnits(1);
  const [old, fresh] = [connection(), connection()];
  for (const each of [old, fresh]) units.hear(each, bytesOf(hello()));
  assert.deepEqual([old.ended, fresh.ended], [['area unit 2 has connected again'], []]);
  units.down(old);
  units.send(2 * 256, TIME);
  assert.deepEqual(fresh.said, [{ localUnit: 0, message: TIME }]);
  assert.equal(units.hear(old, bytesOf(HEALTH)), undefined);
});

test('a connection is that of one area unit: of the one that it named last', () => {
  const units = new AreaUnits(1);
  const one = connection();
  for (const id of [2, 2, 3]) units.hear(one, bytesOf(hello({ id })));
  assert.deepEqual([units.connected, one.ended], [[3], []]);
  assert.deepEqual(units.hear(one, bytesOf(HEALTH)), { localUnit: 3 * 256, message: HEALTH });
  units.down(one);
  assert.deepEqual(units.connected, []);
});

test('another version, and what is no area unit, is refused in a sentence', () => {
  const refused: readonly (readonly [BackhaulMessage, RegExp])[] = [
    [hello({ version: BACKHAUL_VERSION + 1 }), /speaks version 2 .* update the host 1\.$/],
    [hello({ kind: 'host', id: 9 }), /^a host takes area units 0 to 255, and it is host 9$/],
    [hello({ id: 256 }), /^a host takes area units 0 to 255, and it is area unit 256$/],
    [{ type: 'hello-refused', version: 7, sentence: 'Update the host.' }, /^Update the host\.$/],
  ];
  for (const [message, why] of refused) {
    const units = new AreaUnits(1);
    const one = connection();
    assert.equal(units.hear(one, bytesOf(message)), undefined);
    assert.equal(one.ended.length, 1);
    assert.match(one.ended[0] ?? '', why);
    assert.deepEqual(units.connected, []);
  }
});
