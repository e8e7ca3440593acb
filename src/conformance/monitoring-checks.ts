import { equalBytes } from '../bytes/index.ts';
import { Purpose, Suite } from '../crypto/index.ts';
import { Command, hostCommand, Message, Refusal } from '../exchange/index.ts';
import {
  decodeClockSlewAnswer,
  decodeEventAnswer,
  decodeMonitoringStatus,
  EventKind,
  encodeClockSlew,
  encodeEventRequest,
  encodeUseRequest,
  MeterFlag,
  Result,
} from '../records/index.ts';
import { type Check, expect } from './check.ts';
import {
  highestTable,
  infoOf,
  nextMinute,
  read,
  resultIs,
  sendTable,
  setClock,
  tableOf,
  use,
  useOf,
} from './commands.ts';
import type { TerminalBench } from './terminal-bench.ts';

const section = '0x30-use-and-log';
const ofSlew = '0x31-clock-slew';
const ofEvents = '0x32-events';
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** In the table of these checks the price changes at six in the morning, UTC, on every day. */
const EDGE_HOUR = 6;

async function slew(bench: TerminalBench, body: Uint8Array) {
  return read(decodeClockSlewAnswer, await bench.run(Purpose.monitoring, Command.clockSlew, body), 'a clock slew');
}

async function events(bench: TerminalBench, body: Uint8Array) {
  return read(decodeEventAnswer, await bench.run(Purpose.monitoring, Command.events, body), 'events');
}

