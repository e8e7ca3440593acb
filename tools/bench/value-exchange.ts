import assert from 'node:assert/strict';
import { deriveTerminalKey, keyBytesOf, keyName, Purpose, Suite } from '../../src/crypto/index.ts';
import {
  Command,
  createTerminal,
  decodeSeedTokens,
  decodeValueCommand,
  decodeValueReceipt,
  decodeValueStatus,
  encodeValueCommand,
  encodeValueReceipt,
  encodeValueStatus,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  terminalAnswer,
  terminalReceive,
  terminalStatus,
  type ValueFailure,
  ValueOp,
  ValueResult,
} from '../../src/exchange/index.ts';
import { seededRandom } from '../../src/simulation/index.ts';
import { milliseconds, svpmsn, tokens, unixSeconds } from '../../src/units/index.ts';

/** What goes over the line in one value exchange. */
export interface ValueFrames {
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  readonly third: Uint8Array;
  readonly fourth: Uint8Array;
}

const ID = svpmsn(0x0a1b2c);
const UTILITY = 1;
const AMOUNT = tokens(1_000);
const MS_BETWEEN = 2_000;

/**
 * A host and a terminal that keep each a KT of their own, made of one KH. Each call of `run` is one whole exchange,
 * FIG. 1: sessions, four frames made and parsed, keys derived, value bodies encoded and decoded on both sides.
 */
export function valueExchange(suite: Suite) {
  const n = keyName(Purpose.value, suite, 0);
  const kh = new Uint8Array(keyBytesOf(suite));
  seededRandom('KH').fill(kh);
  const hostKey = deriveTerminalKey(kh, n, ID, UTILITY);
  const terminalKey = deriveTerminalKey(kh, n, ID, UTILITY);
  const hostRandomness = seededRandom('host');
  const terminal = createTerminal({
    svpmsn: ID,
    keyOf: (name) => (name === n ? terminalKey : undefined),
    randomness: seededRandom('terminal'),
    ...(suite === Suite.tripleDes ? { labSessions: 1 } : {}),
  });
  const aes = suite === Suite.aes128 || suite === Suite.aes256;
  const seed = suite === Suite.tripleDes;
  const noStatus = new Uint8Array(0);
  const txid = new Uint8Array(8);
  let now = 0;
  let counter = 0;
  let balance = 0;

  function run(): ValueFrames {
    now += MS_BETWEEN;
    const session = openHostSession(hostKey, Command.valueStore, hostRandomness);
    const first = hostFirst(session);
    const wanted = terminalReceive(terminal, first, milliseconds(now));
    if (wanted.type !== 'status-wanted') throw new Error(`M1 gave ${wanted.type}`);
    const creditedTotal = tokens(balance);
    const status = aes ? encodeValueStatus({ lastCounter: counter, creditedTotal }) : noStatus;
    const second = terminalStatus(terminal, status);

    const told = hostReceive(session, second);
    if (told.type !== 'status') throw new Error(`M2 gave ${told.type}`);
    if (aes) orThrow(decodeValueStatus(told.status));
    txid[0] = counter;
    const order = { op: ValueOp.credit, counter: counter + 1, txid, amount: AMOUNT };
    const [third] = hostCommand(session, encodeValueCommand(suite, order)) as [Uint8Array];

    const asked = terminalReceive(terminal, third, milliseconds(now));
    if (asked.type !== 'command') throw new Error(`M3 gave ${asked.type}`);
    const { command } = asked.proof;
    const credit = seed
      ? { ...order, amount: orThrow(decodeSeedTokens(command)) }
      : orThrow(decodeValueCommand(suite, Command.valueStore, command));
    counter += 1;
    balance = (balance + credit.amount) % 0x8000_0000;
    const [fourth] = terminalAnswer(
      terminal,
      encodeValueReceipt(suite, ID, {
        result: ValueResult.done,
        counter: credit.counter,
        txid: credit.txid,
        amount: credit.amount,
        balance: tokens(balance),
        creditedTotal: tokens(balance),
        clock: unixSeconds(now / 1000),
        flags: 0,
      }),
    ) as [Uint8Array];

    const answered = hostReceive(session, fourth);
    if (answered.type !== 'answer') throw new Error(`M4 gave ${answered.type}`);
    const receipt = seed
      ? { balance: orThrow(decodeSeedTokens(answered.answer)) }
      : orThrow(decodeValueReceipt(suite, ID, answered.answer));
    if (receipt.balance !== balance) throw new Error('the receipt names another balance than the terminal has');
    return { first, second, third, fourth };
  }

  assert.equal(run().first.length, aes ? 23 : 31);
  return { run, key: terminalKey, svpmsn: ID };
}

/** What was decoded; the other side has just encoded it, so a failure is a bug. */
function orThrow<T>(decoded: T): Exclude<T, ValueFailure> {
  if (typeof decoded === 'object' && decoded !== null && 'reason' in decoded) throw new Error(String(decoded.reason));
  return decoded as Exclude<T, ValueFailure>;
}
