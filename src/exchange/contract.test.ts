import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc16X25 } from '../bytes/index.ts';
import { keyName, keyNameFromByte, Purpose, purposeOf, SUITE_NAMES, Suite, suiteOf } from '../crypto/index.ts';
import { exchangeContract, IN_MEMORY, SEED_COMMANDS } from './contract.testing.ts';
import {
  attentionFrame,
  Command,
  decodeFrame,
  type Frame,
  HEADER_BYTES,
  hostCommand,
  hostFirst,
  hostReceive,
  hostWrapKey,
  isCommand,
  openAttention,
  openHostSession,
  PART_BYTES_MAX,
  purposeCarries,
  Refusal,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
  terminalUnwrapKey,
} from './index.ts';
import {
  bodiesFor,
  deliveredAnswer,
  deliveredCommand,
  drawing,
  exchanged,
  expectType,
  ID,
  keyOf,
  NOW,
  OTHER_ID,
  REPAIRED,
  randomBytesOf,
  SUITES,
  sidesOf,
  terminalOf,
  withBit,
} from './sides.testing.ts';

/** What each side does alike in every suite, whatever carries the frames. */
function sidesContract(suite: Suite): void {
  const name = SUITE_NAMES[suite];

  test(`${name}: a body that does not fit into its frames is a bug of the caller and throws`, () => {
    const { host, terminal } = sidesOf(suite, Command.modeTable, 5);
    terminalReceive(terminal, hostFirst(host), NOW);
    hostReceive(host, terminalStatus(terminal, bodiesFor(suite, Command.modeTable).status));
    assert.throws(() => hostCommand(host, new Uint8Array(255 * PART_BYTES_MAX + 1)), RangeError);
    const value = sidesOf(suite, Command.valueStore, 5);
    terminalReceive(value.terminal, hostFirst(value.host), NOW);
    hostReceive(value.host, terminalStatus(value.terminal, bodiesFor(suite, Command.valueStore).status));
    assert.throws(() => hostCommand(value.host, new Uint8Array(256)), RangeError);
  });

  test(`${name}: both sides keep their session when the caller uses the buffer of the line again`, () => {
    for (const h of [Command.valueStore, Command.useAndLog]) {
      const bodies = bodiesFor(suite, h);
      const { host, terminal } = sidesOf(suite, h, 8);
      const line = Buffer.alloc(300);
      const through = <T>(frame: Uint8Array, receive: (bytes: Uint8Array) => T): T => {
        line.fill(0xee);
        line.set(frame);
        const outcome = receive(line.subarray(0, frame.length));
        line.fill(0xee);
        return outcome;
      };
      const toTerminal = (frame: Uint8Array) => through(frame, (bytes) => terminalReceive(terminal, bytes, NOW));
      const toHost = (frame: Uint8Array) => through(frame, (bytes) => hostReceive(host, bytes));
      expectType(toTerminal(hostFirst(host)), 'status-wanted');
      expectType(toHost(terminalStatus(terminal, bodies.status)), 'status');
      for (const frame of hostCommand(host, bodies.command)) toTerminal(frame);
      const outcomes = terminalAnswer(terminal, bodies.answer).map(toHost);
      expectType(outcomes.at(-1) ?? { type: 'none' }, 'answer');
    }
  });

  test(`${name}: the sides refuse to be used out of order, because that is a bug of the caller`, () => {
    const { host, terminal } = sidesOf(suite, Command.valueStore, 1);
    assert.throws(() => hostCommand(host, new Uint8Array(4)), /M2 came before/);
    assert.throws(() => hostWrapKey(host, keyOf(keyNameFromByte(suite << 4))), /M2 came before/);
    assert.throws(() => terminalStatus(terminal, new Uint8Array(0)), /wants its status/);
    assert.throws(() => terminalAnswer(terminal, new Uint8Array(0)), /wants its answer/);
    assert.throws(() => terminalUnwrapKey(terminal, new Uint8Array(24)), /carrying out its command/);
    for (const step of ['openFourth', 'sealThird', 'wrapKey'] as const) {
      if (suite === Suite.tripleDes) continue;
      if (suite === Suite.tripleDesXo && step === 'wrapKey') continue;
      assert.throws(() => host.passes[step](decodeFrame(hostFirst(host)) as never), /no authentic M2/);
    }
  });
}

for (const suite of SUITES) {
  exchangeContract(suite, IN_MEMORY);
  sidesContract(suite);
}

