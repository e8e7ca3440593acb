import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feederOf, type NetworkFile } from './network.ts';

const ohms = { r1: 0.3, x1: 0.07, r0: 0.9, x0: 0.08 };
const line = (from: string, to: string, metres = 100) => ({ from, to, cable: 'thin', metres });

/** A street with a branch: t - a - b - c, and d at b. */
const STREET: NetworkFile = {
  source: { node: 't', volts: 230, ohms: { r1: 0.01, x1: 0.02, r0: 0.01, x0: 0.02 } },
  cables: { thin: ohms },
  lines: [line('t', 'a'), line('b', 'a'), line('b', 'c'), line('d', 'b')],
  loads: [
    { meter: 1, node: 'c', phases: 'A' },
    { meter: 2, node: 'd', phases: 'ABC', powerFactor: 1 },
    { meter: 3, node: 't', phases: 'B' },
  ],
};

test('lines in a row are one section, and a node is kept where they part or a meter stands', () => {
  const feeder = feederOf(STREET);
  assert.ok('before' in feeder);
  assert.equal(feeder.before.length, 3);
  const [branch, ...ends] = [...feeder.before].sort();
  assert.deepEqual([branch, ends], [-1, [0, 0]]);
  // Two lines of 100 m: 0.06 ohms, and a third of 2 x 0.06 for the way back.
  assert.ok(Math.abs((feeder.ohms[0] as number) - 0.06) < 1e-12);
  assert.ok(Math.abs((feeder.ohms[2] as number) - 0.04) < 1e-12);
  assert.deepEqual(
    feeder.loads.map(({ meter, section, tangent }) => [meter, section < 0, tangent > 0]),
    [
      [1, false, true],
      [2, false, false],
      [3, true, true],
    ],
  );
});

const { source, lines, loads } = STREET;
const load = loads[0] as NetworkFile['loads'][number];
const REFUSED: readonly (readonly [Partial<NetworkFile>, string])[] = [
  [
    { lines: [...lines, line('c', 'd')] },
    'loop: The line from "c" to "d" closes a loop: leave out the one that is open.',
  ],
  [
    { lines: [...lines, line('a', 'a')] },
    'loop: The line from "a" to "a" closes a loop: leave out the one that is open.',
  ],
  [
    { lines: [...lines, line('x', 'y')] },
    'island: The line from "x" to "y" is an island: nothing joins it to the source.',
  ],
  [{ loads: [{ ...load, node: 'q' }] }, 'node-unknown: Meter 1 stands at node "q", to which no line goes.'],
  [{ loads: [load, { ...load, node: 'd' }] }, 'meter-twice: Meter 1 stands at two places: name the one where it is.'],
  [{ loads: [] }, 'no-loads: The network has no load: name the meters and where they stand.'],
  [{ cables: {} }, 'cable-unknown: The line from "t" to "a" is of cable "thin", which has no ohms.'],
  [{ cables: { thin: { ...ohms, x0: -1 } } }, 'number-wrong: The ohms of "thin" are not all from 0 to 1000.'],
  [{ cables: { thin: { ...ohms, r1: Number.NaN } } }, 'number-wrong: The ohms of "thin" are not all from 0 to 1000.'],
  [{ source: { ...source, volts: 0 } }, 'number-wrong: The source has from 1 to 1000 V, not 0.'],
  [
    { lines: [line('t', 'c', Number.POSITIVE_INFINITY)] },
    'number-wrong: The line from "t" to "c" is from 0 to 100000 m long, not Infinity.',
  ],
  [{ loads: [{ ...load, powerFactor: 0 }] }, 'number-wrong: The power factor of meter 1 is from 0.1 to 1, not 0.'],
  [
    { lines: Array.from({ length: 10_001 }, () => line('t', 'a')) },
    'too-large: A network has at most 10000 lines and 1024 loads, not 10001 and 3.',
  ],
];

test('a network with a loop, an island, an unknown node or an absurd number is refused with one sentence', () => {
  for (const [change, said] of REFUSED) {
    const refused = feederOf({ ...STREET, ...change });
    assert.ok('reason' in refused, said);
    assert.equal(`${refused.reason}: ${refused.sentence}`, said);
  }
});
