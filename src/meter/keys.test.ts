import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportTerminalKey, Purpose, Suite } from '../crypto/index.ts';
import {
  Command,
  decodeFrame,
  decodeRefusal,
  hostFirst,
  openAttention,
  openHostSession,
  Refusal,
} from '../exchange/index.ts';
import {
  decodeAttention,
  decodeMaintenanceStatus,
  encodeEventRequest,
  encodeRelayCommand,
  isRecordFailure,
  MeterFlag,
  RelayAction,
  RelayReason,
  Result,
} from '../records/index.ts';
import { milliwattHours } from '../units/index.ts';
import { ask, type Bench, command, createBench, credit, exchangeWith, keyOf, live, restart } from './board.testing.ts';
import { flagsOf, levelsOf, senseSeal, stepEnergy } from './index.ts';
import { rotate } from './keys.testing.ts';

/** Why an M1 of a key is refused; `undefined` when it is answered. */
function refusalOf(bench: Bench, key: ReturnType<typeof keyOf>, h: Command): Refusal | undefined {
  const frame = decodeFrame(ask(bench, hostFirst(openHostSession(key, h, bench.randomness))) as Uint8Array);
  if ('reason' in frame) throw new Error(frame.reason);
  const decoded = decodeRefusal(frame);
  return 'refusal' in decoded ? decoded.refusal : undefined;
}

const holds = (bench: Bench, purpose: Purpose, generation = 0, suite: Suite = Suite.aes128): boolean =>
  Buffer.from(bench.memory.sam.bytes).includes(Buffer.from(exportTerminalKey(keyOf(purpose, suite, generation))));

const REQUEST = encodeEventRequest({ from: 1, limit: 1 });

for (const suite of [Suite.tripleDesXo, Suite.aes128, Suite.aes256]) {
  test(`suite ${suite}: the old key works until the new one has worked once; then the floor has risen for ever`, () => {
    const bench = createBench({ suite });
    const [old, next] = [0, 1].map((generation) => keyOf(Purpose.monitoring, suite, generation)) as [never, never];
    assert.equal(rotate(bench, Purpose.monitoring, 1, old), Result.done);
    assert.equal(refusalOf(bench, old, Command.events), undefined);
    command(bench, Command.events, REQUEST, old);
    restart(bench);
    command(bench, Command.events, REQUEST, old);
    // An M1 under the new name proves nothing: anybody can send one.
    refusalOf(bench, next, Command.events);
    command(bench, Command.events, REQUEST, old);
    command(bench, Command.events, REQUEST, next);
    assert.equal(refusalOf(bench, old, Command.events), Refusal.keyUnknown);
    assert.equal(holds(bench, Purpose.monitoring, 0, suite), false);
    restart(bench);
    assert.equal(refusalOf(bench, old, Command.events), Refusal.keyUnknown);
    command(bench, Command.events, REQUEST, next);
    assert.equal(rotate(bench, Purpose.monitoring, 0, next), Result.belowFloor);
    assert.equal(rotate(bench, Purpose.monitoring, 2, next, 0), Result.belowFloor);
  });
}

test('a floor that rises between two minutes leaves what was spent as it was, and a power cut after it too', () => {
  const lived = (rotates: boolean) => {
    const bench = createBench();
    credit(bench, 1_000);
    live(bench, 3, 123_400);
    const next = keyOf(Purpose.monitoring, Suite.aes128, 1);
    if (rotates) rotate(bench, Purpose.monitoring, 1);
    stepEnergy(bench.meter, 1, milliwattHours(77_700), bench.now, bench.out);
    if (rotates) command(bench, Command.events, REQUEST, next);
    live(bench, 1, 50_000);
    const used = levelsOf(bench.meter).used;
    restart(bench);
    assert.equal(levelsOf(bench.meter).used, used);
    live(bench, 5, 123_400);
    return levelsOf(bench.meter);
  };
  assert.deepEqual(lived(true), lived(false));
});

