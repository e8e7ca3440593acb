import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHardware, placeOf } from './meter-hardware.ts';
import { WrongUse } from './usage.ts';

const GOOD = {
  buses: { cabinet: { serial: '/dev/ttyUSB0', baud: 2_400 }, board: { host: '10.0.0.20' } },
  measuring: { bus: 'cabinet', unit: 1, model: 'sdm120', wattsMax: 11_500 },
  contactor: { bus: 'board', unit: 1, coil: 0, closedWhen: 'on' },
  silence: { afterSeconds: 60, contactor: 'stays' },
};
const parsed = (value: unknown) => parseHardware(JSON.stringify(value), 'hardware.json');

test('a hardware file names buses, what measures and what switches, and the rest is usual', () => {
  const { buses } = parsed(GOOD);
  assert.deepEqual(Object.values(buses).map(placeOf), [
    { type: 'serial', path: '/dev/ttyUSB0', baud: 2_400, parity: 'none', stopBits: 1 },
    { type: 'tcp', host: '10.0.0.20', port: 502 },
  ]);
});

test('a hardware file that is wrong is refused in one sentence that names the place', () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ ...GOOD, measuring: { ...GOOD.measuring, model: 'sdm72' } }, /wrong at \/measuring\/model/],
    [{ ...GOOD, measuring: { ...GOOD.measuring, unit: 248 } }, /wrong at \/measuring\/unit/],
    [{ ...GOOD, measuring: { ...GOOD.measuring, bus: 'other' } }, /\(cabinet, board\) none is "other"/],
    [{ ...GOOD, contactor: { ...GOOD.contactor, bus: 'toString' } }, /\/contactor\/bus/],
    [{ ...GOOD, contactor: { ...GOOD.contactor, bus: 'cabinet' } }, /two devices on the bus "cabinet" the unit 1/],
    [{ ...GOOD, contactor: { ...GOOD.contactor, closedWhen: true } }, /wrong at \/contactor\/closedWhen/],
    [{ ...GOOD, buses: { cabinet: { serial: 'ttyUSB0' } } }, /wrong at \/buses/],
    [{ ...GOOD, buses: {} }, /wrong at \/buses/],
    [{ ...GOOD, silence: { afterSeconds: 1, contactor: 'stays' } }, /wrong at \/silence\/afterSeconds/],
    [{ ...GOOD, more: 1 }, /wrong at/],
    [[], /wrong at the file itself/],
  ];
  for (const [value, sentence] of cases) {
    const refuses = (error: unknown) => {
      assert.ok(error instanceof WrongUse);
      assert.match(error.message, sentence);
      assert.match(error.message, /^[^\n]*\.$/);
      return true;
    };
    assert.throws(() => parsed(value), refuses, JSON.stringify(value));
  }
  assert.throws(() => parseHardware('{', 'hardware.json'), /is no JSON/);
});
