import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { checkSeller, claimsOf, type SettlementFailure, settlementSheet } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { BULK, FEBRUARY, MARCH, TERMS, tellMinutes } from '../../src/host/settlement.testing.ts';
import { milliseconds } from '../../src/units/index.ts';
import { loadOf, SettlingHost } from './settlement.testing.ts';

const AT = 12 * 1440 + 9 * 60;
const documentDigest = (jws: string) => createHash('sha256').update(jws).digest('hex');
const failed = (answer: object) => (answer as SettlementFailure).reason;
const replied = (text: string) => JSON.parse(text) as { type: string; reason?: string };

/** February as both sides read it, but one minute of which the seller knows of more; claimed, and disputed. */
async function disputed() {
  const seller = await SettlingHost.open('korea-power', BULK);
  const reseller = await SettlingHost.open('hanbit', BULK);
  await reseller.live(FEBRUARY);
  await seller.live(FEBRUARY, (unit, minute) => (unit === 258 && minute === AT ? 30_000_000 : loadOf(unit, minute)));
  const closing = await reseller.close('2026-02');
  const first = made(await reseller.claim(seller.sellerOf(reseller), '2026-02'));
  assert.equal(first.answer.verdict, 'disputed');
  const learn = () => tellMinutes(reseller.rig, 258, FEBRUARY, (i) => (i === AT ? 30_000_000 : undefined));
  const correct = () => reseller.correct(seller.sellerOf(reseller), '2026-02');
  return { seller, reseller, closing, first, learn, correct };
}

test('a corrected claim names the one it replaces, is computed anew and acknowledged, and the first stays', async () => {
  const { seller, reseller, first, learn, correct } = await disputed();
  await learn();
  const before = await reseller.rig.store.read((tx) => tx.settlementClaims.of(['to korea-power 2026-02']));
  const { claim, answer } = made(await correct());
  assert.equal(claim.replaces, documentDigest(before[0]?.claim ?? ''));
  assert.deepEqual(
    [answer.verdict, answer.price, claim.price],
    ['acknowledged', first.answer.price, first.answer.price],
  );
  assert.ok(BigInt(claim.price) > BigInt(first.claim.price));
  assert.deepEqual(await reseller.rig.store.read((tx) => tx.settlementClaims.of(['to korea-power 2026-02'])), before);
  for (const { rig } of [seller, reseller]) {
    const versions = await claimsOf(rig.store, '2026-02');
    assert.deepEqual(
      versions.map((each) => [each.claim.replaces !== undefined, each.answer?.verdict]),
      [
        [false, 'disputed'],
        [true, 'acknowledged'],
      ],
    );
  }
  // What it was closed by is what it was, and proves itself.
  const period = made(await reseller.rig.host.period('2026-02'));
  assert.deepEqual([period.faults, String(period.closing.price)], [[], first.claim.price]);
});

test('what a correction made of the price is a counter-entry of the next closing, and its claim follows the correction', async () => {
  const { seller, reseller, closing, first, learn, correct } = await disputed();
  await learn();
  const { claim } = made(await correct());
  for (const host of [seller, reseller]) await host.live(MARCH);
  const march = await reseller.close('2026-03');
  const corrected = BigInt(claim.price) - BigInt(first.claim.price);
  assert.deepEqual(
    [march.inputs.corrected, march.inputs.priceCarried, march.priceOfAll],
    [String(corrected), claim.left, closing.price + corrected + march.price],
  );
  const { sums } = await reseller.rig.store.read((tx) => tx.ledgerSums(0));
  const closings = await reseller.rig.host.periods();
  assert.deepEqual(checkSeller(sums, closings), [], 'the ledger has the counter-entry too');
  const told = (of: typeof closings) => checkSeller(sums, of).map(({ row, what }) => `${row}: ${what}`);
  const owed = march.priceOfAll;
  assert.deepEqual(told([{ ...march, priceOfAll: owed + 1n }, closing]), [
    `2026-03: bought ${owed + 1n} where the ledger says ${owed}`,
  ]);
  assert.deepEqual(told([closing]), [`2026-02: bought ${closing.priceOfAll} where the ledger says ${owed}`]);
  assert.deepEqual(told([]), [`undefined: bought 0 where the ledger says ${owed}`]);
  const period = made(await reseller.rig.host.period('2026-03'));
  assert.deepEqual(period.faults, []);
  const rows = settlementSheet(period, []).sections.flatMap((section) =>
    section.rows.map(([name, value]) => [name, value]),
  );
  assert.ok(rows.some(([name, value]) => /corrected/.test(name ?? '') && value === String(corrected)));
  await seller.close('2026-02');
  const next = made(await reseller.claim(seller.sellerOf(reseller), '2026-03'));
  assert.deepEqual([next.answer.verdict, next.claim.carried], ['acknowledged', claim.left]);
  assert.equal(failed(await correct()), undefined, 'a correction that was acknowledged is given back');
});

