import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { PARTS } from './index.ts';

test('every part of FIG. 5 names the module that plays it', () => {
  for (const [number, { name, room }] of Object.entries(PARTS)) {
    for (const path of room.split(', ')) {
      assert.ok(existsSync(resolve(import.meta.dirname, '..', path)), `${number} ${name}: src/${path}`);
    }
  }
});
