import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EASTRON_MODELS, type EastronModel, eastronBlocks, eastronReading } from './eastron.ts';

/** Blocks of a device whose registers hold these float32 values, by address, and 0 elsewhere. */
function blocksOf(model: EastronModel, values: Readonly<Record<number, number>>): Uint8Array[] {
  return eastronBlocks(model).map(({ address, count }) => {
    const bytes = new Uint8Array(2 * count);
    for (const [at, value] of Object.entries(values)) {
      const offset = 2 * (Number(at) - address);
      if (offset >= 0 && offset < bytes.length) new DataView(bytes.buffer).setFloat32(offset, value);
    }
    return bytes;
  });
}

const ONE = { 0: 230.4, 6: 4.26, 12: 950.5, 24: 120, 70: 50, 72: 12.345, 74: 0.5 };

test('a device of one phase says what its registers hold, energies to the watt-hour', () => {
  for (const model of ['sdm120', 'sdm220', 'sdm230'] as const) {
    assert.deepEqual(eastronReading(model, blocksOf(model, ONE)), {
      importDeciWattHours: 123_450,
      exportDeciWattHours: 5_000,
      watts: 950.5,
      vars: 120,
      deciAmperes: 43,
      millivolts: 230_400,
    });
  }
});

test('a device of three phases gives its sums, and of current and voltage the phase that has most', () => {
  const values = {
    ...{ 0: 229, 2: 231.5, 4: 230, 6: 1, 8: 2, 10: 9.5 },
    ...{ 52: -2_500, 60: 300, 72: 20_000.125, 74: 1 },
  };
  assert.deepEqual(eastronReading('sdm630', blocksOf('sdm630', values)), {
    // A float32 of 20,000 kWh steps by 1.95 Wh.
    importDeciWattHours: 200_001_250,
    exportDeciWattHours: 10_000,
    watts: -2_500,
    vars: 300,
    deciAmperes: 95,
    millivolts: 231_500,
  });
});

test('over the whole range a register that rises never gives a reading that falls, and nothing is lost in the sum', () => {
  const kwh = new Float32Array([16_383.9]);
  const bits = new Uint32Array(kwh.buffer);
  const first = eastronReading('sdm120', blocksOf('sdm120', { 72: kwh[0] as number }))?.importDeciWattHours ?? 0;
  let last = first;
  for (let i = 0; i < 2_000; i++) {
    bits[0] = (bits[0] as number) + 1;
    const reading = eastronReading('sdm120', blocksOf('sdm120', { 72: kwh[0] as number }));
    assert.ok(reading !== undefined && reading.importDeciWattHours >= last);
    last = reading.importDeciWattHours;
  }
  assert.ok(Math.abs(last - first - ((kwh[0] as number) - 16_383.9) * 1e4) <= 20);
});

test('what no such device says is no reading: no numbers, energies below nothing, and blocks of another length', () => {
  for (const model of EASTRON_MODELS) {
    const good = blocksOf(model, ONE);
    assert.ok(eastronReading(model, good) !== undefined);
    assert.equal(eastronReading(model, good.slice(1)), undefined);
    assert.equal(eastronReading(model, [good[0] as Uint8Array, (good[1] as Uint8Array).subarray(2)]), undefined);
    const energies = [0x48, 0x4a].flatMap((at) =>
      [Number.NaN, -0.5, Number.POSITIVE_INFINITY, 2e8].map((value) => [at, value]),
    );
    const power = model === 'sdm630' ? 0x34 : 0x0c;
    for (const [at, value] of [...energies, [power, Number.NaN], [power, 1e9], [0x06, Number.NaN], [0x00, 1e30]] as [
      number,
      number,
    ][]) {
      assert.equal(
        eastronReading(model, blocksOf(model, { ...ONE, [at]: value })),
        undefined,
        `${model} ${at} ${value}`,
      );
    }
  }
});
