import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from '../exchange/index.ts';
import { decodeEventAnswer, EventKind, encodeEventRequest, isRecordFailure } from '../records/index.ts';
import { type Bench, benchTable, command, createBench, live, restart } from './board.testing.ts';
import { eventsFrom, recordEvent } from './event-log.ts';
import { senseSeal } from './index.ts';

/** A meter that was read once, and its log since. */
function read(from = 1, bench = createBench({ tables: [benchTable(1)] })) {
  const answer = decodeEventAnswer(command(bench, Command.events, encodeEventRequest({ from, limit: 255 })));
  assert.ok(!isRecordFailure(answer));
  return { bench, answer };
}

const kindsOf = (bench: Bench) => eventsFrom(bench.meter, 1, 255).map(({ kind }) => kind);
const fill = (bench: Bench, count: number, kind: EventKind = EventKind.valueRequested) => {
  for (let i = 0; i < count; i++) recordEvent(bench.meter, kind);
};

test('evidence of the seal outlives a flood of other events, and a restart, until it is acknowledged', () => {
  const { bench } = read();
  senseSeal(bench.meter, { sensor: 'bypass', on: true, value: 7000 }, bench.now, bench.out);
  const begun = eventsFrom(bench.meter, 1, 255).find(({ kind }) => kind === EventKind.bypassBegun);
  assert.ok(begun !== undefined);
  fill(bench, 100);
  restart(bench, { afterMs: 60_000 });
  fill(bench, 100);
  assert.equal(kindsOf(bench).filter((kind) => kind === EventKind.bypassBegun).length, 1);
  const { answer } = read(1, bench);
  assert.deepEqual(answer.events[0], begun);
  assert.equal(answer.oldest, begun.sequence);
  assert.ok(answer.events.length >= 31 && answer.events.length <= 32, `${answer.events.length} events`);

  // It was kept: from now on it gives way as any other.
  read(answer.next, bench);
  fill(bench, 32);
  assert.ok(!kindsOf(bench).includes(EventKind.bypassBegun));
});

test('of nothing but evidence the oldest stays, and sequences go on', () => {
  const { bench } = read();
  for (let i = 0; i < 20; i++) {
    senseSeal(bench.meter, { sensor: 'bypass', on: true, value: i }, bench.now, bench.out);
    senseSeal(bench.meter, { sensor: 'bypass', on: false, value: i }, bench.now, bench.out);
  }
  const { answer } = read(1, bench);
  assert.equal(answer.events.filter(({ kind }) => kind >= 20 && kind < 40).length, answer.events.length);
  assert.deepEqual([answer.events.length, answer.events[0]?.value], [32, 0]);
  read(answer.next, bench);
  live(bench, 1, 0);
  fill(bench, 1);
  const sequences = eventsFrom(bench.meter, 1, 255).map(({ sequence }) => sequence);
  assert.ok((sequences.at(-1) as number) >= answer.next, sequences.join());
});

test('in a meter that nobody ever read the oldest event gives way, whatever it is', () => {
  const bench = createBench({ tables: [benchTable(1)] });
  senseSeal(bench.meter, { sensor: 'bypass', on: true, value: 7000 }, bench.now, bench.out);
  fill(bench, 32);
  assert.ok(!kindsOf(bench).includes(EventKind.bypassBegun));
});

test('of the gaps that power cuts leave the first is kept, and a thousand of them crowd out nothing', () => {
  const { bench } = read();
  recordEvent(bench.meter, EventKind.profileGap, { value: 1 });
  recordEvent(bench.meter, EventKind.profileGap, { value: 2 });
  fill(bench, 1000, EventKind.profileGap);
  senseSeal(bench.meter, { sensor: 'bypass', on: true, value: 7000 }, bench.now, bench.out);
  const held = eventsFrom(bench.meter, 1, 255);
  const gaps = held.filter(({ kind }) => kind === EventKind.profileGap);
  assert.deepEqual([gaps[0]?.value, gaps[1]?.value], [1, 0]);
  assert.ok(held.some(({ kind }) => kind === EventKind.bypassBegun));
});
