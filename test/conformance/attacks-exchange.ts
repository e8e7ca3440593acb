import { concat, fromHex } from '../../src/bytes/index.ts';
import {
  AesKey,
  cbcMac,
  deriveTerminalKey,
  ecbEncrypt,
  exportTerminalKey,
  halvesEqual,
  kdf,
  keyName,
  keyNameFromByte,
  Purpose,
  Suite,
  suiteOf,
  type TerminalKey,
  TripleDesKey,
} from '../../src/crypto/index.ts';
import {
  Command,
  createTerminal,
  decodeSeedTokens,
  HEADER_BYTES,
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
import { type Svpmsn, svpmsn } from '../../src/units/index.ts';

/** Attacks on the two sides of the exchange by someone with a modem, everything that was said, and no key. */
const TAG = 8;
/** Of R1, and of Nh. */
const HALF = 8;
const VALUE = Command.valueStore;
const isTripleDes = (suite: Suite): boolean => suite <= Suite.tripleDesXo;

export const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] as number));
const idBytes = (id: Svpmsn): Uint8Array => Uint8Array.of(id >> 16, id >> 8, id);

/** An M1 with another end: R2, or the last bytes of Nh. */
export function firstWith(first: Uint8Array, r2: Uint8Array): Uint8Array {
  const chosen = first.slice();
  chosen.set(r2, chosen.length - TAG);
  return chosen;
}

/** What answers an M1 with an M2: a meter to anyone with a modem. */
export type Oracle = (first: Uint8Array) => Uint8Array | undefined;

export const oracleOf =
  (terminal: Terminal, suite: Suite): Oracle =>
  (first) =>
    terminalReceive(terminal, first, NOW).type === 'status-wanted'
      ? terminalStatus(terminal, bodiesFor(suite, VALUE).status)
      : undefined;

/** The tag of the M2 that answers a chosen M1: in front in the triple-DES suites, at the end in the others. */
export function tagAsked(oracle: Oracle, suite: Suite, first: Uint8Array): Uint8Array {
  const body = oracle(first)?.subarray(HEADER_BYTES) ?? new Uint8Array(TAG);
  return isTripleDes(suite) ? body.slice(0, TAG) : body.slice(-TAG);
}

/** The host hears that 50,000 tokens are stored; the meter never saw the command. */
export function forgesLastMessage(suite: Suite): boolean {
  const { host, terminal } = sidesOf(suite, VALUE, 1);
  const oracle = oracleOf(terminal, suite);
  hostReceive(host, oracle(hostFirst(host)) as Uint8Array);
  hostCommand(host, bodiesFor(suite, VALUE).command); // Kept from the meter.
  const block = concat(fromHex('0000c350'), idBytes(ID), Uint8Array.of(0));
  const forged = tagAsked(oracle, suite, firstWith(hostFirst(host), block));
  const outcome = hostReceive(host, Uint8Array.of(0x14, ...hostFirst(host).subarray(1, 6), TAG, ...forged));
  return outcome.type === 'answer' && decodeSeedTokens(outcome.answer) === 50_000;
}

/** An M3 that credits 99,999,999 tokens, out of one recorded M1 and four questions under its Ks. */
export function mintedThird(oracle: Oracle, suite: Suite, recorded: Uint8Array): Uint8Array {
  const r3 = (oracle(recorded) ?? new Uint8Array(TAG)).slice(-TAG);
  const enAmnt = tagAsked(oracle, suite, firstWith(recorded, fromHex('05f5e0ff00000000')));
  const signed = new Uint8Array(24);
  signed.set(concat(recorded.slice(1, 2), r3, enAmnt));
  let s2: Uint8Array = new Uint8Array(TAG);
  for (let at = 0; at < 24; at += TAG) {
    s2 = tagAsked(oracle, suite, firstWith(recorded, xor(signed.subarray(at, at + TAG), s2)));
  }
  return Uint8Array.of(0x13, ...recorded.subarray(1, 6), 16, ...s2, ...enAmnt);
}

