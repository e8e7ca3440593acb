import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type BenchWire, SerialBench, TcpBench } from '../../src/adapters/bench-wire.ts';
import { systemRandomness } from '../../src/cli/demo-keys.ts';
import { frameFinder } from '../../src/cli/frame-finder.ts';
import { drawKeyList, readKeyList } from '../../src/cli/key-list.ts';
import { type ConformanceReport, LINE_CHECKS, TERMINAL_CHECKS, testTerminal } from '../../src/conformance/index.ts';
import { Suite } from '../../src/crypto/index.ts';
import { modemAddress, svpmsn } from '../../src/units/index.ts';
import { buildBroken, buildCTerminal, type Change, lacksForC } from './c-terminal.testing.ts';
import { sentenceStands } from './sections.testing.ts';

const ADDRESS = 7;
const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

interface Running {
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

function started(program: string, args: readonly string[]): Running {
  // Its input stays open: a terminal reads there what happens at the meter.
  const process = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = once(process, 'exit');
  return {
    process,
    stop: async () => {
      process.kill();
      await ended;
    },
  };
}

/** Keys in a folder of their own, and a terminal in C that has them. */
function personalised(built: string, suites: readonly Suite[]): { readonly keys: string; readonly memory: string } {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-terminal-'));
  const [keys, memory] = [join(folder, 'keys'), join(folder, 'memory')];
  drawKeyList(keys, svpmsn(0x0a1b2c), suites);
  const { status, stderr } = spawnSync(join(built, 'terminal'), ['personalise', memory], {
    input: readFileSync(keys),
    encoding: 'utf8',
  });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  return { keys, memory };
}

/** Some checks of a terminal in C, in this process. */
async function tested(built: string, suite: Suite, only: readonly string[]): Promise<ConformanceReport> {
  const { keys, memory } = personalised(built, [suite]);
  const wire = new TcpBench();
  const port = await wire.listen({ host: '127.0.0.1', port: 0 });
  const terminal = started(join(built, 'terminal'), ['run', memory, '127.0.0.1', String(port), String(ADDRESS)]);
  try {
    assert.ok(await wire.modem(20_000), 'the modem connects');
    const settings = { wire, airMs: 0, address: modemAddress(ADDRESS), only, randomness: systemRandomness };
    return await testTerminal({ ...settings, ...readKeyList(keys), renewed: () => {} }, () => {});
  } finally {
    await terminal.stop();
    await wire.close();
  }
}

/** `wattpurse conformance` over a free port, and what it printed. */
async function commanded(keys: string, run: (port: string) => Running, more: readonly string[] = []) {
  const command = [MAIN, 'conformance', 'tcp://127.0.0.1:0', '--keys', keys, '--address', String(ADDRESS), ...more];
  const bench = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  bench.stderr.on('data', (bytes) => {
    errors += bytes;
  });
  const lines: string[] = [];
  let terminal: Running | undefined;
  for await (const line of createInterface({ input: bench.stdout })) {
    lines.push(line);
    const [, port] = /^Waiting on 127\.0\.0\.1:(\d+) /.exec(line) ?? [];
    if (port !== undefined) terminal = run(port);
  }
  const code = bench.exitCode ?? (await once(bench, 'exit'))[0];
  await terminal?.stop();
  return { code, lines, errors };
}

test('each check names a sentence of the protocol that stands below the heading that it names', () => {
  sentenceStands([...LINE_CHECKS, ...TERMINAL_CHECKS]);
});

const { aes128, tripleDesXo } = Suite;

/** One wrong line each, the suite, and the one check that finds it. */
const BROKEN: readonly (readonly [string, Change, Suite, string])[] = [
  [
    'credits a repeated order twice',
    { file: 'value.c', from: 'order.tc == m->last_tc + 1', to: 'order.tc >= m->last_tc' },
    ...([aes128, 'value.repeated'] as const),
  ],
  [
    'lets a void end without using up its TC',
    { file: 'value.c', from: 'new_receipt(m, order, 0, result = VOIDED);', to: 'result = DONE;' },
    ...([tripleDesXo, 'value.void'] as const),
  ],
  [
    'does not look at the tag',
    { file: 'exchange.c', from: 'if (!same(tag, its, 8)) return -2;', to: '(void)same(tag, its, 8);' },
    ...([tripleDesXo, 'session.tag'] as const),
  ],
  [
    'is as fast after a wrong tag as before',
    { file: 'exchange.c', from: 'x->slowed_until = now +', to: 'x->slowed_until = now + 0 *' },
    ...([aes128, 'session.slowed'] as const),
  ],
  [
    'lets anybody end a value session',
    {
      file: 'exchange.c',
      from: 'if (guarded && purpose_of(n) != VALUE)',
      to: 'if (guarded && purpose_of(n) == VALUE)',
    },
    ...([aes128, 'session.guard'] as const),
  ],
  [
    'sets its clock for whoever may read logs',
    { file: 'exchange.c', from: 'return h >= USE_READ && h <= EVENTS;', to: 'return h >= CLOCK_SET && h <= EVENTS;' },
    ...([aes128, 'session.purpose'] as const),
  ],
  [
    'draws anew for a repeated M1',
    { file: 'exchange.c', from: 'if (s->state != NO_SESSION && is_frame', to: 'if (s->state == BURNT && is_frame' },
    ...([tripleDesXo, 'session.m1-again'] as const),
  ],
  [
    'keeps a key that another has followed',
    { file: 'meter.c', from: 'key->floor <= *floor) return;', to: 'key->floor <= 15) return;' },
    ...([aes128, 'keys.control'] as const),
  ],
  [
    'lets its clock be moved into another price',
    {
      file: 'commands.c',
      from: '} else if (crosses_edge(meter, now, now + seconds)) {',
      to: '} else if (crosses_edge(meter, now, now)) {',
    },
    ...([tripleDesXo, 'monitoring.slew-edge'] as const),
  ],
  [
    'takes a table with a byte too many',
    { file: 'mode_table.c', from: 'if (c.left != 0) return 0;', to: 'if (c.left < 0) return 0;' },
    ...([aes128, 'control.table-wrong'] as const),
  ],
  [
    'says in one frame how a sale by card stands',
    { file: 'exchange.c', from: ' || h == PAYMENT_CARD;', to: ';' },
    ...([aes128, 'control.card-payment'] as const),
  ],
  [
    'says that a card works where nobody keyed in an amount',
    {
      file: 'commands.c',
      from: 'return put8(put_head(meter, hear_payment(body, length), answer), 0) - answer;',
      to: 'at = put8(put_head(meter, hear_payment(body, length), answer), 1);\n      return put32(put64(at, 0), 1) - answer;',
    },
    ...([tripleDesXo, 'control.card-payment'] as const),
  ],
  [
    'takes a begin of a sale with a byte too many',
    { file: 'commands.c', from: 'return at == length ? DONE', to: 'return at <= length ? DONE' },
    ...([aes128, 'control.card-payment'] as const),
  ],
  [
    'passes a repeated request to the meter',
    { file: 'line.c', from: 'if (modem->answered && modem->control', to: 'if (modem->answered > 1 && modem->control' },
    ...([aes128, 'line.repeated'] as const),
  ],
  [
    'calls under a counter that stands still',
    { file: 'meter.c', from: 'm->attention_counter++;', to: 'm->attention_counter = 1;' },
    ...([aes128, 'line.attention'] as const),
  ],
  [
    'answers for its neighbour',
    { file: 'line.c', from: 'if (address != modem->address) return 0;', to: '(void)address;' },
    ...([aes128, 'line.address'] as const),
  ],
];

/** Runs the whole of it on a terminal in C in one suite, and a second time with the keys that the first run left. */
async function wholeOfC(suite: Suite) {
  const built = buildCTerminal();
  const { keys, memory } = personalised(built, [suite]);
  const before = readFileSync(keys, 'utf8');
  const run = (port: string) => started(join(built, 'terminal'), ['run', memory, '127.0.0.1', port, String(ADDRESS)]);
  const whole = await commanded(keys, run);
  const renewed = readFileSync(keys, 'utf8') !== before;
  return { whole, renewed, again: await commanded(keys, run, ['--only', 'keys', '--only', 'value.credit']) };
}

/** The same on the project's own meter. */
async function wholeOfOwn() {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-meter-'));
  const [keys, meter] = [join(folder, 'keys'), join(folder, 'meter')];
  drawKeyList(keys, svpmsn(0x0a1b2d), [aes128, tripleDesXo]);
  const made = spawnSync(process.execPath, [MAIN, 'meter', 'personalise', meter, '--keys', keys], { encoding: 'utf8' });
  assert.deepEqual({ status: made.status, said: made.stdout }, { status: 0, said: `${meter} is meter 0a1b2d.\n` });
  const own = (port: string) => [
    MAIN,
    'meter',
    'run',
    meter,
    '--line',
    `127.0.0.1:${port}`,
    '--address',
    String(ADDRESS),
  ];
  return commanded(keys, (port) => started(process.execPath, own(port)));
}

const wholeRun = (checks: number) => ({ code: 0, errors: '', not: [`${checks} checks passed, 0 failed.`] });
const seen = ({ code, errors, lines }: Awaited<ReturnType<typeof commanded>>) => ({
  ...{ code, errors },
  not: lines.filter((line) => !/^(ok |Waiting)/.test(line)),
});

const findsIt = (suite: Suite): readonly string[] => [
  ...new Set(BROKEN.filter((row) => row[2] === suite).map((row) => row[3])),
];

/** Every run waits most of its time: they are made at once, after everything is built. */
function begun() {
  const broken = BROKEN.map(([, change]) => buildBroken(change));
  return {
    inC: Promise.all([aes128, tripleDesXo].map(wholeOfC)),
    own: wholeOfOwn(),
    broken: Promise.all(BROKEN.map(([, , suite, check], i) => tested(broken[i] as string, suite, [check]))),
    sound: Promise.all([aes128, tripleDesXo].map((suite) => tested(buildCTerminal(), suite, findsIt(suite)))),
  };
}
const runs = lacksForC === false ? begun() : undefined;
const needsC = { skip: lacksForC };

test('a terminal in C, written from the protocol alone, keeps every rule in aes128 and 3des-xo', needsC, async () => {
  for (const { whole, renewed, again } of (await runs?.inC) ?? []) {
    assert.deepEqual(seen(whole), wholeRun(LINE_CHECKS.length + TERMINAL_CHECKS.length));
    assert.ok(renewed, 'the keys that it was given are in the file');
    assert.equal(again.code, 0, again.lines.join('\n'));
  }
});

test("the project's own meter keeps every rule", needsC, async () => {
  const own = (await runs?.own) ?? assert.fail('it ran');
  assert.deepEqual(seen(own), wholeRun(LINE_CHECKS.length + 2 * TERMINAL_CHECKS.length));
});

test('a terminal that was broken on purpose fails, and the rule that it breaks is named', needsC, async (t) => {
  const reports = (await runs?.broken) ?? [];
  for (const [i, [what, , , check]] of BROKEN.entries()) {
    await t.test(`one that ${what} fails ${check}`, () => {
      const [report] = (reports[i] as ConformanceReport).checks;
      const { rule } = [...LINE_CHECKS, ...TERMINAL_CHECKS].find(({ id }) => id === check) ?? assert.fail(check);
      assert.deepEqual({ outcome: report?.outcome, rule: report?.rule }, { outcome: 'failed', rule });
      assert.match(report?.found ?? '', /\w/);
    });
  }
  // The same checks of the sound one: it is the wrong line that fails.
  const sound = (await runs?.sound) ?? [];
  assert.deepEqual(
    sound.map(({ failed, passed }) => ({ failed, passed })),
    [aes128, tripleDesXo].map((suite) => ({ failed: 0, passed: findsIt(suite).length })),
  );
});

const needsSerial =
  lacksForC || (spawnSync('socat', ['-V']).status === 0 ? false : 'needs socat: install the Debian package');

test('a terminal is tested over a serial line as it is over TCP', { skip: needsSerial }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-serial-'));
  const [here, there] = [join(folder, 'here'), join(folder, 'there')];
  const end = (link: string) => `pty,raw,echo=0,link=${link}`;
  const line = started('socat', [end(here), end(there)]);
  while (!existsSync(here) || !existsSync(there)) await pause(20);

  // The terminal in C has TCP alone: this is its modem.
  const { keys, memory } = personalised(buildCTerminal(), [aes128]);
  const serial = new SerialBench(there, BAUD, frameFinder());
  const tcp = new TcpBench();
  const port = await tcp.listen({ host: '127.0.0.1', port: 0 });
  const own = ['run', memory, '127.0.0.1', String(port), String(ADDRESS)];
  const terminal = started(join(buildCTerminal(), 'terminal'), own);
  assert.ok(await tcp.modem(20_000), 'the modem connects');
  const over = new AbortController();
  const pumps = [pump(serial, tcp, over.signal), pump(tcp, serial, over.signal)];

  const wanted = ['--only', 'line', '--only', 'value.credit', '--only', 'monitoring.parts', '--only', 'control.parts'];
  const place = `serial:${here}?baud=${BAUD}`;
  const command = [MAIN, 'conformance', place, '--keys', keys, '--address', String(ADDRESS), ...wanted];
  const bench = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  for await (const each of createInterface({ input: bench.stdout })) said.push(each);
  const code = bench.exitCode ?? (await once(bench, 'exit'))[0];
  over.abort();
  await Promise.all(pumps);
  await Promise.all([terminal.stop(), tcp.close(), serial.close()]);
  await line.stop();
  assert.deepEqual(
    { code, last: said.at(-1) },
    { code: 0, last: `${LINE_CHECKS.length + 4} checks passed, 0 failed.` },
  );

  const none = spawnSync(
    process.execPath,
    [MAIN, 'conformance', 'serial:/dev/none', '--keys', keys, '--address', '7'],
    {
      encoding: 'utf8',
    },
  );
  assert.equal(none.status, 1);
  assert.match(none.stderr, /^\/dev\/none cannot be used as a serial line \(.+\): check its name and your rights\.\n$/);
});

