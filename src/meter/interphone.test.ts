import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from '../exchange/index.ts';
import {
  AttentionReason,
  decodeInterphoneAnswer,
  EventKind,
  encodeInterphoneSaid,
  type InterphoneSaid,
  isRecordFailure,
  Result,
} from '../records/index.ts';
import { type Bench, command, createBench } from './board.testing.ts';
import { eventsFrom } from './event-log.ts';
import { displayOf, interphoneOf, type Key, pressKey } from './index.ts';

const press = (bench: Bench, ...keys: Key[]): void => {
  for (const key of keys) pressKey(bench.meter, key, bench.now, bench.out);
};

const PROMPTS = [{ number: 10, language: 0, values: ['12.50'] }];
const MENU: InterphoneSaid = { speech: 1, mustBeHeard: false, taken: 0, prompts: PROMPTS };

function say(bench: Bench, said: Partial<InterphoneSaid> = {}) {
  const answer = command(bench, Command.interphone, encodeInterphoneSaid({ ...MENU, ...said }));
  const told = decodeInterphoneAnswer(answer as Uint8Array);
  assert.ok(!isRecordFailure(told));
  assert.equal(told.head.result, Result.done);
  const { head: _, ...rest } = told;
  return rest;
}

const SILENT = { isCalling: false, speech: 0, isHeard: false, first: 0, keys: '' };

test('whoever presses the key of the interphone calls the utility by an attention and an event, and hangs up by it', () => {
  const bench = createBench();
  assert.deepEqual(say(bench), SILENT);
  press(bench, 'call');
  assert.equal(interphoneOf(bench.meter).state, 'calling');
  assert.ok((bench.meter.attention & AttentionReason.valueRequested) !== 0);
  const [event] = eventsFrom(bench.meter, 1, 50).filter(({ kind }) => kind === EventKind.interphoneCalled);
  assert.ok(event !== undefined);
  assert.deepEqual(say(bench), { ...SILENT, isCalling: true, speech: 1 });
  assert.deepEqual(interphoneOf(bench.meter), { state: 'live', prompts: PROMPTS });
  press(bench, 'call');
  assert.deepEqual(interphoneOf(bench.meter), { state: 'idle', prompts: [] });
  assert.deepEqual(say(bench, { speech: 2 }), SILENT);
});

test('in a call keys go to the host, each once and in their order, and no request for value comes of them', () => {
  const bench = createBench();
  press(bench, 'call', '7');
  assert.deepEqual(say(bench).keys, '');
  press(bench, '2', '*', '#');
  assert.deepEqual(say(bench, { prompts: [] }), { ...SILENT, isCalling: true, speech: 1, keys: '2*#' });
  press(bench, '5');
  // The answer was lost: nothing was taken, and all is told again.
  assert.deepEqual(say(bench, { prompts: [] }).keys, '2*#5');
  const { first, keys } = say(bench, { prompts: [], taken: 3 });
  assert.deepEqual([first, keys], [3, '5']);
  // A count that is none of this call takes nothing away.
  assert.equal(say(bench, { prompts: [], taken: 200 }).keys, '5');
  const requests = eventsFrom(bench.meter, 1, 50).filter(({ kind }) => kind === EventKind.valueRequested);
  assert.deepEqual([requests, displayOf(bench.meter).text], [[], displayOf(createBench().meter).text]);
  press(bench, ...Array.from({ length: 60 }, () => '1' as const));
  assert.equal(say(bench, { prompts: [], taken: 3 }).keys.length, 32);
});

test('what must be heard ends no sooner by a key, and keys from before its end count for nothing', () => {
  const bench = createBench();
  press(bench, 'call');
  say(bench);
  press(bench, '2', '1');
  assert.deepEqual(say(bench, { speech: 2, mustBeHeard: true }), {
    ...{ isCalling: true, speech: 2, isHeard: false, first: 2, keys: '' },
  });
  press(bench, '1');
  assert.equal(say(bench, { speech: 2, mustBeHeard: true, taken: 2, prompts: [] }).keys, '');
  bench.now += 10_000;
  press(bench, '1');
  const heard = say(bench, { speech: 2, mustBeHeard: true, taken: 2, prompts: [] });
  assert.deepEqual([heard.isHeard, heard.first, heard.keys], [true, 2, '1']);
  // Other speech ends by a key, and is then not heard to its end.
  say(bench, { speech: 3, taken: 3 });
  press(bench, '4');
  bench.now += 10_000;
  const cut = say(bench, { speech: 3, taken: 3, prompts: [] });
  assert.deepEqual([cut.isHeard, cut.keys], [false, '4']);
});

test('what is said to a call before neither speaks in a new one, nor takes its keys, nor ends it', () => {
  const bench = createBench();
  press(bench, 'call');
  say(bench);
  say(bench, { speech: 7 });
  press(bench, 'call', 'call', '1');
  const late: Partial<InterphoneSaid>[] = [
    { speech: 8 },
    { speech: 7, prompts: [] },
    { speech: 1, prompts: [] },
    { speech: 0 },
  ];
  for (const said of late) {
    assert.deepEqual(say(bench, said), { ...SILENT, isCalling: true }, JSON.stringify(said));
    assert.deepEqual(interphoneOf(bench.meter), { state: 'calling', prompts: [] });
  }
  assert.deepEqual(say(bench), { ...SILENT, isCalling: true, speech: 1 });
  assert.deepEqual(say(bench, { speech: 8 }), { ...SILENT, isCalling: true, speech: 8 });
});

test('a call ends by a word of the host, where nobody answers, where the host is silent, and a word that is none changes nothing', () => {
  const bench = createBench();
  press(bench, 'call');
  say(bench);
  assert.deepEqual(say(bench, { speech: 0, prompts: [] }), SILENT);
  press(bench, 'call');
  bench.now += 5 * 60_000 + 1;
  assert.deepEqual(say(bench), SILENT);
  press(bench, 'call');
  say(bench);
  const answer = command(bench, Command.interphone, Uint8Array.of(2, 4, 0)) as Uint8Array;
  assert.deepEqual([answer[0], interphoneOf(bench.meter).prompts], [Result.bodyNotUnderstood, PROMPTS]);
  bench.now += 20 * 60_000 + 1;
  assert.deepEqual(say(bench), SILENT);
});
