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
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  type Terminal,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
} from '../../src/exchange/index.ts';
import { NOW } from '../../src/exchange/sides.testing.ts';
import { milliseconds, type Randomness, svpmsn } from '../../src/units/index.ts';
import { firstWith, oracleOf, tagAsked, xor } from './attacks-exchange.ts';

const TAG = 8;
const h = Command.valueStore;

/** The tag that a terminal of the seed's suite answers to a chosen M1. */
const asked = (terminal: Terminal, first: Uint8Array): Uint8Array =>
  tagAsked(oracleOf(terminal, Suite.tripleDes), Suite.tripleDes, first);

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
    const answered = asked(terminal, firstWith(hostFirst(host), fromHex(chosenR2)));
    assert.equal(toHex(answered), meterAnswersS1);
    const outcome = hostReceive(host, Uint8Array.of(0x14, ...hostFirst(host).subarray(1, 6), TAG, ...answered));
    assert.equal(outcome.type === 'answer' && decodeSeedTokens(outcome.answer), hostReadsBalance);
  });

  test(`A2 of ${whose}: five recorded sessions make the meter store tokens that nobody sold`, { skip }, () => {
    const { attacks, terminal, host } = victims(path);
    const { EnAmnt_is_S1_of, EnAmnt, R3ofSecondSession, askedR2, forgedS2, credited } = attacks.A2_mintedValue;
    terminalReceive(terminal, hostFirst(host), NOW);
    assert.equal(toHex(terminalStatus(terminal, new Uint8Array(0)).slice(-TAG)), R3ofSecondSession);
    const ask = (r2: string) => toHex(asked(terminal, firstWith(hostFirst(host), fromHex(r2))));
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
