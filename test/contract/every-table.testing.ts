import {
  cardRow,
  chargeRow,
  offlineRow,
  orderRow,
  providerRow,
  purseRow,
  ticketRow,
} from '../../src/host/cards.testing.ts';
import type { Rig } from '../../src/host/rig.testing.ts';
import { made } from '../../src/host/rig.testing.ts';
import { EventKind, emptyDayProfile } from '../../src/records/index.ts';
import { DEFAULT_TARIFF } from '../../src/tariff/index.ts';
import { milliseconds, milliwattHours, type Svpmsn, svpmsn, tokens, unixSeconds } from '../../src/units/index.ts';

const at = milliseconds(1_767_600_000_000);
/** Letters of one byte to four, a surrogate pair, quotes, and lines. */
const TEXT = 'Müller & "김" 𝄞\n\t\\';
/** Enough for more than one batch of a table of small rows. */
const MANY = 1_100;
const METERS = 3;

/**
 * A utility in which something stands in every table: meters that are sold to, with value in them, on its way and
 * waiting, and by hand what needs more than a host; the largest and smallest numbers, bytes and texts among it.
 */
export async function liveEverywhere(rig: Rig): Promise<void> {
  for (let id = 0; id < METERS; id++) await rig.enrol(id);
  const { host, store } = rig;
  made(await host.publishTariff('home', DEFAULT_TARIFF, milliseconds(rig.clock.ms)));
  made(await host.publishTerms(TERMS));
  for (let id = 0; id < METERS; id++) {
    made(await host.sell({ meter: id, amount: 100 + id, orderId: `stored ${id}`, source: 'cash' }));
  }
  await rig.settle();
  made(await host.purchase({ meter: 0, paid: 5_000, method: 'cash', orderId: 'bought' }));
  made(await host.command(0, { type: 'clock-set' }));
  made(await host.sell({ meter: 1, amount: 7, orderId: 'on its way', source: 'cash' }));
  made(await host.sell({ meter: 1, amount: 8, orderId: 'waits', source: 'cash' }));
  await rig.host.handle({ type: 'tick' });
  await store.transaction((tx) => putTheRest(tx, svpmsn(2)));
}

type Transaction = Parameters<Parameters<Rig['store']['transaction']>[0]>[0];

async function putTheRest(tx: Transaction, id: Svpmsn): Promise<void> {
  for (const name of ['a', 'B', 'ä', '𝄞', '\uffff', '']) {
    await tx.putSubscriber({ id: `subscriber ${name}`, name: TEXT, contact: '' });
  }
  await tx.addEvents(
    Array.from({ length: MANY }, (_, i) => ({
      ...{
        svpmsn: id,
        sequence: i + 1,
        time: unixSeconds(0xffff_ffff - i),
        kind: EventKind.lowBalance,
        supply: 0 as const,
      },
      ...{ detail: i % 256, value: 0xffff_ffff, heardAt: at },
    })),
  );
  for (let day = 0; day < 25; day++) {
    const profile = emptyDayProfile(20_000 + day, 1);
    profile.energies.fill(0xabcd - day);
    profile.bands.fill(day);
    await tx.putProfile(id, profile);
  }
  await tx.putTotals({ svpmsn: id, supply: 1, at, body: Uint8Array.of() });
  await tx.putKnowledge({ ...NOTHING_KNOWN, svpmsn: id, balance: tokens(0xffff_ffff), clockOffsetMs: -86_400_000 });
  await tx.putLine({
    ...{ localUnit: 7, checkedAt: at, mapRefusedAt: at, mapRefusal: TEXT, healthAt: at },
    health: { fromMs: at, toMs: at, frames: 1, bytes: 2, airtimeMs: 3, retries: 4, garbled: 5 },
  });
  await tx.putSuspicions([
    { localUnit: 7, kind: 'no-answer', address: 1, svpmsn: id, sinceMs: 0, namedAt: at },
    { localUnit: 7, kind: 'doubled-id', address: 1, svpmsn: id, sinceMs: 0, namedAt: at },
  ]);
  await tx.putCheckMinute({ localUnit: 7, minute: 29_460_000, energy: milliwattHours(3) });
  await putMoney(tx, id);
  await putSettlement(tx);
  await putPeople(tx);
  await putAgents(tx, id);
  await putCallers(tx, id);
  await putCards(tx);
}

