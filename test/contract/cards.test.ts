import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CardLife } from '../../src/host/card-lives.testing.ts';
import { CardRig } from '../../src/host/card-rig.testing.ts';
import { STORES } from './stores.testing.ts';

const STEPS = 30;

for (const { name, skip, open } of STORES) {
  test(`${name}: a card lives, is lost and is replaced, and every token is where the books say`, { skip }, async () => {
    const { store, clean } = await open();
    try {
      const life = await CardLife.of(store, 7);
      await life.live(STEPS);
      await life.heal();
      await life.live(STEPS);
      await life.lose();
    } finally {
      await store.close();
      clean();
    }
  });
}

for (const { name, skip, open } of STORES) {
  test(`${name}: a sale to a card has a signed receipt at once, and another of what became of it`, {
    skip,
  }, async () => {
    const { store, clean } = await open();
    try {
      const rig = await CardRig.open({ store });
      await rig.buy('loaded', 700);
      await rig.buy('voided', 90);
      const [sold, ...none] = await rig.receipts('loaded');
      assert.deepEqual(none, []);
      assert.deepEqual([sold?.head.state, sold?.head.total, sold?.payment?.method], ['sold', 700, 'cash']);
      assert.deepEqual(sold?.order?.card, { number: '04a1b2c3d4e5f6', region: 'gas', provider: 'Gas' });
      assert.deepEqual(sold?.order?.lines, [{ kind: 'value', amount: 700, label: undefined }]);
      await rig.void('voided');
      await rig.serve();
      const [, stored, ...more] = await rig.receipts('loaded');
      assert.deepEqual(more, []);
      assert.deepEqual(
        [stored?.head.state, stored?.head.corrects, stored?.order?.counter],
        ['stored', sold?.head.number, 1],
      );
      const states = (await rig.receipts('voided')).map(({ head }) => head.state);
      assert.deepEqual(states, ['sold', 'refunded']);
      const due = await store.read((tx) => tx.receiptsDue.page({ limit: 9 }));
      assert.deepEqual(due, [], 'nothing is signed twice');
    } finally {
      await store.close();
      clean();
    }
  });
}
