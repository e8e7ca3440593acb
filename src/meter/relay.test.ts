import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from '../exchange/index.ts';
import {
  AttentionReason,
  decodeRelayAnswer,
  EventKind,
  encodeRelayCommand,
  isRecordFailure,
  RelayAction,
  RelayReason,
  Result,
  type SupplyLimits,
} from '../records/index.ts';
import type { SupplyIndex } from '../units/index.ts';
import { type Bench, benchTable, command, createBench, credit, live, restart, STRICT_POLICY } from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import { senseSeal, stepMeasured, stepTime } from './index.ts';

const LIMITS: SupplyLimits = {
  load: { watts: 5000, delaySeconds: 10 },
  overCurrent: { deciAmperes: 600, delaySeconds: 3, recloseCount: 2, recloseWaitSeconds: 30 },
};

function limited(limits: SupplyLimits = LIMITS): Bench {
  const bench = createBench({ policy: { ...STRICT_POLICY, supplies: [limits] } });
  credit(bench, 10_000);
  bench.out.heard.length = 0;
  return bench;
}

/** So many seconds of one power, measured every second. */
function draws(bench: Bench, seconds: number, watts: number): void {
  for (let second = 0; second < seconds; second++) {
    bench.now += 1000;
    const open = reasonsOf(bench) !== 0;
    const measured = { watts: open ? 0 : watts, deciAmperes: open ? 0 : watts / 20, degreesOfLag: 0 };
    stepMeasured(bench.meter, 1, measured, bench.now, bench.out);
  }
}

const reasonsOf = (bench: Bench, supply = 1): number => bench.meter.supplies[supply - 1]?.relay.reasons as number;

function tell(
  bench: Bench,
  action: RelayAction,
  supply: SupplyIndex | 0 = 0,
): { result: Result; reasons: readonly number[] } {
  const answer = decodeRelayAnswer(command(bench, Command.relay, encodeRelayCommand({ supply, action })));
  if (isRecordFailure(answer)) throw new Error(answer.reason);
  return { result: answer.head.result, reasons: answer.reasons };
}

test('over-current opens after its delay, not before, and not for what is below the threshold', () => {
  const bench = limited({ ...LIMITS, load: null });
  draws(bench, 100, 12_000);
  draws(bench, 3, 12_020);
  draws(bench, 1, 11_000);
  draws(bench, 3, 13_000);
  assert.equal(reasonsOf(bench), 0);
  draws(bench, 1, 13_000);
  assert.equal(reasonsOf(bench), RelayReason.overCurrent);
  assert.ok(bench.meter.attention & AttentionReason.overCurrent);
  const event = eventsFrom(bench.meter, 1, 255).find(({ kind }) => kind === EventKind.overCurrent);
  assert.deepEqual([event?.value, event?.detail], [65_000, 3]);
  assert.ok(bench.out.heard.includes(`wake ${bench.now + 30_000}`));
});

test('over-current re-closes as often as the policy says, then locks out until a person says so', () => {
  const bench = limited({ ...LIMITS, load: null });
  for (let trip = 1; trip <= 2; trip++) {
    draws(bench, 4, 13_000);
    assert.equal(reasonsOf(bench), RelayReason.overCurrent);
    draws(bench, 29, 0);
    assert.equal(reasonsOf(bench), RelayReason.overCurrent);
    draws(bench, 1, 0);
    assert.equal(reasonsOf(bench), 0);
  }
  draws(bench, 4, 13_000);
  draws(bench, 3600, 0);
  assert.equal(reasonsOf(bench), RelayReason.overCurrent);
  assert.deepEqual(tell(bench, RelayAction.close), { result: Result.relayHeld, reasons: [RelayReason.overCurrent] });
  assert.deepEqual(tell(bench, RelayAction.clearOverCurrent), { result: Result.done, reasons: [0] });
  draws(bench, 4, 13_000);
  draws(bench, 30, 0);
  assert.equal(reasonsOf(bench), 0);
});

test('what waits to re-close waits again after a power cut, and a lock-out stays one', () => {
  const bench = limited({ ...LIMITS, load: null });
  draws(bench, 4, 13_000);
  restart(bench, { afterMs: 500 });
  assert.equal(reasonsOf(bench), RelayReason.overCurrent);
  draws(bench, 30, 0);
  assert.equal(reasonsOf(bench), 0);
  draws(bench, 4, 13_000);
  restart(bench);
  draws(bench, 30, 0);
  draws(bench, 4, 13_000);
  for (let i = 0; i < 5; i++) {
    restart(bench, { afterMs: 60_000 });
    draws(bench, 120, 0);
    assert.equal(reasonsOf(bench), RelayReason.overCurrent);
  }
});

test('a load limit opens for a minute, also over a power cut, and never undoes a lock-out', () => {
  const bench = limited({ ...LIMITS, overCurrent: null });
  draws(bench, 10, 5001);
  assert.equal(reasonsOf(bench), 0);
  draws(bench, 1, 5001);
  assert.equal(reasonsOf(bench), RelayReason.loadLimit);
  draws(bench, 59, 0);
  assert.equal(reasonsOf(bench), RelayReason.loadLimit);
  restart(bench);
  draws(bench, 60, 0);
  assert.equal(reasonsOf(bench), 0);

  const both = limited({
    load: { watts: 5000, delaySeconds: 3 },
    overCurrent: { deciAmperes: 600, delaySeconds: 3, recloseCount: 0, recloseWaitSeconds: 30 },
  });
  draws(both, 4, 13_000);
  draws(both, 600, 0);
  assert.equal(reasonsOf(both), RelayReason.overCurrent);
});