async function putMoney(tx: Transaction, id: Svpmsn): Promise<void> {
  await tx.dues.put([{ id: '2', arrears: 2n ** 62n, fixedCharge: -(2n ** 63n), chargedMonth: 24_312 }]);
  await tx.payments.put([
    {
      ...{ id: 'paid', port: 'bank', method: 'card', trace: 7, svpmsn: id, paid: 0xffff_ffff, at, state: 'approved' },
      ...{ approval: 'AN1', approvalKey: 'bank 1 AN1', shown: '**** 1', why: undefined, dueAt: at, attempts: 0 },
      purse: undefined,
    },
  ]);
  await tx.contracts.put([
    {
      ...{ id: '2', svpmsn: id, threshold: 5, paid: 100, port: 'bank', account: { type: 'token', token: TEXT } },
      ...{ perDayMax: 1, perMonthMax: 2, agreedAt: at, count: 0, day: 0, paidThatDay: 0, month: 0, paidThatMonth: 0 },
    },
  ]);
  await tx.receiptsDue.put([{ id: 'bought sold' }]);
  await tx.receipts.put([{ id: 'bought sold', order: 'bought', issuedAt: at, text: `${TEXT}.`.repeat(300) }]);
  await tx.webhooks.put([{ id: 'shop', url: 'https://shop.example/', events: ['purchase.sold'], createdAt: at }]);
  await tx.deliveries.put([
    { id: 'shop x', webhook: 'shop', body: '{"a":1}', state: 'given-up', at, dueAt: at, attempts: 20, why: TEXT },
    { id: 'shop y', webhook: 'shop', body: '{}', state: 'waiting', at, dueAt: at, attempts: 0, why: undefined },
  ]);
}

async function putAgents(tx: Transaction, id: Svpmsn): Promise<void> {
  await tx.agents.put([
    {
      ...{ id: 'kiosk', name: TEXT, commissionBasisPoints: 150, balance: 2n ** 40n, createdAt: at },
      closedAt: undefined,
    },
  ]);
  await tx.cardSlots.put([
    { id: String(id), svpmsn: id, tail: 'a1b2c3d4e5f6', insertedAt: at, dueAt: undefined, attempts: 2 },
  ]);
  await tx.agentMembers.put([{ id: 'han', agent: 'kiosk' }]);
  await tx.vends.put([
    {
      ...{ id: 'vend:kiosk:1', agent: 'kiosk', reference: '1', by: 'han', svpmsn: id, paid: 0n, commission: 0n, at },
      ...{ purse: undefined, confirmedAt: undefined, reversedAt: at },
    },
  ]);
  await tx.shifts.put([
    {
      ...{ id: 'shift', person: 'han', openBy: 'han', agent: 'kiosk', openedAt: at, opening: 1n, taken: 2n },
      ...{ paidOut: 3n, closedAt: undefined, counted: undefined },
    },
  ]);
  const lines = [
    { account: 'cash', amount: 2n ** 40n },
    { account: 'float:kiosk', amount: -(2n ** 40n) },
  ] as const;
  await tx.post([{ kind: 'float', at, svpmsn: undefined, order: TEXT, lines }]);
}

