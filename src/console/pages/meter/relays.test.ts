import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventJson, MeterJson } from '../../../api/index.ts';
import { relayReasons, relaysOf } from './relays.ts';

const meter = (supplies: number, flags?: readonly string[]) =>
  ({ supplies, known: flags === undefined ? {} : { flags } }) as unknown as MeterJson;
const event = (kind: string, supply: number, detail = 0) =>
  ({ kind, supply, detail, heardAt: '2026-03-02T00:00:00Z' }) as EventJson;

test('each supply stands as its last event says', () => {
  const events = [event('relayOpened', 2, 0b10_0001), event('lowBalance', 0), event('relayClosed', 1)];
  assert.deepEqual(
    relaysOf(meter(3, ['relayOpen']), events).map(({ isOpen, reasons }) => [isOpen, reasons.join(' ')]),
    [
      [false, ''],
      [true, 'no-credit awaits-key'],
      [undefined, ''],
    ],
  );
});

test('what the meter said last of all its supplies counts more than an older event', () => {
  assert.deepEqual(
    relaysOf(meter(2, []), [event('relayOpened', 1, 1)]).map(({ isOpen, at }) => [isOpen, at]),
    [
      [false, undefined],
      [false, undefined],
    ],
  );
  assert.equal(relaysOf(meter(1, ['relayOpen']), undefined)[0]?.isOpen, true);
});

test('of a meter that never spoke nothing is known', () => {
  assert.equal(relaysOf(meter(1), [])[0]?.isOpen, undefined);
});

test('reasons are told by their bits', () => {
  assert.deepEqual(relayReasons(0), []);
  assert.deepEqual(relayReasons(0b1110), ['over-current', 'tamper', 'command']);
});
