import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryObjects } from 'node:v8';
import {
  AesKey,
  cbcMac,
  ecbEncrypt,
  type KeyName,
  keyName,
  Purpose,
  r1Refused,
  SUITE_NAMES,
  Suite,
  sessionTripleDes,
  sessionTripleDesXo,
} from '../crypto/index.ts';
import { type Milliseconds, milliseconds } from '../units/index.ts';
import {
  askForPart,
  askForThirdPart,
  Command,
  createTerminal,
  decodeFrame,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  Refusal,
  refusalFrame,
  type Terminal,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
} from './index.ts';
import {
  bodiesFor,
  deliveredAnswer,
  deliveredCommand,
  drawing,
  exchanged,
  expectType,
  ID,
  keyFor,
  keyOf,
  later,
  NOW,
  OTHER_ID,
  REPAIRED,
  SUITES,
  sidesOf,
  terminalOf,
  withBit,
} from './sides.testing.ts';
import { SLOW_DOWN_FIRST_MS, SLOW_DOWN_MAX_MS, VALUE_SESSION_GUARD_MS } from './terminal-side.ts';

const value = Command.valueStore;
const read = Command.useAndLog;

/** Opens a session and gives its M3 with a wrong tag. */
function guess(terminal: Terminal, suite: Suite, seed: number, now: Milliseconds): void {
  const bodies = bodiesFor(suite, value);
  const host = openHostSession(keyFor(suite, value), value, drawing(seed));
  expectType(terminalReceive(terminal, hostFirst(host), now), 'status-wanted');
  expectType(hostReceive(host, terminalStatus(terminal, bodies.status)), 'status');
  const [third] = hostCommand(host, bodies.command) as [Uint8Array];
  const wrong = withBit(third, 8 * third.length - 1);
  assert.equal(expectType(terminalReceive(terminal, wrong, now), 'refuse').refusal, Refusal.tagWrong);
}