/** A meter takes an M1 whose nonce has these halves, and a session key of it has equal ones: 56 bits to find. */
function weakens(suite: Suite, second: (half: Uint8Array) => Uint8Array): boolean {
  for (let draw = 1; draw <= 20; draw++) {
    const first = hostFirst(sidesOf(suite, VALUE, draw).host).slice();
    first.set(second(first.slice(HEADER_BYTES, HEADER_BYTES + HALF)), HEADER_BYTES + HALF);
    const answer = oracleOf(terminalOf(suite, draw), suite)(first);
    if (answer !== undefined && sessionKeys(suite, first, answer).some(hasEqualHalves)) return true;
  }
  return false;
}

export const takesEqualHalves = (suite: Suite): boolean => weakens(suite, (half) => half);
export const takesComplementaryHalves = (suite: Suite): boolean =>
  weakens(suite, (half) => half.map((byte) => byte ^ 0xff));

const hasEqualHalves = (key: Uint8Array): boolean => halvesEqual(key);

/** The session keys as the protocol's page derives them, with the victim's KT in hand: only a test can. */
function sessionKeys(suite: Suite, first: Uint8Array, second: Uint8Array): Uint8Array[] {
  const key = keyFor(suite, VALUE);
  const kt = exportTerminalKey(key);
  if (!isTripleDes(suite)) {
    const nonces = concat(first.slice(HEADER_BYTES), second.slice(HEADER_BYTES, HEADER_BYTES + 16));
    const context = concat(nonces, idBytes(ID), Uint8Array.of(key.n, VALUE));
    return ['SAUT', 'SH2M', 'SM2H'].map((label) => kdf(new AesKey(kt), label, context));
  }
  const r1 = first.slice(HEADER_BYTES, HEADER_BYTES + 16);
  const ks = ecbEncrypt(new TripleDesKey(kt), r1);
  if (suite === Suite.tripleDes) return [ks];
  return [ks, ecbEncrypt(new TripleDesKey(kt), xor(r1, mixOf(second.slice(-TAG))))];
}

/** R3 and its complement: what `3des-xo` mixes into R1. */
const mixOf = (r3: Uint8Array): Uint8Array =>
  concat(
    r3,
    r3.map((byte) => byte ^ 0xff),
  );

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
  return { terminal, host, frame: frame as Uint8Array };
}

function grown(frame: Uint8Array, tag: Uint8Array, more: Uint8Array): Uint8Array {
  const longer = concat(frame, more);
  longer[6] = longer.length - HEADER_BYTES;
  longer.set(tag, HEADER_BYTES + 2); // Behind index and count.
  return longer;
}

/** H | R3 | 20 bytes end within a block; the zeros up to its end and one block more follow. */
export function makesLonger(suite: Suite): boolean {
  const { terminal, host, frame } = modeTableOnItsWay(suite, 2);
  const block = fromHex('0102030405060708');
  const chosen = firstWith(hostFirst(host), xor(block, frame.slice(9, 17)));
  const extended = tagAsked(oracleOf(terminal, suite), suite, chosen);
  const outcome = terminalReceive(terminal, grown(frame, extended, concat(new Uint8Array(3), block)), NOW);
  return outcome.type === 'command' && outcome.proof.command.length === 31;
}

export function padsOn(suite: Suite): boolean {
  const { terminal, frame } = modeTableOnItsWay(suite, 1);
  const outcome = terminalReceive(terminal, grown(frame, frame.slice(9, 17), Uint8Array.of(0)), NOW);
  return outcome.type === 'command' && outcome.proof.command.length === 21;
}

/** Every frame goes back to whoever said it, as every other message, whole and in pieces of eight bytes. */
export function reflects(suite: Suite): boolean {
  // The seed's M names the terminal by its last four bytes, and zeros are what EnAmnt is padded with.
  return [ID, svpmsn(0)].some((id) => reflectsAt(suite, id));
}

