import { equalBytes, toHex } from '../bytes/index.ts';
import {
  CardOp,
  type CardStatus,
  encodeAcknowledge,
  encodeDebit,
  openDebitRecord,
  PurseInstruction,
  StatusWord,
} from '../card/index.ts';
import { type Svpmsn, tokens } from '../units/index.ts';
import { type CardBench, flipped, idOf, raw, type SpendBegun, same, word } from './card-bench.ts';
import { receiptIs } from './card-load-checks.ts';
import { type Check, expect, LeftOut } from './check.ts';

const SW = StatusWord;

export const debit = (bench: CardBench, { pair, insertion }: SpendBegun, amount: number): Uint8Array =>
  bench.command(PurseInstruction.debit, encodeDebit(pair, insertion, tokens(amount)));

export const acknowledge = (bench: CardBench, { pair, insertion }: SpendBegun, counter: number): Uint8Array =>
  bench.command(PurseInstruction.acknowledge, encodeAcknowledge(pair, insertion, counter), { silent: true });

/** The debit record. @throws Found where its tag is wrong, or it says something else */
export async function record(
  bench: CardBench,
  begun: SpendBegun,
  amount: number,
  due: { counter: number; amount: number },
) {
  const data = await bench.answers(debit(bench, begun, amount), SW.done, `DEBIT of ${amount}`);
  const told = openDebitRecord(begun.pair, begun.insertion, data);
  expect(told !== undefined, `DEBIT is answered with ${toHex(data)}, which is no debit record with a right tag`);
  const right = told.debitCounter === due.counter && told.amount === due.amount;
  expect(
    right,
    `the record is of DTC ${told.debitCounter} and ${told.amount}, not of ${due.counter} and ${due.amount}`,
  );
  return data;
}

/** Value on the card, and nothing pending. */
const filled = (bench: CardBench): Promise<CardStatus> => bench.filled(1000);

/** @throws Found unless the region has just this */
async function holds(bench: CardBench, due: Partial<CardStatus>, when: string): Promise<void> {
  const now = await bench.status();
  for (const [name, value] of Object.entries(due)) {
    const told = name === 'pending' ? now.pending?.amount : now[name as 'balance'];
    const wanted = name === 'pending' ? due.pending?.amount : value;
    expect(
      told === wanted,
      `${when} ${name === 'debitCounter' ? 'DTC' : name} is ${told ?? 'nothing'}, not ${wanted ?? 'nothing'}`,
    );
  }
}

/** A debit whose acknowledgement never came: it is pending for the meter. */
export async function left(bench: CardBench, meter: Svpmsn, amount: number): Promise<CardStatus> {
  const was = await filled(bench);
  const begun = await bench.insert(meter);
  await record(bench, begun, amount, { counter: was.debitCounter + 1, amount });
  await bench.power();
  await bench.select();
  return was;
}

/** A whole taking, and the session after its ACK. */
export async function taken(bench: CardBench, meter: Svpmsn, amount: number): Promise<SpendBegun> {
  const was = await filled(bench);
  const begun = await bench.insert(meter);
  const counter = was.debitCounter + 1;
  await record(bench, begun, amount, { counter, amount });
  await bench.answers(acknowledge(bench, begun, counter), SW.done, 'ACK');
  return begun;
}

const section = 'spending';

