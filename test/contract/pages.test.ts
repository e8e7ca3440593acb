import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Argon2 } from '../../src/adapters/argon2.ts';
import { cardRow, offlineRow, orderRow, providerRow, purseRow, ticketRow } from '../../src/host/cards.testing.ts';
import {
  createPeople,
  type HostServices,
  type LossAlarm,
  type Payment,
  type PaymentState,
  type PeopleServices,
  type Store,
  type StoreReads,
} from '../../src/host/index.ts';
import { made, Rig } from '../../src/host/rig.testing.ts';
import { milliseconds, Region, svpmsn } from '../../src/units/index.ts';
import { STORES } from './stores.testing.ts';

const at = milliseconds(1_767_600_000_000);
const CARD = '04a1b2c3d4e5f6';
const ROWS = 24;
const LIMIT = 3;
/** Beside what is on a page: the thing of which it is a list, with its parts. */
const OTHERS_READ = 4;
const UNSETTLED: readonly PaymentState[] = ['asked', 'pending', 'approved', 'stuck'];

const numbered = <R>(row: (i: number) => R): R[] => Array.from({ length: ROWS }, (_, i) => row(i));
const text = (i: number): string => String(i).padStart(3, '0');
const hexText = (i: number, digits: number): string => i.toString(16).padStart(digits, '0');

/** A store that counts the rows which it gives. */
function counting(store: Store): { readonly store: Store; readonly rowsRead: () => number } {
  let rows = 0;
  const counted = <T extends object>(of: T): T =>
    new Proxy(of, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value === 'object' && value !== null) return counted(value);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]) => {
          const answer = await value.apply(target, given);
          rows += Array.isArray(answer) ? answer.length : 1;
          return answer;
        };
      },
    });
  return {
    rowsRead: () => rows,
    store: {
      transaction: (work) => store.transaction(work),
      read: (work) => store.read((tx) => work(counted<StoreReads>(tx))),
      close: () => store.close(),
    },
  };
}

/** Four times as many rows of each kind as the pages that are asked for could hold. */
async function fill(store: Store): Promise<void> {
  const rig = new Rig(store);
  await rig.enrol(3);
  const purses = [purseRow(), purseRow({ id: `${CARD}-1`, region: Region.electricity, outstanding: undefined })];
  const purseOf = (i: number) => purses[i % 2]?.id as string;
  // Instants that are the same twice, and ids that do not rise with them.
  const orders = numbered((i) =>
    orderRow({
      ...{ id: `o${text((i * 7) % ROWS)}`, purse: purseOf(i), txid: hexText(i, 16), openOf: undefined },
      orderedAt: milliseconds(at + (i >> 1)),
    }),
  );
  const tickets = numbered((i) => ({
    ...{ ...ticketRow, meter: svpmsn(5), id: `${purseOf(i)}-${text(i)}`, purse: purseOf(i), version: i + 1 },
    issuedAt: milliseconds(at + (i >> 1)),
  }));
  const approvals = numbered((i) => ({
    ...({ id: text(i), proposal: { type: 'void', order: 'a' }, why: 'a slip', askedBy: 'kim', askedAt: at } as const),
    ...{ state: i % 4 === 0 ? ('refused' as const) : ('waiting' as const), decidedBy: undefined, decidedAt: undefined },
  }));
  const payments = numbered(
    (i): Payment => ({
      ...{ id: `p${text((i * 7) % ROWS)}`, port: 'acquirer', method: 'card', trace: i, svpmsn: svpmsn(3), paid: 9 },
      ...{
        purse: undefined,
        at: milliseconds(at + (i >> 1)),
        state: i % 6 === 5 ? 'captured' : (UNSETTLED[i % 4] as PaymentState),
      },
      ...{ approval: undefined, approvalKey: undefined, shown: undefined, why: undefined, dueAt: at, attempts: 0 },
    }),
  );
  const alarms = numbered(
    (i): LossAlarm => ({
      ...{ id: text(i), localUnit: 1, state: (['new', 'closed', 'seen'] as const)[i % 3] ?? 'new', raisedAt: at },
      ...{ firstDay: i, lastDay: i, days: 1, unexplained: 1, confidence: 97, steps: [], suspects: undefined },
    }),
  );
  await store.transaction(async (tx) => {
    await tx.cardProviders.put([providerRow]);
    await tx.cards.put([
      cardRow('kim'),
      ...numbered((i) => cardRow('kim', { id: `05${hexText(i, 12)}`, state: i % 2 === 0 ? 'lost' : 'active' })),
    ]);
    await tx.cardPurses.put(purses);
    await tx.cardOrders.put(orders);
    await tx.cardTickets.put(tickets);
    await tx.offlineMeters.put(numbered((i) => offlineRow('kim', { id: hexText(i, 6), svpmsn: svpmsn(i) })));
    await tx.approvals.put(approvals);
    await tx.payments.put(payments);
    await tx.lossAlarms.put(alarms);
  });
}

