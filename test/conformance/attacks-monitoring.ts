import { concat, toHex } from '../../src/bytes/index.ts';
import {
  cbcMac,
  ccmSeal,
  ecbEncrypt,
  exportTerminalKey,
  Purpose,
  Suite,
  sessionAes,
  sessionTripleDes,
  sessionTripleDesXo,
  type TerminalKey,
} from '../../src/crypto/index.ts';
import { Command, encodeValueCommand, HEADER_BYTES, isLong, ValueOp } from '../../src/exchange/index.ts';
import {
  ask,
  type Bench,
  benchTable,
  createBench,
  exchangeWith,
  keyOf,
  STRICT_POLICY,
  TXID,
} from '../../src/meter/board.testing.ts';
import { balanceOf } from '../../src/meter/index.ts';
import { rotate } from '../../src/meter/keys.testing.ts';
import {
  encodeBcdTime,
  encodeClockSet,
  encodeClockSlew,
  encodeHotList,
  encodePolicy,
  encodeRelayCommand,
  RelayAction,
} from '../../src/records/index.ts';
import { encodeModeTable } from '../../src/tariff/index.ts';
import { tokens, unixSeconds } from '../../src/units/index.ts';
import { creditIn } from './attacks-meter.ts';

/** With the master key of monitoring: value, tariff, policy, relay or another purpose's key, or the clock by over a minute. */
export function reachesBeyondMonitoring(suite: Suite): boolean {
  const bench = createBench({ suite });
  creditIn(bench, suite, 1000);
  const key = keyOf(Purpose.monitoring, suite);
  const clockBefore = bench.meter.kept.clockOffsetMs;
  const before = reachable(bench);
  for (const [h, body] of wishes(suite, bench.meter.svm.purse.lastCounter + 1)) commandUnder(bench, key, h, body);
  for (let i = 0; i < 10; i++) {
    for (const seconds of [60, -60, 40, 7]) {
      if (suite !== Suite.tripleDes) exchangeWith(bench, key, Command.clockSlew, () => encodeClockSlew({ seconds }));
    }
  }
  if (suite === Suite.tripleDes) {
    exchangeWith(bench, key, Command.useAndLog, () => encodeBcdTime(Date.UTC(2027, 5, 6, 3) / 1000));
  } else {
    for (const purpose of [Purpose.value, Purpose.control, Purpose.maintenance]) {
      for (const generation of [0, 1, 15]) rotate(bench, purpose, generation, key);
    }
  }
  const moved = Math.abs(bench.meter.kept.clockOffsetMs - clockBefore);
  return moved > 60_000 || reachable(bench) !== before;
}

/** A command that the key may not carry, in frames sealed as they should be: nobody but the meter can refuse them. */
function commandUnder(bench: Bench, key: TerminalKey, h: Command, body: Uint8Array): void {
  bench.now += 61_000;
  const nonce = new Uint8Array(key.suite >= Suite.aes128 ? 16 : 24);
  bench.randomness.fill(nonce);
  const first = framed(0x11, h, key, nonce);
  const second = ask(bench, first);
  if (second?.[0] !== 0x12) return;
  ask(bench, sealedThird(key, h, { first, second }, body));
}

