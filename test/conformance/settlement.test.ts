import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnsweredClaim, answerClaim, type SettlementFailure } from '../../src/host/index.ts';
import { made } from '../../src/host/rig.testing.ts';
import { BULK, FEBRUARY, MARCH, passMonth } from '../../src/host/settlement.testing.ts';
import { milliseconds } from '../../src/units/index.ts';
import { loadOf, SettlingHost } from './settlement.testing.ts';

const reasonOf = (answer: object) => (answer as SettlementFailure).reason;
const replyOf = (text: string) => JSON.parse(text) as { type: string; reason?: string; transformers?: number[] };

interface Pair {
  readonly seller: SettlingHost;
  readonly reseller: SettlingHost;
}

/** Two hosts that each read the same February; the re-seller has closed it. */
async function pair(changes: { own?: typeof loadOf2; tariff?: typeof BULK } = {}): Promise<Pair> {
  const seller = await SettlingHost.open('korea-power', changes.tariff ?? BULK);
  const reseller = await SettlingHost.open('hanbit', BULK);
  await reseller.live(FEBRUARY);
  await seller.live(FEBRUARY, changes.own ?? loadOf2);
  await reseller.close('2026-02');
  return { seller, reseller };
}
const loadOf2: (localUnit: number, minute: number) => number | undefined = loadOf;

const claimed = async ({ seller, reseller }: Pair, month = '2026-02'): Promise<AnsweredClaim> =>
  made(await reseller.claim(seller.sellerOf(reseller), month));

test('a month on which both sides agree is acknowledged, once, and both keep it', async () => {
  const both = await pair();
  const { claim, answer } = await claimed(both);
  assert.deepEqual([answer.verdict, answer.differences, answer.price], ['acknowledged', [], claim.price]);
  assert.ok(BigInt(claim.price) > 0n && claim.transformers.length === 2);
  assert.deepEqual(await claimed(both), { claim, answer });
  const rows = async ({ rig }: SettlingHost) => rig.store.read((tx) => tx.settlementClaims.page({ limit: 9 }));
  const [[sent], [taken]] = [await rows(both.reseller), await rows(both.seller)];
  assert.deepEqual([sent?.id, taken?.id], ['to korea-power 2026-02', 'from hanbit 2026-02']);
  assert.deepEqual([sent?.claim, sent?.answer], [taken?.claim, taken?.answer]);
});

test('minutes that differ are named by the minute, with what they do to energy and price', async () => {
  const at = 12 * 1440 + 9 * 60;
  const both = await pair({
    own: (unit, minute) => (unit === 258 && minute >= at && minute < at + 3 ? 1_000_000 : loadOf(unit, minute)),
  });
  const { claim, answer } = await claimed(both);
  assert.equal(answer.verdict, 'disputed');
  const minutes = [0, 1, 2].map((i) => loadOf(258, at + i));
  const told = minutes.reduce((sum, each) => sum + each, 0);
  const there = answer.differences.find(({ kind }) => kind === 'minutes');
  assert.deepEqual(there, {
    ...{ kind: 'minutes', localUnit: 258, from: FEBRUARY.first + at, to: FEBRUARY.first + at + 2 },
    ...{ claimedMissing: 0, ownMissing: 0, claimed: String(told), own: '3000000' },
  });
  assert.deepEqual(
    answer.differences.map(({ kind }) => kind),
    ['price', 'step', 'energy', 'minutes'],
  );
  assert.ok(BigInt(answer.price) > BigInt(claim.price));
  assert.deepEqual(await claimed(both), { claim, answer });
});

test('a transformer that one side lacks, a minute that one side misses and another bulk tariff are differences', async () => {
  const missing = await pair({
    own: (unit, minute) => (unit === 1 && minute === 5 ? undefined : loadOf(unit, minute)),
  });
  const range = (await claimed(missing)).answer.differences.find(({ kind }) => kind === 'minutes');
  assert.deepEqual(range, {
    ...{ kind: 'minutes', localUnit: 1, from: FEBRUARY.first + 5, to: FEBRUARY.first + 5 },
    ...{ claimedMissing: 0, ownMissing: 1, claimed: String(loadOf(1, 5)), own: '0' },
  });

  const { seller, reseller } = await pair();
  const lacking = made(await reseller.claim(seller.sellerOf(reseller, { transformers: [1, 3] }), '2026-02'));
  const units = lacking.answer.differences.flatMap((each) => (each.kind === 'transformer' ? [each.localUnit] : []));
  assert.deepEqual(units, [258, 3]);

  const dearer = await claimed(await pair({ tariff: { ...BULK, unitCharge: 20_001 } }));
  assert.deepEqual(
    dearer.answer.differences.map(({ kind }) => kind),
    ['price', 'unit-charge'],
  );
});

