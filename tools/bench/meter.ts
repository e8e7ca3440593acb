import assert from 'node:assert/strict';
import { deriveTerminalKey, keyBytesOf, keyName, Purpose, Suite, type TerminalKey } from '../../src/crypto/index.ts';
import {
  Command,
  encodeValueCommand,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  ValueOp,
} from '../../src/exchange/index.ts';
import {
  levelsOf,
  type Meter,
  type MeterAnswer,
  type MeterMemory,
  type MeterOutputs,
  personalise,
  startMeter,
  stepEnergy,
  stepFrame,
  stepTime,
} from '../../src/meter/index.ts';
import { DEFAULT_SUPPLY_POLICY } from '../../src/records/index.ts';
import { createHousehold, FAMILY_HOME, minuteByMinute, seededRandom } from '../../src/simulation/index.ts';
import { compileTariff, DEFAULT_TARIFF, offsetTable } from '../../src/tariff/index.ts';
import { type MilliwattHours, svpmsn, tokens, unixSeconds } from '../../src/units/index.ts';

const BEGINS_MS = Date.UTC(2026, 2, 2);
const ZONE = 'Asia/Seoul';
const ID = svpmsn(0x0a1b2c);
const UTILITY = 1;
const CREDIT = tokens(2_000_000_000);
const MINUTE_MS = 60_000;
const LOAD_DAYS = 28;

/** Lives so many minutes from where the meter stands, its household's loads again and again. */
export function liveOn(meter: Meter, loads: Uint32Array, minutes: number, out: MeterOutputs): void {
  let now = meter.now;
  for (let minute = 0, at = 0; minute < minutes; minute++) {
    now += MINUTE_MS;
    stepEnergy(meter, 1, loads[at] as MilliwattHours, now, out);
    stepTime(meter, now, out);
    at = at + 1 === loads.length ? 0 : at + 1;
  }
}

/** Energy of each minute of some weeks of a family, in mWh. */
export function householdLoads(): Uint32Array {
  const energy = minuteByMinute(createHousehold(FAMILY_HOME, seededRandom('load')));
  const first = BEGINS_MS / MINUTE_MS;
  return Uint32Array.from({ length: LOAD_DAYS * 1440 }, (_, minute) => energy(first + minute));
}

/** The host's key of one purpose of the meter. */
export function keyOf(purpose: Purpose, suite: Suite): TerminalKey {
  const kh = new Uint8Array(keyBytesOf(suite));
  seededRandom(`KH ${purpose}`).fill(kh);
  return deriveTerminalKey(kh, keyName(purpose, suite, 0), ID, UTILITY);
}

/** A meter from the workshop, with its household tariff and more credit than it can use. */
export function creditedMeter(memory: MeterMemory, out: MeterOutputs, suite: Suite = Suite.aes128): Meter {
  const offsets = offsetTable(ZONE, new Date(BEGINS_MS).getUTCFullYear(), 2);
  if ('reason' in offsets) throw new Error(offsets.sentence);
  const table = compileTariff(DEFAULT_TARIFF, { supply: 1, version: 0, validFrom: unixSeconds(0), offsets });
  if ('reason' in table) throw new Error(table.sentence);
  const lab = suite === Suite.tripleDes;
  const purposes = Object.values(Purpose).filter((purpose) => !lab || purpose !== Purpose.maintenance);
  const keys = purposes.map((purpose) => keyOf(purpose, suite));
  const policy = { ...DEFAULT_SUPPLY_POLICY, lowBalance: tokens(0) };
  const now = BEGINS_MS;
  personalise(memory, { svpmsn: ID, keys, tables: [table], policy, unixMs: now, now }, seededRandom('workshop'));
  const meter = startMeter(memory, 1, seededRandom('meter'), { now, ...(lab ? { labSessions: 1 } : {}) }, out);

  const session = openHostSession(keyOf(Purpose.value, suite), Command.valueStore, seededRandom('host'));
  hostReceive(session, answered(stepFrame(meter, hostFirst(session), now, out)));
  const command = { op: ValueOp.credit, counter: 1, txid: new Uint8Array(8), amount: CREDIT };
  const [third] = hostCommand(session, encodeValueCommand(suite, command)) as [Uint8Array];
  answered(stepFrame(meter, third, now, out));
  assert.equal(levelsOf(meter).stored, CREDIT);
  return meter;
}

function answered(answer: MeterAnswer): Uint8Array {
  assert.ok(answer.type === 'frame', `the meter answers, and not ${answer.type}`);
  return answer.frame;
}

export const quiet = (): MeterOutputs => ({
  relay: () => undefined,
  buzzer: () => undefined,
  loadControl: () => undefined,
  throttle: () => undefined,
  card: () => undefined,
  attention: () => undefined,
  wake: () => undefined,
});