test('a new key may leave the generations below it in service', () => {
  const bench = createBench();
  assert.equal(rotate(bench, Purpose.control, 2, undefined, 0), Result.done);
  const next = keyOf(Purpose.control, Suite.aes128, 2);
  const close = encodeRelayCommand({ supply: 1, action: RelayAction.close });
  command(bench, Command.relay, close, next);
  command(bench, Command.relay, close);
  command(bench, Command.relay, close, next);
});

test('a purpose renews its own key only, maintenance any', () => {
  const bench = createBench();
  for (const purpose of [Purpose.value, Purpose.control, Purpose.maintenance]) {
    assert.equal(rotate(bench, purpose, 1, keyOf(Purpose.monitoring)), Result.refusedByPolicy);
  }
  for (const purpose of [Purpose.value, Purpose.control, Purpose.monitoring, Purpose.maintenance]) {
    assert.equal(rotate(bench, purpose, 1, keyOf(Purpose.maintenance)), Result.done);
  }
});

test('keys that are sent and never used fill the chip and are then refused; those in use go on', () => {
  const bench = createBench();
  const results = Array.from({ length: 15 }, (_, i) => rotate(bench, Purpose.control, i + 1));
  assert.equal(results.filter((result) => result === Result.done).length, 12);
  assert.equal(results.at(-1), Result.refusedByPolicy);
  credit(bench, 10);
  // The newest that was taken works; its floor clears the others away, and there is room again.
  const newest = keyOf(Purpose.control, Suite.aes128, 12);
  command(bench, Command.relay, encodeRelayCommand({ supply: 1, action: RelayAction.close }), newest);
  assert.equal(rotate(bench, Purpose.control, 13, newest), Result.done);
});

test('a dismantled meter has lost value and control, reports under monitoring, and a ceremony revives it', () => {
  const bench = createBench();
  credit(bench, 500);
  live(bench, 2, 100_000);
  bench.out.attentions.length = 0;
  senseSeal(bench.meter, { sensor: 'cover', on: true }, bench.now, bench.out);
  assert.deepEqual(
    [Purpose.value, Purpose.control, Purpose.monitoring, Purpose.maintenance].map((purpose) => holds(bench, purpose)),
    [false, false, true, true],
  );
  const [frame] = bench.out.attentions;
  assert.ok(frame !== undefined && openNotice(frame) !== undefined);
  assert.equal(live(bench, 1, 100_000), 0);
  senseSeal(bench.meter, { sensor: 'cover', on: false }, bench.now, bench.out);
  restart(bench);
  assert.ok(flagsOf(bench.meter) & MeterFlag.tamper);
  assert.equal(refusalOf(bench, keyOf(Purpose.value), Command.valueStore), Refusal.keyUnknown);
  command(bench, Command.events, REQUEST);
  const maintenance = keyOf(Purpose.maintenance);
  let held = -1;
  exchangeWith(bench, maintenance, Command.keyChange, (status) => {
    const decoded = decodeMaintenanceStatus(status);
    if (!isRecordFailure(decoded)) held = decoded.held;
    return new Uint8Array(1);
  });
  assert.equal(held, 0b1100);
  rotate(bench, Purpose.value, 1, maintenance);
  rotate(bench, Purpose.control, 1, maintenance);
  const clear = encodeRelayCommand({ supply: 1, action: RelayAction.clearTamper });
  assert.equal(bench.meter.supplies[0]?.relay.reasons, RelayReason.tamper);
  command(bench, Command.relay, clear, keyOf(Purpose.control, Suite.aes128, 1));
  assert.equal(flagsOf(bench.meter) & MeterFlag.tamper, 0);
  // More than the tank had: the purse is drawn from again.
  assert.equal(live(bench, 60, 100_000), 6_000_000);
});

function openNotice(bytes: Uint8Array) {
  const frame = decodeFrame(bytes);
  if ('reason' in frame) return undefined;
  const notice = openAttention(keyOf(Purpose.monitoring), frame);
  const attention = notice === undefined ? undefined : decodeAttention(notice);
  return attention === undefined || isRecordFailure(attention) ? undefined : attention;
}
