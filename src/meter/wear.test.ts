import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AT } from '../card/bench.testing.ts';
import { Command } from '../exchange/index.ts';
import { DEFAULT_SUPPLY_POLICY, encodeEventRequest } from '../records/index.ts';
import { type SupplyIndex, unixSeconds } from '../units/index.ts';
import { benchTable, command, createBench, credit, live, restart, startBench } from './board.testing.ts';
import { benchTicket, cardWith, loadInto, visit } from './card-slot.testing.ts';
import { levelsOf, type MeterMemory, type Nvm, stepEnergy, stepVoltage } from './index.ts';

/** What a cell of ordinary FRAM or EEPROM is good for at the least. */
const CELL_WRITES_MAX = 1_000_000;
const YEARS = 20;

class CountingNvm implements Nvm {
  readonly bytes: Uint8Array;
  readonly writes: Uint32Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.writes = new Uint32Array(bytes.length);
  }

  write(address: number, source: Uint8Array, from: number, length: number): void {
    for (let i = 0; i < length; i++) {
      this.bytes[address + i] = source[from + i] as number;
      this.writes[address + i] = (this.writes[address + i] as number) + 1;
    }
  }
}

/**
 * Four supplies; every six hours a credit and a card that gives value, every hour a poll, a power cut a day. Typical:
 * 8 kWh a day on each at the default table. Heavy: 14.5 kW (63 A) on each, day and night, at 30 tokens a kWh and 200 %,
 * which no dwelling has.
 */
for (const { name, minuteEnergy, unitCharge, days } of [
  { name: 'typical', minuteEnergy: 5555, unitCharge: 25_000, days: 10 },
  { name: 'heavy', minuteEnergy: 241_500, unitCharge: 30_000, days: 4 },
]) {
  test(`at ${name} use no cell of any memory is written a million times in twenty years`, (t) => {
    const supplies = [1, 2, 3, 4] as const;
    const policy = { ...DEFAULT_SUPPLY_POLICY, supplies: supplies.map(() => ({ load: null, overCurrent: null })) };
    const tables = supplies.map((supply) => benchTable(supply, 1, unitCharge));
    const { memory } = createBench({ tables, policy });
    const counted = {
      nvm: new CountingNvm(memory.nvm.bytes),
      sam: new CountingNvm(memory.sam.bytes),
      svm: new CountingNvm(memory.svm.bytes),
    } satisfies MeterMemory;
    const bench = startBench(counted, { supplyCount: 4 });
    const card = cardWith(1_000, { ticket: benchTicket({ expiry: unixSeconds(AT + 365 * 86_400) }) });
    for (let hour = 0; hour < days * 24; hour++) {
      if (hour % 6 === 0) credit(bench, 60_000);
      if (hour % 6 === 3) {
        if (hour > 3) loadInto(card, (hour + 3) / 6, 1_000);
        visit(bench, card);
      }
      if (hour % 24 === 13) restart(bench, { afterMs: 90_000 });
      command(bench, Command.events, encodeEventRequest({ from: bench.meter.events.next, limit: 32 }));
      for (let minute = 0; minute < 60; minute++) {
        for (const supply of [2, 3, 4] as const) {
          stepEnergy(bench.meter, supply as SupplyIndex, minuteEnergy as never, bench.now, bench.out);
        }
        for (const supply of supplies) stepVoltage(bench.meter, supply, 230_000, bench.now + 60_000);
        live(bench, 1, minuteEnergy);
      }
    }
    assert.equal(levelsOf(bench.meter).frozen, 0);
    assert.ok(levelsOf(bench.meter).used > 1000);
    assert.equal(levelsOf(bench.meter).fromCards, days * 4 * 1_000);
    for (const [chip, { writes }] of Object.entries(counted)) {
      const most = writes.reduce((high, each) => Math.max(high, each), 0);
      const inTwentyYears = Math.ceil((most / days) * 365.25 * YEARS);
      t.diagnostic(`${chip}: ${inTwentyYears} writes of the busiest cell (${writes.indexOf(most)})`);
      assert.ok(inTwentyYears < CELL_WRITES_MAX, `${chip}: ${inTwentyYears}`);
    }
  });
}
