import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { InProcessSlot } from '../adapters/in-process-card.ts';
import { CSN, cardKey, newCard } from '../card/bench.testing.ts';
import { type CardSession, LOADS_KEPT } from '../card/index.ts';
import { Region } from '../units/index.ts';
import { type Load, loadCard, loadLines } from './card-at-host.ts';
import { CounterHost } from './card-bench.testing.ts';
import { makeCardFile } from './card-file.ts';
import { CardHost } from './card-host.ts';

const MAIN = resolve(import.meta.dirname, 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'wattpurse-card-load-'));
after(() => rmSync(folder, { recursive: true }));
process.env.WATTPURSE_API_KEY = 'a-key';

const counter = (t: TestContext): Promise<CounterHost> =>
  CounterHost.open(t, (csn, region) => {
    assert.equal(csn, CSN);
    return cardKey(region as Region);
  });

/** A new card with these regions in a slot of this process; it gets its power anew for each load. */
function inSlot(regions: readonly Region[]) {
  const card = newCard(regions);
  const begin = () => {
    card.pull();
    return (command: Uint8Array) => card.send(command);
  };
  const slot = new InProcessSlot();
  slot.insert({ atr: new Uint8Array(0), begin });
  const load = async (host: CounterHost) =>
    loadCard((await slot.open()) as CardSession, CardHost.at(host.url), undefined);
  return { card, slot, load };
}

const linesOf = (loads: readonly Load[]): readonly string[] => loads.flatMap(loadLines);

test('each order says what became of it: credited, voided, or too much for the card', async (t) => {
  const host = await counter(t);
  const { load } = inSlot([Region.gas]);
  host.orders.push(5_000, 'void', 2 ** 32 - 1);
  const [first] = await load(host);
  assert.deepEqual(linesOf([first as Load]), [
    `Card ${CSN}, gas: 5000 tokens, 0 before.`,
    '  load 1: 5000 credited',
    '  load 2: voided, nothing was credited',
    '  load 3: refused, the card was full',
  ]);
  assert.deepEqual([first?.failure, first?.more, first?.receipts.length], [undefined, false, 3]);
  // None of the three is told again.
  assert.deepEqual(linesOf(await load(host)), [`Card ${CSN}, gas: nothing new, 5000 tokens as before.`]);
  host.orders.push('void');
  assert.deepEqual(linesOf(await load(host)), [
    `Card ${CSN}, gas: 5000 tokens as before.`,
    '  load 4: voided, nothing was credited',
  ]);
});

test('a host that has more than a card keeps the records of is not done, and the next time it is', async (t) => {
  const host = await counter(t);
  const { load } = inSlot([Region.gas]);
  host.orders.push(...Array.from({ length: LOADS_KEPT + 1 }, () => 10));
  const [many] = await load(host);
  assert.deepEqual([many?.loads.length, many?.balance, many?.more], [LOADS_KEPT, 160, true]);
  assert.equal(loadLines(many as Load).at(-1), '  More is outstanding at the host: load the card again.');
  const [rest] = await load(host);
  assert.deepEqual([rest?.loads.length, rest?.balance, rest?.more], [1, 170, false]);
});

for (const { what, says, sentence } of [
  { what: 'is held back', says: { frozen: 'debits-behind' }, sentence: /^The host holds back .* \(debits-behind\): / },
  { what: 'refuses', says: { refused: 6 }, sentence: /refuses what the host sends \(reason 6\): / },
  { what: 'answers late', says: { ignored: 'message-unexpected' }, sentence: /waits for \(message-unexpected\): try / },
  { what: 'is not understood', says: {}, sentence: /answers what no host of cards would: name another with --host\.$/ },
  { what: 'is sent no frame', says: { frame: '1018' }, sentence: /^The host sends what no card takes: / },
  {
    what: 'is held back after its receipt',
    says: { receipt: { result: 0, balance: '0', more: false, frozen: 'amount-differs' } },
    sentence: /^The host holds back .* \(amount-differs\): /,
  },
]) {
  test(`a region that ${what} says so, and the others are loaded`, async (t) => {
    const host = await counter(t);
    const { load } = inSlot([Region.gas, Region.water, Region.heat]);
    host.says = (region) => (region === 'water' ? says : undefined);
    host.orders.push(5_000);
    const [gas, water, heat] = await load(host);
    assert.deepEqual([gas?.balance, gas?.failure, heat?.failure], [5_000, undefined, undefined]);
    assert.match(water?.failure ?? '', sentence);
    assert.deepEqual([water?.before, water?.balance], [0, 0]);
  });
}

