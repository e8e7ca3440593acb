import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Act, type CardOrder, type Store, type Vend, VendCheck } from '../../src/host/index.ts';
import { made, Rig } from '../../src/host/rig.testing.ts';
import { audited } from '../../src/storage/book-audit.testing.ts';
import { milliseconds, svpmsn } from '../../src/units/index.ts';
import { books, type Place, SEALED_PLACES } from './sealed-places.testing.ts';

const GAS = { csn: '04a1b2c3d4e5f6', region: 2 };
const WATER = { csn: '04a1b2c3d4e5f7', region: 3 };

/** A kiosk that sold to a meter and to a card, was paid back for one of each, and reversed what never came. */
async function sell(store: Store): Promise<void> {
  const rig = new Rig(store, { seed: 3 });
  await rig.enrol(1);
  await rig.enrol(2);
  const at = milliseconds(rig.clock.ms);
  let acts = 0;
  const office = (by: string) => {
    const act: Act = { at, by, role: 'agent', action: 'test', subject: '', detail: '', request: `r${++acts}` };
    return rig.host.by(act);
  };
  const clerk = {
    id: 'clerk',
    name: 'Clerk',
    role: 'agent',
    subscriber: undefined,
    password: '',
    locked: false,
  } as const;
  await store.transaction((tx) => tx.people.put([{ ...clerk, oneTimeUntil: undefined, createdAt: at }]));
  for (const { csn, region } of [GAS, WATER]) {
    const terms = { name: 'Gas', account: 'IBAN', ticketLimit: 500, ticketDays: 30 };
    made(await office('test').addCardProvider({ utility: 1, region, ...terms }));
    made(
      await office('test').issueCard({ csn, subscriber: 'kim', regions: [{ region, provider: `1-${region}`, n: 32 }] }),
    );
  }
  for (const id of ['kiosk', 'stall']) {
    made(await office('test').addAgent({ id, name: id, commissionBasisPoints: 200 }));
    const slip = { agent: id, direction: 'pay-in', method: 'cash', reference: 'slip' } as const;
    made(await office('test').moveFloat({ ...slip, amount: 5_000 }));
  }
  made(await office('test').addAgentMember({ id: 'clerk', agent: 'kiosk' }));
  for (const reference of ['kept', 'back']) {
    made(await office('clerk').vend({ reference: `m-${reference}`, meter: 1, paid: 500, method: 'cash' }));
    made(await office('clerk').vend({ reference: `c-${reference}`, card: GAS, paid: 300, method: 'cash' }));
  }
  made(await office('clerk').reverseVend({ reference: 'm-back', meter: 1 }));
  made(await office('clerk').reverseVend({ reference: 'c-back', card: GAS }));
  made(await office('clerk').reverseVend({ reference: 'never', meter: 1 }));
}

async function findingsOf({ source }: Place): Promise<string[]> {
  const check = new VendCheck();
  const { sums, findings } = await audited(await source(), books, { vend: (sold) => check.fault(sold) });
  const all = [...findings, ...check.findings(sums)];
  return all.map(({ table, row, what }) => `${table} ${row}: ${what}`);
}

interface Rows {
  readonly vend: (reference: string) => Vend;
  readonly cardOrder: CardOrder;
}

