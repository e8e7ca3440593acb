import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../../src/crypto/index.ts';
import { createHost } from '../../src/host/index.ts';
import { Rig } from '../../src/host/rig.testing.ts';
import { STORES } from './stores.testing.ts';

const YEAR_MS = 365 * 86_400_000;
const METERS = 12;
const AT_ONCE = 5;

for (const { name, skip, open } of STORES) {
  test(`${name}: two hosts that rotate keys in the same instant order each meter once, and never more than they may`, {
    skip,
  }, async () => {
    const { store, clean } = await open();
    try {
      const rig = new Rig(store);
      const timing = { everyMs: YEAR_MS, metersAtOnce: AT_ONCE, refusedMax: 0 };
      const settings = { zone: 'UTC', metersMax: 100, rotation: { value: timing } };
      const hosts = [1, 2].map(() => createHost(rig.portsOf(), settings));
      [rig.host] = hosts as [(typeof hosts)[0]];
      for (let id = 1; id <= METERS; id++) await rig.enrol(id);
      rig.clock.ms += YEAR_MS;
      for (let minute = 0; minute < 30; minute++) {
        rig.clock.ms += 60_000;
        if (minute === 0) for (const id of rig.meters.keys()) await rig.poll(id, {});
        await Promise.all(hosts.map((host) => host.rotateDueKeys()));
        const commands = await Promise.all([...rig.meters.keys()].map((id) => rig.host.commands(id)));
        const open = commands.flat().filter(({ slot, state }) => slot === 'key-value' && state === 'waiting');
        assert.ok(open.length <= AT_ONCE, `${open.length} at once`);
        await rig.host.handle({ type: 'tick' });
        await rig.pump();
      }
      const ordered = [...rig.meters.values()].map(({ controlled }) => controlled.filter(({ h }) => h === 0x2f).length);
      assert.deepEqual(ordered, Array(METERS).fill(1));
      const rows = await rig.host.keyRotations();
      const row = rows.find(({ suite }) => suite === Suite.aes128);
      assert.deepEqual([row?.state, row?.generation, row?.counts?.there], ['given', 1, METERS]);
      const begun = (await store.read((tx) => tx.audit.page({ limit: 20 }))).filter(({ detail }) =>
        detail.includes('"giving"'),
      );
      assert.equal(begun.length, 1, 'it began once');
    } finally {
      await store.close();
      clean();
    }
  });
}