async function putCallers(tx: Transaction, id: Svpmsn): Promise<void> {
  await tx.phoneAccess.put([
    {
      ...{ id: String(id), svpmsn: id, number: '821012345678', language: 'ko', usual: 5_000, pin: '$argon2id$…' },
      ...{ means: [{ port: 'bank', account: { type: 'token', token: TEXT } }], allowedAt: at },
    },
  ]);
  await tx.calls.put([
    {
      ...{ id: '8232399999999-a', carrier: 'sip', from: '821012345678', svpmsn: id, language: 'ko', state: 'live' },
      ...{ begunAt: at, endedAt: undefined, callBack: undefined, steps: [{ at, name: 'paid', subject: TEXT }] },
    },
    {
      ...{ id: '8232399999998-b', carrier: 'ussd', from: undefined, svpmsn: undefined, language: undefined },
      ...{ state: 'wants-person', begunAt: at, endedAt: at, callBack: '82', steps: [] },
    },
  ]);
  await tx.messageChoices.put([
    { id: String(id), svpmsn: id, number: '821012345678', language: 'ko', causes: ['cut-near'], chosenAt: at },
  ]);
  const message = {
    svpmsn: id,
    cause: 'cut-near',
    number: '821012345678',
    text: TEXT,
    at,
    dueAt: at,
    attempts: 1,
  } as const;
  await tx.messages.put([
    { ...message, id: '8232399999999-a', key: TEXT, state: 'waiting', changedAt: at, why: undefined },
    { ...message, id: '8232399999998-b', key: 'value-stored x', state: 'failed', changedAt: at, why: TEXT },
  ]);
}

async function putCards(tx: Transaction): Promise<void> {
  await tx.cardProviders.put([providerRow]);
  await tx.cardCharges.put([chargeRow]);
  await tx.cards.put([cardRow('kim')]);
  await tx.cardPurses.put([purseRow()]);
  await tx.cardOrders.put([orderRow()]);
  await tx.cardTickets.put([ticketRow]);
  await tx.offlineMeters.put([offlineRow('kim')]);
  await tx.payments.put([
    {
      ...{ id: 'paid for a card', port: 'bank', method: 'card', trace: 8, svpmsn: undefined, purse: purseRow().id },
      ...{ paid: 1, at, state: 'captured', approval: 'AN2', approvalKey: 'bank 1 AN2', shown: undefined },
      ...{ why: undefined, dueAt: at, attempts: 0 },
    },
  ]);
  await tx.vends.put([
    {
      ...{ id: 'vend:kiosk:2', agent: 'kiosk', reference: '2', by: 'han', svpmsn: undefined, purse: purseRow().id },
      ...{ paid: 5n, commission: 1n, at, confirmedAt: at, reversedAt: undefined },
    },
  ]);
}

