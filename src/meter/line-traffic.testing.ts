import { Purpose, Suite } from '../crypto/index.ts';
import {
  COMMAND_OF_OP,
  Command,
  encodeValueCommand,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  Refusal,
  refusalFrame,
  ValueOp,
} from '../exchange/index.ts';
import { encodeEventRequest, encodeRelayCommand, encodeUseRequest, RelayAction } from '../records/index.ts';
import { encodeModeTable } from '../tariff/index.ts';
import { tokens } from '../units/index.ts';
import { BENCH_UNIX_MS, type Bench, benchTable, keyOf } from './board.testing.ts';

const LAST_DAY = Math.floor(BENCH_UNIX_MS / 86_400_000) - 1;

type Conversation = Generator<Uint8Array, void, Uint8Array | undefined>;

export interface Traffic {
  /** Exchanges that ran to their end. */
  answered: number;
  next(): Uint8Array;
  hear(answer: Uint8Array | undefined): void;
  end(): void;
}

/** One conversation after another: most are honest, and between them is everything that a line can bring. */
export function traffic(bench: Bench, suite: Suite): Traffic {
  let turn = 0;
  let talk: Conversation | undefined;
  let pending: IteratorResult<Uint8Array, void> | undefined;
  const spoken: Uint8Array[] = [];
  const line: Traffic = {
    answered: 0,
    next() {
      while (pending === undefined || pending.done === true) {
        turn += 1;
        talk = conversation(bench, suite, turn, { spoken, line });
        pending = talk.next();
      }
      const frame = pending.value;
      if (spoken.length < 200) spoken.push(frame);
      return frame;
    },
    hear(answer) {
      pending = talk?.next(answer);
    },
    end() {
      talk?.return();
    },
  };
  return line;
}

function* conversation(
  bench: Bench,
  suite: Suite,
  turn: number,
  { spoken, line }: { spoken: readonly Uint8Array[]; line: Traffic },
): Conversation {
  const purposeAt = [Purpose.value, Purpose.control, Purpose.monitoring][turn % 3] as Purpose;
  const key = keyOf(purposeAt, suite);
  switch (turn % 12) {
    case 1:
      // Noise of every length, and a frame longer than any.
      for (const length of [1, 7, 23, 64, 300]) yield Uint8Array.from({ length }, (_, i) => i * turn * 31 + length);
      return;
    case 2:
      // Somebody else's first message, one under a key that this meter lacks, and one of the seed's own suite.
      for (const [at, change] of [
        [5, 1],
        [2, 0x0f],
        [2, 0x30],
      ] as const) {
        const frame = hostFirst(openHostSession(key, HONEST[turn % 3] as Command, bench.randomness)).slice();
        frame[at] = (frame[at] as number) ^ change;
        yield frame;
      }
      return;
    case 4:
      // What was said before, again: the line repeats, or a thief does.
      for (let i = 0; i < 6; i++) yield spoken[(turn * 17 + i * 29) % spoken.length] as Uint8Array;
      return;
    case 6:
      // Messages that a meter sends and never hears, and requests for parts of what it has not said.
      yield refusalFrame({ h: Command.useAndLog, n: key.n, svpmsn: key.svpmsn }, Refusal.partMissing, turn % 9);
      for (const message of [2, 4, 6]) {
        const frame = (spoken[turn % spoken.length] as Uint8Array).slice();
        frame[0] = 0x10 | message;
        yield frame;
      }
      return;
    case 8:
      // Begun and left.
      yield hostFirst(openHostSession(key, HONEST[turn % 3] as Command, bench.randomness));
      return;
    case 10:
      // A third message with a wrong bit; seldom, because each makes the meter wait longer.
      yield* exchange(bench, suite, turn % 60 === 10 ? 'one wrong bit' : 'only begun', line, turn);
      return;
    default:
      yield* exchange(bench, suite, 'honest', line, turn);
  }
}

const HONEST = [Command.valueStore, Command.modeTable, Command.useAndLog];

function* exchange(
  bench: Bench,
  suite: Suite,
  how: 'honest' | 'one wrong bit' | 'only begun',
  line: Traffic,
  turn: number,
): Conversation {
  const { h, purpose, body } = suite === Suite.tripleDes ? seedCommand(turn) : command(suite, turn);
  const key = keyOf(purpose, suite);
  const session = openHostSession(key, h, bench.randomness);
  const second = yield hostFirst(session);
  if (second === undefined || hostReceive(session, second).type !== 'status') return;
  const third = hostCommand(session, body);
  if (how === 'only begun' && third.length > 1) {
    yield third[0] as Uint8Array;
    return;
  }
  let answer: Uint8Array | undefined;
  for (const frame of third) {
    const sent = frame.slice();
    if (how === 'one wrong bit') sent[sent.length - 1] = (sent[sent.length - 1] as number) ^ 1;
    answer = yield sent;
  }
  for (let part = 1; answer !== undefined; part++) {
    const outcome = hostReceive(session, answer);
    if (outcome.type === 'answer') line.answered += 1;
    if (outcome.type !== 'part') return;
    answer = yield refusalFrame({ h, n: key.n, svpmsn: key.svpmsn }, Refusal.partMissing, part);
  }
}

/** Commands that change nothing of what a meter charges: all of them are carried out, and answered. */
function command(suite: Suite, turn: number): { h: Command; purpose: Purpose; body: Uint8Array } {
  switch (turn % 5) {
    case 0: {
      const query = { op: ValueOp.query, counter: 0, txid: new Uint8Array(8), amount: tokens(0) } as const;
      return { h: COMMAND_OF_OP[query.op], purpose: Purpose.value, body: encodeValueCommand(suite, query) };
    }
    case 1:
      return { h: Command.modeTable, purpose: Purpose.control, body: encodeModeTable(benchTable()) };
    case 2:
      return {
        h: Command.relay,
        purpose: Purpose.control,
        body: encodeRelayCommand({ supply: 1, action: RelayAction.close }),
      };
    case 3: {
      const profiles = [{ day: LAST_DAY - (turn % 6), supply: 1 as const }];
      const request = { totals: true, modeTable: true, policy: true, profiles };
      return { h: Command.useAndLog, purpose: Purpose.monitoring, body: encodeUseRequest(request) };
    }
    default:
      return {
        h: Command.events,
        purpose: Purpose.monitoring,
        body: encodeEventRequest({ from: 1, limit: 255 }),
      };
  }
}

/** The seed's own: a log is read with a time that is none, and a table that is not newer is refused. */
function seedCommand(turn: number): { h: Command; purpose: Purpose; body: Uint8Array } {
  return turn % 2 === 0
    ? { h: Command.useAndLog, purpose: Purpose.monitoring, body: new Uint8Array(6).fill(0xff) }
    : { h: Command.modeTable, purpose: Purpose.control, body: encodeModeTable(benchTable()) };
}