function reflectsAt(suite: Suite, id: Svpmsn): boolean {
  const { host, terminal } = sidesOf(suite, VALUE, 1, id);
  const bodies = bodiesFor(suite, VALUE);
  let fooled = false;
  const toHost = (said: Uint8Array) => {
    for (const frame of reflections(said)) {
      const { type } = hostReceive(host, frame);
      if (type === 'status' || type === 'answer') fooled = true;
    }
  };
  const first = hostFirst(host);
  toHost(first);
  terminalReceive(terminal, first, NOW);
  const second = terminalStatus(terminal, bodies.status);
  // A terminal burns its session with the first wrong tag: each reflection meets one of its own.
  for (const frame of reflections(second)) {
    const { terminal: other } = sidesOf(suite, VALUE, 1, id);
    terminalReceive(other, first, NOW);
    terminalStatus(other, bodies.status);
    if (terminalReceive(other, frame, NOW).type === 'command') fooled = true;
  }
  hostReceive(host, second);
  const [third] = hostCommand(host, bodies.command) as [Uint8Array];
  toHost(third);
  if (fooled) return true;
  terminalReceive(terminal, third, NOW);
  const [fourth] = terminalAnswer(terminal, bodies.answer) as [Uint8Array];
  for (const frame of reflections(fourth)) if (terminalReceive(terminal, frame, NOW).type === 'command') fooled = true;
  return fooled;
}

function* reflections(said: Uint8Array): Generator<Uint8Array> {
  for (let message = 1; message <= 6; message++) {
    for (let from = HEADER_BYTES; from < said.length; from += TAG) {
      for (let to = from + TAG; to <= said.length; to += TAG) yield headed(said, message, said.slice(from, to));
      yield headed(said, message, said.slice(from));
    }
  }
}

function headed(like: Uint8Array, message: number, body: Uint8Array): Uint8Array {
  const frame = concat(like.slice(0, HEADER_BYTES), body);
  frame[0] = 0x10 | message;
  frame[6] = body.length;
  return frame;
}

/**
 * The n of M1 is changed on its way to the meter, and put right again on the way back: to every other suite, purpose and
 * generation of a meter that holds a key of every name.
 */
export function downgrades(suite: Suite): boolean {
  const { n } = keyFor(suite, VALUE);
  for (let other = 0; other < 256; other++) {
    if (other === n) continue;
    const { host, terminal } = sidesOf(suite, VALUE, 1 + other);
    const first = hostFirst(host).slice();
    first[2] = other;
    // The nonce of another suite has another length.
    const long = suiteOf(keyNameFromByte(other)) <= Suite.tripleDesXo ? 24 : 16;
    const fitted = headed(first, 1, concat(first.slice(HEADER_BYTES), new Uint8Array(8)).slice(0, long));
    const second = oracleOf(terminal, suite)(fitted);
    if (second === undefined) continue;
    second[2] = n;
    if (hostReceive(host, second).type !== 'ignored') return true;
  }
  return false;
}

/**
 * A careless utility gave every suite the same KH. Whoever may ask the terminal in another suite asks for what a session
 * of this one is made of, and then speaks in it.
 */
export function usesOracleOfAnotherSuite(suite: Suite): boolean {
  const terminal = createTerminal({ svpmsn: ID, keyOf: sharedKey, randomness: drawing(5) });
  return speaksWithHelpOf(suite, terminal, (first) => oracleOf(terminal, suite)(first));
}

/** What the attack above would come to if a terminal of the seed's suite, with the same KH, stood beside it. */
export function usesOracleOfSeedTerminal(suite: Suite): boolean {
  const terminal = createTerminal({ svpmsn: ID, keyOf: sharedKey, randomness: drawing(5) });
  const seed = createTerminal({ svpmsn: ID, keyOf: sharedKey, randomness: drawing(6), labSessions: 1 });
  return speaksWithHelpOf(suite, terminal, (first) => oracleOf(seed, Suite.tripleDes)(first));
}

const SHARED_KH = Uint8Array.from({ length: 32 }, (_, i) => i * 7 + 1);
const sharedKey = (n: TerminalKey['n']): TerminalKey =>
  deriveTerminalKey(SHARED_KH.slice(0, suiteOf(n) === Suite.aes256 ? 32 : 16), n, ID, 1);

