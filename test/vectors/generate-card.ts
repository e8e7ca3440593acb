/**
 * Prints `card.json`: a purse card from its keys to its last byte, computed with node:crypto alone, without a line of
 * the project's own card, exchange or keys. `node test/vectors/generate-card.ts`
 */
import { crc32 as zlibCrc32 } from 'node:zlib';
import { type Bytes, cat, ccm, cmac, draw, inHex, kdf, u32, u64, zeros } from './primitives.ts';

const CSN = Buffer.from('04a1b2c3d4e5f6', 'hex');
const REGION = 2;
const UTILITY = 0x0102;
const ROUTE = Buffer.from('0a1b2c', 'hex');
const METER = Buffer.from('0a1b2d', 'hex');
const SUITES = [
  { suite: 'aes128', n: 0x20, bytes: 16 },
  { suite: 'aes256', n: 0x30, bytes: 32 },
] as const;
const AID = Buffer.from('f0574154545055525345', 'hex');

const u16 = (value: number): Bytes => Buffer.of(value >> 8, value & 0xff);
const crc32 = (data: Bytes): Bytes => u32(zlibCrc32(data));
const subject = (region: number): Bytes => cat(CSN, [region]);
const half = (tag: Bytes): Bytes => tag.subarray(0, 8);

/** CLA INS P1 P2, Lc and data, Le 00. */
const apdu = (head: number[], data: Bytes, le = true): Bytes =>
  cat(head, data.length === 0 ? [] : [data.length], data, le ? [0] : []);
const done = (data: Bytes): Bytes => cat(data, [0x90, 0x00]);

interface Suite {
  readonly suite: string;
  readonly n: number;
  readonly bytes: number;
}

function keysOf({ suite, n, bytes }: Suite) {
  const KH = draw(`KH of the provider, ${suite}`, bytes);
  const KC = kdf(KH, 'KC01', cat([n], subject(REGION), u16(UTILITY)));
  const issuerKH = draw(`KH of the issuer, ${suite}`, bytes);
  const issuerKC = kdf(issuerKH, 'KC01', cat([n], subject(0), u16(UTILITY)));
  const Kdebit = kdf(KC, 'KD01', subject(REGION));
  const Kpair = kdf(Kdebit, 'KP01', METER);
  const meterKH = draw(`KH of the meter, ${suite}`, bytes);
  const meterKT = kdf(meterKH, 'KT01', cat([n], METER, u16(UTILITY)));
  return { KH, KC, issuerKH, issuerKC, Kdebit, Kpair, meterKH, meterKT };
}
type Keys = ReturnType<typeof keysOf>;

function ticketOf({ n }: Suite, { Kpair, meterKT }: Keys, version: number) {
  const terms = { version, limit: 5_000_000, expiry: 1_900_000_000, epoch: 3 };
  const head = cat(subject(REGION), METER, [n], u16(version), u32(terms.limit), u32(terms.expiry), u32(terms.epoch));
  const key = kdf(meterKT, 'TK01', head);
  return { ...terms, head, key, bytes: cat(head, ccm(key, zeros(13), head, Kpair)) };
}

interface Region {
  loadCounter: number;
  loaded: number;
  balance: number;
  debitCounter: number;
  pending: { meter: Bytes; amount: number } | undefined;
  ticketVersion: number;
}

const totals = (region: Region): Bytes =>
  cat(
    u64(region.loaded),
    u32(region.balance),
    u32(region.debitCounter),
    region.pending?.meter ?? zeros(3),
    u32(region.pending?.amount ?? 0),
    u16(region.ticketVersion),
  );

