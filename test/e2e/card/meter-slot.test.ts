import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MeterFile, newMeterFile } from '../../../src/cli/meter-file.ts';
import { Command } from '../../../src/exchange/index.ts';
import { command, createBench, live, startBench } from '../../../src/meter/board.testing.ts';
import { blankMemory, levelsOf } from '../../../src/meter/index.ts';
import { encodeClockSet } from '../../../src/records/index.ts';
import { unixSeconds } from '../../../src/units/index.ts';
import { lacks, Pcscd } from './pcscd.ts';

const MAIN = new URL('../../../src/cli/main.ts', import.meta.url).pathname;
const SERVE = new URL('./serve-purse.ts', import.meta.url).pathname;

for (const commands of [3, 7]) {
  test(`a meter that runs takes the value of a card in a PC/SC reader once, though it is pulled after ${commands} commands`, {
    skip: lacks,
  }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'wattpurse-slot-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'm.wpm');
    const memory = blankMemory();
    createBench({ memory });
    const seconds = unixSeconds(Math.floor(Date.now() / 1000));
    const clockSet = encodeClockSet({ seconds, milliseconds: 0 });
    const bench = startBench(memory, { now: Date.now() });
    command(bench, Command.clockSet, clockSet);
    live(bench, 1, 0);
    writeFileSync(path, newMeterFile(memory), { mode: 0o600 });
    const pcscd = await Pcscd.start(t);
    const run = ['meter', 'run', path, '--line', '127.0.0.1:9', '--address', '7', '--reader', 'Virtual PCD 00 00'];
    const meter = pcscd.start(t, process.execPath, [MAIN, ...run]);
    await meter.saidLike(/Meter 0A1B2C runs: balance 0/i);
    const card = pcscd.start(t, process.execPath, [SERVE, '700', String(commands)]);
    await card.said('pulled');
    await meter.saidLike(/Now balance 700, relay closed/);
    card.endInput();
    assert.equal((await card.ended()).at(-1), 'on the card: 0');
    meter.stop();
    const lines = await meter.ended();
    assert.match(lines.at(-1) ?? '', /Stopped: balance 700/);
    const file = MeterFile.open(path);
    const { meter: left } = startBench(file.memory, { now: Date.now() });
    file.close();
    const { fromCards, frozen } = levelsOf(left);
    assert.deepEqual({ fromCards, frozen }, { fromCards: 700, frozen: 0 });
  });
}
