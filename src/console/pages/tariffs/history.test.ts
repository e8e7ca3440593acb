import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historyOf, type Step, stepped } from './history.ts';

const after = (...steps: readonly Step<string>[]) => steps.reduce(stepped<string>, historyOf('a'));
const doing = (value: string): Step<string> => ({ type: 'do', value });
const [undo, redo] = [{ type: 'undo' }, { type: 'redo' }] as const;

test('a step is taken back and done again', () => {
  assert.equal(after(doing('b'), doing('c'), undo).present, 'b');
  assert.equal(after(doing('b'), doing('c'), undo, undo, redo).present, 'b');
  assert.equal(after(doing('b'), undo, redo).present, 'b');
});

test('before the first step and after the last nothing happens', () => {
  assert.deepEqual(after(undo), historyOf('a'));
  assert.equal(after(doing('b'), redo).present, 'b');
  assert.deepEqual(after(doing('a')), historyOf('a'), 'what changes nothing is no step');
});

test('who does something else after going back has nothing left to do again', () => {
  assert.deepEqual(after(doing('b'), undo, doing('c')), { past: ['a'], present: 'c', future: [] });
});

test('another beginning has no past', () => {
  assert.deepEqual(after(doing('b'), { type: 'begin', value: 'z' }), historyOf('z'));
});