/** What a load asks for, and what it comes to; the region is changed. A release names its DTC in place of an amount. */
const LOADS: readonly (readonly [name: string, op: number, counter: number, amount: number, result: number, ticket?: number])[] = [
  ['a credit that brings a ticket', 1, 1, 5_000, 0, 1],
  ['the same credit again', 1, 1, 5_000, 1],
  ['a void in time', 2, 2, 700, 4],
  ['a credit of more than the balance can hold', 1, 3, 4_294_967_295, 3],
  ['a query of the last', 0, 0, 0, 3],
  ['a credit beyond the next', 1, 9, 5, 2],
  ['a ticket alone', 0, 0, 0, 3, 2],
  ['a release while nothing is pending', 4, 4, 1, 0],
  ['a close', 3, 5, 0, 0],
  ['the same close again', 3, 5, 0, 18],
  ['a query of the release of nothing', 0, 4, 0, 19],
  ['a credit after the close', 1, 6, 800, 0],
  ['a release of what is pending', 4, 7, 1, 0],
  ['the same release again', 4, 7, 1, 19],
  ['a credit under the LTC of the close', 1, 5, 60, 18],
];
/** What the card handed to the meter before a load, without an acknowledgement. */
const HANDED_BEFORE: ReadonlyMap<string, number> = new Map([['a release of what is pending', 300]]);

function loadsOf(suite: Suite, keys: Keys) {
  const region: Region = { loadCounter: 0, loaded: 0, balance: 0, debitCounter: 0, pending: undefined, ticketVersion: 0 };
  const rows = new Map<number, { txid: Bytes; amount: number }>();
  return LOADS.map(([name, op, counter, asked, result, ticketVersion]) => {
    const what = `${suite.suite}, ${name}`;
    const [Nh, Nm] = [draw(`Nh of ${what}`, 16), draw(`Nm of ${what}`, 16)];
    const txid = op === 0 ? zeros(8) : draw(`TXID ${counter}`, 8);
    const ticket = ticketVersion === undefined ? undefined : ticketOf(suite, keys, ticketVersion).bytes;
    const handedBefore = HANDED_BEFORE.get(name);
    if (handedBefore !== undefined) {
      region.balance -= handedBefore;
      region.debitCounter += 1;
      region.pending = { meter: METER, amount: handedBefore };
    }
    const status = cat(u32(region.loadCounter), totals(region));
    if (ticketVersion !== undefined) region.ticketVersion = ticketVersion;
    if (op !== 0 && counter === region.loadCounter + 1) {
      region.loadCounter = counter;
      const released = op === 4 && asked === region.debitCounter ? (region.pending?.amount ?? 0) : 0;
      const amount = op === 1 && result === 0 ? asked : op === 3 ? region.balance : released;
      if (op === 1) region.balance += amount;
      if (op === 1) region.loaded += amount;
      if (op === 3) region.balance = 0;
      if (released > 0) region.pending = undefined;
      rows.set(counter, { txid, amount });
    }
    const named = result === 2 || counter === 0 ? region.loadCounter : counter;
    const row = result === 2 ? { txid: zeros(8), amount: 0 } : rows.get(named);
    if (row === undefined) throw new Error(`${what} has no receipt`);
    const command = cat([op], u32(counter), txid, u32(asked), [0], ticket ?? zeros(0));
    const answer = cat([result], u32(named), row.txid, u32(row.amount), totals(region));
    const passes = passesOf(suite.n, keys.KC, { Nh, Nm }, status, command, answer);
    const apdus = {
      open: apdu([0x80, 0x50, 0, 0], passes.first),
      opened: done(passes.second),
      credit: apdu([0x80, 0x54, 0, 0], passes.third),
      credited: done(passes.fourth),
    };
    return { name, op, counter, txid, amount: asked, handedBefore, ...{ Nh, Nm, status, command, answer }, ...passes, apdus };
  });
}

function passesOf(n: number, KC: Bytes, { Nh, Nm }: { Nh: Bytes; Nm: Bytes }, status: Bytes, command: Bytes, answer: Bytes) {
  const header = (message: number, size: number): Bytes => cat([0x10 | message, 0x18, n], ROUTE, [size]);
  const context = cat(Nh, Nm, ROUTE, [n, 0x18]);
  const [Ka, Kd, Ku] = ['SAUT', 'SH2M', 'SM2H'].map((label) => kdf(KC, label, context)) as [Bytes, Bytes, Bytes];
  const nonce = (message: number): Bytes => cat([message], zeros(12));
  const first = cat(header(1, 24), Nh, subject(REGION));
  const before = cat(subject(REGION), first);
  const secondHead = cat(header(2, 16 + status.length + 8), Nm);
  const second = cat(secondHead, ccm(Ka, nonce(2), cat(before, secondHead), status));
  const thirdHead = header(3, command.length + 8);
  const third = cat(thirdHead, ccm(Kd, nonce(3), cat(before, second, thirdHead), command));
  const fourthHead = header(4, answer.length + 8);
  const fourth = cat(fourthHead, ccm(Ku, nonce(4), cat(before, second, third, fourthHead), answer));
  return { Ka, Kd, Ku, first, second, third, fourth };
}

