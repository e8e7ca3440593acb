import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../../src/simulation/index.ts';
import { FUZZ_TARGETS, NOT_FUZZED } from './targets.ts';

const SRC = resolve(import.meta.dirname, '../../src');
/** How functions are called that read what comes from outside. */
const DECODER =
  /^(decode|decompress|parse|open|read|unwrap|import|from)[A-Z]|(Receive|Open|UnwrapKey|FromJson|FromBytes?)$/;
/** A machine that is a class: whoever steps it gives it what comes from outside. */
const isMachine = (value: { prototype?: unknown }): boolean =>
  typeof value.prototype === 'object' && value.prototype !== null && 'step' in value.prototype;
/** Inputs to each here; the slow part gives them a million. */
const INPUTS = 200;

/** Every function that a room shows to others, by `room.name`; an adapter is its own border. */
async function exportedFunctions(): Promise<Map<string, { prototype?: unknown }>> {
  const borders = globSync(['*/{index,ports,services,types}.ts', 'adapters/*.ts'], { cwd: SRC });
  const functions = new Map<string, { prototype?: unknown }>();
  for (const path of borders.filter((border) => !/\.(test|testing)\.ts$/.test(border))) {
    const [room = ''] = path.split(sep);
    const border = (await import(join(SRC, path))) as Record<string, unknown>;
    for (const [name, value] of Object.entries(border)) {
      if (typeof value === 'function') functions.set(`${room}.${name}`, value as { prototype?: unknown });
    }
  }
  return functions;
}

test('every function of a border that reads what comes from outside is fuzzed, or stands with its reason among those that are not', async () => {
  const functions = await exportedFunctions();
  const exported = [...functions.keys()];
  const decoders = exported.filter((name) => DECODER.test(name.slice(name.indexOf('.') + 1)));
  const machines = exported.filter((name) => isMachine(functions.get(name) as { prototype?: unknown }));
  assert.ok(machines.length >= 2, `only ${machines.length} machines were found`);
  assert.ok(decoders.length > 40, `only ${decoders.length} decoders were found`);
  const named = [...Object.keys(FUZZ_TARGETS), ...Object.keys(NOT_FUZZED)];
  assert.deepEqual(
    [...decoders, ...machines].filter((name) => !named.includes(name)),
    [],
    'to be added to test/fuzz/targets.ts',
  );
  const borders = named.filter((name) => name.includes('.'));
  assert.deepEqual(
    borders.filter((name) => !exported.includes(name)),
    [],
    'no border has these any more',
  );
  assert.deepEqual(
    borders.filter((name) => name in FUZZ_TARGETS && name in NOT_FUZZED),
    [],
  );
});

for (const [name, { examples, draw, decode, saysNoReason }] of Object.entries(FUZZ_TARGETS)) {
  test(`${name} takes what is true, and ${INPUTS} other inputs without throwing`, async () => {
    for (const example of examples) {
      const value = await decode(example as never);
      assert.ok(value !== undefined && !isRefused(value), `an example was refused: ${JSON.stringify(value)}`);
    }
    const random = seededRandom(`${name}, briefly`);
    let refused = 0;
    for (let i = 0; i < INPUTS; i++) if (isRefused(await decode(draw(random) as never))) refused += 1;
    assert.ok(saysNoReason || refused > INPUTS / 10, `only ${refused} of ${INPUTS} were refused`);
  });
}

const isRefused = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && 'reason' in value);
