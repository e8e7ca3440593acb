import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttentionReason, EventKind } from '../records/index.ts';
import { type Bench, benchTable, createBench, credit, restart, STRICT_POLICY, startBench } from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import { balanceOf, stepLastGasp, stepSamples, totalsNow } from './index.ts';
import { PARTS, second, type Wave } from './wave.testing.ts';

const FORWARD: Wave = { volts: 220, amperes: 10 };
/** 2.2 kW back to the line: 36.7 Wh a minute. */
const BACK: Wave = { ...FORWARD, lagDegrees: 180 };

function sampled(): Bench {
  const { memory } = createBench({ policy: STRICT_POLICY, tables: [benchTable(1)] });
  const bench = startBench(memory, { calibrations: [PARTS] });
  credit(bench, 3000);
  return bench;
}

function feed(bench: Bench, wave: Wave, seconds: number): void {
  const samples = second(wave);
  for (let at = 0; at < seconds; at++) {
    bench.now += 1000;
    stepSamples(bench.meter, 1, samples, bench.now, bench.out);
  }
}

const told = ({ meter }: Bench) =>
  eventsFrom(meter, 1, 32)
    .filter(({ kind }) => kind === EventKind.reverseEnergyBegun || kind === EventKind.reverseEnergyEnded)
    .map(({ kind, supply, value }) => [kind, supply, value]);

const exported = ({ meter }: Bench) => totalsNow(meter.supplies[0] as never).registerExport;

test('energy that flows back is told at once with its power, and when it has ended with how much it was', () => {
  const bench = sampled();
  feed(bench, FORWARD, 5);
  assert.deepEqual([told(bench), bench.meter.attention & AttentionReason.reverseEnergy], [[], 0]);
  feed(bench, BACK, 120);
  assert.deepEqual(told(bench), [[EventKind.reverseEnergyBegun, 1, 2200]]);
  assert.notEqual(bench.meter.attention & AttentionReason.reverseEnergy, 0);
  feed(bench, FORWARD, 55);
  assert.equal(told(bench).length, 1, 'a pause below a minute ends nothing');
  feed(bench, FORWARD, 10);
  // Two minutes at 2.2 kW are 73 Wh.
  assert.deepEqual(told(bench)[1], [EventKind.reverseEnergyEnded, 1, 73]);
  feed(bench, BACK, 5);
  assert.equal(told(bench).length, 3, 'and begins anew');
});

test('a window or two of a motor that starts are no energy that flows back', () => {
  const bench = sampled();
  feed(bench, FORWARD, 3);
  feed(bench, BACK, 2);
  feed(bench, FORWARD, 3);
  assert.deepEqual([told(bench), bench.meter.attention & AttentionReason.reverseEnergy], [[], 0]);
});

test('what flows back takes nothing off what was used and gives no credit: it is in a register of its own', () => {
  const bench = sampled();
  const balance = balanceOf(bench.meter);
  const { registerImport } = totalsNow(bench.meter.supplies[0] as never);
  feed(bench, BACK, 600);
  // Ten minutes at 2.2 kW, less what had not ended: 366.7 Wh.
  assert.ok(Math.abs(exported(bench) - 3667) < 15, `${exported(bench)} x 0.1 Wh`);
  assert.equal(totalsNow(bench.meter.supplies[0] as never).registerImport, registerImport);
  assert.equal(balanceOf(bench.meter), balance);
});

test('the register of what flowed back outlives a last gasp whole, and another cut but for a quarter of an hour', () => {
  const gasped = sampled();
  feed(gasped, BACK, 100);
  feed(gasped, FORWARD, 100);
  const { registerImport } = totalsNow(gasped.meter.supplies[0] as never);
  const before = exported(gasped);
  assert.ok(before > 500);
  stepLastGasp(gasped.meter, gasped.now, gasped.out);
  restart(gasped);
  assert.equal(exported(gasped), before);
  assert.equal(totalsNow(gasped.meter.supplies[0] as never).registerImport, registerImport);

  const cut = sampled();
  feed(cut, BACK, 1900);
  const all = exported(cut);
  restart(cut);
  const lost = all - exported(cut);
  assert.ok(lost >= 0 && lost <= 15 * 367 + 10 && exported(cut) > 0, `${lost} of ${all} x 0.1 Wh`);
});
