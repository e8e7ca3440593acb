import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import { MemoryStore, type Store, type StoreReads, type StoreTransaction } from './index.ts';
import { made, Rig } from './rig.testing.ts';

class Killed extends Error {}

/** A store whose process dies at its k-th call, before or after that call was done; dead is dead. */
class MortalStore implements Store {
  calls = 0;
  readonly #store: Store;
  readonly #dieAt: number;

  constructor(store: Store, dieAt: number) {
    this.#store = store;
    this.#dieAt = dieAt;
  }

  get dead(): boolean {
    return this.calls >= this.#dieAt;
  }

  #call(): void {
    if (!this.dead) this.calls += 1;
    if (this.dead) throw new Killed('the process is gone');
  }

  #mortal<T extends object>(tx: T): T {
    return new Proxy(tx, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as object | ((...input: unknown[]) => unknown);
        if (typeof method === 'object') return this.#mortal(method);
        return async (...input: unknown[]) => {
          this.#call();
          return method.apply(target, input);
        };
      },
    });
  }

  async transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    this.#call();
    const result = await this.#store.transaction((tx) => work(this.#mortal(tx)));
    // Committed, and nobody learns of it.
    this.#call();
    return result;
  }

  async read<T>(work: (tx: StoreReads) => Promise<T>): Promise<T> {
    this.#call();
    return this.#store.read((tx) => work(this.#mortal(tx)));
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

/** Sells, takes back, closes; with the host killed at one store call and started anew. Returns how many calls there were. */
async function runWithDeathAt(dieAt: number): Promise<number> {
  const rig = new Rig(new MemoryStore(), { seed: dieAt });
  const meters = [await rig.enrol(1), await rig.enrol(2, { suite: Suite.tripleDesXo })];
  const mortal = new MortalStore(rig.store, dieAt);
  rig.host = rig.newHost(mortal);
  const steps = [
    () => rig.host.start(),
    () => rig.host.sell({ meter: 1, amount: 100, orderId: 'a', source: 'cash' }),
    () => rig.host.sell({ meter: 2, amount: 30, orderId: 'b', source: 'cash' }),
    () => rig.pump(),
    () => rig.host.sell({ meter: 1, amount: 7, orderId: 'c', source: 'cash' }),
    () => rig.host.voidOrder('c'),
    () => rig.settle(60_000),
    () => rig.host.command(1, { type: 'clock-set' }),
    () => rig.host.closePurse({ meter: 2, orderId: 'end' }),
    () => rig.settle(60_000),
  ];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
    if (!mortal.dead) continue;
    // What was in memory, and what was on its way, is gone. Whoever asked asks again.
    rig.host = rig.newHost();
    await rig.host.start();
    await step();
    for (const again of steps) await again();
    break;
  }
  const { calls } = mortal;
  if (!mortal.dead) rig.host = rig.newHost();
  await rig.host.start();
  await rig.settle();
  const state = async (id: string) => made(await rig.host.order(id)).state;
  assert.deepEqual(
    [await state('a'), await state('b'), await state('end')],
    ['stored', 'stored', 'closed'],
    `at ${dieAt}`,
  );
  const taken = await state('c');
  assert.ok(taken === 'refunded' || taken === 'stored', `at ${dieAt}: ${taken}`);
  assert.equal(meters[0]?.credited, taken === 'stored' ? 107 : 100, `at ${dieAt}`);
  assert.equal(meters[1]?.credited, 30, `at ${dieAt}`);
  assert.equal(meters[0]?.controlled.length !== 0, true, `at ${dieAt}`);
  const books = await rig.host.books();
  assert.deepEqual([books.balanced, books.inFlight, books.found], [true, 0n, 0n], `at ${dieAt}`);
  return calls;
}

test('a host killed at any store call, and started anew, confirms every order exactly once', async () => {
  const calls = await runWithDeathAt(Number.MAX_SAFE_INTEGER);
  assert.ok(calls > 150, `${calls} calls`);
  for (let dieAt = 1; dieAt <= calls; dieAt++) await runWithDeathAt(dieAt);
});

test('a host killed while it starts on an older copy has signed that it is one, or signs it when it is started anew', async () => {
  for (let dieAt = 1, died = true; died; dieAt++) {
    let said = 0;
    const signHead = async ({ restored }: { readonly restored?: boolean }) => {
      if (restored === true) said += 1;
    };
    const rig = new Rig(new MemoryStore(), { seed: dieAt, books: { signHead } });
    await rig.enrol(1);
    await rig.store.transaction((tx) => tx.setFact('restored', 1));
    const mortal = new MortalStore(rig.store, dieAt);
    const start = rig.newHost(mortal).start();
    died = await start.then(
      () => false,
      (error) => error instanceof Killed,
    );
    await rig.newHost().start();
    assert.ok(said > 0, `at ${dieAt}`);
    assert.equal(await rig.store.read((tx) => tx.fact('restored')), 0, `at ${dieAt}`);
  }
});

test('the same seed gives the same messages and the same books', async () => {
  const run = async () => {
    const rig = new Rig(new MemoryStore(), { seed: 5 });
    for (let i = 0; i < 10; i++) await rig.enrol(i);
    rig.faults = { oneIn: 5 };
    await rig.host.sellAll(
      Array.from({ length: 30 }, (_, i) => ({ meter: i % 10, amount: i + 1, orderId: `${i}`, source: 'x' })),
    );
    await rig.settle();
    const text = (value: unknown) => JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}` : v));
    return text([
      rig.clock.ms,
      rig.host.counters(),
      await rig.host.orders({ limit: 99 }),
      await rig.host.postings({ limit: 99 }),
    ]);
  };
  assert.equal(await run(), await run());
});

test('a clock that starts at the reserved instant never goes backwards over a restart', async () => {
  const rig = new Rig(new MemoryStore());
  await rig.host.start();
  for (let i = 0; i < 200; i++) {
    rig.clock.ms += 1_000;
    await rig.host.handle({ type: 'tick' });
    assert.ok((await rig.host.instantReserved()) > rig.clock.ms);
  }
});
