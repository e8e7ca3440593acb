import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { parseReceiptKeys } from '../adapters/receipt-jose.ts';
import { type Instrument, MemoryStore, type Payment, parseSignedReceipt, verifyReceipt } from '../host/index.ts';
import { openSmall } from '../simulation/small-utility.testing.ts';
import { milliseconds, type Svpmsn } from '../units/index.ts';
import { DEMO_PURSES, DemoPartners } from './demo-partners.ts';
import { demoReceipts } from './demo-receipts.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattpurse-demo-partners-'));
after(() => rmSync(folder, { recursive: true }));

const PAID = 1_250;
const CARD = { type: 'card', pan: DEMO_PURSES.card, expiry: '3912' } as const;
const WALLET = { type: 'wallet', number: DEMO_PURSES.wallet } as const;

/** A small town whose people pay by card and by telephone. */
async function town() {
  const partners = await DemoPartners.open({ signer: await demoReceipts(folder), zone: 'Asia/Seoul', decidesMs: 20 });
  const { receipts } = partners.ports;
  const payments = new Map(partners.ports.payments);
  const utility = await openSmall({ meters: 2, outages: false, store: new MemoryStore(), payments, receipts });
  utility.closeTheTills();
  await partners.begin(() => utility.host);
  const [house] = utility.houses;
  assert.ok(house !== undefined);
  const pay = async (id: string, port: string, instrument: Instrument): Promise<Payment> => {
    const paid = await utility.host.pay({ id, meter: house.svpmsn, paid: PAID, port, instrument });
    assert.ok(!('reason' in paid), JSON.stringify(paid));
    return paid;
  };
  /** Time goes, until a payment has come to a state. */
  const until = async (id: string, state: Payment['state']): Promise<Payment> => {
    for (;;) {
      const payment = await utility.host.payment(id);
      assert.ok(!('reason' in payment));
      if (payment.state === state) return payment;
      assert.notEqual(payment.state, 'stuck', payment.why);
      await partners.quiet();
      await utility.runUntil(utility.time.now + 10_000);
      await pause(20);
    }
  };
  /** Others take the place of those with whom the host worked, as when a demo is started again. */
  const again = async (): Promise<DemoPartners> => {
    const next = await DemoPartners.open({ signer: await demoReceipts(folder), zone: 'Asia/Seoul' });
    for (const [port, way] of next.ports.payments) payments.set(port, way);
    await next.begin(() => utility.host);
    return next;
  };
  return { utility, partners, pay, until, again };
}

test('in a demo a card and a telephone pay for value that arrives, and each sale has receipts that verify', async () => {
  const { utility, partners, pay, until } = await town();
  try {
    assert.equal((await pay('by-card', 'demo-bank', CARD)).state, 'approved');
    assert.equal((await pay('by-phone', 'demo-mobile', WALLET)).state, 'pending', 'the telephone asks first');
    const keys = await parseReceiptKeys(readFileSync(join(folder, 'receipts.jwks'), 'utf8'));
    assert.ok(!('reason' in keys));
    for (const [id, method] of [
      ['by-card', 'card'],
      ['by-phone', 'wallet'],
    ] as const) {
      await until(id, 'captured');
      await utility.host.issueReceipts();
      const receipts = await utility.host.receipts(`payment:${id}`);
      assert.ok(!('reason' in receipts), id);
      const signed = parseSignedReceipt(receipts.at(-1)?.text ?? '');
      assert.ok(!('reason' in signed), JSON.stringify(signed));
      const proved = await verifyReceipt(signed, keys);
      assert.ok(!('reason' in proved), JSON.stringify(proved));
      assert.equal(proved.payment?.method, method);
      assert.equal(proved.head.total, PAID);
    }
  } finally {
    await partners.close();
  }
});

