import { equalBytes } from '../bytes/index.ts';
import { Suite } from '../crypto/index.ts';
import { decodeFrame, Refusal, refusalFrame, ValueOp } from '../exchange/index.ts';
import { type Check, expect, LeftOut } from './check.ts';
import type { Conduct, Heard, HostBench } from './host-bench.ts';

const section = 'what-the-host-may-conclude';
const REPEATS: Pick<Check<HostBench>, 'rule'> = {
  rule: { section, text: 'It repeats the same {TC, TXID, amount} in new sessions for ever' },
};

type Frames = readonly Uint8Array[];

/** The first orders that come get something else than M4; `times` of them. */
function instead(times: number, say: (heard: Heard, right: () => Frames) => Frames): Conduct & { left: number } {
  const conduct = {
    left: times,
    third: (heard: Heard, right: () => Frames) => {
      if (heard.op === ValueOp.query || conduct.left === 0) return undefined;
      conduct.left -= 1;
      return say(heard, right);
    },
  };
  return conduct;
}

const flipped = (frames: Frames, byte: number): Frames =>
  frames.map((frame) => frame.map((each, i) => (i === (byte < 0 ? frame.length + byte : byte) ? each ^ 1 : each)));

/** What is wrong is said so often; every order until it is over must be the same one, and it comes again after that. */
async function repeatedAfter(bench: HostBench, times: number, say: (heard: Heard, right: () => Frames) => Frames) {
  const from = bench.heard.length;
  const before = bench.last;
  // The answer to whatever is heard from here on is right.
  let rightFrom = from;
  const conduct = instead(times, (heard, right) => {
    rightFrom = bench.heard.length;
    return say(heard, right);
  });
  const order = await bench.sale(conduct);
  expect(order.counter === before + 1, `the order has TC ${order.counter}, where ${before + 1} is the next`);
  await bench.until(() => conduct.left === 0, `the order with TC ${order.counter} was not repeated`);
  await bench.right(order, rightFrom);
  bench.onlyRepeated(order, from);
  return order;
}

/** A frame of refusal to whatever was heard. */
const refusing = (reason: Refusal, to: Uint8Array): Frames => {
  const frame = decodeFrame(to);
  return 'reason' in frame ? [] : [refusalFrame(frame, reason)];
};

/** M1 gets something else so often; no M3 may come of it, and in the end the order must. */
async function noThirdAfter(bench: HostBench, times: number, say: (right: () => Uint8Array) => Frames, what: string) {
  let [left, thirds] = [times, 0];
  const order = await bench.sale({
    first: (_, right) => {
      if (left === 0) return undefined;
      left -= 1;
      return say(right);
    },
    third: () => {
      if (left > 0) thirds += 1;
      return undefined;
    },
    astray: () => {
      thirds += 1;
    },
  });
  expect(thirds === 0, `after ${what} M3 came all the same`);
  expect(left === 0, `after ${what} the order was not tried again`);
  await bench.pass(1000);
  expect(order.counter === bench.last, `after ${what} another order came`);
}

