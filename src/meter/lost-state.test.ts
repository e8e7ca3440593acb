import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from '../exchange/index.ts';
import {
  AttentionReason,
  decodeAttention,
  EventKind,
  encodePolicy,
  encodeRelayCommand,
  isRecordFailure,
  MeterFlag,
  RelayAction,
  RelayReason,
  Result,
} from '../records/index.ts';
import { encodeModeTable, TABLE_BYTES_MAX } from '../tariff/index.ts';
import { type SupplyIndex, tokens, unixSeconds } from '../units/index.ts';
import {
  BENCH_UNIX_MS,
  type Bench,
  benchTable,
  command,
  createBench,
  credit,
  live,
  STRICT_POLICY,
  startBench,
} from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import { balanceOf, blankMemory, flagsOf, layoutOf, senseSeal, stepTime } from './index.ts';
import { STATE_BYTES } from './layout.ts';
import { restOf, wake } from './power-cut.testing.ts';

/** The meter that starts after some stretches of its board's memory have rotted. */
function wakeWithout(bench: Bench, ...stretches: readonly (readonly [from: number, length: number])[]): Bench {
  const rest = restOf(bench);
  for (const [from, length] of stretches) {
    for (let at = from; at < from + length; at++) rest.nvm[at] = (rest.nvm[at] as number) ^ 0x5a;
  }
  return wake(rest).bench;
}

const LAYOUT = layoutOf(1);
const STATE = [LAYOUT.state, 2 * STATE_BYTES] as const;
const POLICIES = LAYOUT.policy.map((at) => [at, 60] as const);
const TABLES = LAYOUT.supplies[0]?.tables.map((at) => [at, TABLE_BYTES_MAX] as const) ?? [];

const reasonsOf = ({ meter }: Bench): number | undefined => meter.supplies[0]?.relay.reasons;
const eventsOf = ({ meter }: Bench, wanted: EventKind) =>
  eventsFrom(meter, 1, 255)
    .filter(({ kind }) => kind === wanted)
    .map(({ supply, detail }) => ({ supply, detail }));
const relay = (bench: Bench, action: RelayAction) =>
  command(bench, Command.relay, encodeRelayCommand({ supply: 0, action }))[0];

function supplied(options: Parameters<typeof createBench>[0] = {}): Bench {
  const bench = createBench(options);
  credit(bench, 5000);
  live(bench, 3, 30_000);
  return bench;
}

test('a meter that lost its state stays open by tamper, says so, and has no clock', () => {
  for (const action of [RelayAction.open, RelayAction.close]) {
    const before = supplied();
    relay(before, action);
    const bench = wakeWithout(before, STATE);
    assert.equal(reasonsOf(bench), RelayReason.tamper);
    assert.deepEqual(eventsOf(bench, EventKind.memoryDamaged), [{ supply: 0, detail: 1 }]);
    assert.ok(bench.meter.attention & AttentionReason.memoryDamaged);
    assert.ok(flagsOf(bench.meter) & MeterFlag.clockUnset);
    assert.equal(bench.out.heard.at(-1), 'relay 1 open');
    assert.equal(live(bench, 1, 30_000), 0);
    // A second loss of power finds a state again, and the reason in it.
    const again = wake(restOf(bench)).bench;
    assert.equal(reasonsOf(again), RelayReason.tamper);
    assert.equal(eventsOf(again, EventKind.memoryDamaged).length, 1);
    assert.equal(relay(again, RelayAction.clearTamper), Result.done);
    assert.equal(reasonsOf(again), 0);
    assert.equal(live(again, 1, 30_000), 30_000);
  }
});

test('one slot of the state is enough: a write that the power cut short is no damage', () => {
  for (const slot of [0, 1]) {
    const bench = wakeWithout(supplied(), [LAYOUT.state + slot * STATE_BYTES, STATE_BYTES]);
    assert.equal(reasonsOf(bench), 0);
    assert.deepEqual(eventsOf(bench, EventKind.memoryDamaged), []);
  }
});

test('a meter that was never personalised is blank, not damaged', () => {
  const bench = startBench(blankMemory());
  assert.deepEqual(eventsOf(bench, EventKind.memoryDamaged), []);
});

test('a dismantled meter that lost its state is still dismantled: its chip has no keys of value and control', () => {
  const before = supplied();
  senseSeal(before.meter, { sensor: 'cover', on: true }, before.now, before.out);
  const bench = wakeWithout(before, STATE);
  assert.equal(bench.meter.dismantled, true);
  assert.equal(reasonsOf(bench), RelayReason.tamper);
  assert.equal(wakeWithout(supplied(), STATE).meter.dismantled, false);
});

test('attention goes on above every counter that was used before the state was lost', () => {
  const counterOf = ({ out }: Bench): number => {
    const frame = out.attentions.at(-1);
    const notice = frame && decodeAttention(frame.subarray(-14, -8));
    if (notice === undefined || isRecordFailure(notice)) throw new Error('no attention');
    return notice.counter;
  };
  const before = supplied();
  for (const on of [true, false, true]) senseSeal(before.meter, { sensor: 'bypass', on }, before.now, before.out);
  const used = before.meter.kept.attentionCounter;
  assert.ok(used > 0);
  const bench = wakeWithout(before, STATE);
  stepTime(bench.meter, bench.now, bench.out);
  assert.ok(bench.meter.kept.attentionCounter > used);
  assert.equal(counterOf(bench), bench.meter.kept.attentionCounter);
});

