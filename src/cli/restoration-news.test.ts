import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostFailure, NumberedOrder, RestorationView } from '../host/index.ts';
import { milliseconds, svpmsn, tokens } from '../units/index.ts';
import { RestorationNews } from './restoration-news.ts';

const AT_START: RestorationView = {
  ...{ copiedAt: Date.UTC(2026, 0, 1), startedAt: milliseconds(5), meters: 300, awaited: 300, frozen: [], found: 0n },
  ...{ paidTwice: [], unsettledPayments: 2, ports: [{ port: 'bank', isReconciled: false }] },
};
const AT_END: RestorationView = { ...AT_START, awaited: 0, ports: [{ port: 'bank', isReconciled: true }] };

async function told(...views: readonly (RestorationView | HostFailure)[]): Promise<string[]> {
  const said: string[] = [];
  let asked = 0;
  const restoration = async () => views[Math.min(asked++, views.length - 1)] as RestorationView;
  const news = new RestorationNews({ restoration }, (level, sentence) => said.push(`${level} ${sentence}`));
  for (let i = 0; i < views.length + 2; i++) await news.tell();
  return said;
}

test('what is learned since a restore is told once as it changes, and then that it is over', async () => {
  const learned = { ...AT_START, awaited: 1, found: 70n, frozen: Array.from({ length: 12 }, (_, i) => svpmsn(i)) };
  assert.deepEqual(await told(AT_START, AT_START, learned, AT_END), [
    'warn The books were put back from a copy of 2026-01-01T00:00:00.000Z; 300 of 300 meters have not told their receipts yet.',
    'warn No value leaves and 2 open payments wait until the payments of bank were compared with these books: see "After a restore" in the operating guide.',
    'warn The books were put back from a copy of 2026-01-01T00:00:00.000Z; 1 of 300 meters have not told their receipts yet.',
    'warn Value of 70 is in meters that these books do not know to have been sold.',
    'warn Meters are frozen since then, and a person decides: 000000, 000001, 000002, 000003, 000004, 000005, 000006, 000007, 000008, 000009 and 2 more.',
    'warn No value leaves and 2 open payments wait until the payments of bank were compared with these books: see "After a restore" in the operating guide.',
    'info The books were put back from a copy of 2026-01-01T00:00:00.000Z; 0 of 300 meters have not told their receipts yet.',
    'info Every meter was heard and every payment port compared: value moves as before.',
  ]);
});

test('a voucher that paid in two meters is told with both', async () => {
  const order = {
    ...{ op: 'credit', state: 'stored', source: 'voucher', orderedAt: milliseconds(1), sequence: 1 },
  } as const;
  const sold = {
    ...order,
    id: 'payment:voucher:spring.00001:1',
    svpmsn: svpmsn(2),
    txid: '',
    amount: tokens(9),
  } as NumberedOrder;
  const paidTwice = [{ voucher: 'spring.00001', sold, found: { ...sold, svpmsn: svpmsn(1), amount: tokens(7) } }];
  const [, told1] = await told({ ...AT_END, awaited: 1, paidTwice });
  assert.equal(
    told1,
    'warn Vouchers paid twice, and what they are worth is lost: spring.00001 in meter 000002, and before that in 000001 for 7 tokens.',
  );
});

test('a host whose books were never put back, or long ago, says nothing of it, and one whose store is away asks again', async () => {
  const never: HostFailure = { reason: 'never-restored', sentence: '' };
  assert.deepEqual(await told(never, AT_START), []);
  assert.deepEqual(await told(AT_END, AT_START), []);
  const away: HostFailure = { reason: 'store-failed', sentence: '' };
  assert.equal((await told(away, AT_START)).length, 2);
});
