import { test } from 'node:test';
import { CardLife } from './card-lives.testing.ts';
import { MemoryStore } from './memory.ts';

const SEEDS = 12;
const STEPS = 60;

/** With its seed, which repeats it. */
async function lived(seed: number, end: (life: CardLife) => Promise<void>): Promise<void> {
  try {
    const life = await CardLife.of(new MemoryStore(), seed);
    await life.live(STEPS);
    await end(life);
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
  }
}

test('whatever is lost, doubled or late, and whoever dies, each token of a card is loaded, spent and booked once', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) await lived(seed, (life) => life.heal());
});

test('of a card that is lost at any moment no token is given twice, and none is kept', async () => {
  for (let seed = 101; seed <= 100 + SEEDS; seed++) await lived(seed, (life) => life.lose());
});