function sealedThird(
  key: TerminalKey,
  h: Command,
  { first, second }: { readonly first: Uint8Array; readonly second: Uint8Array },
  body: Uint8Array,
): Uint8Array {
  const tail = first.slice(HEADER_BYTES);
  // What may be long travels in parts, and this is the only one.
  const part = isLong(3, h) ? Uint8Array.of(0, 1) : new Uint8Array(0);
  if (key.suite >= Suite.aes128) {
    const { d } = sessionAes(key, tail, second.slice(HEADER_BYTES, HEADER_BYTES + 16), h);
    const header = framed(0x13, h, key, new Uint8Array(part.length + body.length + 8)).slice(0, HEADER_BYTES);
    const nonce = new Uint8Array(13);
    nonce[0] = 3;
    return framed(0x13, h, key, concat(part, ccmSeal(d, nonce, [first, second, concat(header, part)], body)));
  }
  const r1 = tail.slice(0, 16);
  const r3 = second.slice(-8);
  if (key.suite === Suite.tripleDes) {
    const ks = sessionTripleDes(key, r1);
    const carried = h === Command.valueStore ? ecbEncrypt(ks, body) : body;
    return framed(0x13, h, key, concat(part, cbcMac(ks, concat(Uint8Array.of(h), r3, carried)), carried));
  }
  const keys = sessionTripleDesXo(key, r1, r3);
  if (keys === undefined) return first;
  const isValue = h <= Command.closePurse;
  const sealed = ecbEncrypt(keys.ke, isValue ? body : concat(Uint8Array.of(body.length), body));
  const header = framed(0x13, h, key, new Uint8Array(0)).slice(0, 6);
  const signed = concat(header, r3, part, sealed);
  const tag = cbcMac(keys.k23, concat(Uint8Array.of(signed.length), signed));
  return framed(0x13, h, key, part.length > 0 ? concat(part, sealed, tag) : concat(tag, sealed));
}

const framed = (first: number, h: Command, { n, svpmsn }: TerminalKey, body: Uint8Array): Uint8Array =>
  Uint8Array.of(first, h, n, svpmsn >> 16, (svpmsn >> 8) & 0xff, svpmsn & 0xff, body.length, ...body);

/** What a thief would like to say: more value, power for nothing, a relay that opens, a policy that lends, another year. */
function wishes(suite: Suite, counter: number): readonly (readonly [Command, Uint8Array])[] {
  const order = { op: ValueOp.credit, counter, txid: TXID('stolen'), amount: tokens(77_777) } as const;
  return [
    [Command.valueStore, encodeValueCommand(suite, order)],
    [Command.closePurse, encodeValueCommand(suite, { ...order, op: ValueOp.close })],
    [Command.modeTable, encodeModeTable(benchTable(1, 7, 1))],
    [Command.relay, encodeRelayCommand({ supply: 1, action: RelayAction.open })],
    [Command.supplyPolicy, encodePolicy({ ...STRICT_POLICY, version: 9, emergencyCredit: tokens(9_000) })],
    [Command.hotList, encodeHotList({ epoch: 7 })],
    [Command.clockSet, encodeClockSet({ seconds: unixSeconds(Date.UTC(2027, 5, 6) / 1000), milliseconds: 0 })],
  ];
}

/** All that monitoring has no part in. */
function reachable({ meter }: Bench): string {
  const keys = [...meter.sam.keys.values()].filter(({ purpose }) => purpose !== Purpose.monitoring);
  const held = keys.map((key) => `${key.n} ${toHex(exportTerminalKey(key))}`).sort();
  const { reasons } = (meter.supplies[0] as (typeof meter.supplies)[number]).relay;
  const tables = meter.supplies.map(({ tables: both }) => both.map((table) => [table?.version, table?.unitCharge]));
  const { lastCounter, credited, closed, epoch } = meter.svm.purse;
  return JSON.stringify([lastCounter, credited, closed, epoch, balanceOf(meter), meter.policy, tables, reasons, held]);
}

/** Whether the same frames are obeyed under the keys that may carry them: else their refusal would show nothing. */
export function obeysUnderOwnKey(suite: Suite): boolean {
  const bench = createBench({ suite });
  creditIn(bench, suite, 1000);
  const wished = () => wishes(suite, bench.meter.svm.purse.lastCounter + 1);
  return wished().every((_, i) => {
    const [h, body] = wished()[i] as readonly [Command, Uint8Array];
    const before = `${reachable(bench)} ${bench.meter.kept.clockOffsetMs}`;
    commandUnder(bench, keyOf(h < Command.modeTable ? Purpose.value : Purpose.control, suite), h, body);
    return `${reachable(bench)} ${bench.meter.kept.clockOffsetMs}` !== before;
  });
}
