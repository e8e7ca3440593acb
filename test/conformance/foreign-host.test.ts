import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { systemRandomness } from '../../src/cli/demo-keys.ts';
import { METER as FIELD_METER, Field, portOf } from '../../src/cli/field.testing.ts';
import { runIn } from '../../src/cli/in-process.testing.ts';
import { drawKeyList } from '../../src/cli/key-list.ts';
import { env, oneTimePassword } from '../../src/cli/running.testing.ts';
import {
  type ConformanceReport,
  HOST_CHECKS,
  HostBench,
  type HostWorld,
  testHost,
} from '../../src/conformance/index.ts';
import {
  deriveTerminalKey,
  keyBytesOf,
  keyName,
  Purpose,
  Suite,
  type TerminalKey,
  terminalKeyFromBytes,
} from '../../src/crypto/index.ts';
import {
  Command,
  decodeValueReceipt,
  decodeValueStatus,
  encodeValueCommand,
  type HostSession,
  hostCommand,
  hostFirst,
  hostReceive,
  openHostSession,
  ValueOp,
  type ValueReceipt,
  ValueResult,
} from '../../src/exchange/index.ts';
import { MemoryStore } from '../../src/host/index.ts';
import { made, masterKeyOf, Rig, UTILITY } from '../../src/host/rig.testing.ts';
import { type Svpmsn, svpmsn, tokens } from '../../src/units/index.ts';
import { sentenceStands } from './sections.testing.ts';

const METER = svpmsn(0x0a1b2c);

test('each check of a host names a sentence of the protocol that stands below the heading that it names', () => {
  sentenceStands(HOST_CHECKS);
});

const failures = (report: ConformanceReport) =>
  report.checks.filter(({ outcome }) => outcome === 'failed').map(({ id, found }) => `${id}: ${found}`);

/**
 * The project's own host with its books, and the bench in the place of a meter; time is that of the rig.
 *
 * @param held suites that the bench has keys of
 */
async function ownHost(suite: Suite, held: readonly Suite[] = [suite]) {
  const rig = new Rig(new MemoryStore());
  await rig.enrol(METER, { suite });
  const keys = held.flatMap((each) =>
    [Purpose.value, Purpose.control, Purpose.monitoring].map((purpose) => {
      const n = keyName(purpose, each, 0);
      return deriveTerminalKey(masterKeyOf(n), n, METER, UTILITY);
    }),
  );
  let sales = 0;
  const world: HostWorld = {
    sell: async () => {
      sales += 1;
      made(await rig.host.sell({ meter: METER, amount: 100 + sales, orderId: `sale ${sales}`, source: 'cash' }));
    },
    pass: async (ms) => {
      rig.clock.ms += ms;
      await rig.host.handle({ type: 'tick' });
      await rig.pump();
    },
    now: () => rig.clock.ms,
    clock: () => rig.clock.ms,
    patienceMs: 600_000,
  };
  const bench = new HostBench({ svpmsn: METER, keys, randomness: systemRandomness }, world);
  const meter = rig.meters.get(METER) ?? assert.fail('it is enrolled');
  meter.receive = (frame) => bench.hear(frame);
  return { bench, rig };
}

test("the project's own host keeps every rule in each suite that keeps value", async () => {
  for (const suite of [Suite.aes128, Suite.aes256, Suite.tripleDesXo]) {
    const { bench, rig } = await ownHost(suite);
    const report = await testHost(bench, [], () => {});
    assert.deepEqual(failures(report), []);
    const leftOut = suite === Suite.tripleDesXo ? 1 : 0;
    assert.deepEqual([report.passed, report.leftOut], [HOST_CHECKS.length - leftOut, leftOut]);
    assert.ok((await rig.host.books()).balanced);
  }
});

