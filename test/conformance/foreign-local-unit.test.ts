import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { keepConnected } from '../../src/adapters/framed-tcp.ts';
import { BACKHAUL_VERSION, type BackhaulMessage, decodeEnvelope, encodeEnvelope } from '../../src/backhaul/index.ts';
import { systemRandomness } from '../../src/cli/demo-keys.ts';
import { LocalUnit, type LocalUnitInput, type LocalUnitOutput } from '../../src/concentrator/index.ts';
import {
  type ConformanceReport,
  LOCAL_UNIT_CHECKS,
  LocalUnitBench,
  testLocalUnit,
} from '../../src/conformance/index.ts';
import { deriveTransportKey, KeyRing, Purpose, TRANSPORT_KEY_BYTES } from '../../src/crypto/index.ts';
import {
  decodeLineFrame,
  encodeLineFrame,
  LINE_SEQUENCES,
  LineKind,
  type ReceivedLineFrame,
  tcp,
} from '../../src/line/index.ts';
import { milliseconds, modemAddress, type Untimed } from '../../src/units/index.ts';
import { sentenceStands } from './sections.testing.ts';

test('each check of a local unit names a sentence of the protocol that stands below the heading that it names', () => {
  sentenceStands(LOCAL_UNIT_CHECKS);
});

/** What a wrong unit does to what goes through it; `undefined` for nothing at all. */
interface Wrong {
  readonly line?: (bytes: Uint8Array) => Uint8Array | undefined;
  readonly up?: (bytes: Uint8Array) => Uint8Array | undefined;
  readonly down?: (bytes: Uint8Array) => Uint8Array | undefined;
  readonly modem?: (bytes: Uint8Array) => Uint8Array | undefined;
}

/** The local unit of this project in a time of the test's own, something wrong around it. */
function benchWith({ line, up, down, modem }: Wrong = {}): LocalUnitBench {
  let now = 1_800_000_000_000;
  let wakeAt = Number.POSITIVE_INFINITY;
  const transport = deriveTransportKey(new Uint8Array(32), 0, 1);
  const unit = new LocalUnit({
    ...{ id: 3, carrier: tcp(), keys: new KeyRing(Purpose.monitoring), randomness: systemRandomness },
    unwrap: (n, svpmsn, wrapped) => transport.unwrap(n, svpmsn, wrapped),
  });
  const waiting: Untimed<LocalUnitInput>[] = [];
  const step = (input: Untimed<LocalUnitInput>) => {
    const outputs: LocalUnitOutput[] = [];
    unit.step({ ...input, now: milliseconds(now) }, outputs);
    for (const output of outputs) {
      if (output.type === 'wake') wakeAt = output.at;
      if (output.type !== 'line' && output.type !== 'backhaul') continue;
      const through = output.type === 'line' ? line : up;
      const bytes = through === undefined ? output.bytes : through(output.bytes);
      if (bytes === undefined) continue;
      if (output.type === 'line') bench.hearLine(bytes);
      else bench.hearUp(bytes);
    }
  };
  const into = (type: 'backhaul' | 'line', through: Wrong['down']) => (bytes: Uint8Array) => {
    const left = through === undefined ? bytes : through(bytes);
    if (left !== undefined) waiting.push({ type, bytes: left });
  };
  const world = {
    down: into('backhaul', down),
    modem: into('line', modem),
    pass: async (ms: number) => {
      const end = now + ms;
      for (now += 1; now <= end; now++) {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) step(next);
        if (now < wakeAt) continue;
        wakeAt = Number.POSITIVE_INFINITY;
        step({ type: 'wake' });
      }
      now = end;
    },
    now: () => now,
  };
  const bench = new LocalUnitBench(world, systemRandomness);
  step({ type: 'wake' });
  step({ type: 'backhaul-up' });
  return bench;
}

const failures = (report: ConformanceReport) =>
  report.checks.filter(({ outcome }) => outcome !== 'passed').map(({ id, found }) => `${id}: ${found}`);

