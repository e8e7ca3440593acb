import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ExchangeJson } from '../../src/api/index.ts';
import { toHex } from '../../src/bytes/index.ts';
import {
  exportCardKey,
  exportTerminalKey,
  type KeyStore,
  Purpose,
  SoftwareKeyStore,
  Suite,
} from '../../src/crypto/index.ts';
import { FACTS, PROOFS } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { seededRandom } from '../../src/simulation/index.ts';
import { DemoWorld } from './demo-world.ts';
import type { Answer, Visitor } from './world.ts';

let demo: DemoWorld;
let operator: Visitor;
/** Every key that the host was given, in hex. */
const keysGiven = new Set<string>();
before(async () => {
  const keys = await keyStore();
  demo = await DemoWorld.open({ utility: { keys } });
  operator = await demo.as('operator');
  await demo.lives(5);
  const { host } = demo.utility;
  made(await host.command(demo.house().svpmsn, { type: 'relay', supply: 1, action: 1 }));
  await demo.lives(5);
  made(await host.command(demo.house().svpmsn, { type: 'key-change', purpose: 'control' }));
  await demo.lives(5);
});
after(() => demo.close());

/** A real key store of two generations that keeps account of what leaves it. */
async function keyStore(): Promise<KeyStore> {
  const store = new SoftwareKeyStore({ utility: 1, keys: new Map() }, seededRandom('keys'));
  for (const purpose of Object.values(Purpose)) {
    for (const _ of [0, 1]) await store.addGeneration(purpose, Suite.aes128);
  }
  return {
    terminalKey: async (n, svpmsn) => {
      const key = await store.terminalKey(n, svpmsn);
      keysGiven.add(toHex(exportTerminalKey(key)));
      return key;
    },
    cardKey: async (named) => {
      const key = await store.cardKey(named);
      keysGiven.add(toHex(exportCardKey(key)));
      return key;
    },
    transportKey: (localUnit) => store.transportKey(localUnit),
    checkValue: (n) => store.checkValue(n),
  };
}

const list = (visitor: Visitor, query = '', meter = demo.meter()): Promise<Answer> =>
  demo.ask(visitor, 'GET', `/meters/${meter}/exchanges${query}`);
const itemsOf = ({ json }: Answer): ExchangeJson[] => json.items as unknown as ExchangeJson[];

test('what passed between host and meter is shown pass by pass, the newest first', async () => {
  const answer = await list(operator);
  assert.equal(answer.status, 200, answer.text);
  const items = itemsOf(answer);
  const numbers = items.map(({ number }) => number);
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => b - a),
  );
  const sale = items.find(({ command }) => command === 'valueStore');
  assert.deepEqual(
    sale?.passes.map(({ message, from, bytes }) => [message, from, bytes]),
    [
      ['first', 'host', 23],
      ['second', 'meter', 43],
      ['third', 'host', 33],
      ['fourth', 'meter', 50],
    ],
  );
  const { order, counter, amount, outcome, purpose, suite } = sale;
  assert.deepEqual([order, counter, purpose, suite], [`first-${demo.meter()}`, 1, 'value', 'aes128']);
  assert.deepEqual(outcome, { name: 'answered', result: 'done' });
  assert.ok(Number(amount) > 0);
  const change = items.find(({ command }) => command === 'keyChange');
  assert.deepEqual(
    change?.passes.map(({ proves }) => proves.find((proof) => proof.endsWith('-sealed'))),
    [undefined, 'status-sealed', 'key-sealed', 'answer-sealed'],
  );
  for (const { passes } of items) {
    for (const { frames, bytes, sections, proves, knows } of passes) {
      assert.equal(frames.join('').length, 2 * bytes);
      assert.equal(
        sections.reduce((sum, section) => sum + section.bytes, 0),
        bytes,
      );
      assert.ok(proves.every((proof) => PROOFS.includes(proof)) && knows.every((fact) => FACTS.includes(fact)));
    }
  }
});

test('a list of exchanges comes in pages', async () => {
  const all = itemsOf(await list(operator)).map(({ number }) => number);
  const first = await list(operator, '?limit=2');
  assert.deepEqual(
    itemsOf(first).map(({ number }) => number),
    all.slice(0, 2),
  );
  const next = await list(operator, `?limit=2&cursor=${first.json.next}`);
  assert.deepEqual(
    itemsOf(next).map(({ number }) => number),
    all.slice(2, 4),
  );
});

test('no key, and nothing that is sealed, is ever shown', async () => {
  const text = (await list(operator)).text.toLowerCase();
  assert.ok(keysGiven.size >= 4, 'keys of value, of control, and the next one of control');
  for (const key of keysGiven) {
    for (const shown of [key, key.slice(0, 16), Buffer.from(key, 'hex').toString('base64').toLowerCase()]) {
      assert.ok(!text.includes(shown), 'a key is shown');
    }
  }
  const { orders } = demo.utility.host;
  const sold = await orders({ svpmsn: demo.house().svpmsn, limit: 9 });
  assert.ok(sold.length > 0);
  for (const { txid } of sold) assert.ok(!text.includes(txid), 'what M3 seals is shown');
  // A search that finds what does stand there.
  const [shown] = itemsOf(await list(operator));
  assert.ok(text.includes(shown?.passes[0]?.frames[0]?.slice(14, 30) ?? 'no frame'));
});

test('operators, technicians and auditors see the exchanges of all meters, a subscriber their own, and nobody else any', async () => {
  for (const role of ['operator', 'technician', 'auditor'] as const) {
    assert.equal((await list(await demo.as(role), '', demo.meter(1))).status, 200, role);
  }
  const subscriber = await demo.as('subscriber');
  assert.ok(itemsOf(await list(subscriber)).length > 0);
  const other = await list(subscriber, '', demo.meter(1));
  assert.deepEqual([other.status, other.json.code], [404, 'meter-unknown']);
  for (const role of ['cashier', 'agent', 'seller', 'system-manager'] as const) {
    assert.equal((await list(await demo.as(role))).status, 403, role);
  }
  const unknown = await list(operator, '', 'ffffff');
  assert.deepEqual([unknown.status, unknown.json.code], [404, 'meter-unknown']);
});