function speaksWithHelpOf(suite: Suite, terminal: Terminal, oracle: Oracle): boolean {
  const n = keyName(Purpose.value, suite, 0);
  const first = hostFirst(openHostSession(sharedKey(n), VALUE, drawing(1)));
  const ask = (named: Suite, nonce: Uint8Array) => {
    const frame = headed(first, 1, nonce);
    frame[2] = keyName(Purpose.value, named, 0);
    return oracle(frame);
  };
  const opened = (): Uint8Array => {
    const outcome = terminalReceive(terminal, first, NOW);
    return outcome.type === 'again'
      ? (outcome.frames[0] as Uint8Array)
      : terminalStatus(terminal, bodiesFor(suite, VALUE).status);
  };
  const r1 = first.slice(HEADER_BYTES, HEADER_BYTES + 16);
  for (const named of SUITES.filter((other) => other !== suite)) {
    // What another suite seals, as the M3 of this one.
    const nonce = concat(r1, new Uint8Array(named <= Suite.tripleDesXo ? 8 : 0));
    const sealed = ask(named, nonce);
    opened();
    if (sealed !== undefined && terminalReceive(terminal, headed(first, 3, sealed.slice(7)), NOW).type === 'command') {
      return true;
    }
    terminal.deafUntil = 0;
  }
  if (suite !== Suite.tripleDesXo) return false;
  // Sig(R2) under a Ks that R1 chooses is E of any block under E_KT of any two: every key of a session of 3des-xo.
  const keyOver = (halves: Uint8Array, i: number): TripleDesKey | undefined => {
    const asked = [i, i ^ 0xff].map((byte) =>
      ask(Suite.tripleDes, concat(halves, new Uint8Array(TAG).fill(byte)))?.slice(HEADER_BYTES, HEADER_BYTES + TAG),
    );
    const [one, two] = asked;
    return one === undefined || two === undefined ? undefined : new TripleDesKey(concat(one, two));
  };
  const r3 = opened().slice(-TAG);
  const sealed = sealedXo(keyOver, { first, r1, r3 }, 3, bodiesFor(suite, VALUE).command);
  if (sealed !== undefined && terminalReceive(terminal, sealed, NOW).type === 'command') return true;
  return answersForTerminal(keyOver);
}

/** What E_KT of these 16 bytes makes of c(i), if anybody tells. */
type KeyOver = (halves: Uint8Array, i: number) => TripleDesKey | undefined;

/** A frame of suite `3des-xo`, signed and encrypted with asked keys. */
function sealedXo(
  keyOver: KeyOver,
  session: { readonly first: Uint8Array; readonly r1: Uint8Array; readonly r3: Uint8Array },
  message: 3 | 4,
  body: Uint8Array,
): Uint8Array | undefined {
  const { first, r1, r3 } = session;
  const mixed = xor(r1, mixOf(r3));
  const [k23, ke] = [keyOver(mixed, 2), keyOver(mixed, 3)];
  if (k23 === undefined || ke === undefined) return undefined;
  const sealed = ecbEncrypt(ke, body);
  const signed = concat(Uint8Array.of(0x10 | message), first.slice(1, 6), r3, sealed);
  return headed(first, message, concat(cbcMac(k23, concat(Uint8Array.of(signed.length), signed)), sealed));
}

/** To a host in the terminal's place, which needs no session of it: R3 is then the attacker's own. */
function answersForTerminal(keyOver: KeyOver): boolean {
  const host = openHostSession(sharedKey(keyName(Purpose.value, Suite.tripleDesXo, 0)), VALUE, drawing(2));
  const first = hostFirst(host);
  const r1 = first.slice(HEADER_BYTES, HEADER_BYTES + 16);
  const r3 = new Uint8Array(TAG).fill(0x77);
  const k1 = keyOver(r1, 1);
  if (k1 === undefined) return false;
  const s1 = cbcMac(k1, concat(first.slice(-TAG), r3));
  if (hostReceive(host, headed(first, 2, concat(s1, r3))).type !== 'status') return false;
  const bodies = bodiesFor(Suite.tripleDesXo, VALUE);
  hostCommand(host, bodies.command);
  const fourth = sealedXo(keyOver, { first, r1, r3 }, 4, bodies.answer);
  return fourth !== undefined && hostReceive(host, fourth).type === 'answer';
}