test("the project's own local unit keeps every rule", async () => {
  const report = await testLocalUnit(benchWith(), [], () => {});
  assert.deepEqual(failures(report), []);
  assert.equal(report.passed, LOCAL_UNIT_CHECKS.length);
});

/** What it says up, changed. */
const saying = (change: (message: BackhaulMessage) => BackhaulMessage | undefined) => (bytes: Uint8Array) => {
  const envelope = decodeEnvelope(bytes);
  assert.ok(!('reason' in envelope));
  const message = change(envelope.message);
  return message && encodeEnvelope({ ...envelope, message });
};

/** Its requests on the line, changed; slots go as they are. */
const asking = (change: (request: ReceivedLineFrame) => ReceivedLineFrame | undefined) => (bytes: Uint8Array) => {
  const frame = decodeLineFrame(bytes);
  assert.ok(!('reason' in frame));
  if (frame.kind !== LineKind.request) return bytes;
  const changed = change(frame);
  return changed && encodeLineFrame(changed);
};

/** Nothing that went over the line goes again. */
function neverAgain(): Wrong {
  const sent = new Set<string>();
  return {
    line: asking((request) => {
      const name = `${request.sequence} ${request.check}`;
      if (sent.has(name)) return undefined;
      sent.add(name);
      return request;
    }),
  };
}

/** Each time it asks, its sequence is another. */
function restless(): Wrong {
  let shift = 0;
  return { line: asking((request) => ({ ...request, sequence: (request.sequence + shift++) % LINE_SEQUENCES })) };
}

/** Value that comes while bulk is on its way is forgotten. */
function bulkFirst(): Wrong {
  let bulk = false;
  return {
    down: saying((message) => {
      if (message.type !== 'carry') return message;
      if (message.priority === 'bulk') bulk = true;
      return bulk && message.priority === 'value' ? undefined : message;
    }),
  };
}

const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));

/** One fault each, and the check that finds it. */
const BROKEN: readonly (readonly [string, () => Wrong, string])[] = [
  [
    'alters a frame on its way to the meter',
    () => ({ line: asking((request) => ({ ...request, payload: flip(request.payload) })) }),
    'carry.unaltered',
  ],
  [
    'alters a frame on its way to the host',
    () => ({
      up: saying((said) => (said.type === 'carried' ? { ...said, frames: said.frames.map(flip) } : said)),
    }),
    'carry.unaltered',
  ],
  ['sends each frame once', neverAgain, 'line.silent'],
  ['never asks a meter again that works', neverAgain, 'line.working'],
  ['changes the sequence of a request that it repeats', restless, 'line.silent'],
  [
    'takes every frame of the line, damaged or not',
    () => ({
      modem: (bytes) => {
        if (!('reason' in decodeLineFrame(bytes))) return bytes;
        const [, address = 0, control = 0] = bytes;
        return encodeLineFrame({
          ...{ kind: LineKind.answer, address: modemAddress(address), sequence: control & 3, attentionWaiting: false },
          payload: bytes.slice(4, -2),
        });
      },
    }),
    'line.garbled',
  ],
  [
    'takes every map',
    () => ({
      up: saying((said) => {
        if (said.type !== 'address-map-answer') return said;
        return { type: said.type, version: said.version, sentence: '' };
      }),
    }),
    'map.refused',
  ],
  [
    'says hello as a host',
    () => ({ up: saying((said) => (said.type === 'hello' ? { ...said, kind: 'host' } : said)) }),
    'backhaul.hello',
  ],
  [
    'says of a meter that it does not know that it does not answer',
    () => ({
      up: saying((said) =>
        said.type === 'carried' && said.outcome !== 'answered' ? { ...said, outcome: 'no-answer' } : said,
      ),
    }),
    'carry.unknown',
  ],
  ['forgets value while bulk is on its way', bulkFirst, 'order.value'],
];