test('a bench that holds keys of several suites speaks the one that the host has chosen', async () => {
  for (const suite of [Suite.tripleDesXo, Suite.aes128]) {
    const { bench } = await ownHost(suite, [Suite.tripleDesXo, Suite.aes128, Suite.aes256]);
    const report = await testHost(bench, ['value', 'stop'], () => {});
    assert.deepEqual(failures(report), []);
    assert.equal(report.leftOut, suite === Suite.tripleDesXo ? 1 : 0);
  }
});

/** What a host of another maker may get wrong. */
interface Faults {
  /** Each try of an order is one of its own. */
  readonly newIds?: boolean;
  /** A try that was not answered is taken for done. */
  readonly hopes?: boolean;
  /** A refusal is the end of an order, whose money goes back. */
  readonly believesRefusals?: boolean;
  /** M4 is read without its tag. */
  readonly skipsTag?: boolean;
  /** A receipt is taken whatever TXID is in it. */
  readonly anyTxid?: boolean;
  /** One draw of random bytes serves for ever. */
  readonly oneNonce?: boolean;
  /** TClast is not compared with the books. */
  readonly blind?: boolean;
  /** An M1 that was refused is not tried again. */
  readonly givesUp?: boolean;
  /** A full purse is asked again. */
  readonly insists?: boolean;
}

/** A host with the fewest parts: one meter, one order at a time, the books a counter. */
class SmallHost {
  readonly #key: TerminalKey;
  readonly #faults: Faults;
  readonly #orders: { txid: Uint8Array; amount: number }[] = [];
  #booked = 0;
  #stopped = false;
  #draws = 0;
  readonly #once = new Uint8Array(16);
  readonly hear: (frame: Uint8Array) => readonly Uint8Array[];