/** What a meter takes. */
export const CARD_TAKE_CHECKS: readonly Check<CardBench>[] = [
  {
    id: 'take.status',
    title: 'OPEN by a meter is answered with what the region holds, under a nonce that is drawn for it',
    rule: { section, text: 'both nonces are drawn for this insertion' },
    run: async (bench) => {
      const was = await filled(bench);
      const nonce = bench.random(16);
      const open = bench.spendOpen(bench.meter(0), nonce);
      const [one, two] = [await bench.answers(open, SW.done, 'OPEN'), await bench.answers(open, SW.done, 'OPEN')];
      expect(!equalBytes(one.subarray(0, 16), two.subarray(0, 16)), 'two insertions have the same nonce of the card');
      const { status } = await bench.insert(bench.meter(0));
      const { balance, debitCounter, pendingAmount } = status;
      const right = balance === was.balance && debitCounter === was.debitCounter && pendingAmount === 0;
      expect(
        right,
        `OPEN tells a balance of ${balance} and DTC ${debitCounter}, not ${was.balance} and ${was.debitCounter}`,
      );
    },
  },
  {
    id: 'take.whole',
    title: 'A debit leaves the balance, is pending until ACK, and is over with it',
    rule: { section, text: 'the card commits {balance − amount, DTC + 1, pending (meter, DTC, amount)}' },
    run: async (bench) => {
      const { balance, debitCounter } = await filled(bench);
      const begun = await bench.insert(bench.meter(0));
      const counter = debitCounter + 1;
      await record(bench, begun, 300, { counter, amount: 300 });
      const after = { balance: tokens(balance - 300), debitCounter: counter };
      await holds(bench, { ...after, pending: { meter: bench.meter(0), amount: tokens(300) } }, 'After DEBIT');
      await bench.answers(acknowledge(bench, begun, counter), SW.done, 'ACK');
      await holds(bench, { ...after, pending: undefined }, 'After ACK');
      await bench.power();
      await bench.select();
      await holds(bench, { ...after, pending: undefined }, 'After ACK, the power having gone,');
      const file = (((0x10 + bench.region) << 3) | 4).toString(16).padStart(2, '0');
      const row = await bench.answers(raw(`00b201${file}00`), SW.done, 'record 1 of the debits');
      const due = new Uint8Array(11);
      const view = new DataView(due.buffer);
      view.setUint32(0, counter);
      due.set(idOf(bench.meter(0)), 4);
      view.setUint32(7, 300);
      same(row, due, 'record 1 of the debits');
    },
  },
  {
    id: 'take.amount',
    title: 'More than the balance, or nothing where nothing is pending, is not taken',
    rule: { section, text: 'DEBIT takes an amount from 1 to the balance' },
    run: async (bench) => {
      const was = await filled(bench);
      for (const amount of [was.balance + 1, 0xffff_ffff, 0]) {
        const begun = await bench.insert(bench.meter(0));
        const what = `DEBIT of ${amount} from ${was.balance}`;
        await bench.answers(debit(bench, begun, amount), SW.conditionsNotSatisfied, what);
      }
      const { balance, debitCounter } = was;
      await holds(bench, { balance, debitCounter, pending: undefined }, 'After refused debits');
    },
  },
  {
    id: 'take.tag',
    title: 'A DEBIT with a wrong tag is refused, ends the session and takes nothing',
    rule: { section, text: 'A session ends with REPORT, with a wrong tag' },
    run: async (bench) => {
      const { balance, debitCounter } = await filled(bench);
      for (const bit of [3, 31, 32, 95]) {
        const begun = await bench.insert(bench.meter(0));
        const right = debit(bench, begun, 200);
        const wrong = flipped(right, 8 * 5 + bit);
        await bench.answers(wrong, SW.securityStatusNotSatisfied, 'DEBIT with a wrong bit');
        await bench.answers(right, SW.conditionsNotSatisfied, 'the right DEBIT after a wrong one');
      }
      const other = await bench.insert(bench.meter(0));
      const foreign = { ...other, pair: bench.key.pairKey(bench.meter(1)) };
      await bench.answers(debit(bench, foreign, 200), SW.securityStatusNotSatisfied, "DEBIT under another meter's key");
      await holds(bench, { balance, debitCounter, pending: undefined }, 'After debits with a wrong tag');
    },
  },
  {
    id: 'take.replayed',
    title: 'A DEBIT that was heard in another insertion takes nothing',
    rule: { section, text: 'The context is meter nonce 16 | card nonce 16 | CSN 7 | region u8 | SVPMSN' },
    run: async (bench) => {
      const { debitCounter } = await filled(bench);
      const meter = bench.meter(0);
      const nonce = bench.random(16);
      const first = await bench.insert(meter);
      const heard = debit(bench, first, 100);
      await record(bench, first, 100, { counter: debitCounter + 1, amount: 100 });
      await bench.answers(acknowledge(bench, first, debitCounter + 1), SW.done, 'ACK');
      const was = await bench.status();
      await bench.answers(bench.spendOpen(meter, nonce), SW.done, 'OPEN');
      await bench.answers(heard, SW.securityStatusNotSatisfied, 'DEBIT of another insertion');
      const replayed = bench.spendOpen(meter, first.insertion.meterNonce);
      await bench.answers(replayed, SW.done, 'OPEN with a nonce that was heard');
      await bench.answers(heard, SW.securityStatusNotSatisfied, "DEBIT of another insertion under its meter's nonce");
      await holds(bench, { balance: was.balance, debitCounter: debitCounter + 1, pending: undefined }, 'After replays');
    },
  },
  {
    id: 'take.once',
    title: 'There is one new debit in a session',
    rule: { section, text: 'There is one new debit in a session' },
    run: async (bench) => {
      const { balance, debitCounter } = await filled(bench);
      const begun = await bench.insert(bench.meter(0));
      const counter = debitCounter + 1;
      const first = await record(bench, begun, 100, { counter, amount: 100 });
      await bench.answers(debit(bench, begun, 50), SW.conditionsNotSatisfied, 'a second DEBIT before ACK');
      same(await record(bench, begun, 0, { counter, amount: 100 }), first, 'the record, asked again in its session,');
      await bench.answers(acknowledge(bench, begun, counter), SW.done, 'ACK');
      await bench.answers(debit(bench, begun, 50), SW.conditionsNotSatisfied, 'a DEBIT after ACK');
      await holds(
        bench,
        { balance: tokens(balance - 100), debitCounter: counter, pending: undefined },
        'After one debit',
      );
    },
  },
  {
    id: 'take.order',
    title: 'DEBIT and ACK count only in their session, and in their order',
    rule: { section, text: 'An ACK counts in the session in which its record was handed over' },
    run: async (bench) => {
      const meter = bench.meter(0);
      const { debitCounter } = await left(bench, meter, 80);
      const counter = debitCounter + 1;
      const begun = await bench.insert(meter);
      const early = acknowledge(bench, begun, counter);
      await bench.answers(early, SW.conditionsNotSatisfied, 'ACK before its record was handed over');
      await holds(bench, { pending: { meter, amount: tokens(80) } }, 'After an early ACK');
      const again = await bench.insert(meter);
      await record(bench, again, 0, { counter, amount: 80 });
      await bench.power();
      await bench.select();
      await bench.answers(acknowledge(bench, again, counter), SW.conditionsNotSatisfied, 'ACK without a session');
      await bench.answers(debit(bench, again, 0), SW.conditionsNotSatisfied, 'DEBIT without a session');
      await holds(bench, { pending: { meter, amount: tokens(80) } }, 'After ACK without a session');
    },
  },
  {
    id: 'take.pending',
    title: 'What is pending is handed over again to its meter, under new nonces, and taken from the balance once',
    rule: { section, text: 'If something is pending, DEBIT with amount 0 has its record' },
    run: async (bench) => {
      const meter = bench.meter(0);
      const { balance, debitCounter } = await left(bench, meter, 150);
      const after = { balance: tokens(balance - 150), debitCounter: debitCounter + 1 };
      for (let insertion = 0; insertion < 2; insertion++) {
        const begun = await bench.insert(meter);
        const told = begun.status.pendingAmount;
        expect(told === 150, `OPEN tells that ${told} is pending, not 150`);
        await bench.answers(
          debit(bench, begun, 20),
          SW.conditionsNotSatisfied,
          'a new DEBIT where something is pending',
        );
        const second = await bench.insert(meter);
        await record(bench, second, 0, { counter: after.debitCounter, amount: 150 });
        await holds(bench, { ...after, pending: { meter, amount: tokens(150) } }, 'After the record was asked again');
        if (insertion === 0) continue;
        await bench.answers(acknowledge(bench, second, after.debitCounter), SW.done, 'ACK');
      }
      await holds(bench, { ...after, pending: undefined }, 'After ACK');
    },
  },
  {
    id: 'take.other-meter',
    title: 'A card with a pending record serves no other meter',
    rule: { section, text: 'A card with a pending record for another meter answers 6985' },
    run: async (bench) => {
      await left(bench, bench.meter(0), 90);
      const other = bench.spendOpen(bench.meter(1));
      await bench.answers(other, SW.conditionsNotSatisfied, 'OPEN by another meter');
      await bench.insert(bench.meter(0));
    },
  },
  {
    id: 'take.ack-wrong',
    title: 'ACK with a wrong tag or another DTC ends nothing that is pending',
    rule: { section, text: 'A pending record ends by ACK or by release, and by nothing else' },
    run: async (bench) => {
      const meter = bench.meter(0);
      const { debitCounter } = await left(bench, meter, 60);
      const counter = debitCounter + 1;
      const pending = { pending: { meter, amount: tokens(60) } };
      const wrongly = async (of: (begun: SpendBegun) => Uint8Array, due: number, what: string) => {
        const begun = await bench.insert(meter);
        await record(bench, begun, 0, { counter, amount: 60 });
        await bench.answers(of(begun), due, what);
        await bench.answers(
          acknowledge(bench, begun, counter),
          SW.conditionsNotSatisfied,
          `the right ACK after ${what}`,
        );
        await holds(bench, pending, `After ${what}`);
      };
      const tagWrong = (begun: SpendBegun) => flipped(acknowledge(bench, begun, counter), 8 * 5 + 95);
      await wrongly(tagWrong, SW.securityStatusNotSatisfied, 'ACK with a wrong tag');
      for (const other of [counter - 1, counter + 1]) {
        const named = (begun: SpendBegun) => acknowledge(bench, begun, other);
        await wrongly(named, SW.conditionsNotSatisfied, `ACK of DTC ${other - counter > 0 ? '+ 1' : '− 1'}`);
      }
    },
  },
  {
    id: 'take.release',
    title: "The issuer's word ends what is pending, once, and by the DTC that it names",
    rule: { section: 'loading-0x18', text: '0 if no record of that DTC was pending' },
    run: async (bench) => {
      const meter = bench.meter(0);
      const was = await left(bench, meter, 110);
      const [next, counter] = [was.lastCounter + 1, was.debitCounter + 1];
      const other = { op: CardOp.release, counter: next, amount: counter + 1 };
      receiptIs(
        await bench.load(other),
        { result: 0, counter: next, amount: tokens(0) },
        'After a release of another DTC',
      );
      await holds(bench, { pending: { meter, amount: tokens(110) } }, 'After a release of another DTC');
      const order = { op: CardOp.release, counter: next + 1, amount: counter, txid: bench.random(8) };
      const balance = tokens(was.balance - 110);
      const due = { counter: next + 1, amount: tokens(110), balance, creditedTotal: was.creditedTotal };
      receiptIs(await bench.load(order), { ...due, result: 0 }, 'After a release');
      receiptIs(await bench.load(order), { ...due, result: 1, tookOff: 'released' }, 'After the same release again');
      await holds(bench, { balance, pending: undefined }, 'After a release');
      await bench.insert(bench.meter(1));
    },
  },
  {
    id: 'take.pulled',
    title: 'A card pulled after any step of a taking has taken once or not at all',
    rule: { section, text: 'Balance + pending + what meters have credited + closed + released = loaded' },
    run: async (bench) => {
      const meter = bench.meter(0);
      for (const steps of ['OPEN', 'DEBIT', 'ACK'] as const) {
        const was = await filled(bench);
        const counter = was.debitCounter + 1;
        const begun = await bench.insert(meter);
        if (steps !== 'OPEN') await bench.say(debit(bench, begun, 70));
        if (steps === 'ACK') await bench.say(acknowledge(bench, begun, counter));
        await bench.power();
        await bench.select();
        const now = await bench.status();
        const pending = now.pending?.amount ?? 0;
        const gone = steps === 'ACK' ? 70 : 0;
        expect(
          now.balance + pending + gone === was.balance,
          `pulled after ${steps}, of a balance of ${was.balance} there are ${now.balance} and ${pending} pending`,
        );
        const due = steps === 'DEBIT' ? 70 : 0;
        expect(pending === due, `pulled after ${steps}, ${pending} is pending, not ${due}`);
        await bench.fresh();
      }
    },
  },
  {
    id: 'take.room',
    title: 'A DEBIT whose answer does not fit into Ne takes nothing, or is answered whole',
    rule: { section: 'commands', text: 'what changes something is refused before it does' },
    run: async (bench) => {
      const was = await filled(bench);
      const begun = await bench.insert(bench.meter(0));
      const short = debit(bench, begun, 40);
      short[short.length - 1] = 4;
      const answer = await bench.tried(short);
      if ('sentence' in answer) throw new LeftOut('the reader carries no command whose Le is too short');
      const now = await bench.status();
      if (answer.status === SW.done) {
        // The reader has asked again, with the length that the card named.
        const told = openDebitRecord(begun.pair, begun.insertion, answer.data);
        expect(told?.amount === 40, `DEBIT with Ne 4 is answered with ${toHex(answer.data)}, which is no debit record`);
        expect(now.balance === was.balance - 40, 'DEBIT with Ne 4 took more than once');
        return;
      }
      expect(answer.status === 0x6c10, `DEBIT with Ne 4 is answered with ${word(answer.status)}, not 6C10`);
      expect(now.debitCounter === was.debitCounter, 'DEBIT was refused for its Ne, and has taken');
    },
  },
];
