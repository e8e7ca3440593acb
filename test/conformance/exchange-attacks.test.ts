import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { concat, fromHex, toHex } from '../../src/bytes/index.ts';
import {
  cbcMac,
  deriveTerminalKey,
  ecbEncrypt,
  exportTerminalKey,
  halvesEqual,
  keyName,
  Purpose,
  SUITE_NAMES,
  Suite,
  sessionTripleDes,
  sessionTripleDesXo,
  type TerminalKey,
  TripleDesKey,
} from '../../src/crypto/index.ts';
import {
  Command,
  createTerminal,
  decodeSeedTokens,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  type Terminal,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
} from '../../src/exchange/index.ts';
import { bodiesFor, drawing, ID, keyFor, NOW, SUITES, sidesOf, terminalOf } from '../../src/exchange/sides.testing.ts';
import { milliseconds, type Randomness, svpmsn } from '../../src/units/index.ts';

/** What someone without any key reaches, with what they saw and what the other side answers. */
interface Attack {
  readonly name: string;
  /** Suite by suite: `+` it succeeds, `-` it fails. */
  readonly table: string;
  readonly succeeds: (suite: Suite) => boolean;
}

const TAG = 8;
const h = Command.valueStore;

const ATTACKS: readonly Attack[] = [
  //                                                                3des  3des-xo  aes128  aes256
  { name: 'A1: the last message is forged from one replayed M1', table: '+ - - -', succeeds: forgesLastMessage },
  {
    name: 'A2: value is minted at a meter of many sessions',
    table: '    + - - -',
    succeeds: (suite) => mints(suite, 5),
  },
  {
    name: 'A2: value is minted at a meter of one session',
    table: '      - - - -',
    succeeds: (suite) => mints(suite, 1),
  },
  { name: 'A3: an R1 of equal halves is answered', table: '               + - - -', succeeds: takesEqualHalves },
  { name: 'A4: a mode table is made longer by a block', table: '          + - - -', succeeds: makesLonger },
  { name: 'A5: a mode table ends in a zero more', table: '                + - - -', succeeds: padsOn },
];

for (const { name, table, succeeds } of ATTACKS) {
  for (const [i, cell] of table.trim().split(' ').entries()) {
    const suite = SUITES[i] as Suite;
    test(`${name}: ${cell === '+' ? 'succeeds' : 'fails'} in ${SUITE_NAMES[suite]}`, () => {
      assert.equal(succeeds(suite), cell === '+');
    });
  }
}

/** What the sender of an M1 chooses: R1 | R2, or Nh. */
function firstWith(first: Uint8Array, r2: Uint8Array): Uint8Array {
  const chosen = first.slice();
  chosen.set(r2, chosen.length - TAG);
  return chosen;
}

/** The tag that the meter answers to a chosen M1: S1 in front in the triple-DES suites, at the end in the others. */
function asked(terminal: Terminal, suite: Suite, first: Uint8Array): Uint8Array {
  if (terminalReceive(terminal, first, NOW).type !== 'status-wanted') return new Uint8Array(TAG);
  const body = terminalStatus(terminal, bodiesFor(suite, h).status).subarray(7);
  return suite === Suite.tripleDes || suite === Suite.tripleDesXo ? body.slice(0, TAG) : body.slice(-TAG);
}

/** The host hears that 50,000 tokens are stored; the meter never saw the command. */
function forgesLastMessage(suite: Suite): boolean {
  const { host, terminal } = sidesOf(suite, h, 1);
  terminalReceive(terminal, hostFirst(host), NOW);
  hostReceive(host, terminalStatus(terminal, bodiesFor(suite, h).status));
  hostCommand(host, bodiesFor(suite, h).command); // Kept from the meter.
  const block = concat(fromHex('0000c350'), idBytes(ID), Uint8Array.of(0));
  const forged = asked(terminal, suite, firstWith(hostFirst(host), block));
  const outcome = hostReceive(host, Uint8Array.of(0x14, ...hostFirst(host).subarray(1, 6), TAG, ...forged));
  return outcome.type === 'answer' && decodeSeedTokens(outcome.answer) === 50_000;
}

/** The meter is told to store 99,999,999 tokens by someone who recorded one M1. */
function mints(suite: Suite, sessions: number): boolean {
  const lab = suite === Suite.tripleDes ? { labSessions: sessions } : {};
  const terminal = createTerminal({ ...terminalOf(suite, 1).options, ...lab });
  const recorded = hostFirst(sidesOf(suite, h, 2).host);
  terminalReceive(terminal, recorded, NOW);
  const r3 = terminalStatus(terminal, bodiesFor(suite, h).status).slice(-TAG);
  return terminalTakesMinted(terminal, suite, recorded, r3).type === 'command';
}