export const MONITORING_CHECKS: readonly Check<TerminalBench>[] = [
  {
    id: 'monitoring.info',
    title: 'Info and the status in M2 say the same',
    rule: { section: 'monitoring', text: 'M2, monitoring status' },
    run: async (bench) => {
      const info = await infoOf(bench);
      if (bench.suite === Suite.tripleDesXo) return;
      const { status } = await bench.begin(Purpose.monitoring, Command.useAndLog);
      const told = read(decodeMonitoringStatus, status, 'M1 of monitoring');
      expect(
        told.owed === info.owed && told.tableVersion === info.tableVersion && told.lastDay === info.lastDay,
        'M2 and Info differ',
      );
      expect(told.nextEvent >= info.nextEvent, 'the next event of M2 is below that of Info');
    },
  },
  {
    id: 'monitoring.sections',
    title: 'Totals, the table in use, the policy and cards are told when they are asked for',
    rule: { section, text: 'Each section: kind u8' },
    run: async (bench) => {
      const bytes = tableOf((await highestTable(bench)) + 1, { holidays: true });
      await sendTable(bench, bytes);
      await nextMinute(bench);
      const answer = await use(bench, { totals: true, modeTable: true, policy: true, cards: true });
      resultIs(answer.head, Result.done, 'When all sections are asked for');
      expect(answer.totals.length > 0, 'no totals are told');
      expect(
        answer.modeTable !== null && equalBytes(answer.modeTable, bytes),
        'the table that is told is not the one that was sent',
      );
      expect(
        answer.policy?.version === answer.info.policyVersion,
        'the policy that is told is not the one that Info names',
      );
      expect(answer.cards !== undefined, 'nothing is told of cards');
      const none = await use(bench);
      expect(
        none.totals.length === 0 && none.modeTable === null && none.policy === null,
        'sections are told that nobody asked for',
      );
    },
  },
  {
    id: 'monitoring.not-held',
    title: 'A day that is not held is left out, and the result is 12',
    rule: { section, text: 'What is not held is left out, and the result is 12' },
    run: async (bench) => {
      const answer = await use(bench, { profiles: [{ day: 1, supply: 1 }] });
      resultIs(answer.head, Result.notHeld, 'When a day of 1970 is asked for');
      expect(answer.profiles.length === 0, 'a day of 1970 is told');
      const { lastDay, daysHeld } = answer.info;
      if (daysHeld === 0) return;
      const held = await use(bench, { profiles: [{ day: lastDay, supply: 1 }] });
      resultIs(held.head, Result.done, 'When the last day is asked for');
      expect(held.profiles[0]?.day === lastDay, 'the last day is not told');
    },
  },
  {
    id: 'monitoring.request-wrong',
    title: 'A request for use and log that is none is not understood',
    rule: { section, text: 'rising by day, then supply: the load profiles that are wanted' },
    run: async (bench) => {
      const day = (d: number, supply: number) => [d >> 8, d & 0xff, supply];
      const bodies = [
        [],
        [0],
        [16, 0],
        [0, 1],
        [0, 29, ...new Array(87).fill(1)],
        [0, 1, ...day(5, 0)],
        [0, 1, ...day(5, 5)],
        [0, 2, ...day(6, 1), ...day(5, 1)],
        [0, 2, ...day(5, 1), ...day(5, 1)],
        [0, 0, 0],
      ];
      for (const body of bodies) {
        const answer = await useOf(bench, Uint8Array.from(body));
        resultIs(answer.head, Result.bodyNotUnderstood, `After the request ${body.join(' ')}`);
        expect(
          answer.totals.length === 0 && answer.profiles.length === 0,
          'a request that is not understood is answered with sections',
        );
      }
    },
  },
  {
    id: 'monitoring.parts',
    title: 'Each part of M4 is given again, and one that there is not never',
    rule: { section: 'parts', text: 'and may fetch any part again in the same way' },
    run: async (bench) => {
      const { session } = await bench.begin(Purpose.monitoring, Command.useAndLog);
      const body = encodeUseRequest({ totals: true, modeTable: false, policy: true, profiles: [] });
      const [third] = hostCommand(session, body) as [Uint8Array];
      const first = await bench.say(third);
      expect(first !== undefined && first.message === Message.fourth, 'the first part of M4 does not come');
      const count = first.body[1] as number;
      const ask = (part: number) =>
        bench.frame(Message.refusal, Command.useAndLog, session.key.n, Uint8Array.of(Refusal.partMissing, part));
      for (let round = 0; round < 2; round++) {
        for (let part = 0; part < count; part++) {
          const given = await bench.say(ask(part));
          expect(
            given?.message === Message.fourth && given.body[0] === part,
            `part ${part} of M4 is not given when it is asked for`,
          );
          if (part === 0) expect(equalBytes(given.bytes, first.bytes), 'part 0 is another the second time');
        }
      }
      await bench.ignored(ask(count));
    },
  },
  {
    id: 'monitoring.slew',
    title: 'A slew moves the clock by its seconds and counts them',
    rule: { section: ofSlew, text: 'A terminal grants 60 s a day in all' },
    run: async (bench) => {
      await sendPlainTable(bench);
      await setClock(bench, atHour(bench, 3));
      const forth = await slew(bench, encodeClockSlew({ seconds: 20 }));
      resultIs(forth.head, Result.done, 'After a slew of 20 s');
      expect(forth.spent === 20, `${forth.spent} s are spent after a slew of 20 s`);
      const due = atHour(bench, 3) / 1000 + 20;
      expect(forth.head.clock >= due && forth.head.clock <= due + 5, 'the clock did not move by 20 s');
      const back = await slew(bench, encodeClockSlew({ seconds: -30 }));
      expect(back.head.result === Result.done && back.spent === 50, 'seconds of both directions do not add up');
      const over = await slew(bench, encodeClockSlew({ seconds: 11 }));
      resultIs(over.head, Result.slewSpent, 'After 61 s in a day');
      expect(over.spent === 50, 'a slew that was refused is counted');
      resultIs((await slew(bench, encodeClockSlew({ seconds: 10 }))).head, Result.done, 'After 60 s in a day');
      await setClock(bench, bench.wire.clock());
    },
  },
  {
    id: 'monitoring.slew-edge',
    title: 'A slew never crosses an instant at which the price changes',
    rule: { section: ofSlew, text: 'never across an instant at which the percentage of a table in use changes' },
    run: async (bench) => {
      await sendPlainTable(bench);
      for (const [offMs, seconds] of [
        [-10_000, 30],
        [10_000, -30],
      ] as const) {
        await setClock(bench, atHour(bench, EDGE_HOUR) + offMs);
        const answer = await slew(bench, encodeClockSlew({ seconds }));
        resultIs(answer.head, Result.crossesTariffEdge, `After a slew of ${seconds} s over six o'clock`);
        expect(answer.spent === 0, 'a slew that was refused is counted');
      }
      await setClock(bench, bench.wire.clock());
    },
  },
  {
    id: 'monitoring.slew-wrong',
    title: 'A slew of nothing, of more than 60 s or of another length is not understood',
    rule: { section: ofSlew, text: 'seconds i8, −60 to 60, not 0' },
    run: async (bench) => {
      for (const body of [[0], [61], [0xc3], [0x80], [], [1, 0]]) {
        resultIs(
          (await slew(bench, Uint8Array.from(body))).head,
          Result.bodyNotUnderstood,
          `After the slew ${body.join(' ')}`,
        );
      }
    },
  },
  {
    id: 'monitoring.events',
    title: 'What happened is told by rising sequence, from where it is asked for',
    rule: { section: ofEvents, text: 'count × [event](#events) 16, rising' },
    run: async (bench) => {
      const from = (await infoOf(bench)).nextEvent;
      await setClock(bench, bench.wire.clock());
      await setClock(bench, bench.wire.clock());
      const all = await events(bench, encodeEventRequest({ from, limit: 255 }));
      resultIs(all.head, Result.done, 'When events are asked for');
      const sets = all.events.filter(({ kind }) => kind === EventKind.clockSet);
      expect(sets.length === 2, `${sets.length} of two clock sets are told`);
      expect(
        all.events.every(({ sequence }) => sequence >= from),
        'events are told that are older than was asked for',
      );
      const one = await events(bench, encodeEventRequest({ from, limit: 1 }));
      expect(
        one.events.length === 1 && one.events[0]?.sequence === all.events[0]?.sequence,
        'a limit of 1 does not tell the first one alone',
      );
      const kept = await events(bench, encodeEventRequest({ from: all.next, limit: 255 }));
      const { flags, nextEvent } = await infoOf(bench);
      if (nextEvent === kept.next && kept.next === all.next) {
        expect((flags & MeterFlag.eventsWaiting) === 0, 'events wait that were said to be kept');
      }
    },
  },
  {
    id: 'monitoring.events-old',
    title: 'Events that are no longer held are result 12',
    rule: { section: ofEvents, text: 'Result 12 when' },
    run: async (bench) => {
      const { oldest } = await events(bench, encodeEventRequest({ from: 0, limit: 1 }));
      const before = await events(bench, encodeEventRequest({ from: 0, limit: 255 }));
      resultIs(before.head, oldest > 0 ? Result.notHeld : Result.done, 'When events from 0 on are asked for');
      for (const body of [
        [0, 0, 0, 1, 0],
        [0, 0, 0, 1],
        [0, 0, 0, 1, 1, 0],
      ]) {
        resultIs(
          (await events(bench, Uint8Array.from(body))).head,
          Result.bodyNotUnderstood,
          `After the request ${body.join(' ')}`,
        );
      }
    },
  },
];

/** A table that is valid since ever, with an edge at six. */
async function sendPlainTable(bench: TerminalBench): Promise<void> {
  const version = (await highestTable(bench)) + 1;
  resultIs((await sendTable(bench, tableOf(version))).head, Result.done, 'After a newer table');
}

/** This hour of today, UTC, in Unix milliseconds. */
const atHour = (bench: TerminalBench, hour: number): number =>
  Math.floor(bench.wire.clock() / DAY_MS) * DAY_MS + hour * HOUR_MS;
