import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Act,
  type Closing,
  checkRemittances,
  type HostFailure,
  MemoryStore,
  type Proposal,
  type Remitting,
  type Store,
  settlementCsv,
  settlementSheet,
} from '../../src/host/index.ts';
import { made, Rig } from '../../src/host/rig.testing.ts';
import { FEBRUARY, MARCH, passMonth, TERMS, tellMinutes } from '../../src/host/settlement.testing.ts';
import { csn, Region } from '../../src/units/index.ts';
import { STORES } from './stores.testing.ts';

const FLAT = { unitCharge: 20_000, bands: [], otherwise: 100 };
const CARD = csn('04a1b2c3d4e5f6');
/** 28 days of a kilowatt-hour an hour at 20 tokens. */
const PRICE = 28n * 24n * 20n;

/** The month as its row and its posting alone: the store is asked what is due by them. */
async function closedByRow({ store, clock }: Rig): Promise<void> {
  passMonth({ clock }, FEBRUARY);
  const sums = { issued: '0', stored: '0', refunded: '0', spent: '0', inFlight: '0', purses: '0', owed: '0' };
  const end = { ...sums, fees: '0', tax: '0', fixedCharges: '0' };
  const now = clock.now();
  const closing: Closing = {
    ...{ month: '2026-02', closedAt: now, price: PRICE, priceOfAll: PRICE, priceLeft: 0n, interestLeft: 0n },
    digest: 'ab',
    inputs: {
      ...{ previous: '', zone: 'Europe/Berlin', begin: end, end, balances: [], priceCarried: '0', corrected: '0' },
      ...{
        interestCarried: '0',
        transformers: [],
        metered: [],
        terms: TERMS,
        tariff: { version: 1, definition: FLAT },
      },
      revenue: { begin: { steps: [], unread: '0' }, end: { steps: [], unread: '0' } },
    },
  };
  await store.transaction(async (tx) => {
    await tx.closings.append([closing]);
    const lines = [
      { account: 'energy-bought', amount: PRICE },
      { account: 'seller', amount: -PRICE },
    ] as const;
    await tx.post([{ kind: 'bought', at: now, svpmsn: undefined, order: '2026-02', lines }]);
  });
}

/** The same month with all that it follows from. */
async function closedByMinutes(rig: Rig): Promise<void> {
  made(await rig.host.publishTariff('bulk', FLAT));
  await tellMinutes(rig, 1, FEBRUARY, (i) => (i % 60 === 0 ? 1_000_000 : 0));
  passMonth(rig, FEBRUARY);
  made(await rig.host.closePeriod({ month: '2026-02', terms: TERMS }));
}

/** A utility that owes its seller for February, and a provider of gas for what was sold to a card. */
class Settling {
  readonly rig: Rig;
  #acts = 0;

  private constructor(rig: Rig) {
    this.rig = rig;
  }

  static async open(store: Store, owe = closedByRow): Promise<Settling> {
    const rig = new Rig(store);
    const settling = new Settling(rig);
    await rig.enrol(3);
    await owe(rig);
    const office = rig.host.by(settling.act());
    const gas = { utility: 1, region: Region.gas, name: 'Gas', account: 'IBAN', ticketLimit: 500, ticketDays: 30 };
    made(await office.addCardProvider(gas));
    made(await office.issueCard({ csn: CARD, subscriber: 'kim', regions: [{ region: 2, provider: '1-2', n: 32 }] }));
    made(await office.buyForCard({ csn: CARD, region: 2, orderId: 'gas', paid: 700, method: 'cash' }));
    return settling;
  }

  act(by = 'han'): Act {
    const at = this.rig.clock.now();
    const request = `r-${String(++this.#acts).padStart(3, '0')}`;
    return { at, by, role: 'operator', action: 'test', subject: 'test', detail: '', request };
  }

  async byTwo(proposal: Proposal): Promise<string> {
    const asked = await this.rig.host.by(this.act()).propose({ proposal, why: 'the month is over' });
    if ('reason' in asked) return asked.reason;
    const decision = { approval: asked.id, verdict: 'approve' } as const;
    const decided = await this.rig.host.by(this.act('lee')).decide(decision);
    return 'reason' in decided ? decided.reason : 'done';
  }

  pay(payee: string, amount: number, more: Partial<Remitting> = {}): Promise<string> {
    return this.byTwo({ type: 'remittance', ...remitting(payee, amount), ...more });
  }

  async due(payee: string): Promise<readonly bigint[]> {
    const { owed, paid, due } = made(await this.rig.host.payeeAccount(payee));
    return [owed, paid, due];
  }

