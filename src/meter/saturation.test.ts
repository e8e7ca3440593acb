import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Purpose } from '../crypto/index.ts';
import { Command, hostFirst, openHostSession } from '../exchange/index.ts';
import { encodeEventRequest, encodeUseRequest } from '../records/index.ts';
import type { MilliwattHours } from '../units/index.ts';
import { ask, type Bench, command, createBench, credit, keyOf } from './board.testing.ts';
import { balanceOf, displayOf, levelsOf, stepEnergy, stepTime } from './index.ts';

/** A house that is measured every 100 ms; between two measurements `hear` may bring frames. */
function runs(hear: (bench: Bench) => void): { bench: Bench; shown: string[]; minutes: number[] } {
  const bench = createBench();
  credit(bench, 3000);
  const shown: string[] = [];
  const minutes: number[] = [];
  for (let tick = 1; tick <= 20 * 600; tick++) {
    bench.now += 100;
    const before = bench.meter.minute;
    stepEnergy(bench.meter, 1, (200 + (tick % 7) * 31) as MilliwattHours, bench.now, bench.out);
    stepTime(bench.meter, bench.now, bench.out);
    if (bench.meter.minute !== before) minutes.push(bench.now);
    shown.push(displayOf(bench.meter).text);
    hear(bench);
  }
  return { bench, shown, minutes };
}

test('a line that never falls silent delays no sample, no minute, no draw and no figure on the display', () => {
  const silent = runs(() => undefined);
  let frames = 0;
  let turn = 0;
  const loud = runs((bench) => {
    // More than 1,200 bit/s can carry: foreign noise, sessions that are begun and left, whole polls.
    turn += 1;
    const key = keyOf(Purpose.monitoring);
    if (turn % 3 === 0)
      ask(
        bench,
        Uint8Array.from({ length: 40 }, (_, i) => i * turn),
      );
    else if (turn % 3 === 1) ask(bench, hostFirst(openHostSession(key, Command.events, bench.randomness)));
    else if (turn % 30 === 2) {
      const request = { totals: true, modeTable: true, policy: true, profiles: [] };
      command(bench, Command.useAndLog, encodeUseRequest(request));
    } else command(bench, Command.events, encodeEventRequest({ from: 1, limit: 255 }));
    frames += 1;
  });
  assert.equal(frames, 12_000);
  assert.deepEqual(loud.minutes, silent.minutes);
  assert.deepEqual(
    loud.minutes,
    Array.from({ length: 20 }, (_, i) => (i + 1) * 60_000),
  );
  assert.deepEqual(loud.shown, silent.shown);
  assert.deepEqual(levelsOf(loud.bench.meter), levelsOf(silent.bench.meter));
  assert.equal(loud.bench.meter.svm.purse.drawNumber, silent.bench.meter.svm.purse.drawNumber);
  assert.ok(balanceOf(loud.bench.meter) < 2950);
});
