import { equalBytes } from '../bytes/index.ts';
import { Purpose, Suite } from '../crypto/index.ts';
import { Command, hostCommand, Refusal } from '../exchange/index.ts';
import {
  type CardPaymentBegin,
  type CardPaymentCommand,
  DEFAULT_SUPPLY_POLICY,
  decodeCardPaymentTold,
  decodeClockSetAnswer,
  decodeControlStatus,
  decodeHotListAnswer,
  decodeInterphoneAnswer,
  decodePolicyAnswer,
  decodeRelayAnswer,
  encodeCardPaymentCommand,
  encodeClockSet,
  encodeHotList,
  encodeInterphoneSaid,
  encodePolicy,
  encodeRelayCommand,
  MeterFlag,
  type PaymentApplication,
  RelayAction,
  RelayReason,
  Result,
} from '../records/index.ts';
import { TABLE_BYTES_MAX } from '../tariff/index.ts';
import { unixSeconds } from '../units/index.ts';
import { type Check, expect, LeftOut } from './check.ts';
import { above, highestTable, infoOf, nextMinute, read, resultIs, sendTable, setClock, tableOf } from './commands.ts';
import { refusalIn, shown, type TerminalBench } from './terminal-bench.ts';

const section = 'control';
const LATE_MS = 2_300;
const CLOCK_MISSES_S = 2;
const YEAR_2000_S = 946_684_800;

async function relay(bench: TerminalBench, supply: number, action: number) {
  const body = Uint8Array.of(supply, action);
  return read(decodeRelayAnswer, await bench.run(Purpose.control, Command.relay, body), 'a relay command');
}

async function sendPolicy(bench: TerminalBench, body: Uint8Array) {
  return read(decodePolicyAnswer, await bench.run(Purpose.control, Command.supplyPolicy, body), 'a supply policy');
}

async function sendEpoch(bench: TerminalBench, body: Uint8Array) {
  return read(decodeHotListAnswer, await bench.run(Purpose.control, Command.hotList, body), 'a hot list');
}

async function pay(bench: TerminalBench, body: Uint8Array) {
  return read(decodeCardPaymentTold, await bench.run(Purpose.control, Command.cardPayment, body), 'a payment card');
}

const APPLICATION: PaymentApplication = {
  ...{ aid: Uint8Array.of(0xa0, 0, 0, 0, 4, 0x10, 0x10), isPartial: false, version: 2, denial: new Uint8Array(5) },
};

/** Bodies of 0x26 that are none, each with what is wrong in it. */
function noPayments(begin: CardPaymentBegin, answer: CardPaymentCommand): readonly (readonly [string, Uint8Array])[] {
  const begun = (changes: Partial<CardPaymentBegin>) => encodeCardPaymentCommand({ ...begin, ...changes });
  const withAid = (bytes: number) => begun({ applications: [{ ...APPLICATION, aid: new Uint8Array(bytes) }] });
  const changed = (body: Uint8Array, at: number, byte: number) => body.map((each, i) => (i === at ? byte : each));
  const [right, said] = [begun({}), encodeCardPaymentCommand(answer)];
  return [
    ['no bytes', new Uint8Array(0)],
    ['first byte 0', changed(right, 0, 0)],
    ['first byte 3', changed(right, 0, 3)],
    ['half a begin', right.subarray(0, 30)],
    ['a begin that is short by a byte', right.subarray(0, right.length - 1)],
    ['a begin with a byte too many', Uint8Array.of(...right, 0)],
    ['a date that is no BCD', changed(right, 14, 0x1a)],
    ['a time that is no BCD', changed(right, 18, 0xa1)],
    ['counter 0', begun({ counter: 0 })],
    ['counter 100,000,000', begun({ counter: 100_000_000 })],
    ['exponent 10', begun({ exponent: 10 })],
    ['an identification with a blank', begun({ identification: 'METER 01' })],
    ['no application', begun({ applications: [] })],
    ['nine applications', begun({ applications: new Array(9).fill(APPLICATION) })],
    ['an AID of 4 bytes', withAid(4)],
    ['an AID of 17 bytes', withAid(17)],
    ['partial 2', changed(right, right.length - 8, 2)],
    ['an answer that is short by a byte', said.subarray(0, 11)],
    ['outcome 3', changed(said, 9, 3)],
    ['a code with a blank', changed(said, 10, 0x20)],
    ['field 55 of 129 bytes', Uint8Array.of(...said.subarray(0, 12), ...new Uint8Array(129))],
  ];
}