async function putSettlement(tx: Transaction): Promise<void> {
  const sums = { issued: '9', stored: '9', refunded: '0', spent: '1', inFlight: '0', purses: '8', owed: '0' };
  const books = { ...sums, fees: '0', tax: '0', fixedCharges: String(2n ** 70n) };
  await tx.closings.append([
    {
      ...{ month: '2026-03', closedAt: at, price: 2n ** 60n, priceOfAll: -1n, priceLeft: 9_999_999_999_999n },
      ...{ interestLeft: 3n, digest: 'ab' },
      inputs: {
        ...{ previous: '', zone: 'Europe/Berlin', begin: books, end: books, balances: ['8'], priceCarried: '0' },
        corrected: '-3',
        revenue: { begin: { steps: [], unread: '0' }, end: { steps: [{ percent: 50, tokens: '3' }], unread: '1' } },
        ...{ interestCarried: '0', transformers: [{ localUnit: 1, digest: 'cd' }] },
        terms: { tariff: 'bulk', technicalBasisPoints: 200, interestBasisPoints: 0 },
        tariff: { version: 3, definition: DEFAULT_TARIFF },
        metered: [{ localUnit: 1, deciWattHours: '7', missing: 2 }],
      },
    },
  ]);
  await tx.settledMinutes.put(
    [1, 2].map((unit) => ({ id: `2026-03 ${unit}`, energies: new Uint8Array(178_560).fill(unit) })),
  );
  await tx.usedDays.put([{ id: '1 20000', units: { 50: '90000000000' } }]);
  const errors = { meters: 0.1 + 0.2, minutes: 0 };
  const figures = {
    ...{ gave: 2 ** 52, squares: 1e24, loss: -3, errors, counted: 1, estimated: 0, minutes: 1440, unknownMinutes: 0 },
    ...{ technical: 7, apparent: -4, band: { low: -1, high: 9 }, unexplained: -10, confidence: 97, learnedDays: 35 },
    hourly: { hours: 1, products: [[1e24], [1e30, 1e36]] },
    hours: [{ gave: 1, counted: 2, estimated: 3, minutes: 60 }],
  };
  await tx.lineBalances.put([
    { ...{ id: '00001-20000', localUnit: 1, day: 20_000, judgedAt: at, why: undefined, figures }, verdict: 'loss' },
    { ...{ id: '00001-20001', localUnit: 1, day: 20_001, judgedAt: at, why: 'hours', figures }, verdict: 'not-known' },
  ]);
  const ohms = { r1: 0.1 + 0.2, x1: 0, r0: 1e-7, x0: 0 };
  const moved = {
    ...{ id: '000002-00001', svpmsn: svpmsn(2), subscriber: 'kim', movedInAt: at },
    state: 'left',
  } as const;
  await tx.tenancies.put([
    {
      ...{ ...moved, askedAt: at, next: undefined, closedBefore: 2n ** 60n, closings: 2, repayments: 1, leftAt: at },
      ...{ reading: 'last-proved', readAt: at, balance: 7n, owed: 0n, register: 2 ** 52, registerAt: at, settled: 3n },
      ...{ carried: tokens(0), refund: 4n, paidOutAt: undefined },
    },
  ]);
  await tx.inspections.put([
    {
      ...{ id: '000002-00001', svpmsn: svpmsn(2), inspectedAt: at, by: TEXT, note: TEXT },
      findings: ['seal-broken', 'wire-around'],
    },
  ]);
  const counts = { meters: 9, there: 2, can: 1, underWay: 3, silent: 1, erased: 1, refused: 1, both: 2 };
  await tx.keyRotations.put([
    {
      ...{ id: 'value aes128', purpose: 'value', suite: 1, state: 'giving', generation: 15, beganAt: at },
      ...{ givenAt: at, dueAt: at, withheld: true, nextAt: at, after: 16_777_215, counts, countedAt: at },
      walk: { ...counts, ordered: 3, raising: 1, oldestAt: at },
    },
    {
      ...{ id: TEXT, purpose: 'control', suite: 3, state: 'resting', generation: 0, beganAt: undefined },
      ...{ givenAt: undefined, dueAt: undefined, withheld: false, nextAt: at, after: -1, counts: undefined },
      ...{ countedAt: undefined, walk: { ...counts, ordered: 0, raising: 0 } },
    },
  ]);
  await tx.hostBeats.put([{ id: TEXT, beats: 2 ** 40 }]);
  await tx.lineNetworks.put([
    {
      ...{ id: '1', localUnit: 1 },
      file: {
        ...{ source: { node: TEXT, volts: 230, ohms }, cables: { thin: ohms } },
        lines: [{ from: TEXT, to: 'a', cable: 'thin', metres: 1.5 }],
        loads: [{ meter: 1, node: 'a', phases: 'ABC' }],
      },
    },
  ]);
  await tx.temperatures.put([{ id: '020000', day: 20_000, givenAt: at, celsius: [-1.5, null, 30] }]);
  await tx.readingChecks.put([
    {
      ...{ id: '00000a-1-20000', svpmsn: svpmsn(10), supply: 1, day: 20_000, checkedAt: at },
      findings: [
        { reason: 'missing', from: 0, minutes: 3, estimated: 21 },
        { reason: 'doubled', from: 0, minutes: 1440 },
      ],
    },
  ]);
  await tx.voltages.put([
    {
      ...{ id: '00000a-1-20000', svpmsn: svpmsn(10), supply: 1, day: 20_000, heardAt: at },
      volts: new Uint16Array(96).fill(23_000).fill(0xffff, 3, 5),
      findings: [{ reason: 'missing', from: 45, minutes: 30 }],
    },
  ]);
  await tx.lossAlarms.put([
    {
      ...{ id: '00001-20000', localUnit: 1, state: 'seen', raisedAt: at, firstDay: 20_000, lastDay: 20_001, days: 2 },
      ...{ unexplained: 2 ** 52, confidence: 99, steps: [{ state: 'seen', at, by: 'han', note: TEXT }] },
      suspects: undefined,
    },
  ]);
  await tx.remittances.put([
    {
      ...{ id: 'seller TX 7', payee: 'seller', amount: 2n ** 60n, method: 'bank-transfer', paidOn: '2026-04-03' },
      ...{ reference: 'TX 7', by: 'han', at, reversedAt: undefined },
    },
    {
      ...{ id: '65535-2 TX', payee: '65535-2', amount: -3n, method: 'cash', paidOn: '2026-04-03', reference: 'TX' },
      ...{ by: 'han', at, reversedAt: at },
    },
  ]);
  await tx.voucherBatches.put([
    { id: 'spring', count: 1, value: 500, expiresAt: at, by: 'han', approvedAt: at, printedAt: at },
    { id: 'winter', count: 5, value: 4_294_967_295, expiresAt: at, by: 'han', approvedAt: at, printedAt: undefined },
  ]);
  await tx.vouchers.put([
    {
      ...{ id: 'spring.00001', hash: 'hash', batch: 'spring', value: 500, expiresAt: at, state: 'void', soldAt: at },
      ...{ agent: 'kim', method: 'cash', paid: 490, payment: undefined, redeemedAt: undefined },
    },
  ]);
  await tx.settlementClaims.put([{ id: 'to seller 2026-03', claim: 'a.b.c', answer: undefined }]);
}

