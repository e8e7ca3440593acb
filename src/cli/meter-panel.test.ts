import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { PHONE_WORDS } from '../words/index.ts';
import { Field, METER, portOf } from './field.testing.ts';
import { runIn } from './in-process.testing.ts';
import { type Child, env, oneTimePassword } from './running.testing.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattpurse-panel-'));
Object.assign(process.env, env);
const run = (...args: string[]) => runIn(scratch, ...args);
const LOOKS_EVERY_MS = 20;

/** Somebody at the panel of a meter. */
class Hand {
  readonly lines: string[] = [];
  readonly #socket: Socket;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    createInterface({ input: this.#socket }).on('line', (line) => this.lines.push(line));
  }

  press(keys: string): void {
    this.#socket.write(`${keys}\n`);
  }

  /** Waits for a line of those that come from now on. */
  async hears(line: string | RegExp): Promise<string> {
    for (let from = this.#heard; ; await pause(LOOKS_EVERY_MS)) {
      const at = this.lines.findIndex(
        (each, i) => i >= from && (each === line || (line instanceof RegExp && line.test(each))),
      );
      if (at < 0) continue;
      this.#heard = at + 1;
      return this.lines[at] ?? '';
    }
  }
  #heard = 0;

  leave(): void {
    this.#socket.destroy();
  }
}

/** A microphone and a loudspeaker: it says one tone all the time, and knows what it heard. */
class Device {
  readonly heard: number[] = [];
  readonly #socket: Socket;
  readonly #saying: NodeJS.Timeout;

  constructor(port: number, tone: Buffer) {
    this.#socket = connect(port, '127.0.0.1');
    let begun = Buffer.alloc(0);
    this.#socket.on('data', (bytes) => {
      begun = Buffer.concat([begun, bytes]);
      for (; begun.length >= 2; begun = begun.subarray(2)) this.heard.push(begun.readInt16LE(0));
    });
    this.#saying = setInterval(() => this.#socket.write(tone), PACKET_MS);
  }

  leave(): void {
    clearInterval(this.#saying);
    this.#socket.destroy();
  }
}

const PACKET_MS = 20;
/** 20 ms in which every sample is the same: µ-law has both of these as they are. */
const packetOf = (sample: number): Buffer =>
  Buffer.concat(Array.from({ length: 160 }, () => Buffer.of(sample & 0xff, (sample >> 8) & 0xff)));
const AT_METER = 988;
const AT_DESK = -2_108;

/** Every part of a utility in a process of its own. */
let field: Field;
let meter: Child;
let hand: Hand;

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(LOOKS_EVERY_MS);
}

const calls = async () =>
  ((await field.asked('/api/v1/calls')) as { items: { carrier: string; state: string; meter: string }[] }).items;
const allEnded = () => until(async () => (await calls()).every(({ state }) => state === 'ended'));

before(async () => {
  field = new Field(scratch);
  const made = await run('manager', 'boss', '--data', 'u');
  const host = field.startHost('127.0.0.1:0');
  await field.begin(oneTimePassword(made.out));
  const hostPort = await portOf(host);
  assert.equal((await run('local-unit', 'key', 'lu.json', '--number', '0', '--data', 'u')).code, 0);
  assert.equal((await run('meter', 'personalise', 'm.wpm', '--number', METER.number, '--data', 'u')).code, 0);
  const area = field.start('area-unit', '0', '--host', `127.0.0.1:${hostPort}`, '--listen', '127.0.0.1:0');
  const up = ['--key', 'lu.json', '--area-unit', `127.0.0.1:${await portOf(area)}`];
  const unit = field.start('local-unit', ...up, '--line', '127.0.0.1:0');
  const line = ['--line', `127.0.0.1:${await portOf(unit)}`, '--address', '7'];
  meter = field.start('meter', 'run', 'm.wpm', ...line, '--panel', '127.0.0.1:0', '--sound', '127.0.0.1:0');
  hand = new Hand(Number(await meter.said(/its panel on 127\.0\.0\.1:(\d+)/)));
  await field.sell('one', '1000');
  await meter.said(/Now balance 1000/);
});
after(async () => {
  hand?.leave();
  await field.stop();
  rmSync(scratch, { recursive: true });
});

test('what hangs on the board of a meter is on its own machine, and speech needs a fast line', async () => {
  const tried = (...more: string[]) => run('meter', 'run', 'm.wpm', '--address', '7', ...more);
  for (const flag of ['panel', 'sound']) {
    const { code, err } = await tried('--line', '127.0.0.1:9', `--${flag}`, '0.0.0.0:0');
    assert.deepEqual([code, err.includes(`The ${flag} of a meter is on its own board`)], [2, true], err);
  }
  assert.match((await tried('--line', 'serial:/dev/none', '--sound', '127.0.0.1:0')).err, /needs a line over TCP/);
});

test('somebody at the panel of a meter in a process of its own calls, hears the balance from its voice, and hangs up', async () => {
  const words = PHONE_WORDS.en;
  await hand.hears('call over');
  hand.press('louder');
  await hand.hears('unknown louder');
  hand.press('call');
  await hand.hears('call calling');
  await hand.hears('call answered');
  await hand.hears(`voice ${words.chooseLanguage}`);
  // Pressed before its voice has ended, it ends that.
  hand.press('1');
  await hand.hears(`voice ${words.menuBalance}`);
  hand.press('1');
  assert.match(await hand.hears(/^voice Your (balance|meter)/), /\d|not told/);
  hand.press('call');
  await hand.hears('call over');
  await allEnded();
  assert.deepEqual(
    (await calls()).map(({ carrier, meter: from }) => [carrier, from]),
    [['meter', METER.number]],
  );
});

test('whoever stands at it speaks with an operator over its line, both ways, while they do and no longer', async () => {
  const words = PHONE_WORDS.en;
  const device = new Device(Number(await meter.said(/its sound on 127\.0\.0\.1:(\d+)/)), packetOf(AT_METER));
  const address = await field.host.address;
  const { cookie = '' } = field.operator;
  const desk = new WebSocket(`${address.replace('http', 'ws')}/api/v1/calls/desk`, {
    headers: { cookie, origin: address },
  });
  const told: { type: string; calls?: { id: string }[] }[] = [];
  const heard: Buffer[] = [];
  desk.on('message', (data: Buffer, isBinary) => {
    if (isBinary) heard.push(data);
    else told.push(JSON.parse(String(data)));
  });
  await once(desk, 'open');
  const saying = setInterval(() => desk.send(packetOf(AT_DESK)), PACKET_MS);
  try {
    hand.press('call');
    await hand.hears(`voice ${words.chooseLanguage}`);
    hand.press('1');
    await hand.hears(`voice ${words.menuPerson}`);
    hand.press('0');
    const waiting = () => told.at(-1)?.calls?.[0]?.id;
    await until(() => waiting() !== undefined);
    assert.deepEqual([heard.length, device.heard.length], [0, 0], 'before a person comes nobody hears anybody');
    desk.send(JSON.stringify({ type: 'take', call: waiting() }));
    await until(() => heard.length > 20 && device.heard.length > 20 * 160);
    assert.deepEqual([...new Set(device.heard)], [AT_DESK]);
    assert.ok(heard.every((packet) => packet.equals(packetOf(AT_METER))));
    hand.press('call');
    await hand.hears('call over');
    await allEnded();
    const [toDesk, toMeter] = [heard.length, device.heard.length];
    await pause(10 * PACKET_MS);
    assert.deepEqual([heard.length, device.heard.length], [toDesk, toMeter]);
  } finally {
    clearInterval(saying);
    desk.terminate();
    device.leave();
  }
});
