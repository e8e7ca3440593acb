import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cardRow,
  chargeRow,
  offlineRow,
  orderRow,
  providerRow,
  purseRow,
  ticketRow,
} from '../../src/host/cards.testing.ts';
import type {
  Agent,
  CardOrder,
  Closing,
  Dues,
  Inspection,
  IssuedCard,
  LineBalance,
  LossAlarm,
  LossSuspects,
  MessageChoice,
  Payment,
  PhoneAccess,
  PhoneCall,
  Posting,
  Shift,
  Store,
  SubscriberMessage,
  Tenancy,
  Terms,
  Trade,
  Vend,
} from '../../src/host/index.ts';
import { Rig } from '../../src/host/rig.testing.ts';
import { type Milliseconds, milliseconds, svpmsn } from '../../src/units/index.ts';
import { STORES } from './stores.testing.ts';

const at = milliseconds(1_767_600_000_000);
const payment = (id: string, more: Partial<Payment> = {}): Payment => ({
  id,
  port: 'acquirer',
  method: 'card',
  trace: 7,
  svpmsn: svpmsn(3),
  purse: undefined,
  paid: 0xffff_ffff,
  at,
  state: 'asked',
  approval: undefined,
  approvalKey: undefined,
  shown: undefined,
  why: undefined,
  dueAt: at,
  attempts: 0,
  ...more,
});
const TERMS: Terms = {
  currency: { code: 'KRW', number: 410, exponent: 0 },
  taxBasisPoints: 1_000,
  fixedChargePerMonth: 900,
  recoveryPercentMax: 30,
  fees: { card: { fixed: 10, basisPoints: 150 } },
};

