import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyUse } from './key-use.ts';
import { MemoryStore } from './memory.ts';
import { Rig } from './rig.testing.ts';

test('a meter is behind when another of its suite uses a newer key of that purpose', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.host.start();
  for (const number of [3, 4, 5]) await rig.enrol(number);
  const [first, second, third] = (await rig.host.meters()).map(({ meter }) => meter);
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const changed = { ...second, valueGeneration: second.valueGeneration + 1 };
  const { suite } = first;
  const [value, control] = keyUse([first, changed, third]);
  assert.deepEqual(value, {
    ...{ purpose: 'value', suite },
    generations: [
      { generation: 1, meters: 1 },
      { generation: 0, meters: 2 },
    ],
    behind: [
      { svpmsn: 3, generation: 0 },
      { svpmsn: 5, generation: 0 },
    ],
  });
  assert.deepEqual(control, { purpose: 'control', suite, generations: [{ generation: 0, meters: 3 }], behind: [] });
  assert.deepEqual(keyUse([]), []);
});
