import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttentionReason, EventKind } from '../records/index.ts';
import { modemAddress } from '../units/index.ts';
import { benchTable, createBench } from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import { stepOverheard, stepTime } from './index.ts';

const A5 = modemAddress(5);

/** An M4 of value without a body, in the name of a meter. */
const answerOf = (svpmsn: number) =>
  Uint8Array.of(0x14, 0x10, 0x20, (svpmsn >> 16) & 0xff, (svpmsn >> 8) & 0xff, svpmsn & 0xff, 0);

function overheard(frame: (own: number) => Uint8Array, times = 1, everyMs = 1000) {
  const bench = createBench({ tables: [benchTable(1)] });
  const { meter, out } = bench;
  for (let i = 0; i < times; i++) {
    bench.now += everyMs;
    stepOverheard(meter, { frame: frame(meter.sam.svpmsn), address: A5 }, bench.now, out);
  }
  const told = eventsFrom(meter, 1, 32).filter(({ kind }) => kind === EventKind.foreignModem);
  return {
    details: told.map(({ detail }) => detail),
    attention: meter.attention & AttentionReason.foreignModem,
    bench,
  };
}

test('somebody who speaks in the name of a meter at its address is told at once, with the address', () => {
  const { details, attention, bench } = overheard(answerOf);
  assert.deepEqual([details, attention], [[5], AttentionReason.foreignModem]);
  const before = bench.meter.kept.attentionCounter;
  stepTime(bench.meter, bench.now + 1000, bench.out);
  assert.equal(bench.meter.kept.attentionCounter, before, 'one call is enough until somebody asks');
});

test('the meter of another transformer at the same address, and noise, are no foreign modem', () => {
  assert.deepEqual(overheard((own) => answerOf(own + 1)).details, []);
  assert.deepEqual(overheard((own) => answerOf(own).subarray(0, 6)).details, []);
  assert.deepEqual(overheard(() => new Uint8Array(0)).details, []);
});

test('one that goes on is one event an hour', () => {
  assert.deepEqual(overheard(answerOf, 3500).details, [5]);
  assert.deepEqual(overheard(answerOf, 3, 3_600_000).details, [5, 5, 5]);
});
