import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportTerminalKey, Purpose, Suite, terminalKeyFromBytes } from '../crypto/index.ts';
import {
  Command,
  encodeValueCommand,
  encodeValueReceipt,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  ValueOp,
  ValueResult,
} from '../exchange/index.ts';
import { encodePolicy } from '../records/index.ts';
import { tokens, unixSeconds } from '../units/index.ts';
import {
  BENCH_ID,
  type Bench,
  command,
  createBench,
  credit,
  keyOf,
  live,
  STRICT_POLICY,
  TXID,
} from './board.testing.ts';
import { BusReply, DrawKind, SamReply, SamRequest, SvmRequest } from './bus.ts';
import { levelsOf } from './index.ts';
import { rotate } from './keys.testing.ts';
import { samCommand } from './sam.ts';
import { FRIENDLY_LOAN_TOKENS_MAX } from './sam-bus.ts';
import { svmCommand } from './svm.ts';

/** Whoever drives the bus in the CPU's place: every message that was ever carried, and the choice of what to carry. */
class Attacker {
  readonly bench: Bench;
  readonly toSvm: Uint8Array[] = [];
  readonly toSam: Uint8Array[] = [];
  readonly heard: Uint8Array[] = [];

  constructor(bench: Bench) {
    this.bench = bench;
  }

  svm(request: Uint8Array): Uint8Array {
    this.toSvm.push(request.slice());
    const reply = svmCommand(this.bench.meter.svm, request).slice();
    this.heard.push(reply);
    return reply;
  }

  sam(request: Uint8Array): Uint8Array {
    this.toSam.push(request.slice());
    const reply = samCommand(this.bench.meter.sam, request).slice();
    this.heard.push(reply);
    return reply;
  }

  frame(frame: Uint8Array): Uint8Array {
    return this.sam(joined([SamRequest.frame], new Uint8Array(8), frame));
  }

  nonce(): Uint8Array {
    return this.sam(Uint8Array.of(SamRequest.nonce)).subarray(1);
  }

  challenge(): Uint8Array {
    return this.svm(joined([SvmRequest.drawChallenge], this.nonce()));
  }

  authorise(kind: number, amount: number, challenge = this.challenge()): Uint8Array {
    return this.sam(joined([SamRequest.authoriseDraw, kind, amount >> 8, amount], challenge));
  }

  /** The host's side of a value command up to its M3, delivered; the SAM's request for the SVM. */
  honestApply(op: ValueOp, counter: number, amount: number): Uint8Array {
    const key = keyOf(Purpose.value);
    const h = [Command.receiptQuery, Command.valueStore, Command.void, Command.closePurse][op] as Command;
    const session = openHostSession(key, h, this.bench.randomness);
    const asksStatus = this.frame(hostFirst(session));
    const told = this.svm(asksStatus.subarray(1));
    const second = this.sam(joined([SamRequest.svmStatus], told));
    assert.equal(hostReceive(session, frameIn(second)).type, 'status');
    const body = encodeValueCommand(Suite.aes128, { op, counter, txid: TXID(`t${counter}`), amount: tokens(amount) });
    const [third] = hostCommand(session, body);
    const reply = this.frame(third as Uint8Array);
    assert.equal(reply[0], SamReply.toSvm);
    return reply.subarray(1);
  }
}