/** A row of a list, and by which number it stands there, if by one. */
interface Listed {
  readonly id: string;
  readonly at?: number;
}

interface List {
  readonly count: number;
  /** How many values rows have that stand on one page: of each a page may be read. */
  readonly values: number;
  readonly order: 'rising' | 'falling';
  page(last: Listed | undefined): Promise<readonly Listed[]>;
}

const after = (last: Listed | undefined) => ({ ...(last && { after: last.id }), limit: LIMIT });
const past = (last: Listed | undefined) => ({
  ...(last && { past: { number: last.at as number, id: last.id } }),
  limit: LIMIT,
});

const listsOf = (host: HostServices, people: PeopleServices): Readonly<Record<string, List>> => ({
  'orders of a card': {
    ...{ count: ROWS, values: 2, order: 'falling' },
    page: async (last) =>
      made(await host.cardOrders({ csn: CARD, ...past(last) })).map(({ id, orderedAt }) => ({ id, at: orderedAt })),
  },
  'tickets of a card': {
    ...{ count: ROWS, values: 2, order: 'falling' },
    page: async (last) =>
      made(await host.cardTickets({ csn: CARD, ...past(last) })).map(({ id, issuedAt }) => ({ id, at: issuedAt })),
  },
  'payments that have not come to their end': {
    ...{ count: 20, values: UNSETTLED.length, order: 'rising' },
    page: (last) => host.unsettledPayments(past(last)),
  },
  'tickets of a meter': {
    ...{ count: ROWS, values: 1, order: 'rising' },
    page: async (last) =>
      made(await host.offlineMeterTickets({ meter: '000005', ...after(last) })).map(({ id }) => ({ id })),
  },
  'approvals that wait': {
    ...{ count: 18, values: 1, order: 'rising' },
    page: (last) => people.waitingApprovals(after(last)),
  },
  'open alarms of losses': {
    ...{ count: 16, values: 2, order: 'rising' },
    page: (last) => host.lossAlarms({ open: true, ...after(last) }),
  },
  'cards that are lost': {
    ...{ count: 12, values: 1, order: 'rising' },
    page: async (last) => (await host.cards({ state: 'lost', ...after(last) })).map(({ card }) => card),
  },
  'meters without a line of a subscriber': {
    ...{ count: ROWS, values: 1, order: 'rising' },
    page: async (last) => (await host.offlineMeters({ subscriber: 'kim', ...after(last) })).map(({ id }) => ({ id })),
  },
});

const placeOf = ({ id, at: number = 0 }: Listed): string => `${String(number).padStart(16, '0')} ${id}`;

for (const { name, skip, open } of STORES) {
  test(`${name}: each page of a list is read alone, every row is on one of them, and in its order`, {
    skip,
  }, async () => {
    const { store, clean } = await open();
    try {
      await fill(store);
      const counted = counting(store);
      const { host, clock, randomness } = new Rig(counted.store);
      const people = createPeople({ store: counted.store, clock, randomness, passwords: new Argon2() });
      for (const [what, { count, values, order, page }] of Object.entries(listsOf(host, people))) {
        const seen: string[] = [];
        for (let last: Listed | undefined; ; ) {
          const before = counted.rowsRead();
          const rows = await page(last);
          const read = counted.rowsRead() - before;
          assert.ok(read <= values * LIMIT + OTHERS_READ, `${what}: ${read} rows were read for ${rows.length}`);
          seen.push(...rows.map(placeOf));
          last = rows.at(-1);
          if (rows.length < LIMIT) break;
        }
        const sorted = [...new Set(seen)].sort();
        assert.deepEqual([seen.length, seen], [count, order === 'rising' ? sorted : sorted.reverse()], what);
      }
    } finally {
      await store.close();
      clean();
    }
  });
}