for (const suite of SUITES) {
  const name = SUITE_NAMES[suite];
  const bodies = bodiesFor(suite, value);

  test(`${name}: wrong tags slow the terminal down, twice as long each time, up to 60 s and never for ever`, () => {
    const terminal = terminalOf(suite, 1);
    let now: number = NOW;
    const waits: number[] = [];
    for (let i = 0; i < 40; i++) {
      guess(terminal, suite, i, milliseconds(now));
      const wait = terminal.deafUntil - now;
      waits.push(wait);
      const early = terminalReceive(
        terminal,
        hostFirst(sidesOf(suite, value, 100 + i).host),
        milliseconds(now + wait - 1),
      );
      assert.equal(expectType(early, 'refuse').refusal, Refusal.slowedDown);
      now += wait; // At the end of the wait the terminal listens again, every time.
    }
    assert.deepEqual(waits.slice(0, 10), [250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    assert.ok(waits.slice(8).every((wait) => wait === SLOW_DOWN_MAX_MS));
    // One exchange by a key holder, and the next wrong tag costs as little as the first.
    const sides = { host: sidesOf(suite, value, 500).host, terminal };
    assert.deepEqual(exchanged(sides, bodies, milliseconds(now)).command.length, bodies.command.length);
    guess(terminal, suite, 501, milliseconds(now));
    assert.equal(terminal.deafUntil - now, SLOW_DOWN_FIRST_MS);
  });

  test(`${name}: a repeated M3 gives the same M4 and no second command, until the next session`, () => {
    const { host, terminal } = sidesOf(suite, value, 1);
    const recorded = exchanged({ host, terminal }, bodies);
    for (const ms of [0, 1, 60_000, 86_400_000]) {
      const again = terminalReceive(terminal, recorded.third[0] as Uint8Array, later(ms));
      assert.deepEqual(expectType(again, 'again').frames, recorded.fourth);
    }
    exchanged({ host: sidesOf(suite, value, 2).host, terminal }, bodies);
    const late = terminalReceive(terminal, recorded.third[0] as Uint8Array, NOW);
    assert.equal(expectType(late, 'refuse').refusal, Refusal.sessionUnknown);
  });

  test(`${name}: an M1 that was recorded draws a new nonce, so the M3 that was recorded with it opens nothing`, () => {
    const { host, terminal } = sidesOf(suite, value, 1);
    const { first, second, third } = exchanged({ host, terminal }, bodies);
    exchanged({ host: sidesOf(suite, value, 2).host, terminal }, bodies);
    expectType(terminalReceive(terminal, first, NOW), 'status-wanted');
    assert.notDeepEqual(terminalStatus(terminal, bodies.status), second);
    assert.equal(
      expectType(terminalReceive(terminal, third[0] as Uint8Array, NOW), 'refuse').refusal,
      Refusal.tagWrong,
    );
  });

  test(`${name}: no session survives a reset`, () => {
    const { host, terminal } = sidesOf(suite, value, 1);
    expectType(terminalReceive(terminal, hostFirst(host), NOW), 'status-wanted');
    expectType(hostReceive(host, terminalStatus(terminal, bodies.status)), 'status');
    const [third] = hostCommand(host, bodies.command) as [Uint8Array];
    const afterReset = createTerminal(terminal.options);
    assert.equal(expectType(terminalReceive(afterReset, third, NOW), 'refuse').refusal, Refusal.sessionUnknown);
    assert.deepEqual(deliveredCommand(terminal, [third]).command.length, bodies.command.length);
  });

  test(`${name}: only the newest session lives`, () => {
    const { host, terminal } = sidesOf(suite, value, 1);
    expectType(terminalReceive(terminal, hostFirst(host), NOW), 'status-wanted');
    expectType(hostReceive(host, terminalStatus(terminal, bodies.status)), 'status');
    expectType(terminalReceive(terminal, hostFirst(sidesOf(suite, value, 2).host), NOW), 'status-wanted');
    assert.equal(terminal.sessions.length, 1);
    const outcome = terminalReceive(terminal, hostCommand(host, bodies.command)[0] as Uint8Array, NOW);
    assert.equal(expectType(outcome, 'refuse').refusal, Refusal.sessionUnknown);
  });

  test(`${name}: a terminal without the key, or with M1 of a wrong length, says so and keeps nothing`, () => {
    const without = createTerminal({ ...terminalOf(suite, 1).options, keyOf: () => undefined });
    const first = hostFirst(sidesOf(suite, value, 1).host);
    assert.equal(expectType(terminalReceive(without, first, NOW), 'refuse').refusal, Refusal.keyUnknown);
    const terminal = terminalOf(suite, 1);
    const short = first.slice(0, -1);
    short[6] = (short[6] as number) - 1;
    assert.equal(expectType(terminalReceive(terminal, short, NOW), 'refuse').refusal, Refusal.bodyWrong);
    assert.equal(without.sessions.length + terminal.sessions.length, 0);
  });
}

test('a value session gives way to no other purpose for 5 s after its last frame, and to a new one of value at once', () => {
  for (const suite of REPAIRED) {
    for (const h of [Command.relay, read, Command.keyChange]) {
      for (const other of [Command.receiptQuery, h]) {
        const { host, terminal } = sidesOf(suite, value, 1);
        expectType(terminalReceive(terminal, hostFirst(host), NOW), 'status-wanted');
        terminalStatus(terminal, bodiesFor(suite, value).status);
        const first = hostFirst(sidesOf(suite, other, 2).host);
        const early = terminalReceive(terminal, first, later(VALUE_SESSION_GUARD_MS - 1));
        if (other === Command.receiptQuery) expectType(early, 'status-wanted');
        else {
          assert.equal(expectType(early, 'refuse').refusal, Refusal.busy);
          expectType(terminalReceive(terminal, first, later(VALUE_SESSION_GUARD_MS)), 'status-wanted');
        }
      }
    }
  }
});

test('the 5 s of a value session count from its M3 when that has come', () => {
  const bodies = bodiesFor(Suite.aes128, value);
  const { host, terminal } = sidesOf(Suite.aes128, value, 1);
  expectType(terminalReceive(terminal, hostFirst(host), NOW), 'status-wanted');
  expectType(hostReceive(host, terminalStatus(terminal, bodies.status)), 'status');
  deliveredCommand(terminal, hostCommand(host, bodies.command), later(4000));
  const first = hostFirst(sidesOf(Suite.aes128, read, 2).host);
  assert.equal(expectType(terminalReceive(terminal, first, later(8999)), 'refuse').refusal, Refusal.busy);
  expectType(terminalReceive(terminal, first, later(9000)), 'status-wanted');
});

test('a repeated M1 does not hold a value session longer than 5 s', () => {
  const { host, terminal } = sidesOf(Suite.aes128, value, 1);
  expectType(terminalReceive(terminal, hostFirst(host), NOW), 'status-wanted');
  terminalStatus(terminal, bodiesFor(Suite.aes128, value).status);
  for (let ms = 0; ms < 5000; ms += 500) expectType(terminalReceive(terminal, hostFirst(host), later(ms)), 'again');
  expectType(terminalReceive(terminal, hostFirst(sidesOf(Suite.aes128, read, 2).host), later(5000)), 'status-wanted');
});

test('a session of another purpose, and a value session that was answered, give way at once', () => {
  for (const suite of REPAIRED) {
    const { host, terminal } = sidesOf(suite, value, 1);
    exchanged({ host, terminal }, bodiesFor(suite, value));
    expectType(terminalReceive(terminal, hostFirst(sidesOf(suite, read, 2).host), NOW), 'status-wanted');
    terminalStatus(terminal, bodiesFor(suite, read).status);
    expectType(terminalReceive(terminal, hostFirst(sidesOf(suite, Command.relay, 3).host), NOW), 'status-wanted');
  }
});

test('a wrong tag of another purpose, or without a session, burns no session and slows nobody down', () => {
  for (const suite of REPAIRED) {
    const bodies = bodiesFor(suite, value);
    const { host, terminal } = sidesOf(suite, value, 1);
    expectType(terminalReceive(terminal, hostFirst(host), NOW), 'status-wanted');
    expectType(hostReceive(host, terminalStatus(terminal, bodies.status)), 'status');
    const foreign = exchanged(sidesOf(suite, read, 2), bodiesFor(suite, read)).third[0] as Uint8Array;
    for (let i = 0; i < 20; i++) {
      assert.equal(expectType(terminalReceive(terminal, foreign, NOW), 'refuse').refusal, Refusal.sessionUnknown);
    }
    assert.equal(terminal.deafUntil, 0);
    assert.deepEqual(deliveredCommand(terminal, hostCommand(host, bodies.command)).command, bodies.command);
  }
});

test('suite 3des-xo refuses an R1 with equal or complementary halves, and its host never sends one', () => {
  const key = keyFor(Suite.tripleDesXo, value);
  const good = hostFirst(openHostSession(key, value, drawing(1)));
  for (const complement of [0, 0xff]) {
    const weak = good.slice();
    for (let i = 0; i < 8; i++) weak[15 + i] = (weak[7 + i] as number) ^ complement;
    const terminal = terminalOf(Suite.tripleDesXo, 1);
    assert.equal(expectType(terminalReceive(terminal, weak, NOW), 'refuse').refusal, Refusal.randomWeak);
    // One bit more is a related R1, which the derivation does not mind.
    expectType(terminalReceive(terminal, withBit(weak, 8 * 22), NOW), 'status-wanted');
  }
  let fills = 0;
  const first = hostFirst(
    openHostSession(key, value, {
      fill(bytes) {
        bytes.fill(7);
        // Three weak draws, and then one that is not.
        if (++fills > 3) bytes[0] = fills;
      },
    }),
  );
  assert.equal(fills, 5, 'R1 four times, R2 once');
  assert.ok(!r1Refused(first.subarray(7, 23)));
});

test('parts are asked for only while some are out and some in, at either side', () => {
  for (const suite of SUITES) {
    const long = bodiesFor(suite, Command.modeTable);
    const { host, terminal } = sidesOf(suite, Command.modeTable, 1);
    assert.equal(askForThirdPart(terminal), undefined);
    expectType(terminalReceive(terminal, hostFirst(host), NOW), 'status-wanted');
    expectType(hostReceive(host, terminalStatus(terminal, long.status)), 'status');
    const third = hostCommand(host, long.command);
    assert.equal(askForThirdPart(terminal), undefined, 'nothing came');
    expectType(terminalReceive(terminal, third[2] as Uint8Array, NOW), 'part-taken');
    const ask = askForThirdPart(terminal) as Uint8Array;
    assert.deepEqual(ask, refusalFrame({ h: host.h, n: host.key.n, svpmsn: ID }, Refusal.partMissing, 0));
    assert.deepEqual(expectType(hostReceive(host, ask), 'part-again').frame, third[0]);
    expectType(terminalReceive(terminal, third[0] as Uint8Array, NOW), 'part-taken');
    assert.equal(askForThirdPart(terminal)?.at(-1), 1);
    expectType(terminalReceive(terminal, third[1] as Uint8Array, NOW), 'command');
    assert.equal(askForThirdPart(terminal), undefined, 'all are in');
    assert.equal(askForPart(host), undefined, 'an answer that is not long is never asked for in parts');
  }
});

test('a request for a part that no frame has is refused or passed over in silence', () => {
  for (const suite of REPAIRED) {
    const bodies = bodiesFor(suite, read);
    const { host, terminal } = sidesOf(suite, read, 1);
    assert.equal(askForPart(host), undefined);
    const recorded = exchanged({ host, terminal }, bodies);
    const header = { h: read, n: host.key.n, svpmsn: ID };
    const count = recorded.fourth.length;
    const ask = (part: number) => terminalReceive(terminal, refusalFrame(header, Refusal.partMissing, part), NOW);
    assert.deepEqual(expectType(ask(count - 1), 'again').frames, [recorded.fourth[count - 1]]);
    expectType(ask(count), 'silent');
    const without = refusalFrame(header, Refusal.partMissing);
    expectType(terminalReceive(terminal, without, NOW), 'silent');
    expectType(terminalReceive(terminal, refusalFrame(header, Refusal.busy), NOW), 'silent');
    assert.deepEqual(hostReceive(host, without), { type: 'ignored', reason: 'refusal-unknown' });
    const fresh = sidesOf(suite, value, 2);
    terminalReceive(fresh.terminal, hostFirst(fresh.host), NOW);
    hostReceive(fresh.host, terminalStatus(fresh.terminal, bodiesFor(suite, value).status));
    hostCommand(fresh.host, bodiesFor(suite, value).command);
    const beyond = refusalFrame({ h: value, n: fresh.host.key.n, svpmsn: ID }, Refusal.partMissing, 1);
    assert.deepEqual(hostReceive(fresh.host, beyond), { type: 'refused', refusal: Refusal.partMissing });
  }
});

test('every reason of a refusal reaches the host, and no other byte does; none of them moves its state', () => {
  const { host } = sidesOf(Suite.aes128, value, 1);
  const header = { h: value, n: host.key.n, svpmsn: ID };
  const reasons = new Set<number>(Object.values(Refusal));
  for (let reason = 0; reason < 256; reason++) {
    const part = reason === Refusal.partMissing ? 0 : undefined;
    const outcome = hostReceive(host, refusalFrame(header, reason as Refusal, part));
    assert.equal(outcome.type, reasons.has(reason) ? 'refused' : 'ignored', `reason ${reason}`);
    assert.equal(host.state.name, 'awaiting-status');
  }
  for (const body of [[], [Refusal.busy, 0], [Refusal.partMissing, 0, 0]]) {
    const frame = Uint8Array.of(0x15, value, host.key.n, 0x0a, 0x1b, 0x2c, body.length, ...body);
    assert.deepEqual(hostReceive(host, frame), { type: 'ignored', reason: 'refusal-unknown' });
  }
});

test('a laboratory terminal keeps as many sessions as it is told, and the oldest gives way', () => {
  const key = keyFor(Suite.tripleDes, value);
  const terminal = createTerminal({ ...terminalOf(Suite.tripleDes, 1).options, labSessions: 3 });
  const bodies = bodiesFor(Suite.tripleDes, value);
  const hosts = [1, 2, 3, 4].map((seed) => openHostSession(key, value, drawing(seed)));
  for (const host of hosts) {
    expectType(terminalReceive(terminal, hostFirst(host), NOW), 'status-wanted');
    expectType(hostReceive(host, terminalStatus(terminal, bodies.status)), 'status');
  }
  assert.equal(terminal.sessions.length, 3);
  for (const host of hosts.slice(1).reverse()) {
    const third = hostCommand(host, bodies.command);
    deliveredCommand(terminal, third);
    deliveredAnswer(host, terminalAnswer(terminal, bodies.answer));
  }
});

test('a laboratory terminal that keeps several sessions takes an M3 for the one that it fits', () => {
  const names: KeyName[] = [];
  const terminal = createTerminal({
    ...terminalOf(Suite.tripleDes, 1).options,
    labSessions: 2,
    keyOf: (n) => {
      names.push(n);
      return keyOf(n);
    },
  });
  const bodies = bodiesFor(Suite.tripleDes, value);
  const other = openHostSession(keyFor(Suite.tripleDes, read), read, drawing(2));
  expectType(terminalReceive(terminal, hostFirst(other), NOW), 'status-wanted');
  terminalStatus(terminal, bodies.status);
  const { command } = exchanged({ host: sidesOf(Suite.tripleDes, value, 1).host, terminal }, bodies);
  assert.deepEqual(command, bodies.command);
  assert.deepEqual(names, [
    keyName(Purpose.monitoring, Suite.tripleDes, 0),
    keyName(Purpose.value, Suite.tripleDes, 0),
  ]);
});

test('suite 3des cannot tell which part of an answer was wrong, so its host takes them all again', () => {
  const bodies = bodiesFor(Suite.tripleDes, read);
  const { host, terminal } = sidesOf(Suite.tripleDes, read, 1);
  expectType(terminalReceive(terminal, hostFirst(host), NOW), 'status-wanted');
  expectType(hostReceive(host, terminalStatus(terminal, bodies.status)), 'status');
  deliveredCommand(terminal, hostCommand(host, bodies.command));
  const fourth = terminalAnswer(terminal, bodies.answer);
  const last = (fourth.at(-1) as Uint8Array).slice(0, -1);
  last[6] = (last[6] as number) - 1;
  const outcomes = [...fourth.slice(0, -1), last].map((frame) => hostReceive(host, frame));
  assert.deepEqual(outcomes.at(-1), { type: 'ignored', reason: 'not-authentic' });
  assert.equal(askForPart(host), undefined, 'no part is in hand any more');
  assert.deepEqual(deliveredAnswer(host, fourth), bodies.answer);
});

test('suite 3des takes no part beyond the count, none of another count, and no answer of another terminal', () => {
  const bodies = bodiesFor(Suite.tripleDes, read);
  const { host, terminal } = sidesOf(Suite.tripleDes, read, 1);
  expectType(terminalReceive(terminal, hostFirst(host), NOW), 'status-wanted');
  expectType(hostReceive(host, terminalStatus(terminal, bodies.status)), 'status');
  deliveredCommand(terminal, hostCommand(host, bodies.command));
  const fourth = terminalAnswer(terminal, bodies.answer);
  const numbered = (index: number, count: number) => {
    const part = (fourth[0] as Uint8Array).slice();
    part.set([index, count], 7);
    return part;
  };
  expectType(hostReceive(host, numbered(3, 3)), 'ignored');
  expectType(hostReceive(host, fourth[0] as Uint8Array), 'part');
  expectType(hostReceive(host, numbered(1, 2)), 'ignored');
  expectType(hostReceive(host, numbered(3, 3)), 'ignored');
  assert.deepEqual(deliveredAnswer(host, fourth), bodies.answer);

  const pair = sidesOf(Suite.tripleDes, value, 1);
  const answer = (id: number) => {
    const m = ecbEncrypt(
      sessionTripleDes(pair.host.key, hostFirst(pair.host).subarray(7, 23)),
      Uint8Array.of(0, 0, 0, 9, id >> 16, id >> 8, id, 0),
    );
    return Uint8Array.of(0x14, ...hostFirst(pair.host).subarray(1, 6), 8, ...m);
  };
  expectType(terminalReceive(pair.terminal, hostFirst(pair.host), NOW), 'status-wanted');
  expectType(hostReceive(pair.host, terminalStatus(pair.terminal, new Uint8Array(0))), 'status');
  hostCommand(pair.host, new Uint8Array(4));
  expectType(hostReceive(pair.host, answer(OTHER_ID)), 'ignored');
  assert.deepEqual(expectType(hostReceive(pair.host, answer(ID)), 'answer').answer, Uint8Array.of(0, 0, 0, 9));
});

test('suite 3des-xo opens no body whose length byte or padding is not as a key holder writes it', () => {
  const key = keyFor(Suite.tripleDesXo, Command.relay);
  const taken = (plain: readonly number[]): number | undefined => {
    const { host, terminal } = sidesOf(Suite.tripleDesXo, Command.relay, 1);
    const first = hostFirst(host);
    expectType(terminalReceive(terminal, first, NOW), 'status-wanted');
    const r3 = terminalStatus(terminal, new Uint8Array(0)).slice(-8);
    const session = sessionTripleDesXo(key, first.subarray(7, 23), r3);
    assert.ok(session);
    const sealed = ecbEncrypt(session.ke, Uint8Array.from(plain));
    const head = [0x13, ...first.subarray(1, 6)];
    const tag = cbcMac(session.k23, Uint8Array.of(14 + sealed.length, ...head, ...r3, ...sealed));
    const outcome = terminalReceive(terminal, Uint8Array.of(...head, 8 + sealed.length, ...tag, ...sealed), NOW);
    return outcome.type === 'command' ? outcome.proof.command.length : undefined;
  };
  assert.equal(taken([3, 1, 2, 3, 0, 0, 0, 0]), 3);
  assert.equal(taken([7, 1, 2, 3, 4, 5, 6, 7]), 7);
  assert.equal(taken([0, 0, 0, 0, 0, 0, 0, 0]), 0);
  assert.equal(taken([3, 1, 2, 3, 0, 0, 0, 1]), undefined, 'padding that is not zero');
  assert.equal(taken([8, 1, 2, 3, 4, 5, 6, 7]), undefined, 'longer than what came');
  assert.equal(taken([3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), undefined, 'a block of padding too much');
  assert.equal(taken([]), undefined, 'nothing sealed');
});

test('any bytes that are no frame have one named reason', () => {
  const frame = hostFirst(sidesOf(Suite.aes128, value, 1).host);
  const reasonOf = (bytes: Uint8Array) => {
    const decoded = decodeFrame(bytes);
    return 'reason' in decoded ? decoded.reason : undefined;
  };
  assert.equal(reasonOf(frame), undefined);
  for (let length = 0; length < frame.length; length++)
    assert.equal(reasonOf(frame.subarray(0, length)), 'frame-length-wrong');
  assert.equal(reasonOf(new Uint8Array([...frame, 0])), 'frame-length-wrong');
  for (let first = 0; first < 256; first++) {
    const changed = new Uint8Array([first, ...frame.subarray(1)]);
    assert.equal(reasonOf(changed), first >= 0x11 && first <= 0x16 ? undefined : 'message-unknown');
  }
  const long = new Uint8Array(7 + 255);
  long.set([0x11, value, 0x20, 0, 0, 0, 255]);
  assert.equal(reasonOf(long), undefined);
});

test('a session that waits for its command holds none of its keys, and opens it', () => {
  const bodies = bodiesFor(Suite.aes128, value);
  const terminal = terminalOf(Suite.aes128, 1);
  const host = openHostSession(keyFor(Suite.aes128, value), value, drawing(1));
  const keys = () => queryObjects(AesKey, { format: 'count' });
  const before = keys();
  expectType(terminalReceive(terminal, hostFirst(host), NOW), 'status-wanted');
  const second = terminalStatus(terminal, bodies.status);
  assert.equal(keys(), before);
  expectType(hostReceive(host, second), 'status');
  assert.ok(keys() > before, 'the host holds its own');
  const [third] = hostCommand(host, bodies.command) as [Uint8Array];
  expectType(terminalReceive(terminal, third, NOW), 'command');
  expectType(hostReceive(host, terminalAnswer(terminal, bodies.answer)[0] as Uint8Array), 'answer');
});

test('an answered session keeps what it said and none of its keys', () => {
  for (const suite of REPAIRED) {
    const bodies = bodiesFor(suite, value);
    const terminal = terminalOf(suite, 1);
    const host = openHostSession(keyFor(suite, value), value, drawing(1));
    expectType(terminalReceive(terminal, hostFirst(host), NOW), 'status-wanted');
    expectType(hostReceive(host, terminalStatus(terminal, bodies.status)), 'status');
    const [third] = hostCommand(host, bodies.command) as [Uint8Array];
    assert.ok(terminal.sessions.every(({ state }) => 'passes' in state));
    expectType(terminalReceive(terminal, third, NOW), 'command');
    const fourth = terminalAnswer(terminal, bodies.answer);
    assert.deepEqual(
      terminal.sessions.map(({ state }) => Object.keys(state)),
      [['name', 'third', 'fourth']],
    );
    assert.deepEqual(expectType(terminalReceive(terminal, third, NOW), 'again').frames, fourth);
  }
});
