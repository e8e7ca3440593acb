import { equalBytes, toHex } from '../bytes/index.ts';
import { CardOp, type CardReceipt, decodeCardStatus, PurseInstruction, StatusWord } from '../card/index.ts';
import { decodeFrame, hostCommand, hostReceive, Refusal, ValueResult } from '../exchange/index.ts';
import { svpmsn, tokens, U32_MAX } from '../units/index.ts';
import { type CardBench, flipped, loadCredit, loadOpen, type Order, same } from './card-bench.ts';
import { type Check, expect, Found } from './check.ts';
import { refusalIn } from './terminal-bench.ts';

const section = 'loading-0x18';
const SW = StatusWord;
const RECEIPTS_HELD = 16;
const TXID_BYTES = 8;
const NONE = new Uint8Array(0);

/** @throws Found with the first field that is another */
export function receiptIs(receipt: CardReceipt, due: Partial<CardReceipt>, when: string): void {
  for (const [name, value] of Object.entries(due)) {
    const told = receipt[name as keyof CardReceipt];
    if (value instanceof Uint8Array && told instanceof Uint8Array) same(told, value, `${when} the TXID of the receipt`);
    else
      expect(told === value, `${when} the receipt says ${NAMES[name] ?? name} ${String(told)}, not ${String(value)}`);
  }
}

const NAMES: Readonly<Record<string, string>> = {
  counter: 'LTC',
  creditedTotal: 'loaded',
  tookOff: 'that it was',
  debitCounter: 'DTC',
};

/** @throws Found unless a frame of refusal comes back */
async function refused(bench: CardBench, command: Uint8Array, due: Refusal, what: string): Promise<void> {
  const data = await bench.answers(command, SW.done, what);
  const frame = decodeFrame(data);
  const told = 'reason' in frame ? undefined : refusalIn(frame);
  expect(told === due, `${what} is answered with ${toHex(data)}, not with refusal ${due}`);
}

const order = (
  bench: CardBench,
  op: CardOp,
  counter: number,
  amount: number,
  txid = bench.random(TXID_BYTES),
): Order => ({ op, counter, amount, txid });

/** The region before a check, with room for what it loads. */
async function before(bench: CardBench) {
  const { lastCounter, balance, creditedTotal } = await bench.filled(1);
  return { last: lastCounter, balance, loaded: creditedTotal };
}

/** @throws Found when the region is another than it was */
async function unchanged(bench: CardBench, was: { last: number; balance: number; loaded: number }, what: string) {
  const now = await bench.status();
  const is = now.lastCounter === was.last && now.balance === was.balance && now.creditedTotal === was.loaded;
  expect(is, `${what} changed the region: LTC ${now.lastCounter}, balance ${now.balance}`);
}