for (const suite of [Suite.aes128, Suite.aes256]) {
  // In 3des-xo the key stands in the encrypted body as it is: the tag of M3 alone guards it.
  test(`${SUITE_NAMES[suite]}: a wrapped key of which any bit is changed opens to nothing`, () => {
    for (const purpose of Object.values(Purpose)) {
      const terminal = terminalOf(suite, purpose);
      const host = openHostSession(keyOf(keyName(purpose, suite, 0)), Command.keyChange, drawing(purpose));
      terminalReceive(terminal, hostFirst(host), NOW);
      hostReceive(host, terminalStatus(terminal, bodiesFor(suite, Command.keyChange).status));
      const wrapped = hostWrapKey(host, keyOf(keyName(purpose, suite, 1)));
      deliveredCommand(terminal, hostCommand(host, wrapped));
      assert.notEqual(terminalUnwrapKey(terminal, wrapped), undefined);
      for (let bit = 0; bit < 8 * wrapped.length; bit++) {
        assert.equal(terminalUnwrapKey(terminal, withBit(wrapped, bit)), undefined, `bit ${bit}`);
      }
      assert.equal(terminalUnwrapKey(terminal, new Uint8Array(3)), undefined);
    }
  });
}

test('suite 3des has the three commands of the seed, no attention and no key change', () => {
  for (const h of Object.values(Command)) {
    if (SEED_COMMANDS.some((command) => command === h)) continue;
    assert.throws(() => sidesOf(Suite.tripleDes, h, 1), /three commands of the seed/);
  }
  const key = keyOf(keyName(Purpose.monitoring, Suite.tripleDes, 0));
  assert.throws(() => attentionFrame(key, new Uint8Array(6)), /no attention/);
  const { host, terminal } = sidesOf(Suite.tripleDes, Command.valueStore, 1);
  terminalReceive(terminal, hostFirst(host), NOW);
  hostReceive(host, terminalStatus(terminal, new Uint8Array(0)));
  assert.throws(() => hostWrapKey(host, key), /no key set change/);
  deliveredCommand(terminal, hostCommand(host, new Uint8Array(4)));
  assert.throws(() => terminalUnwrapKey(terminal, new Uint8Array(24)), /no key set change/);
});

/** Value 0x10-0x18, control 0x20-0x2E, monitoring 0x30-0x32, maintenance 0x2F, and 0x2F under any of them. */
const CARRIES: Readonly<Record<Purpose, string>> = {
  //                      10 11 12 13 18  20 21 22 23 24 25 26  2F  30 31 32
  [Purpose.value]: '       +  +  +  +  +   -  -  -  -  -  -  -   +   -  -  - ',
  [Purpose.control]: '     -  -  -  -  -   +  +  +  +  +  +  +   +   -  -  - ',
  [Purpose.monitoring]: '  -  -  -  -  -   -  -  -  -  -  -  -   +   +  +  + ',
  [Purpose.maintenance]: ' -  -  -  -  -   -  -  -  -  -  -  -   +   -  -  - ',
};

test('every pair of n and H is taken or refused as the table of purposes says, on both sides', () => {
  const known = Object.values(Command).sort((a, b) => a - b);
  const seen = new Map<string, number>();
  for (let n = 0; n < 256; n++) {
    const name = keyNameFromByte(n);
    const key = keyOf(name);
    const lab = suiteOf(name) === Suite.tripleDes;
    const row = CARRIES[purposeOf(name)].replaceAll(' ', '');
    for (let h = 0; h < 256; h++) {
      const frame = new Uint8Array([
        0x11,
        h,
        n,
        0x0a,
        0x1b,
        0x2c,
        lab || suiteOf(name) === Suite.tripleDesXo ? 24 : 16,
      ]);
      const first = new Uint8Array(HEADER_BYTES + (frame[6] as number));
      first.set(frame);
      first.set(randomBytesOf(n, first.length - HEADER_BYTES), HEADER_BYTES);
      const outcome = terminalReceive(terminalOf(suiteOf(name), n), first, NOW);
      const what = `n ${n.toString(16)}, H ${h.toString(16)}`;
      if (!isCommand(h)) {
        assert.deepEqual(outcome, { type: 'silent', reason: 'command-unknown' }, what);
        continue;
      }
      const carried = row[known.indexOf(h)] === '+';
      assert.equal(purposeCarries(name, h), carried, what);
      const taken = carried && (!lab || SEED_COMMANDS.some((command) => command === h));
      seen.set(`${outcome.type}`, (seen.get(outcome.type) ?? 0) + 1);
      if (taken) {
        expectType(outcome, 'status-wanted');
        openHostSession(key, h, drawing(n));
      } else {
        assert.equal(expectType(outcome, 'refuse').refusal, Refusal.commandOutsidePurpose, what);
        assert.throws(() => openHostSession(key, h, drawing(n)), what);
      }
    }
  }
  // 5 + 7 + 3 + 0 commands and a key change in each purpose; three of the seed's.
  assert.equal(seen.get('status-wanted'), 16 * (3 * (5 + 7 + 3 + 4) + 3));
});

