import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rig } from '../../src/host/rig.testing.ts';
import { milliseconds, svpmsn } from '../../src/units/index.ts';
import { STORES } from './stores.testing.ts';

for (const { name, skip, open } of STORES) {
  test(`${name}: leases of whoever is gone are released, and nothing else of what is to be done`, {
    skip,
  }, async () => {
    const { store, clean } = await open();
    try {
      const rig = new Rig(store);
      for (const id of [3, 5]) await rig.enrol(id);
      const [a, b] = [svpmsn(3), svpmsn(5)];
      const [at, later] = [milliseconds(9_000), milliseconds(70_000)];
      const row = { localUnit: 1, lane: 0, dueAt: later, attempts: 2, leased: true } as const;
      const put = (leased: boolean) =>
        store.transaction((tx) => tx.putWork([a, b].map((id) => ({ ...row, svpmsn: id, leased }))));
      const rows = () => store.read((tx) => tx.workOf([a, b]));
      await put(true);
      await store.transaction((tx) => tx.releaseLeases({ now: at, but: new Set([b]) }));
      assert.deepEqual(await rows(), [
        { ...row, svpmsn: a, dueAt: at, leased: false },
        { ...row, svpmsn: b },
      ]);
      await put(false);
      await store.transaction((tx) => tx.releaseLeases({ now: at, but: new Set() }));
      assert.deepEqual(await rows(), [
        { ...row, svpmsn: a, leased: false },
        { ...row, svpmsn: b, leased: false },
      ]);
    } finally {
      await store.close();
      clean();
    }
  });
}
