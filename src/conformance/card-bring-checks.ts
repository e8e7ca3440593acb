import { concat, equalBytes, fromHex } from '../bytes/index.ts';
import {
  CardOp,
  type MeterReport,
  openMeterReport,
  PurseInstruction,
  StatusWord,
  sealMeterReport,
} from '../card/index.ts';
import { type Svpmsn, tokens, U16_MAX, unixSeconds } from '../units/index.ts';
import { CardBench, flipped, type SpendBegun, same } from './card-bench.ts';
import { receiptIs } from './card-load-checks.ts';
import { acknowledge, debit, left, record, taken } from './card-take-checks.ts';
import { type Check, expect, Found, LeftOut } from './check.ts';

const SW = StatusWord;
const TICKETS_HELD = 8;
const TAG_BYTES = 8;

/** The next version of a ticket. @throws LeftOut when there is none */
async function nextVersion(bench: CardBench, count = 1): Promise<number> {
  const { ticketVersion } = await bench.status();
  if (ticketVersion + count > U16_MAX) throw new LeftOut('the versions of tickets of the region are used up');
  return ticketVersion + 1;
}

/** Brings a ticket with a query, and returns the version that the card tells. */
async function brought(bench: CardBench, ticket: Uint8Array): Promise<number> {
  const receipt = await bench.load({ op: CardOp.query, counter: 0, ticket });
  return receipt.ticketVersion;
}

/** @throws Found unless the card gives this ticket to its meter */
async function given(bench: CardBench, meter: Svpmsn, due: Uint8Array): Promise<void> {
  same((await bench.ticketFor(meter)) ?? new Uint8Array(0), due, 'the ticket that the card gives to its meter');
}

/**
 * The other regions of the card get tickets of their own first: one of a region that has none takes nobody's place, and
 * their turn comes when this one has filled the card.
 */
async function othersHold(bench: CardBench): Promise<void> {
  for (const key of bench.settings.regions) {
    if (key === bench.key) continue;
    const other = new CardBench(bench.settings, key);
    await other.fresh();
    const places = bench.settings.regions.length <= TICKETS_HELD / 2 ? [0, 1] : [0];
    const version = await nextVersion(other, 2);
    for (const number of places) await brought(other, other.ticket(other.meter(number), version + number));
    await other.end();
  }
  await bench.fresh();
}

