import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/simulation/index.ts';
import type { FuzzTarget } from './targets.ts';

const INPUTS = 1_000_000;

/** A test for each target: a million inputs, or as many as it can bear, of which it throws at none. */
export function fuzz(targets: Readonly<Record<string, FuzzTarget>>): void {
  for (const [name, { draw, decode, saysNoReason, fewer }] of Object.entries(targets)) {
    const inputs = fewer?.inputs ?? INPUTS;
    const why = fewer === undefined ? '' : ` (${fewer.because})`;
    test(`${name} takes any ${inputs} inputs without throwing${why}`, async () => {
      const random = seededRandom(name);
      let refused = 0;
      for (let i = 0; i < inputs; i++) {
        const value = decode(draw(random) as never);
        const read = value instanceof Promise ? await value : value;
        if (read === undefined || (typeof read === 'object' && read !== null && 'reason' in read)) refused += 1;
      }
      assert.ok(saysNoReason || refused > inputs / 10, `only ${refused} of ${inputs} were refused`);
    });
  }
}