const BAUD = 115_200;
const LOOK_AGAIN_MS = 50;

async function pump(from: BenchWire, to: BenchWire, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    const frame = await from.next(LOOK_AGAIN_MS);
    if (frame !== undefined) to.send(frame);
  }
}

test('the command says in one sentence what it cannot do, and tells programs in JSON', {
  skip: lacksForC,
}, async () => {
  const built = buildBroken(BROKEN[0]?.[1] as Change);
  const { keys, memory } = personalised(built, [Suite.aes128]);
  const free = new TcpBench();
  const port = await free.listen({ host: '127.0.0.1', port: 0 });
  await free.close();
  const terminal = started(join(built, 'terminal'), ['run', memory, '127.0.0.1', String(port), String(ADDRESS)]);
  const args = [MAIN, 'conformance', `tcp://127.0.0.1:${port}`, '--keys', keys, '--address', String(ADDRESS)];
  const { status, stdout } = spawnSync(process.execPath, [...args, '--json', '--only', 'value.repeated'], {
    encoding: 'utf8',
  });
  await terminal.stop();
  const report = JSON.parse(stdout);
  assert.deepEqual(
    { status, subject: report.subject, failed: report.failed },
    { status: 1, subject: 'terminal', failed: 1 },
  );
  assert.deepEqual(
    { id: report.checks[0].id, section: report.checks[0].rule.section },
    {
      id: 'aes128 value.repeated',
      section: 'what-the-terminal-does-exactly-once',
    },
  );

  const refused = (...words: string[]) => {
    const { status: code, stderr } = spawnSync(process.execPath, [MAIN, 'conformance', ...words], { encoding: 'utf8' });
    assert.deepEqual({ code, lines: stderr.trim().split('\n').length }, { code: 2, lines: 1 }, stderr);
    return stderr;
  };
  assert.match(refused(), /takes one line/);
  assert.match(refused('tcp://127.0.0.1:0'), /needs --keys/);
  assert.match(refused('udp://x', '--keys', keys, '--address', '7'), /A line is tcp:/);
  assert.match(refused('tcp://127.0.0.1:0', '--keys', keys, '--address', '256'), /0 to 255/);
  assert.match(
    refused('tcp://127.0.0.1:0', '--keys', keys, '--address', '7', '--only', 'nothing'),
    /the groups are line, session/,
  );
  assert.match(refused('tcp://127.0.0.1:0', '--keys', MAIN, '--address', '7'), /Line 1 of/);
  assert.match(refused('keys', keys, '--number', '0a1b2c'), /is there already/);
});