async function putPeople(tx: Transaction): Promise<void> {
  await tx.people.put([
    {
      ...{ id: 'han', name: TEXT, role: 'subscriber', subscriber: 'kim', password: '$argon2id$…' },
      ...{ oneTimeUntil: at, locked: true, createdAt: at },
    },
  ]);
  await tx.sessions.put([{ id: 'hash', person: 'han', createdAt: at, seenAt: at }]);
  await tx.apiKeys.put([
    {
      ...{ id: 'key', hash: 'hash', name: '', role: 'operator', scopes: ['orders:write'], createdBy: 'han' },
      ...{ createdAt: at, expiresAt: undefined, revokedAt: at },
    },
  ]);
  await tx.attempts.put([{ id: '7', count: 3, lockedUntil: at }]);
  await tx.approvals.put([
    {
      ...{ id: 'approval', proposal: { type: 'void', order: 'stored 0' }, why: TEXT, state: 'approved' },
      ...{ askedBy: 'han', askedAt: at, decidedBy: 'lee', decidedAt: at },
    },
  ]);
  await tx.keptAnswers.put([{ id: 'a key', fingerprint: 'hash', body: '{}', at }]);
  await tx.audit.append(
    Array.from({ length: 3 }, (_, i) => ({
      ...{ at, by: 'han', role: 'operator' as const, action: 'sell', subject: 'meter 000002', detail: '{}' },
      request: `r-${i}`,
    })),
  );
}

const TERMS = {
  currency: { code: 'EUR', number: 978, exponent: 2 },
  ...{ taxBasisPoints: 1_900, fixedChargePerMonth: 50, recoveryPercentMax: 40 },
  fees: { card: { fixed: 3, basisPoints: 150 } },
};

const NOTHING_KNOWN = {
  ...{ heardAt: undefined, balance: undefined, balanceAt: undefined, flags: undefined, flagsAt: undefined },
  ...{ infoAt: undefined, owed: undefined, clockOffsetMs: undefined, tableVersion: undefined, lastDay: undefined },
  ...{ nextEvent: undefined, policyAt: undefined, policyVersion: undefined, nextTableVersion: undefined },
  ...{
    profileDay: undefined,
    voltageDay: undefined,
    voltageAskAt: undefined,
    eventsBefore: undefined,
    linkedEvent: 2,
    eventLink: Uint8Array.of(1, 2),
    attentionAt: undefined,
    attention: undefined,
    alarms: undefined,
    alarmsAt: undefined,
  },
};