test('what a card or a telephone of a demo refuses is sold to nobody', async () => {
  const { utility, partners, pay, until } = await town();
  try {
    const before = (await utility.host.books()).issued;
    assert.equal((await pay('no-card', 'demo-bank', { ...CARD, pan: '4000000000000002' })).state, 'declined');
    assert.equal((await pay('no-money', 'demo-bank', WALLET)).state, 'declined', 'a telephone is no card');
    assert.equal((await pay('no-wallet', 'demo-mobile', CARD)).state, 'declined');
    assert.equal((await pay('short', 'demo-mobile', { type: 'wallet', number: '821' })).state, 'declined');
    await pay('cancelled', 'demo-mobile', { type: 'wallet', number: '821012345002' });
    assert.match((await until('cancelled', 'declined')).why ?? '', /cancelled on the telephone/);
    assert.equal((await utility.host.books()).issued, before);
  } finally {
    await partners.close();
  }
});

test('a household of a demo agrees once, and value comes by itself as long as its balance is low and its limits allow', async () => {
  const { utility, partners, until } = await town();
  const { svpmsn } = utility.houses[0] as { svpmsn: Svpmsn };
  const agreed = {
    meter: svpmsn,
    threshold: 1_000_000,
    paid: PAID,
    port: 'demo-debit',
    perDayMax: PAID,
    perMonthMax: PAID,
  };
  const agree = (reference: string) =>
    utility.host.agreeContract({ ...agreed, account: { type: 'mandate', reference } });
  try {
    assert.ok(!('reason' in (await agree(DEMO_PURSES['direct-debit']))));
    await utility.runUntil(utility.time.now + 600_000);
    const transfer = `auto:${svpmsn}:1:${PAID}`;
    while ('reason' in (await utility.host.payment(transfer))) await pause(20);
    const paid = await until(transfer, 'captured');
    assert.deepEqual([paid.svpmsn, paid.paid, paid.shown], [svpmsn, PAID, '…0001']);
    await utility.runUntil(utility.time.now + 600_000);
    await utility.host.settlePayments();
    assert.ok('reason' in (await utility.host.payment(`auto:${svpmsn}:2:${PAID}`)), 'a day allows no more');
    await utility.host.agreeContract({
      ...{ ...agreed, perDayMax: 9 * PAID, perMonthMax: 9 * PAID, paid: PAID + 1 },
      account: { type: 'mandate', reference: 'of somebody else' },
    });
    await utility.host.settlePayments();
    assert.equal((await until(`auto:${svpmsn}:2:${PAID + 1}`, 'declined')).why?.includes('no such mandate'), true);
  } finally {
    await partners.close();
  }
});

test('whoever was asked before a demo was stopped is asked no more after it', async () => {
  const { utility, partners, pay, again } = await town();
  await partners.close();
  assert.equal((await pay('left', 'demo-mobile', WALLET)).state, 'pending');
  const next = await again();
  const left = await utility.host.payment('left');
  assert.ok(!('reason' in left));
  assert.equal(left.state, 'declined');
  await next.close();
});

test('what was approved before a demo was stopped is paid when its value arrives after it, and nothing else is', async () => {
  const { partners, pay, until, again } = await town();
  assert.equal((await pay('stopped', 'demo-bank', CARD)).state, 'approved');
  await partners.close();
  const next = await again();
  try {
    await until('stopped', 'captured');
    assert.equal((await pay('afterwards', 'demo-bank', CARD)).state, 'approved');
    await until('afterwards', 'captured');
    const acquirer = next.ports.payments.get('demo-bank')?.port;
    const never = { id: 'never', trace: 77, at: milliseconds(0), amount: PAID, currency: 410 };
    assert.equal((await acquirer?.capture(never, '000077'))?.outcome, 'refused');
  } finally {
    await next.close();
  }
});

test('the key that signs is its owner’s alone, and one that follows leaves the one before published', async () => {
  const path = join(folder, 'receipts.jwk');
  assert.equal(statSync(path).mode & 0o077, 0);
  rmSync(path);
  await demoReceipts(folder);
  const { keys } = JSON.parse(readFileSync(join(folder, 'receipts.jwks'), 'utf8')) as { keys: { d?: string }[] };
  assert.deepEqual(
    keys.map(({ d }) => d),
    [undefined, undefined],
  );
  writeFileSync(path, '{}');
  await assert.rejects(demoReceipts(folder), /receipts\.jwk: .*Put it back from a copy, or delete it\.$/);
});