const u48 = (value: number): Bytes => u64(value).subarray(2);

/** What the meter leaves on the card: kinds of events with the whole minutes since. */
const REPORTS: readonly [Report, Report] = [
  {
    ...{ sequence: 17, time: 1_800_000_000, register: 0x0102_0304_0506, balance: 1_930, used: 70_000, fromCards: 71_930 },
    ...{ owed: 0, flags: 0x0a00, events: [[48, 0], [2, 3], [1, 1_440], [20, 65_535]] },
  },
  {
    ...{ sequence: 18, time: 0, register: 0, balance: 0, used: 2 ** 48 - 1, fromCards: 2 ** 48 - 1, owed: 500 },
    ...{ flags: 0x0080, events: [[69, 0]] },
  },
];

interface Report {
  readonly sequence: number;
  readonly time: number;
  readonly register: number;
  readonly balance: number;
  readonly used: number;
  readonly fromCards: number;
  readonly owed: number;
  readonly flags: number;
  readonly events: readonly (readonly [kind: number, minutes: number])[];
}

function reportOf({ sequence, time, register, balance, used, fromCards, owed, flags, events }: Report, Kpair: Bytes, debitCounter: number) {
  const body = cat(
    cat(METER, u32(sequence), u32(time), u48(register), u32(balance), u48(used), u48(fromCards), u32(owed)),
    cat(u16(flags), u32(debitCounter), ...events.map(([kind, minutes]) => cat([kind], u16(minutes)))),
    zeros(3 * (4 - events.length)),
  );
  const context = cat(subject(REGION), METER);
  const key = kdf(Kpair, 'CRPT', context);
  return { context, key, bytes: cat(body, half(cmac(key, body))) };
}

/** An insertion in which the meter takes an amount, and one in which it asks for what is pending; each ends with a report. */
function insertionsOf({ suite }: Suite, { Kpair }: Keys) {
  return [
    { name: 'a debit', balance: 5_000, debitCounter: 4, pending: 0, asked: 1_200, record: 5, amount: 1_200, told: REPORTS[0] },
    { name: 'the pending record again', balance: 3_800, debitCounter: 5, pending: 1_200, asked: 0, record: 5, amount: 1_200, told: REPORTS[1] },
  ].map(({ name, balance, debitCounter, pending, asked, record, amount, told }) => {
    const report = reportOf(told, Kpair, record);
    const after = { loaded: 5_000, balance: balance - asked, debitCounter: record, pending: undefined, ticketVersion: 2 };
    const receipt = cat([3], u32(0), zeros(8), u32(0), totals({ ...after, loadCounter: 0 }), report.bytes);
    const meterNonce = draw(`meter nonce of ${name}, ${suite}`, 16);
    const cardNonce = draw(`card nonce of ${name}, ${suite}`, 16);
    const context = cat(meterNonce, cardNonce, subject(REGION), METER);
    const [Kcaut, Km2c, Kc2m, Kack] = ['CAUT', 'CM2C', 'CC2M', 'CACK'].map((label) => kdf(Kpair, label, context)) as [
      Bytes,
      Bytes,
      Bytes,
      Bytes,
    ];
    const status = cat(u32(balance), u32(debitCounter), u32(pending));
    const opened = cat(cardNonce, status, half(cmac(Kcaut, status)));
    const debit = cat(u32(asked), half(cmac(Km2c, u32(asked))));
    const signed = cat(meterNonce, subject(REGION), u32(record), u32(amount), METER);
    const debited = cat(u32(record), u32(amount), half(cmac(Kc2m, signed)));
    const acknowledge = cat(u32(record), half(cmac(Kack, u32(record))));
    return {
      ...{ name, balance, debitCounter, pendingAmount: pending, asked, record: { debitCounter: record, amount } },
      ...{ meterNonce, cardNonce, context, Kcaut, Km2c, Kc2m, Kack },
      apdus: {
        open: apdu([0x80, 0x50, 1, REGION], cat(METER, meterNonce)),
        opened: done(opened),
        debit: apdu([0x80, 0x52, 0, REGION], debit),
        debited: done(debited),
        acknowledge: apdu([0x80, 0x56, 0, REGION], acknowledge, false),
        acknowledged: done(zeros(0)),
        report: apdu([0x80, 0x5c, 0, REGION], report.bytes, false),
        reported: done(zeros(0)),
      },
      report: { ...told, events: told.events.map(([kind, minutesBefore]) => ({ kind, minutesBefore })), ...report },
      receipt,
    };
  });
}

