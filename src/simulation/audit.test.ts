import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Suite } from '../crypto/index.ts';
import {
  type Account,
  MemoryStore,
  type Posting,
  type Purse,
  type Store,
  type StoreTransaction,
} from '../host/index.ts';
import { PERFECT_CONDITIONS, powerLineConditions } from '../line/index.ts';
import { inspectPurse } from '../meter/index.ts';
import { milliseconds } from '../units/index.ts';
import { tell, type Utility, type UtilityOptions } from './index.ts';
import { alterByte, BEGINS_MS, bytesThatFreeze, DAY_MS, HOUR_MS, openSmall } from './small-utility.testing.ts';

/** Some hours, in which every meter is heard, some are cut and some people buy. */
async function livedWith(options: Partial<UtilityOptions>, hours = 6): Promise<Utility> {
  const utility = await openSmall(options);
  await utility.runUntil(BEGINS_MS + hours * HOUR_MS);
  utility.closeTheTills();
  return utility;
}

/** A store that loses or changes a posting on its way into the ledger. */
function changing(change: (posting: Posting) => Posting | undefined): Store {
  const store = new MemoryStore();
  return {
    transaction: (work) => store.transaction((tx) => work(throughTheHandsOf(tx, change))),
    read: (work) => store.read(work),
    close: () => store.close(),
  };
}

function throughTheHandsOf(tx: StoreTransaction, change: (posting: Posting) => Posting | undefined): StoreTransaction {
  return withMember(tx, 'post', (postings: readonly Posting[]) =>
    tx.post(postings.flatMap((posting) => change(posting) ?? [])),
  );
}