  /** What the ledger says, and that an audit holds what is kept against it. */
  async accounts(...names: string[]): Promise<readonly bigint[]> {
    const { accounts } = await this.rig.host.trialBalance();
    await this.rig.store.read(async (tx) => {
      const { sums } = await tx.ledgerSums(0);
      const rows = await tx.remittances.page({ limit: 99 });
      assert.deepEqual(checkRemittances(sums, rows), []);
      if (rows.length > 0) assert.notDeepEqual(checkRemittances(sums, rows.slice(1)), [], 'one row less is found');
    });
    assert.equal((await this.rig.host.books()).balanced, true);
    return names.map((name) => {
      const found = accounts.find(({ account }) => account === name);
      return found === undefined ? 0n : found.debit - found.credit;
    });
  }
}

const remitting = (payee: string, amount: number): Remitting => ({
  ...{ payee, amount, method: 'bank-transfer', paidOn: '2026-03-01', reference: `TX ${amount}` },
});

const reasonOf = (answer: object | HostFailure): string => ('reason' in answer ? String(answer.reason) : 'done');

for (const { name, skip, open } of STORES) {
  const it = (behaviour: string, run: (settling: Settling) => Promise<void>) =>
    test(`${name}: ${behaviour}`, { skip }, async () => {
      const { store, clean } = await open();
      try {
        await run(await Settling.open(store));
      } finally {
        await store.close();
        clean();
      }
    });

  it('what is paid to the seller is booked by two people, once under its reference, and no more than is due', async (settling) => {
    const { host } = settling.rig;
    assert.deepEqual(await settling.due('seller'), [PRICE, 0n, PRICE]);
    assert.equal(await settling.pay('seller', 10_000), 'done');
    assert.deepEqual(await settling.due('seller'), [PRICE, 10_000n, PRICE - 10_000n]);
    assert.deepEqual(await settling.accounts('seller', 'bank-transfer'), [10_000n - PRICE, -10_000n]);
    assert.equal(await settling.pay('seller', 10_000), 'remittance-known', 'the same once more');
    assert.equal(await settling.pay('seller', 3_441), 'remittance-wrong', 'a token more than is due');
    assert.equal(await settling.pay('seller', 5, { paidOn: '2026-03-02' }), 'remittance-wrong', 'tomorrow');
    assert.equal(await settling.pay('seller', 5, { paidOn: '2026-02-30' }), 'remittance-wrong', 'no such day');
    assert.equal(await settling.pay('seller', 5, { method: 'wallet' }), 'remittance-wrong');
    assert.equal(await settling.pay('seller', 5, { reference: ' 7' }), 'remittance-wrong');
    assert.equal(await settling.pay('9-9', 5), 'provider-unknown');
    const alone = host.by(settling.act());
    const { id } = made(
      await alone.propose({ proposal: { type: 'remittance', ...remitting('seller', 3_440) }, why: 'alone' }),
    );
    assert.equal(reasonOf(await alone.decide({ approval: id, verdict: 'approve' })), 'approval-own');
    assert.equal(reasonOf(await host.by(settling.act('lee')).decide({ approval: id, verdict: 'approve' })), 'done');
    assert.deepEqual(await settling.due('seller'), [PRICE, PRICE, 0n]);
    assert.equal(await settling.pay('seller', 1), 'remittance-wrong', 'all is paid');
  });

  it('two who are asked to approve what together is more than is due book one of them', async (settling) => {
    const { host } = settling.rig;
    const ids: string[] = [];
    for (const [i, amount] of [8_000, 8_001].entries()) {
      const proposal = { type: 'remittance', ...remitting('seller', amount) } as const;
      ids.push(made(await host.by(settling.act()).propose({ proposal, why: `number ${i}` })).id);
    }
    const answers = await Promise.all(
      ids.map((approval) => host.by(settling.act('lee')).decide({ approval, verdict: 'approve' })),
    );
    assert.deepEqual(answers.map(reasonOf).sort(), ['done', 'remittance-wrong']);
    const [, paid] = await settling.due('seller');
    assert.ok(paid === 8_000n || paid === 8_001n);
  });

  it('a payment is taken back by a counter-entry, once, and what is due is due again', async (settling) => {
    assert.equal(await settling.pay('seller', 5_000, { method: 'cash' }), 'done');
    const reversal = { type: 'remittance-reversal', remittance: 'seller TX 5000' } as const;
    assert.equal(await settling.byTwo({ ...reversal, remittance: 'seller TX 9' }), 'remittance-unknown');
    assert.equal(await settling.byTwo(reversal), 'done');
    assert.equal(await settling.byTwo(reversal), 'remittance-reversed');
    assert.deepEqual(await settling.due('seller'), [PRICE, 0n, PRICE]);
    assert.deepEqual(await settling.accounts('seller', 'cash'), [-PRICE, 700n], 'the gas is still in the till');
    assert.equal(await settling.pay('seller', 5_000), 'remittance-known', 'its reference is used');
    const kinds = (await settling.rig.host.postings({ limit: 2 })).map(({ kind, order }) => [kind, order]);
    assert.deepEqual(kinds, [
      ['remittance-reversed', 'seller TX 5000'],
      ['remitted', 'seller TX 5000'],
    ]);
  });

  it('what leaves in cash leaves the till of whoever asked for it, and what is taken back comes into it', async (settling) => {
    const { host } = settling.rig;
    made(await host.by(settling.act()).openShift({ id: 'shift-1', opening: 100 }));
    const till = async () => {
      const { taken, paidOut } = made(await host.openShiftOf('han'));
      return [taken, paidOut];
    };
    assert.equal(await settling.pay('seller', 5_000, { method: 'cash' }), 'done');
    assert.deepEqual(await till(), [0n, 5_000n]);
    assert.equal(await settling.byTwo({ type: 'remittance-reversal', remittance: 'seller TX 5000' }), 'done');
    assert.deepEqual(await till(), [5_000n, 5_000n]);
    assert.equal(await settling.pay('seller', 4_000), 'done');
    assert.deepEqual(await till(), [5_000n, 5_000n], 'a bank transfer leaves no till');
  });

  it('what is paid to a provider of cards stands in its account and in its month, and it pays back what it owes', async (settling) => {
    const { host, clock } = settling.rig;
    assert.deepEqual(await settling.due('1-2'), [700n, 0n, 700n]);
    const taken = { ...remitting('1-2', 1), reference: 'back' };
    const take = (amount: number) => host.by(settling.act()).takeRemittance({ ...taken, amount });
    assert.equal(reasonOf(await take(1)), 'remittance-wrong', 'it owes nothing');
    assert.equal(await settling.pay('1-2', 701), 'remittance-wrong');
    assert.equal(await settling.pay('1-2', 700), 'done');
    made(await host.by(settling.act()).voidCardOrder('gas'));
    assert.deepEqual(await settling.due('1-2'), [0n, 700n, -700n], 'the sale was taken back');
    const refused = await take(701);
    assert.equal(reasonOf(refused), 'remittance-wrong');
    const sentence = 'From "1-2" 7.00 EUR is owed back: 7.01 EUR is more than that.';
    assert.equal('sentence' in refused && refused.sentence, sentence);
    made(await take(300));
    assert.deepEqual(await settling.due('1-2'), [0n, 400n, -400n]);
    assert.deepEqual(await settling.accounts('remitted-to:1-2', 'bank-transfer'), [400n, -400n]);
    const [books] = await host.cardBooks();
    assert.deepEqual([books?.paid, books?.due], [400n, -400n]);
    clock.ms = (MARCH.first + MARCH.minutes + 360) * 60_000;
    const [month] = made(await host.cardMonths({ month: '2026-03' }));
    assert.deepEqual([month?.begin.paid, month?.end.paid, month?.end.due], [0n, 400n, 0n]);
    assert.deepEqual(
      (await host.remittances({ payee: '1-2', limit: 9 })).map(({ amount, reference }) => [amount, reference]),
      [
        [-300n, 'back'],
        [700n, 'TX 700'],
      ],
    );
  });
}