test('a month from which the next began is corrected no more', async () => {
  const { seller, reseller, learn, correct } = await disputed();
  for (const host of [seller, reseller]) await host.live(MARCH);
  await reseller.close('2026-03');
  await learn();
  assert.equal(failed(await correct()), 'correction-wrong');
  assert.equal((await claimsOf(reseller.rig.store, '2026-02')).length, 1);
});

test('a correction that changes nothing is disputed again, and that one can be corrected', async () => {
  const { learn, correct } = await disputed();
  const again = made(await correct());
  assert.equal(again.answer.verdict, 'disputed');
  await learn();
  const third = made(await correct());
  assert.equal(third.answer.verdict, 'acknowledged');
  assert.notEqual(third.claim.replaces, again.claim.replaces);
});

test('the seller too may have been wrong: its tariff, published anew, and the same claim again', async () => {
  const seller = await SettlingHost.open('korea-power', { ...BULK, unitCharge: 21_000 });
  const reseller = await SettlingHost.open('hanbit', BULK);
  for (const host of [seller, reseller]) await host.live(FEBRUARY);
  await reseller.close('2026-02');
  const first = made(await reseller.claim(seller.sellerOf(reseller), '2026-02'));
  assert.equal(first.answer.verdict, 'disputed');
  made(await seller.rig.host.publishTariff('bulk', BULK, milliseconds(FEBRUARY.first * 60_000)));
  const { claim, answer } = made(await reseller.correct(seller.sellerOf(reseller), '2026-02'));
  assert.deepEqual([answer.verdict, claim.price], ['acknowledged', first.claim.price]);
});

test('a correction is taken in place of the last disputed claim alone, and as it was signed', async () => {
  const { seller, reseller, first, learn, correct } = await disputed();
  const answer = async (change: object) => {
    const claim = { ...first.claim, issuedAt: first.claim.issuedAt + 1, ...change };
    const jws = await reseller.signer.sign(Buffer.from(JSON.stringify(claim)), 'wattpurse-settlement-claim');
    return replied(await seller.answer(reseller, JSON.stringify({ claim: jws, minutes: [] }))).reason;
  };
  const [row] = await reseller.rig.store.read((tx) => tx.settlementClaims.of(['to korea-power 2026-02']));
  const replaces = documentDigest(row?.claim ?? '');
  assert.equal(await answer({}), 'period-answered');
  assert.equal(await answer({ replaces: '0'.repeat(64) }), 'correction-wrong');
  assert.equal(await answer({ replaces, carried: '1' }), 'correction-wrong');
  assert.equal(await answer({ replaces, previous: '1'.repeat(64) }), 'correction-wrong');
  assert.equal(await answer({ replaces: 'x' }), 'form-wrong');
  await learn();
  made(await correct());
  assert.equal(await answer({ replaces }), 'correction-wrong', 'the claim that it replaces is not the last');
});

test('nothing is corrected that was not claimed, not answered, or is acknowledged', async () => {
  const seller = await SettlingHost.open('korea-power');
  const reseller = await SettlingHost.open('hanbit');
  for (const host of [seller, reseller]) await host.live(FEBRUARY);
  made(await reseller.rig.host.closePeriod({ month: '2026-02', terms: TERMS }));
  const silent = {
    ...seller.sellerOf(reseller),
    peer: { exchange: async () => ({ reason: 'peer-unreachable', sentence: 'It is dark.' }) as const },
  };
  assert.equal(failed(await reseller.correct(silent, '2026-02')), 'correction-wrong');
  assert.equal(failed(await reseller.claim(silent, '2026-02')), 'peer-unreachable');
  assert.equal(failed(await reseller.correct(silent, '2026-02')), 'correction-wrong');
  made(await reseller.claim(seller.sellerOf(reseller), '2026-02'));
  assert.equal(failed(await reseller.correct(seller.sellerOf(reseller), '2026-02')), 'correction-wrong');
});