function terminalTakesMinted(terminal: Terminal, suite: Suite, recorded: Uint8Array, r3: Uint8Array) {
  const enAmnt = asked(terminal, suite, firstWith(recorded, fromHex('05f5e0ff00000000')));
  const signed = new Uint8Array(24);
  signed.set(concat(Uint8Array.of(h), r3, enAmnt));
  let s2: Uint8Array = new Uint8Array(TAG);
  for (let at = 0; at < 24; at += TAG) {
    s2 = asked(terminal, suite, firstWith(recorded, xor(signed.subarray(at, at + TAG), s2)));
  }
  return terminalReceive(terminal, Uint8Array.of(0x13, ...recorded.subarray(1, 6), 16, ...s2, ...enAmnt), NOW);
}

function takesEqualHalves(suite: Suite): boolean {
  const first = hostFirst(sidesOf(suite, h, 1).host).slice();
  first.copyWithin(15, 7, 15);
  const taken = terminalReceive(terminalOf(suite, 1), first, NOW).type === 'status-wanted';
  // A nonce of equal halves weakens nothing where it only enters a key derivation.
  return taken && suite !== Suite.aes128 && suite !== Suite.aes256;
}

/** A mode table in the middle of its way: the meter awaits it, and the attacker holds its only frame. */
function modeTableOnItsWay(
  suite: Suite,
  sessions: number,
): { terminal: Terminal; host: HostSession; frame: Uint8Array } {
  const lab = suite === Suite.tripleDes ? { labSessions: sessions } : {};
  const terminal = createTerminal({ ...terminalOf(suite, 1).options, ...lab });
  const host = openHostSession(keyFor(suite, Command.modeTable), Command.modeTable, drawing(3));
  terminalReceive(terminal, hostFirst(host), NOW);
  hostReceive(host, terminalStatus(terminal, bodiesFor(suite, Command.modeTable).status));
  const [frame] = hostCommand(host, new Uint8Array(20).fill(0x33));
  assert.ok(frame);
  return { terminal, host, frame };
}

function grown(frame: Uint8Array, tag: Uint8Array, more: Uint8Array): Uint8Array {
  const longer = concat(frame, more);
  longer[6] = longer.length - 7;
  longer.set(tag, 9); // Behind index and count.
  return longer;
}

/** H | R3 | 20 bytes end within a block; the zeros up to its end and one block more follow. */
function makesLonger(suite: Suite): boolean {
  const { terminal, host, frame } = modeTableOnItsWay(suite, 2);
  const tag = frame.slice(9, 17);
  const block = fromHex('0102030405060708');
  const extended = asked(terminal, suite, firstWith(hostFirst(host), xor(block, tag)));
  const outcome = terminalReceive(terminal, grown(frame, extended, concat(new Uint8Array(3), block)), NOW);
  return outcome.type === 'command' && outcome.proof.command.length === 31;
}

function padsOn(suite: Suite): boolean {
  const { terminal, frame } = modeTableOnItsWay(suite, 1);
  const outcome = terminalReceive(terminal, grown(frame, frame.slice(9, 17), Uint8Array.of(0)), NOW);
  return outcome.type === 'command' && outcome.proof.command.length === 21;
}

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] as number));
const idBytes = (id: number): Uint8Array => Uint8Array.of(id >> 16, id >> 8, id);

/** The published attacks, byte for byte: the victims are our own sides, with the published keys and draws. */
function victims(path: string) {
  const { input, attacksOn3des: attacks, '3des': seed, '3des-xo': xo } = JSON.parse(readFileSync(path, 'utf8'));
  const id = svpmsn(Number.parseInt(input.svpmsn, 16));
  const key = deriveTerminalKey(fromHex(seed.KH), keyName(Purpose.value, Suite.tripleDes, 0), id, input.utility);
  const xoKey = deriveTerminalKey(fromHex(xo.KH), keyName(Purpose.value, Suite.tripleDesXo, 0), id, input.utility);
  const r3 = fromHex(input.R3);
  // The first session draws the published R3; the others may draw what they like.
  let draws = 0;
  const terminal = createTerminal({
    svpmsn: id,
    keyOf: () => key,
    randomness: { fill: (bytes) => (draws++ === 0 ? bytes.set(r3) : bytes.fill(draws)) },
    labSessions: 5,
  });
  const given = fromHex(`${input.R1}${input.R2}`);
  const randomness: Randomness = { fill: (bytes) => bytes.set(given) };
  return { attacks, input, key, xoKey, terminal, host: openHostSession(key, h, randomness) };
}

