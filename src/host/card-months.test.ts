import assert from 'node:assert/strict';
import { test } from 'node:test';
import { milliseconds, Region } from '../units/index.ts';
import { type CardMonth, cardMonths } from './card-months.ts';
import { CardRig, GAS, KIMS_CARD } from './card-rig.testing.ts';
import { buyForCard, emptyCard, sellToCard, voidCardOrder } from './card-sale.ts';
import { addProvider } from './cards.ts';
import { made } from './rig.testing.ts';
import type { CardProvider, HostFailure } from './types.ts';

const TARGET = { csn: KIMS_CARD, region: Region.gas };
const ZONE = 'Europe/Berlin';
/** January ends where the utility is an hour before it does by UTC. */
const JANUARY_ENDS = Date.UTC(2026, 0, 31, 23);

async function monthOf(rig: CardRig, month: string): Promise<CardMonth[] | HostFailure> {
  return rig.store.read(async (tx) => {
    const providers: CardProvider[] = await tx.cardProviders.page({ limit: 9 });
    return cardMonths(tx, { month, zone: ZONE, providers }, rig.clock.now());
  });
}

const gasIn = async (rig: CardRig, month: string): Promise<CardMonth> => {
  const found = made(await monthOf(rig, month)).find(({ provider }) => provider.id === GAS);
  assert.ok(found !== undefined);
  return found;
};
const moved = (
  { begin, end }: CardMonth,
  of: 'issued' | 'refunded' | 'closed' | 'stored' | 'handed' | 'spent' | 'due',
) => end[of] - begin[of];
const sell = (rig: CardRig, orderId: string, amount: number) =>
  rig.do(async (tx, now) => made(await sellToCard(tx, { ...TARGET, orderId, amount, source: 'cash' }, now)));

/** Gas that was sold, loaded, used, taken back and taken off over the end of January. */
async function lived(): Promise<CardRig> {
  const rig = await CardRig.open();
  await rig.do(async (tx, now) =>
    made(
      await addProvider(
        tx,
        { utility: 7, region: Region.water, name: 'Water', account: 'X', ticketLimit: 1, ticketDays: 1 },
        now,
      ),
    ),
  );
  await sell(rig, 'one', 300);
  await rig.serve();
  const meter = rig.meter();
  meter.take(rig.hand(), 100);
  meter.spend(40);
  meter.take(rig.hand(), 1);
  await rig.serve();
  await sell(rig, 'waits', 50);
  rig.ms = JANUARY_ENDS - 1;
  await sell(rig, 'last of January', 7);
  rig.ms = JANUARY_ENDS;
  await sell(rig, 'first of February', 9);
  await rig.do(async (tx, now) => made(await voidCardOrder(tx, 'waits', now)));
  await rig.serve();
  await rig.do(async (tx, now) => made(await emptyCard(tx, { ...TARGET, orderId: 'off' }, now)));
  await rig.serve();
  rig.ms = Date.UTC(2026, 2, 15);
  return rig;
}

test('due is what was sold in the name of a provider, less what was given back, month by month', async () => {
  const rig = await lived();
  const [january, february] = [await gasIn(rig, '2026-01'), await gasIn(rig, '2026-02')];
  assert.deepEqual([moved(january, 'issued'), moved(january, 'due'), january.end.due], [357n, 357n, 357n]);
  assert.deepEqual(
    [moved(february, 'issued'), moved(february, 'refunded'), moved(february, 'closed')],
    [9n, 50n, 215n],
  );
  assert.deepEqual([moved(february, 'due'), february.end.due], [9n - 50n - 215n, 101n]);
  // All that was handed to the meter, and nothing else, has been paid for in the end.
  assert.equal(february.end.due, february.end.handed);
});

test('a month begins with what the one before ended with, and what moved in between makes its end', async () => {
  const rig = await lived();
  const months = [await gasIn(rig, '2025-12'), await gasIn(rig, '2026-01'), await gasIn(rig, '2026-02')];
  for (const [i, month] of months.entries()) {
    assert.ok(month.balanced);
    if (i > 0) assert.deepEqual(month.begin, months[i - 1]?.end);
    const { begin, end } = month;
    assert.equal(
      end.inFlight,
      begin.inFlight + moved(month, 'issued') - moved(month, 'stored') - moved(month, 'refunded'),
    );
    assert.equal(end.onCards, begin.onCards + moved(month, 'stored') - moved(month, 'handed') - moved(month, 'closed'));
    assert.equal(end.inMeters, begin.inMeters + moved(month, 'handed') - moved(month, 'spent'));
  }
  const [, january, february] = months;
  assert.deepEqual([january?.end.inFlight, january?.end.onCards, january?.end.inMeters], [57n, 199n, 61n]);
  assert.deepEqual([february?.end.inFlight, february?.end.onCards, february?.end.inMeters], [0n, 0n, 61n]);
});

test('fee and tax are not the provider’s, and where nothing was sold nothing is due', async () => {
  const rig = await CardRig.open();
  const currency = { code: 'EUR', number: 978, exponent: 2 };
  const terms = { currency, taxBasisPoints: 1_000, fixedChargePerMonth: 500, recoveryPercentMax: 50 };
  const fees = { card: { fixed: 10, basisPoints: 0 } };
  await rig.do((tx, at) => tx.terms.append([{ at, terms: { ...terms, fees } }]));
  const purchase = { ...TARGET, orderId: 'one', paid: 1_100, method: 'card' } as const;
  await rig.do(async (tx, now) => made(await buyForCard(tx, purchase, now)));
  rig.ms = Date.UTC(2026, 2, 15);
  const month = await gasIn(rig, '2026-01');
  assert.deepEqual([moved(month, 'due'), month.end.fees, month.end.tax], [990n, 10n, 100n]);
  const after = await gasIn(rig, '2026-02');
  assert.deepEqual([moved(after, 'due'), after.end.due], [0n, 990n]);
  const others = made(await monthOf(await lived(), '2026-01')).filter(({ provider }) => provider.id !== GAS);
  assert.deepEqual(
    others.map(({ provider, begin, end, balanced }) => [provider.name, begin.due, end.due, balanced]),
    [['Water', 0n, 0n, true]],
  );
});

test('a month that is not over, and what is no month, is refused', async () => {
  const rig = await CardRig.open();
  const reason = async (month: string) => {
    const answer = await monthOf(rig, month);
    return 'reason' in answer ? answer.reason : undefined;
  };
  rig.ms = JANUARY_ENDS - 1;
  assert.equal(await reason('2026-01'), 'period-open');
  rig.ms = milliseconds(JANUARY_ENDS);
  assert.equal(await reason('2026-01'), undefined);
  assert.equal(await reason('2026-02'), 'period-open');
  for (const wrong of ['2026-13', '2026', '']) assert.equal(await reason(wrong), 'period-wrong');
});
