import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NETWORK, numbersIn, PROFILES, PUBLISHED, readyFeeder, skipWithout } from './feeder.testing.ts';
import { type Feeder, feederOf, type LoadPhases } from './network.ts';
import { PowerFlow } from './power-flow.ts';

/** One line of 1 ohm, with as much on the way back, from a source of 230 V that has none. */
function line(phases: LoadPhases): Feeder {
  const none = { r1: 0, x1: 0, r0: 0, x0: 0 };
  return feederOf({
    source: { node: 't', volts: 230, ohms: none },
    cables: { one: { r1: 1, x1: 0, r0: 4, x0: 0 } },
    lines: [{ from: 't', to: 'a', cable: 'one', metres: 1_000 }],
    loads: [{ meter: 1, node: 'a', phases, powerFactor: 1 }],
  }) as Feeder;
}

test('one load obeys the square of its current: over wire and neutral from one phase, over wires alone from three', () => {
  // 2 ohms in the way of one phase: I = (230 - sqrt(230² - 4 · 2 · 2000)) / (2 · 2).
  const single = new PowerFlow(line('A')).solve([2_000]);
  const current = (230 - Math.sqrt(230 ** 2 - 16_000)) / 4;
  assert.ok(Math.abs((single?.loss ?? 0) - 2 * current ** 2) < 1e-3);
  assert.ok(Math.abs((single?.volts[0] ?? 0) - (230 - 2 * current)) < 1e-3);
  const three = new PowerFlow(line('ABC')).solve([6_000]);
  const each = (230 - Math.sqrt(230 ** 2 - 8_000)) / 2;
  assert.ok(Math.abs((three?.loss ?? 0) - 3 * each ** 2) < 1e-3);
});

test('more than a line can carry has no flow, and the next moment has one again', () => {
  const flow = new PowerFlow(line('A'));
  assert.equal(flow.solve([7_000]), undefined);
  assert.equal(flow.solve([Number.NaN]), undefined);
  assert.equal(flow.solve([0])?.loss, 0);
});

const skip = skipWithout(PROFILES, PUBLISHED, NETWORK);

test('the European feeder loses what two published solutions say: within 0.1 % in the day', { skip }, () => {
  const feeder = readyFeeder();
  const flow = new PowerFlow(feeder);
  const published = numbersIn(PUBLISHED);
  let [loss, byOpenDss, byGridLabD] = [0, 0, 0];
  const off: number[] = [];
  numbersIn(PROFILES).forEach((row, minute) => {
    const watts = feeder.loads.map(({ meter }) => 1_000 * (row[meter] as number));
    const found = (flow.solve(watts)?.loss ?? 0) / 1_000;
    const [, sum = 0, first = 0, second = 0] = published[minute] as number[];
    loss += found;
    byOpenDss += first - sum;
    byGridLabD += second - sum;
    // Loads are published in whole watts: where little flows, little is lost, and their rounding is much of it.
    if (found > 0.02) off.push(Math.abs(found / (first - sum) - 1));
  });
  // 4.472 kWh of 488 kWh.
  assert.ok(Math.abs(loss / 60 - 4.472) < 0.01, `${loss / 60} kWh`);
  for (const sum of [byOpenDss, byGridLabD]) assert.ok(Math.abs(loss / sum - 1) < 0.001, `${loss / sum}`);
  off.sort((a, b) => a - b);
  assert.ok(off.length > 800);
  assert.ok((off[Math.floor(0.99 * off.length)] as number) < 0.02, `${off[Math.floor(0.99 * off.length)]}`);
});
