import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHex } from '../../bytes/index.ts';
import { txidTextOf } from '../../exchange/index.ts';
import { type Receipt, ReceiptKind } from '../../meter/index.ts';
import { svpmsn, tokens } from '../../units/index.ts';
import type { House } from '../house.ts';
import type { Utility } from '../utility.ts';
import { Findings } from './checker.ts';
import { Vouchers } from './vouchers.ts';

const TWICE = 'vouchers spring.00001: meter 000002 has its value, and so has found:000001:1, 9 tokens';
const txidOfName = (count: number) => txidTextOf(`payment:voucher:spring.00001:${count}`);

/** A checker that is told of one voucher, and what it finds. */
function watched(audit: readonly string[] = []) {
  const findings = new Findings(
    () => 0,
    () => undefined,
  );
  const vouchers = new Vouchers(findings, async () => audit);
  const meters = [svpmsn(1), svpmsn(2)];
  const voucher = { ...{ serial: 'spring.00001', place: 1, number: '', meters }, soldAt: 1, doneAt: undefined };
  vouchers.sold(voucher);
  const credits = (meter: number, count = 1) => {
    const receipt = { txid: fromHex(txidOfName(count)), counter: 1, kind: ReceiptKind.credited, amount: 9 };
    vouchers.receipted({ svpmsn: svpmsn(meter) } as House, receipt as unknown as Receipt);
  };
  const begins = (meter: number, count = 1) => {
    const row = {
      svpmsn: svpmsn(meter),
      counter: 1,
      order: '',
      txid: txidOfName(count),
      amount: tokens(9),
      op: 'credit',
    };
    vouchers.committed([{ method: 'putOutstanding', values: [row] }]);
  };
  const hears = (meter: number, lastCounter: number) =>
    vouchers.committed([{ method: 'putPurse', values: [{ svpmsn: svpmsn(meter), lastCounter }] }]);
  const ends = async (redeemedAt: number | undefined) => {
    const services = { voucher: async () => ({ state: 'sold', redeemedAt }) };
    await vouchers.healed({ hosts: { vouchers: services } } as unknown as Utility);
  };
  const found = () => findings.violations.map(({ sentence }) => sentence);
  return { vouchers, credits, begins, hears, ends, found };
}

test('a voucher that paid in one meter and is redeemed is as it should be', async () => {
  const { begins, credits, ends, found } = watched();
  begins(1);
  credits(1);
  await ends(5);
  assert.deepEqual(found(), []);
});

test('one that paid and is not redeemed, and one that was said and never paid, are found', async () => {
  const paid = watched();
  paid.credits(1);
  await paid.ends(undefined);
  assert.deepEqual(paid.found(), ['voucher spring.00001 is sold, and its value in 000001.']);
  const lost = watched();
  await lost.ends(undefined);
  assert.deepEqual(lost.found(), ['voucher spring.00001 is sold, and its value in no meter.']);
});

test('a second payment is found by books that were never put back, under whichever name', () => {
  for (const count of [1, 2]) {
    const { begins, credits, found } = watched();
    credits(1);
    begins(2, count);
    assert.match(
      found()[0] ?? '',
      /^Meter 000001: it has the value of voucher spring\.00001, the books know, and send it to 000002/,
    );
    credits(2, count);
    assert.match(found()[1] ?? '', /^Meter 000002: voucher spring\.00001 paid a second time/);
  }
});

test('books that were put back may let it pay twice before they have heard of the first meter, and not after', async () => {
  const unheard = watched([TWICE]);
  unheard.credits(1);
  unheard.vouchers.storeRestored();
  assert.ok(unheard.vouchers.mayBeTwice(txidOfName(1)) && !unheard.vouchers.mayBeFound(TWICE));
  unheard.begins(2);
  unheard.credits(2);
  await unheard.ends(5);
  assert.deepEqual(unheard.found(), []);
  assert.ok(unheard.vouchers.mayBeFound(TWICE));
  assert.deepEqual(unheard.vouchers.counts, { bought: 1, twice: 1 });
  const heard = watched([TWICE]);
  heard.credits(1);
  heard.vouchers.storeRestored();
  heard.hears(1, 1);
  heard.begins(2);
  assert.equal(heard.found().length, 1);
});

test('an audit has to name each that paid twice, and no other', async () => {
  const unnamed = watched();
  unnamed.credits(1);
  unnamed.vouchers.storeRestored();
  unnamed.credits(2);
  await unnamed.ends(5);
  assert.deepEqual(unnamed.found(), ['voucher spring.00001 has its value in 000001 and 000002, and no audit says so.']);
  const named = watched([TWICE]);
  named.credits(1);
  await named.ends(5);
  assert.deepEqual(named.found(), [`an audit of vouchers finds ${TWICE}.`]);
});