  constructor(key: TerminalKey, faults: Faults, hear: (frame: Uint8Array) => readonly Uint8Array[]) {
    this.#key = key;
    this.#faults = faults;
    this.hear = hear;
    systemRandomness.fill(this.#once);
  }

  sell(): void {
    this.#orders.push({ txid: this.#drawn(8), amount: 50 + this.#orders.length });
  }

  /** One try of the order that is first. */
  step(): void {
    const [order] = this.#orders;
    if (order === undefined || this.#stopped) return;
    const randomness = {
      fill: (bytes: Uint8Array) => bytes.set(this.#faults.oneNonce ? this.#once : this.#drawn(bytes.length)),
    };
    const session = openHostSession(this.#key, Command.valueStore, randomness);
    const second = this.#said(session, hostFirst(session));
    if (second?.type === 'refused' && this.#faults.givesUp) this.#orders.shift();
    if (second?.type !== 'status') return;
    const status = decodeValueStatus(second.status);
    if ('reason' in status) return;
    if (status.lastCounter < this.#booked && !this.#faults.blind) {
      this.#stopped = true;
      return;
    }
    if (this.#faults.newIds) order.txid = this.#drawn(8);
    const counter = this.#booked + 1;
    const { txid, amount } = order;
    const command = { op: ValueOp.credit, counter, txid, amount: tokens(amount) };
    const [third] = hostCommand(session, encodeValueCommand(Suite.aes128, command)) as [Uint8Array];
    const [frame] = this.hear(third);
    const outcome = frame && hostReceive(session, frame);
    if (outcome === undefined) {
      if (this.#faults.hopes) this.#done();
    } else if (outcome.type === 'refused') {
      if (this.#faults.believesRefusals) this.#done();
    } else if (outcome.type === 'answer') this.#book(order, receiptOf(outcome.answer));
    else if (this.#faults.skipsTag) this.#done();
  }

  #said(session: HostSession, frame: Uint8Array) {
    const [answer] = this.hear(frame);
    return answer && hostReceive(session, answer);
  }

  #book(order: { txid: Uint8Array }, { counter, result, txid }: ValueReceipt): void {
    if (counter !== this.#booked + 1 || result === ValueResult.gap) return;
    this.#booked = counter;
    const own = txid.every((byte, i) => byte === order.txid[i]);
    if (result === ValueResult.full && this.#faults.insists) return;
    if (own || this.#faults.anyTxid) this.#orders.shift();
  }

  #done(): void {
    this.#booked += 1;
    this.#orders.shift();
  }

  #drawn(bytes: number): Uint8Array {
    this.#draws += 1;
    const drawn = new Uint8Array(bytes);
    systemRandomness.fill(drawn);
    return drawn;
  }
}

function receiptOf(answer: Uint8Array): ValueReceipt {
  const receipt = decodeValueReceipt(Suite.aes128, METER, answer);
  assert.ok(!('reason' in receipt));
  return receipt;
}

/** How often a host tries in the time between two looks of the bench, and while a sale is made. */
interface Pace {
  readonly triesPerLook: number;
  readonly triesPerSale: number;
}
const ONE_BY_ONE: Pace = { triesPerLook: 1, triesPerSale: 0 };
const HASTY: readonly Pace[] = [
  { triesPerLook: 5, triesPerSale: 0 },
  { triesPerLook: 1, triesPerSale: 20 },
  { triesPerLook: 5, triesPerSale: 20 },
];

/** A small host, and the bench in the place of its meter; time goes on in steps. */
function smallHost(faults: Faults, { triesPerLook, triesPerSale }: Pace = ONE_BY_ONE): HostBench {
  const n = keyName(Purpose.value, Suite.aes128, 0);
  const bytes = new Uint8Array(keyBytesOf(Suite.aes128));
  systemRandomness.fill(bytes);
  const key = terminalKeyFromBytes(n, METER as Svpmsn, bytes);
  let now = 0;
  const host = new SmallHost(key, faults, (frame) => bench.hear(frame));
  const tries = (times: number, ms: number) => {
    for (let left = times; left > 0; left--) {
      now += ms / times;
      host.step();
    }
  };
  const world: HostWorld = {
    sell: async () => {
      host.sell();
      tries(triesPerSale, 10_000);
    },
    pass: async (ms) => tries(triesPerLook, ms),
    now: () => now,
    clock: () => 1_800_000_000_000 + now,
    patienceMs: 60_000,
  };
  const bench = new HostBench({ svpmsn: METER, keys: [key], randomness: systemRandomness }, world);
  return bench;
}

test('a small host that does everything right passes, though it has nothing else of this project', async () => {
  const report = await testHost(smallHost({}), [], () => {});
  assert.deepEqual(failures(report), []);
  assert.equal(report.passed, HOST_CHECKS.length);
});

test('a host that repeats sooner than the bench looks, or before its sale is told as made, passes as well', async () => {
  for (const pace of HASTY) {
    const report = await testHost(smallHost({}, pace), [], () => {});
    assert.deepEqual(failures(report), [], JSON.stringify(pace));
  }
});

/** One fault each, and the checks that find it. */
const BROKEN: readonly (readonly [string, Faults, readonly string[]])[] = [
  ['gives each try a TXID of its own', { newIds: true }, ['value.unanswered', 'value.cut']],
  ['takes silence for done', { hopes: true }, ['value.cut']],
  ['takes a refusal for the end of an order', { believesRefusals: true }, ['value.refused']],
  ['takes an M4 without looking at its tag', { skipsTag: true }, ['value.forged', 'value.replayed']],
  ['takes a receipt with a foreign TXID for its own', { anyTxid: true }, ['value.foreign-receipt']],
  ['draws random bytes once', { oneNonce: true }, ['session.fresh']],
  ['does not compare TClast with its books', { blind: true }, ['stop.behind']],
  ['gives up when M1 is refused', { givesUp: true }, ['session.m1-refused']],
  ['sells again to a purse that was full', { insists: true }, ['value.full']],
];

test('a host that is broken on purpose fails, and the rule that it breaks is named', async (t) => {
  for (const [what, faults, ids] of BROKEN) {
    for (const id of ids) {
      await t.test(`one that ${what} fails ${id}`, async () => {
        const { rule } = HOST_CHECKS.find((check) => check.id === id) ?? assert.fail(id);
        for (const pace of [ONE_BY_ONE, ...HASTY]) {
          const { checks } = await testHost(smallHost(faults, pace), [id], () => {});
          assert.deepEqual(
            checks.map(({ outcome, rule: told }) => ({ outcome, told })),
            [{ outcome: 'failed', told: rule }],
            JSON.stringify(pace),
          );
          assert.match(checks[0]?.found ?? '', /\w/);
        }
      });
    }
  }
});

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** The host of this project with its units, each a process, and a counter that sells when it is asked to. */
async function counterOf(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-host-'));
  const field = new Field(folder);
  t.after(() => field.stop());
  Object.assign(process.env, env);
  const made = await runIn(folder, 'manager', 'boss', '--data', 'u');
  const host = field.startHost('127.0.0.1:0');
  await field.begin(oneTimePassword(made.out));
  const hostPort = await portOf(host);
  await runIn(folder, 'local-unit', 'key', 'lu.json', '--number', '0', '--data', 'u');
  await runIn(folder, 'conformance', 'keys', 'keys', '--number', FIELD_METER.number, '--data', 'u');
  const area = field.start('area-unit', '0', '--host', `127.0.0.1:${hostPort}`, '--listen', '127.0.0.1:0');
  const upwards = `127.0.0.1:${await portOf(area)}`;
  const unit = field.start('local-unit', '--key', 'lu.json', '--area-unit', upwards, '--line', '127.0.0.1:0');
  let sales = 0;
  const counter = createServer(async (_, response) => {
    sales += 1;
    await field.sell(`bench-${sales}`, String(1000 + sales));
    response.end();
  });
  counter.listen(0, '127.0.0.1');
  await once(counter, 'listening');
  t.after(() => counter.close());
  const asks = `fetch("http://127.0.0.1:${(counter.address() as AddressInfo).port}/")`;
  return { folder, line: `127.0.0.1:${await portOf(unit)}`, sell: `${process.execPath} -e '${asks}'`, field };
}

test('the host of this project is tested on its line, through its own units', async (t) => {
  const { folder, line, sell, field } = await counterOf(t);
  const wanted = ['value.order', 'value.replayed', 'value.late'];
  const only = wanted.flatMap((id) => ['--only', id]);
  const address = String(FIELD_METER.address);
  const words = ['--host', line, '--keys', 'keys', '--address', address, '--sell', sell, ...only];
  const bench = spawn(process.execPath, [MAIN, 'conformance', ...words], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => bench.kill());
  const [said, errors] = await Promise.all([text(bench.stdout), text(bench.stderr)]);
  const code = bench.exitCode ?? (await once(bench, 'exit'))[0];
  assert.deepEqual({ code, errors }, { code: 0, errors: '' }, said);
  assert.equal(said.trim().split('\n').at(-1), `${wanted.length} checks passed, 0 failed.`);
  // What was sold to the meter of the bench is booked as stored, once each.
  assert.equal((await runIn(folder, 'audit', '--data', 'u')).code, 0);
  assert.ok((await field.settled()).length > wanted.length);
});

test('the command says in one sentence what it cannot do', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-host-'));
  const keys = join(folder, 'keys');
  drawKeyList(keys, METER, [Suite.aes128]);
  const refused = (...words: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'conformance', ...words], { encoding: 'utf8' });
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    return { status, stderr };
  };
  const unit = createServer();
  unit.listen(0, '127.0.0.1');
  await once(unit, 'listening');
  t.after(() => unit.close());
  const at = ['--host', `127.0.0.1:${(unit.address() as AddressInfo).port}`, '--keys', keys, '--address', '7'];
  assert.match(refused('--host', '127.0.0.1:9', '--address', '7').stderr, /needs --keys/);
  assert.match(refused(...at, '--only', 'load').stderr, /the groups are value, session, stop/);
  assert.match(refused(...at, '--patience', '0').stderr, /1 to 86400/);
  assert.deepEqual(refused(...at, '--sell', 'exit 3'), {
    ...{ status: 1, stderr: 'The command of --sell ended with exit code 3: see that it sells.\n' },
  });
});
