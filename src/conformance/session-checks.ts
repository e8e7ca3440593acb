import { equalBytes } from '../bytes/index.ts';
import { generationOf, keyName, Purpose, Suite } from '../crypto/index.ts';
import {
  Command,
  encodeValueCommand,
  hostCommand,
  hostFirst,
  Message,
  openHostSession,
  Refusal,
  ValueOp,
} from '../exchange/index.ts';
import { tokens } from '../units/index.ts';
import { type Check, expect } from './check.ts';
import { refusalIn, type TerminalBench } from './terminal-bench.ts';

const section = 'rules-for-the-terminal';
const FIRST_DELAY_MS = 250;
const GUARD_MS = 5_000;
const TXID_BYTES = 8;

const query = (bench: TerminalBench): Uint8Array =>
  encodeValueCommand(bench.suite, {
    op: ValueOp.query,
    counter: 0,
    txid: new Uint8Array(TXID_BYTES),
    amount: tokens(0),
  });

const firstBytes = (suite: Suite): number => (suite === Suite.tripleDesXo ? 24 : 16);

/** A fresh, right M1. */
const fresh = (bench: TerminalBench, purpose: Purpose = Purpose.value, h: Command = Command.receiptQuery): Uint8Array =>
  hostFirst(openHostSession(bench.key(purpose), h, bench.randomness));

/** An M3 with a tag that nobody made. */
const forged = (bench: TerminalBench, h: Command = Command.receiptQuery): Uint8Array =>
  bench.frame(Message.third, h, bench.key(Purpose.value).n, bench.random(bench.suite === Suite.tripleDesXo ? 24 : 26));