/** What lets a card be spent in a meter. */
export const CARD_TICKET_CHECKS: readonly Check<CardBench>[] = [
  {
    id: 'ticket.taken',
    title: 'A ticket comes with any op, raises the version, and is given to its meter as it came',
    rule: { section: 'loading-0x18', text: 'A ticket is taken, whatever the op, when it is of this card and region' },
    run: async (bench) => {
      const version = await nextVersion(bench, 3);
      const one = bench.ticket(bench.meter(0), version);
      const after = await bench.filled(30, one);
      const told = after.ticketVersion;
      expect(told === version, `after a ticket of version ${version} the card tells ${told}`);
      await given(bench, bench.meter(0), one);
      const two = bench.ticket(bench.meter(1), version + 2);
      const next = await brought(bench, two);
      expect(next === version + 2, `after a query with a ticket of version ${version + 2} the card tells ${next}`);
      await given(bench, bench.meter(1), two);
      await bench.power();
      await bench.select();
      await given(bench, bench.meter(1), two);
    },
  },
  {
    id: 'ticket.old',
    title: 'A ticket of the same or of an older version is not taken',
    rule: { section: 'loading-0x18', text: "its version is above the region's ticket version, which it becomes" },
    run: async (bench) => {
      const version = (await nextVersion(bench, 2)) + 1;
      const right = bench.ticket(bench.meter(0), version);
      await brought(bench, right);
      for (const old of [version, version - 1]) {
        const told = await brought(bench, bench.ticket(bench.meter(2), old));
        expect(told === version, `after a ticket of version ${old} the card tells ${told}, not ${version}`);
        const held = await bench.ticketFor(bench.meter(2));
        const taken = held !== undefined && new DataView(held.buffer, held.byteOffset).getUint16(12) === old;
        expect(!taken, `a ticket of version ${old} is taken after one of version ${version}`);
      }
      same((await bench.ticketFor(bench.meter(0))) ?? new Uint8Array(0), right, 'the newest ticket');
    },
  },
  {
    id: 'ticket.foreign',
    title: 'A ticket of another card or region is not taken, and what it came with is done',
    rule: { section: 'loading-0x18', text: 'M4 tells by the version whether it was taken' },
    run: async (bench) => {
      const version = await nextVersion(bench);
      const right = bench.ticket(bench.meter(0), version);
      const foreign = { card: flipped(right, 8 * 6), region: right.slice() };
      foreign.region[7] = bench.region === 6 ? 1 : bench.region + 1;
      for (const [what, ticket] of Object.entries(foreign)) {
        const was = await bench.status();
        const receipt = await bench.load({ op: CardOp.credit, counter: was.lastCounter + 1, amount: 5, ticket });
        receiptIs(receipt, { result: 0, ticketVersion: was.ticketVersion }, `After a ticket of another ${what}`);
      }
    },
  },
  {
    id: 'ticket.absent',
    title: 'A meter for which there is no ticket gets none',
    rule: { section: 'commands', text: 'no such region, key, ticket or data object' },
    run: async (bench) => {
      const nobody = bench.command(PurseInstruction.ticket, fromHex('fffffe'));
      await bench.answers(nobody, SW.referencedDataNotFound, 'TICKET of a meter that has none');
    },
  },
  {
    id: 'ticket.ninth',
    title: 'A card holds eight tickets; the oldest gives way, but not that of a meter for which something is pending',
    rule: { section: 'loading-0x18', text: 'a ninth takes the place of the oldest of its region' },
    run: async (bench) => {
      await othersHold(bench);
      const version = await nextVersion(bench, TICKETS_HELD + 3);
      const owed = bench.meter(10);
      await brought(bench, bench.ticket(owed, version));
      await brought(bench, bench.ticket(bench.meter(10 + TICKETS_HELD + 2), version + 1));
      if ((await bench.ticketFor(owed)) === undefined) {
        throw new LeftOut('the tickets of the other regions leave this one a single place on the card');
      }
      await left(bench, owed, 10);
      const others = Array.from({ length: TICKETS_HELD + 1 }, (_, i) => bench.meter(11 + i));
      for (const [i, meter] of others.entries()) {
        const told = await brought(bench, bench.ticket(meter, version + 2 + i));
        expect(told === version + 2 + i, `ticket ${i + 2} of a region is not taken`);
      }
      const held: number[] = [];
      for (const [i, meter] of others.entries()) if ((await bench.ticketFor(meter)) !== undefined) held.push(i);
      expect(
        (await bench.ticketFor(owed)) !== undefined,
        'the ticket of a meter for which something is pending is gone',
      );
      expect(held.length < TICKETS_HELD, `a card holds ${held.length + 1} tickets of one region`);
      const newest = held.every((at, i) => at === others.length - held.length + i);
      expect(newest && held.length > 0, 'another ticket than the oldest of the region gave way');
      const counter = (await bench.status()).debitCounter;
      const begun = await bench.insert(owed);
      await record(bench, begun, 0, { counter, amount: 10 });
      await bench.answers(acknowledge(bench, begun, counter), SW.done, 'ACK');
    },
  },
];

/** A report of a meter; its figures are of no account to a card. */
function reportOf(begun: SpendBegun, sequence: number, changed: Partial<MeterReport> = {}): Uint8Array {
  const { meter } = begun.insertion;
  const figures = { register: 1234, balance: tokens(5), used: tokens(6), fromCards: tokens(11), owed: tokens(0) };
  const report = { meter, sequence, time: unixSeconds(1_800_000_000), ...figures, flags: 0, debitCounter: 1 };
  return sealMeterReport(begun.pair, begun.insertion, { ...report, events: [], ...changed });
}

const leave = (bench: CardBench, report: Uint8Array): Uint8Array =>
  bench.command(PurseInstruction.report, report, { silent: true });

/** The region's report, as M4 brings it. */
const told = async (bench: CardBench): Promise<Uint8Array | undefined> =>
  (await bench.load({ op: CardOp.query, counter: 0 })).report;

/** The number that follows the report of this meter, if the region has one. @throws LeftOut when there is none */
async function nextSequence(bench: CardBench, meter: Svpmsn): Promise<number> {
  const held = await told(bench);
  const opened = held && openMeterReport(bench.key, held);
  if (held !== undefined && opened === undefined) throw new Found('M4 brings a report whose tag is wrong');
  const sequence = opened?.meter === meter ? opened.sequence : 0;
  if (sequence > 0xffff_ff00) throw new LeftOut('the numbers of the reports of the meter are used up');
  return sequence + 2;
}