test('a closed month shows what is paid and still due, and its CSV and sheet each payment', async () => {
  const settling = await Settling.open(new MemoryStore(), closedByMinutes);
  const { host } = settling.rig;
  assert.equal(await settling.pay('seller', 10_000, { reference: '=SUM(A1), "7"' }), 'done');
  assert.equal(await settling.pay('seller', 40), 'done');
  assert.equal(await settling.byTwo({ type: 'remittance-reversal', remittance: 'seller TX 40' }), 'done');
  const closed = made(await host.period('2026-02'));
  assert.equal(closed.stillDue, PRICE - 10_000n);
  const csv = settlementCsv(closed);
  assert.match(csv, /\r\n2026-02,paid to the seller,by now,token,10000\r\n/);
  assert.match(csv, /\r\n2026-02,paid to the seller,still due until this month,token,3440\r\n/);
  assert.match(csv, /\r\n2026-02,payment of 2026-03-01,"'=SUM\(A1\), ""7""",token,10000\r\n/);
  assert.match(csv, /\r\n2026-02,payment of 2026-03-01,TX 40,"token, reversed",40\r\n/);
  const sheet = settlementSheet(closed, []);
  const rows = sheet.sections.find(({ title }) => title === 'To the seller, tokens')?.rows;
  assert.deepEqual(rows?.slice(-2), [
    ['paid by now', '10000'],
    ['still due until this month', '3440'],
  ]);
  const payments = sheet.sections.find(({ title }) => title === 'Payments to the seller, tokens')?.rows;
  assert.deepEqual(
    payments?.map(([, reference, , amount]) => [reference, amount]),
    [
      ['TX 40', '(40), reversed 2026-03-01'],
      ['=SUM(A1), "7"', '10000'],
    ],
  );
});
