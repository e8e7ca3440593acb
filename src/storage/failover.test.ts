import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreError } from '../host/ports.ts';
import { Rig } from '../host/rig.testing.ts';
import { milliseconds } from '../units/index.ts';
import { audited, testKeys } from './book-audit.testing.ts';
import { openBookServer } from './book-source.ts';
import { postgresMissing as skip } from './postgres.testing.ts';
import { openPostgresStore, type PostgresStore } from './postgres.ts';
import { startPostgresPair } from './postgres-pair.testing.ts';

const books = testKeys();
const seals = { keys: async () => books.keys };
const METERS = 4;
const GROUP = 12;

/** Sells groups until it is stopped; whatever was not confirmed is asked for again under its ids. */
function selling(host: Rig['host'], name: string) {
  let [groups, isOver] = [0, false];
  const ended = (async () => {
    for (; !isOver; groups++) {
      const group = Array.from({ length: GROUP }, (_, i) => ({
        ...{ meter: 1 + (i % METERS), amount: 5, orderId: `${name} ${groups} ${i}`, source: 'cash' },
      }));
      for (;;) {
        const answers = await host.sellAll(group).catch((error: unknown) => {
          if (error instanceof StoreError) return undefined;
          throw error;
        });
        if (answers?.every((each) => 'sequence' in each)) break;
        await pause(20);
      }
    }
  })();
  return {
    groups: () => groups,
    async stop() {
      isOver = true;
      await ended;
    },
  };
}

const until = async (is: () => boolean): Promise<void> => {
  while (!is()) await pause(10);
};

test('a database that fails over in the middle of groups, to one that has what was confirmed: each is sold once', {
  skip,
}, async () => {
  const pair = await startPostgresPair();
  const stores: PostgresStore[] = [];
  try {
    for (let host = 0; host < 2; host++) stores.push(await openPostgresStore(pair.url, { seals }));
    const rig = new Rig(stores[0] as PostgresStore);
    for (let meter = 1; meter <= METERS; meter++) await rig.enrol(meter);
    const sellers = [rig.host, rig.newHost(stores[1] as PostgresStore)].map((host, i) => selling(host, `host ${i}`));
    await until(() => sellers.every(({ groups }) => groups() >= 3));
    await pair.failOver();
    const then = sellers.map(({ groups }) => groups());
    await until(() => sellers.every(({ groups }, i) => groups() >= (then[i] as number) + 3));
    for (const seller of sellers) await seller.stop();
    const groups = sellers.reduce((sum, each) => sum + each.groups(), 0);
    for (const store of stores) await store.signHead({ now: milliseconds(86_400_000) });
    const audit = await audited(await openBookServer(pair.url, 'public'), books);
    assert.deepEqual(audit.findings, []);
    assert.equal(audit.postings, groups * GROUP);
    assert.equal(await (stores[0] as PostgresStore).read((tx) => tx.fact('restored')), undefined);
  } finally {
    for (const store of stores) await store.close();
    await pair.stop();
  }
});

test('a database that fails over to one without what was confirmed does nothing more for that host, and whoever starts next asks every meter', {
  skip,
}, async () => {
  const pair = await startPostgresPair();
  let store = await openPostgresStore(pair.url, { seals });
  try {
    const rig = new Rig(store);
    for (let meter = 1; meter <= METERS; meter++) await rig.enrol(meter);
    const sell = async (orderId: string) => {
      const [answer] = await rig.host.sellAll([{ meter: 1, amount: 5, orderId, source: 'cash' }]);
      assert.ok(answer !== undefined && 'sequence' in answer);
    };
    await sell('in both');
    await pair.unfollow();
    await sell('in one alone');
    await pair.failOver();
    const named = (name: string) => store.transaction((tx) => tx.putSubscriber({ id: name, name, contact: '' }));
    // The connection that is gone tells so, and the next one finds what is missing.
    await assert.rejects(async () => {
      for (;;) {
        try {
          return await named('lost');
        } catch (error) {
          if (!(error instanceof StoreError) || error.reason === 'store-older') throw error;
        }
      }
    }, /has forgotten what it had confirmed/);
    for (const again of [() => named('later'), () => store.read((tx) => tx.fact('restored'))]) {
      await assert.rejects(again(), (error) => error instanceof StoreError && error.reason === 'store-older');
    }
    await store.close();
    store = await openPostgresStore(pair.url, { seals });
    assert.equal(await store.read((tx) => tx.fact('restored')), 1);
    assert.deepEqual(
      (await store.read((tx) => tx.subscribers())).map(({ id }) => id).filter((id) => /lost|later/.test(id)),
      [],
    );
    const next = rig.newHost(store);
    await next.start();
    assert.ok((await next.meters()).every(({ purse }) => purse.queryWanted));
  } finally {
    await store.close();
    await pair.stop();
  }
});
