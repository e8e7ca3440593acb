import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { SerialPort } from 'serialport';
import { endingPorts } from '../../../src/adapters/serial-binding.ts';
import { keepOpen } from '../../../src/adapters/serial-line.ts';
import { Field, METER, portOf } from '../../../src/cli/field.testing.ts';
import { runIn } from '../../../src/cli/in-process.testing.ts';
import { env, oneTimePassword } from '../../../src/cli/running.testing.ts';
import { lacks, SerialPairs, until, Wires } from './parts.ts';

const OTHER = { number: '0a1b2d', address: 9 } as const;
const BAUD = 115_200;
const SEED = 20_261_124;
/** Far longer than a read that finds nothing takes. */
const LONG_MS = 10_000;

test('meters on one pair of wires take what is sold, through noise, a wire that is cut, and a port that goes away', {
  skip: lacks,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-serial-'));
  t.after(() => rmSync(folder, { recursive: true }));
  Object.assign(process.env, env);
  const run = async (...args: string[]) => {
    const said = await runIn(folder, ...args);
    assert.equal(said.code, 0, said.err);
    return said.out;
  };
  const field = new Field(folder);
  const pairs = new SerialPairs(t, folder);
  try {
    const first = oneTimePassword(await run('manager', 'boss', '--data', 'u'));
    const host = field.startHost('127.0.0.1:0');
    await field.begin(first, [METER, OTHER]);
    await run('local-unit', 'key', 'lu.json', '--number', '0', '--data', 'u');
    for (const { number } of [METER, OTHER]) {
      await run('meter', 'personalise', `${number}.wpm`, '--number', number, '--data', 'u');
    }
    const area = field.start('area-unit', '0', '--host', `127.0.0.1:${await portOf(host)}`, '--listen', '127.0.0.1:0');

    // Each station has a port of its own, and behind the ports is one pair of wires.
    const wires = new Wires(t, SEED);
    const ports = await Promise.all(['unit', METER.number, OTHER.number].map((name) => pairs.make(name)));
    for (const { theirs } of ports) await wires.attach(theirs);
    const line = (i: number) => `serial:${ports[i]?.ours},${BAUD}`;
    const at = `127.0.0.1:${await portOf(area)}`;
    const unit = field.start('local-unit', '--key', 'lu.json', '--area-unit', at, '--line', line(0));
    await unit.said(/The line of meters at .* is open/);
    const [meter, other] = [METER, OTHER].map(({ number, address }, i) =>
      field.start('meter', 'run', `${number}.wpm`, '--line', line(i + 1), '--address', String(address)),
    ) as [ReturnType<Field['start']>, ReturnType<Field['start']>];

    await field.sell('one', '1000');
    await field.sell('two', '500', OTHER.number);
    await meter.said(/Now balance 1000/);
    await other.said(/Now balance 500/);

    // One byte in two hundred is another than was sent, and as many never come.
    wires.noise = { garbled: 1 / 200, lost: 1 / 200 };
    let balance = 1000;
    while (wires.garbled < 2 || wires.lost < 2) {
      balance += 10;
      await field.sell(`noisy-${balance}`, '10');
      await meter.said(new RegExp(`Now balance ${balance}`));
    }
    wires.noise = { garbled: 0, lost: 0 };

    wires.cut = true;
    await field.sell('four', '4');
    await field.sell('five', '5', OTHER.number);
    await wires.dropsSomething();
    wires.cut = false;
    await meter.said(new RegExp(`Now balance ${balance + 4}`));
    await other.said(/Now balance 505/);

    // The adapter of one meter is pulled out, and put in again.
    await pairs.pull(METER.number);
    await meter.said(/The line at .* is away, because/);
    const again = await pairs.make(METER.number);
    await wires.attach(again.theirs);
    await field.sell('six', '6');
    await meter.said(new RegExp(`Now balance ${balance + 10}`));
    await field.settled();

    assert.equal(await other.stop(), 0);
    assert.ok(
      other.lines.some((said) => /has taken the last sign of life/.test(said)),
      other.lines.join('\n'),
    );
    assert.equal(await meter.stop(), 0);
    assert.match(meter.lines.at(-1) ?? '', new RegExp(`Stopped: balance ${balance + 10}`));
    assert.equal(await unit.stop(), 0);
  } finally {
    await field.stop();
  }
  assert.equal((await runIn(folder, 'audit', '--data', 'u')).code, 0);
});

test('a port that is pulled out between two reads is at its end with the next one, and is not read for ever', {
  skip: lacks,
}, async (t) => {
  const pairs = pairsOf(t);
  const { ours } = await pairs.make('port');
  const { binding } = endingPorts(SerialPort.binding) as { binding: typeof SerialPort.binding };
  const port = await binding.open({ path: ours, baudRate: BAUD } as never);
  t.after(() => port.close());
  await pairs.pull('port');
  const next = port.read(Buffer.alloc(9), 0, 9).then(
    () => 'read',
    (error: Error) => error.message,
  );
  assert.equal(await Promise.race([next, pause(LONG_MS, 'asked for ever', { ref: false })]), 'the port is gone');
});

test('a port that is pulled out while it is written to is told as gone, and opened again when it is back', {
  skip: lacks,
}, async (t) => {
  const pairs = pairsOf(t);
  const { ours: path } = await pairs.make('port');
  const stop = new AbortController();
  const seen: string[] = [];
  let writing: NodeJS.Timeout | undefined;
  const kept = keepOpen(
    SerialPort,
    {
      place: { path, baud: BAUD },
      came: (sender) => {
        seen.push('came');
        writing = setInterval(() => sender.send(new Uint8Array(20)), 1);
        return {
          bytes: () => undefined,
          ended: (why) => {
            clearInterval(writing);
            seen.push(why);
          },
        };
      },
      refused: () => undefined,
    },
    stop.signal,
  );
  await until(() => seen.length === 1, 'the port is open');
  await pairs.pull('port');
  await until(() => seen.length === 2, 'the port is gone');
  assert.match(seen[1] ?? '', /the port is gone|EIO/);
  await pairs.make('port');
  await until(() => seen.length === 3, 'the port is open again');
  stop.abort();
  await kept;
  assert.deepEqual([seen[2], seen[3]], ['came', 'this side stops']);
});

function pairsOf(t: TestContext): SerialPairs {
  const folder = mkdtempSync(join(tmpdir(), 'wattpurse-serial-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return new SerialPairs(t, folder);
}
