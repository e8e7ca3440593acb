import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { Acquirer } from '../adapters/acquirer.ts';
import { milliseconds } from '../units/index.ts';
import { runIn } from './in-process.testing.ts';

const MAIN = resolve(import.meta.dirname, 'main.ts');

const run = (args: readonly string[]) => runIn('.', 'acquirer', ...args);

for (const [args, sentence] of [
  [['--port', 'x'], /^--port is a whole number from 0 to 65535, not "x"\./],
  [['--port', '65536'], /^--port is a whole number from 0 to 65535, not "65536"\./],
  [['--port', '-1'], /^--port is a whole number from 0 to 65535, not "-1"\./],
  [['--limit', '1.5'], /^--limit is a whole number from 0 to 4294967295, not "1.5"\./],
  [['--every', '0'], /^--every is a whole number from 1 to 1000000, not "0"\./],
  [['--fault', 'gremlins'], /^There is no fault "gremlins": the faults are answer-lost, /],
  [['--address', '203.0.113.1'], /^--address is one of this machine's own addresses, not "203\.0\.113\.1"\./],
  [['--prt', '1'], /^There is no option --prt: --port was probably meant, see "wattpurse help acquirer"\.$/m],
] as const) {
  test(`acquirer ${args.join(' ')} is wrong use, in one sentence`, async () => {
    const { code, out, err } = await run(args);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(err, sentence);
    assert.equal(err.trim().split('\n').length, 1);
  });
}

test('a port that is taken is said, and ends with 1', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const { code, out, err } = await run(['--port', `${port}`]);
  assert.deepEqual({ code, out }, { code: 1, out: '' });
  assert.equal(err, `Port ${port} is taken: stop what listens there, or name another one with --port.\n`);
});

/** The command, the lines that it says, and its exit code. */
function start(t: TestContext, args: readonly string[]) {
  const child: ChildProcessByStdio<null, Readable, null> = spawn(
    process.execPath,
    [MAIN, 'acquirer', '--port', '0', ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  t.after(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    line: async (): Promise<string> => (await lines.next()).value ?? '',
    stop: async (): Promise<number> => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      return (await exit)[0];
    },
  };
}

function connectTo(t: TestContext, port: number): Acquirer {
  const settings = { host: '127.0.0.1', institution: '4201', terminal: 'W1', merchant: 'WATTPURSE', zone: 'UTC' };
  const client = new Acquirer({ ...settings, port, retryMs: { least: 1, most: 1 } });
  t.after(() => client.close());
  return client;
}

const payment = (trace: number) => ({
  id: `p${trace}`,
  trace,
  at: milliseconds(Date.UTC(2026, 2, 2, 4, 11, 9)),
  amount: 700,
  currency: 410,
});
const CARD = { type: 'card', pan: '4111111111111111', expiry: '2912' } as const;

test('the command takes payments, says what it decided, and ends with its books when it is stopped', async (t) => {
  const command = start(t, ['--limit', '1000']);
  const first = await command.line();
  const [, port] =
    /^An acquirer listens on 127\.0\.0\.1, port (\d+)\. Its cards are 4111111111111111, /.exec(first) ?? [];
  const client = connectTo(t, Number(port));
  assert.equal((await client.authorise(payment(1), CARD)).outcome, 'approved');
  assert.equal((await client.authorise(payment(2), CARD)).outcome, 'declined');
  assert.equal((await client.capture(payment(1), '000001')).outcome, 'done');
  assert.equal(await command.line(), '0800  trace 1  code 00');
  assert.equal(await command.line(), '0100  trace 1  **** 1111  700  code 00  approval 000001');
  assert.equal(await command.line(), '0100  trace 2  **** 1111  700  code 51');
  assert.equal(await command.line(), '0220  trace 1  700  code 00  approval 000001');
  assert.equal(await command.stop(), 0);
  assert.equal(await command.line(), 'Stopped. Payments: 0 held, 1 captured, 0 reversed, 1 declined.');
});

test('every second payment message suffers the faults that are named, each in its turn', async (t) => {
  const command = start(t, ['--json', '--every', '2', '--fault', 'answer-cut', '--fault', 'answer-doubled']);
  const event = async () => JSON.parse(await command.line());
  const { event: name, port } = await event();
  assert.equal(name, 'listening');
  const client = connectTo(t, port);
  const outcomes = [];
  for (let trace = 1; trace <= 4; trace++) outcomes.push((await client.authorise(payment(trace), CARD)).outcome);
  assert.deepEqual(outcomes, ['approved', 'unknown', 'approved', 'approved']);
  const faults = [];
  for (let n = 0; n < 6; n++) faults.push((await event()).fault);
  // Signing on, and once more after the cut, is spared.
  assert.deepEqual(faults, [undefined, undefined, 'answer-cut', undefined, undefined, 'answer-doubled']);
  assert.equal(await command.stop(), 0);
});