/** What a meter leaves for its provider. */
export const CARD_REPORT_CHECKS: readonly Check<CardBench>[] = [
  {
    id: 'report.kept',
    title: 'A report is taken after ACK, or where nothing is pending, and M4 brings it until another comes',
    rule: { section: 'reports', text: 'the same until the meter leaves another' },
    run: async (bench) => {
      const meter = bench.meter(0);
      const sequence = await nextSequence(bench, meter);
      const begun = await taken(bench, meter, 10);
      const first = reportOf(begun, sequence);
      await bench.answers(leave(bench, first), SW.done, 'REPORT after ACK');
      await bench.power();
      await bench.select();
      for (let times = 0; times < 2; times++) {
        same((await told(bench)) ?? new Uint8Array(0), first, 'the report in M4');
      }
      const second = await bench.insert(meter);
      await bench.answers(leave(bench, reportOf(second, sequence + 1)), SW.done, 'REPORT where nothing is taken');
      await bench.answers(debit(bench, second, 1), SW.conditionsNotSatisfied, 'DEBIT after REPORT');
      same((await told(bench)) ?? new Uint8Array(0), reportOf(second, sequence + 1), 'the report in M4');
    },
  },
  {
    id: 'report.older',
    title: 'An older report of the same meter is refused, and the very same again is taken',
    rule: { section: 'reports', text: 'it takes none that is not newer (6985), but for the very same again' },
    run: async (bench) => {
      const meter = bench.meter(0);
      const sequence = await nextSequence(bench, meter);
      const begun = await bench.insert(meter);
      const newest = reportOf(begun, sequence);
      await bench.answers(leave(bench, newest), SW.done, 'REPORT');
      const again = async (report: (begun: SpendBegun) => Uint8Array, due: number, what: string) =>
        bench.answers(leave(bench, report(await bench.insert(meter))), due, what);
      await again(() => newest, SW.done, 'the very same REPORT');
      await again((each) => reportOf(each, sequence - 1), SW.conditionsNotSatisfied, 'an older REPORT');
      const other = (each: SpendBegun) => reportOf(each, sequence, { register: 77 });
      await again(other, SW.conditionsNotSatisfied, 'another REPORT of the same sequence');
      same((await told(bench)) ?? new Uint8Array(0), newest, 'the report in M4');
    },
  },
  {
    id: 'report.wrong',
    title: 'A report with a wrong tag, or of another meter than that of the session, is refused and ends it',
    rule: { section: 'reports', text: 'when it names the meter of the session and its tag is right' },
    run: async (bench) => {
      const meter = bench.meter(0);
      const sequence = await nextSequence(bench, meter);
      const held = await told(bench);
      const other = bench.meter(1);
      const foreign = (begun: SpendBegun) => ({
        ...begun,
        ...{ pair: bench.key.pairKey(other), insertion: { ...begun.insertion, meter: other } },
      });
      const wrong: readonly (readonly [string, (begun: SpendBegun) => Uint8Array])[] = [
        ['REPORT with a wrong tag', (begun) => flipped(reportOf(begun, sequence), 8 * 63 - 1)],
        ['REPORT with a wrong bit', (begun) => flipped(reportOf(begun, sequence), 8 * 20)],
        ['REPORT of another meter', (begun) => reportOf(foreign(begun), sequence)],
      ];
      for (const [what, of] of wrong) {
        const begun = await bench.insert(meter);
        await bench.answers(leave(bench, of(begun)), SW.securityStatusNotSatisfied, what);
        const late = leave(bench, reportOf(begun, sequence));
        await bench.answers(late, SW.conditionsNotSatisfied, `the right REPORT after ${what}`);
      }
      const now = await told(bench);
      expect(equalBytes(now ?? new Uint8Array(0), held ?? new Uint8Array(0)), 'a refused report is in M4');
    },
  },
  {
    id: 'report.between',
    title: 'No report is taken while a debit is on its way, nor without a session',
    rule: { section: 'reports', text: 'The card takes a report where nothing is on its way between the two' },
    run: async (bench) => {
      const meter = bench.meter(0);
      const sequence = await nextSequence(bench, meter);
      const { debitCounter } = await left(bench, meter, 10);
      const begun = await bench.insert(meter);
      await record(bench, begun, 0, { counter: debitCounter + 1, amount: 10 });
      const early = leave(bench, reportOf(begun, sequence));
      await bench.answers(early, SW.conditionsNotSatisfied, 'REPORT before ACK');
      await bench.fresh();
      await bench.answers(early, SW.conditionsNotSatisfied, 'REPORT without a session');
      const tag = concat(early.subarray(5, early.length - TAG_BYTES), bench.random(TAG_BYTES));
      await bench.answers(leave(bench, tag), SW.conditionsNotSatisfied, 'a forged REPORT without a session');
    },
  },
];