test('every reason survives the power, and the relay closes when the last of them is gone', () => {
  const bench = limited();
  tell(bench, RelayAction.open);
  senseSeal(bench.meter, { sensor: 'bypass', on: true, supply: 1 }, bench.now, bench.out);
  draws(bench, 4, 0);
  restart(bench);
  assert.equal(reasonsOf(bench), RelayReason.command);
  assert.equal(live(bench, 1, 1000), 0);
  bench.out.heard.length = 0;
  restart(bench);
  assert.ok(!bench.out.heard.some((heard) => heard.startsWith('relay')), 'the latch is where it was');
  assert.deepEqual(tell(bench, RelayAction.close), { result: Result.done, reasons: [0] });
  assert.deepEqual(
    bench.out.heard.filter((heard) => heard.startsWith('relay')),
    ['relay 1 closed'],
  );
  assert.equal(live(bench, 1, 1000), 1000);
});

test('a command names a supply, or all; one that the meter does not have is refused', () => {
  const bench = createBench({ tables: [benchTable(1), benchTable(2)] });
  credit(bench, 100);
  assert.deepEqual(tell(bench, RelayAction.open, 2).reasons, [0, RelayReason.command]);
  assert.equal(live(bench, 1, 1000, 1), 1000);
  assert.equal(live(bench, 1, 1000, 2), 0);
  assert.equal(tell(bench, RelayAction.open, 3).result, Result.noSuchSupply);
  assert.deepEqual(tell(bench, RelayAction.open, 0).reasons, [RelayReason.command, RelayReason.command]);
  assert.deepEqual(tell(bench, RelayAction.close, 0).reasons, [0, 0]);
});

test('the cover opens every relay for tamper; only a command takes that away', () => {
  const bench = limited();
  senseSeal(bench.meter, { sensor: 'cover', on: true }, bench.now, bench.out);
  assert.equal(reasonsOf(bench), RelayReason.tamper);
  senseSeal(bench.meter, { sensor: 'cover', on: false }, bench.now, bench.out);
  restart(bench, { afterMs: 120_000 });
  stepTime(bench.meter, bench.now, bench.out);
  assert.equal(reasonsOf(bench), RelayReason.tamper);
});

test('voltage at the output is theft only while a relay is open', () => {
  const bench = limited();
  const sense = () =>
    senseSeal(bench.meter, { sensor: 'output-voltage', on: true, supply: 1, value: 229_000 }, bench.now, bench.out);
  sense();
  assert.equal(bench.meter.attention & AttentionReason.voltageWhileOpen, 0);
  tell(bench, RelayAction.open);
  sense();
  assert.ok(bench.meter.attention & AttentionReason.voltageWhileOpen);
  assert.equal(bench.out.attentions.length > 0, true);
});

const thefts = (bench: Bench): EventKind[] =>
  eventsFrom(bench.meter, 1, 255)
    .map(({ kind }) => kind)
    .filter((kind) => kind === EventKind.voltageWhileOpenBegun || kind === EventKind.voltageWhileOpenEnded);

test('voltage that stays at the output after the relay opened is theft, whoever put it there before', () => {
  const bench = limited();
  const sense = (on: boolean) =>
    senseSeal(bench.meter, { sensor: 'output-voltage', on, supply: 1, value: 229_000 }, bench.now, bench.out);
  sense(true);
  live(bench, 700, 4_000_000);
  assert.equal(reasonsOf(bench), RelayReason.noCredit);
  bench.now += 60_000;
  stepTime(bench.meter, bench.now, bench.out);
  assert.deepEqual(thefts(bench), [EventKind.voltageWhileOpenBegun]);
  assert.ok(bench.meter.attention & AttentionReason.voltageWhileOpen);
  assert.ok(bench.out.heard.some((heard) => heard.startsWith('wake ')));
  // With the relay closed again the voltage is what was paid for.
  credit(bench, 1000);
  assert.deepEqual(thefts(bench), [EventKind.voltageWhileOpenBegun, EventKind.voltageWhileOpenEnded]);
  sense(false);
  assert.equal(thefts(bench).length, 2);
});

test('voltage that is gone a moment after the relay opened was the supply itself', () => {
  const bench = limited();
  const sense = (on: boolean) =>
    senseSeal(bench.meter, { sensor: 'output-voltage', on, supply: 1, value: 229_000 }, bench.now, bench.out);
  sense(true);
  tell(bench, RelayAction.open);
  bench.now += 1000;
  sense(false);
  bench.now += 60_000;
  stepTime(bench.meter, bench.now, bench.out);
  assert.deepEqual(thefts(bench), []);
  sense(true);
  bench.now += 1000;
  sense(false);
  assert.deepEqual(thefts(bench), [EventKind.voltageWhileOpenBegun, EventKind.voltageWhileOpenEnded]);
});
