import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DemoPartners } from '../../src/cli/demo-partners.ts';
import { demoReceipts } from '../../src/cli/demo-receipts.ts';
import { DemoWorld } from './demo-world.ts';
import type { Visitor } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattpurse-demo-bank-card-'));
after(() => rmSync(folder, { recursive: true }));

/** A demo with its partners, as whoever starts one has it. */
async function opened() {
  const partners = await DemoPartners.open({ signer: await demoReceipts(folder), zone: 'Asia/Seoul' });
  const demo = await DemoWorld.open({ utility: { ...partners.ports, firstSale: { from: 300, to: 300 } } });
  const { utility } = demo;
  const visitor = await demo.as('operator');
  await partners.begin(() => utility.host);
  /** As the demo goes on: banks are asked in between. */
  const lives = async (seconds: number) => {
    for (let i = 0; i < seconds; i += 5) {
      await utility.host.askBanks();
      await partners.quiet();
      await utility.runUntil(utility.time.now + 5_000);
    }
  };
  const close = async () => {
    await partners.close();
    await demo.close();
  };
  await lives(60);
  return { demo, visitor, lives, close };
}

async function keyIn(demo: DemoWorld, visitor: Visitor, keys: string): Promise<void> {
  for (const press of keys) await demo.act(visitor, { press });
}

test('the bank card of a demo goes into the slit of a meter, and what is keyed in is paid and stored', async () => {
  const { demo, visitor, lives, close } = await opened();
  try {
    const before = Number((await demo.panel(visitor)).credit.balance);
    assert.deepEqual((await demo.panel(visitor)).bankCard, { where: 'hand', payment: 'none' });
    await demo.act(visitor, { bankCard: 'slot' });
    await lives(10);
    const asking = await demo.panel(visitor);
    assert.deepEqual(asking.bankCard, { where: 'slot', payment: 'awaiting-amount' });
    assert.deepEqual([asking.display?.page, asking.display?.text], ['card', 'PAY']);
    await keyIn(demo, visitor, '2500');
    assert.deepEqual(
      [(await demo.panel(visitor)).display?.text, (await demo.panel(visitor)).display?.unit],
      ['2500', ''],
    );
    await keyIn(demo, visitor, '#');
    assert.equal((await demo.panel(visitor)).bankCard.payment, 'awaiting-host');
    await lives(60);
    const paid = await demo.panel(visitor);
    assert.deepEqual([paid.bankCard.payment, paid.display?.text], ['approved', 'PAID']);
    assert.ok(Number(paid.credit.balance) > before + 2_400, `${before} and 2500 are ${paid.credit.balance}`);
    const [payment] = await demo.utility.host.payments({ limit: 9 });
    assert.deepEqual([payment?.port, payment?.paid, payment?.shown], ['demo-bank', 2_500, '**** 1111']);
  } finally {
    await close();
  }
});

test('what is paid is on its way until value has come into the meter, and a new payment begins anew', async () => {
  const { demo, visitor, lives, close } = await opened();
  try {
    const card = async () => (await demo.panel(visitor)).bankCard;
    const paid = async () => {
      for (let waited = 0; waited < 60 && (await card()).payment !== 'approved'; waited++) {
        await demo.utility.host.askBanks();
        await demo.utility.runUntil(demo.utility.time.now + 500);
      }
      return card();
    };
    await demo.act(visitor, { bankCard: 'slot' });
    await lives(10);
    for (let payment = 1; payment <= 2; payment++) {
      await keyIn(demo, visitor, '700#');
      assert.deepEqual(await card(), { where: 'slot', payment: 'awaiting-host' });
      const before = demo.house().meter.svm.purse.credited;
      assert.deepEqual(await paid(), { where: 'slot', payment: 'approved', paid: '700' }, `${payment} is on its way`);
      await lives(60);
      assert.equal(demo.house().meter.svm.purse.credited, before + 700);
      assert.deepEqual(await card(), { where: 'slot', payment: 'approved', paid: '700', valueArrived: true });
    }
    await demo.act(visitor, { bankCard: 'hand' });
    assert.deepEqual(await card(), { where: 'hand', payment: 'none' });
  } finally {
    await close();
  }
});

test('an amount that nobody ended is gone before the next one pays, and waits long enough for a hand at a fast demo', async () => {
  const { demo, visitor, lives, close } = await opened();
  try {
    const { utility, control } = demo;
    const passes = async (minutes: number) => {
      await utility.runUntil(utility.time.now + minutes * 60_000);
      return (await demo.panel(visitor)).display;
    };
    const inSlot = async () => {
      await demo.act(visitor, { bankCard: 'slot' });
      await lives(10);
      return (await demo.panel(visitor)).bankCard.payment;
    };
    assert.equal(await inSlot(), 'awaiting-amount');
    control.speed = 60;
    await keyIn(demo, visitor, '500');
    const [soon, late] = [await passes(10), await passes(11)];
    assert.deepEqual([soon?.text, late?.text, late?.keying], ['500', 'PAY', false]);
    control.speed = 1;
    await keyIn(demo, visitor, '500');
    assert.equal((await passes(2))?.text, 'PAY');
    await keyIn(demo, visitor, '500');
    assert.equal(await inSlot(), 'awaiting-amount', 'put in anew it is asked for nothing');
    await keyIn(demo, visitor, '500#');
    await lives(60);
    assert.equal((await demo.panel(visitor)).bankCard.payment, 'approved');
    const payments = await utility.host.payments({ limit: 9 });
    assert.deepEqual(
      payments.map(({ paid }) => paid),
      [500],
    );
    await keyIn(demo, visitor, '500500');
    const { text, unit } = (await demo.panel(visitor)).display ?? {};
    assert.deepEqual([text, unit], ['5005.00', 'EUR'], 'from the second payment on it is money');
  } finally {
    await close();
  }
});

test('there is one bank card: put into another slit it is gone from the first, and the purse card of a house stays its own', async () => {
  const { demo, visitor, lives, close } = await opened();
  try {
    const where = async (house: number) => {
      const { card, bankCard } = await demo.panel(visitor, house);
      return [card?.where, bankCard.where];
    };
    await demo.act(visitor, { bankCard: 'slot' }, 0);
    assert.deepEqual(
      [await where(0), await where(1)],
      [
        [undefined, 'slot'],
        ['hand', 'hand'],
      ],
    );
    await demo.act(visitor, { bankCard: 'slot' }, 1);
    await lives(10);
    assert.deepEqual(
      [await where(0), await where(1)],
      [
        [undefined, 'hand'],
        ['hand', 'slot'],
      ],
    );
    await demo.act(visitor, { card: 'slot' }, 1);
    assert.deepEqual(await where(1), ['slot', 'hand'], 'it took its place');
    assert.equal((await demo.panel(visitor, 1)).bankCard.payment, 'none');
    await demo.act(visitor, { card: 'hand' }, 1);
    assert.deepEqual(await where(1), ['hand', 'hand']);
  } finally {
    await close();
  }
});
