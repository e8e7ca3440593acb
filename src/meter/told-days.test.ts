import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from '../exchange/index.ts';
import { AttentionReason, decodeUseAnswer, EventKind, encodeUseRequest, isRecordFailure } from '../records/index.ts';
import { BENCH_UNIX_MS, type Bench, command, createBench, credit, live, restart } from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import { jumpTo } from './minutes.ts';
import { putU16 } from './nvm.ts';

const DAY = Math.floor(BENCH_UNIX_MS / 86_400_000) + 1;

/** A meter that has told the first whole day of its life. */
function told(): Bench {
  const bench = createBench();
  credit(bench, 4_000_000);
  live(bench, 14 * 60 + 1440 + 60, 10_000);
  assert.equal(tell(bench), 100);
  return bench;
}

/** Asks for the day; what its tenth minute has. */
function tell(bench: Bench): number | undefined {
  const wanted = { totals: false, modeTable: false, policy: false, profiles: [{ day: DAY, supply: 1 as const }] };
  const answer = decodeUseAnswer(command(bench, Command.useAndLog, encodeUseRequest(wanted)));
  assert.ok(!isRecordFailure(answer));
  return answer.profiles[0]?.energies[10];
}

/** Somebody writes another energy into the memory of the board. */
function edit({ memory, meter }: Bench, energy: number): void {
  const place = meter.supplies[0]?.place;
  assert.ok(place !== undefined);
  putU16(memory.nvm.bytes, place.energies + 2 * ((DAY * 1440 + 10) % (8 * 1440)), energy);
}

const differs = ({ meter }: Bench) =>
  eventsFrom(meter, 1, 32)
    .filter(({ kind }) => kind === EventKind.recordDiffers)
    .map(({ supply, value }) => [supply, value]);

test('a day that is told again as it was is no event, also after a restart and when others were told between', () => {
  const bench = told();
  tell(bench);
  restart(bench, { afterMs: 60_000 });
  tell(bench);
  live(bench, 3 * 1440, 10_000);
  tell(bench);
  assert.deepEqual(differs(bench), []);
});

test('a day that was edited since it was told is an event that calls, once for each other reading', () => {
  const bench = told();
  edit(bench, 7);
  restart(bench, { afterMs: 60_000 });
  assert.equal(tell(bench), 7);
  assert.deepEqual(differs(bench), [[1, DAY]]);
  assert.notEqual(bench.meter.attention & AttentionReason.memoryDamaged, 0);
  tell(bench);
  assert.deepEqual(differs(bench), [[1, DAY]]);
  edit(bench, 100);
  tell(bench);
  assert.equal(differs(bench).length, 2);
});

test('a day that is lived again, because the clock went back, differs for a reason', () => {
  for (const goBack of [
    ({ meter, now, out }: Bench) => {
      meter.kept.clockOffsetMs -= 2 * 86_400_000;
      jumpTo(meter, Math.floor((now + meter.kept.clockOffsetMs) / 60_000), out);
    },
    // The oscillator stood still while it was dark.
    (bench: Bench) => restart(bench, { afterMs: -2 * 86_400_000 }),
  ]) {
    const bench = told();
    goBack(bench);
    live(bench, 2 * 1440 + 60, 10_000);
    assert.equal(tell(bench), 200, 'what came in the second life adds up');
    assert.deepEqual(differs(bench), []);
  }
});