export const CONTROL_CHECKS: readonly Check<TerminalBench>[] = [
  {
    id: 'control.clock',
    title: 'The clock is set to the time that M3 names, and told',
    rule: { section, text: 'it takes half of the time since it sent M2 as that delay' },
    run: async (bench) => {
      const answer = await setClock(bench, bench.wire.clock());
      resultIs(answer.head, Result.done, 'After a clock set');
      const off = Math.abs(answer.head.clock - bench.wire.clock() / 1000);
      expect(off <= CLOCK_MISSES_S, `the clock is ${off.toFixed(1)} s off after it was set`);
      if (bench.suite === Suite.tripleDesXo) return;
      const { status } = await bench.begin(Purpose.control, Command.clockSet);
      const told = read(decodeControlStatus, status, 'M1 of control');
      expect(Math.abs(told.clock - bench.wire.clock() / 1000) <= CLOCK_MISSES_S, 'M2 tells another clock than was set');
      expect((told.flags & MeterFlag.clockUnset) === 0, 'the flags say that the clock is unset');
    },
  },
  {
    id: 'control.clock-late',
    title: 'A time that came too long after M2 is refused with result 8',
    rule: { section, text: 'answers result 8 when that half is above 1,000 ms' },
    run: async (bench) => {
      const begun = await bench.begin(Purpose.control, Command.clockSet);
      await bench.wire.pause(LATE_MS);
      const body = encodeClockSet({ seconds: unixSeconds(Math.floor(bench.wire.clock() / 1000)), milliseconds: 0 });
      const answer = await bench.command(begun, body);
      expect(answer !== undefined, 'a clock set that came late is not answered');
      resultIs(
        read(decodeClockSetAnswer, answer, 'a clock set').head,
        Result.clockErrorTooLarge,
        'After a clock set that came late',
      );
    },
  },
  {
    id: 'control.clock-wrong',
    title: 'A time that is none, or before 2000, is not understood, and changes nothing',
    rule: { section, text: 'A time before 2000 is *not understood*' },
    run: async (bench) => {
      await setClock(bench, bench.wire.clock());
      const seconds = Math.floor(bench.wire.clock() / 1000);
      const bodies = [
        bodyOf(seconds, 1000),
        bodyOf(YEAR_2000_S - 1, 0),
        bodyOf(0, 0),
        bodyOf(seconds, 0).subarray(1),
        new Uint8Array(7),
      ];
      for (const body of bodies) {
        const answer = read(
          decodeClockSetAnswer,
          await bench.run(Purpose.control, Command.clockSet, body),
          'a clock set',
        );
        resultIs(answer.head, Result.bodyNotUnderstood, 'After a time that is none');
        expect(
          Math.abs(answer.head.clock - bench.wire.clock() / 1000) <= CLOCK_MISSES_S,
          'a time that is none moved the clock',
        );
      }
    },
  },
  {
    id: 'control.relay',
    title: 'A relay opens by command and closes when no reason is left',
    rule: { section, text: 'A relay closes when no reason is left' },
    run: async (bench) => {
      const opened = await relay(bench, 0, RelayAction.open);
      resultIs(opened.head, Result.done, 'After the command to open');
      expect(
        opened.reasons.every((reasons) => reasons & RelayReason.command),
        'a relay that was opened bears not the reason command',
      );
      const { flags } = await infoOf(bench);
      expect((flags & MeterFlag.byCommand) !== 0, 'the flags do not say open by command');
      const closed = await relay(bench, 0, RelayAction.close);
      expect(
        closed.reasons.every((reasons) => !(reasons & RelayReason.command)),
        'a relay that was closed bears the reason command',
      );
      const due = closed.reasons.some((reasons) => reasons !== 0) ? Result.relayHeld : Result.done;
      resultIs(closed.head, due, 'After the command to close');
    },
  },
  {
    id: 'control.relay-wrong',
    title: 'A supply that there is not is result 14, and a command that is none is not understood',
    rule: { section: 'results-heads-and-flags', text: 'no such supply' },
    run: async (bench) => {
      const { reasons } = await relay(bench, 0, RelayAction.close);
      if (reasons.length < 4)
        resultIs((await relay(bench, 4, RelayAction.open)).head, Result.noSuchSupply, 'After a command for supply 4');
      for (const [supply, action] of [
        [5, 0],
        [0, 4],
        [1, 255],
      ] as const) {
        resultIs(
          (await relay(bench, supply, action)).head,
          Result.bodyNotUnderstood,
          `After supply ${supply}, action ${action}`,
        );
      }
      const long = Uint8Array.of(...encodeRelayCommand({ supply: 0, action: RelayAction.open }), 0);
      const answer = await bench.run(Purpose.control, Command.relay, long);
      const told = read(decodeRelayAnswer, answer, 'a relay command');
      resultIs(told.head, Result.bodyNotUnderstood, 'After a relay command that is too long');
      expect(
        equalBytes(Uint8Array.from(told.reasons), Uint8Array.from(reasons)),
        'a relay command that was refused moved a relay',
      );
    },
  },
  {
    id: 'control.policy',
    title: 'A newer supply policy is taken and told, the same again is not newer',
    rule: {
      section: 'supply-policy',
      text: 'A terminal takes a policy whose version is above that of the one it holds',
    },
    run: async (bench) => {
      const version = above((await infoOf(bench)).policyVersion);
      const body = encodePolicy({ ...DEFAULT_SUPPLY_POLICY, version, emergencyCredit: 0 as never });
      const taken = await sendPolicy(bench, body);
      resultIs(taken.head, Result.done, 'After a newer policy');
      expect(taken.version === version, `the terminal says that policy ${taken.version} holds, not ${version}`);
      const again = await sendPolicy(bench, body);
      resultIs(again.head, Result.versionNotNewer, 'After the same policy again');
      expect(again.version === version, 'the terminal names another version of its policy the second time');
    },
  },
  {
    id: 'control.policy-wrong',
    title: 'A supply policy with a field out of range is not understood, and nothing of it is used',
    rule: { section: 'notation', text: 'is wrong as a whole: nothing of it is used' },
    run: async (bench) => {
      const { policyVersion } = await infoOf(bench);
      const right = encodePolicy({ ...DEFAULT_SUPPLY_POLICY, version: above(policyVersion) });
      // From, to equal; a reserved bit; every 0 and 1441 minutes; 0 and 61 s; 1001 %; a delay of no limit.
      const changes = [
        [14, right[12] as number, right[13] as number],
        [16, 0x20],
        [17, 0, 0],
        [17, 5, 0xa1],
        [19, 0],
        [19, 61],
        [20, 3, 0xe9],
        [25, 0, 1],
      ];
      const wrong = changes.map(([at = 0, ...bytes]): Uint8Array => {
        const body = right.slice();
        body.set(bytes, at);
        return body;
      });
      wrong.push(right.subarray(0, right.length - 1), Uint8Array.of(...right, 0), right.subarray(0, 22));
      for (const body of wrong) {
        const answer = await sendPolicy(bench, body);
        resultIs(answer.head, Result.bodyNotUnderstood, `After the policy ${Array.from(body).join(' ')}`);
        expect(answer.version === policyVersion, 'a policy that is not understood is in force');
      }
    },
  },
  {
    id: 'control.hot-list',
    title: 'A higher epoch becomes that of the meter, any other changes nothing',
    rule: { section, text: 'One that is not above it changes nothing' },
    run: async (bench) => {
      const held = await sendEpoch(bench, encodeHotList({ epoch: 0 }));
      if (held.head.result === Result.frozen) throw new LeftOut('the value of the terminal is frozen');
      resultIs(held.head, Result.versionNotNewer, 'After epoch 0');
      const epoch = above(held.cards.epoch);
      const raised = await sendEpoch(bench, encodeHotList({ epoch }));
      resultIs(raised.head, Result.done, 'After a higher epoch');
      expect(raised.cards.epoch === epoch, `the terminal holds epoch ${raised.cards.epoch}, not ${epoch}`);
      const again = await sendEpoch(bench, encodeHotList({ epoch: epoch - 1 }));
      resultIs(again.head, Result.versionNotNewer, 'After a lower epoch');
      expect(again.cards.epoch === epoch, 'an epoch fell');
      resultIs(
        (await sendEpoch(bench, new Uint8Array(3))).head,
        Result.bodyNotUnderstood,
        'After an epoch of three bytes',
      );
    },
  },
  {
    id: 'control.interphone',
    title: 'What is said where nobody calls changes nothing, and what is no speech is not understood',
    rule: {
      section,
      text: 'what is said to a terminal where nobody calls is answered with state 0 and changes nothing',
    },
    run: async (bench) => {
      const say = async (body: Uint8Array) =>
        read(
          decodeInterphoneAnswer,
          await bench.run(Purpose.control, Command.interphone, body),
          'speech of an interphone',
        );
      const prompts = [{ number: 0, language: 0, values: [] }];
      for (const speech of [1, 0]) {
        const told = await say(encodeInterphoneSaid({ speech, mustBeHeard: false, taken: 0, prompts }));
        resultIs(told.head, Result.done, `After speech ${speech}`);
        expect(!told.isCalling && told.speech === 0, 'somebody calls, and nobody does');
        expect(told.keys === '', `keys ${told.keys} are told of a call that is none`);
      }
      resultIs((await say(Uint8Array.of(1, 2, 0))).head, Result.bodyNotUnderstood, 'After a flag that is none');
      resultIs((await say(Uint8Array.of(1, 0, 0, 7))).head, Result.bodyNotUnderstood, 'After half a prompt');
    },
  },
  {
    id: 'control.card-payment',
    title: 'Where nobody pays, begin and answer change nothing and are told so, and what is neither is not understood',
    rule: {
      section: 'a-payment-card-in-the-slot-of-a-meter',
      text: 'A begin that finds an amount keyed in begins; any other M3 changes nothing',
    },
    run: async (bench) => {
      const reference = bench.random(8);
      const begin: CardPaymentBegin = {
        ...{ op: 'begin', reference, unpredictable: bench.random(4), date: '261201', time: '235959', counter: 1 },
        ...{ currency: 978, exponent: 2, country: 250, identification: 'METER001', applications: [APPLICATION] },
      };
      const approved: CardPaymentCommand = {
        ...{ op: 'answer', reference, outcome: 'approved', code: '00', data: bench.random(16) },
      };
      const unanswered: CardPaymentCommand = { ...approved, outcome: 'unanswered', data: new Uint8Array(0) };
      for (const command of [begin, approved, begin, unanswered]) {
        const { head, payment } = await pay(bench, encodeCardPaymentCommand(command));
        // It outlives its hearing, and no loss of power.
        if (payment.state === 'ended' && !equalBytes(payment.reference, reference)) {
          throw new LeftOut('somebody has paid with a card: take its power away for a moment');
        }
        resultIs(head, Result.done, `After the ${command.op} of a payment that nobody makes`);
        expect(payment.state === 'none', `after the ${command.op} of a payment that nobody makes somebody pays`);
      }
      for (const [what, body] of noPayments(begin, approved)) {
        const { head, payment } = await pay(bench, body);
        resultIs(head, Result.bodyNotUnderstood, `After a payment card with ${what}`);
        expect(payment.state === 'none', `after a payment card with ${what} somebody pays`);
      }
    },
  },
  {
    id: 'control.table',
    title: 'A newer mode table is taken, and the version that is held is told',
    rule: { section, text: 'It takes a table whose version is above that of every table it holds for that supply' },
    run: async (bench) => {
      const version = above(await highestTable(bench));
      const answer = await sendTable(bench, tableOf(version));
      resultIs(answer.head, Result.done, 'After a newer table');
      expect(
        answer.version === version,
        `the terminal says that table ${answer.version} is the highest, not ${version}`,
      );
      await nextMinute(bench);
      expect((await infoOf(bench)).tableVersion === version, 'a table that is valid since ever is not in use');
    },
  },
  {
    id: 'control.table-old',
    title: 'The same table again, and an older one, are not newer; another under its version is refused',
    rule: { section, text: 'Another table under a version that is held is *refused by policy*' },
    run: async (bench) => {
      const version = above(await highestTable(bench));
      const bytes = tableOf(version);
      await sendTable(bench, bytes);
      resultIs((await sendTable(bench, bytes)).head, Result.versionNotNewer, 'After the same table again');
      resultIs(
        (await sendTable(bench, tableOf(version, { unitCharge: 1 }))).head,
        Result.refusedByPolicy,
        'After another table under the same version',
      );
      resultIs((await sendTable(bench, tableOf(0))).head, Result.versionNotNewer, 'After an older table');
    },
  },
  {
    id: 'control.table-next',
    title: 'A table that is not valid yet waits, and the one in use stays',
    rule: { section, text: 'A terminal holds two for each supply, the one in use and the next' },
    run: async (bench) => {
      const version = above(await highestTable(bench));
      await sendTable(bench, tableOf(version));
      await nextMinute(bench);
      const validFrom = Math.floor(bench.wire.clock() / 1000) + 30 * 86_400;
      resultIs(
        (await sendTable(bench, tableOf(version + 1, { validFrom }))).head,
        Result.done,
        'After a table of next month',
      );
      const { tableVersion, nextTableVersion } = await infoOf(bench);
      expect(
        tableVersion === version && nextTableVersion === version + 1,
        `tables ${tableVersion} and ${nextTableVersion} are held, not ${version} and ${version + 1}`,
      );
    },
  },
  {
    id: 'control.table-wrong',
    title: 'A table that is not the one encoding of itself is not understood',
    rule: { section: 'the-mode-table', text: 'A table has exactly one encoding; any other is refused' },
    run: async (bench) => {
      const version = await highestTable(bench);
      const right = tableOf(above(version));
      const wrong: Uint8Array[] = [new Uint8Array(0), right.subarray(0, right.length - 1), Uint8Array.of(...right, 0)];
      // Format, supply, a surcharge, a limit of lag, the number of steps, steps that do not ascend.
      for (const [at, value] of [
        [0, 2],
        [1, 0],
        [1, 5],
        [10, 4],
        [18, 91],
        [21, 0],
        [21, 17],
        [23, 200],
      ] as const) {
        const other = right.slice();
        other[at] = value;
        wrong.push(other);
      }
      wrong.push(Uint8Array.of(...right, ...new Uint8Array(TABLE_BYTES_MAX)));
      for (const body of wrong) {
        const answer = await sendTable(bench, body);
        resultIs(answer.head, Result.bodyNotUnderstood, `After a table of ${body.length} bytes that is none`);
        expect(answer.version === version, 'a table that is not understood is held');
      }
    },
  },
  {
    id: 'control.parts',
    title: 'Parts of M3 may come in any order and more than once',
    rule: { section: 'parts', text: 'Parts may come in any order and more than once' },
    run: async (bench) => {
      const version = above(await highestTable(bench));
      const { session } = await bench.begin(Purpose.control, Command.modeTable);
      const thirds = hostCommand(session, tableOf(version, { holidays: true }));
      expect(thirds.length > 1, 'the table takes several parts');
      const last = thirds.at(-1) as Uint8Array;
      await bench.ignored(last);
      await bench.ignored(last);
      let answer: Awaited<ReturnType<typeof bench.say>>;
      for (const part of thirds.slice(0, -1)) answer = await bench.say(part);
      const opened = await bench.opened(session, answer);
      expect(opened !== undefined, 'parts that came in another order are not answered');
      resultIs(read(decodePolicyAnswer, opened, 'a mode table').head, Result.done, 'After a table in parts');
      const again = await bench.say(last);
      expect(
        again !== undefined && refusalIn(again) === undefined,
        'a part that comes again after M4 does not get M4 again',
      );
    },
  },
  {
    id: 'control.parts-wrong',
    title: 'A part with another count than the first that was taken is refused with 6',
    rule: { section: 'parts', text: 'a part with another count is wrong' },
    run: async (bench) => {
      const bytes = tableOf(above(await highestTable(bench)), { holidays: true });
      for (const at of [7, 8]) {
        const { session } = await bench.begin(Purpose.control, Command.modeTable);
        const [one, two] = hostCommand(session, bytes) as [Uint8Array, Uint8Array];
        await bench.ignored(one);
        const other = new Uint8Array(two);
        other[at] = (other[at] as number) + 1;
        const answer = await bench.say(other);
        const told = answer && refusalIn(answer);
        expect(
          told === Refusal.tagWrong,
          `the terminal ${answer === undefined ? 'says nothing' : shown(answer)} to a part that contradicts the first`,
        );
        await bench.soothe();
      }
    },
  },
];

const bodyOf = (seconds: number, milliseconds: number): Uint8Array => {
  const body = new Uint8Array(6);
  new DataView(body.buffer).setUint32(0, seconds);
  new DataView(body.buffer).setUint16(4, milliseconds);
  return body;
};