/** What a provider's host loads, exactly once. */
export const CARD_LOAD_CHECKS: readonly Check<CardBench>[] = [
  {
    id: 'load.status',
    title: 'M1 is answered with an authentic M2, whose status is that of STATUS',
    rule: { section: 'commands', text: 'status 29, as in M2' },
    run: async (bench) => {
      await bench.filled(50);
      const asked = bench.command(PurseInstruction.status, NONE);
      const told = await bench.answers(asked, SW.done, 'STATUS');
      const head = Uint8Array.of(bench.settings.utility >> 8, bench.settings.utility, bench.key.n);
      same(told.subarray(0, 3), head, 'utility and n in STATUS');
      const { session, second, status } = await bench.begin();
      const again = decodeCardStatus(told.subarray(3));
      expect(JSON.stringify(again) === JSON.stringify(status), 'STATUS and M2 tell different things of the region');
      const other = await bench.begin();
      expect(!equalBytes(second, other.second), 'two loads have the same random bytes in M2');
      expect(hostReceive(session, other.second).type === 'ignored', 'the M2 of one load is authentic in another');
    },
  },
  {
    id: 'load.subject',
    title: 'M1 that names another card or another region of it is refused',
    rule: { section: 'commands', text: 'M1 names another card' },
    run: async (bench) => {
      const { first } = await bench.begin();
      await bench.select();
      for (const [what, at] of [
        ['another card', 7 + 16 + 6],
        ['a region that there is not', 7 + 16 + 7],
      ] as const) {
        const wrong = first.slice();
        wrong[at] = (wrong[at] as number) ^ 0x40;
        await bench.answers(loadOpen(wrong), SW.referencedDataNotFound, `M1 that names ${what}`);
      }
    },
  },
  {
    id: 'load.key',
    title: 'M1 under a key that the region has not is refused with 2',
    rule: { section: 'rules-for-the-terminal', text: 'no key of that n, or its generation is below the floor' },
    run: async (bench) => {
      const { first } = await bench.begin();
      await bench.select();
      const wrong = first.slice();
      wrong[2] = (wrong[2] as number) ^ 0x08;
      await refused(bench, loadOpen(wrong), Refusal.keyUnknown, 'M1 under another generation');
    },
  },
  {
    id: 'load.m1-again',
    title: 'The same M1 again gets the same M2 again',
    rule: {
      section: 'rules-for-the-terminal',
      text: 'the very bytes of the M1 of the running session, and M3 has not come',
    },
    run: async (bench) => {
      const { first, second } = await bench.begin();
      same(await bench.answers(loadOpen(first), SW.done, 'the same M1 again'), second, 'the second M2');
    },
  },
  {
    id: 'load.m3-nowhere',
    title: 'M3 without a session is refused',
    rule: { section: 'commands', text: 'no session, no challenge, something is pending' },
    run: async (bench) => {
      const was = await before(bench);
      const begun = await bench.begin();
      const third = bench.third(begun, order(bench, CardOp.credit, was.last + 1, 500));
      await bench.power();
      await bench.select();
      await bench.answers(loadCredit(third), SW.conditionsNotSatisfied, 'M3 of a session that the power has ended');
      await unchanged(bench, was, 'M3 without a session');
    },
  },
  {
    id: 'load.tag',
    title: 'M3 of which any one bit is wrong is refused with 6, and its session is gone',
    rule: { section, text: 'neither slows down nor guards a session: a wrong tag ends it' },
    run: async (bench) => {
      const was = await before(bench);
      for (const bit of [8 * 7, 8 * 12 + 3, 8 * 33 - 1]) {
        const begun = await bench.begin();
        const third = bench.third(begun, order(bench, CardOp.credit, was.last + 1, 500));
        await refused(bench, loadCredit(flipped(third, bit)), Refusal.tagWrong, 'M3 with a wrong bit');
        const late = await bench.say(loadCredit(third));
        const frame = late.status === SW.done ? decodeFrame(late.data) : undefined;
        const open = frame !== undefined && !('reason' in frame) && refusalIn(frame) === undefined;
        expect(!open, 'after M3 with a wrong bit the right one is taken');
      }
      await unchanged(bench, was, 'M3 with a wrong bit');
    },
  },
  {
    id: 'load.replayed',
    title: 'M3 that was heard in another session is refused with 6, and changes nothing',
    rule: { section: 'an-exchange', text: 'checks the tag, burns the session, carries it out' },
    run: async (bench) => {
      const { last } = await before(bench);
      const one = await bench.begin();
      const third = bench.third(one, order(bench, CardOp.credit, last + 1, 300));
      bench.receipt(one, await bench.credit(third));
      const was = await before(bench);
      await bench.begin();
      await refused(bench, loadCredit(third), Refusal.tagWrong, 'M3 of another session');
      await unchanged(bench, was, 'M3 of another session');
    },
  },
  {
    id: 'load.m3-again',
    title: 'The same M3 again gets the same M4 again, and credits once',
    rule: { section: 'rules-for-the-terminal', text: 'the same M3 that comes again gets the same M4 again' },
    run: async (bench) => {
      const { last, balance } = await before(bench);
      const begun = await bench.begin();
      const third = bench.third(begun, order(bench, CardOp.credit, last + 1, 70));
      const fourth = await bench.credit(third);
      same(await bench.credit(third), fourth, 'the second M4');
      receiptIs(bench.receipt(begun, fourth), { counter: last + 1, balance: tokens(balance + 70) }, 'After a credit');
      expect((await bench.status()).balance === balance + 70, 'the same M3 again credits again');
    },
  },
  {
    id: 'load.credit',
    title: 'A credit under the next LTC is done, and its receipt says what the region holds',
    rule: { section, text: 'with LTC in place of TC, and the same results' },
    run: async (bench) => {
      const { last, balance, loaded } = await before(bench);
      const txid = bench.random(TXID_BYTES);
      const receipt = await bench.load(order(bench, CardOp.credit, last + 1, 900, txid));
      const due = { result: ValueResult.done, counter: last + 1, txid, amount: tokens(900) };
      const holds = { balance: tokens(balance + 900), creditedTotal: tokens(loaded + 900), tookOff: undefined };
      receiptIs(receipt, { ...due, ...holds }, 'After a credit');
      await bench.power();
      await bench.select();
      await unchanged(bench, { last: last + 1, balance: balance + 900, loaded: loaded + 900 }, 'Taking the power');
    },
  },
  {
    id: 'load.repeated',
    title: 'A credit that comes again, in a new session, changes nothing and gets the receipt of its LTC',
    rule: { section: 'what-the-terminal-does-exactly-once', text: 'any but query, TC ≤ last' },
    run: async (bench) => {
      const { last } = await before(bench);
      const asked = order(bench, CardOp.credit, last + 1, 120);
      const first = await bench.load(asked);
      const due = { result: ValueResult.alreadyDone, counter: last + 1, amount: tokens(120), balance: first.balance };
      for (const txid of [asked.txid, bench.random(TXID_BYTES)]) {
        const again = await bench.load({ ...asked, txid: txid as Uint8Array });
        receiptIs(
          again,
          { ...due, txid: asked.txid as Uint8Array, creditedTotal: first.creditedTotal },
          'After the same LTC again',
        );
      }
      await bench.power();
      await bench.select();
      receiptIs(await bench.load(asked), due, 'After the same LTC again, the power having gone between,');
    },
  },
  {
    id: 'load.void',
    title: 'A void uses its LTC up: the credit can never come',
    rule: { section: 'what-the-terminal-does-exactly-once', text: 'the TC is used up: the credit can never come' },
    run: async (bench) => {
      const { last, balance } = await before(bench);
      const txid = bench.random(TXID_BYTES);
      const due = { result: ValueResult.voided, counter: last + 1, amount: tokens(0), balance: tokens(balance), txid };
      receiptIs(await bench.load(order(bench, CardOp.void, last + 1, 800, txid)), due, 'After a void');
      receiptIs(await bench.load(order(bench, CardOp.credit, last + 1, 800)), due, 'After a credit that was voided');
      receiptIs(await bench.load({ op: CardOp.query, counter: last + 1 }), due, 'After a query of a void');
    },
  },
  {
    id: 'load.gap',
    title: 'An LTC beyond the next does nothing and is answered with gap',
    rule: { section: 'what-the-terminal-does-exactly-once', text: 'TC > last + 1' },
    run: async (bench) => {
      const was = await before(bench);
      for (const counter of [was.last + 2, was.last + 50, U32_MAX]) {
        for (const op of [CardOp.credit, CardOp.void, CardOp.close, CardOp.release]) {
          const receipt = await bench.load(order(bench, op, counter, 500));
          const due = { result: ValueResult.gap, counter: was.last, amount: tokens(0) };
          receiptIs(receipt, due, `After op ${op} under an LTC that is too high`);
        }
      }
      await unchanged(bench, was, 'an LTC that is too high');
    },
  },
  {
    id: 'load.query',
    title: 'A query gets the receipt of its LTC, and LTC 0 that of the last',
    rule: { section: 'what-the-terminal-does-exactly-once', text: 'query, TC held' },
    run: async (bench) => {
      const { last } = await before(bench);
      const txid = bench.random(TXID_BYTES);
      await bench.load(order(bench, CardOp.credit, last + 1, 60, txid));
      const due = { result: ValueResult.alreadyDone, counter: last + 1, txid, amount: tokens(60) };
      receiptIs(await bench.load({ op: CardOp.query, counter: last + 1 }), due, 'After a query of a credit');
      receiptIs(await bench.load({ op: CardOp.query, counter: 0 }), due, 'After a query of the last');
      const none = { result: ValueResult.gap, counter: last + 1 };
      receiptIs(
        await bench.load({ op: CardOp.query, counter: last + 2 }),
        none,
        'After a query of an LTC that never was',
      );
    },
  },
  {
    id: 'load.held',
    title: 'The receipts of the last 16 LTC are kept',
    rule: { section, text: 'Receipts of the last 16 LTC are kept' },
    run: async (bench) => {
      const { last } = await before(bench);
      const txid = bench.random(TXID_BYTES);
      await bench.load(order(bench, CardOp.credit, last + 1, 40, txid));
      for (let i = 2; i <= RECEIPTS_HELD; i++) await bench.load(order(bench, CardOp.void, last + i, 1));
      const due = { result: ValueResult.alreadyDone, counter: last + 1, txid, amount: tokens(40) };
      receiptIs(await bench.load({ op: CardOp.query, counter: last + 1 }), due, 'After 15 operations more');
    },
  },
  {
    id: 'load.full',
    title: 'A credit for which there is no room uses its LTC up, and nothing is credited',
    rule: { section: 'what-the-terminal-does-exactly-once', text: 'nothing is credited, the TC is used up' },
    run: async (bench) => {
      const { last, balance, loaded } = await before(bench);
      const txid = bench.random(TXID_BYTES);
      const due = { result: ValueResult.full, counter: last + 1, txid, amount: tokens(0), balance: tokens(balance) };
      const totals = { creditedTotal: tokens(loaded) };
      receiptIs(
        await bench.load(order(bench, CardOp.credit, last + 1, U32_MAX, txid)),
        { ...due, ...totals },
        'After a credit without room',
      );
      receiptIs(await bench.load(order(bench, CardOp.credit, last + 1, 5, txid)), due, 'After the same LTC again');
    },
  },
  {
    id: 'load.close',
    title: 'Closing empties the balance and nothing else, and is told of as closed when it comes again',
    rule: { section, text: 'Op 3, close, empties the balance and nothing else' },
    run: async (bench) => {
      const { lastCounter: last, balance, creditedTotal, ticketVersion } = await bench.filled(400);
      const asked = order(bench, CardOp.close, last + 1, 0);
      const due = { counter: last + 1, amount: balance, balance: tokens(0), creditedTotal, ticketVersion };
      receiptIs(await bench.load(asked), { ...due, result: ValueResult.done }, 'After a close');
      const again = { ...due, result: ValueResult.alreadyDone, tookOff: 'closed' as const };
      receiptIs(await bench.load(asked), again, 'After the same close again');
      receiptIs(await bench.load({ op: CardOp.query, counter: last + 1 }), again, 'After a query of a close');
    },
  },
  {
    id: 'load.not-understood',
    title: 'A command that is none of 0x18 is refused, and changes nothing',
    rule: { section: 'commands', text: 'the data are no frame, or no command of 0x18' },
    run: async (bench) => {
      const was = await before(bench);
      const right = new Uint8Array(18);
      right[0] = CardOp.credit;
      new DataView(right.buffer).setUint32(1, was.last + 1);
      right[16] = 100;
      const of = (at: number, value: number) => right.map((byte, i) => (i === at ? value : byte));
      const longer = new Uint8Array(19);
      longer.set(right);
      const wrong = { 'op 5': of(0, 5), 'op FF': of(0, 0xff), 'unit 1': of(17, 1), '17 bytes': right.subarray(0, 17) };
      for (const [what, body] of Object.entries({ ...wrong, '19 bytes': longer, nothing: NONE })) {
        const { session } = await bench.begin();
        const [third] = hostCommand(session, body) as [Uint8Array];
        await bench.answers(loadCredit(third), SW.incorrectData, `a command of 0x18 with ${what}`);
      }
      await unchanged(bench, was, 'a command that is none');
    },
  },
  {
    id: 'load.pulled',
    title: 'A card that is pulled before M4 was heard has credited once or not, and says which',
    rule: { section, text: 'the value, its receipt and the ticket are one commit' },
    run: async (bench) => {
      const { last, balance } = await before(bench);
      const asked = order(bench, CardOp.credit, last + 1, 250);
      const begun = await bench.begin();
      const third = bench.third(begun, asked);
      await bench.power();
      await bench.select();
      await bench.answers(loadCredit(third), SW.conditionsNotSatisfied, 'M3 after the card was pulled');
      const second = await bench.begin();
      await bench.credit(bench.third(second, asked));
      await bench.power();
      await bench.select();
      const found = await bench.load({ op: CardOp.query, counter: last + 1 });
      const due = {
        result: ValueResult.alreadyDone,
        counter: last + 1,
        txid: asked.txid as Uint8Array,
        amount: tokens(250),
      };
      receiptIs(found, { ...due, balance: tokens(balance + 250) }, 'After a card was pulled when it had credited');
      receiptIs(await bench.load(asked), { ...due, balance: tokens(balance + 250) }, 'After the same LTC again');
    },
  },
  {
    id: 'load.route',
    title: 'The SVPMSN in the frames routes and is not looked at: any meter carries a load',
    rule: { section, text: 'SVPMSN in the frames is that of the meter that the card is in' },
    run: async (bench) => {
      for (const route of [svpmsn(0), bench.meter(3), svpmsn(0xfffffe)]) {
        const { lastCounter } = await bench.status();
        const receipt = await bench.load(order(bench, CardOp.void, lastCounter + 1, 1), route);
        receiptIs(receipt, { result: ValueResult.voided, counter: lastCounter + 1 }, 'Over another meter');
      }
      const begun = await bench.begin();
      const { lastCounter } = begun.status;
      const third = bench.third(begun, order(bench, CardOp.void, lastCounter + 1, 1));
      third[5] = (third[5] as number) ^ 1;
      const { status, data } = await bench.say(loadCredit(third));
      const frame = status === SW.done ? decodeFrame(data) : undefined;
      const taken = frame !== undefined && !('reason' in frame) && refusalIn(frame) === undefined;
      if (taken) throw new Found('an M3 that names another meter than its M1 is carried out');
    },
  },
];
