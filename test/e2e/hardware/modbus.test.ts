import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { eastronBlocks, eastronReading } from '../../../src/adapters/eastron.ts';
import { freePort } from '../../../src/adapters/free-port.testing.ts';
import { MeterFile, newMeterFile } from '../../../src/cli/meter-file.ts';
import { Child } from '../../../src/cli/running.testing.ts';
import { Command } from '../../../src/exchange/index.ts';
import { type Bench, command, createBench, credit, startBench } from '../../../src/meter/board.testing.ts';
import { blankMemory, levelsOf } from '../../../src/meter/index.ts';
import { decodeEventAnswer, EventKind, encodeEventRequest } from '../../../src/records/index.ts';
import { Devices, lacks, Mbpoll, SerialPairs, until } from './parts.ts';

const skip = lacks;
const TOKENS = 30;

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-hardware-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A meter in a file, with value in its purse. */
function layMeter(folder: string, tokens = TOKENS): void {
  const memory = blankMemory();
  credit(createBench({ memory }), tokens);
  writeFileSync(join(folder, 'm.wpm'), newMeterFile(memory), { mode: 0o600 });
}

/** The meter that a process has left, on the bench. */
function left(folder: string, now: number): { readonly bench: Bench; readonly told: readonly EventKind[] } {
  const file = MeterFile.open(join(folder, 'm.wpm'));
  const bench = startBench(file.memory, { now });
  const answer = decodeEventAnswer(command(bench, Command.events, encodeEventRequest({ from: 1, limit: 255 })));
  file.close();
  assert.ok(!('reason' in answer));
  return { bench, told: answer.events.map(({ kind }) => kind) };
}

interface Site {
  readonly devices: Devices;
  readonly buses: Record<string, unknown>;
  readonly coil: () => boolean | Promise<boolean>;
  readonly move: (on: boolean) => unknown;
}

const sites: readonly {
  readonly name: string;
  readonly model: string;
  build(t: TestContext, folder: string): Promise<Site>;
}[] = [
  {
    name: 'over TCP, watched by mbpoll',
    model: 'sdm230',
    async build(t) {
      const port = await freePort();
      const devices = new Devices(t, 'tcp', String(port));
      const mbpoll = new Mbpoll(port);
      const buses = { board: { host: '127.0.0.1', port } };
      return { devices, buses, coil: () => mbpoll.coil(), move: (on) => mbpoll.write(on) };
    },
  },
  {
    name: 'over a serial line',
    model: 'sdm630',
    async build(t, folder) {
      const { ours, theirs } = await new SerialPairs(t, folder).make('bus');
      const devices = new Devices(t, 'serial', theirs, '9600');
      const buses = { board: { serial: ours, baud: 9_600 } };
      return { devices, buses, coil: () => devices.coil(), move: (on) => devices.set({ coil: [0, on] }) };
    },
  },
];

for (const { name, model, build } of sites) {
  test(`a meter measures and switches through Modbus ${name}: it spends, opens, holds its coil, and says what it lacks`, {
    skip,
  }, async (t) => {
    const folder = folderOf(t);
    layMeter(folder);
    const { devices, buses, coil, move } = await build(t, folder);
    const hardware = {
      buses,
      measuring: { bus: 'board', unit: 1, model, wattsMax: 1_000_000 },
      contactor: { bus: 'board', unit: 2, coil: 0, closedWhen: 'on' },
      silence: { afterSeconds: 5, contactor: 'opens' },
    };
    writeFileSync(join(folder, 'hardware.json'), JSON.stringify(hardware));
    await devices.set({ volts: 230.5, amperes: 4, watts: 900, sumWatts: 900, importKwh: 100 });
    const run = ['meter', 'run', 'm.wpm', '--line', '127.0.0.1:9', '--address', '7', '--hardware', 'hardware.json'];
    const meter = new Child(folder, run);
    t.after(() => meter.stop('SIGKILL'));
    await meter.said(/shows 100\.000 kWh/);
    await until(coil, 'the contactor closes');

    // 15 tokens a kWh, at the step of the hour: some of it is spent, and what was there before is not.
    await devices.set({ importKwh: 100.4 });
    const balance = Number(await meter.said(/Now balance (\d+), relay closed/));
    assert.ok(balance < TOKENS && balance >= TOKENS - 18, `${balance}`);

    // A board that lost its power has forgotten its coil.
    await move(false);
    await until(coil, 'the coil is set again');

    // Nothing that measures answers: this one opens, and closes when it is heard again.
    await devices.set({ deaf: [1] });
    await meter.said(/does not answer, because no answer came/);
    await meter.said(/Nothing is measured: the contactor is opened/);
    await until(async () => !(await coil()), 'the contactor opens');
    await devices.set({ deaf: [] });
    await meter.said(/answers again/);
    await until(coil, 'the contactor closes again');

    await devices.set({ importKwh: 7 });
    await meter.said(/shows 7\.000 kWh, which cannot have flowed/);
    // It counts on from there, until the purse is empty.
    for (let kwh = 8; !meter.lines.some((line) => /relay open/.test(line)); kwh++) {
      const from = meter.lines.length;
      await devices.set({ importKwh: kwh });
      await meter.said(/Now balance \d+/, from);
    }
    await until(async () => !(await coil()), 'the contactor opens');
    await move(true);
    await until(async () => !(await coil()), 'nobody closes it from outside');
    assert.equal(await meter.stop(), 0);
    assert.equal(await coil(), false, 'it stays where it is');

    const { bench, told } = left(folder, Date.now());
    assert.equal(levelsOf(bench.meter).used, TOKENS);
    for (const kind of ['partSilentBegun', 'partSilentEnded', 'counterBehind', 'lastGasp'] as const) {
      assert.ok(told.includes(EventKind[kind]), kind);
    }
  });
}

test('mbpoll reads from the same device what the meter reads', { skip }, async (t) => {
  const port = await freePort();
  const devices = new Devices(t, 'tcp', String(port));
  await devices.set({ volts: 229.75, watts: 1234.5, importKwh: 123.456, exportKwh: 3.5 });
  const mbpoll = new Mbpoll(port);
  const { ModbusBus, isModbusFailure } = await import('../../../src/adapters/modbus-bus.ts');
  const bus = await ModbusBus.at({ type: 'tcp', host: '127.0.0.1', port });
  assert.ok(!isModbusFailure(bus));
  const blocks: Uint8Array[] = [];
  for (const { address, count } of eastronBlocks('sdm120')) {
    const block = await bus.readInputs(1, address, count);
    assert.ok(!isModbusFailure(block), JSON.stringify(block));
    blocks.push(block);
  }
  await bus.close();
  const reading = eastronReading('sdm120', blocks);
  assert.ok(reading !== undefined);
  assert.equal(reading.watts, mbpoll.float(0x0c));
  assert.equal(reading.millivolts / 1000, mbpoll.float(0x00));
  assert.equal(reading.importDeciWattHours / 1e4, mbpoll.float(0x48));
  assert.equal(reading.exportDeciWattHours, 35_000);
});