test('a local unit that is broken on purpose fails, and the rule that it breaks is named', async (t) => {
  for (const [what, wrong, id] of BROKEN) {
    await t.test(`one that ${what} fails ${id}`, async () => {
      const { checks } = await testLocalUnit(benchWith(wrong()), [id], () => {});
      const { rule } = LOCAL_UNIT_CHECKS.find((check) => check.id === id) ?? assert.fail(id);
      const last = checks.at(-1);
      assert.deepEqual({ outcome: last?.outcome, told: last?.rule }, { outcome: 'failed', told: rule });
      assert.match(last?.found ?? '', /\w/);
    });
  }
});

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

test('the local unit of this project is tested as a process, over both of its connections', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-unit-'));
  const [host, children] = [join(folder, 'unit.json'), [] as ChildProcess[]];
  t.after(() => {
    for (const child of children) child.kill();
  });
  writeFileSync(host, JSON.stringify({ version: 1, localUnit: 3, transport: '5a'.repeat(TRANSPORT_KEY_BYTES) }));
  const free = createServer();
  free.listen(0, '127.0.0.1');
  await once(free, 'listening');
  const upwards = `127.0.0.1:${(free.address() as AddressInfo).port}`;
  free.close();
  const started = (...words: string[]) => {
    const child = spawn(process.execPath, [MAIN, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    return child;
  };
  const unit = started('local-unit', '--key', host, '--area-unit', upwards, '--line', '127.0.0.1:0');
  let line = '';
  for await (const each of createInterface({ input: unit.stdout })) {
    line = /on (127\.0\.0\.1:\d+)/.exec(each)?.[1] ?? '';
    if (line !== '') break;
  }
  unit.stdout.resume();
  unit.stderr.resume();
  const bench = started('conformance', '--local-unit', line, '--listen', upwards);
  const [said, errors] = await Promise.all([text(bench.stdout), text(bench.stderr)]);
  const code = bench.exitCode ?? (await once(bench, 'exit'))[0];
  assert.deepEqual({ code, errors }, { code: 0, errors: '' }, said);
  assert.equal(said.trim().split('\n').at(-1), `${LOCAL_UNIT_CHECKS.length} checks passed, 0 failed.`);
});

test('a local unit that connects anew is spoken to, though its connection before ends after that', async (t) => {
  const line = createServer();
  line.listen(0, '127.0.0.1');
  await once(line, 'listening');
  t.after(() => line.close());
  const where = `127.0.0.1:${(line.address() as AddressInfo).port}`;
  const words = ['--local-unit', where, '--listen', '127.0.0.1:0', '--only', 'backhaul.hello'];
  const bench = spawn(process.execPath, [MAIN, 'conformance', ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => bench.kill());
  const said = createInterface({ input: bench.stdout });
  const [waiting] = await once(said, 'line');
  const port = Number(/^Waiting on 127\.0\.0\.1:(\d+) /.exec(waiting)?.[1]);

  const before = connect(port, '127.0.0.1');
  await once(before, 'connect');
  const heard: BackhaulMessage[] = [];
  const over = new AbortController();
  const hello: BackhaulMessage = { type: 'hello', version: BACKHAUL_VERSION, kind: 'local-unit', id: 3 };
  const kept = keepConnected(
    {
      ...{ addresses: [{ host: '127.0.0.1', port }], certificates: undefined, refused: () => over.abort() },
      came: (connection) => {
        before.once('close', () => connection.send(encodeEnvelope({ localUnit: 3, message: hello }))).resume();
        before.end();
        return {
          message: (bytes) => {
            const envelope = decodeEnvelope(bytes);
            if (!('reason' in envelope)) heard.push(envelope.message);
          },
          ended: () => over.abort(),
        };
      },
    },
    over.signal,
  );
  assert.deepEqual(await once(bench, 'exit'), [0, null]);
  await kept;
  assert.deepEqual(
    heard.map(({ type }) => type),
    ['hello'],
  );
});