const OURS = join(import.meta.dirname, '../vectors/value-store.json');
const FOREIGN = join(import.meta.dirname, '../../../shared/vectors/exchange.json');
const absent = existsSync(FOREIGN) ? false : 'Put exchange.json into ../shared/vectors to run this test.';

for (const { whose, path, skip } of [
  { whose: 'our own file', path: OURS, skip: false },
  { whose: 'a foreign file', path: FOREIGN, skip: absent },
]) {
  test(`A1 of ${whose}: the host reads its balance from the block that the meter encrypted as S1`, { skip }, () => {
    const { attacks, terminal, host } = victims(path);
    const { replayedR1, chosenR2, meterAnswersS1, hostReadsBalance } = attacks.A1_forgedLastMessage;
    assert.equal(toHex(hostFirst(host).subarray(7, 23)), replayedR1);
    terminalReceive(terminal, hostFirst(host), NOW);
    assert.equal(hostReceive(host, terminalStatus(terminal, new Uint8Array(0))).type, 'status');
    hostCommand(host, fromHex('00000001'));
    const answered = asked(terminal, Suite.tripleDes, firstWith(hostFirst(host), fromHex(chosenR2)));
    assert.equal(toHex(answered), meterAnswersS1);
    const outcome = hostReceive(host, Uint8Array.of(0x14, ...hostFirst(host).subarray(1, 6), TAG, ...answered));
    assert.equal(outcome.type === 'answer' && decodeSeedTokens(outcome.answer), hostReadsBalance);
  });

  test(`A2 of ${whose}: five recorded sessions make the meter store tokens that nobody sold`, { skip }, () => {
    const { attacks, terminal, host } = victims(path);
    const { EnAmnt_is_S1_of, EnAmnt, R3ofSecondSession, askedR2, forgedS2, credited } = attacks.A2_mintedValue;
    terminalReceive(terminal, hostFirst(host), NOW);
    assert.equal(toHex(terminalStatus(terminal, new Uint8Array(0)).slice(-TAG)), R3ofSecondSession);
    const ask = (r2: string) => toHex(asked(terminal, Suite.tripleDes, firstWith(hostFirst(host), fromHex(r2))));
    assert.equal(ask(EnAmnt_is_S1_of), EnAmnt);
    assert.equal(askedR2.map(ask).at(-1), forgedS2);
    const forged = Uint8Array.of(0x13, ...hostFirst(host).subarray(1, 6), 16, ...fromHex(forgedS2), ...fromHex(EnAmnt));
    const outcome = terminalReceive(terminal, forged, milliseconds(1));
    assert.equal(outcome.type === 'command' && decodeSeedTokens(outcome.proof.command), credited);
    assert.equal(toHex(terminalAnswer(terminal, new Uint8Array(4)).at(0)?.subarray(0, 1) ?? new Uint8Array(0)), '14');
  });

  test(`A3, A4 and A5 of ${whose}: what our own arithmetic makes of them`, { skip }, () => {
    const { attacks, input, key, xoKey } = victims(path);
    const equal = fromHex(attacks.A3_equalHalves.R1);
    const ksBytes = encrypted(key, equal);
    assert.equal(toHex(ksBytes), attacks.A3_equalHalves.Ks);
    assert.ok(halvesEqual(ksBytes));
    const complementary = fromHex(attacks.A3b_complementaryHalvesOnXo.R1);
    const r3 = fromHex(input.R3);
    const ks2 = encrypted(
      xoKey,
      xor(
        complementary,
        concat(
          r3,
          r3.map((byte) => byte ^ 0xff),
        ),
      ),
    );
    assert.equal(toHex(ks2), attacks.A3b_complementaryHalvesOnXo.Ks2);
    assert.ok(halvesEqual(ks2));
    for (const r1 of [equal, complementary]) assert.equal(sessionTripleDesXo(xoKey, r1, r3), undefined);
    const ks = sessionTripleDes(key, fromHex(input.R1));
    const { a, tagOfA, b, tagOfB, message, tag } = attacks.A4_extension;
    assert.deepEqual(
      [a, b, message].map((text) => toHex(cbcMac(ks, fromHex(text)))),
      [tagOfA, tagOfB, tag],
    );
    assert.equal(tag, tagOfB);
    const { tagOf10, tagOf1000 } = attacks.A5_padding;
    assert.deepEqual([toHex(cbcMac(ks, fromHex('10'))), toHex(cbcMac(ks, fromHex('1000')))], [tagOf10, tagOf1000]);
  });
}

const encrypted = (key: TerminalKey, blocks: Uint8Array): Uint8Array =>
  ecbEncrypt(new TripleDesKey(exportTerminalKey(key)), blocks);
