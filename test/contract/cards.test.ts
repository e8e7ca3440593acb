import { test } from 'node:test';
import { CardLife } from '../../src/host/card-lives.testing.ts';
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
