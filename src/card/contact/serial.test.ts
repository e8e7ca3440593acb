import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cycles } from './clock.ts';
import {
  type Character,
  characterOf,
  createSerial,
  dueAt,
  hearCharacter,
  hearErrorSignal,
  type LineOutput,
  REPETITIONS_MAX,
  type Serial,
  send,
  wakeSerial,
} from './serial.ts';

const at = (cycles: number) => cycles as Cycles;
const repeating = (): Serial => Object.assign(createSerial('direct'), { repeats: true });
const edges = (out: readonly LineOutput[]): number[] =>
  out.filter((output): output is Character => output.type === 'character').map(({ edge }) => edge);

test('who does not wait for verdicts sends as fast as the guard time allows', () => {
  const out: LineOutput[] = [];
  send(createSerial('direct'), Uint8Array.of(1, 2, 3), at(100_000), out);
  assert.deepEqual(edges(out), [100_000, 100_000 + 4464, 100_000 + 8928]);
});

test('a character that is refused comes again 13 etu after its edge, three times, and then no more', () => {
  const serial = repeating();
  const out: LineOutput[] = [];
  send(serial, Uint8Array.of(7, 8), at(0), out);
  for (let repetition = 0; repetition < REPETITIONS_MAX; repetition++) {
    hearErrorSignal(serial);
    assert.ok(wakeSerial(serial, dueAt(serial) as Cycles, out));
  }
  assert.deepEqual(edges(out), [0, 13 * 372, 26 * 372, 39 * 372]);
  hearErrorSignal(serial);
  assert.equal(wakeSerial(serial, dueAt(serial) as Cycles, out), false);
  assert.equal(dueAt(serial), undefined);
  assert.equal(edges(out).length, 4);
  send(serial, Uint8Array.of(9), at(1_000_000), out);
  const again = characterOf(9, at(1_000_000), serial);
  assert.deepEqual(out.slice(4), [again], 'what was given up with it is not sent later');
});

test('a character that is not refused makes way for the next', () => {
  const serial = repeating();
  const out: LineOutput[] = [];
  send(serial, Uint8Array.of(7, 8), at(0), out);
  assert.ok(wakeSerial(serial, at(12 * 372 - 1), out));
  assert.deepEqual(edges(out), [0]);
  assert.ok(wakeSerial(serial, at(12 * 372), out));
  assert.deepEqual(edges(out), [0, 12 * 372]);
});

test('wrong parity is answered 10.5 etu after the edge where characters come again, and only there', () => {
  const good = characterOf(0x5a, at(1000), createSerial('direct'));
  const bad = { ...good, moments: good.moments ^ 4 };
  const out: LineOutput[] = [];
  assert.deepEqual(hearCharacter(createSerial('direct'), bad, out), { type: 'damaged' });
  assert.deepEqual(out, []);
  const serial = repeating();
  for (let refused = 0; refused < REPETITIONS_MAX; refused++) {
    assert.deepEqual(hearCharacter(serial, bad, out), { type: 'refused' });
  }
  assert.deepEqual(out, new Array(REPETITIONS_MAX).fill({ type: 'error-signal', at: 1000 + 10.5 * 372 }));
  assert.deepEqual(hearCharacter(serial, good, out), { type: 'byte', byte: 0x5a });
  for (let refused = 0; refused < REPETITIONS_MAX; refused++) {
    assert.deepEqual(
      hearCharacter(serial, bad, out),
      { type: 'refused' },
      'a character that was heard begins a new count',
    );
  }
  assert.deepEqual(hearCharacter(serial, bad, out), { type: 'damaged' });
});

test('an answer begins no sooner than 16 etu after the edge of what was heard', () => {
  const serial = createSerial('direct');
  const out: LineOutput[] = [];
  hearCharacter(serial, characterOf(1, at(100_000), serial), out);
  send(serial, Uint8Array.of(2), at(100_000 + 10 * 372), out);
  assert.deepEqual(edges(out), [100_000 + 16 * 372]);
});

test('who listens at another bit rate reads nothing', () => {
  const fast = characterOf(0x5a, at(1000), { convention: 'direct', rate: { f: 512, d: 16 } });
  assert.deepEqual(hearCharacter(createSerial('direct'), fast, []), { type: 'damaged' });
});