/** One exchange of the suite, whatever is wrong with it. */
export const SESSION_CHECKS: readonly Check<TerminalBench>[] = [
  {
    id: 'session.status',
    title: 'M1 of each purpose is answered with an authentic M2 and the status of the purpose',
    rule: { section: 'an-exchange', text: 'its own random bytes, its status' },
    run: async (bench) => {
      const bytes = { [Purpose.value]: 12, [Purpose.control]: 18, [Purpose.monitoring]: 24, [Purpose.maintenance]: 11 };
      const commands = {
        ...{ [Purpose.value]: Command.receiptQuery, [Purpose.control]: Command.clockSet },
        ...{ [Purpose.monitoring]: Command.useAndLog, [Purpose.maintenance]: Command.keyChange },
      };
      await bench.soothe();
      for (const purpose of [Purpose.control, Purpose.monitoring, Purpose.maintenance, Purpose.value]) {
        const { status } = await bench.begin(purpose, commands[purpose]);
        const due = bench.suite === Suite.tripleDesXo ? 0 : bytes[purpose];
        expect(status.length === due, `the status of purpose ${purpose} has ${status.length} bytes, not ${due}`);
      }
      const one = await bench.begin(Purpose.value, Command.receiptQuery);
      const two = await bench.begin(Purpose.value, Command.receiptQuery);
      expect(!equalBytes(one.second, two.second), 'two sessions have the same random bytes in M2');
    },
  },
  {
    id: 'session.m1-again',
    title: 'The very M1 of a session that waits for M3 gets the same M2 again',
    rule: { section, text: 'the very bytes of the M1 of the running session, and M3 has not come' },
    run: async (bench) => {
      const { first, second } = await bench.begin(Purpose.value, Command.receiptQuery);
      const again = await bench.say(first);
      expect(again !== undefined && equalBytes(again.bytes, second), 'the same M1 does not get the same M2');
    },
  },
  {
    id: 'session.m1-late',
    title: 'The M1 of a session whose M3 has come is met with silence',
    rule: { section, text: 'the same bytes, later in that session' },
    run: async (bench) => {
      const begun = await bench.begin(Purpose.value, Command.receiptQuery);
      await bench.command(begun, query(bench));
      await bench.ignored(begun.first);
    },
  },
  {
    id: 'session.suite',
    title: 'An M1 of suite 3des is refused with 3',
    rule: { section, text: 'suite 0 at a terminal that serves suites 1 to 3' },
    run: (bench) =>
      bench.refused(bench.frame(Message.first, Command.valueStore, 0x00, bench.random(24)), Refusal.suiteNotServed),
  },
  {
    id: 'session.purpose',
    title: 'A command that is not of the purpose is refused with 4',
    rule: { section, text: "H is not the purpose's" },
    run: async (bench) => {
      const wrong: readonly (readonly [Purpose, Command])[] = [
        [Purpose.value, Command.relay],
        [Purpose.value, Command.events],
        [Purpose.control, Command.valueStore],
        [Purpose.control, Command.clockSlew],
        [Purpose.monitoring, Command.clockSet],
        [Purpose.monitoring, Command.valueStore],
        [Purpose.maintenance, Command.valueStore],
        [Purpose.maintenance, Command.useAndLog],
      ];
      for (const [purpose, h] of wrong) {
        const body = bench.random(firstBytes(bench.suite));
        await bench.refused(bench.frame(Message.first, h, bench.key(purpose).n, body), Refusal.commandOutsidePurpose);
      }
    },
  },
  {
    id: 'session.key',
    title: 'An M1 under a key that the terminal has not is refused with 2',
    rule: { section, text: 'no key of that n, or its generation is below the floor' },
    run: async (bench) => {
      const { n } = bench.key(Purpose.value);
      const other = keyName(Purpose.value, bench.suite, (generationOf(n) + 8) % 16);
      await bench.refused(
        bench.frame(Message.first, Command.valueStore, other, bench.random(firstBytes(bench.suite))),
        Refusal.keyUnknown,
      );
    },
  },
  {
    id: 'session.m1-length',
    title: "An M1 whose body has not the suite's length is refused with 7",
    rule: { section, text: "the body has not the suite's length" },
    run: async (bench) => {
      await bench.soothe();
      const due = firstBytes(bench.suite);
      for (const length of [0, 1, due - 1, due + 1, due === 16 ? 24 : 16, 248]) {
        const m1 = bench.frame(Message.first, Command.receiptQuery, bench.key(Purpose.value).n, bench.random(length));
        await bench.refused(m1, Refusal.bodyWrong);
      }
    },
  },
  {
    id: 'session.weak',
    title: 'In suite 3des-xo R1 with equal or complementary halves is refused with 10',
    rule: { section: 'suite-1-3des-xo', text: 'R1 with equal or with complementary halves is refused' },
    run: async (bench) => {
      if (bench.suite !== Suite.tripleDesXo) return;
      await bench.soothe();
      for (const flip of [0, 0xff]) {
        const body = bench.random(24);
        for (let i = 0; i < 8; i++) body[8 + i] = (body[i] as number) ^ flip;
        await bench.refused(
          bench.frame(Message.first, Command.receiptQuery, bench.key(Purpose.value).n, body),
          Refusal.randomWeak,
        );
      }
    },
  },
  {
    id: 'session.m3-nowhere',
    title: 'An M3 that belongs to no session is refused with 5',
    rule: { section, text: 'M3** that belongs to no session is refused with 5' },
    run: async (bench) => {
      await bench.soothe();
      await bench.refused(forged(bench), Refusal.sessionUnknown);
      await bench.begin(Purpose.value, Command.receiptQuery);
      await bench.refused(forged(bench, Command.valueStore), Refusal.sessionUnknown);
    },
  },
  {
    id: 'session.m3-again',
    title: 'The same M3 again gets the same M4 again, and another M3 is of no session',
    rule: { section, text: 'the same M3 that comes again gets the same M4 again' },
    run: async (bench) => {
      const { session } = await bench.begin(Purpose.value, Command.receiptQuery);
      const [third] = hostCommand(session, query(bench)) as [Uint8Array];
      const one = await bench.say(third);
      const two = await bench.say(third);
      expect(one !== undefined && two !== undefined && equalBytes(one.bytes, two.bytes), 'the second M4 is another');
      await bench.opened(session, one);
      await bench.refused(forged(bench), Refusal.sessionUnknown);
    },
  },
  {
    id: 'session.tag',
    title: 'An M3 of which any one bit is wrong is refused with 6, and its session is gone',
    rule: { section, text: 'An M3 whose tag is wrong, or that is too short to have one' },
    run: async (bench) => {
      const length = bench.suite === Suite.tripleDesXo ? 31 : 33;
      for (const bit of [8 * 7, 8 * 12 + 3, 8 * length - 1]) {
        const { session } = await bench.begin(Purpose.value, Command.receiptQuery);
        const [third] = hostCommand(session, query(bench)) as [Uint8Array];
        const wrong = new Uint8Array(third);
        wrong[bit >> 3] = (wrong[bit >> 3] as number) ^ (1 << (bit & 7));
        await bench.refused(wrong, Refusal.tagWrong);
        await bench.refused(third, Refusal.sessionUnknown);
        await bench.soothe();
      }
      for (const bytes of [0, 7]) {
        await bench.begin(Purpose.value, Command.receiptQuery);
        const short = bench.frame(Message.third, Command.receiptQuery, bench.key(Purpose.value).n, bench.random(bytes));
        await bench.refused(short, Refusal.tagWrong);
        await bench.soothe();
      }
    },
  },
  {
    id: 'session.replayed',
    title: 'An M3 that was heard in another session is refused with 6',
    rule: { section: 'an-exchange', text: 'checks the tag, burns the session, carries it out' },
    run: async (bench) => {
      const one = await bench.begin(Purpose.value, Command.receiptQuery);
      const [heard] = hostCommand(one.session, query(bench)) as [Uint8Array];
      await bench.say(heard);
      await bench.begin(Purpose.value, Command.receiptQuery);
      await bench.refused(heard, Refusal.tagWrong);
      await bench.soothe();
    },
  },
  {
    id: 'session.foreign-key',
    title: 'An M3 that was sealed under another key of the same n is refused with 6',
    rule: { section, text: 'An M3 whose tag is wrong' },
    run: async (bench) => {
      const { first } = await bench.begin(Purpose.value, Command.receiptQuery);
      const { n } = bench.key(Purpose.value);
      await bench.refused(bench.frame(Message.third, Command.receiptQuery, n, first.slice(7)), Refusal.tagWrong);
      await bench.soothe();
    },
  },
  {
    id: 'session.slowed',
    title: 'After a wrong tag no M1 is taken for 250 ms, after a second for 500 ms, and a right tag sets this back',
    rule: {
      section,
      text: 'it takes no new M1 for 250 ms after the first wrong tag in a row, 500 ms after the second',
    },
    run: async (bench) => {
      await bench.soothe();
      for (const delay of [FIRST_DELAY_MS, 2 * FIRST_DELAY_MS]) {
        await bench.begin(Purpose.value, Command.receiptQuery);
        const before = bench.wire.now();
        await bench.refused(forged(bench), Refusal.tagWrong);
        // The terminal cannot have begun to wait before the frame went out: until then it must refuse.
        const answer = await bench.say(fresh(bench));
        const early = bench.wire.now() - before < delay;
        const told = answer === undefined ? undefined : refusalIn(answer);
        expect(!early || told === Refusal.slowedDown, 'a new M1 is taken at once after a wrong tag');
        await bench.wire.pause(Math.max(0, before + delay - 60 - bench.wire.now()));
        const late = await bench.say(fresh(bench));
        if (bench.wire.now() - before < delay) {
          expect(
            late !== undefined && refusalIn(late) === Refusal.slowedDown,
            `a new M1 is taken ${delay - 60} ms after a wrong tag`,
          );
        }
      }
      await bench.begin(Purpose.value, Command.receiptQuery);
      await bench.soothe();
      await bench.begin(Purpose.value, Command.receiptQuery);
      await bench.refused(forged(bench), Refusal.tagWrong);
      await bench.wire.pause(FIRST_DELAY_MS + 50);
      const answer = await bench.say(fresh(bench));
      expect(
        answer !== undefined && refusalIn(answer) === undefined,
        'a right tag does not set the delay back to 250 ms',
      );
      await bench.soothe();
    },
  },
  {
    id: 'session.guard',
    title: 'A value session that waits is not ended by an M1 of another purpose for 5 s, and by one of its own at once',
    rule: { section, text: 'for 5,000 ms after the last valid frame of an unfinished *value* session' },
    run: async (bench) => {
      await bench.soothe();
      const { session } = await bench.begin(Purpose.value, Command.receiptQuery);
      const since = bench.wire.now();
      await bench.refused(fresh(bench, Purpose.monitoring, Command.useAndLog), Refusal.busy);
      await bench.wire.pause(Math.max(0, since + GUARD_MS - 800 - bench.wire.now()));
      const held = await bench.say(fresh(bench, Purpose.control, Command.relay));
      if (bench.wire.now() - since < GUARD_MS) {
        expect(
          held !== undefined && refusalIn(held) === Refusal.busy,
          'a value session is ended before its 5 s are over',
        );
        const [third] = hostCommand(session, query(bench)) as [Uint8Array];
        expect(
          (await bench.opened(session, await bench.say(third))) !== undefined,
          'the guarded session takes no M3 any more',
        );
      }
      await bench.begin(Purpose.value, Command.receiptQuery);
      await bench.begin(Purpose.value, Command.receiptQuery);
      await bench.wire.pause(GUARD_MS + 100);
      const after = await bench.say(fresh(bench, Purpose.monitoring, Command.useAndLog));
      expect(after !== undefined && refusalIn(after) === undefined, 'a value session is guarded for longer than 5 s');
    },
  },
  {
    id: 'session.silence',
    title: 'Messages 2, 4 and 6, and refusals that fetch nothing, are met with silence',
    rule: { section, text: 'are met with silence' },
    run: async (bench) => {
      const { second } = await bench.begin(Purpose.value, Command.receiptQuery);
      await bench.ignored(second);
      const { n } = bench.key(Purpose.value);
      for (const message of [Message.second, Message.fourth, Message.attention]) {
        await bench.ignored(bench.frame(message, Command.receiptQuery, n, bench.random(14)));
      }
      for (const body of ['01', '0800', '0807', '09', '', 'ff']) {
        const bytes = Uint8Array.from(body.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
        await bench.ignored(bench.frame(Message.refusal, Command.receiptQuery, n, bytes));
      }
    },
  },
  {
    id: 'session.card',
    title: 'A frame for a card is refused with 11 where none is in the slot',
    rule: { section: 'a-meter-as-a-pipe', text: 'the slot is empty, or the meter has none' },
    run: async (bench) => {
      const { n } = bench.key(Purpose.value);
      if (bench.suite === Suite.tripleDesXo) return;
      await bench.refused(bench.frame(Message.first, Command.addedValue, n, bench.random(24)), Refusal.cardAbsent);
      await bench.ignored(bench.frame(Message.second, Command.addedValue, n, bench.random(24)));
    },
  },
];
