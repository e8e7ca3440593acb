import assert from 'node:assert/strict';
import { type BackhaulMessage, decodeEnvelope, encodeEnvelope } from '../../src/backhaul/index.ts';
import {
  type AreaConnection,
  AreaUnit,
  type AreaUnitInput,
  type AreaUnitOutput,
} from '../../src/concentrator/index.ts';
import { WORLD_BEGINS_MS, World } from '../../src/concentrator/unit-world.testing.ts';
import { Suite } from '../../src/crypto/index.ts';
import { MemoryStore } from '../../src/host/index.ts';
import { Rig } from '../../src/host/rig.testing.ts';
import { AttentionReason } from '../../src/records/index.ts';
import type { SeededRandom } from '../../src/simulation/index.ts';
import { milliseconds, U16_MAX, UNIX_MS_MAX } from '../../src/units/index.ts';
import { drawMessage, KNOWN_METERS } from './messages.ts';

/** A message, or what else may happen, and how long it is until the next. */
interface Step {
  readonly what: BackhaulMessage | 'up' | 'down' | 'alarm' | 'loss';
  /** Which connection or local unit, where there are several. */
  readonly which: number;
  readonly waitMs: number;
}

export interface Life {
  readonly seed: number;
  readonly steps: readonly Step[];
}

export function drawLife(random: SeededRandom): Life {
  const one = <T>(items: readonly T[]): T => items[random.below(items.length)] as T;
  const steps = Array.from({ length: 1 + random.below(8) }, (): Step => {
    const what = random.chance(0.7) ? drawMessage(random) : one(['up', 'down', 'alarm', 'loss'] as const);
    return { what, which: random.below(3), waitMs: one([0, 60, 1_000, 20_000]) };
  });
  return { seed: random.below(2 ** 31), steps };
}

/** A life in which nothing unusual happens. */
export const QUIET_LIFE: Life = { seed: 1, steps: [{ what: 'alarm', which: 0, waitMs: 5_000 }] };

/** Outputs of one step: what waited for the connection, carries that a new map ends, and a few more. */
const OUTPUTS_MAX = 4_096;
/** Steps in a time: frames and timers of the line, and a wake for each. */
const stepsMax = (ms: number): number => 100 + ms / 5;
/** An energy meter reads the transformer so often. */
const MEASURED_EVERY_MS = 7_000;

const SUITES = Object.values(Suite);

/** A local unit on a line with real meters, whose numbers stand at their ends, and a host that says anything. */
export function livedByLocalUnit({ seed, steps }: Life): number {
  const suite = SUITES[seed % SUITES.length] as Suite;
  const world = new World({ seed, meters: KNOWN_METERS.length, suite });
  const { unit } = world;
  const step = unit.step.bind(unit);
  let count = 0;
  unit.step = (input, out) => {
    let outputs = 0;
    count += 1;
    step(input, {
      push(output) {
        outputs += 1;
        assert.ok(outputs <= OUTPUTS_MAX, 'a step ends');
        out.push(output);
      },
    });
  };
  // In the suite of the seed a meter has no attention, and tells only the years 2000 to 2099.
  const plain = suite === Suite.tripleDes;
  for (const [i, meter] of plain ? [] : world.meters.entries()) {
    meter.lastDay = [meter.lastDay, 0, U16_MAX][(seed + i) % 3] as number;
    meter.clockErrorMs = [0, 100_000 - WORLD_BEGINS_MS, UNIX_MS_MAX - WORLD_BEGINS_MS - 1e9][(seed + i) % 3] as number;
  }
  const measured = () => world.step({ type: 'measured', now: world.now, energy: 5 as never });
  world.connect();
  for (const { what, which, waitMs } of steps) {
    const meter = world.meters[which];
    if (what === 'up') world.connect();
    else if (what === 'down') world.step({ type: 'backhaul-down', now: world.now });
    else if (what === 'alarm' && !plain) meter?.raise(AttentionReason.bypass);
    else if (what === 'loss') meter?.loseMemory();
    else if (what === 'alarm') continue;
    else world.tell(what);
    for (let ms = 0; ms < waitMs; ms += MEASURED_EVERY_MS) world.time.at(world.time.now + ms, measured);
    count = 0;
    world.time.runUntil(world.time.now + waitMs);
    assert.ok(count <= stepsMax(waitMs), `${count} steps in ${waitMs} ms`);
  }
  return world.said.length;
}

/** An area unit between a host and local units that say anything, connect and go. */
export function livedByAreaUnit({ steps }: Life): number {
  const unit = new AreaUnit(1);
  let now = WORLD_BEGINS_MS;
  let said = 0;
  const give = (input: AreaUnitInput) => {
    const outputs: AreaUnitOutput[] = [];
    unit.step(input, outputs);
    for (const output of outputs) {
      if (output.type === 'send') assert.ok(!('reason' in decodeEnvelope(output.bytes)), 'it says what can be decoded');
    }
    assert.ok(outputs.length <= unit.localUnits + OUTPUTS_MAX);
    said += outputs.length;
  };
  const tell = (connection: AreaConnection, localUnit: number, message: BackhaulMessage) => {
    const bytes = encodeEnvelope({ localUnit, message });
    give({ type: 'message', now: milliseconds(now), connection, bytes });
  };
  const connect = (connection: AreaConnection) => {
    give({ type: 'up', now: milliseconds(now), connection });
    if (connection === 'host') tell('host', 0, { type: 'hello', version: 1, kind: 'host', id: 1 });
    else tell(connection, 0, { type: 'hello', version: 1, kind: 'local-unit', id: connection });
  };
  connect(1);
  for (const { what, which, waitMs } of steps) {
    const connection = which === 0 ? 'host' : which;
    if (what === 'up' || what === 'alarm' || what === 'loss') connect(connection);
    else if (what === 'down') give({ type: 'down', now: milliseconds(now), connection });
    else for (const localUnit of [0, 1, 2]) tell(connection, localUnit, what);
    now += waitMs;
  }
  for (const connection of [1, 2, 'host'] as const) connect(connection);
  return said;
}

/** A host with meters, to which local units say anything. */
export async function livedByHost({ seed, steps }: Life): Promise<number> {
  const rig = new Rig(new MemoryStore(), { seed });
  for (const [i, id] of KNOWN_METERS.entries())
    await rig.enrol(id, { suite: SUITES[(seed + i) % SUITES.length] as Suite });
  for (const { what, which, waitMs } of steps) {
    if (typeof what !== 'string') await rig.host.handle({ type: 'grid', localUnit: which, message: what });
    rig.clock.ms += waitMs;
    await rig.host.handle({ type: 'tick' });
    await rig.pump();
  }
  assert.ok(rig.told.length <= OUTPUTS_MAX);
  return rig.told.length;
}