test('a card that is pulled is asked nothing more, and what it holds then is not known', async (t) => {
  const host = await counter(t);
  const { slot, load } = inSlot([Region.gas, Region.water, Region.heat]);
  host.says = (region) => {
    if (region === 'water') slot.pull();
    return undefined;
  };
  host.orders.push(5_000);
  assert.deepEqual(linesOf(await load(host)), [
    `Card ${CSN}, gas: 5000 tokens, 0 before.`,
    '  load 1: 5000 credited',
    `Card ${CSN}, water: 0 tokens before, and what it holds now is not known.`,
    '  The card was pulled: insert it again.',
    `Card ${CSN}, heat: 0 tokens as before.`,
    '  It was not tried any more.',
  ]);
});

test('what a card has done and its host has not heard of is told; a host that is silent is asked no more', async (t) => {
  const host = await counter(t);
  const { load } = inSlot([Region.gas, Region.water]);
  host.orders.push(300, 5_000);
  let frames = 0;
  // M2 and M4 of the first order, M2 of the second; its M4 gets no answer.
  host.says = () => (++frames === 4 ? 'silence' : undefined);
  const [gas, water] = await load(host);
  assert.deepEqual(
    [gas?.balance, gas?.loads.map(({ amount }) => amount), gas?.receipts.length],
    [5_300, [300, 5_000], 1],
  );
  assert.match(gas?.failure ?? '', /^The host at http:.* does not answer \(.*\): start it, or name another\.$/);
  assert.equal(water?.failure, 'It was not tried any more.');
});

test('a region that is damaged is said to be so, and the others are loaded', async (t) => {
  const host = await counter(t);
  const { card, load } = inSlot([Region.gas, Region.water]);
  const whole = card.memory.slice();
  host.orders.push(300);
  await load(host);
  // The first byte that a load changes is the value's.
  const at = card.memory.findIndex((byte, i) => byte !== whole[i]);
  card.memory[at] = 0xee;
  host.orders.push(5_000);
  const [gas, water] = await load(host);
  assert.deepEqual(loadLines(gas as Load), [
    `Card ${CSN}, gas: not loaded.`,
    '  It is damaged: its value waits for a person.',
  ]);
  assert.equal(water?.balance, 5_000);
});

test('at the command line one region that fails ends in exit code 1, with what became of each', async (t) => {
  const host = await counter(t);
  makeCardFile(join(folder, 'my.card'), 'subscriber', newCard([Region.gas, Region.water]).memory);
  const load = (...more: readonly string[]) =>
    new Promise<{ code: number; out: string; err: string }>((done) => {
      const args = [MAIN, 'card', 'load', '--card', 'my.card', '--host', host.url, ...more];
      execFile(process.execPath, args, { cwd: folder }, (error, out, err) =>
        done({ code: error === null ? 0 : Number(error.code), out, err }),
      );
    });
  host.says = (region) => (region === 'gas' ? { refused: 6 } : undefined);
  host.orders.push(5_000);
  assert.deepEqual(await load(), {
    ...{ code: 1, err: '' },
    out: [
      `Card ${CSN}, gas: 0 tokens as before.`,
      `  Card ${CSN} refuses what the host sends (reason 6): take it out and in, and try again.`,
      `Card ${CSN}, water: 5000 tokens, 0 before.`,
      '  load 1: 5000 credited',
      '',
    ].join('\n'),
  });
  const json = await load('--json');
  const [gas, water] = JSON.parse(json.out) as Load[];
  assert.deepEqual([json.code, json.err, gas?.failure?.includes('(reason 6)')], [1, '', true]);
  assert.deepEqual([water?.balance, water?.before, water?.loads, water?.failure], [5_000, 5_000, [], undefined]);
  host.orders.push(...Array.from({ length: LOADS_KEPT + 1 }, () => 10));
  assert.equal((await load('--region', 'water')).code, 1, 'there is more');
  assert.equal((await load('--region', 'water')).code, 0);
});