test('claims are a chain: the next follows the last, and none is left out', async () => {
  const both = await pair();
  const { seller, reseller } = both;
  for (const host of [seller, reseller]) await host.live(MARCH);
  await reseller.close('2026-03');
  // The seller has closed February, so that its minutes are kept.
  await seller.close('2026-02');
  assert.equal(reasonOf(await reseller.claim(seller.sellerOf(reseller), '2026-04')), 'period-not-closed');
  const february = await claimed(both);
  const march = await claimed(both, '2026-03');
  assert.deepEqual([march.answer.verdict, march.claim.carried], ['acknowledged', february.claim.left]);

  const skipping = await pair();
  await skipping.reseller.live(MARCH);
  await skipping.reseller.close('2026-03');
  await skipping.seller.live(MARCH);
  await skipping.seller.close('2026-02');
  await claimed(skipping, '2026-03');
  assert.equal(
    reasonOf(await skipping.reseller.claim(skipping.seller.sellerOf(skipping.reseller), '2026-02')),
    'previous-wrong',
  );
});

test('a claim that comes too early or too late is refused, and may come when its time is there', async () => {
  const both = await pair();
  const { seller, reseller } = both;
  const now = seller.rig.clock.ms;
  seller.rig.clock.ms = (FEBRUARY.first + FEBRUARY.minutes) * 60_000 - 1;
  assert.equal(reasonOf(await reseller.claim(seller.sellerOf(reseller), '2026-02')), 'period-open');
  seller.rig.clock.ms = (FEBRUARY.first + 35 * 1440) * 60_000;
  assert.equal(reasonOf(await reseller.claim(seller.sellerOf(reseller), '2026-02')), 'period-late');
  assert.equal(reasonOf(await reseller.claim(seller.sellerOf(reseller), '2026-1')), 'period-wrong');
  seller.rig.clock.ms = now;
  assert.equal((await claimed(both)).answer.verdict, 'acknowledged');
});

/** What the seller is sent when the re-seller claims. */
async function sent({ reseller, seller }: Pair): Promise<string> {
  let message = '';
  const exchange = async (text: string) => {
    message = text;
    return { reason: 'peer-unreachable', sentence: 'Cut.' } as const;
  };
  assert.equal(
    reasonOf(await reseller.claim({ ...seller.sellerOf(reseller), peer: { exchange } }, '2026-02')),
    'peer-unreachable',
  );
  return message;
}

test('whatever is changed in a claim, it is refused, and the true one is answered after it', async () => {
  const both = await pair();
  const { seller, reseller } = both;
  const message = await sent(both);
  const { claim } = JSON.parse(message) as { claim: string };
  const refused = async (changed: string) => {
    const { type, reason } = replyOf(await seller.answer(reseller, changed));
    assert.equal(type, 'refused', changed);
    return reason;
  };
  for (const text of ['', '{}', 'null', '[]', '{"claim":7,"minutes":[]}', '{"claim":"a.b.c"}']) {
    assert.equal(await refused(text), 'form-wrong');
  }
  for (let i = 0; i < claim.length; i += 7) {
    const letter = claim[i] === 'A' ? 'B' : 'A';
    const changed = `${claim.slice(0, i)}${letter}${claim.slice(i + 1)}`;
    const reason = await refused(JSON.stringify({ claim: changed, minutes: [] }));
    assert.ok(['algorithm-wrong', 'key-unknown', 'signature-wrong'].includes(reason ?? ''), `${i}: ${reason}`);
  }
  const bytes = JSON.stringify({ claim, minutes: [{ localUnit: 1, energies: 'AAAA' }] });
  assert.equal(await refused(bytes), 'minutes-wrong');
  const stranger = await SettlingHost.open('stranger');
  assert.equal(replyOf(await seller.answer(stranger, message)).reason, 'key-unknown');
  const impostor = { name: 'other', keys: reseller.keys };
  assert.equal(replyOf(await seller.answer(reseller, message, impostor)).reason, 'party-wrong');
  assert.equal(replyOf(await stranger.answer(reseller, message)).reason, 'party-wrong');
  assert.equal(replyOf(await seller.answer(reseller, message, { tariff: 'other' })).reason, 'tariff-wrong');
  assert.equal((await claimed(both)).answer.verdict, 'acknowledged');
});