test('a meter that lost its tables charges the dearest step of the last one, until a table comes', () => {
  const before = supplied({ tables: [benchTable(1, 9, 15_000)] });
  const bench = wakeWithout(before, ...TABLES);
  assert.deepEqual(eventsOf(bench, EventKind.memoryDamaged), [{ supply: 1, detail: 3 }]);
  assert.ok(bench.meter.attention & AttentionReason.memoryDamaged);
  const held = balanceOf(bench.meter);
  assert.equal(live(bench, 10, 1_000_000), 10_000_000);
  // 10 kWh at 15 tokens and the seed's dearest step.
  const dearest = Math.max(...benchTable().steps);
  assert.equal(held - balanceOf(bench.meter), Math.floor((10 * 15 * dearest) / 100));
  assert.equal(command(bench, Command.modeTable, encodeModeTable(benchTable(1, 9, 15_000)))[0], Result.done);
  stepTime(bench.meter, bench.now + 60_000, bench.out);
  assert.equal(bench.meter.supplies[0]?.rate, before.meter.supplies[0]?.rate);
});

test('the table before does not come back when the one in force is lost', () => {
  const before = supplied({ tables: [benchTable(1, 1, 1_000)] });
  command(before, Command.modeTable, encodeModeTable(benchTable(1, 2, 30_000)));
  live(before, 2, 0);
  const active = before.meter.supplies[0]?.active as number;
  const bench = wakeWithout(before, TABLES[active] as readonly [number, number]);
  assert.ok((bench.meter.supplies[0]?.rate as number) >= (before.meter.supplies[0]?.rate as number));
  assert.equal(eventsOf(bench, EventKind.memoryDamaged).length, 1);
});

test('a table that waits is charged from its time on, also when the one before it is lost', () => {
  const from = unixSeconds(BENCH_UNIX_MS / 1000 + 3600);
  const before = supplied({ tables: [benchTable(1, 1, 15_000)] });
  command(before, Command.modeTable, encodeModeTable(benchTable(1, 2, 40_000, { validFrom: from })));
  const bench = wakeWithout(before, TABLES[0] as readonly [number, number]);
  assert.ok((bench.meter.supplies[0]?.rate as number) > 0);
  live(bench, 60, 0);
  assert.equal(bench.meter.supplies[0]?.inForce?.version, 2);
  // Without the state nobody knows the one before: the one that waits is charged for it.
  const forgetful = wakeWithout(before, STATE, TABLES[0] as readonly [number, number]);
  relay(forgetful, RelayAction.clearTamper);
  assert.ok((forgetful.meter.supplies[0]?.rate as number) > 0);
  assert.equal(live(forgetful, 1, 100_000), 100_000);
});

test('without state and tables nothing flows, whoever clears tamper, until a table has come', () => {
  const bench = wakeWithout(supplied(), STATE, ...TABLES);
  assert.equal(relay(bench, RelayAction.clearTamper), Result.relayHeld);
  assert.equal(reasonsOf(bench), RelayReason.tamper);
  assert.equal(live(bench, 1, 30_000), 0);
  command(bench, Command.modeTable, encodeModeTable(benchTable(1, 2, 15_000)));
  stepTime(bench.meter, bench.now + 60_000, bench.out);
  assert.equal(relay(bench, RelayAction.clearTamper), Result.done);
  assert.equal(reasonsOf(bench), 0);
});

test('a meter that lost its policy lends nothing until one comes, and takes the same one again', () => {
  const policy = { ...STRICT_POLICY, version: 9, emergencyCredit: tokens(70) };
  const bench = wakeWithout(supplied({ policy }), ...POLICIES);
  assert.deepEqual(eventsOf(bench, EventKind.memoryDamaged), [{ supply: 0, detail: 2 }]);
  assert.ok(bench.meter.attention & AttentionReason.memoryDamaged);
  assert.equal(bench.meter.policy.version, 0);
  live(bench, 60, 10_000_000);
  assert.equal(bench.meter.owed, 0);
  assert.equal(reasonsOf(bench), RelayReason.noCredit);
  assert.equal(command(bench, Command.supplyPolicy, encodePolicy(policy))[0], Result.done);
  assert.equal(bench.meter.policy.version, 9);
  assert.equal(reasonsOf(bench), 0);
});

test('policy and tables are of their own: with both lost, what was charged last is charged on and nothing is lent', () => {
  const supplies = [1, 2].map((supply) => benchTable(supply as SupplyIndex, 1, 15_000));
  const before = supplied({ tables: supplies });
  const layout = layoutOf(2);
  const tables = layout.supplies.flatMap((supply) => supply.tables.map((at) => [at, TABLE_BYTES_MAX] as const));
  const bench = wakeWithout(before, ...tables, ...layout.policy.map((at) => [at, 60] as const));
  for (const { rate } of bench.meter.supplies) assert.ok(rate > 0);
  live(bench, 60, 10_000_000);
  assert.equal(bench.meter.owed, 0);
});