test('an attention opens under its key alone, and every single bit of it that is changed closes it', () => {
  for (const suite of REPAIRED) {
    const key = keyOf(keyName(Purpose.monitoring, suite, 3));
    const notice = Uint8Array.of(0x80, 1, 0, 0, 1, 2);
    const frame = attentionFrame(key, notice);
    assert.equal(frame.length, 21);
    const decoded = decodeFrame(frame) as Frame;
    assert.deepEqual(openAttention(key, decoded), notice);
    for (let bit = 0; bit < 8 * frame.length; bit++) {
      const changed = decodeFrame(withBit(frame, bit));
      if (!('reason' in changed)) assert.equal(openAttention(key, changed), undefined, `bit ${bit}`);
    }
    assert.equal(openAttention(keyOf(keyName(Purpose.monitoring, suite, 4)), decoded), undefined);
    assert.equal(openAttention(keyOf(keyName(Purpose.control, suite, 3)), decoded), undefined);
    assert.equal(openAttention(keyOf(key.n, OTHER_ID), decoded), undefined);
    const second = attentionFrame(key, Uint8Array.of(0x80, 1, 0, 0, 1, 3));
    assert.notDeepEqual(second.subarray(13), frame.subarray(13), 'the counter stands under the tag');
  }
});

test('one value exchange has 92, 132, 149 and 149 bytes, 157 with four CRCs, in two round trips', () => {
  const bytes = SUITES.map((suite) => {
    const { first, second, third, fourth } = exchanged(
      sidesOf(suite, Command.valueStore, 1),
      bodiesFor(suite, Command.valueStore),
    );
    assert.deepEqual([third.length, fourth.length], [1, 1], 'one frame down and up, twice');
    const frames = [first, second, ...third, ...fourth];
    const onLine = frames.map((frame) => [...frame, crc16X25(frame) >> 8, crc16X25(frame) & 0xff]);
    return [frames.flatMap((frame) => [...frame]).length, onLine.flat().length];
  });
  assert.deepEqual(bytes, [
    [92, 100],
    [132, 140],
    [149, 157],
    [149, 157],
  ]);
});

test('a terminal of suites 1 to 3 answers no M1 of suite 3des, and a laboratory terminal no other', () => {
  for (const served of SUITES) {
    for (const asked of SUITES) {
      const terminal = terminalOf(served, 1);
      const outcome = terminalReceive(terminal, hostFirst(sidesOf(asked, Command.valueStore, 2).host), NOW);
      if ((served === Suite.tripleDes) === (asked === Suite.tripleDes)) expectType(outcome, 'status-wanted');
      else assert.equal(expectType(outcome, 'refuse').refusal, Refusal.suiteNotServed);
    }
  }
});

test('a part that is no part, or of another number of parts, is no part of the message', () => {
  for (const suite of REPAIRED) {
    const { host, terminal } = sidesOf(suite, Command.useAndLog, 1);
    const bodies = bodiesFor(suite, Command.useAndLog);
    terminalReceive(terminal, hostFirst(host), NOW);
    hostReceive(host, terminalStatus(terminal, bodies.status));
    deliveredCommand(terminal, hostCommand(host, bodies.command));
    const fourth = terminalAnswer(terminal, bodies.answer);
    const [part] = fourth;
    assert.ok(part);
    for (const [length, index, count] of [[0], [1, 0], [2, 0, 3], [9, 0, 3], [18, 3, 3], [18, 0, 0]] as const) {
      const bad = new Uint8Array(HEADER_BYTES + length);
      bad.set(part.subarray(0, HEADER_BYTES));
      bad[6] = length;
      if (length > 1) bad.set([index ?? 0, count ?? 0], HEADER_BYTES);
      assert.deepEqual(hostReceive(host, bad), { type: 'ignored', reason: 'not-authentic' });
    }
    assert.deepEqual(deliveredAnswer(host, fourth), bodies.answer);
  }
  assert.equal(ID, 0x0a1b2c);
});