test('another claim for a month that was answered is refused', async () => {
  const both = await pair();
  await claimed(both);
  const { seller, reseller } = both;
  const again = await SettlingHost.open('hanbit');
  await again.live(FEBRUARY, (unit, minute) => loadOf(unit, minute) - 1);
  await again.close('2026-02');
  const twin = { name: 'hanbit', keys: again.keys };
  const answer = await again.claim(seller.sellerOf(reseller, twin), '2026-02');
  assert.equal(reasonOf(answer), 'period-answered');
});

test('an answer that is forged, or to something else, is not kept', async () => {
  const both = await pair();
  const other = await pair();
  const { seller, reseller } = both;
  const forged = (exchange: () => Promise<string>) =>
    reseller.claim({ ...seller.sellerOf(reseller), peer: { exchange } }, '2026-02');
  await claimed(other);
  const foreign = await other.seller.answer(other.reseller, await sentAgain(other));
  assert.equal(reasonOf(await forged(async () => foreign)), 'signature-wrong');
  const claim = JSON.parse(await sent(both)) as { claim: string };
  const echoed = JSON.stringify({ type: 'answer', answer: claim.claim });
  assert.equal(reasonOf(await forged(async () => echoed)), 'algorithm-wrong');
  for (const text of ['', '{}', '{"type":"refused","reason":"odd","sentence":""}']) {
    assert.equal(reasonOf(await forged(async () => text)), 'form-wrong');
  }
  const wanted = '{"type":"minutes-wanted","transformers":[1,7]}';
  assert.equal(reasonOf(await forged(async () => wanted)), 'form-wrong');
  // The seller's own answer to another claim of this re-seller.
  const twin = await SettlingHost.open('hanbit');
  await twin.live(FEBRUARY);
  await twin.close('2026-02');
  const elsewhere = await SettlingHost.open('korea-power');
  await elsewhere.live(FEBRUARY);
  const crossed = { ...elsewhere.ports, signer: seller.signer };
  const toTwin = await answerClaim(
    crossed,
    elsewhere.side,
    { name: 'hanbit', keys: twin.keys, tariff: 'bulk' },
    await sent({ seller, reseller: twin }),
  );
  assert.equal(reasonOf(await forged(async () => toTwin)), 'answer-wrong');
  assert.equal((await claimed(both)).answer.verdict, 'acknowledged');
});

async function sentAgain({ reseller }: Pair): Promise<string> {
  const [row] = await reseller.rig.store.read((tx) => tx.settlementClaims.page({ limit: 1 }));
  return JSON.stringify({ claim: row?.claim, minutes: [] });
}

test('a document that was issued after its key was replaced is refused', async () => {
  const both = await pair();
  const { seller, reseller } = both;
  const message = await sent(both);
  const { issuedAt } = readPayload(message);
  const expiring = (expiresAt: number) => ({
    find: (kid: string) => {
      const key = reseller.keys.find(kid);
      return key && { ...key, expiresAt: milliseconds(expiresAt) };
    },
  });
  assert.equal(replyOf(await seller.answer(reseller, message, { keys: expiring(issuedAt - 1) })).reason, 'key-expired');
  assert.equal(replyOf(await seller.answer(reseller, message, { keys: expiring(issuedAt) })).type, 'answer');
});

function readPayload(message: string): { readonly issuedAt: number } {
  const { claim } = JSON.parse(message) as { claim: string };
  return JSON.parse(Buffer.from(claim.split('.')[1] ?? '', 'base64url').toString()) as { issuedAt: number };
}

test('two claims of the same month at the same time get one answer', async () => {
  const both = await pair();
  const { seller, reseller } = both;
  const answers = await Promise.all([claimed(both), claimed(both)]);
  assert.deepEqual(answers[0], answers[1]);
  passMonth(reseller.rig, MARCH);
  const message = await sentAgain(both);
  const replies = await Promise.all([seller.answer(reseller, message), seller.answer(reseller, message)]);
  assert.equal(replies[0], replies[1]);
});