/** What a host that is wrong may have written, in rows that it sealed, and what an audit says of it. */
const WRONGS: readonly (readonly [
  what: string,
  change: (tx: Parameters<Parameters<Store['transaction']>[0]>[0], rows: Rows) => Promise<void>,
  said: readonly string[],
])[] = [
  [
    'another amount than its order to a meter',
    (tx, { vend }) => tx.vends.put([{ ...vend('m-kept'), paid: 600n }]),
    [
      'vends vend:kiosk:m-kept: paid 600 where its order says 500',
      'vends agent kiosk: sold 1700 where the ledger says 1600',
    ],
  ],
  [
    'another amount than its order to a card',
    (tx, { vend }) => tx.vends.put([{ ...vend('c-kept'), paid: 1n }]),
    [
      'vends vend:kiosk:c-kept: paid 1 where its order says 300',
      'vends agent kiosk: sold 1301 where the ledger says 1600',
    ],
  ],
  [
    'vend and order of one amount, and another posted',
    async (tx, { vend, cardOrder }) => {
      await tx.vends.put([{ ...vend('c-kept'), paid: 400n }]);
      await tx.cardOrders.put([{ ...cardOrder, paid: 400n }]);
    },
    ['vends agent kiosk: sold 1700 where the ledger says 1600'],
  ],
  [
    'a sale of which there is no order, to a meter',
    async (tx, { vend }) => {
      const more = { id: 'vend:stall:x', agent: 'stall', reference: 'x' };
      await tx.vends.put([{ ...vend('m-kept'), ...more, commission: 0n }]);
    },
    [
      'vends vend:stall:x: it says that 500 was paid, and no order is of it',
      'vends agent stall: sold 500 where the ledger says 0',
    ],
  ],
  [
    'a sale of which there is no order, to a card',
    (tx) => tx.cardOrders.delete(['vend:kiosk:c-kept']),
    ['vends vend:kiosk:c-kept: it says that 300 was paid, and no order is of it'],
  ],
  [
    'nothing sold, where something was',
    (tx, { vend }) => tx.vends.put([{ ...vend('m-kept'), paid: 0n, commission: 0n }]),
    [
      'vends vend:kiosk:m-kept: it says that nothing was sold, and something was',
      'vends agent kiosk: sold 1100 where the ledger says 1600, commission 6 where the ledger says 16',
    ],
  ],
  [
    'a sale that no vend tells of',
    (tx) => tx.vends.delete(['vend:kiosk:m-kept', 'vend:kiosk:c-kept']),
    [
      'orders vend:kiosk:m-kept: an agent sold it, and no vend tells of it',
      'card_orders vend:kiosk:c-kept: an agent sold it, and no vend tells of it',
      'vends agent kiosk: sold 800 where the ledger says 1600, commission 0 where the ledger says 16',
    ],
  ],
  [
    'another meter',
    (tx, { vend }) => tx.vends.put([{ ...vend('m-kept'), svpmsn: svpmsn(2) }]),
    ['vends vend:kiosk:m-kept: its order is for meter 000001'],
  ],
  [
    'a card of another provider',
    (tx, { vend }) => tx.vends.put([{ ...vend('c-kept'), purse: `${WATER.csn}-3` }]),
    [`vends vend:kiosk:c-kept: its order is for ${GAS.csn}-2`],
  ],
  [
    'a meter where a card was sold to',
    (tx, { vend }) => tx.vends.put([{ ...vend('c-kept'), purse: undefined, svpmsn: svpmsn(1) }]),
    ['vends vend:kiosk:c-kept: it says that 300 was paid, and no order is of it'],
  ],
  [
    'the sale of another agent',
    (tx, { vend }) => tx.vends.put([{ ...vend('c-kept'), agent: 'stall' }]),
    [
      'vends vend:kiosk:c-kept: its agent and reference are not those of its id',
      'vends agent kiosk: sold 1300 where the ledger says 1600, commission 10 where the ledger says 16',
      'vends agent stall: sold 300 where the ledger says 0, commission 6 where the ledger says 0',
    ],
  ],
  [
    'another commission',
    (tx, { vend }) => tx.vends.put([{ ...vend('c-kept'), commission: 7n }]),
    ['vends agent kiosk: commission 17 where the ledger says 16'],
  ],
  [
    'an end that its order has not',
    (tx, { cardOrder }) => tx.cardOrders.put([{ ...cardOrder, state: 'refunded', openOf: undefined }]),
    ['vends agent kiosk: given back 1100 where the ledger says 800, commission 10 where the ledger says 16'],
  ],
];

for (const { name, skip, open } of SEALED_PLACES) {
  test(`${name}: each sale by an agent is held against its order and against the ledger, whether to a meter or to a card`, {
    skip,
  }, async () => {
    const place = await open();
    const { store } = place;
    try {
      await sell(store);
      await store.signHead({ now: milliseconds(86_400_000) });
      assert.deepEqual(await findingsOf(place), []);
      const rows = await store.read(async (tx): Promise<Rows> => {
        const vends = new Map((await tx.vends.page({ limit: 99 })).map((vend) => [vend.reference, vend]));
        assert.equal(vends.size, 5);
        const [cardOrder] = await tx.cardOrders.of(['vend:kiosk:c-kept']);
        return { vend: (reference) => vends.get(reference) as Vend, cardOrder: cardOrder as CardOrder };
      });
      for (const [what, change, said] of WRONGS) {
        await store.transaction((tx) => change(tx, rows));
        assert.deepEqual(await findingsOf(place), said, what);
        await store.transaction(async (tx) => {
          await tx.vends.delete(['vend:stall:x']);
          await tx.vends.put(['m-kept', 'c-kept'].map(rows.vend));
          await tx.cardOrders.put([rows.cardOrder]);
        });
      }
      assert.deepEqual(await findingsOf(place), []);
    } finally {
      await store.close();
    }
  });
}