const joined = (...parts: (number[] | Uint8Array)[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const frameIn = (reply: Uint8Array): Uint8Array =>
  reply.subarray(4, 4 + (((reply[2] as number) << 8) | (reply[3] as number)));

function attacked(): Attacker {
  const bench = createBench();
  credit(bench, 1000);
  live(bench, 3, 100_000);
  return new Attacker(bench);
}

const credited = ({ bench }: Attacker): number => levelsOf(bench.meter).credited;

test('the SVM applies an authentic command once, and neither a replay nor a changed byte of it', () => {
  const attacker = attacked();
  const apply = attacker.honestApply(ValueOp.credit, 2, 500);
  for (let byte = 1; byte < apply.length; byte++) {
    const changed = apply.slice();
    changed[byte] = (changed[byte] as number) ^ 1;
    assert.equal(attacker.svm(changed)[0], BusReply.refused, `byte ${byte}`);
  }
  assert.equal(credited(attacker), 1000);
  assert.equal(attacker.svm(apply)[0], BusReply.done);
  assert.equal(attacker.svm(apply)[0], BusReply.refused);
  attacker.svm(joined([SvmRequest.status], attacker.nonce()));
  assert.equal(attacker.svm(apply)[0], BusReply.refused);
  assert.equal(credited(attacker), 1500);
});

test('a command that was held back does not apply in a later session', () => {
  const attacker = attacked();
  const held = attacker.honestApply(ValueOp.credit, 2, 500);
  const fresh = attacker.honestApply(ValueOp.void, 2, 500);
  assert.equal(attacker.svm(held)[0], BusReply.refused);
  assert.equal(attacker.svm(fresh)[0], BusReply.done);
  assert.equal(attacker.svm(held)[0], BusReply.refused);
  assert.equal(credited(attacker), 1000);
});

test('one authorisation gives one draw, of what it says and no more', () => {
  const attacker = attacked();
  const before = levelsOf(attacker.bench.meter).stored;
  const authorised = attacker.authorise(DrawKind.draw, 30).subarray(1);
  const more = authorised.slice();
  more[3] = 100;
  assert.equal(attacker.svm(more)[0], BusReply.refused);
  const asLoan = authorised.slice();
  asLoan[1] = DrawKind.loan;
  assert.equal(attacker.svm(asLoan)[0], BusReply.refused);
  assert.equal(attacker.svm(authorised)[0], BusReply.done);
  assert.equal(attacker.svm(authorised)[0], BusReply.refused);
  attacker.challenge();
  assert.equal(attacker.svm(authorised)[0], BusReply.refused);
  assert.equal(levelsOf(attacker.bench.meter).stored, before - 30);
});

test('the SAM authorises no more than 100 tokens, nothing on a forged challenge, and nothing on an old one', () => {
  const attacker = attacked();
  assert.equal(attacker.authorise(DrawKind.draw, 101)[0], SamReply.refused);
  assert.equal(attacker.authorise(DrawKind.draw, 0)[0], SamReply.refused);
  assert.equal(attacker.authorise(2, 10)[0], SamReply.refused);
  const challenge = attacker.challenge();
  for (let byte = 0; byte < challenge.length; byte++) {
    const forged = challenge.slice();
    forged[byte] = (forged[byte] as number) ^ 1;
    assert.equal(attacker.authorise(DrawKind.draw, 10, forged)[0], SamReply.refused, `byte ${byte}`);
  }
  attacker.nonce();
  assert.equal(attacker.authorise(DrawKind.draw, 10, challenge)[0], SamReply.refused);
});

test('no message of one kind passes for another, and what the SVM says does not come back as a request', () => {
  const attacker = attacked();
  const { svm } = attacker.bench.meter;
  attacker.svm(attacker.honestApply(ValueOp.credit, 2, 500));
  const before = levelsOf(attacker.bench.meter);
  const draw = attacker.authorise(DrawKind.draw, 10);
  const tags = [...attacker.heard, draw].map((reply) => reply.subarray(-8));
  for (const kind of [SvmRequest.apply, SvmRequest.draw, SvmRequest.raiseFloor]) {
    const length = { [SvmRequest.apply]: 17, [SvmRequest.draw]: 3, [SvmRequest.raiseFloor]: 1 }[kind] as number;
    if (kind === SvmRequest.draw) continue; // the draw itself is honest: see above
    for (const tag of tags) {
      attacker.svm(joined([SvmRequest.status], new Uint8Array(8)));
      attacker.svm(joined([SvmRequest.floors], new Uint8Array(8)));
      assert.equal(attacker.svm(joined([kind], new Uint8Array(length).fill(1), tag))[0], BusReply.refused);
    }
  }
  for (const reply of attacker.heard.slice()) {
    for (const kind of Object.values(SvmRequest)) {
      if (kind === SvmRequest.use) continue;
      svmCommand(svm, joined([kind], reply.subarray(1)));
    }
  }
  assert.deepEqual(levelsOf(attacker.bench.meter), before);
  assert.ok([...svm.purse.floors].every((floor) => floor === 0));
});

test('the CPU cannot put a status or receipt of its own into a value session', () => {
  const attacker = attacked();
  const key = keyOf(Purpose.value);
  const session = openHostSession(key, Command.void, attacker.bench.randomness);
  const asksStatus = attacker.frame(hostFirst(session));
  assert.equal(attacker.sam(joined([SamRequest.status], new Uint8Array(12)))[0], SamReply.refused);
  const second = attacker.sam(joined([SamRequest.svmStatus], attacker.svm(asksStatus.subarray(1))));
  assert.equal(hostReceive(session, frameIn(second)).type, 'status');
  const order = { op: ValueOp.void, counter: 1, txid: TXID('order1'), amount: tokens(1000) };
  const [third] = hostCommand(session, encodeValueCommand(Suite.aes128, order));
  assert.equal(attacker.frame(third as Uint8Array)[0], SamReply.toSvm);
  // "Voided, pay the money back": said by the CPU, while the credit is in the purse.
  const lie = encodeValueReceipt(Suite.aes128, BENCH_ID, {
    ...order,
    result: ValueResult.voided,
    amount: tokens(0),
    balance: tokens(0),
    creditedTotal: tokens(0),
    clock: unixSeconds(0),
    flags: 0,
  });
  assert.equal(attacker.sam(joined([SamRequest.answer], lie))[0], SamReply.refused);
  assert.equal(attacker.sam(joined([SamRequest.svmReceipt], new Uint8Array(6), [0], lie))[0], SamReply.refused);
});

test('a loan goes to the limit that a key holder sent, whatever the meter’s own memory says', () => {
  const policy = { ...STRICT_POLICY, emergencyCredit: tokens(60) };
  const bench = createBench({ policy });
  // The CPU rewrites the policy in its memory; the SAM has its own word for the limit.
  bench.meter.policy = { ...policy, emergencyCredit: tokens(4_000_000_000) };
  const attacker = new Attacker(bench);
  let lent = 0;
  for (let i = 0; i < 200; i++) {
    const reply = attacker.authorise(DrawKind.loan, 100);
    if (reply[0] !== SamReply.toSvm) break;
    assert.equal(attacker.svm(reply.subarray(1))[0], BusReply.done);
    lent += 100;
  }
  assert.ok(lent > 0 && lent <= 60 + FRIENDLY_LOAN_TOKENS_MAX);
  assert.equal(levelsOf(bench.meter).owed, lent);
  command(bench, Command.supplyPolicy, encodePolicy({ ...policy, version: 2, emergencyCredit: tokens(500) }));
  assert.equal(attacker.authorise(DrawKind.loan, 100)[0], SamReply.toSvm);
});

test('a closed purse lends nothing', () => {
  const attacker = new Attacker(createBench({ policy: { ...STRICT_POLICY, emergencyCredit: tokens(60) } }));
  credit(attacker.bench, 100);
  attacker.svm(attacker.honestApply(ValueOp.close, 2, 0));
  assert.equal(attacker.svm(attacker.authorise(DrawKind.loan, 10).subarray(1))[0], BusReply.refused);
  assert.equal(levelsOf(attacker.bench.meter).owed, 0);
});

test('10,000 hostile messages credit nothing, show no key byte, and leave the chips answering', () => {
  const attacker = attacked();
  const { bench } = attacker;
  rotate(bench, Purpose.monitoring, 1);
  const { sam, svm } = bench.meter;
  const random = bench.randomness;
  const byte = new Uint8Array(1);
  const below = (bound: number): number => {
    random.fill(byte);
    const high = byte[0] as number;
    random.fill(byte);
    return ((high << 8) | (byte[0] as number)) % bound;
  };
  const kinds = [...Object.values(SvmRequest), 0, 0xff];
  const samKinds = Object.values(SamRequest).filter((kind) => kind !== SamRequest.dismantled);
  let authentic = credited(attacker);
  for (let i = 0; i < 10_000; i++) {
    const known = attacker.heard[below(attacker.heard.length || 1)] ?? new Uint8Array(9);
    const body = known.slice(below(3), known.length - below(2));
    if (body.length > 0 && below(2) === 0) body[below(body.length)] = below(256);
    switch (below(6)) {
      case 0:
        attacker.svm(joined([kinds[below(kinds.length)] as number], body));
        break;
      case 1:
        attacker.sam(joined([samKinds[below(samKinds.length)] as number], body));
        break;
      case 2:
        attacker.svm((attacker.toSvm[below(attacker.toSvm.length)] ?? body).slice());
        break;
      case 3:
        attacker.sam((attacker.toSam[below(attacker.toSam.length)] ?? body).slice());
        break;
      case 4:
        attacker.svm(attacker.authorise(DrawKind.draw, below(120)).subarray(1));
        break;
      default:
        if (below(20) === 0) {
          sam.terminal.deafUntil = 0;
          const counter = svm.purse.lastCounter + 1;
          const told = attacker.svm(attacker.honestApply(ValueOp.credit, counter, 7));
          if (told[0] === BusReply.done) authentic += 7;
        }
    }
    if (attacker.heard.length > 600) attacker.heard.splice(0, 300);
    if (attacker.toSvm.length > 600) attacker.toSvm.splice(0, 300);
    if (attacker.toSam.length > 600) attacker.toSam.splice(0, 300);
    assert.equal(svm.purse.credited, authentic, `after message ${i}`);
    const { stored, out, used, closed, credited: total, owed } = levelsOf(bench.meter);
    assert.equal(stored + out + used + closed, total + owed);
  }
  assert.ok(authentic > 1000);
});

test('nothing that the chips ever say holds eight bytes of a key', () => {
  const attacker = attacked();
  const { bench } = attacker;
  const { memory } = bench;
  attacker.svm(attacker.honestApply(ValueOp.credit, 2, 500));
  attacker.authorise(DrawKind.draw, 10);
  attacker.svm(joined([SvmRequest.floors], attacker.nonce()));
  attacker.sam(joined([SamRequest.attention], new Uint8Array(6).fill(1)));
  for (const kind of Object.values(SvmRequest)) attacker.svm(joined([kind], new Uint8Array(20)));
  for (const kind of Object.values(SamRequest)) attacker.sam(joined([kind], new Uint8Array(40)));
  const keys: Uint8Array[] = [memory.svm.bytes.slice(0, 16), memory.svm.bytes.slice(16, 32)];
  for (const purpose of [Purpose.value, Purpose.control, Purpose.monitoring, Purpose.maintenance]) {
    const { n } = keyOf(purpose);
    keys.push(exportTerminalKey(terminalKeyFromBytes(n, BENCH_ID, exportTerminalKey(keyOf(purpose)))));
  }
  const texts = [...attacker.heard, memory.nvm.bytes].map((bytes) => Buffer.from(bytes).toString('latin1'));
  for (const key of keys) {
    for (let at = 0; at + 8 <= key.length; at++) {
      const part = Buffer.from(key.subarray(at, at + 8)).toString('latin1');
      assert.ok(texts.every((text) => !text.includes(part)));
    }
  }
  // The scan itself finds what it looks for.
  const chip = Buffer.from(memory.sam.bytes).toString('latin1');
  assert.ok(chip.includes(Buffer.from(exportTerminalKey(keyOf(Purpose.monitoring))).toString('latin1')));
});