function withMember(tx: StoreTransaction, member: keyof StoreTransaction, instead: unknown): StoreTransaction {
  return new Proxy(tx, {
    get(target, name) {
      if (name === member) return instead;
      const own: unknown = Reflect.get(target, name);
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
}

const FIRST = milliseconds(0);

/** Changes the n-th posting of a kind and leaves all others. */
function nth(kind: Posting['kind'], n: number, change: (posting: Posting) => Posting | undefined) {
  let seen = 0;
  return (posting: Posting) => (posting.kind === kind && ++seen === n ? change(posting) : posting);
}

test('an honest run has no findings, in any suite, however often it is audited', async () => {
  for (const suite of Object.values(Suite)) {
    // Enough meters that some of them live on a loan at the end. Suite 3des stores twice what a line lost: see below.
    const conditions = suite === Suite.tripleDes ? { conditions: PERFECT_CONDITIONS, outages: false } : {};
    const [meters, hours] = suite === Suite.aes128 ? [32, 12] : [8, 6];
    const utility = await livedWith({ suite, meters, ...conditions }, hours);
    const story = await tell(utility);
    assert.deepEqual([story.findings, story.conserved, story.unheardMeters], [[], true, 0], `suite ${suite}`);
    assert.ok(story.spentTokens > 0 && story.transfers > meters);
    assert.ok(suite !== Suite.aes128 || (story.cutOffs > 0 && story.owedTokens > 0));
    assert.equal(story.storedTokens + story.owedTokens, story.spentTokens + story.purseTokens);
    assert.deepEqual((await tell(utility)).findings, []);
  }
});

test('suite 3des stores twice what a bad line made it send twice, and the audit says in which meter', async () => {
  const conditions = { ...powerLineConditions(1_200), frameLost: 0.45 };
  const utility = await livedWith({ suite: Suite.tripleDes, meters: 32, conditions });
  const { conserved, findings } = await tell(utility);
  assert.equal(conserved, false);
  const twice = findings.filter((finding) => /^Meter \w+: credited is (\d+) in the books and (\d+)/.test(finding));
  assert.ok(twice.length > 0, findings.join(' '));
  for (const finding of twice) {
    const [, inBooks, inPurse] = /is (\d+) in the books and (\d+) in the purse/.exec(finding) ?? [];
    assert.ok(Number(inPurse) > Number(inBooks), finding);
  }
});

test('each account of a meter is held against its purse, and the books against themselves', async () => {
  const utility = await livedWith({});
  const { svpmsn } = utility.houses[0] as (typeof utility.houses)[number];
  const post = (kind: Posting['kind'], debit: Account, credit: Account, amount: bigint) => {
    const lines = [
      { account: debit, amount },
      { account: credit, amount: -amount },
    ];
    return utility.options.store.transaction((tx) =>
      tx.post([{ kind, at: utility.time.now, svpmsn, order: undefined, lines }]),
    );
  };
  const cases = [
    { kind: 'found', debit: 'found-in-meters', credit: 'value-in-meters', says: ['credited', 'left'] },
    { kind: 'closed', debit: 'value-in-meters', credit: 'closed-purses', says: ['left', 'closed'] },
    { kind: 'spent', debit: 'emergency-credit', credit: 'energy-revenue', says: ['spent', 'owed'] },
  ] as const;
  for (const { kind, debit, credit, says } of cases) {
    await post(kind, debit, credit, 7n);
    const { findings } = await tell(utility);
    for (const what of says) {
      const sentence = new RegExp(`^Meter 0a1b2c: ${what} is -?\\d+ in the books and \\d+ in the purse\\.$`);
      assert.ok(
        findings.some((finding) => sentence.test(finding)),
        `${what}: ${findings.join(' ')}`,
      );
    }
    await post(kind, debit, credit, -7n);
    assert.deepEqual((await tell(utility)).findings, []);
  }
  await post('sold', 'prepaid', 'cash', 7n);
  assert.ok((await tell(utility)).findings.includes('The books do not balance in themselves.'));
});

test('a host that does not post what a meter says is found, though nothing in its books is wrong', async () => {
  const store = new MemoryStore();
  let deaf = false;
  const utility = await livedWith({
    store: {
      transaction: (work) =>
        store.transaction((tx) =>
          work(
            withMember(tx, 'putPurse', (purse: Purse) => tx.putPurse(deaf ? { ...purse, reportedAt: FIRST } : purse)),
          ),
        ),
      read: (work) => store.read(work),
      close: () => store.close(),
    },
  });
  deaf = true;
  const { findings } = await tell(utility);
  assert.equal(findings.length, utility.houses.length);
  assert.equal(findings[0], 'Meter 0a1b2c: the host has not posted what it said, in an hour of polls.');
});

test('the books have heard of every meter after its last minute: what they say was spent is what was', async () => {
  const utility = await livedWith({});
  const before = await utility.host.books();
  const story = await tell(utility);
  const after = await utility.host.books();
  assert.ok(Number(before.spent) < story.spentTokens, 'before they lagged by a poll');
  assert.deepEqual(
    [Number(after.spent), Number(after.owed), Number(after.valueInMeters)],
    [story.spentTokens, story.owedTokens, story.purseTokens],
  );
});

test('777 tokens more in one posting of what was spent are found in their meter', async () => {
  const more = (posting: Posting): Posting => ({
    ...posting,
    lines: posting.lines.map(({ account, amount }) => {
      if (account === 'value-in-meters') return { account, amount: amount + 777n };
      return { account, amount: account === 'energy-revenue' ? amount - 777n : amount };
    }),
  });
  const story = await tell(await livedWith({ store: changing(nth('spent', 3, more)) }));
  assert.equal(story.conserved, false);
  assert.equal(story.findings.length, 2);
  assert.match(story.findings[0] as string, /^Meter 0a1b..: left is -?\d+ in the books and \d+ in the purse\.$/);
  assert.match(story.findings[1] as string, /^Meter 0a1b..: spent is \d+ in the books and \d+ in the purse\.$/);
});

test('a posting that is lost is found, whichever it is', async () => {
  for (const kind of ['sold', 'stored', 'spent'] as const) {
    const { conserved, findings } = await tell(await livedWith({ store: changing(nth(kind, 2, () => undefined)) }));
    assert.equal(conserved, false, kind);
    assert.ok(findings.length > 0, kind);
  }
});

test('one altered byte of a purse is found', async () => {
  const utility = await livedWith({});
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  const places = bytesThatFreeze(house.memory);
  // The record in use, its receipts, and the newest use row; older copies carry nothing that could be lost.
  assert.ok(places.length >= 80, `${places.length} bytes matter`);
  assert.equal((await tell(utility)).conserved, true);
  alterByte(house.memory, places[0] as number);
  const { conserved, findings } = await tell(utility);
  assert.equal(conserved, false);
  assert.deepEqual(findings, ['Meter 0a1b2c: its purse is frozen, and what it holds cannot be proved.']);
});

test('tokens that left a purse for no energy are found, though the purse and the books agree on them', async () => {
  const utility = await openSmall({ firstSale: { from: 2_000, to: 3_000 } });
  await utility.runUntil(BEGINS_MS + HOUR_MS);
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  // A meter that charges for what nobody took.
  house.meter.exchanger.tokens -= 1;
  house.meter.spent += 1;
  await utility.runUntil(BEGINS_MS + 2 * HOUR_MS);
  const { findings } = await tell(utility);
  const { used } = inspectPurse(house.memory);
  assert.deepEqual(findings, [
    `Meter 0a1b2c: used is ${used} in the purse, and ${used - 1} by what flowed and the tariff.`,
  ]);
});

test('energy that a register lost is found', async () => {
  const utility = await openSmall();
  await utility.runUntil(BEGINS_MS + HOUR_MS);
  const supply = utility.houses[1]?.meter.supplies[0];
  assert.ok(supply !== undefined);
  supply.sinceDayStart -= 1;
  assert.match((await tell(utility)).findings.join(), /^Meter 0a1b33: its register shows (\d+), and (\d+) flowed/);
});

test('behind a cut line the books may lag and not lead', async () => {
  const utility = await livedWith({});
  const [transformer] = utility.transformers;
  assert.ok(transformer !== undefined);
  transformer.cut = true;
  await utility.runUntil(BEGINS_MS + DAY_MS);
  const story = await tell(utility);
  assert.deepEqual([story.findings, story.unheardMeters], [[], 4]);
  const { svpmsn } = utility.houses[0] as (typeof utility.houses)[number];
  const lead: Posting = {
    kind: 'spent',
    at: utility.time.now,
    svpmsn,
    order: undefined,
    lines: [
      { account: 'value-in-meters', amount: 100_000n },
      { account: 'energy-revenue', amount: -100_000n },
    ],
  };
  await utility.options.store.transaction((tx) => tx.post([lead]));
  assert.match(
    (await tell(utility)).findings.join(),
    /^Meter 0a1b2c: the books say that 10\d+ was spent, and the purse/,
  );
});