function authenticationsOf({ suite }: Suite, { KC, issuerKC }: Keys) {
  return [0, REGION].map((reference) => {
    const key = reference === 0 ? issuerKC : KC;
    const challenge = draw(`challenge to the card, ${suite} ${reference}`, 16);
    const cardChallenge = draw(`challenge of the card, ${suite} ${reference}`, 16);
    const tag = (label: string, over: Bytes): Bytes => cmac(kdf(key, label, subject(reference)), over);
    return {
      ...{ reference, challenge, cardChallenge },
      internal: tag('CINT', challenge),
      external: tag('CEXT', cardChallenge),
      mutualOutside: tag('CMUO', cat(cardChallenge, challenge)),
      mutualCard: tag('CMUI', cat(challenge, cardChallenge)),
    };
  });
}

/** Slots of the memory: what holds, what a cut leaves, what is damaged. */
function slots() {
  const slot = (sequence: number, region: Region, pendingCounter: number, state: number): Bytes => {
    const body = cat(
      cat(u32(sequence), u32(region.balance), u32(region.loadCounter), u32(region.debitCounter)),
      cat(region.pending?.meter ?? zeros(3), u32(pendingCounter), u32(region.pending?.amount ?? 0)),
      cat(u16(region.ticketVersion), u64(region.loaded).subarray(2)),
    );
    return cat(body, crc32(cat(body, [state])), [state]);
  };
  const empty: Region = { loadCounter: 0, loaded: 0, balance: 0, debitCounter: 0, pending: undefined, ticketVersion: 0 };
  const some: Region = { loadCounter: 7, loaded: 2 ** 40, balance: 3_800, debitCounter: 5, pending: { meter: METER, amount: 1_200 }, ticketVersion: 2 };
  const whole = slot(31, some, 5, 0xa5);
  const changed = (at: number, byte: number): Bytes => Buffer.from(whole.map((old, i) => (i === at ? byte : old)));
  return [
    { name: 'of a new card', type: 'valid', sequence: 1, ...empty, bytes: slot(1, empty, 0, 0x5a) },
    { name: 'nothing pending', type: 'valid', sequence: 30, ...some, pending: undefined, bytes: slot(30, { ...some, pending: undefined }, 0, 0x5a) },
    { name: 'a debit pending', type: 'valid', sequence: 31, ...some, bytes: whole },
    { name: 'a debit pending, its last byte cut', type: 'valid', sequence: 31, ...some, bytes: changed(39, 0x81) },
    { name: 'being written', type: 'torn', bytes: changed(39, 0) },
    { name: 'a bit of its balance rotted', type: 'damaged', bytes: changed(7, 0xd9) },
  ];
}

/** The whole file, its bytes in hex. */
export function generate(): unknown {
  const suites = SUITES.map((suite) => {
    const keys = keysOf(suite);
    return {
      ...{ suite: suite.suite, n: suite.n, keys },
      tickets: [1, 2].map((version) => ticketOf(suite, keys, version)),
      loads: loadsOf(suite, keys),
      insertions: insertionsOf(suite, keys),
      authentications: authenticationsOf(suite, keys),
    };
  });
  return inHex({
    about:
      'A purse card in both suites: its keys, its tickets, loads one after the other from a new card on, two insertions into a meter with what it reports and a body of M4 that brings it, authentications; then slots of its memory. Numbers are decimal, bytes hex.',
    ...{ csn: CSN, region: REGION, utility: UTILITY, route: ROUTE, meter: METER, aid: AID, suites, slots: slots() },
  });
}

if (import.meta.main) console.log(JSON.stringify(generate(), null, 1));
