import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { EventKind } from '../records/index.ts';
import { EVENTS_NOT_RECORDED, PARTS } from './index.ts';

test('every number of FIG. 5 is a part that is played', () => {
  const drawn = [...Array.from({ length: 21 }, (_, i) => i + 1), 162, 164, 166];
  const listed = Object.keys(PARTS).map(Number);
  assert.deepEqual(
    listed.sort((a, b) => a - b),
    drawn,
  );
});

test('every part of FIG. 5 that is built names the module that plays it', () => {
  for (const [number, { name, room }] of Object.entries(PARTS)) {
    for (const path of room.split(', ')) {
      assert.ok(existsSync(resolve(import.meta.dirname, '..', path)), `${number} ${name}: src/${path}`);
    }
  }
});

test('every kind of event is recorded by some module of the meter, but for those that are listed', () => {
  const modules = readdirSync(import.meta.dirname).filter((name) => /^[a-z-]+\.ts$/.test(name));
  const code = modules.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('\n');
  const never = Object.keys(EventKind).filter((kind) => !new RegExp(`EventKind\\.${kind}\\b`).test(code));
  assert.deepEqual(never.sort(), [...EVENTS_NOT_RECORDED].sort());
});

test('the arrester of part 19 is played by what records surges', () => {
  const [path] = PARTS[19].room.split(', ');
  const code = readFileSync(resolve(import.meta.dirname, '..', path as string), 'utf8');
  assert.match(code, /EventKind\.surge\b/);
});