for (const { name, skip, open } of STORES) {
  const it = (behaviour: string, run: (store: Store) => Promise<void>) =>
    test(`${name}: ${behaviour}`, { skip }, async () => {
      const { store, clean } = await open();
      try {
        await new Rig(store).enrol(3);
        await run(store);
      } finally {
        await store.close();
        clean();
      }
    });

  it('what is new on a shelf is added, and what is there already is no new row', async (store) => {
    await store.transaction((tx) => tx.payments.add([payment('b'), payment('a')]));
    const twice = store.transaction((tx) => tx.payments.add([payment('c'), payment('a', { trace: 8 })]));
    await assert.rejects(twice);
    const ids = (await store.read((tx) => tx.payments.page({ limit: 9 }))).map(({ id, trace }) => [id, trace]);
    assert.deepEqual(ids, [
      ['a', 7],
      ['b', 7],
    ]);
  });

  it('a shelf gives its rows by id and by what they are found by, and the last word stands', async (store) => {
    const paid = payment('b', { state: 'approved', approval: 'AN1', approvalKey: 'acquirer 1 AN1', shown: '**** 1' });
    await store.transaction((tx) => tx.payments.put([payment('c'), payment('b'), payment('a')]));
    await store.transaction((tx) => tx.payments.put([paid]));
    await store.read(async (tx) => {
      assert.deepEqual(await tx.payments.of(['b', 'x', 'a']), [paid, undefined, payment('a')]);
      assert.deepEqual(await tx.payments.where('state', 'asked'), [payment('a'), payment('c')]);
      assert.deepEqual(await tx.payments.where('state', 'asked', { limit: 1 }), [payment('a')]);
      assert.deepEqual(await tx.payments.where('state', 'asked', { after: 'a', limit: 2 }), [payment('c')]);
      assert.deepEqual(await tx.payments.where('state', 'asked', { after: 'c', limit: 2 }), []);
      assert.deepEqual(await tx.payments.where('approvalKey', 'acquirer 1 AN1'), [paid]);
      assert.deepEqual(await tx.payments.where('approvalKey', 'other'), []);
      assert.deepEqual(await tx.payments.page({ limit: 2 }), [payment('a'), paid]);
      assert.deepEqual(await tx.payments.page({ after: 'b', limit: 2 }), [payment('c')]);
    });
    await store.transaction((tx) => tx.payments.delete(['a', 'b']));
    assert.deepEqual(await store.read((tx) => tx.payments.page({ limit: 9 })), [payment('c')]);
  });

  it('where somebody lived is found by them and by the meter', async (store) => {
    const stay = (id: string, subscriber: string): Tenancy => ({
      ...{ id, svpmsn: svpmsn(3), subscriber, movedInAt: milliseconds(1), state: 'living', askedAt: undefined },
      ...{ next: undefined, closedBefore: 0n, closings: 0, repayments: 0, leftAt: undefined, reading: undefined },
      ...{ readAt: undefined, balance: undefined, owed: undefined, register: undefined, registerAt: undefined },
      ...{ settled: undefined, carried: undefined, refund: undefined, paidOutAt: undefined },
    });
    const [kims, lees] = [stay('000003-00001', 'kim'), stay('000003-00002', 'lee')];
    await store.transaction(async (tx) => {
      await tx.putSubscriber({ id: 'lee', name: 'Lee', contact: '' });
      await tx.tenancies.put([lees, kims]);
    });
    await store.read(async (tx) => {
      assert.deepEqual(await tx.tenancies.where('svpmsn', svpmsn(3)), [kims, lees]);
      assert.deepEqual(await tx.tenancies.where('subscriber', 'lee'), [lees]);
      assert.deepEqual(await tx.tenancies.where('subscriber', 'nobody'), []);
    });
  });

  it('what was found at a meter comes by when somebody looked, the latest first, and that of no other meter', async (store) => {
    const inspection = (id: string, at: number, meter = 3): Inspection => ({
      ...{ id, svpmsn: svpmsn(meter), inspectedAt: milliseconds(at), by: 'tech', findings: ['damaged'], note: '' },
    });
    const rows = [inspection('000003-00001', 9), inspection('000003-00002', 5), inspection('000003-00003', 9)] as const;
    await store.transaction((tx) => tx.inspections.add(rows));
    await store.read(async (tx) => {
      const page = { falling: true, limit: 2 };
      const first = await tx.inspections.inOrder('svpmsn', svpmsn(3), 'inspectedAt', page);
      assert.deepEqual(first, [rows[2], rows[0]]);
      const past = { number: 9, id: rows[0].id };
      assert.deepEqual(await tx.inspections.inOrder('svpmsn', svpmsn(3), 'inspectedAt', { ...page, past }), [rows[1]]);
      assert.deepEqual(await tx.inspections.inOrder('svpmsn', svpmsn(1), 'inspectedAt', page), []);
    });
  });

  it('a card in a slot is found by its meter and by its number', async (store) => {
    const slot = (tail: string, dueAt: Milliseconds | undefined) => ({
      ...{ id: '3', svpmsn: svpmsn(3), tail, insertedAt: at, dueAt, attempts: 2 },
    });
    for (const row of [slot('a1b2c3d4e5f6', at), slot('ffffffffffff', undefined)]) {
      await store.transaction((tx) => tx.cardSlots.put([row]));
      await store.read(async (tx) => {
        assert.deepEqual(await tx.cardSlots.where('tail', row.tail), [row]);
        assert.deepEqual(await tx.cardSlots.of(['3', '7']), [row, undefined]);
      });
    }
    assert.deepEqual(await store.read((tx) => tx.cardSlots.where('tail', 'a1b2c3d4e5f6')), []);
  });

  it('a journal numbers its rows, and gives the newest first', async (store) => {
    const terms = (n: number) => ({ at: milliseconds(at + n), terms: { ...TERMS, fixedChargePerMonth: n } });
    await store.transaction((tx) => tx.terms.append([terms(1), terms(2)]));
    await store.transaction((tx) => tx.terms.append([terms(3)]));
    await store.read(async (tx) => {
      const numbered = [1, 2, 3].map((n) => ({ number: n, ...terms(n) }));
      assert.deepEqual(await tx.terms.page({ limit: 2 }), [numbered[2], numbered[1]]);
      assert.deepEqual(await tx.terms.page({ before: 2, limit: 2 }), [numbered[0]]);
      assert.deepEqual(await tx.terms.page({ before: 1, limit: 2 }), []);
    });
  });

  it('a closing, its minutes and the claim for it are given back as they were', async (store) => {
    const sums = { issued: '9', stored: '9', refunded: '0', spent: '1', inFlight: '0', purses: '8', owed: '0' };
    const end = { ...sums, fees: '0', tax: '0', fixedCharges: String(2n ** 70n) };
    const closing: Closing = {
      ...{ month: '2026-03', closedAt: at, price: 2n ** 60n, priceOfAll: -1n, priceLeft: 9_999_999_999_999n },
      ...{ interestLeft: 3n, digest: 'ab' },
      inputs: {
        ...{ previous: '', zone: 'Europe/Berlin', begin: end, end, balances: ['8'], priceCarried: '0' },
        corrected: '-3',
        ...{ interestCarried: '0', transformers: [{ localUnit: 1, digest: 'cd' }] },
        terms: { tariff: 'bulk', technicalBasisPoints: 200, interestBasisPoints: 0 },
        tariff: { version: 3, definition: { unitCharge: 1, bands: [], otherwise: 100 } },
        revenue: { begin: { steps: [], unread: '0' }, end: { steps: [{ percent: 50, tokens: '3' }], unread: '1' } },
        metered: [{ localUnit: 1, deciWattHours: '7', missing: 2 }],
      },
    };
    const minutes = { id: '2026-03 1', energies: new Uint8Array(178_560).fill(7) };
    const used = { id: '1 20000', units: { 50: '90000000000', 200: '7' } };
    const claim = { id: 'to seller 2026-03', claim: 'a.b.c', answer: undefined };
    await store.transaction(async (tx) => {
      await tx.closings.append([closing]);
      await tx.settledMinutes.put([minutes]);
      await tx.usedDays.put([used]);
      await tx.settlementClaims.put([claim]);
    });
    await store.read(async (tx) => {
      assert.deepEqual(await tx.closings.page({ limit: 2 }), [{ number: 1, ...closing }]);
      const [kept] = await tx.settledMinutes.of([minutes.id]);
      assert.deepEqual(kept && { id: kept.id, energies: Uint8Array.from(kept.energies) }, minutes);
      assert.deepEqual(await tx.usedDays.of([used.id]), [used]);
      assert.deepEqual(await tx.settlementClaims.of([claim.id]), [claim]);
    });
  });

  it('days of transformers and alarms of losses come back as they were, alarms by unit and by state', async (store) => {
    const errors = { meters: 0.1 + 0.2, minutes: 1e-7 };
    const figures: LineBalance['figures'] = {
      ...{ gave: 2 ** 52, squares: 1.5e24, loss: -3, errors, counted: 1, estimated: 0, minutes: 1440 },
      ...{ unknownMinutes: 0, technical: 7, band: { low: -1, high: 9 }, unexplained: -10, confidence: 97 },
      ...{ learnedDays: 35, hours: [{ gave: 1, counted: 2, estimated: 3, minutes: 60 }] },
    };
    const day = { localUnit: 1, judgedAt: at, figures };
    const rows: LineBalance[] = [
      { ...day, id: '00001-20000', day: 20_000, verdict: 'loss', why: undefined },
      { ...day, id: '00001-20001', day: 20_001, verdict: 'not-known', why: 'meter-new' },
    ];
    const alarm: LossAlarm = {
      ...{ id: '00001-20000', localUnit: 1, state: 'new', raisedAt: at, firstDay: 20_000, lastDay: 20_000, days: 1 },
      ...{ unexplained: 2 ** 52, confidence: 99, steps: [], suspects: undefined },
    };
    const step = { state: 'closed', at, by: 'han', note: 'no, "nothing"', finding: 'nothing' } as const;
    const suspects: LossSuspects = {
      ...{ day: 20_000, isPlaced: true, constant: { watts: 3, likelihood: 0 } },
      ranked: [{ meter: 1, likelihood: 99, evidence: [{ kind: 'event', event: 'cover' }] }],
    };
    const closed: LossAlarm = { ...alarm, id: '00002-20000', localUnit: 2, state: 'closed', steps: [step], suspects };
    await store.transaction(async (tx) => {
      await tx.lineBalances.put(rows);
      await tx.lossAlarms.put([closed, alarm]);
    });
    await store.read(async (tx) => {
      assert.deepEqual(await tx.lineBalances.page({ after: '00001-00000', limit: 9 }), rows);
      assert.deepEqual(await tx.lossAlarms.page({ limit: 9 }), [alarm, closed]);
      assert.deepEqual(await tx.lossAlarms.where('localUnit', 2), [closed]);
      assert.deepEqual(await tx.lossAlarms.where('state', 'new'), [alarm]);
    });
  });

  it('who may call, and what was called for, come back as they were, calls by their state', async (store) => {
    const access: PhoneAccess = {
      ...{ id: '3', svpmsn: svpmsn(3), number: '821012345678', language: 'ko', usual: undefined, pin: 'hash' },
      ...{ means: [{ port: 'bank', account: { type: 'mandate', reference: 'M1' } }], allowedAt: at },
    };
    const call: PhoneCall = {
      ...{ id: '1', carrier: 'sip', from: undefined, svpmsn: svpmsn(3), language: 'en', state: 'live', begunAt: at },
      ...{ endedAt: undefined, callBack: undefined, steps: [{ at, name: 'begun' }] },
    };
    const ended: PhoneCall = { ...call, state: 'ended', endedAt: at, steps: [{ at, name: 'paid', subject: 'p' }] };
    await store.transaction(async (tx) => {
      await tx.phoneAccess.put([access]);
      await tx.calls.put([call, { ...call, id: '2' }]);
    });
    await store.transaction((tx) => tx.calls.put([ended]));
    await store.read(async (tx) => {
      assert.deepEqual(await tx.phoneAccess.of(['3', '4']), [access, undefined]);
      assert.deepEqual(await tx.phoneAccess.where('number', '821012345678'), [access]);
      assert.deepEqual(await tx.phoneAccess.where('number', '82101234567'), []);
      assert.deepEqual(await tx.calls.where('state', 'live'), [{ ...call, id: '2' }]);
      assert.deepEqual(await tx.calls.page({ limit: 9 }), [ended, { ...call, id: '2' }]);
    });
  });

  it('what a household is told of comes back as it was, messages by their meter, state and key', async (store) => {
    const choice: MessageChoice = {
      ...{ id: '3', svpmsn: svpmsn(3), number: '821012345678', language: 'ko', causes: ['cut-near'], chosenAt: at },
    };
    const message: SubscriberMessage = {
      ...{ id: '1', key: 'value-stored a', svpmsn: svpmsn(3), cause: 'value-stored', number: '821012345678' },
      ...{ text: 'stored', state: 'waiting', at, dueAt: at, attempts: 0, changedAt: at, why: undefined },
    };
    const later: SubscriberMessage = { ...message, id: '2', key: 'value-stored b', dueAt: milliseconds(at + 1) };
    const failed: SubscriberMessage = { ...message, state: 'failed', attempts: 1, why: 'no such number' };
    await store.transaction(async (tx) => {
      await tx.messageChoices.put([choice]);
      await tx.messages.put([message, later]);
    });
    await store.read(async (tx) => {
      const due = await tx.messages.inOrder('state', 'waiting', 'dueAt', { falling: false, limit: 1 });
      assert.deepEqual(due, [message]);
    });
    await store.transaction((tx) => tx.messages.put([failed]));
    await store.read(async (tx) => {
      assert.deepEqual(await tx.messageChoices.of(['3', '4']), [choice, undefined]);
      assert.deepEqual(await tx.messages.where('key', 'value-stored a'), [failed]);
      assert.deepEqual(await tx.messages.where('svpmsn', svpmsn(3)), [failed, later]);
      assert.deepEqual(await tx.messages.where('svpmsn', svpmsn(4)), []);
      assert.deepEqual(await tx.messages.where('state', 'waiting'), [later]);
    });
  });

  it('agents, their members, vends and shifts come back as they were, a shift by whoever has it open', async (store) => {
    const agent = { ...{ id: 'kiosk', name: 'Kiosk', commissionBasisPoints: 150 }, createdAt: at, closedAt: undefined };
    const [full, empty] = [2n ** 60n, 0n].map((balance) => ({ ...agent, balance })) as [Agent, Agent];
    const shift = (id: string, openBy: string | undefined): Shift => ({
      ...{ id, person: 'han', openBy, agent: 'kiosk', openedAt: at, opening: 1n, taken: 2n, paidOut: 3n },
      ...{ closedAt: undefined, counted: openBy === undefined ? -1n : undefined },
    });
    const vend: Vend = {
      ...{ id: 'vend:kiosk:1', agent: 'kiosk', reference: '1', by: 'han', svpmsn: svpmsn(3), paid: 9n, commission: 1n },
      ...{ at, confirmedAt: at, reversedAt: undefined, purse: undefined },
    };
    const ofCard: Vend = { ...vend, id: 'vend:kiosk:2', reference: '2', svpmsn: undefined, purse: purseRow().id };
    await store.transaction(async (tx) => {
      await tx.agents.put([full]);
      await tx.agentMembers.put([{ id: 'key:7', agent: 'kiosk' }]);
      await tx.cardProviders.put([providerRow]);
      await tx.cards.put([cardRow('kim')]);
      await tx.cardPurses.put([purseRow()]);
      await tx.vends.put([vend, ofCard]);
      await tx.shifts.put([shift('a', 'han'), shift('b', 'key:7')]);
    });
    await store.transaction(async (tx) => {
      await tx.agents.put([empty]);
      await tx.shifts.put([shift('a', undefined)]);
    });
    await store.read(async (tx) => {
      assert.deepEqual(await tx.agents.of(['kiosk']), [empty]);
      assert.deepEqual(await tx.agentMembers.where('agent', 'kiosk'), [{ id: 'key:7', agent: 'kiosk' }]);
      assert.deepEqual(await tx.vends.of([vend.id, 'other', ofCard.id]), [vend, undefined, ofCard]);
      assert.deepEqual(await tx.shifts.where('openBy', 'han'), []);
      assert.deepEqual(await tx.shifts.where('openBy', 'key:7'), [shift('b', 'key:7')]);
      assert.deepEqual(await tx.shifts.of(['a']), [shift('a', undefined)]);
    });
  });

  it('cards, what is in them, for them and lets them be spent come back as they were', async (store) => {
    const other = { card: '04a1b2c3d4e5f7', freeze: undefined, frozenAt: undefined, pendingMeter: undefined };
    const purses = [
      purseRow(),
      purseRow({ ...other, id: '04a1b2c3d4e5f7-2', outstanding: undefined, toldAt: undefined }),
    ];
    const cards = [cardRow('kim'), cardRow('kim', { id: '04a1b2c3d4e5f7', tail: 'a1b2c3d4e5f7' })];
    const release: Partial<CardOrder> = {
      ...{ id: 'release', op: 'release', debitCounter: 0xffff_ffff, txid: '8877665544332211', counter: 7, why: 'full' },
      ...{ state: 'refunded', openOf: undefined, method: undefined, settledAt: at, paidOutAt: at },
    };
    const orders = [orderRow(), orderRow(release)];
    await store.transaction(async (tx) => {
      await tx.cardProviders.put([providerRow]);
      await tx.cardCharges.put([chargeRow]);
      await tx.cards.put(cards);
      await tx.cardPurses.put(purses);
      await tx.cardOrders.put(orders);
      await tx.cardTickets.put([ticketRow]);
      await tx.offlineMeters.put([offlineRow('kim')]);
    });
    const lost = { ...cards[0], state: 'replaced', endedAt: at, replacedBy: '04a1b2c3d4e5f7' } as IssuedCard;
    await store.transaction((tx) => tx.cards.put([lost]));
    await store.read(async (tx) => {
      assert.deepEqual(await tx.cardProviders.page({ limit: 9 }), [providerRow]);
      assert.deepEqual(await tx.cardCharges.where('provider', '65535-2'), [chargeRow]);
      assert.deepEqual(await tx.cards.where('subscriber', 'kim'), [lost, cards[1]]);
      assert.deepEqual(await tx.cards.where('state', 'replaced'), [lost]);
      assert.deepEqual(await tx.cards.where('tail', 'a1b2c3d4e5f7'), [cards[1]]);
      assert.deepEqual(await tx.cardPurses.where('provider', '65535-2'), purses);
      assert.deepEqual(await tx.cardPurses.where('card', '04a1b2c3d4e5f7'), [purses[1]]);
      assert.deepEqual(await tx.cardOrders.where('purse', '04a1b2c3d4e5f6-2'), orders);
      assert.deepEqual(await tx.cardOrders.where('openOf', '04a1b2c3d4e5f6-2'), [orders[0]]);
      assert.deepEqual(await tx.cardOrders.where('txid', '8877665544332211'), [orders[1]]);
      assert.deepEqual([await tx.cardOrders.count('openOf'), await tx.cardOrders.count('purse')], [1, 2]);
      assert.equal(await tx.cardTickets.count('exposes'), 1);
      assert.deepEqual(await tx.cardTickets.where('purse', '04a1b2c3d4e5f6-2'), [ticketRow]);
      assert.deepEqual(await tx.cardTickets.where('meter', ticketRow.meter, { limit: 9 }), [ticketRow]);
      assert.deepEqual(await tx.cardTickets.where('meter', ticketRow.meter, { after: ticketRow.id, limit: 9 }), []);
      assert.deepEqual(await tx.cardTickets.where('meter', svpmsn(3)), []);
      assert.deepEqual(await tx.cardTickets.where('exposes', '65535-2', { limit: 9 }), [ticketRow]);
      assert.deepEqual(await tx.offlineMeters.where('subscriber', 'kim'), [offlineRow('kim')]);
    });
  });

  it('what concerns no meter stands in the ledger without one, and is summed before all that do', async (store) => {
    const meter = svpmsn(3);
    const occasion = { kind: 'float', at, order: 'transfer 1' } as const;
    const lines = [
      { account: 'cash', amount: 7n },
      { account: 'float:kiosk', amount: -7n },
    ] as const;
    const [none, one] = [undefined, meter].map((id): Posting => ({ ...occasion, svpmsn: id, lines })) as [
      Posting,
      Posting,
    ];
    await store.transaction((tx) => tx.post([one, none]));
    await store.read(async (tx) => {
      const sums = (await tx.ledgerSums(0)).sums.map(({ account, svpmsn: id, amount }) => [account, id, amount]);
      assert.deepEqual(sums, [
        ['cash', undefined, 7n],
        ['float:kiosk', undefined, -7n],
        ['cash', meter, 7n],
        ['float:kiosk', meter, -7n],
      ]);
      assert.deepEqual(await tx.postings({ limit: 1 }), [{ ...none, sequence: 2 }]);
      assert.deepEqual(await tx.postings({ limit: 9, svpmsn: meter }), [{ ...one, sequence: 1 }]);
    });
  });

  it('the ledger is summed by stretches of time, whatever the order in which it was written', async (store) => {
    const posting = (kind: Posting['kind'], later: number, amount: bigint): Posting => ({
      ...{ kind, at: milliseconds(at + later), svpmsn: svpmsn(3), order: undefined },
      lines: [
        { account: 'prepaid', amount },
        { account: 'value-in-meters', amount: -amount },
      ],
    });
    await store.transaction((tx) =>
      tx.post([posting('stored', 9, 2n ** 60n), posting('stored', -1, 1n), posting('closed', 9, 4n)]),
    );
    await store.transaction((tx) =>
      tx.post([posting('stored', 0, 10n), posting('stored', 9, 5n), posting('stored', 10, 7n)]),
    );
    const sums = await store.read((tx) => tx.ledgerByTime([0, 5, 10].map((later) => milliseconds(at + later))));
    const both = (stretch: number, kind: Posting['kind'], amount: bigint) => [
      { kind, account: 'prepaid', stretch, amount },
      { kind, account: 'value-in-meters', stretch, amount: -amount },
    ];
    assert.deepEqual(sums, [
      ...both(0, 'stored', 1n),
      ...both(1, 'stored', 10n),
      ...both(2, 'closed', 4n),
      ...both(2, 'stored', 2n ** 60n + 5n),
    ]);
    const of = (id: number, later: number) => store.read((tx) => tx.ledgerOf(svpmsn(id), milliseconds(at + later)));
    const before = (await of(3, 9)).map(({ kind, account, amount }) => [kind, account, amount]);
    assert.deepEqual(before, [
      ['stored', 'prepaid', 11n],
      ['stored', 'value-in-meters', -11n],
    ]);
    assert.deepEqual(await of(4, 9), []);
  });

  it('what a rejected transaction put on a shelf or in a journal is gone', async (store) => {
    const dues: Dues = { id: '3', arrears: 2n ** 60n, fixedCharge: 0n, chargedMonth: 24_312 };
    const trade: Trade = {
      ...{ id: 'a', svpmsn: svpmsn(3), method: 'cash', at, paidOutAt: undefined },
      ...{ paid: 10n, energy: 4n, fixedCharge: 1n, arrears: 2n, fee: 2n, tax: 1n },
    };
    await store.transaction((tx) => tx.dues.put([dues]));
    const failed = store.transaction(async (tx) => {
      await tx.dues.put([{ ...dues, arrears: 0n }]);
      await tx.trades.put([trade]);
      await tx.terms.append([{ at, terms: TERMS }]);
      throw new Error('undone');
    });
    await assert.rejects(failed, /undone/);
    await store.read(async (tx) => {
      assert.deepEqual(await tx.dues.of(['3']), [dues]);
      assert.deepEqual(await tx.trades.of(['a']), [undefined]);
      assert.deepEqual(await tx.terms.page({ limit: 1 }), []);
    });
  });
}