/** What a host of any maker does with a terminal that answers rightly, wrongly, late or not at all. */
export const HOST_CHECKS: readonly Check<HostBench>[] = [
  {
    id: 'value.order',
    title: 'A sale is a credit under the next TC, with an amount and a TXID of its own',
    rule: { section: 'value', text: '| 1 credit | 0x10 | the next | of the payment |' },
    run: async (bench) => {
      const orders: Heard[] = [];
      for (let sales = 0; sales < 2; sales++) {
        const due = bench.last + 1;
        const order = await bench.sale();
        await bench.pass(1000);
        expect(order.op === ValueOp.credit, `a sale is an order of op ${order.op}, not a credit`);
        expect(order.counter === due, `the order has TC ${order.counter}, where ${due} is the next`);
        expect(order.amount > 0, 'a sale is a credit of 0');
        expect(
          order.txid.some((byte) => byte !== 0),
          'the TXID of a sale is 0',
        );
        orders.push(order);
      }
      const [one, two] = orders as [Heard, Heard];
      expect(!equalBytes(one.txid, two.txid), 'two sales have one TXID');
    },
  },
  {
    id: 'session.fresh',
    title: 'Each session begins with random bytes of its own',
    rule: { section: 'an-exchange', text: 'M1  fresh random bytes' },
    run: async (bench) => {
      const one = await bench.sale();
      await bench.pass(1000);
      let came = false;
      const two = await bench.sale({
        first: (first) => {
          came ||= equalBytes(first, one.first);
          return undefined;
        },
      });
      expect(!came && !equalBytes(one.first, two.first), 'two sessions have one M1');
      await bench.pass(1000);
    },
  },
  {
    id: 'session.m2-forged',
    title: 'M2 of which one bit is wrong is followed by no M3',
    rule: { section: 'an-exchange', text: 'tag: "I hold KT, and this is how things stand"' },
    run: async (bench) => {
      for (const byte of [8, -1]) {
        await noThirdAfter(bench, 2, (right) => flipped([right()], byte), 'M2 with a wrong bit');
      }
    },
  },
  {
    id: 'session.m2-replayed',
    title: 'M2 that was heard in another session is followed by no M3',
    rule: { section: 'an-exchange', text: 'Frames of other sessions are ignored' },
    run: async (bench) => {
      let heard: Uint8Array | undefined;
      await bench.sale({
        first: (_, right) => {
          heard = right();
          return undefined;
        },
      });
      await bench.pass(1000);
      const old = heard;
      expect(old !== undefined, 'no M1 came');
      await noThirdAfter(bench, 2, () => [old], 'M2 of another session');
    },
  },
  {
    id: 'session.m1-refused',
    title: 'An M1 that is refused as busy or slowed down, or not answered, is tried again',
    rule: { section: 'refusal', text: 'a counter and when it tries again' },
    run: async (bench) => {
      const sayings: readonly ((first: Uint8Array) => Frames)[] = [
        (first) => refusing(Refusal.busy, first),
        (first) => refusing(Refusal.slowedDown, first),
        () => [],
      ];
      let at = 0;
      await bench.sale({ first: (first) => sayings[at++]?.(first) });
      expect(at > sayings.length, 'an M1 that is refused is not tried again');
      await bench.pass(1000);
    },
  },
  {
    id: 'value.cut',
    title: 'An order whose M3 was lost comes again as the same',
    ...REPEATS,
    run: async (bench) => {
      await repeatedAfter(bench, 2, () => []);
    },
  },
  {
    id: 'value.unanswered',
    title: 'An order that was carried out, and whose M4 was lost, comes again as the same, and ends with its receipt',
    ...REPEATS,
    run: async (bench) => {
      const { credited } = bench;
      const { amount } = await repeatedAfter(bench, 2, (_, right) => {
        right();
        return [];
      });
      expect(bench.credited === credited + amount, `${bench.credited - credited} came of one sale of ${amount}`);
      const next = await bench.sale();
      expect(next.counter === bench.last, `after a receipt that was already done TC ${next.counter} came`);
      await bench.pass(1000);
    },
  },
  {
    id: 'value.refused',
    title: 'A refusal of M3 means nothing: the order comes again as the same',
    rule: { section, text: 'No answer, a refusal and a time-out mean nothing' },
    run: async (bench) => {
      for (const reason of [Refusal.sessionUnknown, Refusal.tagWrong, Refusal.bodyWrong]) {
        await repeatedAfter(bench, 1, (heard, right) => {
          right();
          return refusing(reason, heard.first);
        });
      }
    },
  },
  {
    id: 'value.forged',
    title: 'M4 of which one bit is wrong is not believed: the order comes again as the same',
    rule: { section, text: 'Only an authentic M4 that names its own TC and TXID' },
    run: async (bench) => {
      for (const byte of [7, -9, -1]) await repeatedAfter(bench, 1, (_, right) => flipped(right(), byte));
    },
  },
  {
    id: 'value.replayed',
    title: 'M4 of another session is not believed, though its receipt is right',
    rule: { section: 'an-exchange', text: 'Frames of other sessions are ignored' },
    run: async (bench) => {
      let heard: Frames = [];
      const conduct: Conduct = {
        third: (_, right) => {
          heard = right();
          return heard;
        },
      };
      await bench.sale(conduct);
      await bench.pass(1000);
      const old = heard;
      await repeatedAfter(bench, 1, () => old);
    },
  },
  {
    id: 'value.late',
    title: 'M4 that comes when the next session has begun is not its M2: the order comes again as the same',
    rule: { section: 'an-exchange', text: 'Frames of other sessions are ignored' },
    run: async (bench) => {
      const from = bench.heard.length;
      let held: Frames = [];
      let [saidLate, rightFrom] = [false, from];
      const order = await bench.sale({
        third: (_, right) => {
          if (held.length > 0) return undefined;
          held = right();
          return [];
        },
        first: () => {
          if (held.length === 0 || saidLate) return undefined;
          [saidLate, rightFrom] = [true, bench.heard.length];
          return held;
        },
      });
      await bench.until(() => saidLate, `the order with TC ${order.counter} was not repeated`);
      await bench.right(order, rightFrom);
      bench.onlyRepeated(order, from);
    },
  },
  {
    id: 'value.foreign-receipt',
    title: 'A receipt of its TC with a foreign TXID is not that of its order, which takes the next TC',
    rule: { section, text: 'With a foreign TXID at its own TC it adopts that receipt and takes the next TC' },
    run: async (bench) => {
      const before = bench.last;
      bench.creditedFromElsewhere(17);
      const from = bench.heard.length;
      await bench.sale();
      const moved = () =>
        bench.heard.slice(from).find(({ op, counter }) => op === ValueOp.credit && counter === before + 2);
      await bench.until(() => moved() !== undefined, `the order did not take TC ${before + 2}`);
      const asked = bench.heard.slice(from).find(({ op, counter }) => op === ValueOp.credit && counter === before + 1);
      const amount = moved()?.amount;
      expect(asked === undefined || asked.amount === amount, `the order of ${asked?.amount} became one of ${amount}`);
      await bench.pass(1000);
    },
  },
  {
    id: 'value.full',
    title: 'An order for which there was no room is over: its TC is used up, and the next sale takes the next',
    rule: { section, text: '*voided* or *full* and the money may go back' },
    run: async (bench) => {
      const order = await bench.sale(instead(1, (heard) => bench.answer(heard, bench.full(heard))));
      await bench.pass(1000);
      const next = await bench.sale();
      expect(next.counter === order.counter + 1, `after a receipt of no room TC ${next.counter} came`);
      expect(!equalBytes(next.txid, order.txid), 'an order for which there was no room came again');
      await bench.pass(1000);
    },
  },
  {
    id: 'stop.behind',
    title: 'A terminal whose TClast is below what was booked gets no value until a person has looked',
    rule: { section, text: 'When TClast is below what it has booked' },
    run: async (bench) => {
      while (bench.last < 2) await bench.sale();
      if (bench.heard.at(-1)?.suite === Suite.tripleDesXo) {
        throw new LeftOut('in suite 3des-xo M2 does not tell TClast');
      }
      await bench.pass(1000);
      const from = bench.heard.length;
      const { last } = bench;
      bench.last = last - 2;
      let asked = false;
      bench.conduct = {
        first: () => {
          asked = true;
          return undefined;
        },
        third: () => [],
      };
      await bench.world.sell();
      await bench.until(() => asked, 'no M1 has come after a sale');
      await bench.pass(bench.world.patienceMs / 2);
      const order = bench.heard.slice(from).find(({ op }) => op !== ValueOp.query);
      bench.last = last;
      expect(order === undefined, `an order with TC ${order?.counter} came to a terminal that told TClast ${last - 2}`);
    },
  },
];
