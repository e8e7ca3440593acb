import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFECTS } from './defects.ts';

const ROOT = join(import.meta.dirname, '../..');

for (const { rule, what, file, right, wrong } of DEFECTS) {
  test(`${rule}, ${what}: it can be broken in one place`, () => {
    assert.equal(readFileSync(join(ROOT, file), 'utf8').split(right).length - 1, 1, `${file}: ${right}`);
    assert.notEqual(right, wrong);
  });
}

test('each rule and each promise has a defect', () => {
  const planted = new Set(DEFECTS.map(({ rule }) => rule));
  const numbered = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i + 1}`);
  for (const rule of [...numbered('X', 13), ...numbered('I', 37)]) {
    assert.ok(planted.has(rule), `${rule} has none`);
  }
});
